"""Many texts in one request: a JSON list, or lines of JSON that are answered as they come.

Each text succeeds or fails alone. Answers are in order. Of a stream no more is held than
the texts that are with the model and the lines that wait for them.
"""

import json
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from threading import Condition, Thread
from typing import Any, BinaryIO

from werkzeug.exceptions import RequestEntityTooLarge

from schemas import Problem, ProblemSchema, Submission, SubmissionSchema, View
from service.answering import Pending, finish, give_up, submit
from service.bodies import load_fields, parse_json
from service.callers import Caller
from service.errors import BatchTooLong, CallerGone, InvalidRequest, MalformedBody, StreamIdle
from service.services import Services
from service.turns import take_turn
from service.views import build_view

# Of one batch, so many texts may be with the model: enough to keep it busy, and not so many that
# others find no room.
WINDOW = 8
_SKIP_BYTES = 65_536
_SUBMISSIONS = SubmissionSchema()


def check_batch(items: Any, max_items: int) -> None:
    """Raise `InvalidRequest` unless a parsed body is a list, and `BatchTooLong` if it is long."""
    if not isinstance(items, list):
        raise InvalidRequest({"_schema": ["Must be a list of texts with their options."]})
    if len(items) > max_items:
        raise BatchTooLong(len(items), max_items)


@dataclass(frozen=True, slots=True)
class Item:
    """One text of a batch: its fields as parsed, or why they cannot be had."""

    fields: Any = None
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class _Underway:
    """An item in work: what is pending, or the error that it ended in already."""

    index: int
    id: str | None
    view: View
    outcome: Pending | Exception


class Answerer:
    """Answers the items of one batch, a few at a time, in order.

    `describe` turns an error into the problem that its item gets. Whatever happens to an
    item stays its own, except that its caller has gone. `item_seconds` is how long each item may
    take from when it is taken, if the caller does not allow less for all of them.
    """

    def __init__(
        self,
        services: Services,
        options: Mapping[str, Any],
        describe: Callable[[Exception], Problem],
        *,
        caller: Caller,
        item_seconds: float,
    ) -> None:
        self._services = services
        self._options = options
        self._describe = describe
        self._caller = caller
        self._item_seconds = item_seconds
        self._count = 0
        self._underway: deque[_Underway] = deque()

    @property
    def is_idle(self) -> bool:
        """Whether no item is in work."""
        return not self._underway

    @property
    def is_full(self) -> bool:
        """Whether no further item may be taken before one is finished."""
        return len(self._underway) >= WINDOW

    def answer_all(self, items: Iterable[Item]) -> Iterator[Mapping[str, Any]]:
        """Yield the result of each item, in order, as plain mappings. Raises `CallerGone`."""
        try:
            for item in items:
                if self.is_full:
                    yield self.finish_oldest()
                self.take(item)
            while not self.is_idle:
                yield self.finish_oldest()
        finally:
            self.drop()

    def take(self, item: Item) -> None:
        """Hand an item to the model, as soon as that has room. Raises `CallerGone`."""
        text_id, view = _find_id(item.fields), View.NATIVE
        now = time.monotonic()
        caller = self._caller.limit(self._item_seconds, now)
        try:
            with take_turn():
                submission = self._load(item)
                view = submission.view or View.NATIVE
                text_id = submission.id
                outcome: Pending | Exception = submit(
                    submission, self._services, caller, patience=max(0.0, caller.ends - now)
                )
        except CallerGone:
            raise
        except Exception as error:
            outcome = error
        self._underway.append(_Underway(self._count, text_id, view, outcome))
        self._count += 1

    def drop(self) -> None:
        """Leave what is in work to nobody: what the model has not read yet, it will not read."""
        while self._underway:
            outcome = self._underway.popleft().outcome
            if isinstance(outcome, Pending):
                give_up(outcome, self._services)

    def finish_oldest(self) -> Mapping[str, Any]:
        """Wait for the item that was taken first, and return its result. Raises `CallerGone`."""
        item = self._underway.popleft()
        try:
            with take_turn():
                found = {"status": int(HTTPStatus.OK), "answer": self._answer(item)}
        except CallerGone:
            raise
        except Exception as error:
            problem = self._describe(error)
            found = {"status": problem.status, "problem": ProblemSchema().dump(problem)}
        return {"index": item.index, "id": item.id, **found}

    def _answer(self, item: _Underway) -> Mapping[str, Any]:
        if isinstance(item.outcome, Exception):
            raise item.outcome
        return build_view(finish(item.outcome, self._services), item.view)

    def _load(self, item: Item) -> Submission:
        if item.error is not None:
            raise item.error
        is_object = isinstance(item.fields, dict)
        fields = {**self._options, **item.fields} if is_object else item.fields
        submission: Submission = load_fields(_SUBMISSIONS, fields)
        return submission


def _find_id(fields: Any) -> str | None:
    """Return the identifier of an item that is not valid otherwise."""
    found = fields.get("id") if isinstance(fields, dict) else None
    return found if isinstance(found, str) else None


def answer_stream(body: BinaryIO, answerer: Answerer, max_line_bytes: int) -> Iterator[bytes]:
    """Yield one line of JSON for each line of a body, as soon as its turn has come.

    Lines are read by a thread of their own, so that answers go out while the caller is silent.
    gunicorn hands a body over by the kibibyte: a line that ends in between waits for the next
    one, or for the end of the body. Empty lines count for nothing.
    """
    feed = _Feed(body, max_line_bytes)
    try:
        is_open = True
        while is_open or not answerer.is_idle:
            # With nothing at the model there is only the caller to wait for.
            item = feed.next(wait=answerer.is_idle) if is_open and not answerer.is_full else None
            is_open = is_open and item is not _END
            if isinstance(item, Item):
                answerer.take(item)
            elif not answerer.is_idle:
                yield _dump_line(answerer.finish_oldest())
    # Nobody is there to be told.
    except CallerGone:
        return
    finally:
        feed.close()
        answerer.drop()


def _dump_line(result: Mapping[str, Any]) -> bytes:
    return json.dumps(result).encode() + b"\n"


_END = object()


class _Feed:
    """Reads lines ahead, as many as may be answered at once."""

    def __init__(self, body: BinaryIO, max_line_bytes: int) -> None:
        self._lines = _read_items(body, max_line_bytes)
        self._items: deque[object] = deque()
        self._is_closed = False
        self._changed = Condition()
        Thread(target=self._read, name="batch-reader", daemon=True).start()

    def next(self, *, wait: bool) -> object:
        """Return the next item, `_END` after the last, or None if there is none yet."""
        with self._changed:
            if wait:
                self._changed.wait_for(lambda: self._items)
            item = self._items.popleft() if self._items else None
            self._changed.notify_all()
        return item

    def close(self) -> None:
        """Have the reader stop at the next line."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def _read(self) -> None:
        for item in self._lines:
            if not self._put(item):
                return
        self._put(_END)

    def _put(self, item: object) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed or len(self._items) < WINDOW)
            self._items.append(item)
            self._changed.notify_all()
            return not self._is_closed


def _read_items(body: BinaryIO, max_line_bytes: int) -> Iterator[Item]:
    """Yield the items of a body; the last one is the reason if it cannot be read to its end."""
    try:
        # The end of a line, of two bytes at most, is no part of it.
        while line := body.readline(max_line_bytes + 2):
            if len(line.rstrip(b"\r\n")) > max_line_bytes:
                _skip_line(body, line)
                yield Item(error=RequestEntityTooLarge())
            elif line.strip():
                yield _parse(line)
    # Whatever it is, nobody may be left waiting for the next line.
    except Exception as error:
        # werkzeug takes a timeout for a caller who left.
        idle = any(isinstance(each, TimeoutError) for each in (error, error.__context__))
        yield Item(error=StreamIdle() if idle else error)


def _skip_line(body: BinaryIO, line: bytes) -> None:
    while line and not line.endswith(b"\n"):
        line = body.readline(_SKIP_BYTES)


def _parse(line: bytes) -> Item:
    try:
        return Item(parse_json(line))
    except MalformedBody as error:
        return Item(error=error)
