"""Enlist: which feeds are ours, and whether their sources let us ask them.

    declared | stored | plan | apply          `sync`, at the start of the service and by hand
    terms | acceptance | standing | row       `add` and `resume`, the doors for one feed

What a source forbids does not come in; what nobody knows comes in paused. The row keeps what was decided.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from ctm_alerts.errors import UsageError
from ctm_alerts.feeds.declared import BY_FILE, Declared, Kept, Lists, Step, enrolled, plan
from ctm_alerts.feeds.declared_file import address_problems
from ctm_alerts.feeds.keys import names_in
from ctm_alerts.feeds.source import Feed, FeedOrigin
from ctm_alerts.feeds.terms import (
    Acceptance,
    Book,
    May,
    Refused,
    Standing,
    Terms,
    accepted_in,
    bonds,
    standing,
)


class Shelf(Protocol):
    """What this flow needs of the stored feeds."""

    def kept(self) -> list[Kept]: ...
    def apply(self, steps: Sequence[Step], now: datetime) -> list[str]: ...
    def settle(self, decide: Callable[[list[Kept]], Sequence[Step]], now: datetime) -> tuple[Step, ...]: ...


class Enlist:
    """The flow, with the parts that it needs."""

    def __init__(self, shelf: Shelf, lists: Lists, book: Book) -> None:
        self._shelf, self._lists, self._book = shelf, lists, book

    @property
    def book(self) -> Book:
        """The terms of all sources."""
        return self._book

    def kept(self) -> list[Kept]:
        """Every stored feed with what binds it."""
        return self._shelf.kept()

    def check_stranger(self, new: Declared) -> None:
        """Raises UsageError for what no list but our own may say: a file of ours, a key, a name that opens a door."""
        keys = names_in(new.url)
        if new.url.startswith("file:"):
            raise UsageError("it is a file of this machine; say --own if the list is yours")
        if keys:
            raise UsageError(f"it would be sent the key {{{keys[0]}}}; say --own if the list is yours")
        if self.is_accepted_name(new.name):
            says = f"[[accept]] in config/feeds.toml lets a feed called {new.name!r} in"
            raise UsageError(f"{says}; say --own if the list is yours")

    def is_accepted_name(self, name: str) -> bool:
        """Whether the configuration accepts the terms of a feed by this name: no stranger may choose it."""
        return any(a.feed == name for a in self._lists.acceptances if a.feed)

    def plan(self) -> tuple[Step, ...]:
        """What a sync would do now."""
        return plan(self._lists, self._shelf.kept(), self._book)

    def sync(self, now: datetime) -> tuple[Step, ...]:
        """Bring the stored feeds to what config/feeds.toml and the terms say; what was done."""
        return self._shelf.settle(lambda kept: plan(self._lists, kept, self._book), now)

    def standing(self, new: Declared, origin: FeedOrigin = "added") -> tuple[Terms, Standing]:
        """The terms that would bind a feed, and where it stands with them."""
        terms = self._book.of(new.kind, new.url)
        acceptance = self._lists.acceptance(terms, new.name, new.accepted, configured=origin == "declared")
        return terms, standing(terms, acceptance)

    def of_feed(self, feed: Feed) -> tuple[Terms, Acceptance | None]:
        """The terms that bind a stored feed, and the word of an admin on them."""
        terms = self._book.of(feed.kind, feed.url)
        declared = feed.origin == "declared"
        return terms, self._lists.acceptance(terms, feed.name, feed.accepted, configured=declared)

    def check_look(self, new: Declared) -> None:
        """Raises UsageError where the source forbids what we do, so that it is not even asked for its kind.

        A feed that is among ours already stands as its row says.
        """
        _, found = self.standing(new)
        known = next((k.feed for k in self._shelf.kept() if k.feed.url == new.url), None)
        if isinstance(found, Refused) and (known is None or known.terms != "may"):
            raise UsageError(f"{found.reason}; {found.remedy}")

    def add(self, new: Declared, origin: FeedOrigin, now: datetime) -> tuple[str, Step]:
        """A new feed, active or paused by its terms; its id, and what was done.

        Raises:
            UsageError: its source forbids it, its address is none of its kind, or it is there already.
        """
        step = self.check_new(new, origin)
        (feed_id,) = self._shelf.apply([step], now)
        return feed_id, step

    def check_new(self, new: Declared, origin: FeedOrigin) -> Step:
        """The step that would add a feed; raises UsageError as `add` does, but for one that is there already."""
        if new.accepted:
            accepted_in(new.accepted)
        wrong = next(address_problems(new.kind, new.url), None)
        if wrong is not None:
            raise UsageError(wrong[1])
        self.check_look(new)
        return enrolled(new, origin, self._lists, self._book)

    def resume(self, feed: Feed, accepted: str, now: datetime) -> Step:
        """Let a paused feed go on at once.

        Args:
            accepted: an admin's word on the terms, kept with the feed; "" for the one that is kept.

        Raises:
            UsageError: the terms or config/feeds.toml still hold it back.
        """
        if feed.origin == "declared" and feed.paused_reason.startswith(BY_FILE):
            raise UsageError(f"{feed.paused_reason}; change the file and run `ctm-alerts feeds sync`")
        stated = accepted or feed.accepted
        if stated:
            accepted_in(stated)
        terms = self._book.of(feed.kind, feed.url)
        # words of a command line are no configuration, whatever feed they are said of
        configured = feed.origin == "declared" and not accepted
        acceptance = self._lists.acceptance(terms, feed.name, stated, configured=configured)
        found = standing(terms, acceptance)
        if not isinstance(found, May):
            raise UsageError(f"{found.reason}; {found.remedy}")
        columns = {
            "state": "active", "paused_reason": "", "accepted": stated, "missing_since": None, "lease_until": None,
            **bonds(terms, acceptance).as_columns(),
        }  # fmt: skip
        step = Step("goes on", feed.name, found.reason, feed.id, columns, wakes=True)
        self._shelf.apply([step], now)
        return step
