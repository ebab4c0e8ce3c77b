"""Mail by SMTP: one kept connection per session, and a stop between the body and its final dot.

smtplib speaks the protocol; only DATA is ours, since the intent has to be committed before the dot is written.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import socket
import ssl
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote, urlsplit

from ctm_alerts.errors import LineLost, MailRefused, MailSystemDown, TransportError
from ctm_alerts.transports import mime

#: RFC 5321 4.5.3.2.6: a server may think for 10 minutes after the final dot; giving up earlier doubles mail (RFC 1047)
DOT_TIMEOUT = 600.0
CONNECT_TIMEOUT, COMMAND_TIMEOUT = 30.0, 120.0

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

    @classmethod
    def from_url(cls, url: str) -> SmtpAddress:
        """Read `smtp://user:password@host:port?starttls=required|offered|never`.

        STARTTLS is required as soon as a password is to be sent, and to any host but this one.
        """
        parts = urlsplit(url)
        asked = dict(p.partition("=")[::2] for p in parts.query.split("&") if p).get("starttls")
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
        )


class Smtp:
    """A relay that takes our mail."""

    def __init__(self, address: SmtpAddress, sender: str, hello: str) -> None:
        self._address, self._sender, self._hello = address, sender, hello

    def open(self) -> SmtpSession:
        """A connection that is ready for mail; raises MailSystemDown."""
        try:
            return SmtpSession(self._connect(), self._sender)
        except smtplib.SMTPResponseException as error:
            raise MailSystemDown(
                f"{self._address.host}: {_reply(error.smtp_code, error.smtp_error)}"
            ) from error
        except (OSError, smtplib.SMTPException) as error:
            raise MailSystemDown(f"{self._address.host}:{self._address.port}: {error}") from error
        except UnicodeError:  # of smtplib; its words would quote the password
            raise MailSystemDown(f"{self._address.host}: user and password must be ASCII") from None

    def arrived(self, message_id: str) -> None:
        """A plain relay cannot be asked."""
        return

    def _connect(self) -> smtplib.SMTP:
        at, context = self._address, ssl.create_default_context()
        if at.implicit_tls:
            link: smtplib.SMTP = smtplib.SMTP_SSL(
                at.host, at.port, self._hello, timeout=CONNECT_TIMEOUT, context=context
            )
        else:
            link = smtplib.SMTP(at.host, at.port, self._hello, timeout=CONNECT_TIMEOUT)
        try:
            link.ehlo_or_helo_if_needed()
            self._secure(link, context)
            if at.user is not None and at.password is not None:
                link.login(at.user, at.password)
        except BaseException:
            link.close()
            raise
        assert link.sock is not None
        link.sock.settimeout(COMMAND_TIMEOUT)
        return link

    def _secure(self, link: smtplib.SMTP, context: ssl.SSLContext) -> None:
        if self._address.implicit_tls or self._address.starttls == "never":
            return
        if link.has_extn("starttls"):
            link.starttls(context=context)
            link.ehlo()
        elif self._address.starttls == "required":
            raise smtplib.SMTPNotSupportedError("offers no STARTTLS, which is required; nothing was sent")


class SmtpSession:
    """One kept connection, one message at a time."""

    def __init__(self, link: smtplib.SMTP, sender: str) -> None:
        self._link, self._sender = link, sender
        self._begun = False

    def begin(self, to_address: str, message_id: str, body: bytes) -> None:
        """Envelope and body; the server waits for the dot."""
        to_wire = mime.address(to_address)
        try:
            size = [f"SIZE={len(body)}"] if self._link.has_extn("size") else []
            self._expect("sender", *self._link.mail(self._sender, size))
            self._expect("recipient", *self._link.rcpt(to_wire))
            self._expect("data", *self._link.docmd("DATA"), want=354)
            self._link.send(_dot_stuffed(body))
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            raise LineLost(str(error) or type(error).__name__, after_dot=False) from error
        self._begun = True

    def finish(self) -> str:
        """The final dot, and all of the reply."""
        assert self._link.sock is not None
        self._begun = False
        try:
            self._link.sock.settimeout(DOT_TIMEOUT)
            self._link.send(b".\r\n")
            code, text = self._link.getreply()
            self._link.sock.settimeout(COMMAND_TIMEOUT)
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            raise LineLost(str(error) or type(error).__name__, after_dot=True) from error
        if not 200 <= code < 600:  # no reply of SMTP, so nobody knows what became of the mail
            self._link.close()
            raise LineLost(_reply(code, text), after_dot=True)
        self._expect("data", code, text)
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
        with contextlib.suppress(OSError, smtplib.SMTPException):
            self._link.quit()

    def _expect(self, stage: Stage, code: int, text: bytes, want: int = 250) -> None:
        if code == want or (want == 250 and code in (251, 252)):
            return
        error = read_reply(code, text, stage)
        if code != 421:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._link.rset()
        raise error


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
    lines = re.sub(rb"\r?\n|\r(?!\n)", b"\r\n", body)
    stuffed = re.sub(rb"(?m)^\.", b"..", lines)
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"


def _reply(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {' '.join(words.split())}"[:500]
