"""When a permanent redirect moves a feed: not on one day's word, because a broken site redirects everything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urldefrag, urlsplit

from ctm_alerts.feeds.clean import is_short
from ctm_alerts.feeds.kinds import KINDS
from ctm_alerts.feeds.source import Feed

#: days on which the new place gave a good answer
DAYS_TO_MOVE = 7


@dataclass(frozen=True)
class Moving:
    """Where permanent redirects lead a feed.

    Attributes:
        to: the address; None: nowhere, or not any more.
        days: on which it led there and gave a good answer.
        on: the last look that counted, aware, UTC.
        is_over: the feed's own address is that one from now on.
    """

    to: str | None = None
    days: int = 0
    on: datetime | None = None
    is_over: bool = False


def moving_on(feed: Feed, moved_to: str | None, now: datetime) -> Moving:
    """What a good answer means for the address of its feed; `moved_to` is where permanent redirects led.

    From http to https of the same place a feed goes at once. One whose kind asks another address than the feed's own
    does not move: its address is not that of a document.
    """
    if moved_to is None or not is_short(moved_to) or not _asks_its_own(feed):
        return Moving()
    fragment = urlsplit(feed.url).fragment
    to = f"{moved_to}#{fragment}" if fragment else moved_to
    if _is_https_of(feed.url, to):
        return Moving(to, 1, now, is_over=True)
    if to != feed.moving_to or feed.moving_on is None:
        return Moving(to, 1, now)
    if feed.moving_on.date() == now.date():
        return Moving(to, feed.moving_days, feed.moving_on)
    days = feed.moving_days + 1
    return Moving(to, days, now, is_over=days >= DAYS_TO_MOVE)


def _asks_its_own(feed: Feed) -> bool:
    kind = KINDS.get(feed.kind)
    return kind is not None and kind.request(feed.url).url == urldefrag(feed.url).url


def _is_https_of(old: str, new: str) -> bool:
    was, now = urlsplit(old), urlsplit(new)
    same = (was.hostname, was.path or "/", was.query) == (now.hostname, now.path or "/", now.query)
    return (
        same
        and (was.scheme, now.scheme) == ("http", "https")
        and was.port in (None, 80)
        and now.port in (None, 443)
    )
