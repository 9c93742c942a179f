import pytest

from service.rates import parse_rates


@pytest.mark.parametrize(
    "written", ["600/minute", "1 per second", "10/second; 5000/hour", "5/10 minutes"]
)
def test_rates(written):
    """A rate is a number of requests in a time; there may be several."""
    assert parse_rates(written) == written


@pytest.mark.parametrize(
    "written", ["", "5", "minute", "5/fortnight", "-1/minute", "5/minute;", "9" * 5000 + "/day"]
)
def test_no_rates(written):
    """What is no number of requests in a time is refused, and not quoted."""
    with pytest.raises(ValueError, match=r"^not a rate such as 600/minute$"):
        parse_rates(written)


@pytest.mark.parametrize("written", ["0/minute", "5/second; 00/hour"])
def test_a_rate_of_nothing(written):
    """A rate that admits nobody is a mistake."""
    with pytest.raises(ValueError, match="admits nobody"):
        parse_rates(written)
