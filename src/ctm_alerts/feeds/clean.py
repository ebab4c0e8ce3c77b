"""Text from strangers made fit to keep and to show: one line, plain text, or safe HTML."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import nh3
from selectolax.lexbor import LexborHTMLParser, LexborNode

#: nh3 is quadratic on nesting: 0.5 MB takes 37 s, 64 kB less than one
HTML_CUT = 64_000
#: the plain text feeds the classifier, and some ads spend more bytes on style than on words; lexbor is quadratic on nesting too (128 kB of "<div>": a second)
TEXT_CUT = 128_000
LINE_CUT = 200
#: bytes of a link: PostgreSQL looks up nothing that is longer than 2,700
LONGEST_LINK = 2048

TAGS = frozenset({"p", "br", "ul", "ol", "li", "b", "strong", "i", "em", "a", "h3", "h4"})
SCHEMES = frozenset({"http", "https", "mailto"})
#: these are shown as the tag on the right, so that a heading stays a heading
_RENAMED = {"h1": "h3", "h2": "h3", "h5": "h4", "h6": "h4", "div": "p", "section": "p", "tr": "p"}
_DROPPED = (
    "script",
    "style",
    "noscript",
    "template",
    "iframe",
    "object",
    "head",
    "svg",
    "math",
    "select",
    "textarea",
)
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figure",
        "figcaption",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)

# control and format characters that can hide, reorder or split what people and mail headers see: C0 and C1
# without tab and line ends, soft hyphen, zero-width, bidi, invisible operators, tags, non-characters, surrogates
_HARMFUL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff"
    "\U000e0000-\U000e0fff]"
)
_ENDS = re.compile("\r\n|[\r\x85\u2028\u2029]")
_SPACES = re.compile(r"[^\S\n]+")
_ANY_SPACE = re.compile(r"\s+")
_BLANK_LINES = re.compile(r"\n{2,}")
# most titles need nothing done: printable ASCII words with single spaces, no "&", "<" or "="
_PLAIN = re.compile(r"[!-%'-;>-~]+(?: [!-%'-;>-~]+)*")
_TAG = re.compile(r"<(?:!--|[/!]?[a-z][a-z0-9]*(?:[\s/>]|$))", re.IGNORECASE)
_ESCAPED_TAG = re.compile(
    r"&(?:amp;)?(?:lt|#0*60|#x0*3c);/?(?:p|div|br|ul|ol|li|strong|b|em|i|span|a|h[1-6]|table)\b",
    re.IGNORECASE,
)
_INLINE_TAG = re.compile(
    r"</?(?:b|i|u|em|strong|span|font|sup|sub|small|mark|p|div|a|h[1-6])(?:\s[^<>]{0,500})?/?>", re.IGNORECASE
)
_BREAK_TAG = re.compile(r"<br\s*/?>", re.IGNORECASE)
_RENAMED_TAG = re.compile(rf"<(/?)({'|'.join(_RENAMED)})(?=[\s/>])", re.IGNORECASE)
_HREF = re.compile(r'(<a [^>]*?)href="([^"]*)"')
_EMPTY = re.compile(r"<(p|li|h3|h4|ul|ol|b|strong|i|em)>\s*</\1>")

# UTF-8 read as Windows-1252 ("NestlÃ©", "donâ€™t") and as MacRoman ("2019‚Äì2021")
_AS_1252 = "".join(bytes([b]).decode("cp1252", "ignore") or chr(b) for b in range(0x80, 0xC0))
_MOJIBAKE = re.compile(
    f"[\u00c2\u00c3][{re.escape(_AS_1252)}]|\u00e2[{re.escape(_AS_1252)}]{{2}}|\u00f0[{re.escape(_AS_1252)}]{{3}}"
)
_MAC_MOJIBAKE = re.compile("\u201a[\u00c4\u00c2][\u00a0-\uffff]")


def one_line(text: str | None, limit: int = LINE_CUT) -> str:
    """A title or name on one line of at most `limit` characters, with nothing in it that could act.

    Entities are decoded (twice at most), formatting tags dropped, any other markup left as text; control, bidi
    and zero-width characters go, and so do the marks of RFC 2047 words, which mail software would decode.
    """
    if not text:
        return ""
    if len(text) <= limit and _PLAIN.fullmatch(text):
        return text
    text = text[: limit * 20]
    for _ in range(2):
        text = html.unescape(_chars(text))
    text = _INLINE_TAG.sub("", _BREAK_TAG.sub(" ", text))
    text = repaired(_ANY_SPACE.sub(" ", _chars(text)).strip())
    text = unicodedata.normalize("NFC", text).replace("=?", "= ?").replace("?=", "? =")
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def as_text(source: str | None) -> str:
    """HTML as plain text: one line for each paragraph, "- " before each list item; plain text stays as it is."""
    if not source:
        return ""
    markup = _markup(source, TEXT_CUT)
    if not _TAG.search(markup):
        return _lines(html.unescape(markup))
    tree = LexborHTMLParser(_ANY_SPACE.sub(" ", markup))
    tree.strip_tags(list(_DROPPED))
    root = tree.body or tree.root
    return "" if root is None else _lines("".join(_pieces(root)))


def as_html(source: str | None) -> str:
    """HTML that is safe to show, at most 64 kB: the tags of `TAGS`, links to http, https and mailto only."""
    if not source:
        return ""
    markup = _markup(source, HTML_CUT)
    if not _TAG.search(markup):
        markup = _paragraphs(markup)
    markup = _RENAMED_TAG.sub(lambda m: f"<{m[1]}{_RENAMED[m[2].lower()]}", markup)
    safe = nh3.clean(
        markup,
        tags=set(TAGS),
        attributes={"a": {"href"}},
        clean_content_tags={"script", "style"},
        url_schemes=set(SCHEMES),
        link_rel="nofollow noopener",
        strip_comments=True,
    )
    safe = _HREF.sub(_only_web_links, safe)
    safe = safe.replace("&nbsp;", " ")
    safe = _ANY_SPACE.sub(" ", _EMPTY.sub("", _EMPTY.sub("", safe))).strip()
    return safe if len(safe.encode()) <= HTML_CUT else as_html_of_text(as_text(safe))


def as_html_of_text(text: str) -> str:
    """Plain text as paragraphs, cut so that it stays under 64 kB."""
    kept: list[str] = []
    size = 0
    for line in text.splitlines():
        piece = f"<p>{html.escape(line)}</p>"
        size += len(piece.encode())
        if size > HTML_CUT:
            break
        kept.append(piece)
    return "".join(kept)


def web_link(value: object, base: str | None = None) -> str | None:
    """An absolute http or https link without control characters, or None; relative ones are joined to `base`."""
    if not isinstance(value, str):
        return None
    link = _ANY_SPACE.sub("", _chars(value)).replace("&amp;", "&").replace("&#038;", "&")
    try:
        link = urljoin(base, link) if base and link else link
        parts = urlsplit(link)
        port_ok = parts.port is None or parts.port > 0
    except ValueError:
        return None
    good = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc and port_ok
    return link if good and is_short(link) else None


def is_short(link: str) -> bool:
    """Whether a link can be kept."""
    return len(link.encode("utf-8", "surrogatepass")) <= LONGEST_LINK


def repaired(text: str) -> str:
    """Text in which UTF-8 that was read as Windows-1252 or MacRoman is put right, piece by piece."""
    if "\u201a" in text:
        text = _MAC_MOJIBAKE.sub(lambda m: _read_again(m[0], "mac_roman"), text)
    return _MOJIBAKE.sub(lambda m: _read_again(m[0], "cp1252"), text) if not text.isascii() else text


def _read_again(piece: str, wrong: str) -> str:
    raw = b"".join(_byte_of(char, wrong) for char in piece)
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return piece


def _byte_of(char: str, wrong: str) -> bytes:
    try:
        return char.encode(wrong)
    except UnicodeEncodeError:
        # the five holes of Windows-1252 are read as Latin-1 by everyone; what has no byte spoils the piece
        return char.encode("latin-1") if ord(char) < 0x100 else b"\xff"


def _chars(text: str) -> str:
    return _HARMFUL.sub("", _ENDS.sub("\n", text))


def _markup(source: str | None, cut: int) -> str:
    """The source with its harmful characters out and, where its tags are escaped, unescaped once or twice."""
    markup = _chars((source or "")[: cut * 2])
    for _ in range(2):
        if _TAG.search(markup) or not _ESCAPED_TAG.search(markup):
            break
        markup = _chars(html.unescape(markup))
    return repaired(markup.encode()[:cut].decode("utf-8", "ignore"))


def _pieces(root: LexborNode) -> Iterator[str]:
    """Walked by hand: selectolax' own walk does not tell where an element ends, and there a line ends too."""
    node, depth = root, 0
    while True:
        yield _opening(node)
        child = node.child
        if child is not None:
            node, depth = child, depth + 1
            continue
        # counted, because == on nodes compares their whole HTML
        while depth and node.next is None:
            yield _closing(node)
            assert node.parent is not None
            node, depth = node.parent, depth - 1
        if not depth:
            return
        yield _closing(node)
        assert node.next is not None
        node = node.next


def _opening(node: LexborNode) -> str:
    tag = node.tag
    if tag == "-text":
        return node.text_content or ""
    if tag == "li":
        return "\n- "
    return "\n" if tag == "br" or tag in _BLOCKS else ""


def _closing(node: LexborNode) -> str:
    return "\n" if node.tag in _BLOCKS else ""


def _lines(text: str) -> str:
    text = _SPACES.sub(" ", unicodedata.normalize("NFC", _chars(text)))
    lines = (line.strip() for line in text.split("\n"))
    # <li><p> opens two lines, the first of which has but its dash
    return re.sub(
        r"^(?:-\n)+(?=.)", "- ", "\n".join(line for line in lines if line), flags=re.MULTILINE
    ).removesuffix("\n-")


def _paragraphs(text: str) -> str:
    lines = _lines(html.unescape(text)).split("\n")
    return "".join(f"<p>{html.escape(line)}</p>" for line in lines if line)


def _only_web_links(match: re.Match[str]) -> str:
    link = html.unescape(match[2]).strip()
    try:
        scheme = urlsplit(link).scheme
    except ValueError:
        scheme = ""
    return match[0] if scheme in SCHEMES else match[1].rstrip() + " "
