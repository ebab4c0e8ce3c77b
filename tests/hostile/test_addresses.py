"""Addresses that nobody outside may make us dial: as a feed's own, behind a redirect, behind a name; and bad certificates.

The judge of what was dialled is the interpreter: an audit hook hears of each connection that this process opens.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import socket
import ssl
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest
import trustme

from ctm_alerts.net.client import Client
from tests.flows.house import DAY, House, house
from tests.hostile.scene import scene
from tests.people import NOW

_DIALLED: list[tuple[str, int]] = []


def _hear(event: str, args: tuple[object, ...]) -> None:
    if event == "socket.connect" and isinstance(args[1], tuple):
        _DIALLED.append((str(args[1][0]), int(args[1][1])))


sys.addaudithook(_hear)


@dataclass
class Trap:
    """Listeners on both loopbacks that count whoever comes."""

    port: int
    caught: int = 0
    sockets: list[socket.socket] = field(default_factory=list)


@pytest.fixture
def trap() -> Iterator[Trap]:
    four = socket.create_server(("127.0.0.1", 0))
    made = Trap(four.getsockname()[1], sockets=[four])
    with contextlib.suppress(OSError):  # a machine without IPv6 has no ::1 to listen on
        made.sockets.append(socket.create_server(("::1", made.port), family=socket.AF_INET6))

    def count(server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                server.accept()[0].close()
                made.caught += 1

    threads = [threading.Thread(target=count, args=(server,), daemon=True) for server in made.sockets]
    for thread in threads:
        thread.start()
    yield made
    for server in made.sockets:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
    for thread in threads:
        thread.join()


FORMS = (
    "127.0.0.1", "127.1", "[::1]", "2130706433", "017700000001", "0x7f000001", "0x7f.1", "0177.0.0.1", "localhost",
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[::127.0.0.1]", "[2002:7f00:1::]", "0.0.0.0",
    "[::]", "100.64.0.1", "192.0.0.8", "169.254.169.254", "10.0.0.8", "172.16.0.8", "192.168.0.8", "198.18.0.8",
    "[fc00::8]", "[fe80::8]", "private.example", "mixed.example", "turning.example",
)  # fmt: skip
#: names that the tests make up
NAMES = {
    "private.example": ["10.1.2.3"], "mixed.example": ["93.184.215.14", "127.0.0.1"], "turning.example": ["127.0.0.1"],
}  # fmt: skip


class Names:
    """Resolves made-up names; any other as the system does, which reads odd forms of numbers too."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked[host] += 1
        if host in NAMES:
            return NAMES[host]
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return list(dict.fromkeys(str(info[4][0]) for info in found))


def test_no_form_of_a_private_address_is_ever_dialled(tmp_path: Path, trap: Trap) -> None:
    names = Names()
    with scene(tmp_path, resolver=names) as on:
        on.add_good()
        for form in FORMS:
            target = f"http://{form}:{trap.port}/feed"
            on.add(target, f"as {form}")
            on.add(on.web.url(f"/302/{quote(form, safe='')}?to={quote(target, safe='')}"), f"to {form}")
        _DIALLED.clear()
        looks = on.round(NOW)
        refused = {name: looked for name, looked in looks.items() if name not in on.names}
        assert len(refused) == 2 * len(FORMS)
        told = {name for name, looked in refused.items() if looked.outcome == "error"}
        assert told == set(refused)
        plain = ("non-public address", "no such host", "not a usable address", "no address")
        assert [r.reason for r in refused.values() if not any(word in r.reason for word in plain)] == []
        assert trap.caught == 0
        # once for each look: what was checked is what would be dialled, and no second answer can slip in between
        assert {host: names.asked[host] for host in NAMES} == dict.fromkeys(NAMES, 2)
        ours = {("127.0.0.1", on.web.bad), ("127.0.0.1", on.web.good)}
        assert set(_DIALLED) - ours == set()
        assert {looks[name].outcome for name in on.names} == {"ok"}


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("file:///etc/hostname", "not an http or https address"),
        ("gopher://feeds.example/", "not an http or https address"),
        ("http://eve:pw@feeds.example/", "user name or password"),
        ("", "leads nowhere"),
        (f"http://{'a' * 5000}.example/", "not a usable address"),
    ],
)
def test_a_redirect_to_what_is_no_web_address_is_refused(tmp_path: Path, target: str, reason: str) -> None:
    with scene(tmp_path) as on:
        on.add(on.web.url(f"/302?to={quote(target, safe='') or '%20'}"))
        looked = on.round(NOW)["bad"]
        assert looked.outcome == "error"
        assert reason in looked.reason


def test_the_operators_word_holds_for_one_host_and_one_port(tmp_path: Path, trap: Trap) -> None:
    with scene(tmp_path) as on:
        on.add(on.web.good_url("/same"), "allowed")
        on.add(f"http://127.0.0.1:{trap.port}/", "another port")
        on.add(f"http://localhost:{on.web.good}/same", "another name")
        looks = on.round(NOW)
        assert {name: looked.outcome for name, looked in looks.items()} == {
            "allowed": "ok", "another port": "error", "another name": "error",
        }  # fmt: skip
        assert "add localhost:" in looks["another name"].reason
        assert trap.caught == 0


# --- TLS


@dataclass
class Tls:
    """An https server with one certificate, and what it was asked for."""

    port: int
    asked: list[bytes]


@contextlib.contextmanager
def https(context: ssl.SSLContext, answer: bytes) -> Iterator[Tls]:
    server = socket.create_server(("127.0.0.1", 0))
    made = Tls(server.getsockname()[1], [])

    def serve() -> None:
        while True:
            try:
                raw, _ = server.accept()
            except OSError:
                return
            with contextlib.suppress(OSError), context.wrap_socket(raw, server_side=True) as line:
                made.asked.append(line.recv(65536))
                line.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()


FEED = b"<rss><channel><title>T</title><item><guid>1</guid><title>Clinical Trial Manager</title></item></channel></rss>"


def answer(status: str, body: bytes = b"", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def _context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def of_another_name(ca: trustme.CA) -> ssl.SSLContext:
    return _context(ca.issue_cert("elsewhere.example"))


def out_of_date(ca: trustme.CA) -> ssl.SSLContext:
    past = dt.datetime(2020, 1, 1, tzinfo=dt.timezone.utc)
    return _context(ca.issue_cert("feeds.example", not_after=past, not_before=past - DAY))


def of_nobody(_: trustme.CA) -> ssl.SSLContext:
    return _context(trustme.CA().issue_cert("feeds.example"))


def of_an_old_version(ca: trustme.CA) -> ssl.SSLContext:
    context = _context(ca.issue_cert("feeds.example"))
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1  # fmt: skip
    return context


@contextlib.contextmanager
def service(folder: Path, ca: trustme.CA, ports: Sequence[int]) -> Iterator[House]:
    """A service that trusts the authority of the test, and may go to these ports of a made-up name."""
    trusting = ssl.create_default_context()
    ca.configure_trust(trusting)
    places = tuple(f"feeds.example:{port}" for port in ports)
    with (
        Client(places, tls=trusting, resolver=lambda host, port: ["127.0.0.1"], seconds=3) as client,
        house(folder, client=client) as home,
    ):
        yield home


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1 is deprecated")
@pytest.mark.parametrize(
    ("how", "reason"),
    [
        (of_another_name, "the certificate of feeds.example is not good"),
        (out_of_date, "the certificate of feeds.example is not good"),
        (of_nobody, "the certificate of feeds.example is not good"),
        (of_an_old_version, "no connection to feeds.example"),
    ],
)
def test_a_handshake_that_proves_nothing_gets_no_request(tmp_path: Path, how: object, reason: str) -> None:
    ca = trustme.CA()
    assert callable(how)
    with https(how(ca), answer("200 OK", FEED)) as bad, https(_context(ca.issue_cert("feeds.example")), answer("200 OK", FEED)) as good:  # fmt: skip
        with service(tmp_path, ca, [bad.port, good.port]) as home:
            for name, port in (("bad", bad.port), ("good", good.port)):
                home.app.feeds.add(f"https://feeds.example:{port}/", "rss", name, NOW)
            looks = {looked.feed: looked for looked in home.ingest(NOW)}
        assert bad.asked == []
        assert len(good.asked) == 1
    assert reason in looks["bad"].reason
    assert {name: (r.outcome, r.new) for name, r in looks.items()} == {"bad": ("error", 0), "good": ("ok", 1)}


def test_a_redirect_from_https_down_to_http_is_refused(tmp_path: Path) -> None:
    ca = trustme.CA()
    down = answer("301 Moved", b"", "Location: http://feeds.example/feed")
    context = _context(ca.issue_cert("feeds.example"))
    with https(context, down) as server, service(tmp_path, ca, [server.port]) as home:
        home.app.feeds.add(f"https://feeds.example:{server.port}/", "rss", "bad", NOW)
        (looked,) = home.ingest(NOW)
    assert looked.reason == "a redirect from https down to http is refused: http://feeds.example/feed"


def test_names_and_ports_where_nobody_is_are_told_apart(tmp_path: Path) -> None:
    def find(host: str, port: int) -> list[str]:
        if host == "nowhere.example":
            raise OSError("Name or service not known")
        return ["127.0.0.1"]

    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound and not listening: whoever dials is refused
        port = closed.getsockname()[1]
        with scene(tmp_path, resolver=find, allow=(f"shut.example:{port}",)) as on:
            on.add("http://nowhere.example/feed", "no name")
            on.add(f"http://shut.example:{port}/feed", "no server")
            reasons = {name: looked.reason for name, looked in on.round(NOW).items()}
    assert reasons["no name"].startswith("no such host: nowhere.example")
    assert reasons["no server"].startswith("no connection to shut.example: ")
