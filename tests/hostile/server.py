"""A web server with every bad manner, in a process of its own: `python server.py LOG DEAD`.

It prints its ports as JSON: `bad` serves one fault for each path, `good` serves feeds that grow, and `dead` are as many
ports as were asked for that take connections and never say a word. Each request is a line of LOG. A path /then/X is a
good feed at its first request and the fault X from then on.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import socket
import socketserver
import sys
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

LOCK = threading.Lock()
ASKED: Counter[tuple[int, str]] = Counter()


def rss(items: Iterator[str] | list[str]) -> bytes:
    """A feed of these items."""
    return f'<rss version="2.0"><channel><title>Trials</title>{"".join(items)}</channel></rss>'.encode()


def item(number: int, *, guid: str = "", link: str = "", title: str = "", date: str = "") -> str:
    """One job; each number has an employer of its own."""
    says = f"<description>You manage study {number} on your own, with 4 years of experience.</description>"
    shown = f"<pubDate>{date}</pubDate>" if date else ""
    link = link or f"https://jobs.example/{number}"
    name = title or f"Clinical Trial Manager {number}"
    return f"<item><guid>{guid or number}</guid><title>{name}</title><link>{link}</link>{says}{shown}</item>"


@cache
def bomb() -> bytes:
    """300 MB of nothing, packed."""
    return gzip.compress(bytes(300_000_000), 1)


class Server(socketserver.ThreadingTCPServer):
    """One of the two ports."""

    daemon_threads = True
    allow_reuse_address = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, *_: object) -> None:
        """Clients hang up on such a server."""


class Handler(BaseHTTPRequestHandler):
    """Answers by the first step of the path."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """The log is our own."""

    def do_POST(self) -> None:
        """As GET."""
        self.do_GET()

    def do_GET(self) -> None:
        """One answer."""
        parts = urlsplit(self.path)
        self.port = self.connection.getsockname()[1]
        with LOCK:
            ASKED[self.port, parts.path] += 1
            self.number = ASKED[self.port, parts.path]
            line = {
                "port": self.port,
                "path": self.path,
                "at": time.time(),
                "headers": dict(self.headers.items()),
            }
            LOG.write(json.dumps(line) + "\n")
            LOG.flush()
        steps = parts.path.strip("/").split("/")
        if steps[0] == "then":
            if self.number == 1:
                self.send(200, rss([item(n) for n in range(9001, 9004)]))
                return
            steps = steps[1:]
        self.said = {name: values[0] for name, values in parse_qs(parts.query).items()}
        with contextlib.suppress(OSError):
            PAGES[steps[0]](self, steps[1] if len(steps) > 1 else "")

    def send(self, status: int, body: bytes = b"", **headers: str) -> None:
        """A proper answer."""
        self.send_response(status)
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        for name, value in {"Content-Length": str(len(body)), **told}.items():
            self.send_header(name, value)
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body)

    def endless(self, piece: bytes, seconds: float, *, head: bytes = b"") -> None:
        """Drip until the client has enough."""
        self.close_connection = True
        self.wfile.write(head)
        for _ in range(100_000):
            self.wfile.write(piece)
            self.wfile.flush()
            time.sleep(seconds)


PAGES: dict[str, Callable[[Handler, str], None]] = {}


def page(name: str) -> Callable[[Callable[[Handler, str], None]], None]:
    """Serve a path by a function."""

    def add(serve: Callable[[Handler, str], None]) -> None:
        PAGES[name] = serve

    return add


for status in ("403", "404", "410", "500", "503", "429", "451", "204"):

    @page(status)
    def refuse(self: Handler, _: str) -> None:
        after = {"Retry_After": unquote(self.said["retry"])} if "retry" in self.said else {}
        self.send(int(urlsplit(self.path).path.rsplit("/", 1)[-1]), b"no", **after)


for status in ("301", "302", "303", "307", "308"):

    @page(status)
    def redirect(self: Handler, rest: str) -> None:
        code = next(s for s in urlsplit(self.path).path.split("/") if s.isdecimal() and len(s) == 3)
        self.send(int(code), Location=unquote(self.said.get("to", "/grow/moved")))


@page("grow")
def grow(self: Handler, name: str) -> None:
    """A feed with one item more at each request, and a proper ETag for each version."""
    first = 100 * (sum(name.encode()) % 80 + 1)
    self.send(200, rss([item(first + n) for n in range(self.number)]), ETag=f'"{name}-{self.number}"')


@page("same")
def same(self: Handler, name: str) -> None:
    """A feed that does not change, and says so."""
    if self.headers.get("If-None-Match") == '"same"':
        self.send(304, ETag='"same"')
    else:
        self.send(200, rss([item(7)]), ETag='"same"', Last_Modified="Mon, 04 May 2026 10:00:00 GMT")


@page("flip")
def flip(self: Handler, _: str) -> None:
    """One ETag for all versions, or a new ETag for each request of the same version."""
    changed = self.said.get("body") == "changes" and self.number > 1
    tag = '"one"' if self.said.get("body") == "changes" else f'"{self.number}"'
    self.send(200, rss([item(7), item(8)] if changed else [item(7)]), ETag=tag)


@page("loop")
def loop(self: Handler, _: str) -> None:
    self.send(302, Location=self.path)


@page("gzbomb")
def gzbomb(self: Handler, _: str) -> None:
    self.send(200, bomb(), Content_Encoding="gzip")


@page("gz2bomb")
def gz2bomb(self: Handler, _: str) -> None:
    self.send(200, gzip.compress(bomb()), Content_Encoding="gzip, gzip")


@page("gzfile")
def gzfile(self: Handler, _: str) -> None:
    """Twice packed, and only one of them said."""
    self.send(200, gzip.compress(bomb()), Content_Encoding="gzip")


@page("deflatebomb")
def deflatebomb(self: Handler, _: str) -> None:
    self.send(200, zlib.compress(bytes(300_000_000), 1), Content_Encoding="deflate")


@page("declared")
def declared(self: Handler, encoding: str) -> None:
    self.send(200, b"\x00" * 1000, Content_Encoding=encoding)


@page("huge")
def huge(self: Handler, _: str) -> None:
    self.close_connection = True
    self.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<rss>")
    for _n in range(3000):
        self.wfile.write(b"x" * 100_000)


@page("huge-length")
def huge_length(self: Handler, _: str) -> None:
    self.send(200, b"<rss>", Content_Length="99999999999")


@page("lying-length")
def lying_length(self: Handler, _: str) -> None:
    self.send(200, rss([item(1)]), Content_Length="50000")
    self.close_connection = True


@page("truncated")
def truncated(self: Handler, _: str) -> None:
    """A chunked body that ends in the middle of its second item."""
    self.close_connection = True
    part = rss([item(9001), item(9002)])[:300]
    self.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n" % (len(part), part))


@page("cut-xml")
def cut_xml(self: Handler, _: str) -> None:
    """A proper answer whose document ends too early, as a full disk leaves it."""
    self.send(200, b'<?xml version="1.0"?><source><job><title>CTM</title></job><job><tit')


@page("badgzip")
def badgzip(self: Handler, rest: str) -> None:
    packed = gzip.compress(rss([item(1)]))
    self.send(200, packed[:-12] if rest == "short" else b"this is no gzip", Content_Encoding="gzip")


@page("slowhead")
def slowhead(self: Handler, _: str) -> None:
    self.endless(b"X-Wait: a little\r\n", 0.1, head=b"HTTP/1.1 200 OK\r\n")


@page("slowbody")
def slowbody(self: Handler, _: str) -> None:
    self.endless(b"x", 0.1, head=b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")


@page("stalled")
def stalled(self: Handler, _: str) -> None:
    self.endless(b"", 0.5, head=b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n<rss>")


@page("silent")
def silent(self: Handler, _: str) -> None:
    self.endless(b"", 0.5)


@page("hdrbomb")
def hdrbomb(self: Handler, _: str) -> None:
    self.send(200, rss([item(1)]), **{f"X{n}": "y" * 1000 for n in range(3000)})


@page("longhdr")
def longhdr(self: Handler, _: str) -> None:
    self.close_connection = True
    self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    for _n in range(1000):
        self.wfile.write(b"y" * 100_000)


@page("cookies")
def cookies(self: Handler, _: str) -> None:
    self.send(200, rss([item(41)]), Set_Cookie="track=me; Path=/")


@page("reset")
def reset(self: Handler, _: str) -> None:
    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    self.connection.close()
    self.close_connection = True


@page("challenge")
def challenge(self: Handler, _: str) -> None:
    self.send(
        200,
        b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body><h1>We look whether you are a person"
        b'</h1><script src="/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1"></script></body></html>',
        Content_Type="text/html",
    )


@page("login")
def login(self: Handler, _: str) -> None:
    form = b'<form method="post"><input name="who"><input type="password" name="word"></form>'
    self.send(200, b"<html><head><title>Sign in</title></head><body>" + form + b"</body></html>")


@page("html")
def html(self: Handler, _: str) -> None:
    self.send(200, b"<html><head><title>Our careers</title></head><body>We have moved.</body></html>")


@page("empty")
def empty(self: Handler, _: str) -> None:
    self.send(200)


@page("json-error")
def json_error(self: Handler, _: str) -> None:
    self.send(200, b'{"error": "the key is not known"}', Content_Type="application/json")


@page("bodyurl")
def bodyurl(self: Handler, _: str) -> None:
    """The body is the address that the query names."""
    self.send(200, unquote(self.said["of"]).encode(), Content_Type="application/rss+xml")


@page("commentbomb")
def commentbomb(self: Handler, _: str) -> None:
    self.send(
        200, rss([f"<item><title>CTM</title><description>{'<!--' * 200_000}&nope;</description></item>"])
    )


@page("attributebomb")
def attributebomb(self: Handler, _: str) -> None:
    attributes = " ".join(f"a{n}='1'" for n in range(100_000))
    self.send(200, rss([f"<item><title>CTM</title><b {attributes}>&nope;</item>"]))


@page("deepbomb")
def deepbomb(self: Handler, _: str) -> None:
    self.send(200, b'{"jobs":' * 2_000_000)


@page("entitybomb")
def entitybomb(self: Handler, _: str) -> None:
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    self.send(
        200,
        f'<!DOCTYPE rss [<!ENTITY l0 "lol">{lol}]><rss><channel><title>&l9;</title></channel></rss>'.encode(),
    )


@page("objects")
def objects(self: Handler, _: str) -> None:
    """15 MB of empty objects, which take far more room in memory."""
    self.send(200, b'{"jobs": [' + b"{}," * 4_900_000 + b"{}]}", Content_Type="application/json")


@page("keys")
def keys(self: Handler, _: str) -> None:
    """15 MB with as many names of their own as are read."""
    names = ",".join(f'"name{n:013}":1' for n in range(680_000))
    self.send(200, f'{{"jobs": [{{{names}}}]}}'.encode(), Content_Type="application/json")


@page("items")
def items(self: Handler, _: str) -> None:
    self.send(
        200, rss([f"<item><guid>{n}</guid><title>CTM {n}</title></item>" for n in range(int(self.said["n"]))])
    )


@page("long-xml")
def long_xml(self: Handler, _: str) -> None:
    """So many jobs of 1 kB each, written as they are made."""
    self.close_connection = True
    self.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/xml\r\n\r\n<source>")
    says = " ".join(f"You keep study file number {n} ready for inspection." for n in range(18))
    for n in range(int(self.said["n"])):
        name = f"<title>Clinical Trial Manager {n}</title><referencenumber>{n}</referencenumber>"
        where = f"<url>https://long.example/{n}</url><company>Sponsor {n % 999}</company><city>Boston</city>"
        self.wfile.write(f"<job>{name}{where}<description>{says} Study {n}.</description></job>\n".encode())
    self.wfile.write(b"</source>")


@page("newids")
def newids(self: Handler, _: str) -> None:
    marks = f"?utm_source=feed&amp;utm_campaign={self.number}"
    self.send(
        200,
        rss([item(n, guid=os.urandom(8).hex(), link=f"https://jobs.example/{n}{marks}") for n in (61, 62)]),
    )


@page("moved")
def moved(self: Handler, _: str) -> None:
    """The same ids; link and title are others at the second request."""
    more = " (m/f/d)" if self.number > 1 else ""
    link = f"https://{'new.' if self.number > 1 else ''}jobs.example"
    self.send(
        200, rss([item(n, link=f"{link}/{n}", title=f"Clinical Trial Manager {n}{more}") for n in (71, 72)])
    )


@page("dupguid")
def dupguid(self: Handler, _: str) -> None:
    self.send(200, rss([item(n, guid="one") for n in (81, 82)] + [item(81, guid="one")]))


DATES = {
    91: "Mon, 04 May 2036 10:00:00 GMT", 92: "Thu, 01 Jan 1970 00:00:00 GMT", 93: "yesterday, more or less",
    94: "", 95: "Mon, 04 May 2026 10:00:00 PDT", 96: "2026-05-04",
}  # fmt: skip


@page("dates")
def dates(self: Handler, _: str) -> None:
    self.send(200, rss([item(n, date=date) for n, date in DATES.items()]))


@page("charset")
def charset(self: Handler, _: str) -> None:
    """Windows-1252 that calls itself UTF-8, with a NUL and a reference to no character."""
    text = rss([item(51, title="Leiter klinische Prüfung – CTM &#xD800;&#99999999999;")]).decode()
    self.send(
        200, b"<?xml version='1.0' encoding='utf-8'?>" + text.encode("cp1252").replace(b"study", b"st\x00udy")
    )


TITLES = (
    "=?utf-8?q?a=0D=0ABcc:_x@y.example?=", "CTM&#13;&#10;Bcc: x@y.example", "{{ 7 * 7 }}{% raise %}",
    "&lt;script&gt;alert(1)&lt;/script&gt;CTM", "CTM \u202e\u2066 evil", "C" * 10_000,
)  # fmt: skip


@page("titles")
def titles(self: Handler, _: str) -> None:
    self.send(200, rss([item(n, title=title) for n, title in enumerate(TITLES, start=31)]))


@page("vanish")
def vanish(self: Handler, _: str) -> None:
    """A whole listing of two, which holds one at the 2nd request, is broken at the 3rd, and empties after the 4th."""
    kept = {1: (1, 2), 2: (1,), 4: (1,)}.get(self.number, ())
    jobs = [
        {"id": n, "title": f"Clinical Trial Manager {n}", "absolute_url": f"https://jobs.example/{n}", "content": "x",
         "location": {"name": "Boston"}, "company_name": f"Sponsor {n}"} for n in kept
    ]  # fmt: skip
    body = b"<html>we are down</html>" if self.number == 3 else json.dumps({"jobs": jobs}).encode()
    self.send(200, body)


@page("robots.txt")
def robots(self: Handler, _: str) -> None:
    self.send(200, b"User-agent: *\nDisallow: /private\nCrawl-delay: 0.2\n", Content_Type="text/plain")


@page("private")
def private(self: Handler, _: str) -> None:
    self.send(200, b"<urlset><url><loc>/jobs/ctm-4711</loc></url></urlset>")


@page("index")
def index(self: Handler, _: str) -> None:
    """An index of maps that is the same for ever, whatever its maps say."""
    if "If-None-Match" in self.headers:
        self.send(304)
        return
    maps = "".join(f"<sitemap><loc>/map-jobs/{n}</loc></sitemap>" for n in (1, 2))
    self.send(
        200, f"<sitemapindex>{maps}<sitemap><loc>/index</loc></sitemap></sitemapindex>".encode(), ETag='"x"'
    )


@page("map-jobs")
def map_jobs(self: Handler, number: str) -> None:
    self.send(200, f"<urlset><url><loc>/jobs/ctm-470{number}</loc></url></urlset>".encode())


@page("jobs")
def jobs(self: Handler, name: str) -> None:
    ld = {
        "@type": "JobPosting",
        "title": f"Clinical Trial Manager {name}",
        "description": f"You manage {name}.",
    }
    body = f'<html><script type="application/ld+json">{json.dumps(ld)}</script></html>'
    self.send(200, body.encode(), Content_Type="text/html")


def listen(dead: int) -> tuple[list[Server], list[socket.socket]]:
    """All ports."""
    silent = []
    for _ in range(dead):
        deaf = socket.socket()
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(128)
        silent.append(deaf)
    return [Server(("127.0.0.1", 0), Handler) for _ in range(2)], silent


if __name__ == "__main__":
    LOG = Path(sys.argv[1]).open("a", encoding="utf-8")  # noqa: SIM115 - as long as the process
    (bad, good), dead = listen(int(sys.argv[2]))
    for server in (bad, good):
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    ports = {
        "bad": bad.server_address[1],
        "good": good.server_address[1],
        "dead": [d.getsockname()[1] for d in dead],
    }
    print(json.dumps(ports), flush=True)
    sys.stdin.read()
