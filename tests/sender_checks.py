"""The sender checks that a script can decide from one .eml, by their numbers.

`check_eml` gives the problems, each beginning with the number of its check; an empty list means that the mail passes.
Nothing here uses the code that writes the mails: a checker that shares a mistake cannot see it.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from functools import cached_property
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element

import html5lib

#: checks of the list's first part that an .eml without its surroundings does not decide
NOT_DECIDED = {
    21: "no DKIM key here: the relay signs",
    22: "no DKIM key here: the relay signs",
    63: "needs the mails of the whole run",
}
#: checks of the first part that are decided here; 65 as far as one mail shows it
CHECKED = frozenset(range(1, 71)) - frozenset(NOT_DECIDED)
#: octets; Gmail clips at about 102 kB
HTML_LIMIT, MAIL_LIMIT, CLIPPED_AT = 100_000, 150_000, 100_000
EXPECTED = (
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Precedence",
    "Auto-Submitted",
    "Feedback-ID",
    "MIME-Version",
    "Content-Type",
)
#: what a mail that one person asked for leaves out
OF_LISTS = ("List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Precedence", "Feedback-ID")
_UNSEEN = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_MOJIBAKE = re.compile("[ÃÂ][\u0080-\u00bf]|â€|\ufffd")
_TAG = re.compile(
    r"</?(a|b|br|div|em|font|h[1-6]|hr|html|head|body|i|img|li|ol|p|script|span|strong|style|table|td|tr|ul)\b[^>]*>",
    re.IGNORECASE,
)
_VAGUE = {"here", "click here", "apply", "more", "read more", "link", "this", "view", "go", "open"}

Problems = Iterator[str]


@dataclass(frozen=True)
class Mail:
    """A mail taken apart, and what the caller knows of it."""

    raw: bytes
    own_domain: str
    plan: str | None
    count: int | None
    transactional: bool
    postal_address: str | None

    @cached_property
    def head(self) -> bytes:
        return self.raw.partition(b"\r\n\r\n")[0]

    @cached_property
    def headers(self) -> list[tuple[str, str]]:
        """Names and raw values; folds are kept."""
        lines = re.split(rb"\r\n(?![ \t])", self.head)
        pairs = (line.decode("latin-1").partition(":") for line in lines)
        return [(name, value.strip(" ")) for name, _, value in pairs]

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def value(self, name: str) -> str:
        return next(iter(self.values(name)), "")

    def addresses(self, name: str) -> list[str]:
        return [address for _, address in getaddresses([re.sub(r"\s+", " ", self.value(name))])]

    @cached_property
    def to(self) -> str:
        return next(iter(self.addresses("To")), "")

    @cached_property
    def subject(self) -> str:
        return str(make_header(decode_header(re.sub(r"\r\n(?=[ \t])", "", self.value("Subject")))))

    @cached_property
    def message(self) -> Message:
        return message_from_bytes(self.raw)

    @cached_property
    def parts(self) -> list[Message]:
        return [part for part in self.message.walk() if not part.is_multipart()]

    def body(self, content_type: str) -> str:
        for part in self.parts:
            if part.get_content_type() == content_type:
                payload = part.get_payload(decode=True)
                assert isinstance(payload, bytes)
                return payload.decode("utf-8", errors="replace")
        return ""

    @cached_property
    def text(self) -> str:
        return self.body("text/plain").replace("\r\n", "\n")

    @cached_property
    def html(self) -> str:
        return self.body("text/html").replace("\r\n", "\n")

    @cached_property
    def parsed(self) -> tuple[Element, list[str]]:
        parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
        tree: Element = parser.parse(self.html)
        return tree, [error[1] for error in parser.errors]

    @cached_property
    def tree(self) -> Element:
        return self.parsed[0]

    def all(self, *tags: str) -> list[Element]:
        # svg and math come with their namespace before the name
        elements = [e for e in self.tree.iter() if isinstance(e.tag, str)]
        return [e for e in elements if not tags or e.tag.rpartition("}")[2] in tags]

    @cached_property
    def hrefs(self) -> list[str]:
        return [a.get("href", "") for a in self.all("a")]

    @cached_property
    def shown(self) -> str:
        """The visible words of the HTML part."""
        body = self.tree.find("body")
        return "" if body is None else words("".join(_visible(body)))


def words(text: str) -> str:
    """A text with single spaces, to be looked for in another."""
    return " ".join(text.split())


def text_of(element: Element) -> str:
    return words("".join(element.itertext()))


def style_of(element: Element) -> dict[str, str]:
    """The inline style, by property."""
    return declarations(element.get("style", ""))


def declarations(style: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in style.split(";"))
    return {
        name.strip().lower(): value.replace("!important", "").strip().lower()
        for name, _, value in pairs
        if value
    }


def is_hidden(element: Element) -> bool:
    return style_of(element).get("display") == "none"


def _visible(element: Element) -> Iterator[str]:
    if (
        element.tag not in ("style", "script", "title")
        and isinstance(element.tag, str)
        and not is_hidden(element)
    ):
        yield element.text or ""
        for child in element:
            yield from _visible(child)
            yield " " + (child.tail or "")


# -- 1 to 15: the form of the message -------------------------------------------------------------


def lines_are_short(m: Mail) -> Problems:
    if any(len(line) > 998 for line in m.raw.split(b"\r\n")):
        yield "1 a line is longer than 998 octets"


def lines_end_in_crlf(m: Mail) -> Problems:
    if re.search(rb"\r(?!\n)|(?<!\r)\n|\x00", m.raw):
        yield "2 a bare CR, a bare LF or a NUL"


def header_is_ascii(m: Mail) -> Problems:
    if not m.head.isascii():
        yield "3 the header holds octets beyond ASCII"


def needed_headers_stand_once(m: Mail) -> Problems:
    needed = ("From", "Date", "Message-ID", "Subject", "To", "MIME-Version")
    for number, name in enumerate(needed, start=4):
        if (times := len(m.values(name))) != 1:
            yield f"{number} {name} stands {times} times"


def no_header_is_repeated(m: Mail) -> Problems:
    names = [name.lower() for name, _ in m.headers if name.lower() not in ("received", "dkim-signature")]
    for name in sorted({n for n in names if names.count(n) > 1}):
        yield f"10 {name} is repeated"


def no_bcc(m: Mail) -> Problems:
    if m.values("Bcc"):
        yield "11 a Bcc header"


def sender_is_one_of_ours(m: Mail) -> Problems:
    senders = m.addresses("From")
    if len(senders) != 1:
        yield f"12 From holds {len(senders)} addresses"
    for sender in senders:
        if not _is_ours(sender.rpartition("@")[2], m.own_domain):
            yield f"13 From is not of {m.own_domain}: {sender}"


def _is_ours(domain: str, own: str) -> bool:
    return domain == own or domain.endswith("." + own)


def message_id_is_ours(m: Mail) -> Problems:
    found = re.fullmatch(r"<([^\s<>@]{16,})@([^\s<>@]+)>", m.value("Message-ID"))
    if not found or not _is_ours(found[2], m.own_domain):
        yield "14 Message-ID is not <16 or more characters@our domain> on one line"


def date_has_a_zone(m: Mail) -> Problems:
    try:
        zoned = parsedate_to_datetime(m.value("Date")).tzinfo is not None
    except ValueError:
        zoned = False
    if not zoned:
        yield "15 Date cannot be read or has no zone"


# -- 16 to 30: list headers, subject, recipient ---------------------------------------------------


def one_click_is_offered(m: Mail) -> Problems:
    value = m.value("List-Unsubscribe")
    if not value or "=?" in value or "\n" in value:
        yield "16 List-Unsubscribe is missing, folded or an encoded word"
    links = re.findall(r"<([^>]*)>", value)
    if len([link for link in links if link.startswith("https://")]) != 1:
        yield "17 List-Unsubscribe does not hold exactly one https link"
    if m.value("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click":
        yield "18 List-Unsubscribe-Post is not List-Unsubscribe=One-Click"
    if len(links) < 2 or not links[1].startswith("mailto:"):
        yield "19 List-Unsubscribe has no mailto link as its second"
    if links:
        yield from token_is_opaque(links[0], m.to)


def token_is_opaque(link: str, address: str) -> Problems:
    # 128 bits are 22 characters of base64
    tokens = re.findall(r"[A-Za-z0-9_.-]{22,}", urlsplit(link).path + "?" + urlsplit(link).query)
    if not tokens:
        yield "20 the unsubscribe link holds no token of 128 bits"
    clear = [unquote(link), *(_unpacked(piece) for token in tokens for piece in token.split("."))]
    if any(address and address.lower() in text.lower() for text in clear):
        yield "20 the unsubscribe link tells the address"


def _unpacked(piece: str) -> str:
    try:
        return base64.urlsafe_b64decode(piece + "=" * (-len(piece) % 4)).decode("latin-1")
    except (binascii.Error, ValueError):
        return ""


def list_is_named(m: Mail) -> Problems:
    found = re.search(r"<([^<>\s]+)>$", m.value("List-Id"))
    if not found or not found[1].endswith("." + m.own_domain):
        yield f"23 List-Id is not <name.{m.own_domain}>"
    if m.value("Precedence") != "bulk":
        yield "25 Precedence is not bulk"


def machine_wrote_it(m: Mail) -> Problems:
    if m.value("Auto-Submitted") != "auto-generated":
        yield "24 Auto-Submitted is not auto-generated"


def feedback_id_names_groups(m: Mail) -> Problems:
    fields = m.value("Feedback-ID").split(":")
    named = [field for field in fields if field]
    if (
        len(fields) != 4
        or not 5 <= len(fields[3]) <= 15
        or len(set(named)) < len(named)
        or "@" in "".join(fields)
    ):
        yield "26 Feedback-ID is not a:b:c:SenderId (5 to 15 characters, fields apart, no person)"


def subject_is_honest(m: Mail) -> Problems:
    if not m.subject.strip() or len(m.subject) > 70 or re.search(r"[\r\n]", m.subject):
        yield f"27 the subject is empty, of several lines, or longer than 70: {len(m.subject)}"
    if re.match(r"(re|fwd?|aw|wg)\s*:", m.subject, re.IGNORECASE):
        yield "28 the subject pretends to be an answer"


def address_stands_in_to_only(m: Mail) -> Problems:
    for name, value in m.headers:
        if name.lower() != "to" and m.to and m.to.lower() in unquote(value).lower():
            yield f"29 the recipient's address stands in {name}"


def one_recipient(m: Mail) -> Problems:
    if len(m.addresses("To")) != 1 or m.values("Cc"):
        yield "30 not exactly one recipient"
    if not m.to.isascii() or "=?" in m.to:
        yield "68 the recipient's address is not in A-labels"


# -- 31 to 39, 62, 67: the parts ------------------------------------------------------------------


def plain_then_html(m: Mail) -> Problems:
    kinds = [part.get_content_type() for part in m.parts]
    if m.message.get_content_type() != "multipart/alternative":
        yield "31 not multipart/alternative"
    if "text/plain" not in kinds:
        yield "32 no text/plain part"
    elif kinds[0] != "text/plain":
        yield "33 the plain part is not the first"
    if any(
        part.get_content_charset() != "utf-8" for part in m.parts if part.get_content_maintype() == "text"
    ):
        yield "34 a part is not in utf-8"
    if sorted(kinds) != ["text/html", "text/plain"] or any(p.get_filename() for p in m.parts):
        yield f"67 parts beside one plain and one HTML: {kinds}"


def nothing_is_left_over(m: Mail) -> Problems:
    for name, text in (
        ("subject", m.subject),
        ("plain part", m.text),
        ("HTML part", m.shown + " ".join(m.hrefs)),
    ):
        if re.search(r"\{\{|\}\}|\{%|%\}|\$\{|\bUndefined\b|%\(\w+\)s", text):
            yield f"35 template left-overs in the {name}"
        if _MOJIBAKE.search(text):
            yield f"37 mojibake in the {name}"


def plain_is_plain(m: Mail) -> Problems:
    if _TAG.search(m.text):
        yield "36 HTML in the plain part"


def html_is_small(m: Mail) -> Problems:
    if len(m.html.encode()) > HTML_LIMIT:
        yield f"38 the HTML has {len(m.html.encode())} octets"
    for part in m.parts:
        encoded = str(part.get_payload(decode=False))
        if part.get_content_type() == "text/html" and len(encoded) > HTML_LIMIT:
            yield f"39 the encoded HTML has {len(encoded)} octets"
    if len(m.raw) > MAIL_LIMIT:
        yield f"67 the mail has {len(m.raw)} octets"


def headers_are_those_expected(m: Mail) -> Problems:
    left_out = OF_LISTS if m.transactional else ()
    expected = [name for name in EXPECTED if name not in left_out]
    if (names := [name for name, _ in m.headers]) != expected:
        yield f"62 headers {names} instead of {expected}"


# -- 40 to 55: the HTML ---------------------------------------------------------------------------


def no_active_elements(m: Mail) -> Problems:
    if found := m.all("script", "iframe", "form", "object", "embed", "link", "svg"):
        yield f"40 elements that mail must not hold: {sorted({e.tag for e in found})}"
    if any(name.lower().startswith("on") for e in m.all() for name in e.attrib):
        yield "41 an on... attribute"


def links_are_safe(m: Mail) -> Problems:
    for href in m.hrefs:
        # a trial run on this very machine has no certificate
        local = href.startswith("http://") and urlsplit(href).hostname in ("localhost", "127.0.0.1")
        if not re.match(r"(https://|mailto:|tel:)", href) and not local:
            yield f"42 a link that is not https, mailto or tel: {href[:80]}"


def document_is_named(m: Mail) -> Problems:
    if not m.tree.get("lang"):
        yield "43 no language on <html>"
    if not any(text_of(title) for title in m.all("title")):
        yield "44 no <title>"


def colours_survive_inversion(m: Mail) -> Problems:
    if not any(e.get("name") == "color-scheme" for e in m.all("meta")):
        yield "45 no color-scheme"
    if re.search(r"#(fff|000)(fff|000)?\b|:\s*(black|white)\b", m.html, re.IGNORECASE):
        yield "45 pure black or white"


def images_are_described(m: Mail) -> Problems:
    for img in m.all("img"):
        if img.get("alt") is None:
            yield "46 an image without alt"
        if not re.match(r"(https://|cid:)", img.get("src", "")):
            yield "47 an image that is neither https nor cid"


def tables_are_for_layout(m: Mail) -> Problems:
    if any(table.get("role") != "presentation" for table in m.all("table")):
        yield "48 a table without role=presentation"


def headings_descend(m: Mail) -> Problems:
    levels = [int(h.tag[1]) for h in m.all("h1", "h2", "h3", "h4", "h5", "h6")]
    if levels.count(1) != 1 or any(
        later > earlier + 1 for earlier, later in zip([0, *levels], levels, strict=False)
    ):
        yield f"49 headings {levels}"


def links_say_where(m: Mail) -> Problems:
    names: dict[str, str] = {}
    for a in m.all("a"):
        name = a.get("aria-label") or text_of(a)
        if not text_of(a):
            yield f"51 an empty link to {a.get('href')}"
        elif name.lower().strip(" .!>→") in _VAGUE:
            yield f"50 a link that only says {name!r}"
        elif names.setdefault(name, a.get("href", "")) != a.get("href"):
            yield f"50 two links that both say {name!r}"


def html_is_mostly_words(m: Mail) -> Problems:
    if len(m.shown) < 0.05 * len(m.html):
        yield "53 less than a twentieth of the HTML is text"


def tags_balance(m: Mail) -> Problems:
    if m.html and (errors := m.parsed[1]):
        yield f"54 the HTML is not well formed: {errors[:3]}"


def links_stand_in_both(m: Mail) -> Problems:
    for href in dict.fromkeys(m.hrefs):
        if href not in m.text:
            yield f"55 a link that the plain part lacks: {href[:80]}"


# -- 52: contrast ---------------------------------------------------------------------------------


def words_are_readable(m: Mail) -> Problems:
    body = m.tree.find("body")
    if body is None or not m.html:
        return
    for dress, rules in (("by day", {}), ("by night", night_rules(m))):
        for text, ratio in sorted(set(_faint(body, "#000000", "#ffffff", rules))):
            yield f"52 {dress}: contrast {ratio:.1f} of {text[:40]!r}"


def night_rules(m: Mail) -> dict[str, dict[str, str]]:
    """The declarations by class within prefers-color-scheme: dark."""
    rules: dict[str, dict[str, str]] = {}
    for css in (style.text or "" for style in m.all("style")):
        start = re.search(r"@media[^{]*prefers-color-scheme:\s*dark[^{]*\{", css)
        for classes, block in re.findall(r"([^{}]+)\{([^{}]*)\}", css[start.end() :] if start else ""):
            for name in classes.split(","):
                rules.setdefault(name.strip().lstrip("."), {}).update(declarations(block))
    return rules


def _faint(
    e: Element, ink: str, ground: str, rules: dict[str, dict[str, str]]
) -> Iterator[tuple[str, float]]:
    if not isinstance(e.tag, str) or is_hidden(e):
        return
    style = style_of(e)
    for name in e.get("class", "").split():
        style |= rules.get(name, {})
    ink = style.get("color", ink)
    ground = style.get("background-color", e.get("bgcolor", ground))
    for text in (e.text or "", *(child.tail or "" for child in e)):
        if text.strip() and (ratio := _contrast(ink, ground)) < 4.5:
            yield text.strip(), round(ratio, 1)
    for child in e:
        yield from _faint(child, ink, ground, rules)


def _contrast(one: str, other: str) -> float:
    dark, light = sorted((_brightness(one), _brightness(other)))
    return (light + 0.05) / (dark + 0.05)


def _brightness(colour: str) -> float:
    found = re.fullmatch(r"#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})", colour)
    if not found:
        raise AssertionError(f"a colour that this checker cannot read: {colour!r}")
    shares = (int(c, 16) / 255 for c in found.groups())
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


# -- 56 to 70: what the reader is owed ------------------------------------------------------------


def leaving_is_easy(m: Mail) -> Problems:
    links = [a for a in m.all("a") if "unsubscribe" in text_of(a).lower()]
    if not re.search(r"unsubscribe[^\n]*https?://", m.text, re.IGNORECASE):
        yield "56 no unsubscribe link in the plain part"
    if not links:
        yield "57 no unsubscribe link in the HTML part"
    elif len(m.html[: m.html.find("nsubscribe</a>")].encode()) > CLIPPED_AT:
        yield "58 the unsubscribe link lies where Gmail has clipped"


def sender_is_reachable(m: Mail) -> Problems:
    last_line = m.text.strip().rpartition("\n")[2]
    last_words = next((text for p in reversed(m.all("p")) if (text := text_of(p))), "")
    for name, text, end in (("plain", words(m.text), last_line), ("HTML", m.shown, last_words)):
        if not _has_address(text, end, m.postal_address):
            yield f"59 no postal address in the {name} part"
        if "you receive this because" not in text.lower():
            yield f"60 the {name} part does not say why it comes"


def _has_address(text: str, end: str, address: str | None) -> bool:
    if address:
        return address in text
    # nobody told us which: a last line with a number and a comma that is no link
    return bool(re.search(r"\d.*,|,.*\d", end)) and "://" not in end


def titles_survive_without_dress(m: Mail) -> Problems:
    plain = words(m.text)
    for title in map(text_of, m.all("h3")):
        if title not in m.shown or title not in plain:
            yield f"61 a title that a part lacks: {title!r}"


def subject_counts_the_cards(m: Mail) -> Problems:
    said = re.match(r"\d+", m.subject)
    cards = len([e for e in m.all() if "new" in e.get("class", "").split()])
    if said and int(said[0]) != cards:
        yield f"64 the subject says {said[0]}, the body shows {cards}"
    if m.count is not None and (not said or int(said[0]) != m.count):
        yield f"64 the subject says {said[0] if said else 'no number'}, the digest has {m.count}"


def no_posting_twice(m: Mail) -> Problems:
    links = [a.get("href", "") for a in m.all("a") if "bt" in a.get("class", "").split()]
    for link in sorted({link for link in links if links.count(link) > 1}):
        yield f"65 a posting stands twice: {link[:80]}"


def plus_has_no_advertisement(m: Mail) -> Problems:
    if m.plan == "plus" and re.search(r"advertisement|sponsored", m.text + m.html, re.IGNORECASE):
        yield "66 an advertisement in a Plus mail"


def titles_hide_nothing(m: Mail) -> Problems:
    titles = [m.subject, *map(text_of, m.all("h1", "h2", "h3"))]
    if any(_UNSEEN.search(title) for title in titles):
        yield "69 bidi controls or zero-width characters in a title"


def preheader_is_hidden(m: Mail) -> Problems:
    first = next((e for e in m.all("div") if is_hidden(e)), None)
    if first is None or not text_of(first):
        yield "70 no hidden preheader"


FOR_LISTS: tuple[Callable[[Mail], Problems], ...] = (
    one_click_is_offered,
    list_is_named,
    feedback_id_names_groups,
    leaving_is_easy,
)
FOR_ALL: tuple[Callable[[Mail], Problems], ...] = (
    lines_are_short,
    lines_end_in_crlf,
    header_is_ascii,
    needed_headers_stand_once,
    no_header_is_repeated,
    no_bcc,
    sender_is_one_of_ours,
    message_id_is_ours,
    date_has_a_zone,
    machine_wrote_it,
    subject_is_honest,
    address_stands_in_to_only,
    one_recipient,
    plain_then_html,
    nothing_is_left_over,
    plain_is_plain,
    html_is_small,
    headers_are_those_expected,
    no_active_elements,
    links_are_safe,
    document_is_named,
    colours_survive_inversion,
    images_are_described,
    tables_are_for_layout,
    headings_descend,
    links_say_where,
    words_are_readable,
    html_is_mostly_words,
    tags_balance,
    links_stand_in_both,
    sender_is_reachable,
    titles_survive_without_dress,
    subject_counts_the_cards,
    no_posting_twice,
    plus_has_no_advertisement,
    titles_hide_nothing,
    preheader_is_hidden,
)


def check_eml(
    raw: bytes,
    *,
    own_domain: str,
    plan: str | None = None,
    count: int | None = None,
    transactional: bool = False,
    postal_address: str | None = None,
) -> list[str]:
    """The problems of a mail, each beginning with its check's number; see NOT_DECIDED for what is left open.

    `transactional` leaves out what only list mail owes (16 to 20, 23, 25, 26, 56 to 58); `postal_address` is looked
    for word by word, without it anything that ends like one will do.
    """
    mail = Mail(raw, own_domain, plan, count, transactional, postal_address)
    checks = FOR_ALL if transactional else FOR_ALL + FOR_LISTS
    problems = [problem for check in checks for problem in check(mail)]
    return sorted(problems, key=lambda problem: int(problem.split(" ", 1)[0]))
