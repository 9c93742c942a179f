"""A client for Python: texts to the value objects of an analysis, without writing HTTP.

It needs requests and the value objects, and loads neither Flask nor a model.
"""

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from http import HTTPStatus
from typing import Any, Self, Unpack

import requests
from requests.adapters import BaseAdapter
from requests.auth import AuthBase
from urllib3.exceptions import InvalidHeader
from urllib3.util.retry import Retry

from schemas.mappings import AnyMapping, JsonObject
from schemas.replies import InvalidAnswer, Reply, load_reply
from schemas.requests import View
from service.client.errors import (
    NotAnAnswer,
    ProblemError,
    ServiceError,
    Unreachable,
    explain,
    read_json,
    read_object,
    read_problem,
)
from service.client.fields import Options, Text, complete_fields, gather, write, write_fields

__all__ = [
    "Client",
    "NotAnAnswer",
    "Options",
    "ProblemError",
    "Reply",
    "ServiceError",
    "Text",
    "Unreachable",
]

_BUSY = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
# A read that times out is none of them: the service is there, and has enough to do.
_PASSING = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)
_CONNECT_SECONDS = 3.05
# The service's own 504 says more than a connection that this side gives up.
_GRACE_SECONDS = 2.0
_FIRST_PAUSE_SECONDS = 1.0
_MAX_PAUSE_SECONDS = 30.0
# What X-Deadline-Seconds may say.
_MIN_SECONDS, _MAX_SECONDS = 0.001, 86_400.0
# A few texts for each request, so that little is sent again where one fails; and two requests at
# once, so that neither the model nor a second worker waits for the next one.
_LIST_ITEMS = 16
_LIST_BYTES = 512 * 1024
_LISTS_AT_ONCE = 2

Wait = Callable[[float], object]
"""Waits for so many seconds; true where nobody wants another attempt after that."""


class Client:
    """Asks one service. Any threads may use it together: each has connections of its own.

    Text goes to `url` alone: redirections are not followed.
    """

    def __init__(
        self,
        url: str,
        *,
        key: str | None = None,
        timeout_seconds: float = 130.0,
        retries: int = 5,
        adapter: BaseAdapter | None = None,
    ) -> None:
        """Prepare to ask the service at `url`; nothing is sent yet.

        `key` is an API key. `timeout_seconds` is how long one request may take altogether, with
        up to so many `retries`: of connections that failed, and of 429 and 503, after as long as
        Retry-After says. `adapter` carries requests in place of requests' own.
        """
        self._url = url.rstrip("/")
        self._key = key
        self._timeout_seconds = timeout_seconds
        self._retries = retries
        self._adapter = adapter
        self._own = threading.local()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections of this thread; those of others end with their threads."""
        self._session.close()

    def analyze(
        self, text: Text, *, deadline_seconds: float | None = None, **options: Unpack[Options]
    ) -> Reply:
        """Return what the service finds in a text; spans index it in code points.

        `deadline_seconds`, in place of the client's timeout, is told to the service too, which
        then drops a text that nobody waits for. Raises ProblemError, Unreachable or NotAnAnswer,
        and ValueError for another unit of offsets or another view.
        """
        fields = write_fields(text, options)
        response = self._post("/v1/analyze", complete_fields(fields), deadline_seconds)
        request_id = response.headers.get("X-Request-ID")
        return _load(read_json(response), fields, request_id)

    def analyze_many(
        self, texts: Iterable[Text], **options: Unpack[Options]
    ) -> Iterator[Reply | ProblemError]:
        """Yield, in order, what becomes of each text: its answer, or the problem with it.

        Options hold for every text that does not say otherwise. Texts are taken as they are
        needed, and a few of them held at a time. Raises what `analyze` does where it concerns
        all texts.
        """
        sent: deque[JsonObject] = deque()

        def write() -> Iterator[JsonObject]:
            for text in texts:
                sent.append(write_fields(text, options))
                yield complete_fields(sent[-1])

        for result in self.fetch_results(write()):
            fields = sent.popleft()
            if "problem" in result:
                yield ProblemError(result["problem"])
            else:
                yield _load(result["answer"], fields, None)

    def view(
        self,
        text: Text,
        view: View | str = View.NATIVE,
        *,
        deadline_seconds: float | None = None,
        **options: Unpack[Options],
    ) -> JsonObject:
        """Return an answer in one of its forms, as it comes: `ninjs`, `schema-org` ….

        Raises what `analyze` does.
        """
        fields = {**write_fields(text, options), "view": View(view).value}
        return read_object(self._post("/v1/analyze", fields, deadline_seconds))

    def fetch_results(self, items: Iterable[Any]) -> Iterator[JsonObject]:
        """Yield what POST /v1/analyze/batch says of each item, in order: `answer` or `problem`.

        Items are sent as they are, in lists, two at a time; those that a list had no time for are
        sent again. Raises what `analyze_many` does.
        """
        limits = self.capabilities()["limits"]
        max_items = min(_LIST_ITEMS, int(limits["batch_max_items"]))
        max_bytes = min(_LIST_BYTES, int(limits["max_body_bytes"]))
        lists = gather(map(write, items), max_items, max_bytes)
        stopped = threading.Event()
        with ThreadPoolExecutor(_LISTS_AT_ONCE, "whosaid-client") as pool:
            underway: deque[Future[list[JsonObject]]] = deque()
            try:
                for some in lists:
                    underway.append(pool.submit(self._ask, some, stopped.wait))
                    if len(underway) == _LISTS_AT_ONCE:
                        yield from underway.popleft().result()
                while underway:
                    yield from underway.popleft().result()
            finally:
                # Whoever takes no more results shall not wait for further attempts.
                stopped.set()
                for future in underway:
                    future.cancel()

    def capabilities(self) -> JsonObject:
        """Return what the service can do. Raises ProblemError, Unreachable or NotAnAnswer."""
        return read_object(self._send("GET", "/v1/capabilities"))

    def _ask(self, written: Sequence[str], wait: Wait) -> list[JsonObject]:
        """Return the results of a list, asking again for those that had no room, or no time."""
        results: list[JsonObject] = [{}] * len(written)
        waiting = list(range(len(written)))
        attempt = 0
        while True:
            answered = self._ask_once([written[number] for number in waiting], wait)
            for number, result in zip(waiting, answered, strict=True):
                results[number] = result
            if len(waiting) > 1 and all(map(_is_late, answered)):
                # Together they are too much for the time; alone, each has all of it.
                for number in waiting:
                    (results[number],) = self._ask([written[number]], wait)
                return results
            waiting = _find_unfinished(results, waiting)
            if not waiting or attempt == self._retries or wait(_back_off(attempt)):
                return results
            attempt += 1

    def _ask_once(self, written: Sequence[str], wait: Wait) -> list[JsonObject]:
        body = f"[{','.join(written)}]"
        try:
            response = self._send("POST", "/v1/analyze/batch", body, wait=wait)
        except ProblemError as error:
            # Alone in its list, it is too long for any.
            if len(written) > 1 or error.status != HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
                raise
            return [{"id": None, "status": error.status, "problem": dict(error.problem)}]
        results = read_json(response)
        if not isinstance(results, list) or len(results) != len(written):
            raise NotAnAnswer(f"{self._url}: not a list of {len(written)} results")
        return results

    def _post(
        self, path: str, fields: AnyMapping, deadline_seconds: float | None
    ) -> requests.Response:
        return self._send("POST", path, write(fields), seconds=deadline_seconds)

    def _send(
        self,
        method: str,
        path: str,
        body: str | None = None,
        *,
        seconds: float | None = None,
        wait: Wait = time.sleep,
    ) -> requests.Response:
        """Return the response to a request, which may be sent again: it changes nothing."""
        ends = time.monotonic() + (self._timeout_seconds if seconds is None else seconds)
        attempt = 0
        while True:
            pause = _back_off(attempt)
            try:
                response = self._send_once(method, path, body, ends)
            except requests.RequestException as error:
                failure: ServiceError = Unreachable(self._url, explain(error))
                may_pass = isinstance(error, _PASSING)
            else:
                if response.status_code == HTTPStatus.OK:
                    return response
                failure = ProblemError(read_problem(response))
                may_pass = response.status_code in _BUSY
                pause = max(pause, _read_retry_after(response))
            if not may_pass or attempt == self._retries or time.monotonic() + pause >= ends:
                raise failure
            if wait(pause):
                raise failure
            attempt += 1

    def _send_once(
        self, method: str, path: str, body: str | None, ends: float
    ) -> requests.Response:
        left = min(max(_MIN_SECONDS, ends - time.monotonic()), _MAX_SECONDS)
        headers = {"Accept": "application/json", "X-Deadline-Seconds": f"{left:.3f}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        return self._session.request(
            method,
            self._url + path,
            data=body and body.encode(),
            headers=headers,
            timeout=(min(left, _CONNECT_SECONDS), left + _GRACE_SECONDS),
            allow_redirects=False,
        )

    @property
    def _session(self) -> requests.Session:
        """The session of this thread: requests does not promise that threads may share one."""
        session: requests.Session | None = getattr(self._own, "session", None)
        if session is None:
            session = self._own.session = requests.Session()
            session.auth = _Bearer(self._key)
            if self._adapter is not None:
                session.mount(self._url, self._adapter)
        return session


class _Bearer(AuthBase):
    """Sends a key, if there is one, and nothing that a .netrc file has for the host."""

    def __init__(self, key: str | None) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._key:
            request.headers["Authorization"] = f"Bearer {self._key}"
        return request


def _is_late(result: AnyMapping) -> bool:
    return bool(result["status"] == HTTPStatus.GATEWAY_TIMEOUT)


def _find_unfinished(results: Sequence[AnyMapping], asked: Sequence[int]) -> list[int]:
    """Return which of those that were asked for may be answered if they are asked for again."""
    busy = [n for n in asked if results[n]["status"] in _BUSY]
    late = [n for n in asked if _is_late(results[n])]
    # Alone and late, it will have no more time later.
    return sorted(busy + late) if len(busy) + len(late) < len(asked) else busy


def _back_off(attempt: int) -> float:
    """Return for how many seconds to wait after an attempt, counted from 0."""
    seconds = _FIRST_PAUSE_SECONDS * 2.0**attempt * random.uniform(0.5, 1.0)
    return min(seconds, _MAX_PAUSE_SECONDS)


def _read_retry_after(response: requests.Response) -> float:
    try:
        seconds: float = Retry().parse_retry_after(response.headers.get("Retry-After", "0"))
    except InvalidHeader:
        return 0.0
    return seconds


def _load(answer: Any, fields: AnyMapping, request_id: str | None) -> Reply:
    try:
        return load_reply(
            answer, text=fields["text"], headline=fields.get("headline"), request_id=request_id
        )
    except InvalidAnswer as error:
        raise NotAnAnswer(str(error)) from error
