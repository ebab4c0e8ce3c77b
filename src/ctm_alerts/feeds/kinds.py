"""The kinds of feed: a short name picks the module that reads it.

A kind's module needs nothing but `parse(body, url) -> Parsed`. What it does not define is done as here: a plain GET of
the feed's own URL, one page, no second call per entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from types import ModuleType

from ctm_alerts.feeds.feed import Entry, Listing, Parsed, Request


@dataclass(frozen=True)
class Kind:
    """One format, and how its sources want to be treated.

    Attributes:
        module: dotted path, imported at the first use.
        listing: "whole" when an entry that is missing means that the posting is gone.
        max_entries: new entries taken from one fetch; the flow leaves the surplus for the next round.
        floor: the least interval between two fetches of one feed.
        credit: how the source is named beside each posting; "" where the feed's own title does.
    """

    name: str
    label: str
    module: str
    listing: Listing
    max_entries: int
    floor: timedelta
    credit: str = ""

    def parse(self, body: bytes, url: str | None = None) -> Parsed:
        """All that one body says; raises NotAFeed when it is none of this kind."""
        parsed: Parsed = self._module().parse(body, url)
        return parsed

    def request(self, feed_url: str) -> Request:
        """The request for the feed's first page."""
        own = getattr(self._module(), "request", None)
        return Request(feed_url) if own is None else own(feed_url)

    def more(self, feed_url: str, body: bytes, asked: int) -> Request | None:
        """The request for the next page, after `asked` entries were asked for and `body` came last."""
        own = getattr(self._module(), "more", None)
        return None if own is None else own(feed_url, body, asked)

    def detail(self, feed_url: str, entry: Entry) -> Request | None:
        """The second call that an entry of this kind needs for its description, or None."""
        own = getattr(self._module(), "detail", None)
        return None if own is None else own(feed_url, entry)

    def merge_detail(self, entry: Entry, body: bytes) -> Entry:
        """The entry with what its second call said."""
        own = getattr(self._module(), "merge_detail", None)
        return entry if own is None else own(entry, body)

    def _module(self) -> ModuleType:
        return import_module(self.module)


def _hours(number: float) -> timedelta:
    return timedelta(hours=number)


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        # Jobicy's terms: not oftener than hourly, its URL unchanged, credit and a link back
        Kind(
            "jobicy_json", "Jobicy API v2", "ctm_alerts.feeds.jobicy_json", "recent", 200, _hours(1), "Jobicy"
        ),
        Kind("jobicy_rss", "Jobicy RSS", "ctm_alerts.feeds.jobicy_rss", "recent", 200, _hours(1), "Jobicy"),
        Kind(
            "wp_job_manager",
            "WP Job Manager RSS",
            "ctm_alerts.feeds.wp_job_manager",
            "recent",
            500,
            _hours(1),
        ),
        Kind("rss", "RSS 2.0, RSS 1.0 or Atom", "ctm_alerts.feeds.rss", "recent", 2000, _hours(0.5)),
        Kind("greenhouse", "Greenhouse job board", "ctm_alerts.feeds.greenhouse", "whole", 2000, _hours(1)),
        Kind("workday", "Workday career site", "ctm_alerts.feeds.workday", "whole", 2000, _hours(2)),
    )
}
