"""Cues and speakers put where the grammar of reporting clauses has them."""

import pytest

from analysis.clauses import correct_clauses
from analysis.document import Attribution, LooseCue, Span
from analysis.marks import mark_states, pair_marks
from tests.analysis.stories import attribution_of


def span(text, words):
    return Span(text.index(words), text.index(words) + len(words))


def attribution(text, contents, cue, speaker):
    return Attribution(
        tuple(span(text, words) for words in contents),
        (span(text, cue),),
        span(text, speaker) if speaker else None,
        0.8,
    )


def correct(text, found, loose=()):
    """Return (contents, cue, speaker) of each corrected attribution, as strings."""
    states = mark_states(text, pair_marks(text))
    return [
        (
            [content.of(text) for content in read.content],
            read.cue[0].of(text),
            read.speaker.of(text) if read.speaker else None,
        )
        for read in correct_clauses(text, found, loose, states)
    ]


def test_subject_after_its_verb():
    """Words that follow the cue of a quotation and can only be its speaker are its speaker."""
    text = "“We have seen no retreat” by foreign troops declared the president Ana Sousa to us."
    found = attribution(
        text,
        ["“We have seen no retreat” by", "the president Ana Sousa"],
        "declared",
        "foreign troops",
    )
    assert correct(text, [found]) == [
        (["“We have seen no retreat” by foreign troops"], "declared", "the president Ana Sousa")
    ]


def test_subject_after_its_verb_and_no_speaker():
    """They are so where the model found no speaker at all."""
    text = "“We have seen no retreat” by foreign troopsdeclared the president Ana Sousa to us."
    contents = ["“We have seen no retreat” by foreign troops", "the president Ana Sousa"]
    found = attribution(text, contents, "declared", None)
    assert correct(text, [found]) == [(contents[:1], "declared", "the president Ana Sousa")]


def test_verb_and_participle_within_the_words():
    """A verb after a quotation and a participle of speech are cues of what they stand beside."""
    text = "“There is no lack,” said spokesman Jo Ek, stressing that the port is open, according to reports."
    found = attribution(
        text,
        ["“There is no lack,” said", "stressing that the port is open"],
        "according to",
        "reports",
    )
    assert correct(text, [found]) == [
        (["“There is no lack,”"], "said", "spokesman Jo Ek"),
        (["the port is open"], "stressing", "spokesman Jo Ek"),
    ]


@pytest.mark.parametrize(
    ("text", "contents", "cue", "speaker"),
    [
        pytest.param(
            "“A lack,” said nobody, and the port is open, according to reports.",
            ["“A lack,” said", "and the port is open"],
            "according to",
            "reports",
            id="no name after the verb",
        ),
        pytest.param(
            "A lack, said Jo Ek, and the port is open, according to reports.",
            ["A lack, said", "and the port is open"],
            "according to",
            "reports",
            id="no mark before the verb",
        ),
        pytest.param(
            "“A lack,” saw Jo Ek, and the port is open, according to reports.",
            ["“A lack,” saw", "and the port is open"],
            "according to",
            "reports",
            id="no verb of speech",
        ),
        pytest.param(
            "Saying that it is late is no use, reports said.",
            ["Saying that it is late is no use"],
            "said",
            "reports",
            id="a participle that opens its sentence",
        ),
        pytest.param(
            "It rains, meaning that it is late, reports said.",
            ["meaning that it is late"],
            "said",
            "reports",
            id="a participle of other meaning",
        ),
        pytest.param(
            "“It is late,” Sousa said, “and it is cold.”",
            ["“It is late,”", "“and it is cold.”"],
            "said",
            "Sousa",
            id="words go on",
        ),
        pytest.param(
            "“It is late,” Sousa said when we met Lee, and left.",
            ["“It is late,”", "when we met Lee"],
            "said",
            "Sousa",
            id="a clause, not a name",
        ),
        pytest.param(
            "The road is shut, Sousa told Ann Lee.",
            ["The road is shut", "Ann Lee"],
            "told",
            "Sousa",
            id="no quotation",
        ),
    ],
)
def test_order_left_alone(text, contents, cue, speaker):
    """A speaker who stands between the words and the cue stays the speaker."""
    found = attribution(text, contents, cue, speaker)
    assert correct(text, [found]) == [(contents, cue, speaker)]


def test_cue_without_content_replaces_what_is_no_verb():
    """A cue of speech right after a content takes the place of one that is no such verb."""
    text = "On that line the boat that it “felt” the wind, says Ana Sousa."
    found = attribution(text, ["it “felt” the wind"], "that it"[:4], "the boat")
    loose = [LooseCue(span(text, "says"), span(text, "Ana Sousa"))]
    assert correct(text, [found], loose) == [(["it “felt” the wind"], "says", "Ana Sousa")]


def test_cue_without_content_takes_the_last_sentence():
    """Of two sentences in one content, a cue right after the second takes the second."""
    text = "It is, adds Lee, “a start”. At work “we do our best”, he concludes."
    found = attribution(text, ["“a start”. At work “we do our best”"], "adds", "Lee")
    loose = [LooseCue(span(text, "concludes"), span(text, "he "))]
    assert correct(text, [found], loose) == [
        (["“a start”"], "adds", "Lee"),
        (["At work “we do our best”"], "concludes", "he "),
    ]


@pytest.mark.parametrize(
    ("words", "loose_words"),
    [
        pytest.param(
            "It is late, Lee said, according to aides.", ("according", "aides"), id="apart"
        ),
        pytest.param("It is late, believes Lee.", ("believes", "Lee"), id="no speech"),
    ],
)
def test_cue_that_takes_nothing(words, loose_words):
    """A cue that follows no content directly, or is none of speech, changes nothing."""
    found = attribution(words, ["It is late"], "is", None)
    loose = [LooseCue(*(span(words, own) for own in loose_words))]
    assert correct(words, [found], loose) == [(["It is late"], "is", None)]


def test_one_sentence_keeps_its_cue():
    """A content of one sentence with a cue of speech is not divided."""
    text = "Lee says it is late, adds Sousa."
    found = attribution(text, ["it is late"], "says", "Lee")
    loose = [LooseCue(span(text, "adds"), span(text, "Sousa"))]
    assert correct(text, [found], loose) == [(["it is late"], "says", "Lee")]


def test_participle_shares_the_subject_of_its_sentence():
    """A participle's speaker is that of the clause before it, not one of an earlier sentence."""
    text = "Oslo announced a plan. “It is good,” declared Ana Sousa, saying that it will work."
    found = [
        attribution(text, ["“It is good,”"], "declared", "Ana Sousa"),
        attribution(text, ["it will work"], "saying", "Oslo"),
    ]
    assert [read[2] for read in correct(text, found)] == ["Ana Sousa", "Ana Sousa"]


def test_finite_verb_keeps_its_speaker():
    """A verb that is no participle may have a speaker of an earlier sentence."""
    text = "Oslo announced a plan. “It is good,” declared Ana Sousa, who said that it will work."
    found = [
        attribution(text, ["“It is good,”"], "declared", "Ana Sousa"),
        attribution(text, ["it will work"], "said", "Oslo"),
    ]
    assert [read[2] for read in correct(text, found)] == ["Ana Sousa", "Oslo"]


def contents(text, *found):
    """Return the contents of each corrected attribution; `found` are parts for one."""
    states = mark_states(text, pair_marks(text))
    read = correct_clauses(text, [attribution_of(text, *found)], [], states)
    return [[content.of(text) for content in own.content] for own in read]


@pytest.mark.parametrize(
    ("text", "found", "words"),
    [
        pytest.param("Lee said that it is late. We left.", ["that"], ["that it is late"], id="to the end of the sentence"),
        pytest.param("Lee said that it is “late. So late”. We left.", ["that"], ["that it is “late. So late”"], id="not to an end within marks"),
        pytest.param("Lee said that it is late.”", ["that"], ["that it is late"], id="to the end of the text"),
        pytest.param("Lee said That it is late\nWe left.", ["That"], ["That it is late"], id="to the end of the line"),
        pytest.param("Lee said that it is " + "so " * 200 + "late. We left.", ["that"], ["that"], id="a sentence that never ends"),
        pytest.param("Lee said that.", ["that"], ["that"], id="nothing after it"),
        pytest.param("Lee said that it is late.", ["that it is"], ["that it is"], id="more than that"),
        pytest.param("Lee said that, and so, is late.", ["that", "and so"], ["that", "and so"], id="one of two"),
    ],
)  # fmt: skip
def test_that_alone(text, found, words):
    """A "that" which the model took for all the words has the rest of its sentence."""
    assert contents(text, found, "said", "Lee") == [words]


@pytest.mark.parametrize(
    ("text", "found", "read"),
    [
        pytest.param("“It is late,” said Ann Lee. We left.", (["“It is late,” said Ann Lee"],), [("“It is late,”", "said", "Ann Lee")], id="clause"),
        pytest.param("“Is it late?” asked the mayor Ann Lee, who left.", (["“Is it late?” asked the mayor Ann Lee,"],), [("“Is it late?”", "asked", "the mayor Ann Lee")], id="title, and a comma"),
        pytest.param("“It is late,” said Ann Lee. Reports say we left.", (["“It is late,” said Ann Lee", "we left"], "say", "Reports"), [("“It is late,”", "said", "Ann Lee"), ("we left", "say", "Reports")], id="other words of another clause"),
        pytest.param("We left, or “it is late,” said Ann Lee.", (["We left", "“it is late,” said Ann Lee"],), [("We left|“it is late,”", "said", "Ann Lee")], id="words before it"),
        pytest.param("“It is late,” thought Ann Lee. We left.", (["“It is late,” thought Ann Lee"],), [("“It is late,” thought Ann Lee", None, None)], id="no verb of speech"),
        pytest.param("It is late,” said Ann Lee. We left.", (["It is late,” said Ann Lee"],), [("It is late,” said Ann Lee", None, None)], id="a stray mark"),
        pytest.param("“It is late” said Ann Lee. We left.", (["“It is late” said Ann Lee"],), [("“It is late” said Ann Lee", None, None)], id="nothing broken off"),
        pytest.param("“It is late,” said nobody. We left.", (["“It is late,” said nobody"],), [("“It is late,” said nobody", None, None)], id="no name"),
    ],
)  # fmt: skip
def test_clause_within_the_words(text, found, read):
    """A clause of speech after a quotation, taken into its words, is what reports it."""
    states = mark_states(text, pair_marks(text))
    corrected = correct_clauses(text, [attribution_of(text, *found)], [], states)
    assert [
        (
            "|".join(content.of(text) for content in own.content),
            own.cue[0].of(text) if own.cue else None,
            own.speaker.of(text) if own.speaker else None,
        )
        for own in corrected
    ] == read


@pytest.mark.parametrize(
    ("text", "words", "cue", "is_free"),
    [
        pytest.param("“It is late.” Lee stood up.", "“It is late.”", "stood", True, id="no verb of speech"),
        pytest.param("“It is late.” Lee said.", "“It is late.”", "said", False, id="a verb of speech"),
        pytest.param("“It is late,” Lee thought.", "“It is late,”", "thought", False, id="the same sentence"),
        pytest.param("Lee thought “it is late.”", "“it is late.”", "thought", False, id="a verb before"),
        pytest.param("“It” is late. Lee stood up.", "“It” is late.", "stood", False, id="not in marks"),
        pytest.param("“It is late.”", "“It is late.”", "", True, id="no cue"),
    ],
)  # fmt: skip
def test_a_verb_of_the_next_sentence(text, words, cue, is_free):
    """A verb that reports nothing has no claim on a quotation that ended the sentence before."""
    states = mark_states(text, pair_marks(text))
    found = attribution_of(text, [words], cue, "Lee" if cue else "")
    (read,) = correct_clauses(text, [found], [], states)
    assert (not read.cue and read.speaker is None) is is_free
    assert read.content == found.content


@pytest.mark.parametrize(
    ("text", "found", "words"),
    [
        pytest.param("Lee called it “a joke” and walked out.", ["it “a joke” and walked out"], ["it “a joke”"], id="and"),
        pytest.param("Lee called it “a joke”, but smiled.", ["it “a joke”, but smiled"], ["it “a joke”"], id="but"),
        pytest.param("Lee called it “a joke” and sent him away.", ["it “a joke” and sent him away"], ["it “a joke”"], id="sent"),
        pytest.param("Lee called him “a fool” and it “a joke” before he left.", ["him “a fool”", "it “a joke” before he left"], ["him “a fool”", "it “a joke” before he left"], id="no verb right after"),
        pytest.param("Lee dubbed him “a fool” and it “a joke” and walked.", ["him “a fool”", "it “a joke” and walked"], ["him “a fool”", "it “a joke”"], id="the last of two"),
        pytest.param("Lee called it “a joke” and “a shame”.", ["it “a joke” and “a shame”"], ["it “a joke” and “a shame”"], id="more in marks"),
        pytest.param("Lee called it a joke and walked out.", ["it a joke and walked out"], ["it a joke and walked out"], id="no marks"),
        pytest.param("Lee saw it “a joke” and walked out.", ["it “a joke” and walked out"], ["it “a joke” and walked out"], id="no verb of calling"),
    ],
)  # fmt: skip
def test_what_somebody_is_called(text, found, words):
    """What somebody is called ends with its mark where the reporter goes on telling."""
    cue = next(word for word in ("called", "dubbed", "saw") if word in text)
    assert contents(text, found, cue, "Lee") == [words]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        pytest.param("Lee left early, adding that it is late.", "Lee", id="its own sentence"),
        pytest.param("Oslo met. Rain fell, adding that it is late.", "Oslo", id="no clause before"),
    ],
)
def test_participle_keeps_its_speaker(text, speaker):
    """A participle keeps the speaker that the model found, unless a clause before has one."""
    found = attribution(text, ["it is late"], "adding", speaker)
    assert correct(text, [found]) == [(["it is late"], "adding", speaker)]
