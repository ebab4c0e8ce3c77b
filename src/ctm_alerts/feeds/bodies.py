"""The first look at a body: which characters, which format, and the plain reason when it is no feed."""

from __future__ import annotations

import codecs
import json
import re

from ctm_alerts.errors import NotAFeed
from ctm_alerts.feeds.clean import one_line

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Python also knows "charsets" that unpack, unescape or change direction (utf-7, idna, unicode_escape); a feed
# may name only plain ones
_PLAIN_CHARSET = re.compile(
    r"(utf[-_]?(8|16|32)([-_]?(le|be))?|us[-_]?ascii|ascii|latin[-_]?1|iso[-_]?8859[-_]?\d{1,2}|(windows|cp)[-_]?\d{3,4}"
    r"|mac[-_]?roman|macintosh|koi8[-_]?[ru]|shift[-_]?jis|euc[-_]?(jp|kr)|gb(k|2312|18030)|big5)",
    re.IGNORECASE,
)
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_IN_CONTENT_TYPE = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]{0,500}\?>")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_CHARACTER_REFERENCE = re.compile(r"&#(x[0-9a-fA-F]+|[0-9]+);")
_ROOT = re.compile(r"<([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
_HTML = re.compile(
    r"\s*(?:<!--.{0,2000}?-->\s*)*<(!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_CHALLENGE = re.compile(
    r"just a moment|checking your browser|cf-chl|challenge-platform|attention required|captcha", re.IGNORECASE
)
_LOGIN = re.compile(r"""type=["']?password|<title>[^<]{0,60}(?:log ?in|sign ?in)""", re.IGNORECASE)
_PAGE_TITLE = re.compile(r"<title[^>]*>([^<]{1,200})", re.IGNORECASE)
#: the roots of the feeds that we read
FEED_ROOTS = ("rss", "feed", "rdf")

#: a value costs up to 200 bytes of memory, whatever it costs to write: 15 MB of "{}," would take 480 MB (measured)
MOST_VALUES = 640_000


def decode(body: bytes, content_type: str | None = None) -> str:
    """The body as text: by its BOM, its XML declaration, the content type's charset, UTF-8, or Windows-1252."""
    for bom, charset in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(charset, "replace")
    for charset in (*_named_charsets(body, content_type), "utf-8"):
        try:
            return body.decode(charset)
        except (UnicodeDecodeError, LookupError):
            continue
    return body.decode("cp1252", "replace")


def _named_charsets(body: bytes, content_type: str | None) -> tuple[str, ...]:
    named = []
    if body[:4] == b"<\x00?\x00":
        named.append("utf-16-le")
    if body[:4] == b"\x00<\x00?":
        named.append("utf-16-be")
    if match := _DECLARED.match(body[:400].lstrip()):
        named.append(match[1].decode("ascii"))
    if match_in_type := _IN_CONTENT_TYPE.search(content_type or ""):
        named.append(match_in_type[1])
    return tuple(name for name in named if _PLAIN_CHARSET.fullmatch(name))


def read_json(body: bytes) -> object:
    """The value of a JSON body; raises NotAFeed that says what the body looks like instead."""
    text = decode(body)
    if not text.strip():
        raise NotAFeed(describe(text))
    if sum(map(text.count, ",{[")) > MOST_VALUES:
        raise NotAFeed(f"JSON of more than {MOST_VALUES:,} values, which no feed has")
    try:
        return json.loads(text)
    except RecursionError as e:
        raise NotAFeed("JSON nested too deeply to be a feed") from e
    except json.JSONDecodeError as e:
        raise NotAFeed(_broken_json(text, e)) from e
    except ValueError as e:  # a number of more digits than Python reads
        raise NotAFeed(f"broken JSON: {one_line(str(e), 80)}") from e


def _broken_json(text: str, error: json.JSONDecodeError) -> str:
    if text.lstrip()[:1] not in ("{", "["):
        return f"JSON was expected, and this is {describe(text)}"
    if error.pos >= len(text.rstrip()) - 1 or error.msg.startswith("Unterminated string"):
        return f"truncated JSON: it ends after {len(text):,} characters in the middle of a value"
    return f"broken JSON at line {error.lineno}, column {error.colno}: {error.msg}"


def error_in(document: object) -> str | None:
    """What a JSON answer complains about ({"error": "rate limit"}), on one line; None when it does not."""
    if not isinstance(document, dict):
        return None
    for name in ("error", "errors", "message", "detail", "errorMessage", "title"):
        if said := document.get(name):
            return one_line(said if isinstance(said, str) else json.dumps(said), 120)
    return None


def read_xml_text(body: bytes, roots: tuple[str, ...] = FEED_ROOTS) -> str:
    """The text of an XML body without its declaration, made safe for a parser.

    Raises NotAFeed for an empty body, HTML, JSON, XML with a root of another name than `roots` (in lower case), and
    for any DOCTYPE or ENTITY before the root: feeds need none, and entities are how a short body becomes a long one.
    """
    text = _DECLARATION.sub("", decode(body).lstrip("\ufeff \t\r\n"), count=1)
    head = root_name(text)
    if head not in roots:
        wanted = "RSS or Atom" if roots == FEED_ROOTS else " or ".join(f"<{root}>" for root in roots)
        raise NotAFeed(f"{wanted} was expected, and this is {describe(text)}")
    start = _start_of_root(text)
    if "<!DOCTYPE" in text[:start].upper() or "<!ENTITY" in text[:start].upper():
        raise NotAFeed("XML with a DOCTYPE or ENTITY declaration, which is refused")
    return _CHARACTER_REFERENCE.sub(_possible_reference, _NOT_XML.sub("", text))


def root_name(text: str) -> str | None:
    """The local name, in lower case, of the first element of a text that begins as XML does."""
    start = _start_of_root(text)
    match = _ROOT.match(text, start) if start < len(text) else None
    return match[2].lower() if match else None


def _start_of_root(text: str) -> int:
    """Where the first element begins, after comments, instructions and a DOCTYPE; the length when nowhere."""
    at = 0
    while (at := text.find("<", at)) >= 0:
        if text.startswith("<!--", at):
            end, skip = "-->", 3
        elif text.startswith("<?", at):
            end, skip = "?>", 2
        elif text.startswith("<!", at):
            end, skip = _end_of_doctype(text, at), 1
        else:
            return at
        found = text.find(end, at)
        if found < 0:
            return len(text)
        at = found + skip
    return len(text)


def _end_of_doctype(text: str, at: int) -> str:
    bracket, close = text.find("[", at), text.find(">", at)
    return "]>" if 0 <= bracket < close and "]>" in text[bracket:] else ">"


def _possible_reference(match: re.Match[str]) -> str:
    """feedparser raises on references to characters that do not exist; they go."""
    digits = match[1]
    if len(digits) > 8:
        return ""
    code = int(digits[1:], 16) if digits[0] == "x" else int(digits)
    good = (
        code in (9, 10, 13)
        or 0x20 <= code <= 0xD7FF
        or 0xE000 <= code <= 0xFFFD
        or 0x10000 <= code <= 0x10FFFF
    )
    return match[0] if good else ""


def describe(text: str) -> str:
    """What a body looks like to a person, on one line: "an empty body", "an HTML page (title: Sign in)"."""
    stripped = text.strip("\ufeff \t\r\n\x00")
    if not stripped:
        return "an empty body"
    if _HTML.match(stripped):
        return _describe_page(stripped)
    if stripped[0] in "{[":
        return _describe_json(stripped)
    if stripped[0] == "<":
        return f"XML with the root <{root_name(stripped) or '?'}>"
    return f'plain text that begins "{one_line(stripped[:200], 60)}"'


def _describe_page(text: str) -> str:
    title = _PAGE_TITLE.search(text[:20_000])
    named = f' titled "{one_line(title[1], 80)}"' if title and one_line(title[1]) else ""
    head = text[:50_000]
    if _CHALLENGE.search(head):
        return f"an HTML page{named}: a challenge against robots"
    return f"an HTML page{named}: a login" if _LOGIN.search(head) else f"an HTML page{named}"


def _describe_json(text: str) -> str:
    try:
        said = error_in(json.loads(text))
    except (ValueError, RecursionError):
        return "broken JSON"
    return f'JSON that says "{said}"' if said else "JSON"
