import pytest

from training.settings import RECIPE, load_recipe


def test_shipped_recipe():
    """The recipe of the shipped model can be read, and trains on no test part."""
    recipe = load_recipe()
    assert recipe.languages == ("en",)
    assert recipe.corpora
    assert not any("test" in corpus.path for corpus in recipe.corpora)
    assert 0 < recipe.learning.warm_up < 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("seed =", "sede =", id="unknown key"),
        pytest.param("warm_up =", "warmup =", id="unknown key in a table"),
        pytest.param("seed =", "# seed =", id="missing key"),
    ],
)
def test_misspelled_recipe(tmp_path, old, new):
    """A key that is unknown or missing is an error, not a default."""
    path = tmp_path / "recipe.toml"
    path.write_text(RECIPE.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(TypeError):
        load_recipe(path)
