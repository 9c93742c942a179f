"""What can be wrong with an archive as a whole."""

from analysis.errors import WhosaidError


class InvalidArchive(WhosaidError):
    """A file or folder is not what an archive is read from, or written to."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")
        self.place = place
        self.reason = reason
