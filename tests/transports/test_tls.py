"""STARTTLS that is required is required: nothing but EHLO and STARTTLS is ever said in clear.

The judge is the server: what it read before TLS, and what within.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from ctm_alerts.errors import MailSystemDown
from ctm_alerts.transports.smtp import Smtp, SmtpAddress

BODY = b"Message-ID: <1@alerts.example>\r\nSubject: 1 new posting\r\n\r\nHello\r\n"
#: what a man in the middle would want us to take for the server's word
INJECTED = (
    b"250-relay.example\r\n250 AUTH PLAIN\r\n550 5.1.1 no such mailbox\r\n550 5.1.1 no such mailbox\r\n"
)


@dataclass
class Server:
    """One SMTP server: its certificate, what it does at STARTTLS, and every line that it read."""

    context: ssl.SSLContext
    #: offers STARTTLS
    offers: bool = True
    #: TLS from the first byte
    implicit: bool = False
    #: its answer to STARTTLS; what follows the first line is sent in clear, before the handshake
    answer: bytes = b"220 2.0.0 go on\r\n"
    #: after the answer: handshake, or this in its place
    instead: Callable[[socket.socket], None] | None = None
    port: int = 0
    clear: list[str] = field(default_factory=list)
    sealed: list[str] = field(default_factory=list)
    mails: list[bytes] = field(default_factory=list)

    def serve(self, listener: socket.socket) -> None:
        """Every connection until the listener is closed."""
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            line.settimeout(10)
            with contextlib.suppress(OSError), line:
                self._talk(line)

    def _talk(self, line: socket.socket) -> None:
        if self.implicit:
            with self.context.wrap_socket(line, server_side=True) as sealed:
                sealed.sendall(b"220 relay.example ready\r\n")
                self._commands(sealed, self.sealed)
            return
        line.sendall(b"220 relay.example ready\r\n")
        if not self._commands(line, self.clear):
            return
        line.sendall(self.answer)
        if self.instead is not None:
            self.instead(line)
        elif self.answer.startswith(b"220"):
            with self.context.wrap_socket(line, server_side=True) as sealed:
                self._commands(sealed, self.sealed)
        else:
            self._commands(line, self.clear)

    def _commands(self, line: socket.socket, heard: list[str]) -> bool:
        """Answer each; True when it is time for STARTTLS."""
        with line.makefile("rb") as lines:
            for raw in lines:
                said = raw.decode().strip()
                heard.append(said.split()[0].lower() if said else "")
                verb = heard[-1]
                if verb == "starttls":
                    return True
                line.sendall(self._reply(verb, in_clear=heard is self.clear))
                if verb == "data":
                    self._take(lines)
                    line.sendall(b"250 2.0.0 taken\r\n")
                if verb == "quit":
                    break
        return False

    def _reply(self, verb: str, *, in_clear: bool) -> bytes:
        if verb == "ehlo":
            offer = b"250-STARTTLS\r\n" if in_clear and self.offers else b""
            return b"250-relay.example\r\n" + offer + b"250 AUTH PLAIN\r\n"
        return {"auth": b"235 2.7.0 welcome\r\n", "data": b"354 go on\r\n", "quit": b"221 bye\r\n"}.get(
            verb, b"250 2.1.0 ok\r\n"
        )

    def _take(self, lines: Iterator[bytes]) -> None:
        body = b""
        for raw in lines:
            if raw == b".\r\n":
                break
            body += raw
        self.mails.append(body)


@contextmanager
def running(server: Server) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server.port = listener.getsockname()[1]
        thread = threading.Thread(target=server.serve, args=(listener,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            listener.shutdown(socket.SHUT_RDWR)
    thread.join(10)
    assert not thread.is_alive()


# -- certificates


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(autouse=True)
def told_of(ca: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one authority that we were told of, as an operator tells OpenSSL itself: by the environment."""
    path = tmp_path / "ca.pem"
    ca.cert_pem.write_to_path(path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))


def context_of(ca: trustme.CA, name: str = "127.0.0.1", *, until: datetime | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    began = None if until is None else datetime(2020, 1, 1, tzinfo=UTC)
    ca.issue_cert(name, not_before=began, not_after=until).configure_cert(context)
    return context


def for_another_host(ca: trustme.CA) -> ssl.SSLContext:
    return context_of(ca, "relay.example")


def of_nobody_that_we_know(ca: trustme.CA) -> ssl.SSLContext:
    return context_of(trustme.CA())


def expired(ca: trustme.CA) -> ssl.SSLContext:
    return context_of(ca, until=datetime(2021, 1, 1, tzinfo=UTC))


BAD = [for_another_host, of_nobody_that_we_know, expired]


# -- what we do


def relay(server: Server, scheme: str = "smtp", query: str = "") -> Smtp:
    """Our side; there is a password to lose."""
    url = f"{scheme}://user:secret@127.0.0.1:{server.port}{query}"
    return Smtp(SmtpAddress.from_url(url), "alerts@alerts.example", "client.example")


def send(way: Smtp) -> str:
    session = way.open()
    try:
        session.begin("alice@people.example", "<1@alerts.example>", BODY)
        return session.finish()
    finally:
        session.close()


def refused(server: Server, scheme: str = "smtp", query: str = "") -> str:
    """Why we stopped; everything of it must be our own trouble, and say nothing of the password."""
    with running(server), pytest.raises(MailSystemDown) as down:
        send(relay(server, scheme, query))
    assert "secret" not in down.value.reply
    assert (server.sealed, server.mails) == ([], [])
    return down.value.reply


# -- the tests


@pytest.mark.parametrize(("scheme", "clear"), [("smtp", ["ehlo", "starttls"]), ("smtps", [])])
def test_with_a_good_certificate_all_but_the_first_two_words_are_sealed(
    ca: trustme.CA, scheme: str, clear: list[str]
) -> None:
    with running(Server(context_of(ca), implicit=scheme == "smtps")) as server:
        assert send(relay(server, scheme)) == "250 2.0.0 taken"
    assert (server.clear, server.mails) == (clear, [BODY])
    assert server.sealed == ["ehlo", "auth", "mail", "rcpt", "data", "quit"]


def test_an_authority_that_the_address_names_is_trusted_and_none_besides(
    ca: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    ours = f"?ca={tmp_path / 'ca.pem'}"
    with running(Server(context_of(ca))) as server:
        assert send(relay(server, query=ours)) == "250 2.0.0 taken"
    assert "certificate verify failed" in refused(Server(context_of(ca)))
    assert "certificate verify failed" in refused(Server(of_nobody_that_we_know(ca)), query=ours)
    assert "No such file" in refused(Server(context_of(ca)), query=f"?ca={tmp_path / 'none.pem'}")


@pytest.mark.parametrize("certificate", BAD)
def test_with_a_certificate_that_proves_nothing_we_say_nothing(
    ca: trustme.CA, certificate: Callable[[trustme.CA], ssl.SSLContext]
) -> None:
    server = Server(certificate(ca))
    assert "certificate verify failed" in refused(server)
    assert server.clear == ["ehlo", "starttls"]


@pytest.mark.parametrize("certificate", BAD)
def test_tls_from_the_first_byte_asks_for_the_same_proof(
    ca: trustme.CA, certificate: Callable[[trustme.CA], ssl.SSLContext]
) -> None:
    server = Server(certificate(ca), implicit=True)
    assert "certificate verify failed" in refused(server, "smtps")
    assert server.clear == []


def test_to_a_server_that_offers_no_tls_we_say_nothing_more(ca: trustme.CA) -> None:
    server = Server(context_of(ca), offers=False)
    assert "offers no STARTTLS, which is required; nothing was sent" in refused(server)
    assert [verb for verb in server.clear if verb != "quit"] == ["ehlo"]


def test_to_a_server_that_cannot_do_tls_now_we_say_nothing_more(ca: trustme.CA) -> None:
    server = Server(context_of(ca), answer=b"454 4.7.0 TLS not available\r\n")
    assert "454 4.7.0 TLS not available" in refused(server)
    assert [verb for verb in server.clear if verb != "quit"] == ["ehlo", "starttls"]


def hang_up(line: socket.socket) -> None:
    line.recv(1)
    line.shutdown(socket.SHUT_RDWR)


def talk_on_in_clear(line: socket.socket) -> None:
    line.sendall(b"250 2.0.0 never mind\r\n" * 3)
    line.recv(65_536)


@pytest.mark.parametrize("instead", [hang_up, talk_on_in_clear])
def test_a_handshake_that_breaks_is_the_end(ca: trustme.CA, instead: Callable[[socket.socket], None]) -> None:
    server = Server(context_of(ca), instead=instead)
    refused(server)
    assert server.clear == ["ehlo", "starttls"]


def test_an_old_protocol_is_no_protection(ca: trustme.CA) -> None:
    context = context_of(ca)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1 is deprecated"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    server = Server(context)
    assert "PROTOCOL" in refused(server).upper()
    assert server.clear == ["ehlo", "starttls"]


def test_what_is_said_in_clear_before_the_handshake_is_not_taken_for_an_answer_within(ca: trustme.CA) -> None:
    """A man in the middle lets the real server speak, and puts words of his own before it (CVE-2011-0411)."""
    server = Server(context_of(ca), answer=b"220 2.0.0 go on\r\n" + INJECTED)
    with running(server):
        assert send(relay(server)) == "250 2.0.0 taken"
    assert (server.clear, server.mails) == (["ehlo", "starttls"], [BODY])
    assert server.sealed == ["ehlo", "auth", "mail", "rcpt", "data", "quit"]


@pytest.mark.parametrize("certificate", BAD)
def test_tls_that_is_offered_only_must_prove_itself_too(
    ca: trustme.CA, certificate: Callable[[trustme.CA], ssl.SSLContext]
) -> None:
    server = Server(certificate(ca))
    refused(server, query="?starttls=offered")
    assert server.clear == ["ehlo", "starttls"]
