"""What is only there if it was asked for when Whosaid was installed."""

from importlib.util import find_spec

from analysis.errors import WhosaidError


class ExtraMissing(WhosaidError):
    """A command needs packages that are not installed."""


def require(extra: str, *packages: str) -> None:
    """Raise ExtraMissing unless the packages of an extra can be imported."""
    if missing := [package for package in packages if find_spec(package) is None]:
        raise ExtraMissing(
            f"{', '.join(missing)} not installed: pip install 'whosaid[{extra}]' installs it"
        )
