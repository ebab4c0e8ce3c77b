"""RSS 2.0, RSS 1.0 and Atom in their own shape: a channel and its items.

Well-formed bodies go through expat (0.05 ms an item); the others through feedparser, which forgives.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin
from xml.etree import ElementTree as ET

from ctm_alerts.errors import NotAFeed
from ctm_alerts.feeds.bodies import read_xml_text
from ctm_alerts.feeds.clean import one_line, web_link

_XHTML = "{http://www.w3.org/1999/xhtml}"
_RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_ITEM_NAMES = ("item", "entry")
_BODY_NAMES = ("description", "summary", "content", "encoded")
_CLOSED = re.compile(r"</(?:[\w.-]+:)?(?:rss|feed|rdf)\s*>\s*(?:<!--.*-->\s*)?\Z", re.IGNORECASE | re.DOTALL)
#: what an aggregator writes when its run found nothing, so that the feed is not empty
_NOTHING_NEW = re.compile(
    r"no (?:new |matching |current |open )*(?:match(?:es)?|jobs?|results?|postings?|listings?|openings?|vacanc(?:y|ies)|"
    r"positions?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Item:
    """One <item> or <entry> as the feed says it; texts are HTML or plain, nothing is cleaned yet."""

    guid: str
    title: str
    link: str
    #: the short text; in many feeds the only one
    summary: str
    #: content:encoded or Atom's content, the longer text
    content: str
    published: str
    #: dc:creator or author
    author: str
    #: every other element by its local name in lower case without "_" and "-"; the prefix is the feed's whim
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def html(self) -> str:
        """The longest text that the item has."""
        return self.content if len(self.content) >= len(self.summary) else self.summary

    def first(self, *names: str) -> str | None:
        """The first of the extra elements that says something, on one line."""
        for name in names:
            if said := one_line(self.extra.get(name)):
                return said
        return None


@dataclass(frozen=True)
class Channel:
    """A feed as it says it."""

    title: str
    link: str
    items: tuple[Item, ...]


def read_items(body: bytes, url: str | None = None) -> Channel:
    """The channel of an RSS or Atom body; a feed whose one item says "no new matches" has none.

    Raises NotAFeed for what is no RSS or Atom, and for a body that breaks off before its root is closed.
    """
    text = read_xml_text(body)
    channel = _well_formed(text) or _forgiven(text)
    items = channel.items
    if len(items) == 1 and _NOTHING_NEW.match(one_line(items[0].title)):
        items = ()
    base = web_link(channel.link, url) or url
    return Channel(one_line(channel.title), channel.link, tuple(_with_link(item, base) for item in items))


def _with_link(item: Item, base: str | None) -> Item:
    link = item.link or (item.guid if item.guid.startswith(("http://", "https://")) else "")
    if not link or link.startswith(("http://", "https://")) or base is None:
        return item if link == item.link else _linked(item, link)
    try:
        return _linked(item, urljoin(base, link))
    except ValueError:
        return _linked(item, "")


def _linked(item: Item, link: str) -> Item:
    return Item(
        item.guid, item.title, link, item.summary, item.content, item.published, item.author, item.extra
    )


# --- well-formed: expat


def _well_formed(text: str) -> Channel | None:
    """None when the text is not well-formed and yet whole."""
    try:
        root = ET.fromstring(text.encode())  # noqa: S314 - no DOCTYPE, no ENTITY, see read_xml_text
    except ET.ParseError as e:
        if not _CLOSED.search(text[-2000:]):
            raise NotAFeed(f"truncated XML: it ends after {len(text):,} characters inside of its root") from e
        return None
    top = next((child for child in root if _local(child) == "channel"), root)
    items = [e for e in (*top, *(root if top is not root else ())) if _local(e) in _ITEM_NAMES]
    texts = {_local(child): child for child in reversed(top) if _local(child) not in _ITEM_NAMES}
    return Channel(_inner(texts.get("title")), _link(top), tuple(_item(element) for element in items))


def _local(element: ET.Element) -> str:
    tag = element.tag
    # comments and instructions have a function for a tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def _item(element: ET.Element) -> Item:
    said: dict[str, str] = {}
    for child in element:
        _note(said, _local(child), _inner(child))
    return _from_names(said, _link(element), element.get(_RDF_ABOUT, ""))


def _note(said: dict[str, str], name: str, text: str) -> None:
    name = name.replace("_", "").replace("-", "")
    text = text.strip()
    if not text or name == "link":
        return
    if name in _BODY_NAMES:
        # media:description and the like are shorter than the ad's own text
        said[name] = max(said.get(name, ""), text, key=len)
    elif name not in said:
        said[name] = text
    elif name in ("country", "state", "region", "jobtype", "location", "locationrestriction"):
        said[name] += f", {text}"


def _from_names(said: dict[str, str], link: str, about: str) -> Item:
    return Item(
        guid=said.pop("guid", "") or said.get("id", "") or about,
        title=said.pop("title", ""),
        link=link,
        summary=said.pop("description", "") or said.pop("summary", ""),
        content=said.pop("encoded", "") or said.pop("content", ""),
        published=said.pop("pubdate", "")
        or said.pop("published", "")
        or said.pop("date", "")
        or said.pop("issued", ""),
        author=said.pop("creator", "") or said.pop("author", ""),
        extra=said,
    )


def _link(element: ET.Element) -> str:
    """RSS writes the link as text, Atom as an attribute of the link that is the page itself."""
    for child in element:
        if _local(child) != "link":
            continue
        if child.text and child.text.strip():
            return child.text.strip()
        if child.get("rel", "alternate") == "alternate" and (href := child.get("href")):
            return href.strip()
    return ""


def _inner(element: ET.Element | None) -> str:
    """The text of an element, or its inner markup where a feed writes raw HTML into its description."""
    if element is None:
        return ""
    if len(element) == 0:
        return element.text or ""
    for inside in element.iter():
        if isinstance(inside.tag, str):
            inside.tag = inside.tag.rpartition("}")[2]
    try:
        pieces = [ET.tostring(child, encoding="unicode", method="html") for child in element]
    except RecursionError:
        # nested a thousand deep: its words are enough
        return html.escape("".join(element.itertext()), quote=False)
    return html.escape(element.text or "", quote=False) + "".join(pieces)


# --- ill-formed: feedparser


def _forgiven(text: str) -> Channel:
    import feedparser

    # a stream, because feedparser opens what a str or bytes argument spells
    parsed = feedparser.parse(io.BytesIO(text.encode()), sanitize_html=False, resolve_relative_uris=False)
    feed = parsed.get("feed", {})
    items = tuple(_from_feedparser(entry) for entry in parsed.get("entries", []))
    return Channel(str(feed.get("title", "")), str(feed.get("link", "")), items)


def _from_feedparser(entry: Mapping[str, object]) -> Item:
    said: dict[str, str] = {}
    contents = entry.get("content")
    for name, text in _said(entry):
        _note(said, name, text)
    if isinstance(contents, list):
        for content in contents:
            _note(said, "content", str(content.get("value", "")))
    return _from_names(said, str(entry.get("link", "")), "")


def _said(entry: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for key, value in entry.items():
        if isinstance(value, str) and key != "link":
            name = key.lower()
            yield name, value
            # a prefix is joined to the name by "_": job_listing_location, tt_locations
            while "_" in name:
                name = name.partition("_")[2]
                yield name, value
