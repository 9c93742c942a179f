"""The steps put together, with the shipped model and with random ones."""

import hashlib
import inspect
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from stanza.pipeline.processor import Processor

import analysis.processors
from analysis.confidence import CONFIDENCES_FILE, Confidences, SpeakerForm
from analysis.document import (
    Analysis,
    Article,
    AttributionStatus,
    EntityType,
    Mention,
    ModelInfo,
    QuoteKind,
    Reading,
    Span,
)
from analysis.errors import ModelDamaged, PackageMissing, PackageUnavailable, UnsupportedLanguage
from analysis.markup import make_legible
from analysis.models import WEIGHTS_FILE
from analysis.pipeline import CombinedPipeline, PackagePipeline, WhosaidPipeline, load_pipeline
from tests.tiny_model import WIDE, write_tiny_model
from training.export import write_confidences

ROOT = Path(__file__).parents[2]

STORY = (
    "Mayor Ann Lee opened the harbour in Larnport on Monday. “We have waited ten years for this "
    "day,” Lee said.\n\nThe Larnport Port Authority said that ships would arrive in May.\n"
)
OTHER = "“Nobody asked the fishermen what they wanted,” Tomas Brandt told Radio Larnport. He left."


@pytest.fixture(scope="module")
def random_pipeline(tmp_path_factory):
    """A pipeline whose random model finds something in every text: a stress for all that follows."""
    return WhosaidPipeline(write_tiny_model(tmp_path_factory.mktemp("model"), config=WIDE))


class FixedReader:
    """Reads each text as holding one name: its first three letters, or those that are given."""

    def __init__(self, language="xx", name=None):
        self.info = ModelInfo("fixed", "1", "", (language,))
        self.name = name

    def read(self, texts):
        return [Reading((Mention(self._find(text), EntityType.PERSON, 0.9),)) for text in texts]

    def _find(self, text):
        at = text.index(self.name) if self.name else 0
        return Span(at, at + 3)


def analyze_one(pipeline, text: str) -> Analysis:
    (analysis,) = pipeline.analyze([text])
    return analysis


@pytest.mark.model
def test_names_and_speakers(pipeline):
    """A plain story has its people, places and organisations, and who said what."""
    analysis = analyze_one(pipeline, STORY)
    names = {(str(entity.type), entity.name) for entity in analysis.entities}
    assert {("person", "Ann Lee"), ("place", "Larnport")} <= names
    quote = analysis.quotes[0]
    assert [span.of(STORY) for span in quote.fragments] == [
        "We have waited ten years for this day,"
    ]
    assert quote.kind is QuoteKind.DIRECT
    assert quote.status is AttributionStatus.ATTRIBUTED
    assert quote.speaker.name == "Ann Lee"
    assert quote.speaker.mention.span.of(STORY) == "Lee"
    assert quote.cue.of(STORY) == "said"


@pytest.mark.model
def test_shipped_model_is_the_one_its_config_names(pipeline):
    """The digest that callers are told is that of the weights' file."""
    from analysis.models import SHIPPED_WEIGHTS

    digest = hashlib.sha256((SHIPPED_WEIGHTS / WEIGHTS_FILE).read_bytes()).hexdigest()
    (model,) = pipeline.models
    assert model.digest == digest
    assert "en" in model.languages


@pytest.mark.model
def test_batching_changes_nothing(pipeline):
    """A text is analyzed alike alone, with others, in any order and twice."""
    texts = [STORY, OTHER, "", STORY + OTHER]
    alone = [analyze_one(pipeline, text) for text in texts]
    assert list(pipeline.analyze(texts)) == alone
    assert list(pipeline.analyze(texts[::-1])) == alone[::-1]
    assert [repr(a) for a in pipeline.analyze(texts)] == [repr(a) for a in alone]


@pytest.mark.model
def test_ids_are_stable(pipeline):
    """An entity has the same id in every document that names it so."""
    first, second = pipeline.analyze([STORY, OTHER + "\n\n" + STORY])
    ids = {entity.name: entity.id for entity in first.entities}
    others = {entity.name: entity.id for entity in second.entities}
    shared = ids.keys() & others.keys()
    assert "Ann Lee" in shared
    assert all(ids[name] == others[name] for name in shared)


@pytest.mark.model
def test_real_model_reads_long_texts_in_linear_time(pipeline):
    """A text four times as long takes about four times as long, not sixteen."""
    assert cost(pipeline, STORY * 20) < 8 * cost(pipeline, STORY * 5)


ODD = [
    pytest.param("", id="empty"),
    pytest.param(" \t\r\n\u00a0\u3000", id="white space"),
    pytest.param("\u200b\ufeff", id="no width"),
    pytest.param("“”„«»\"''", id="only marks"),
    pytest.param('"' * 300, id="one long mark"),
    pytest.param("“ ” " * 100, id="empty quotations"),
    pytest.param("He she they it him her them his hers theirs I we you.", id="only pronouns"),
    pytest.param("he said she said they said it said " * 10, id="only pronouns and cues"),
    pytest.param("a" * 3000, id="one unbroken token"),
    pytest.param("A-" * 500, id="one hyphenated token"),
    pytest.param("https://example.org/" + "x1/" * 300, id="one address"),
    pytest.param("\x00", id="NUL"),
    pytest.param("\x00Ann\x00 Lee\x00 said: “No\x00.”", id="NUL all over"),
    pytest.param("\ud83d Ann Lee said: “No \ude00 way out of it.”", id="lone surrogates"),
    pytest.param("\n".join("ABCDEF"), id="a letter a line"),
    pytest.param("NAME: “…”\nNAME: …\nNAME: -\n", id="transcript of nothing"),
    pytest.param("[CLS] Ann [SEP] said [PAD] [MASK] [unused1] “it”", id="the encoder's own markers"),
    pytest.param("e\u0301" * 200, id="combining marks"),
    pytest.param("\u0301\u0301\u0301", id="combining marks only"),
    pytest.param("\u202eאמר\u202c: “שלום לכולם חברים” \u200f", id="right to left"),
    pytest.param("👩‍👩‍👧‍👦" * 60, id="emoji of many code points"),
    pytest.param("安倍晋三は「はい」と言った。" * 10, id="no spaces"),
    pytest.param("1 2 3 4 5 6 7 8 9 0 " * 20, id="digits"),
    pytest.param("a\u2028b\u2029c\x85d\x0be\x0cf\r", id="every line end"),
]  # fmt: skip


@pytest.mark.model
@pytest.mark.parametrize("text", ODD)
def test_odd_texts(pipeline, text):
    """No text that a caller can send makes the analysis fail."""
    check_verbatim(analyze_one(pipeline, text), text)


@pytest.mark.parametrize("text", ODD)
def test_odd_texts_read_at_random(random_pipeline, text):
    """However wrong the model is, what follows copes with it."""
    check_verbatim(analyze_one(random_pipeline, text), text)


def check_verbatim(analysis: Analysis, text: str) -> None:
    assert analysis.text == text
    for entity in analysis.entities:
        assert all(m.span.end <= len(text) for m in entity.mentions)
        assert list(entity.mentions) == sorted(entity.mentions)
    for quote in analysis.quotes:
        assert all(span.end <= len(text) for span in quote.fragments)
        assert list(quote.fragments) == sorted(quote.fragments)


def cost(pipeline, text: str) -> float:
    """Return the processor time that a text takes: what else the machine does hardly counts."""
    started = time.process_time()
    list(pipeline.analyze([text]))
    return time.process_time() - started


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        pytest.param("The mayor said the bridge is new, and “we will not” go on. ", 6_000, id="prose"),
        pytest.param("“ the ” « said » he ", 3_000, id="marks"),
        pytest.param("Ann Lee ", 3_000, id="names"),
        pytest.param("He said she said ", 3_000, id="pronouns"),
    ],
)  # fmt: skip
def test_linear_time(random_pipeline, sentence, words):
    """A paragraph four times as long takes about four times as long, not sixteen."""
    short = sentence * (words // len(sentence.split()))
    assert cost(random_pipeline, short * 4) < 10 * cost(random_pipeline, short)


def test_language(random_pipeline):
    """A language that the model does not read is refused, with those that it does."""
    with pytest.raises(UnsupportedLanguage) as caught:
        random_pipeline.analyze(["Guten Tag."], language="de")
    assert (caught.value.language, caught.value.supported) == ("de", ("en",))


def test_nothing_to_analyze(random_pipeline):
    """No texts, no analyses."""
    assert list(random_pipeline.analyze([])) == []


def test_folder_without_a_model(tmp_path):
    """A folder that lacks the weights is refused when the pipeline is loaded."""
    (tmp_path / "resources.json").write_text("{}")
    with pytest.raises(ModelDamaged):
        WhosaidPipeline(tmp_path)


def test_folder_without_confidences(tmp_path):
    """A folder that does not say what its scores mean is refused as well."""
    folder = write_tiny_model(tmp_path)
    (folder / CONFIDENCES_FILE).unlink()
    with pytest.raises(ModelDamaged, match="No such file"):
        WhosaidPipeline(folder)


def test_scores_become_probabilities(tmp_path):
    """What lies beside the weights says what the scores of quotes mean."""
    folder = write_tiny_model(tmp_path, config=WIDE)
    never = Confidences(speaker=dict.fromkeys(SpeakerForm, 0.0))
    write_confidences(never, folder / CONFIDENCES_FILE)
    quotes = analyze_one(WhosaidPipeline(folder), STORY * 3).quotes
    assert quotes
    assert {quote.confidence for quote in quotes} == {0.0}
    assert all(quote.content_confidence > 0 for quote in quotes)


def test_names_only():
    """A package that finds names only still gives quotes, with a warning that nobody says them."""
    text = "Ann sagt: “Wir gehen heute nicht mehr nach Hause.”"
    (analysis,) = PackagePipeline(FixedReader()).analyze([text], language="xx")
    assert [entity.name for entity in analysis.entities] == ["Ann"]
    (quote,) = analysis.quotes
    assert quote.fragments[0].of(text) == "Wir gehen heute nicht mehr nach Hause."
    assert (quote.speaker, quote.status) == (None, AttributionStatus.UNATTRIBUTED)
    assert [warning.code for warning in analysis.warnings] == ["quotes-unattributed"]


def spans_of(analysis: Analysis) -> list[Span]:
    """Return every span of an analysis."""
    found = [m.span for entity in analysis.entities for m in entity.mentions]
    for quote in analysis.quotes:
        found += quote.fragments
        found += [quote.cue] if quote.cue else []
        for speaker in filter(None, (quote.speaker, *quote.candidates, *quote.joint)):
            found += [speaker.mention.span] if speaker.mention else []
    return found


def test_markup_is_read_through(random_pipeline):
    """A text with markup is read as its legible form is, every span put back over the markup."""
    text = (STORY + OTHER) * 3
    text = text.replace("“", "&ldquo;").replace("”", "&rdquo;").replace(" L", "&nbsp;L")
    legible = make_legible(text)
    read, plain = analyze_one(random_pipeline, text), analyze_one(random_pipeline, legible.text)
    assert len(spans_of(plain)) > 20
    assert spans_of(read) == [legible.restore(span) for span in spans_of(plain)]
    assert [e.name for e in read.entities] == [e.name for e in plain.entities]


def test_markup_in_names_only():
    """Packages too read through markup."""
    text = "<b>&Eacute;va</b> sagt: &ldquo;Wir gehen heute nicht mehr nach Hause.&rdquo;"
    (analysis,) = PackagePipeline(FixedReader()).analyze([text], language="xx")
    assert [m.span.of(text) for m in analysis.entities[0].mentions] == ["&Eacute;va"]
    assert analysis.quotes[0].fragments[0].of(text) == "Wir gehen heute nicht mehr nach Hause."


@pytest.mark.parametrize("text", ["<p></p>", "&nbsp;", "&shy;", " <br> "])
def test_nothing_but_markup(random_pipeline, text):
    """A text without a legible word holds nothing."""
    assert spans_of(analyze_one(random_pipeline, text)) == []


def test_names_only_in_another_language():
    """A package reads its own language only."""
    with pytest.raises(UnsupportedLanguage):
        PackagePipeline(FixedReader()).analyze(["Ann"], language="en")


def test_package_that_was_not_fetched(tmp_path):
    """A package is never downloaded when the pipeline is loaded."""
    with pytest.raises(PackageMissing):
        load_pipeline(stanza_packages=["de"], models_dir=str(tmp_path))


def test_one_package_a_language(tmp_path):
    """Two packages of one language contradict each other."""
    with pytest.raises(PackageUnavailable, match="one package a language"):
        load_pipeline(stanza_packages=["de", "de:fast"], models_dir=str(tmp_path))


def test_each_language_has_its_pipeline():
    """Of several pipelines, the first answers that reads the language of the texts."""
    first, second = PackagePipeline(FixedReader("xx")), PackagePipeline(FixedReader("yy"))
    combined = CombinedPipeline([first, second])
    assert [model.languages for model in combined.models] == [("xx",), ("yy",)]
    assert list(combined.analyze(["Ann"], "yy")) == list(second.analyze(["Ann"], "yy"))
    (analysis,) = combined.analyze([Article("Ann")], "xx")
    assert analysis.language == "xx"
    with pytest.raises(UnsupportedLanguage, match="'en' is not one of xx, yy"):
        combined.analyze(["Ann"], "en")


def test_a_package_beside_the_shipped_model(monkeypatch):
    """Packages come beside the model that ships, but one of English takes its place."""
    monkeypatch.setattr("analysis.pipeline.load_package", lambda p, _: FixedReader(p.language))
    monkeypatch.setattr(
        "analysis.pipeline.WhosaidPipeline", lambda threads: PackagePipeline(FixedReader("en"))
    )
    for packages, languages in (
        ([], ["en"]),
        (["de"], ["en", "de"]),
        (["de", "fr"], ["en", "de", "fr"]),
        (["en"], ["en"]),
        (["de", "en"], ["en", "de"]),
    ):
        loaded = load_pipeline(stanza_packages=packages)
        assert [model.languages for model in loaded.models] == [(name,) for name in languages]


GERMAN = "„Wir warten“, sagte Ann. Ann lachte."


def test_language_packs():
    """In a language with a pack, direct quotes have speakers, and callers are told the rest."""
    (analysis,) = PackagePipeline(FixedReader("de", "Ann")).analyze([GERMAN], "de")
    (quote,) = analysis.quotes
    assert quote.fragments[0].of(GERMAN) == "Wir warten"
    assert quote.speaker.name == "Ann"
    assert [warning.code for warning in analysis.warnings] == ["indirect-quotes-unsupported"]
    assert analysis.entities[0].salience == 1.0


HEADED = Article(
    "Ana Sousa to rebuild\n\nThe mayor said.\n\nWe build now, not later.", 22, (Span(39, 63),)
)


@pytest.mark.model
def test_layout_reaches_the_rules(pipeline):
    """What is known of an article's layout is known to the rules: here, a block quote."""
    (analysis,) = pipeline.analyze([HEADED])
    quote = analysis.quotes[-1]
    assert [span.of(HEADED.text) for span in quote.fragments] == ["We build now, not later."]
    assert quote.kind is QuoteKind.DIRECT


def test_layout_is_that_of_the_legible_text(random_pipeline):
    """Marked up as it may be, a block quote is found at its words."""
    text = "A&amp;B: &lsquo;x&rsquo;\n\nWe build &amp; wait here.\n\nEnd."
    start = text.index("We")
    article = Article(text, 0, (Span(start, text.index("\n\nEnd")),))
    (analysis,) = random_pipeline.analyze([article])
    assert any(
        span.of(text) == "We build &amp; wait here."
        for quote in analysis.quotes
        for span in quote.fragments
    )


_OFFLINE = """
import socket

def refuse(*_):
    raise OSError("there is no network")

socket.socket.connect = socket.getaddrinfo = refuse
from analysis.languages import load_detector
from analysis.pipeline import load_pipeline

load_detector()
(analysis,) = load_pipeline().analyze(["“We wait,” said Ana Sousa."])
print(analysis.quotes[0].speaker.name)
"""


@pytest.mark.model
def test_nothing_needs_a_network():
    """Models are loaded, and texts read, where no connection can be opened."""
    done = subprocess.run(
        [sys.executable, "-c", _OFFLINE], capture_output=True, text=True, timeout=120, cwd=ROOT
    )
    assert (done.stdout, done.returncode) == ("Ana Sousa\n", 0), done.stderr


@pytest.mark.parametrize(("packages", "threads"), [(["de"], 2), ([], 1)])
def test_threads(packages, threads, monkeypatch):
    """Packages compute with as many threads as is said; of our model only the encoder does."""
    monkeypatch.setattr("analysis.pipeline.load_package", lambda p, _: FixedReader(p.language))
    before = torch.get_num_threads()
    try:
        loaded = load_pipeline(stanza_packages=packages, threads=2)
        assert torch.get_num_threads() == threads
        assert loaded.models
    finally:
        torch.set_num_threads(before)


def test_narration_is_read_once(random_pipeline, monkeypatch):
    """What is quoted in a text is found out once, for all steps that ask."""
    whole = analyze_one(random_pipeline, STORY)
    for module in ("entities", "quotes", "discourse"):
        monkeypatch.setattr(f"analysis.{module}.read_narration", None)
    assert analyze_one(random_pipeline, STORY) == whole


@pytest.mark.model
@pytest.mark.parametrize("text", ["(" * 40_000, "a:" * 20_000, "http://a" * 5_000], ids=len)
def test_no_word_stalls_the_tokenizer(pipeline, text):
    """What no space divides is tokenized in about the time that words take."""
    tokenize = pipeline._pipeline.processors["tokenize"].process
    started = time.process_time()
    document = tokenize(text)
    assert time.process_time() - started < 20
    assert document.text == text


def test_every_step_says_what_it_needs():
    """Stanza checks, when the pipeline is loaded, that each step follows the ones it needs."""
    steps = [
        step
        for _, step in inspect.getmembers(analysis.processors, inspect.isclass)
        if step.__module__ == "analysis.processors" and issubclass(step, Processor)
    ]
    assert len(steps) == 4
    for step in steps:
        assert step.REQUIRES_DEFAULT
        assert len(step.PROVIDES_DEFAULT) == 1


@pytest.mark.model
def test_what_nobody_wants_is_read_no_further(pipeline):
    """A text that is abandoned has no analysis; the others have theirs."""
    texts = ["Ana Sousa said so. " * 200, "Ana Sousa said so."]
    asked = []

    def is_wanted(number):
        asked.append(number)
        return number == 1 or len(asked) < 3

    analyses = pipeline.analyze(texts, is_wanted=is_wanted)
    assert next(analyses) is None
    assert asked == [0, 0, 0]
    assert list(analyses) == list(pipeline.analyze(texts[1:]))
    assert asked == [0, 0, 0, 1]


def test_packages_read_only_what_is_wanted():
    """What nobody wants by the time it is its turn is not given to a package."""
    pipeline = PackagePipeline(FixedReader())
    analyses = pipeline.analyze(["Ana", "Lee", "Bob"], "xx", lambda number: number != 1)
    assert [a and a.text for a in analyses] == ["Ana", None, "Bob"]
