"""Feeds that are declared in config/feeds.toml, and what has to happen so that the stored ones are as declared.

Declared feeds live beside those that were added by hand. What leaves the file is paused with the reason and never
deleted; what someone paused by hand stays paused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ctm_alerts.feeds.source import NO_VALIDATORS, Feed, FeedOrigin
from ctm_alerts.feeds.terms import (
    Acceptance,
    Bonds,
    Book,
    May,
    Terms,
    accepted_in,
    bonds,
    standing,
)

#: how the reasons begin for which a feed is paused by its terms or by the file; other reasons are somebody's own
BY_TERMS = "terms: "
BY_FILE = "config/feeds.toml: "
_LEFT = BY_FILE + "the feed stands there no more; nothing of it was deleted"
_OFF = BY_FILE + "enabled = false"

What = Literal["added", "changed", "gone", "paused", "goes on", "refused"]


@dataclass(frozen=True)
class Declared:
    """One [[feed]], or a feed that is about to be added in another way."""

    name: str
    url: str
    kind: str
    backfill_days: int = 0
    poll_minutes: int = 60
    enabled: bool = True
    #: "read on 2026-11-20 by Ann Admin", or ""
    accepted: str = ""


@dataclass(frozen=True)
class Lists:
    """All that config/feeds.toml says."""

    feeds: tuple[Declared, ...] = ()
    acceptances: tuple[Acceptance, ...] = ()

    def acceptance(self, terms: Terms, name: str, stated: str, *, configured: bool) -> Acceptance | None:
        """The admin's word for one feed: the configuration's for this feed, for its source, else what was stated.

        Args:
            stated: the words that are kept with the feed, or "".
            configured: whether those words stand in the configuration too.
        """
        of_feed = next((a for a in self.acceptances if a.feed and a.feed == name), None)
        of_source = next(
            (a for a in self.acceptances if a.source.casefold() == terms.source.casefold()), None
        )
        found = of_feed or of_source
        if found is not None or not stated:
            return found
        said = accepted_in(stated)
        return Acceptance(said.who, said.when, said.why, configured=configured)


@dataclass(frozen=True)
class Kept:
    """A stored feed, with what binds it."""

    feed: Feed
    bonds: Bonds


@dataclass(frozen=True)
class Step:
    """One thing that a sync does.

    Attributes:
        feed_id: of the stored feed; None: a new one.
        columns: of the feed's row, as they will be.
        wakes: the feed is due at once.
    """

    what: What
    name: str
    says: str
    feed_id: str | None = None
    columns: Mapping[str, Any] = field(default_factory=dict)
    wakes: bool = False


def plan(lists: Lists, kept: Sequence[Kept], book: Book) -> tuple[Step, ...]:
    """The steps that make the stored feeds what the file and the terms say; none when all is so already."""
    paired = _paired(lists.feeds, kept)
    taken = {k.feed.id for k in paired.values()}
    urls = {k.feed.url: k for k in kept}
    steps = [_declared_step(d, paired.get(d.name), urls.get(d.url), lists, book) for d in lists.feeds]
    steps += [_kept_step(k, lists, book) for k in kept if k.feed.id not in taken]
    return tuple(step for step in steps if step is not None)


def enrolled(new: Declared, origin: FeedOrigin, lists: Lists, book: Book) -> Step:
    """The step that adds a feed: active, or paused by its terms, or (without columns) refused by them."""
    terms = book.of(new.kind, new.url)
    acceptance = lists.acceptance(terms, new.name, new.accepted, configured=origin == "declared")
    off = _OFF if origin == "declared" else "it was switched off in the list that brought it"
    reason = ("" if new.enabled else off) or _reason(terms, acceptance)
    columns = {**_told(new), **_state(reason), "origin": origin, **bonds(terms, acceptance).as_columns()}
    return Step("added", new.name, f"paused: {reason}" if reason else "due at once", columns=columns)


def _paired(declared: Sequence[Declared], kept: Sequence[Kept]) -> dict[str, Kept]:
    """The stored feed of each declared one: by its name, else by its URL."""
    by_name = {k.feed.name: k for k in kept if k.feed.origin == "declared"}
    found = {d.name: by_name[d.name] for d in declared if d.name in by_name}
    taken = {k.feed.id for k in found.values()}
    by_url = {k.feed.url: k for k in kept if k.feed.id not in taken}
    return {**{d.name: by_url[d.url] for d in declared if d.name not in found and d.url in by_url}, **found}


def _declared_step(
    d: Declared, pair: Kept | None, holder: Kept | None, lists: Lists, book: Book
) -> Step | None:
    if pair is None:
        return enrolled(d, "declared", lists, book)
    if holder is not None and holder.feed.id != pair.feed.id:
        says = (
            f"its URL belongs to feed {holder.feed.id} ({holder.feed.name}); give each feed a URL of its own"
        )
        return Step("refused", d.name, says, pair.feed.id)
    terms = book.of(d.kind, d.url)
    acceptance = lists.acceptance(terms, d.name, d.accepted, configured=True)
    wanted = {**_told(d), "origin": "declared", **bonds(terms, acceptance).as_columns()}
    reason = ("" if d.enabled else _OFF) or _reason(terms, acceptance)
    return _step(pair, wanted, reason, "changed")


def _kept_step(k: Kept, lists: Lists, book: Book) -> Step | None:
    feed = k.feed
    terms = book.of(feed.kind, feed.url)
    acceptance = lists.acceptance(terms, feed.name, feed.accepted, configured=feed.origin == "declared")
    gone = feed.origin == "declared"
    reason = _LEFT if gone else _reason(terms, acceptance)
    return _step(k, bonds(terms, acceptance).as_columns(), reason, "gone" if gone else "changed")


def _reason(terms: Terms, acceptance: Acceptance | None) -> str:
    found = standing(terms, acceptance)
    return "" if isinstance(found, May) else f"{BY_TERMS}{found.reason}; {found.remedy}"


def _told(d: Declared) -> dict[str, Any]:
    return {
        "name": d.name, "url": d.url, "kind": d.kind, "backfill_days": d.backfill_days,
        "poll_minutes": d.poll_minutes, "accepted": d.accepted,
    }  # fmt: skip


def _state(reason: str) -> dict[str, str]:
    return {"state": "paused" if reason else "active", "paused_reason": reason}


def _step(k: Kept, wanted: Mapping[str, Any], reason: str, what: What) -> Step | None:
    """What differs from the row; None when nothing does. A state that somebody else set is left alone."""
    held = {**vars(k.feed), **k.bonds.as_columns()}
    ours = k.feed.state == "active" or k.feed.paused_reason.startswith((BY_TERMS, BY_FILE))
    asked = {**wanted, **(_state(reason) if ours else {})}
    columns = {name: value for name, value in asked.items() if held[name] != value}
    if not columns:
        return None
    if "url" in columns:
        columns.update(NO_VALIDATORS)
    wakes = columns.get("state") == "active"
    return Step(
        _what(columns, reason, what), k.feed.name, _says(columns, held, reason), k.feed.id, columns, wakes
    )


def _what(columns: Mapping[str, Any], reason: str, what: What) -> What:
    if columns.get("state") == "active":
        return "goes on"
    if reason and "paused_reason" in columns:
        return "gone" if reason == _LEFT else "paused"
    return "changed" if what == "gone" else what


def _says(columns: Mapping[str, Any], held: Mapping[str, Any], reason: str) -> str:
    if "paused_reason" in columns and reason:
        return reason
    silent = {"state", "paused_reason", *NO_VALIDATORS}
    return (
        "; ".join(f"{n}: {held[n]!r} -> {v!r}" for n, v in columns.items() if n not in silent)
        or "due at once"
    )
