"""Programs at the other end of webhooks, which behave as their path says, and remember what they got."""

import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread

STATUSES = {"/500": 500, "/410": 410, "/429": 429}


@dataclass
class FarEnd:
    """A program that listens on this machine."""

    port: int
    over: Event = field(default_factory=Event)
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def url(self, path: str, *, scheme: str = "http", host: str = "127.0.0.1") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    def bodies(self, path: str) -> list[bytes]:
        return [body for at, _headers, body in self.requests if at == path]

    def ids(self, path: str) -> list[str]:
        return [headers["webhook-id"] for at, headers, _body in self.requests if at == path]


class Handler(BaseHTTPRequestHandler):
    """Answers by path: a status, or /301, /hang, /drip, /huge, /mail; everything else is taken."""

    def do_POST(self) -> None:
        end: FarEnd = self.server.end
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        with end.lock:
            end.requests.append((self.path, headers, body))
        ways = {"/hang": self.hang, "/drip": self.drip, "/huge": self.huge, "/mail": self.greet}
        ways.get(self.path, self.say)(end)

    def say(self, end: FarEnd) -> None:
        if self.path == "/301":
            self.send_response(301)
            self.send_header("Location", end.url("/elsewhere"))
        else:
            self.send_response(STATUSES.get(self.path, 200))
        if self.path == "/429":
            self.send_header("Retry-After", "7200")
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"said")

    def hang(self, end: FarEnd) -> None:
        end.over.wait(30)

    def drip(self, end: FarEnd) -> None:
        for letter in b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nsaid":
            if end.over.is_set():
                return
            self.wfile.write(bytes([letter]))
            self.wfile.flush()
            time.sleep(0.2)

    def huge(self, end: FarEnd) -> None:
        self.send_response(200)
        self.end_headers()
        while not end.over.is_set():
            self.wfile.write(b"x" * 2**16)

    def greet(self, end: FarEnd) -> None:
        self.wfile.write(b"220 mail.example ESMTP\r\n")

    def log_message(self, *said: object) -> None:
        """Keep the output of tests clean."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    end: FarEnd

    def handle_error(self, *who: object) -> None:
        """Whoever hangs up on a drip or a flood is right to."""


@contextmanager
def listening(*, tls: ssl.SSLContext | None = None) -> Iterator[FarEnd]:
    """A program that listens for the length of a block, by TLS if there is a context."""
    server = Server(("127.0.0.1", 0), Handler)
    server.end = FarEnd(server.server_port)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield server.end
    finally:
        server.end.over.set()
        server.shutdown()
        server.server_close()
