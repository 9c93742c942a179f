"""Names by region, and by whether training showed them."""

import pytest

from evaluation.breakdowns import count_seen, fold, group_by_region, list_forms, name_region
from evaluation.counts import Counts
from evaluation.mentions import Comparison, Name


@pytest.mark.parametrize(
    ("article_id", "region"),
    [
        ("Africa/af_afrol_13", "Africa"),
        ("Asia/th_post_3", "Asia"),
        ("Indigenous/nz_rnz_2", "Indigenous Commonwealth"),
        ("LATAM/peru_andina_8", "Latin America"),
        ("Middle_East/qt_peninsula_3", "Middle East"),
        ("Europe/pt_publico_1", "other"),
        ("0017", "other"),
    ],
)
def test_name_region(article_id, region):
    """The folder of an article tells its region."""
    assert name_region(article_id) == region


def test_group_by_region():
    """Regions come in the order of their names, and those of none last."""
    articles = [
        Comparison(article_id, "", frozenset(), {})
        for article_id in ("x", "Middle_East/a", "LATAM/b", "Middle_East/c")
    ]
    groups = group_by_region(articles)
    assert list(groups) == ["Latin America", "Middle East", "other"]
    assert [each.id for each in groups["Middle East"]] == ["Middle_East/a", "Middle_East/c"]


@pytest.mark.parametrize("words", ["the  United\nNations’", "UNITED NATIONS", "United Nations's"])
def test_fold(words):
    """Case, white space, article and possessive do not make another name."""
    assert fold(f"By {words}.", 3, 3 + len(words)) == "united nations"


def test_count_seen():
    """Recall is told apart by the form of the labelled name, whatever its type in training."""
    train = {"text": "PARIS met Li", "mentions": [{"start": 0, "end": 5, "type": "person"}]}
    text = "Paris and Oslo and Li"
    paris, oslo, li = Name(0, 5, "place"), Name(10, 14, "place"), Name(19, 21, "person")
    forms = list_forms([train])
    assert forms == {"paris"}
    article = Comparison("a", text, frozenset({paris, oslo, li}), {paris: 0.9, li: 0.8})
    assert count_seen([article], forms) == {"seen": Counts(1, 1, 1), "unseen": Counts(1, 1, 2)}
    assert count_seen([article], forms, "place")["unseen"] == Counts(0, 0, 1)
