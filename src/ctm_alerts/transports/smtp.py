"""Mail by SMTP: one kept connection per session, and a stop between the body and its final dot.

smtplib speaks the protocol; only DATA is ours, since the intent has to be committed before the dot is written.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from ctm_alerts.errors import LineLost, MailRefused, MailSystemDown, TransportError
from ctm_alerts.transports import mime
from ctm_alerts.transports.lookup import Lookup


@dataclass(frozen=True)
class Timeouts:
    """How long each reply may take, in seconds, from its first byte waited for to its last."""

    connect: float = 30.0
    command: float = 120.0
    #: RFC 5321 4.5.3.2.6: a server may think for 10 minutes after the final dot; giving up earlier doubles mail (RFC 1047)
    dot: float = 600.0
    #: to QUIT; nothing hangs on it any more
    goodbye: float = 2.0


TIMEOUTS = Timeouts()

Stage = Literal["login", "sender", "recipient", "data"]
# not within an IP address
_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")


@dataclass(frozen=True)
class SmtpAddress:
    """What an smtp:// or smtps:// URL says."""

    host: str
    port: int
    user: str | None
    password: str | None
    #: TLS from the first byte
    implicit_tls: bool
    #: "required" (no mail without TLS), "offered" (TLS when the server has it) or "never"
    starttls: Literal["required", "offered", "never"]
    #: a file of certificates that are trusted beside the system's own: of a relay with a private authority
    ca: str | None = None
    #: who is asked whether a mail arrived whose receipt was lost (`lookup.make_lookup`)
    lookup: str | None = None

    @classmethod
    def from_url(cls, url: str) -> SmtpAddress:
        """Read `smtp://user:password@host:port?starttls=required|offered|never&ca=FILE&lookup=postfix:LOG`.

        STARTTLS is required as soon as a password is to be sent, and to any host but this one.
        """
        parts = urlsplit(url)
        said = dict(p.partition("=")[::2] for p in parts.query.split("&") if p)
        asked = said.get("starttls")
        local = parts.hostname in ("localhost", "127.0.0.1", "::1")
        default = "offered" if local and not parts.password else "required"
        starttls = asked if asked in ("required", "offered", "never") else default
        return cls(
            host=parts.hostname or "localhost",
            port=parts.port or (465 if parts.scheme == "smtps" else 587),
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            implicit_tls=parts.scheme == "smtps",
            starttls=starttls,  # type: ignore[arg-type]  # one of the three, as checked above
            ca=unquote(said["ca"]) if said.get("ca") else None,
            lookup=unquote(said["lookup"]) if said.get("lookup") else None,
        )


class Smtp:
    """A relay that takes our mail."""

    def __init__(
        self,
        address: SmtpAddress,
        sender: str,
        hello: str,
        lookup: Lookup | None = None,
        timeouts: Timeouts = Timeouts(),
    ) -> None:
        self._address, self._sender, self._hello, self._lookup = address, sender, hello, lookup
        self._timeouts = timeouts

    def open(self) -> SmtpSession:
        """A connection that is ready for mail; raises MailSystemDown."""
        try:
            return SmtpSession(self._connect(), self._sender, self._timeouts)
        except smtplib.SMTPResponseException as error:
            raise MailSystemDown(
                f"{self._address.host}: {_reply(error.smtp_code, error.smtp_error)}"
            ) from error
        except (OSError, smtplib.SMTPException) as error:
            raise MailSystemDown(f"{self._address.host}:{self._address.port}: {error}") from error
        except UnicodeError:  # of smtplib; its words would quote the password
            raise MailSystemDown(f"{self._address.host}: user and password must be ASCII") from None

    @property
    def can_be_asked(self) -> bool:
        """Whether a look-up was named: a plain relay knows nothing."""
        return self._lookup is not None

    def arrived(self, message_id: str, since: datetime | None = None) -> bool | None:
        """Whether the relay took it; None when that is not known, or not yet."""
        return None if self._lookup is None else self._lookup.arrived(message_id, since)

    def _connect(self) -> _Link:
        at, context = self._address, ssl.create_default_context()
        if at.ca is not None:
            context.load_verify_locations(at.ca)
        if at.implicit_tls:
            link: _Link = _SecureLink(
                at.host, at.port, self._hello, timeout=self._timeouts.connect, context=context
            )
        else:
            link = _Link(at.host, at.port, self._hello, timeout=self._timeouts.connect)
        try:
            link.ehlo_or_helo_if_needed()
            self._secure(link, context)
            if at.user is not None and at.password is not None:
                link.login(at.user, at.password)
        except BaseException:
            link.close()
            raise
        link.patience = self._timeouts.command
        assert link.sock is not None
        # or the few bytes of a dot wait for the acknowledgement of the body: measured, 40 ms for each mail
        link.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return link

    def _secure(self, link: smtplib.SMTP, context: ssl.SSLContext) -> None:
        if self._address.implicit_tls or self._address.starttls == "never":
            return
        if link.has_extn("starttls"):
            link.starttls(context=context)
            link.ehlo()
        elif self._address.starttls == "required":
            raise smtplib.SMTPNotSupportedError("offers no STARTTLS, which is required; nothing was sent")


class _Replies:
    """Lines of a server, each reply within its time: one that drips a byte a minute must not hold a connection."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock, self._held = sock, bytearray()
        self.until = 0.0

    def readline(self, limit: int) -> bytes:
        """One line with its end, or less when the other side hangs up or the line is longer than `limit`."""
        while b"\n" not in self._held and len(self._held) < limit:
            left = self.until - time.monotonic()
            if left <= 0:
                raise TimeoutError("the reply took too long")
            self._sock.settimeout(left)
            more = self._sock.recv(4096)
            if not more:
                break
            self._held += more
        end = self._held.find(b"\n") + 1 or len(self._held)
        line = bytes(self._held[: min(end, limit)])
        del self._held[: len(line)]
        return line

    def close(self) -> None:
        """What was read ahead is worth nothing without its line."""
        self._held.clear()


class _Link(smtplib.SMTP):
    """smtplib's client, with a time for the whole of each reply and not for each of its bytes."""

    #: seconds that the next replies may take; None, as long as the time to connect
    patience: float | None = None
    file: Any

    def getreply(self) -> tuple[int, bytes]:
        """The next reply; raises SMTPServerDisconnected when it does not come in time."""
        assert self.sock is not None
        if self.file is None:
            self.file = _Replies(self.sock)
        seconds = self.timeout if self.patience is None else self.patience
        self.file.until = time.monotonic() + seconds
        try:
            return super().getreply()
        finally:
            if self.sock is not None:
                self.sock.settimeout(seconds)


class _SecureLink(smtplib.SMTP_SSL, _Link):
    """The same, with TLS from the first byte."""


class SmtpSession:
    """One kept connection, one message at a time.

    Where the server offers PIPELINING (RFC 2920) the envelope goes as one group, and together with the dot of the
    message before it: one round trip for each mail. No body is written before its own 354.
    """

    def __init__(self, link: _Link, sender: str, timeouts: Timeouts) -> None:
        self._link, self._sender, self._timeouts = link, sender, timeouts
        #: a message is begun, or its envelope is on its way: the line cannot be ended with words
        self._begun = False
        self._ahead: tuple[str, str] | None = None

    @property
    def looks_ahead(self) -> bool:
        """Whether the server takes the next envelope together with a dot."""
        return bool(self._link.has_extn("pipelining"))

    @property
    def is_open(self) -> bool:
        """Whether the line holds, as far as we know."""
        return self._link.sock is not None

    def begin(self, to_address: str, message_id: str, body: bytes) -> None:
        """Envelope and body; the server waits for the dot."""
        with _line_kept(after_dot=False):
            if self._ahead is not None:
                # its envelope went with the last dot, and stays the only one that may follow
                ahead, self._ahead = self._ahead, None
                assert ahead == (to_address, message_id)
                self._read_envelope()
            elif self.looks_ahead:
                self._link.send(self._envelope(to_address, body))
                self._begun = True
                self._read_envelope()
            else:
                self._step_by_step(to_address, body)
            self._begun = True
            self._link.send(_dot_stuffed(body))

    def finish(self) -> str:
        """The final dot, and all of the reply."""
        return self._finish(b"")

    def finish_then(self, to_address: str, message_id: str, body: bytes) -> str:
        """The final dot and in the same write the next envelope, whose replies `begin` reads."""
        try:
            envelope = self._envelope(to_address, body)
        except MailRefused:  # of the next mail, whose `begin` will say so
            return self._finish(b"")
        self._ahead = (to_address, message_id)
        return self._finish(envelope)

    def _finish(self, envelope: bytes) -> str:
        self._begun = bool(envelope)
        with _line_kept(after_dot=True):
            self._link.send(b".\r\n" + envelope)
            self._link.patience = self._timeouts.dot
            code, text = self._link.getreply()
            self._link.patience = self._timeouts.command
        if not (
            200 <= code < 300 or 400 <= code < 600
        ):  # no answer to a dot: nobody knows what became of the mail
            self._link.close()
            raise LineLost(_reply(code, text), after_dot=True)
        if code >= 400:  # any 2yz is a yes (RFC 5321 4.2.1)
            # an envelope that is on its way is answered all the same; RSET would end it
            if not envelope:
                self._forget(code)
            raise read_reply(code, text, "data")
        return _reply(code, text)

    def abandon(self) -> None:
        """Break the line: without its dot the server must forget the message (RFC 5321 4.1.1.4)."""
        self._begun = False
        self._link.close()

    def close(self) -> None:
        """Say goodbye, unless a message is half sent."""
        if self._begun:
            self._link.close()
            return
        self._link.patience = self._timeouts.goodbye
        with contextlib.suppress(OSError, smtplib.SMTPException):
            self._link.quit()

    def _envelope(self, to_address: str, body: bytes) -> bytes:
        """MAIL, RCPT and DATA as one group of commands."""
        size = f" SIZE={len(body)}" if self._link.has_extn("size") else ""
        to_wire = mime.address(to_address)
        lines = f"MAIL FROM:<{self._sender}>{size}\r\nRCPT TO:<{to_wire}>\r\nDATA\r\n"
        return lines.encode("ascii")

    def _read_envelope(self) -> None:
        """The three replies of a group; the first that says no is the one that counts."""
        refusal: TransportError | None = None
        stages: tuple[tuple[Stage, int], ...] = (("sender", 250), ("recipient", 250), ("data", 354))
        code = 0
        for stage, want in stages:
            code, text = self._link.getreply()
            if not _is_yes(code, want) and refusal is None:
                refusal = read_reply(code, text, stage)
            if code in (-1, 421):  # it says no more than this
                break
        if refusal is None:
            return
        if code == 354:
            # it waits for a body although it refused the envelope: a dot would be a mail to nobody
            self.abandon()
        else:
            self._begun = False
            self._forget(code)
        raise refusal

    def _step_by_step(self, to_address: str, body: bytes) -> None:
        to_wire = mime.address(to_address)
        size = [f"SIZE={len(body)}"] if self._link.has_extn("size") else []
        self._expect("sender", *self._link.mail(self._sender, size))
        self._expect("recipient", *self._link.rcpt(to_wire))
        self._expect("data", *self._link.docmd("DATA"), want=354)

    def _expect(self, stage: Stage, code: int, text: bytes, want: int = 250) -> None:
        if not _is_yes(code, want):
            self._forget(code)
            raise read_reply(code, text, stage)

    def _forget(self, code: int) -> None:
        """RSET, so that the next envelope begins anew; a server that ends the line is told nothing."""
        if code != 421:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._link.rset()


@contextlib.contextmanager
def _line_kept(*, after_dot: bool) -> Iterator[None]:
    """What breaks the line is ours, with whether the dot was written."""
    try:
        yield
    # its own: a reply line that never ends, a line that is closed
    except (OSError, smtplib.SMTPException) as error:
        raise LineLost(str(error) or type(error).__name__, after_dot=after_dot) from error


def _is_yes(code: int, want: int) -> bool:
    return code == want or (want == 250 and code in (251, 252))


def read_reply(code: int, text: bytes, stage: Stage) -> TransportError:
    """What a negative reply means, by its enhanced status code first (RFC 3463; sender check 80).

    5.1.x of a recipient is a dead address; 5.7.x, 5.6.x and other policy are our own trouble; 5.2.2 is a full mailbox.
    """
    reply = _reply(code, text)
    found = _ENHANCED.search(reply)
    subject, detail = (found[2], found[3]) if found else ("", "")
    if code < 400 or code == 421 or stage in ("login", "sender"):
        return MailSystemDown(reply)
    if code < 500 or (subject, detail) == ("2", "2") or code == 552:
        return MailRefused(reply, permanent=False)
    if stage == "recipient" and (subject == "1" or (not found and code in (550, 551, 553))):
        return MailRefused(reply, permanent=True, address_is_dead=True)
    if subject in ("6", "7") or code == 554:
        return MailSystemDown(reply)
    return MailRefused(reply, permanent=True)


def fqdn() -> str:
    """The name that we say hello with: a real one, or an address literal (RFC 5321 4.1.3)."""
    name = socket.getfqdn()
    return name if "." in name and not name.endswith((".local", ".localdomain")) else "[127.0.0.1]"


def _dot_stuffed(body: bytes) -> bytes:
    """CRLF only, lines that begin with a dot doubled (RFC 5321 4.5.2), ready for the final dot."""
    # not by `re`: a tenth of its time (measured on 30 kB)
    lines = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")
    stuffed = (b"." if lines.startswith(b".") else b"") + lines.replace(b"\r\n.", b"\r\n..")
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"


def _reply(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {' '.join(words.split())}"[:500]
