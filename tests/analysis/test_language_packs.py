"""Direct quotes by rules: marks, reports, speakers, and odd and very long input.

`tests/golden/language_packs` has the cases by language; here are the parts, and what is rare.
"""

import gc
import re
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.document import (
    AttributionStatus,
    Entity,
    EntityType,
    Mention,
    MentionKind,
    QuoteKind,
    Span,
)
from analysis.entities import group_mentions
from analysis.language_packs import LANGUAGES, find_direct_quotes
from analysis.language_packs.finding import (
    DESCRIBED,
    INHERITED,
    INTRODUCED,
    MARKED,
    NAME_BESIDE,
    NAME_IN_CLAUSE,
    OPEN,
    PARTIAL,
    REFERRED,
    REPORTED,
)
from analysis.language_packs.packs import load_pack
from analysis.language_packs.quotations import pair_quotations
from tests.analysis.stories import mentions_of
from tests.timing import collector_paused

PERSON = EntityType.PERSON


def quotes_of(text, language, people=(), orgs=(), places=()):
    entities = group_mentions(text, mentions_of(text, people=people, orgs=orgs, places=places))
    return find_direct_quotes(text, entities, language)


def said(text, language, **names):
    """Return the contents, the speaker's name and the cue of each quote."""
    return [
        (
            " … ".join(span.of(text) for span in quote.fragments),
            quote.speaker.name if quote.speaker else None,
            quote.cue.of(text) if quote.cue else None,
        )
        for quote in quotes_of(text, language, **names)
    ]


@pytest.mark.parametrize(
    ("language", "text", "contents"),
    [
        pytest.param("it", "«Sì», «no»", ["Sì", "no"], id="two"),
        pytest.param("it", "“a «b» c”", ["a «b» c"], id="another pair inside"),
        pytest.param("fr", "« a « b » c »", [" a « b » c "], id="the same pair inside"),
        pytest.param("fr", "« a. Puis « b » et « c »", [" b ", " c "], id="outer closer lost"),
        pytest.param("fr", "« a. Puis “b” et c", [" a. Puis “b” et c"], id="left open"),
        pytest.param("fr", "« a\n\nb c", [" a"], id="left open, and nothing goes on"),
        pytest.param("fr", "« a\n\nb «c»", [" a", "c"], id="left open, and another opens"),
        pytest.param("it", "“a «b c”", ["a «b c"], id="inner closer lost"),
        pytest.param("it", "«a “b c»", ["a “b c"], id="another inner closer lost"),
        pytest.param("de", "„a“ und “b”", ["a", "b"], id="closer that may open"),
        pytest.param("de", "»a« und »b«", ["a", "b"], id="guillemets point inwards"),
        pytest.param("de", "«a» und «b»", ["a", "b"], id="guillemets point outwards"),
        pytest.param("de", "„a ‚b‘ c“", ["a ‚b‘ c"], id="German single ones"),
        pytest.param("es", "‘a’ ‹b›", ["a", "b"], id="single ones alone"),
        pytest.param("it", "“Yes, “ poi", ["Yes, "], id="closed by an opener"),
        pytest.param("it", "dell\"Unità\" e l'\"uomo\"", ["Unità", "uomo"], id="after an elision"),
        pytest.param("it", "‘l’uomo’ e ‘un’idea’", ["l’uomo", "un’idea"], id="apostrophes inside"),
        pytest.param("it", "gli anni ’80 e ‘90, un po’ dopo", [], id="elisions"),
        pytest.param("it", 'un tubo da 6" e basta', [], id="inches"),
        pytest.param("it", "niente» qui”", [], id="stray closers"),
        pytest.param("it", "«»“”\"\" “a “”b”", ["a “”b"], id="nothing inside"),
        pytest.param("it", "no marks", [], id="none"),
        pytest.param("it", "", [], id="empty"),
    ],
)  # fmt: skip
def test_pair_quotations(language, text, contents):
    """The outermost pairs of a language's marks are found, whatever stands inside."""
    found = pair_quotations(text, load_pack(language).closers)
    assert [part.of(text) for quotation in found for part in quotation.parts] == contents


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        pytest.param("«a.\n«b.\n«c».", ["a.", "b.", "c"], id="opened anew"),
        pytest.param("«a.\n\n»b».", ["a.", "b"], id="begun with a closer"),
        pytest.param("«a.\n  \nb» c", ["a.", "b"], id="closed later"),
        pytest.param("«a.\n«", ["a."], id="opened anew for nothing"),
        pytest.param("«\na»", ["a"], id="nothing in the first"),
        pytest.param("«\n»", [], id="nothing in either"),
        pytest.param("«\n\n", [], id="nothing at all"),
    ],
)
def test_pair_over_paragraphs(text, parts):
    """A quotation that a paragraph leaves open goes on where the next one shows that it does."""
    found = pair_quotations(text, load_pack("es").closers)
    assert [part.of(text) for quotation in found for part in quotation.parts] == parts
    assert len(found) <= 1


CONTENT = "Non firmeremo mai quel contratto assurdo"
SAID = f"«{CONTENT}»"


@pytest.mark.parametrize(
    ("text", "speaker", "cue"),
    [
        pytest.param(f"{SAID}, Rossi ha detto.", "Rossi", "ha detto", id="subject first"),
        pytest.param(f"{SAID}, Rossi poi ha detto.", "Rossi", "ha detto", id="an adverb between"),
        pytest.param(f"{SAID}, Rossi dice che piove.", None, None, id="subject, and words of its own"),
        pytest.param(f"{SAID}, ha detto che piove Rossi.", None, None, id="words of its own"),
        pytest.param(f"{SAID}, Rossi parte.", None, None, id="subject without a verb"),
        pytest.param(f"{SAID}, Rossi.", None, None, id="a name alone"),
        pytest.param(f"{SAID}, poi anche ancora infine inoltre dice.", None, None, id="only adverbs"),
        pytest.param(f"{SAID},", None, None, id="a comma alone"),
        pytest.param(f"{SAID}, Rossi, aggiungendo altro.", None, None, id="a gerund"),
        pytest.param(f"{SAID}. Così Rossi.", "Rossi", "Così", id="source in the next sentence"),
        pytest.param(f"{SAID}. Lo dice sempre Rossi.", "Rossi", "dice", id="back reference"),
        pytest.param(f"{SAID}. Lo dice.", None, None, id="back reference to nobody"),
        pytest.param(f"{SAID}. Lo Rossi dice.", None, None, id="no back reference"),
        pytest.param(f"{SAID}. Lo si è visto e basta, davvero.", None, None, id="back reference without a verb"),
        pytest.param(f"{SAID}. Lo", None, None, id="back reference cut off"),
        pytest.param(f"{SAID}, secondo", None, None, id="source cut off"),
        pytest.param(f"{SAID}, secondo altri.", None, None, id="source and no speaker"),
        pytest.param(f"{SAID}, ha poi anche.", None, None, id="auxiliary alone"),
        pytest.param(f"{SAID}, ha la febbre Rossi.", None, None, id="no auxiliary"),
        pytest.param(f"{SAID}, si è chiesto Rossi.", "Rossi", "si è chiesto", id="reflexive"),
        pytest.param(f"{SAID}, dice di Rossi.", None, "dice", id="spoken of"),
        pytest.param(f"{SAID}, dice a Rossi e Bianchi.", None, "dice", id="spoken to"),
        pytest.param(f"{SAID}, dice al collega Rossi.", None, "dice", id="spoken to, with a role"),
        pytest.param(f"{SAID}, dice alla", None, "dice", id="preposition cut off"),
        pytest.param(f"{SAID}, dice mentre Rossi esce.", None, "dice", id="another clause"),
        pytest.param(f"{SAID}, dice il portavoce del ministro Rossi.", None, "dice", id="spokesman of one with a role"),
        pytest.param(f"{SAID}, dice il sindaco, Rossi, uscendo.", "Rossi", "dice", id="apposition"),
        pytest.param(f"{SAID}, dice il dott. Rossi.", "Rossi", "dice", id="abbreviated title"),
        pytest.param(f"{SAID}, dice l'onorevole.", None, "dice", id="title alone"),
        pytest.param(f"{SAID}, dice il capo della", None, "dice", id="complement cut off"),
        pytest.param(f"{SAID}, dice il capo della, boh.", None, "dice", id="complement missing"),
        pytest.param(f"{SAID}, dice la", None, "dice", id="article cut off"),
        pytest.param(f"{SAID}, dice Roma.", "Roma", "dice", id="a place right after"),
        pytest.param(f"{SAID}, dice subito, a fatica, Roma.", None, "dice", id="a place further away"),
        pytest.param(f"{SAID}, dicono Rossi e il medico.", "Rossi", "dicono", id="joined to no name"),
        pytest.param(f"Rossi (Lega) ha detto: {SAID}", "Rossi", "ha detto", id="party in brackets"),
        pytest.param(f"Rossi (Lega ha detto: {SAID}", "Lega", "ha detto", id="bracket not closed"),
        pytest.param(f"Rossi, ieri, stanco, ha detto: {SAID}", "Rossi", "ha detto", id="commas that part nothing"),
        pytest.param(f"Ieri Rossi, ha detto: {SAID}", "Rossi", "ha detto", id="a comma too many"),
        pytest.param(f"Ieri, ha detto: {SAID}", None, "ha detto", id="a comma and nobody"),
        pytest.param(f"Lega e Rossi, usciti, a Roma ha detto: {SAID}", "Lega", "ha detto", id="first of two joined"),
        pytest.param(f"Ha detto Rossi: {SAID}", "Rossi", "Ha detto", id="verb first"),
        pytest.param(f"Roma ha detto: {SAID}", "Roma", "ha detto", id="a place right before"),
        pytest.param(f"La replica di Rossi: {SAID}", "Rossi", ":", id="announcement"),
        pytest.param(f"La replica di tutti: {SAID}", None, None, id="announcement of nobody named"),
        pytest.param(f"Boh: {SAID}", None, None, id="a word and a colon"),
        pytest.param(f": {SAID}", None, None, id="a colon alone"),
        pytest.param(f"Per Rossi, {SAID}", "Rossi", "Per", id="source of a sentence"),
        pytest.param(f"Rossi ha detto:\n{SAID}", "Rossi", "ha detto", id="colon in the line before"),
        pytest.param(f"Rossi ha detto.\n{SAID}", None, None, id="no colon in the line before"),
        pytest.param(f"Disse Rossi\n{SAID}, dice.", "Rossi", "dice", id="verb in the line before"),
        pytest.param(f"Un po' tutti, poi Rossi. {SAID}", None, None, id="not what the sentence is about"),
        pytest.param(f"{SAID} è il titolo. Bianchi arriva. {SAID} è un film.", None, None, id="not alone"),
    ],
)  # fmt: skip
def test_italian_reports(text, speaker, cue):
    """A report has its verb beside the marks, and a subject that no preposition leads in."""
    found = said(text, "it", people=["Rossi", "Bianchi"], orgs=["Lega"], places=["Roma"])
    assert found[0] == (CONTENT, speaker, cue)


@pytest.mark.parametrize(
    ("text", "contents"),
    [
        pytest.param("«Io, ha detto Rossi, vado»", "Io … vado", id="commas"),
        pytest.param("«Io vado, ha la tosse, e basta così davvero»", "Io vado, ha la tosse, e basta così davvero", id="an auxiliary alone"),
        pytest.param("«Io vado, dice a Rossi che piove, e resto»", "Io vado, dice a Rossi che piove, e resto", id="no subject"),
        pytest.param("«Io vado, dice Rossi: ciao, e resto»", "Io vado, dice Rossi: ciao, e resto", id="a colon"),
        pytest.param("«Io vado! dice Rossi. Resto»", "Io vado! … Resto", id="after an exclamation"),
        pytest.param("«Io vado , dice Rossi»", "Io vado", id="a space before the comma"),
        pytest.param("«Io – dice –, vado»", "Io … vado", id="no subject between dashes"),
        pytest.param("«Io vado – dice Rossi»", "Io vado", id="a dash alone"),
        pytest.param("«Io vado – dice Rossi in un film che dura tanto e tanto e tanto e tanto e tanto e tanto e tanto e tanto e tanto e tanto e tanto e tanto e tanto»", None, id="a clause too long"),
        pytest.param("«Io vado via subito, dice e poi anche ancora infine inoltre»", "Io vado via subito, dice e poi anche ancora infine inoltre", id="only adverbs after"),
        pytest.param("«Io vado via subito adesso, poi anche ancora infine inoltre dice Rossi»", "Io vado via subito adesso, poi anche ancora infine inoltre dice Rossi", id="only adverbs before"),
        pytest.param("«Io vado via adesso, e subito,»", "Io vado via adesso, e subito,", id="a comma at the end"),
        pytest.param("«Io vado via, dicendo Rossi, e resto»", "Io vado via, dicendo Rossi, e resto", id="a gerund"),
        pytest.param("«Noi ora andiamo, dice sig. Rossi, ma restiamo»", "Noi ora andiamo … ma restiamo", id="an abbreviation"),
    ],
)  # fmt: skip
def test_insertions(text, contents):
    """A clause inside the words is cut out where it has a verb of saying and its subject."""
    text = f"Poi: {text}." if contents else text
    found = [words for words, _, _ in said(text.removeprefix("Poi: "), "it", people=["Rossi"])]
    if contents:
        assert found == [contents]
    else:
        assert found == [text.strip("«»")]


@pytest.mark.parametrize(
    ("language", "text", "quotes"),
    [
        pytest.param("it", "«Sì, certo», dice Rossi, «ma no». Poi: «Forse no».", [("Sì, certo … ma no", "Rossi", "dice"), ("Forse no", "Rossi", ":")], id="joined, then more"),
        pytest.param("it", "«Sì, certo», dice Rossi: «ma no».", [("Sì, certo … ma no", "Rossi", "dice")], id="joined by a colon"),
        pytest.param("it", "«Sì, certo», dice Rossi. «Ma no», dice Bianchi.", [("Sì, certo", "Rossi", "dice"), ("Ma no", "Bianchi", "dice")], id="each with a report"),
        pytest.param("it", "«Sì, certo», dice Rossi leggendo «La Stampa».", [("Sì, certo", "Rossi", "dice")], id="a title after"),
        pytest.param("it", "«Sì, certo», dice Rossi. Poi esce. «Ma non torna più indietro, credetemi».", [("Sì, certo", "Rossi", "dice"), ("Ma non torna più indietro, credetemi", None, None)], id="a sentence between"),
        pytest.param("it", "«Sì, certo», dice Rossi.\n«Ma non torno più indietro, credetemi».", [("Sì, certo", "Rossi", "dice"), ("Ma non torno più indietro, credetemi", "Rossi", None)], id="the next paragraph"),
        pytest.param("it", "«Chi va?», dice Rossi.\n«Ma io non vado di certo, credetemi».", [("Chi va?", "Rossi", "dice"), ("Ma io non vado di certo, credetemi", None, None)], id="an answer"),
        pytest.param("it", "«Non torno più indietro, credetemi davvero». «Mai più», dice Rossi.", [("Non torno più indietro, credetemi davvero", "Rossi", None), ("Mai più", "Rossi", "dice")], id="before its report"),
        pytest.param("it", "«Non torno più indietro, credetemi davvero». «Mai più», dice il medico.", [("Non torno più indietro, credetemi davvero", None, None), ("Mai più", None, "dice")], id="before nobody named"),
        pytest.param("it", "«Sì, certo», dice Rossi, e Bianchi replica: «Ma no».", [("Sì, certo", "Rossi", "dice"), ("Ma no", "Bianchi", "replica")], id="two reports in one sentence"),
        pytest.param("it", "Rossi dice che è «un Errore grande» e «Un errore».", [("un Errore grande", "Rossi", "dice")], id="a title in a sentence"),
        pytest.param("it", "«Sì, certo», dice Rossi. «Ma no». «Non torno più indietro, credetemi davvero».", [("Sì, certo … Ma no", "Rossi", "dice"), ("Non torno più indietro, credetemi davvero", "Rossi", None)], id="goes on in its paragraph"),
        pytest.param("it", "«Sì, certo», dice Rossi,\n«Ma no».", [("Sì, certo", "Rossi", "dice")], id="halves in two paragraphs"),
        pytest.param("it", "Rossi dice che il libro «La notte di tutti» è bello.", [], id="a title in what is reported"),
        pytest.param("it", f"Rossi dice, ridendo, a tutti {SAID}", [], id="a verb too far away"),
        pytest.param("it", f"Per Rossi è finita, {SAID}", [], id="no source of a sentence"),
        pytest.param("it", "Rossi esce. «Mai», dice la sua ombra.", [("Mai", None, "dice")], id="a subject that is nobody named"),
        pytest.param("it", "Rossi esce. «Mai», dice, ricordando la gente.", [("Mai", "Rossi", "dice")], id="no subject before the comma"),
        pytest.param("it", "Rossi esce. «Mai», dice subito a lui la gente.", [("Mai", None, "dice")], id="a subject further away"),
        pytest.param("it", "«Non torno più indietro, credetemi", [], id="never closed"),
        pytest.param("it", "«Sì, certo», dice Rossi, «ma no", [("Sì, certo", "Rossi", "dice")], id="half never closed"),
        pytest.param("it", "«…», dice Rossi.", [], id="no words"),
        pytest.param("it", "«Mai», dicono loro.", [("Mai", None, "dicono")], id="several"),
        pytest.param("it", "Rossi esce. «Mai», dicono.", [("Mai", None, "dicono")], id="several who are not named"),
        pytest.param("it", "Rossi e Bianchi escono. «Mai», ha detto.", [("Mai", None, "ha detto")], id="one of two"),
        pytest.param("it", "«Mai», dice la Lega. «E poi mai», aggiunge.", [("Mai", "Lega", "dice"), ("E poi mai", "Lega", "aggiunge")], id="an organisation goes on"),
        pytest.param("it", "«Mai», dice la Lega. Entra Anna Rossi. «E poi mai», aggiunge lei.", [("Mai", "Lega", "dice"), ("E poi mai", "Anna Rossi", "aggiunge")], id="an organisation is no she"),
        pytest.param("it", "«Mai», dice Rossi, ministro. Entra Bianchi. «E poi mai», aggiunge il ministro.", [("Mai", "Rossi", "dice"), ("E poi mai", "Rossi", "aggiunge")], id="role after the name"),
        pytest.param("it", "Il ministro Rossi e il ministro Bianchi escono. «Mai», dice il ministro.", [("Mai", None, "dice")], id="a role of two"),
        pytest.param("it", "Parla con il portavoce per Rossi. «Mai», dice il portavoce.", [("Mai", None, "dice")], id="a role that is not the name's"),
        pytest.param("it", "Nel libro «Il mondo» racconta Rossi la sua vita.", [], id="a title before a verb"),
        pytest.param("it", "Rossi: «Mai».\n\nRossi: «Mai».", [("Mai", "Rossi", ":"), ("Mai", "Rossi", ":")], id="labels"),
        pytest.param("fr", "« Jamais », dit M. Rossi.", [("Jamais", "Rossi", "dit")], id="title with a full stop"),
        pytest.param("fr", "« Jamais », disent-ils.", [("Jamais", None, "disent-ils")], id="they"),
        pytest.param("fr", "— Jamais, dit Rossi. Il sort.\n— Bon.\n\nUn autre jour.\n— Sans rien\n— Lui", [("Jamais", "Rossi", "dit"), ("Bon.", None, None)], id="dialogue"),
        pytest.param("fr", "— Jamais, dit Rossi en sortant", [("Jamais", "Rossi", "dit")], id="dialogue without a full stop"),
        pytest.param("es", "—Nunca —dijo Rossi.\n—…\n—Vale.", [("Nunca", "Rossi", "dijo"), ("Vale.", None, None)], id="a line without words"),
        pytest.param("es", "—Nunca —dijo Rossi.\n— «No» y nada\n«Jamás volveré a esta casa vacía».", [("Nunca", "Rossi", "dijo"), ("Jamás volveré a esta casa vacía", None, None)], id="dialogue and quotations"),
        pytest.param("de", "„Nie“, hat er, Rossi, gesagt.", [("Nie", None, None)][:0], id="a comma in a split verb"),
        pytest.param("de", "„Nie“, hat der Minister Rossi am Montag gesagt.", [("Nie", "Rossi", "gesagt")], id="a split verb"),
        pytest.param("de", "Rossi geht. „Nie“, sagte.", [("Nie", None, "sagte")], id="a subject that is missing"),
        pytest.param("de", "„Nie“, hat Rossi.", [], id="a split verb without its other half"),
        pytest.param("de", "Irgendwem zufolge „ist das nie so gewesen“.", [], id="a source after nobody"),
    ],
)  # fmt: skip
def test_stories(language, text, quotes):
    """Utterances are kept whole, and taken from one speaker to the next only where that is sure."""
    people = ["Anna Rossi", "Rossi", "Bianchi"]
    assert said(text, language, people=people, orgs=["Lega"]) == quotes


@pytest.mark.parametrize(
    ("text", "content", "speaker"),
    [
        pytest.param("«Mai», dice Rossi.", REPORTED, NAME_BESIDE, id="name beside the verb"),
        pytest.param("«Mai», dice a Roma Rossi.", REPORTED, NAME_IN_CLAUSE, id="name in the clause"),
        pytest.param("«Mai», dice il medico.", REPORTED, DESCRIBED, id="description"),
        pytest.param("Rossi esce. «Mai», dice lui.", REPORTED, REFERRED, id="pronoun"),
        pytest.param("Rossi e Bianchi escono. «Mai», dice lui.", REPORTED, OPEN, id="one of two"),
        pytest.param("Rossi dice che «è un errore».", PARTIAL, NAME_IN_CLAUSE, id="part"),
        pytest.param(SAID, MARKED, 1.0, id="nobody"),
        pytest.param(f"Rossi non ha dubbi. {SAID}.", MARKED, INTRODUCED, id="sentence before"),
        pytest.param(f"{SAID} «Mai», dice Rossi.", MARKED, INHERITED, id="goes on"),
    ],
)  # fmt: skip
def test_confidence(text, content, speaker):
    """Each kind of evidence has its confidence; that of the speaker counts given the words."""
    quote = quotes_of(text, "it", people=["Rossi", "Bianchi"])[0]
    assert quote.content_confidence == content
    assert quote.confidence == pytest.approx(content * speaker, abs=0.08)
    assert quote.kind is QuoteKind.DIRECT


def test_a_pronoun_of_two_is_ambiguous():
    """Where two may be meant both are candidates, the one named last first, and neither speaks."""
    text = "Rossi saluta Bianchi. «Mai», dice lui."
    (quote,) = quotes_of(text, "it", people=["Rossi", "Bianchi"])
    assert quote.status is AttributionStatus.AMBIGUOUS
    assert [speaker.name for speaker in quote.candidates] == ["Bianchi", "Rossi"]
    assert quote.speaker.name is None
    assert quote.speaker.mention.kind is MentionKind.PRONOUN


def test_overlapping_names():
    """Of two names that overlap the first counts, and none past the end of the text does."""
    text = "«Mai», dice Anna Rossi."
    spans = {"per-1": Span(12, 22), "per-2": Span(17, 22), "per-3": Span(12, 99)}
    entities = [
        Entity(id, PERSON, "X", (), (Mention(span, PERSON, 0.8),), 0.5)
        for id, span in spans.items()
    ]
    (quote,) = find_direct_quotes(text, entities, "it")
    assert quote.speaker.entity_id == "per-1"


def test_a_name_without_words():
    """An entity whose name is blank has no gender, and still speaks."""
    text = "Rossi esce. «Mai», dice lui."
    entity = Entity("per-1", PERSON, "", (), (Mention(Span(0, 5), PERSON, 0.8),), 0.5)
    (quote,) = find_direct_quotes(text, [entity], "it")
    assert quote.speaker.entity_id == "per-1"


@pytest.mark.parametrize("language", LANGUAGES)
def test_packs(language):
    """A pack is read once, and has verbs, marks and people."""
    pack = load_pack(language)
    assert pack is load_pack(language)
    assert len(pack.verbs.finite) > 100
    assert len(pack.people.roles) > 100
    assert {"«", "“", "„"} <= pack.closers.keys()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "\x00«\x00»",
        "«\ud800», dice \udfff.",
        "«👩‍👩‍👧‍👦», a dit\u202fLee.",
        "«\r\n»\r\n\u2028—\u2029-",
        "İ «İ», dice İ.",
        "".join(map(chr, range(1, 1000))),
        "«Sí» y « — dijo el alcalde de Porto.",
        'Er nannte es "Unsinn und sagte: "Das ist gut" – sagte Karl Müller am Montag.',
        "« – dice Lee –, vado» “ – sagte Lee – ” « — a dit Lee»",
    ],
)
def test_odd_text(language, text):
    """No text makes an exception, wherever the names in it lie."""
    mentions = [Mention(Span(i, i + 1), PERSON, 0.8) for i in range(0, len(text), 3)]
    find_direct_quotes(text, group_mentions(text, mentions), language)


PIECES = st.sampled_from(
    [
        *"«»“”„\"‹›‚‘’—–-,.:;!?()'\n \u00a0\u202f\x00",
        *("Lee", " Ann Lee", "lui", " er ", " elle ", " dice ", " ha ", " detto ", " a-t-il dit "),
        *(" sagte ", " hat ", " gesagt ", " dijo ", " según ", " il ", " der ", " di ", " che "),
        *(" sindaco ", " Sprecher ", " maire ", " e ", " und ", "Noi andremo via domani mattina"),
        *(" – ", " — ", " – dice Lee –, ", " — dijo Lee", "« ", '" '),
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join), st.sampled_from(LANGUAGES))
def test_any_text(text, language):
    """Quotes are in order and apart, none is empty, and what they refer to is there."""
    entities = group_mentions(text, mentions_of(text, people=["Ann Lee", "Lee"]))
    quotes = find_direct_quotes(text, entities, language)
    spans = [span for quote in quotes for span in quote.fragments]
    assert spans == sorted(spans)
    assert all(a.end <= b.start for a, b in pairwise(spans))
    known = {entity.id for entity in entities}
    for quote in quotes:
        assert all(span.of(text) == span.of(text).strip() != "" for span in quote.fragments)
        assert (quote.status is AttributionStatus.AMBIGUOUS) is bool(quote.candidates)
        assert quote.speaker is None or quote.speaker.entity_id in known | {None}
        assert quote.cue is None or quote.cue.end <= len(text)


def people(sentence, count):
    """Return a sentence for each of so many people, of whom no two share a name."""
    return "".join(sentence.replace("NAME", f"Gx{i}x Sy{i}y") for i in range(count))


NAMED = r"Gx\d+x Sy\d+y|Rossi"
LONG = {
    "only marks": (lambda n: "« “ ” » „ \" ' ‹ › " * n, 6_000),
    "straight marks": (lambda n: '"' * n, 50_000),
    "only opening marks": (lambda n: "«a " * n, 50_000),
    "one megabyte of a letter": (lambda n: "a" * n, 500_000),
    "one paragraph without a stop": (lambda n: "parole lunghe, " * n, 16_500),
    "one quotation of spaces": (lambda n: f"«{' ' * n}»", 500_000),
    "line ends": (lambda n: "\n" * n + "«x", 500_000),
    "quotes of one": (lambda n: "«La città è pronta», ha detto Rossi. " * n, 2_000),
    "unreported": (lambda n: f"Rossi è qui. {SAID}. " * n, 2_000),
    "neighbors": (lambda n: SAID * n, 2_000),
    "paragraphs": (lambda n: f"Rossi dice:\n{SAID}\n" * n, 2_000),
    "never closed": (lambda n: "«Noi andiamo avanti, dice Rossi, e basta.\n" * n, 2_000),
    "insertions": (lambda n: f"«{'noi – dice Rossi – ' * n}»", 2_000),
    "clauses that are none": (lambda n: f"«{'! dice ' * n}»", 4_000),
    "dialogue": (lambda n: "—Sí —dijo Rossi\n" * n, 2_000),
    "2,500 names": (lambda n: people("«Noi andiamo via», dice NAME. ", n), 2_500),
    "2,500 names in one list": (lambda n: people("NAME, ", n) + "«Mai», dice lui. " * n, 2_500),
    "one role for many": (lambda n: people("Il ministro NAME esce. «Mai», dice il ministro. ", n), 2_500),
    "joined names": (lambda n: people("NAME e ", n) + "ha detto: «Mai»." * n, 2_500),
}  # fmt: skip
# See tests/analysis/test_logic_limits.py on these.
MOST_TIMES, LEAST_SECONDS, ATTEMPTS = 8, 0.15, 3


def seconds(text, language):
    """Return the processor time that a text takes."""
    entities = [
        Entity(f"per-{i}", PERSON, name, (), tuple(mentions), 0.0)
        for i, (name, mentions) in enumerate(_names(text).items())
    ]
    gc.collect()
    with collector_paused():
        begun = time.process_time()
        find_direct_quotes(text, entities, language)
        return time.process_time() - begun


def _names(text):
    found = {}
    for match in re.finditer(NAMED, text):
        found.setdefault(match.group(), []).append(Mention(Span(*match.span()), PERSON, 0.8))
    return found


@pytest.mark.parametrize("language", ["de", "it"])
@pytest.mark.parametrize(("build", "count"), LONG.values(), ids=LONG.keys())
def test_linear_time(build, count, language):
    """A text four times as long takes about four times as long, not sixteen."""
    for _ in range(ATTEMPTS):
        before, after = seconds(build(count // 4), language), seconds(build(count), language)
        if after <= max(LEAST_SECONDS, MOST_TIMES * before):
            return
    pytest.fail(f"{before:.2f} s, then {after:.2f} s")
