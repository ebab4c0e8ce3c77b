"""A `Message` as the bytes that go on the wire; the same values give the same bytes.

Written by hand, since `email.message.EmailMessage` folds a List-Unsubscribe of more than 78 columns into an RFC 2047
word, which no provider reads, and takes `=?...?=` in a feed's title for a header to decode.
"""

from __future__ import annotations

import re
from base64 import b64encode, encodebytes
from binascii import b2a_qp
from collections.abc import Iterable
from datetime import datetime
from email.utils import format_datetime

from email_validator import EmailNotValidError, validate_email

from ctm_alerts.digests.digest import Brand
from ctm_alerts.emails import Message, clean_text
from ctm_alerts.errors import MailRefused, TransportError

#: RFC 5322, 2.1.1, without CRLF
LINE_LIMIT = 998
#: RFC 2047, 2: a line with an encoded word
FOLD_AT = 76
# RFC 2046, 5.1.1, without the characters that would need care in a quoted string
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=-]{1,70}")
_MESSAGE_ID = re.compile(r"<[0-9A-Za-z.!#$%&'*+/=?^_`{|}~-]+@[0-9A-Za-z.-]+>")
_FEEDBACK_ID = re.compile(r"[0-9A-Za-z._-]*(:[0-9A-Za-z._-]*){2}:[0-9A-Za-z._-]{5,15}")
_LIST_ID = re.compile(r"[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)+")
_LINK = re.compile(r"(https?://|mailto:)[!#-;=?-~]+")
# RFC 5322 atoms and spaces; all else in a name is quoted or encoded
_PLAIN_NAME = re.compile(r"[0-9A-Za-z!#$%&'*+/=?^_`{|}~ -]+")

_GROWS = bytes(range(0x80, 0x100)) + b"="

Header = tuple[str, str]


def build(
    message: Message,
    *,
    message_id: str,
    date: datetime,
    to_address: str,
    to_name: str,
    brand: Brand,
    list_id: str | None,
    unsubscribe_url: str | None,
    unsubscribe_mailto: str | None,
    feedback_id: str | None,
    boundary: str,
    transactional: bool = False,
) -> bytes:
    """The mail as CRLF bytes: multipart/alternative, plain text first.

    Args:
        message_id: with its angle brackets; stable over retries.
        date: aware; written with its own zone.
        boundary: derived from the digest's key, so that a retry has the same bytes.

    Raises:
        MailRefused: the address cannot go on the wire as it is.
        TransportError: a header value, or the boundary, is not what its grammar allows.
    """
    headers = _identity(message, message_id, date, to_address, to_name, brand)
    if not transactional:
        headers += _list_headers(list_id, unsubscribe_url, unsubscribe_mailto)
        headers += [("Precedence", "bulk")]
    headers += [("Auto-Submitted", "auto-generated")]
    if feedback_id is not None:
        headers += [("Feedback-ID", _checked("Feedback-ID", feedback_id, _FEEDBACK_ID))]
    _checked("boundary", boundary, _BOUNDARY)
    headers += [
        ("MIME-Version", "1.0"),
        ("Content-Type", f'multipart/alternative; boundary="{boundary}"'),
    ]
    return _headers(headers) + b"\r\n" + _alternative(message, boundary)


#: an address that is on the wire what it is on paper; the others are looked at by a library, which takes 0.4 ms
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_PLAIN = re.compile(
    rf"([A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*)@(?!xn--)(?:{_LABEL}\.(?!xn--))+(?:[a-z]{{2,63}})"
)


def address(raw: str) -> str:
    """The address as it goes on the wire: the domain as A-labels, the local part as it is.

    Raises:
        MailRefused: it is no address, or its local part needs SMTPUTF8, which is not promised by relays.
    """
    if len(raw) <= 254 and (plain := _PLAIN.fullmatch(raw)) and len(plain[1]) <= 64:
        return raw
    try:
        found = validate_email(
            raw, check_deliverability=False, allow_smtputf8=True, globally_deliverable=False
        )
    except EmailNotValidError as e:
        raise MailRefused(
            f"not an address: {clean_text(raw)!r} ({e}); correct it at its source", permanent=True
        ) from e
    if not found.local_part.isascii():
        raise MailRefused(
            f"{found.normalized!r} needs SMTPUTF8 for the part before the @; ask for another address",
            permanent=True,
        )
    return f"{found.local_part}@{found.ascii_domain}"


def _identity(
    message: Message, message_id: str, date: datetime, to_address: str, to_name: str, brand: Brand
) -> list[Header]:
    if date.utcoffset() is None:
        raise TransportError(f"the Date {date} has no zone; pass an aware time", permanent=True)
    return [
        ("From", _mailbox("From", brand.sender_name, brand.sender_address)),
        ("To", _mailbox("To", to_name, to_address)),
        ("Subject", _unstructured("Subject", message.subject)),
        ("Date", format_datetime(date)),
        ("Message-ID", _checked("Message-ID", message_id, _MESSAGE_ID)),
    ]


def _list_headers(list_id: str | None, url: str | None, mailto: str | None) -> list[Header]:
    links = [_checked("List-Unsubscribe", link, _LINK) for link in (url, mailto) if link]
    headers = []
    if list_id:
        headers += [("List-Id", f"<{_checked('List-Id', list_id, _LIST_ID)}>")]
    if links:
        headers += [("List-Unsubscribe", ", ".join(f"<{link}>" for link in links))]
    if url:
        headers += [("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")]
    return headers


def _checked(name: str, value: str, grammar: re.Pattern[str]) -> str:
    if not grammar.fullmatch(value):
        raise TransportError(f"{name} {value!r} is not of the form that its standard allows", permanent=True)
    return value


# -- header values --------------------------------------------------------------------------------


def _mailbox(header: str, name: str, raw: str) -> str:
    where = f"<{address(raw)}>"
    name = clean_text(name)
    if not name:
        return where[1:-1]
    if _PLAIN_NAME.fullmatch(name):
        shown = name
    elif name.isascii():
        shown = '"{}"'.format(re.sub(r'(["\\])', r"\\\1", name))
    else:
        shown = _encoded_words(header, name)
    # a fold keeps the encoded word's own line below 76
    return (
        f"{shown} {where}" if len(header) + len(shown) + len(where) + 3 <= FOLD_AT else f"{shown}\r\n {where}"
    )


def _unstructured(header: str, text: str) -> str:
    text = clean_text(text)
    if text.isascii() and len(text) + len(header) + 2 <= LINE_LIMIT:
        return text
    return _encoded_words(header, text)


def _encoded_words(header: str, text: str) -> str:
    """RFC 2047 words of base64, each on a line of its own, no character split between two."""
    words, chunk, room = [], b"", _word_room(len(header) + 2)
    for character in text:
        encoded = character.encode()
        if len(chunk) + len(encoded) > room:
            words.append(chunk)
            chunk, room = b"", _word_room(1)
        chunk += encoded
    words.append(chunk)
    return "\r\n ".join(f"=?utf-8?b?{b64encode(word).decode('ascii')}?=" for word in words)


def _word_room(before: int) -> int:
    """Octets that one encoded word may carry behind `before` columns."""
    return (FOLD_AT - before - len("=?utf-8?b??=")) // 4 * 3


def _headers(headers: Iterable[Header]) -> bytes:
    headers = tuple(headers)
    raw = "".join(f"{name}: {value}\r\n" for name, value in headers).encode("ascii")
    _compare_names(raw, [name for name, _ in headers])
    return raw


def _compare_names(raw: bytes, expected: list[str]) -> None:
    """Each line is a header that we meant, or the continuation of one (sender checks 1, 2, 10 and 62)."""
    # every break is looked at, not only CRLF: relays differ in what they take for the end of a line
    lines = re.split(rb"\r\n|\r|\n", raw.removesuffix(b"\r\n"))
    names = [line.split(b":", 1)[0].decode("ascii") for line in lines if not line.startswith(b" ")]
    if names != expected or len(set(names)) != len(names):
        raise TransportError(f"the headers came out as {names}, meant were {expected}", permanent=True)
    if any(len(line) > LINE_LIMIT for line in lines):
        raise TransportError(f"a header line is longer than {LINE_LIMIT} octets", permanent=True)


# -- bodies ---------------------------------------------------------------------------------------


def _alternative(message: Message, boundary: str) -> bytes:
    rim = b"--" + boundary.encode("ascii")
    parts = [_part("plain", message.text), _part("html", message.html)]
    if any(rim in part for part in parts):
        raise TransportError(f"the boundary {boundary!r} occurs in the text; derive another", permanent=True)
    return b"".join(rim + b"\r\n" + part + b"\r\n" for part in parts) + rim + b"--\r\n"


def _part(subtype: str, text: str) -> bytes:
    encoding, body = _encoded(text)
    head = f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode("ascii") + body


def _encoded(text: str) -> tuple[str, bytes]:
    """The shorter of the two encodings: quoted-printable for Latin text, base64 for most others."""
    raw = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n").encode("utf-8")
    # an octet beyond ASCII and a "=" take three; base64 takes four for three of everything
    grown = 2 * (len(raw) - len(raw.translate(None, _GROWS)))
    if 3 * grown <= len(raw):
        return "quoted-printable", b2a_qp(raw, istext=True)
    return "base64", encodebytes(raw).replace(b"\n", b"\r\n")
