"""Short inputs cut from articles."""

from hypothesis import given
from hypothesis import strategies as st

from evaluation.excerpts import cut_first_line, cut_sentences, sample
from evaluation.mentions import Comparison, Name

TEXT = "  Dam Opens in Porto \n\nAna Sousa spoke. “It is safe,” she said! \n* * *\nShe left Porto."


def article(text, *words):
    names = {}
    for word in words:
        start = text.index(word)
        names[Name(start, start + len(word), "place")] = 0.5
    return Comparison("a", text, frozenset(names), names)


def test_cut_sentences():
    """Lines end sentences as marks do; what holds no word is none."""
    assert [excerpt.text for excerpt in cut_sentences(article(TEXT))] == [
        "Dam Opens in Porto",
        "Ana Sousa spoke.",
        "“It is safe,” she said!",
        "She left Porto.",
    ]


def test_cut_names():
    """A name goes with its sentence, and stands in it where it stood in the article."""
    dam, ana, *_ = cut_sentences(article(TEXT, "Porto", "Sousa"))
    (porto,), (sousa,) = dam.labelled, ana.labelled
    assert (porto.of(dam.text), sousa.of(ana.text)) == ("Porto", "Sousa")
    assert dam.returned == {porto: 0.5}


def test_cut_inside_a_name():
    """A mark inside a labelled name ends no sentence."""
    text = "They like Panic! At The Disco. And us."
    assert [excerpt.text for excerpt in cut_sentences(article(text, "Panic! At The Disco"))] == [
        "They like Panic! At The Disco.",
        "And us.",
    ]


def test_cut_first_line():
    """A headline is the first line with anything on it, without the blanks around it."""
    excerpt = cut_first_line(article(TEXT, "Porto"))
    assert excerpt.text == "Dam Opens in Porto"
    assert {name.of(excerpt.text) for name in excerpt.labelled} == {"Porto"}


def test_sample():
    """The same excerpts are drawn each time, none twice, in their order; few are all taken."""
    excerpts = [Comparison(f"{number:02}", "", frozenset(), {}) for number in range(50)]
    drawn = [excerpt.id for excerpt in sample(excerpts, 20)]
    assert drawn == [excerpt.id for excerpt in sample(excerpts, 20)]
    assert len(set(drawn)) == 20
    assert drawn == sorted(drawn)
    assert sample(excerpts, 60) == excerpts


WORDS = st.sampled_from(
    ["Ana", "Dr.", "U.S.", "Porto", "said", "!", ".", "\n", "\n\n", "“", "”", " "]
)


@given(st.lists(WORDS, max_size=30).map(" ".join), st.data())
def test_names_survive(text, data):
    """Every labelled name is in one sentence, with its words; no sentence has outer blanks."""
    starts = [place for place, char in enumerate(text) if char.isalnum()]
    if not starts:
        assert cut_sentences(article(text)) == []
        return
    start = data.draw(st.sampled_from(starts))
    end = data.draw(st.sampled_from([place for place in starts if place >= start])) + 1
    name = Name(start, end, "person")
    excerpts = cut_sentences(Comparison("a", text, frozenset({name}), {}))
    (found,) = ((name, excerpt.text) for excerpt in excerpts for name in excerpt.labelled)
    assert found[0].of(found[1]) == name.of(text)
    assert all(excerpt.text == excerpt.text.strip() for excerpt in excerpts)
