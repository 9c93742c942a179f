"""Rates of requests as operators write them: `600/minute`, or `10/second; 5000/hour`."""


def parse_rates(written: str) -> str:
    """Return rates as they are written, once it is known that they can be read.

    The notation is that of the library limits. Raises ValueError for anything else, and for a
    rate of nothing.
    """
    # Here, because it takes a while to import, and few services limit anybody.
    from limits import parse_many

    try:
        rates = parse_many(written)
    except ValueError:
        raise ValueError("not a rate such as 600/minute") from None
    if not all(rate.amount for rate in rates):
        raise ValueError("a rate of 0 admits nobody")
    return written
