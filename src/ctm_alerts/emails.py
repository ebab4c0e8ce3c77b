"""Every mail that we write, one function each: values in, a finished `Message` out, nothing read or sent.

HTML and text are rendered from one cleaned model, and each sentence that both parts tell is made here once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Literal, TypeVar
from urllib.parse import urlsplit

from jinja2 import DictLoader, Environment, StrictUndefined

from ctm_alerts.digests.digest import Brand, Card, Digest, Links, Note, Receipt
from ctm_alerts.errors import SettingsError
from ctm_alerts.subscribers.subscriber import zone_of

#: beyond this, phones cut the subject off (sender check 27)
SUBJECT_GOAL = 70
#: the surfaces of the light and the dark dress; never pure, so that forced inversion leaves them readable
PAPER, SHEET, NIGHT, NIGHT_SHEET = "#f3f1ec", "#fdfcf9", "#14191b", "#1c2326"
#: octets of quoted-printable HTML; Gmail clips at about 102 kB (sender checks 38 and 39)
HTML_LIMIT = 100_000
#: how cards are made shorter, step by step: characters of a reason's quote and of the workplace's, reasons, other skills
LEAN = ((80, 80, 4, 4), (50, 50, 2, 2), (30, 0, 1, 0))
#: rendered cards in memory, some 8 kB each; a digest whose cards are kept costs a tenth
CARDS_KEPT = 4096
#: WCAG 2.1, 1.4.3: normal text; by night a little more, since thin bright letters on black glow
CONTRAST, CONTRAST_NIGHT = 4.5, 6.0

# bidi controls, zero-width characters, soft hyphens and tags: they make a title read as what it is not (sender check 69)
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\ufff0-\ufffb"
    "\U000e0000-\U000e0fff]"
)
# C0, C1, lone surrogates (they cannot be encoded) and the word that mail parsers take for an encoded header
_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")

_T = TypeVar("_T")


@dataclass(frozen=True)
class Message:
    """A mail, written and not yet packed; `transports.mime.build` makes its bytes."""

    subject: str
    text: str
    html: str
    #: RFC 2919, without brackets; None for a mail that belongs to no list
    list_id: str | None
    unsubscribe_url: str | None
    unsubscribe_mailto: str | None
    #: one person asked for this one mail: no list headers, no Precedence
    transactional: bool = False


@dataclass(frozen=True)
class Palette:
    """The brand's colour, moved as little as needed to be readable on our surfaces."""

    #: text on PAPER and SHEET, and a button under SHEET-coloured text
    accent: str
    #: the same by night, on NIGHT and NIGHT_SHEET
    accent_night: str
    paper: str = PAPER
    sheet: str = SHEET
    night: str = NIGHT
    night_sheet: str = NIGHT_SHEET


@dataclass(frozen=True)
class Templates:
    """The templates by name ("mail/digest.html"); names in .html are escaped, others are not."""

    environment: Environment
    #: a card as HTML and as text; kept, since many digests of a round show the same ones
    card: Callable[[Card, Palette], tuple[str, str]]

    def render(self, name: str, **context: object) -> str:
        """The named template with its values; a value that is missing is an error."""
        return self.environment.get_template(name).render(**context)


def make_templates(sources: Mapping[str, str]) -> Templates:
    """Templates from their sources by name, the path below templates/ with "/" between."""
    environment = Environment(
        loader=DictLoader(dict(sources)),
        # plain text and CSS must not be escaped
        autoescape=lambda name: name is None or name.endswith(".html"),  # noqa: S701 - .html is escaped
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["wrap"] = wrap
    environment.filters["number"] = number
    environment.filters["host"] = host
    environment.tests["https"] = is_safe_link
    return Templates(environment, _card_renderer(environment))


def _card_renderer(environment: Environment) -> Callable[[Card, Palette], tuple[str, str]]:
    @lru_cache(maxsize=CARDS_KEPT)
    def card(c: Card, palette: Palette) -> tuple[str, str]:
        html, text = (
            environment.get_template(f"mail/parts.{part}").make_module({"palette": palette})
            for part in ("html", "txt")
        )
        # a macro of a .html template gives Markup: it has escaped, and is not escaped again
        return html.card(c), text.card(c)  # type: ignore[attr-defined]  # macros are attributes of the module

    return card


def digest(d: Digest, links: Links, brand: Brand, templates: Templates) -> Message:
    """The digest as a mail; its subject counts `d.count`, the cards that are new.

    A mail that Gmail would clip is written again with shorter quotes and lists, the same in both parts.
    """
    d, brand = clean(d), clean(brand)
    if d.plan == "plus":
        d = replace(d, sponsor=None)
    message = _digest(d, links, brand, templates)
    for step in LEAN:
        if _wire_size(message.html) <= HTML_LIMIT:
            break
        message = _digest(_leaner(d, *step), links, brand, templates)
    return message


def _digest(d: Digest, links: Links, brand: Brand, templates: Templates) -> Message:
    colours = palette(brand)
    return _mail(
        "digest",
        digest_subject(d),
        links,
        brand,
        templates,
        d=d,
        card=lambda c: templates.card(c, colours),
        heading=_heading(d),
        occasion=_occasion(d),
        day=_day(d.due_at, d.timezone),
        preheader=_preheader(d),
        receipt=receipt_words(d.receipt, d.timezone),
        why=d.why,
    )


def note(n: Note, links: Links, brand: Brand, templates: Templates) -> Message:
    """The short mail of a silent time: `quiet` on Free, `watch` on Plus."""
    n, brand = clean(n), clean(brand)
    return _mail(
        "note",
        _note_subject(n),
        links,
        brand,
        templates,
        n=n,
        heading=_note_heading(n.kind),
        day=_day(n.due_at, n.timezone),
        preheader=f"{_checked(n.receipt)} Nothing new fits {n.profile_words}.",
        receipt=receipt_words(n.receipt, n.timezone),
        why=n.why,
    )


def confirm(
    to_address: str, to_name: str, confirm_url: str, wording: str, brand: Brand, templates: Templates
) -> Message:
    """The one mail that an address gets before it has agreed; `wording` is the consent as it was shown.

    `to_name` is for the To header alone: a stranger may have typed it, and our mail must not carry his words.
    """
    brand = clean(brand)
    context = {
        "to_address": clean(to_address),
        "confirm_url": confirm_url,
        "wording": clean(wording),
        "brand": brand,
        "palette": palette(brand),
        "subject": f"Please confirm your sign-up to {brand.name}",
        "preheader": "One tap and your first digest is on its way. Without it, no further mail comes.",
    }
    text, html = _both("confirm", templates, context)
    return Message(str(context["subject"]), text, html, None, None, None, transactional=True)


@dataclass(frozen=True)
class FeedNotice:
    """What an admin is told of one feed."""

    feed: str
    #: "no items", "no items: over"
    title: str
    says: str


def notice(
    notices: Sequence[FeedNotice], to_address: str, now: datetime, brand: Brand, templates: Templates
) -> Message:
    """The mail to an admin that tells what ails feeds, and what ails them no more."""
    brand, told = clean(brand), [clean(n) for n in notices]
    first = f"{told[0].feed}: {told[0].title}"
    heading = first if len(told) == 1 else f"{first} and {len(told) - 1} more"
    context = {
        "to_address": clean(to_address),
        "notices": told,
        "heading": heading,
        "day": f"{now.day} {now:%B %Y, %H:%M} UTC",
        "brand": brand,
        "palette": palette(brand),
        "subject": heading,
        "preheader": told[0].says,
    }
    text, html = _both("notice", templates, context)
    return Message(str(context["subject"]), text, html, None, None, None, transactional=True)


def _leaner(d: Digest, quote: int, workplace: int, reasons: int, skills: int) -> Digest:
    """The digest with less said about each posting; titles, places, pay, tier and links stay."""

    def leaner(c: Card) -> Card:
        left = len(c.skills_other) - skills
        return replace(
            c,
            workplace_quote=_shorten(c.workplace_quote, workplace),
            reasons=tuple(replace(r, quote=_shorten(r.quote, quote)) for r in c.reasons[:reasons]),
            skills_other=(*c.skills_other[:skills], f"{left} more") if left > 0 else c.skills_other,
        )

    return replace(d, sections=tuple(replace(s, cards=tuple(map(leaner, s.cards))) for s in d.sections))


def _wire_size(html: str) -> int:
    """Octets after quoted-printable: three for each beyond ASCII and each "=", and the soft line breaks."""
    raw = html.encode()
    kept = len(raw.translate(None, bytes(range(0x80, 0x100)) + b"="))
    return (kept + 3 * (len(raw) - kept)) * 76 // 73


def _mail(
    name: str, subject: str, links: Links, brand: Brand, templates: Templates, **more: object
) -> Message:
    context = {"subject": subject, "links": links, "brand": brand, "palette": palette(brand), **more}
    text, html = _both(name, templates, context)
    return Message(subject, text, html, list_id(brand), links.unsubscribe, links.unsubscribe_mailto)


def _both(name: str, templates: Templates, context: Mapping[str, object]) -> tuple[str, str]:
    text = templates.render(f"mail/{name}.txt", **context)
    html = templates.render(f"mail/{name}.html", **context)
    return _tidy_text(text), _tidy_html(html)


def _tidy_text(text: str) -> str:
    lines = (line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def _tidy_html(html: str) -> str:
    # indentation is a tenth of the mail, and Gmail clips at about 102 kB
    return "".join(f"{line}\n" for raw in html.split("\n") if (line := raw.strip()))


def list_id(brand: Brand) -> str:
    """The List-Id of the digests, without brackets."""
    return f"digests.{brand.domain}"


# -- words that both parts say ------------------------------------------------------------------


def digest_subject(d: Digest) -> str:
    """The subject of a digest: always its count, and as much of the best posting as 70 characters hold."""
    start = _subject_start(d)
    best = next(iter(d.new_cards), None)
    if best is None or not best.title:
        return start
    more = f" and {d.count - 1} more" if d.count > 1 else ""
    names = (f"{best.title} at {best.employer}",) if best.employer else ()
    for name in (*names, best.title):
        if len(subject := f"{start}: {name}{more}") <= SUBJECT_GOAL:
            return subject
    room = SUBJECT_GOAL - len(f"{start}: {more}")
    return f"{start}: {_shorten(best.title, room)}{more}"


def _subject_start(d: Digest) -> str:
    if d.kind == "first":
        return f"{d.count} open CTM posting{_s(d.count)} to start with"
    if d.count:
        return f"{d.count} new CTM posting{_s(d.count)}"
    return "0 new CTM postings: what changed since last time"


def _note_subject(n: Note) -> str:
    if n.kind == "watch":
        return "Your CTM watch: nothing new fits, and what came nearest"
    return "No new CTM postings for you lately"


def _note_heading(kind: Literal["quiet", "watch"]) -> str:
    return "We looked. Nothing new fits yet." if kind == "watch" else "A quiet time for your search"


def _heading(d: Digest) -> str:
    if d.kind == "first":
        return f"{d.count} posting{_s(d.count)} open now"
    if d.count:
        return f"{d.count} new posting{_s(d.count)} for you"
    return "Nothing new, and some news"


def _occasion(d: Digest) -> str:
    return {"first": "Your first digest", "catchup": "Your catch-up digest"}.get(d.kind, "Your digest")


def _preheader(d: Digest) -> str:
    """What an inbox shows behind the subject: the employers and pay of the first cards."""
    cards = d.new_cards[:3] or tuple(c for s in d.sections for c in s.cards)[:3]
    return " · ".join(f"{c.employer}, {c.place}: {c.pay}" for c in cards)


def receipt_words(r: Receipt, timezone: str) -> str:
    """What was done for this mail, in one paragraph; times are those of the subscriber's zone."""
    window = f"{_moment(r.window_start, timezone)} to {_moment(r.window_end, timezone)} ({timezone})"
    return f"{window}: {_checked(r)} {number(r.ctm_postings)} {_were(r.ctm_postings)} for CTMs, {_found(r)}."


def _found(r: Receipt) -> str:
    if not r.matched:
        return "none matched your search"
    return f"{number(r.matched)} matched your search, {number(r.shown)} {_is(r.shown)} shown, {_held(r)}"


def _checked(r: Receipt) -> str:
    return (
        f"{number(r.feeds_healthy)} of {number(r.feeds_total)} feeds answered, "
        f"{number(r.postings_read)} posting{_s(r.postings_read)} read."
    )


def _held(r: Receipt) -> str:
    if not r.held_back:
        return "none held back"
    parts = (
        (r.carried, "for the next digest"),
        (r.capped, "over the number shown per employer"),
        (r.below_bar, "below your bar"),
        (r.aged, "too old"),
        (r.closed, "closed meanwhile"),
    )
    return f"{number(r.held_back)} held back ({', '.join(f'{number(n)} {why}' for n, why in parts if n)})"


def _day(moment: datetime, timezone: str) -> str:
    local = moment.astimezone(zone_of(timezone))
    return f"{local:%A}, {local.day} {local:%B %Y}"


def _moment(moment: datetime, timezone: str) -> str:
    local = moment.astimezone(zone_of(timezone))
    return f"{local.day} {local:%B, %H:%M}"


def number(value: int) -> str:
    """A count with thousands set apart: 12,345."""
    return f"{value:,}"


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


def _shorten(text: str, room: int) -> str:
    """Whole words of a text in at most `room` characters, with an ellipsis for the rest."""
    if len(text) <= room:
        return text
    if room < 1:
        return ""
    cut = text[: room - 1]
    head = cut.rpartition(" ")[0] if " " in cut else cut
    return head.rstrip(" ,;:-–(/&") + "…"


def wrap(text: str, indent: int = 0, first: str = "", width: int = 74) -> str:
    """A paragraph in lines of `width`, later ones indented; no word is broken, so that links stay whole."""
    lines, line = [], " " * (indent - len(first)) + first
    empty = line
    for word in text.split():
        if line != empty and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = empty = " " * indent
        line += word if line == empty else " " + word
    return "\n".join([*lines, line])


# -- what may be shown ----------------------------------------------------------------------------


def clean(value: _T) -> _T:
    """A value whose every text is one line of visible characters, right down through tuples and dataclasses."""
    return _clean(value)  # type: ignore[return-value]  # each branch gives back the kind it was given


def _clean(value: object) -> object:
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, tuple):
        return tuple(_clean(item) for item in value)
    if isinstance(value, Card):
        return _clean_card(value)
    if is_dataclass(value) and not isinstance(value, type):
        return _clean_fields(value)
    return value


def _clean_fields(value: object) -> object:
    assert is_dataclass(value)
    assert not isinstance(value, type)
    changed = {
        f.name: new
        for f in fields(value)
        if (new := _clean(old := getattr(value, f.name))) is not old and new != old
    }
    return replace(value, **changed) if changed else value


_clean_card = lru_cache(maxsize=CARDS_KEPT)(_clean_fields)


def clean_text(text: str) -> str:
    """One line without control, bidi and zero-width characters, and without the start of an encoded word."""
    text = _UNSAFE.sub("", _UNSEEN.sub("", text)).replace("=?", "= ?")
    return " ".join(text.split())


def is_safe_link(url: str) -> bool:
    """Whether a link may be set: https and mailto, and http on this very machine (a trial run)."""
    try:
        parts = urlsplit(url)
        name = parts.hostname
    except ValueError:
        return False
    if re.search(r"[\s<>\"\\]", url):
        return False
    if parts.scheme == "http":
        return name in ("localhost", "127.0.0.1")
    return parts.scheme == "mailto" or (parts.scheme == "https" and bool(name))


def host(url: str) -> str:
    """The name of a link's site, without "www."; the link itself where there is none."""
    try:
        return (urlsplit(url).hostname or url).removeprefix("www.")
    except ValueError:
        return url


# -- colours --------------------------------------------------------------------------------------


def palette(brand: Brand) -> Palette:
    """The brand's colour made readable, by day and by night."""
    rgb = _rgb(brand.colour)
    # the darker day surface and the lighter night surface are the harder ones
    return Palette(
        accent=_readable(rgb, PAPER, (0, 0, 0), CONTRAST),
        accent_night=_readable(rgb, NIGHT_SHEET, (255, 255, 255), CONTRAST_NIGHT),
    )


@lru_cache(maxsize=64)
def _readable(rgb: tuple[int, int, int], surface: str, towards: tuple[int, int, int], goal: float) -> str:
    for step in range(101):
        mixed = tuple(round(c + (t - c) * step / 100) for c, t in zip(rgb, towards, strict=True))
        colour = "#{:02x}{:02x}{:02x}".format(*mixed)
        if contrast(colour, surface) >= goal:
            return colour
    raise AssertionError("black and white are readable on our surfaces")


def contrast(one: str, other: str) -> float:
    """How far two colours (#rrggbb) stand apart, 1 to 21 (WCAG 2.1, relative luminance)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    r, g, b = (c / 3294.6 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in _rgb(colour))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def _rgb(colour: str) -> tuple[int, int, int]:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        raise SettingsError(f"brand colour {colour!r} is not of the form #rrggbb: write it like #0b5c6b")
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
