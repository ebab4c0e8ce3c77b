"""Long XML read element by element: each is handed on and forgotten, so that 100,000 need no more room than one."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import cast
from xml.etree import ElementTree as ET

from ctm_alerts.errors import NotAFeed
from ctm_alerts.feeds.bodies import read_xml_text, root_name
from ctm_alerts.feeds.clean import one_line

CHUNK = 64_000
#: elements of an element that are looked at, and how deep; a job has about forty, three deep
MOST_FIELDS, DEEPEST = 400, 5

_MARKUP = frozenset(
    {
        "a",
        "b",
        "br",
        "div",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "i",
        "li",
        "ol",
        "p",
        "span",
        "strong",
        "table",
        "u",
        "ul",
    }
)
_LOOSE_AMPERSAND = re.compile(
    r"<!\[CDATA\[.*?\]\]>|&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)", re.DOTALL
)
_CLOSING = re.compile(r"</(?:[\w.-]+:)?([\w.-]+)\s*>\s*(?:<!--(?:[^-]|-(?!->))*-->\s*)?\Z")


@dataclass(frozen=True)
class Fields:
    """What one element says, by the path of local names to it, in lower case without "_" and "-".

    Attributes:
        said: the texts at a path, in their order.
        groups: of a path whose elements have elements of their own, the texts of each.
    """

    said: Mapping[str, list[str]]
    groups: Mapping[str, list[Mapping[str, str]]]

    def first(self, *paths: str) -> str:
        """The first text at the first of these paths that says anything, or ""."""
        for path in paths:
            if texts := self.said.get(path):
                return texts[0]
        return ""

    def all(self, path: str) -> list[str]:
        """All texts at a path, in their order."""
        return self.said.get(path, [])


def read_elements(body: bytes, roots: tuple[str, ...], names: frozenset[str]) -> Iterator[Fields]:
    """The elements of these names, in order, however deep below one of these roots they stand.

    Raises NotAFeed at once for another root and for a DOCTYPE, and at the end for a body that breaks off or that no
    parser can make sense of. What is ill-formed and yet whole is mended.
    """
    text = read_xml_text(body, roots)
    del body
    return _strict_then_lenient(text, names)


def _strict_then_lenient(text: str, names: frozenset[str]) -> Iterator[Fields]:
    given = 0
    try:
        for fields in _strict(text, names):
            given += 1
            yield fields
    except ET.ParseError as e:
        if not _is_whole(text):
            raise NotAFeed(f"truncated XML: it ends after {len(text):,} characters inside of its root") from e
        for number, fields in enumerate(_lenient(text, names, e)):
            if number >= given:
                yield fields


def _is_whole(text: str) -> bool:
    """Whether the last thing that a text says is the end of its first element."""
    end = _CLOSING.search(text[-2000:])
    return bool(end and end[1].lower() == root_name(text))


def _strict(text: str, names: frozenset[str]) -> Iterator[Fields]:
    parser: ET.XMLPullParser[ET.Element] = ET.XMLPullParser(("start", "end"))
    open_elements: list[tuple[ET.Element, bool]] = []
    for at in range(0, len(text) + 1, CHUNK):
        parser.feed(text[at : at + CHUNK].encode())
        yield from _taken(parser, open_elements, names)
    parser.close()
    yield from _taken(parser, open_elements, names)


def _taken(
    parser: ET.XMLPullParser[ET.Element], open_elements: list[tuple[ET.Element, bool]], names: frozenset[str]
) -> Iterator[Fields]:
    for event, element in cast("Iterator[tuple[str, ET.Element]]", parser.read_events()):
        if event == "start":
            # beneath one that is wanted nothing is wanted for itself: it belongs to that one
            open_elements.append(
                (element, bool(open_elements and open_elements[-1][1]) or local(element) in names)
            )
            continue
        open_elements.pop()
        above, belongs = open_elements[-1] if open_elements else (None, False)
        if belongs:
            continue
        if local(element) in names:
            yield fields_of(element)
        if above is not None:
            # what was read, and what stands between, is not needed again
            above.remove(element)


def _lenient(text: str, names: frozenset[str], cause: ET.ParseError) -> Iterator[Fields]:
    from lxml import etree  # in the parser's child only, which is why it is not imported above

    events = etree.iterparse(
        # a loose "&" would take the word behind it along, and a name of HTML means nothing to XML
        io.BytesIO(_LOOSE_AMPERSAND.sub(lambda m: "&amp;" if m[0] == "&" else m[0], text).encode()),
        events=("end",),
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    try:
        for _, element in events:
            above = element.iterancestors()
            if local(element) not in names or any(local(parent) in names for parent in above):
                continue
            yield fields_of(element)
            element.clear()
    except etree.LxmlError as e:
        raise NotAFeed(f"broken XML: {one_line(str(cause), 80)}") from e


def local(element: ET.Element) -> str:
    """An element's name without its namespace, in lower case without "_" and "-"; "" for comments."""
    tag: object = element.tag
    return _local_name(tag) if isinstance(tag, str) else ""


@lru_cache(maxsize=4096)
def _local_name(tag: str) -> str:
    return tag.rpartition("}")[2].rpartition(":")[2].lower().replace("_", "").replace("-", "")


def fields_of(element: ET.Element) -> Fields:
    """The texts below an element; of one that holds raw HTML, its markup is the text."""
    said: dict[str, list[str]] = {}
    groups: dict[str, list[Mapping[str, str]]] = {}
    for name, value in element.attrib.items():
        _note(said, "@" + str(name).lower(), str(value))
    waiting: list[tuple[str, ET.Element, int]] = [
        (local(child), child, 1) for child in reversed(list(element))
    ]
    seen = 0
    while waiting and seen < MOST_FIELDS:
        path, node, depth = waiting.pop()
        seen += 1
        children = [child for child in node if isinstance(child.tag, str)] if len(node) else []
        if children and depth < DEEPEST and not any(local(child) in _MARKUP for child in children):
            groups.setdefault(path, []).append({local(child): _own_text(child).strip() for child in children})
            waiting.extend((f"{path}.{local(child)}", child, depth + 1) for child in reversed(children))
        else:
            _note(said, path, _markup(node) if children else _own_text(node))
    return Fields(said, groups)


def _note(said: dict[str, list[str]], path: str, text: str) -> None:
    # documentation shows CDATA that lost its first "<", and people copy documentation
    text = text.strip()
    if text.startswith("![CDATA[") and text.endswith("]]"):
        text = text[8:-2].strip()
    if text:
        said.setdefault(path, []).append(text)


def _own_text(node: ET.Element) -> str:
    """The text of an element that has no elements; comments may stand in it."""
    return "".join(node.itertext()) if len(node) else node.text or ""


def _markup(node: ET.Element) -> str:
    """Raw HTML inside of an element, written out again without its attributes."""
    pieces: list[str] = []
    waiting: list[ET.Element | str] = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            pieces.append(part)
            continue
        name = local(part) if part is not node else ""
        pieces.append(f"<{name}>" if name else "")
        pieces.append(html.escape(part.text or "", quote=False) if isinstance(part.tag, str) else "")
        waiting.append(f"</{name}>" if name and name != "br" else "")
        for child in reversed(list(part)):
            waiting.append(html.escape(child.tail or "", quote=False))
            waiting.append(child)
    return "".join(pieces)
