"""A web server on loopback with every bad manner that the tests need, in a thread of its own."""

from __future__ import annotations

import contextlib
import gzip
import socketserver
import threading
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

FEED = b"<rss><channel><title>Trial jobs</title></channel></rss>"


@dataclass
class Origin:
    """Where it listens, and what it was asked."""

    port: int
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    most_at_once: int = 0

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    block_on_close = False
    origin: Origin
    at_once = 0

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is what these tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        origin = self.server.origin
        origin.asked.append((self.command, self.path, dict(self.headers.items()), body))
        self.server.at_once += 1
        origin.most_at_once = max(origin.most_at_once, self.server.at_once)
        with contextlib.suppress(OSError):
            self._serve()
        self.server.at_once -= 1

    def _serve(self) -> None:
        name, _, rest = self.path.strip("/").partition("/")
        serve = getattr(self, f"serve_{name}", None)
        if serve is None:
            self._send(int(name), b"said the server", dict([rest.split("=", 1)]) if rest else {})
        else:
            serve(rest)

    def _send(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for key, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)

    def _break_off(self) -> None:
        self.close_connection = True

    def serve_feed(self, _: str) -> None:
        headers = {"ETag": '"v1"', "Last-Modified": "Mon, 04 May 2026 10:00:00 GMT", "Set-Cookie": "a=b"}
        if self.headers.get("If-None-Match") == '"v1"':
            self._send(304, headers=headers)
        else:
            self._send(200, FEED, {**headers, "Content-Type": "application/rss+xml"})

    def serve_to(self, rest: str) -> None:
        status, _, target = rest.partition("/")
        self._send(int(status), headers={"Location": target if "://" in target else f"/{target}"})

    def serve_slow(self, _: str) -> None:
        time.sleep(0.15)
        self._send(200, FEED)

    def serve_drip(self, _: str) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        for _n in range(1000):
            self.wfile.write(b"x")
            self.wfile.flush()
            time.sleep(0.05)

    def serve_slowhead(self, _: str) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for n in range(1000):
            self.wfile.write(b"X-%d: y\r\n" % n)
            self.wfile.flush()
            time.sleep(0.05)

    def serve_gzip(self, _: str) -> None:
        self._send(200, gzip.compress(FEED[:20]) + gzip.compress(FEED[20:]), {"Content-Encoding": "gzip"})

    def serve_deflate(self, rest: str) -> None:
        packed = zlib.compress(FEED)
        self._send(200, packed[2:-4] if rest == "bare" else packed, {"Content-Encoding": "deflate"})

    def serve_packedfile(self, _: str) -> None:
        self._send(200, gzip.compress(FEED), {"Content-Type": "application/gzip"})

    def serve_gzbomb(self, _: str) -> None:
        self._send(200, gzip.compress(bytes(50_000_000)), {"Content-Encoding": "gzip"})

    def serve_encoded(self, rest: str) -> None:
        self._send(200, gzip.compress(gzip.compress(FEED)), {"Content-Encoding": rest.replace("+", ", ")})

    def serve_badgzip(self, rest: str) -> None:
        packed = gzip.compress(FEED)
        self._send(200, packed[:-12] if rest == "short" else b"not gzip at all", {"Content-Encoding": "gzip"})

    def serve_lying(self, _: str) -> None:
        self._send(200, FEED, {"Content-Length": "5000"})
        self._break_off()

    def serve_chunks(self, _: str) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"5\r\n<rss>\r\n")
        self._break_off()

    def serve_huge(self, _: str) -> None:
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        for _n in range(2000):
            self.wfile.write(b"x" * 100_000)
        self._break_off()

    def serve_headers(self, _: str) -> None:
        self._send(200, FEED, {f"X-{n}": "y" * 1000 for n in range(2000)})

    def serve_laterdate(self, _: str) -> None:
        self.send_response_only(503)
        self.send_header("Date", "Mon, 04 May 2026 10:00:00 GMT")
        self.send_header("Retry-After", "Mon, 04 May 2026 11:00:00 GMT")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def serve_reset(self, _: str) -> None:
        self._break_off()


@contextlib.contextmanager
def origin() -> Iterator[Origin]:
    """Serves as long as the context lasts."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.origin = Origin(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server.origin
        server.shutdown()
