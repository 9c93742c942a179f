"""A service made for tests: it answers as it is told to, once it has refused as often as told."""

import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

MODEL = {"name": "m", "version": "1", "digest": "d" * 64}


class Service(BaseHTTPRequestHandler):
    """Answers a body with the status and the content that `answer` returns for it."""

    refusals = 0
    lock = Lock()

    def do_GET(self):
        self.reply(200, {"model": MODEL})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        kind = type(self)
        with self.lock:
            if kind.refusals:
                kind.refusals -= 1
                return self.reply(503, {})
            kind.asked.append(body)
            status, content = kind.answer(body)
        return self.reply(status, content)

    def reply(self, status, content):
        written = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Retry-After", "0")
        self.send_header("Content-Length", str(len(written)))
        self.end_headers()
        self.wfile.write(written)

    def log_message(self, *args):
        pass


@contextmanager
def serving(answer, *, refusals=0):
    """Give the address of a service, and the list of what it was asked."""
    asked = []
    settings = {"answer": staticmethod(answer), "asked": asked, "refusals": refusals}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Configured", (Service,), settings))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
