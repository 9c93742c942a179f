"""A service that answers whatever a test wants, and remembers what it was asked."""

import contextlib
import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Stub:
    """What is answered from now on, and the requests so far: path, headers, body.

    Nothing is answered while the gate is closed.
    """

    url: str
    status: int = 200
    body: object = None
    headers: dict = field(default_factory=dict)
    seconds: float = 0.0
    requests: list = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)

    def answers(self, body, *, status=200, headers=None, seconds=0.0):
        self.status, self.body, self.seconds = status, body, seconds
        self.headers = headers or {}
        self.requests.clear()
        self.gate.set()


@contextlib.contextmanager
def stubbing():
    """Serve on a free port of the loopback interface."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            stub.requests.append((self.path, dict(self.headers), sent))
            time.sleep(stub.seconds)
            stub.gate.wait(30)
            body = stub.body if isinstance(stub.body, str) else json.dumps(stub.body)
            with contextlib.suppress(ConnectionError):
                self.send_response(stub.status)
                for name, value in stub.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body.encode())

        do_GET = do_POST  # noqa: N815

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stub = Stub(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()


def answer(people=(), organisations=(), places=(), quotes=()):
    """Return an answer of Whosaid, with entities given as names or as dictionaries."""

    def entities(prefix, items):
        return [
            {"id": f"{prefix}-{item}", "name": item, "count": 1, "salience": 0.1, "uri": None}
            if isinstance(item, str)
            else {"id": f"{prefix}-x", "count": 1, "salience": 0.1, "uri": None} | item
            for item in items
        ]

    return {
        "people": entities("per", people),
        "organisations": entities("org", organisations),
        "places": entities("pla", places),
        "quotes": list(quotes),
    }
