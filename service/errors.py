"""What can be wrong with a request, raised with facts rather than prose."""

from typing import Any

from analysis.errors import WhosaidError


class MalformedBody(WhosaidError):
    """A body is not what its content type says."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RepeatedName(MalformedBody):
    """An object of a JSON body has a name twice; `pointer` is a JSON pointer to it."""

    def __init__(self, pointer: str) -> None:
        super().__init__("the body has an object with the same name twice: see errors")
        self.pointer = pointer


class InvalidRequest(WhosaidError):
    """A request is well-formed, but its fields are not what they should be."""

    def __init__(self, messages: dict[str, Any]) -> None:
        super().__init__("the request is not valid: see errors")
        self.messages = messages


class TextTooLong(WhosaidError):
    """A text is longer than the service accepts."""

    def __init__(self, chars: int, max_chars: int) -> None:
        super().__init__(f"the text has {chars} characters; at most {max_chars} are accepted")
        self.chars = chars
        self.max_chars = max_chars


class MarkupTooLong(TextTooLong):
    """A text is longer, with its markup, than the service reads."""

    def __str__(self) -> str:
        return (
            f"the text has {self.chars} characters with its markup; at most {self.max_chars} are "
            "accepted"
        )


class InvalidField(WhosaidError):
    """One field of a document is not what it should be; `pointer` is a JSON pointer to it."""

    def __init__(self, pointer: str, detail: str) -> None:
        super().__init__("the request is not valid: see errors")
        self.pointer = pointer
        self.detail = detail


class BatchTooLong(WhosaidError):
    """A list has more texts than the service accepts at once."""

    def __init__(self, items: int, max_items: int) -> None:
        super().__init__(f"the list has {items} items; at most {max_items} are accepted")
        self.items = items
        self.max_items = max_items


class KeyRefused(WhosaidError):
    """A request carries no API key, or none that is accepted."""

    def __init__(self, *, offered: bool) -> None:
        super().__init__(
            "the API key is not one that is accepted" if offered else "no API key was sent"
        )
        self.offered = offered


class StreamIdle(WhosaidError):
    """Nothing has come through a stream for too long."""

    def __init__(self) -> None:
        super().__init__("the stream was idle for too long")


class TooManyBatches(WhosaidError):
    """More batches are open than the service takes on."""

    def __init__(self, batches: int) -> None:
        super().__init__(f"{batches} batches are open already")
        self.batches = batches


class InvalidHeader(WhosaidError):
    """A header is not what it should be."""

    def __init__(self, name: str, accepted: str) -> None:
        super().__init__(f"the header {name} must be {accepted}")
        self.name = name
        self.accepted = accepted


class Dropped(WhosaidError):
    """Nobody waits for an answer any more; `reason` is what metrics call it."""

    reason: str


class DeadlineExceeded(Dropped):
    """An answer took longer than it may."""

    reason = "deadline"

    def __init__(self, deadline_seconds: float) -> None:
        super().__init__(f"no answer within {deadline_seconds:g} seconds")
        self.deadline_seconds = deadline_seconds


class CallerGone(Dropped):
    """The caller closed the connection before the answer was there."""

    reason = "caller_gone"

    def __init__(self) -> None:
        super().__init__("the caller closed the connection")
