"""Fakes with the manners of the real parts, shipped for the demo, for tests and for plug-in authors.

`SampleSources` answers like the web at one moment of a sample week: conditional requests, an unknown address, an error
page where a feed should be.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path
from urllib.parse import urlsplit

from ctm_alerts.errors import FetchError
from ctm_alerts.feeds.feed import Request
from ctm_alerts.net.client import Response


@dataclass(frozen=True)
class SampleFeed:
    """One feed of the sample week."""

    folder: Path
    kind: str
    name: str
    url: str

    def body_on(self, day: int) -> Path | None:
        """The file that holds the feed's body on a day of the week; a day without a file repeats the one before."""
        for earlier in range(day, -1, -1):
            found = sorted(self.folder.glob(f"day-{earlier}.*"))
            if found:
                return found[0]
        return None


@dataclass(frozen=True)
class SamplePage:
    """A page behind a link that says, from a day of the week on, that its position is filled."""

    url: str
    from_day: date
    says: str


@dataclass(frozen=True)
class SampleWeek:
    """A folder of samples: `week.toml` and one folder per feed."""

    first_day: date
    last_day: date
    feeds: tuple[SampleFeed, ...]
    pages: tuple[SamplePage, ...] = ()

    @classmethod
    def read(cls, folder: Path) -> SampleWeek:
        """The week that a folder describes."""
        table = tomllib.loads((folder / "week.toml").read_text(encoding="utf-8"))
        feeds = tuple(SampleFeed(folder / f["folder"], f["kind"], f["name"], f["url"]) for f in table["feed"])
        pages = tuple(SamplePage(p["url"], p["from_day"], p["says"]) for p in table.get("page", ()))
        return cls(table["first_day"], table["last_day"], feeds, pages)

    @property
    def begin(self) -> datetime:
        """Midnight UTC of the first day."""
        return datetime.combine(self.first_day, time(), timezone.utc)

    @property
    def end(self) -> datetime:
        """Midnight UTC after the last day."""
        return datetime.combine(self.last_day + timedelta(days=1), time(), timezone.utc)


_TYPES = {".json": "application/json", ".html": "text/html"}


class SampleSources:
    """A client that answers from a sample week; set `now` before each round."""

    def __init__(self, week: SampleWeek) -> None:
        self._week = week
        self.now = week.begin

    def fetch(
        self,
        request: Request,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
    ) -> Response:
        """What the source would answer now; raises FetchError for an address that the week does not know."""
        path = self._path(request.url)
        body = self._page(request.url) if path is None else path.read_bytes()
        if body is None:
            raise FetchError("there is nothing at this address (404)", 404)
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        same = etag == tag
        return Response(
            status=304 if same else 200,
            body=b"" if same else body,
            not_modified=same,
            etag=tag,
            last_modified=None,
            content_type=_TYPES.get(".html" if path is None else path.suffix, "application/xml"),
            final_url=request.url,
            body_hash="" if same else hashlib.sha256(body).hexdigest(),
        )

    def _page(self, url: str) -> bytes | None:
        """The page behind a link that some feed showed until this day."""
        today = self.now.date()
        for page in self._week.pages:
            if page.url == url and page.from_day <= today:
                return f"<!doctype html><title>Position</title><p>{page.says}</p>".encode()
        shown = (url.encode(), url.replace("&", "&amp;").encode())
        days = range((today - self._week.first_day).days + 1)
        bodies = {
            path for feed in self._week.feeds for day in days if (path := feed.body_on(day)) is not None
        }
        if any(address in path.read_bytes() for path in bodies for address in shown):
            return b"<!doctype html><title>Position</title><p>Apply for this position here.</p>"
        return None

    def _path(self, url: str) -> Path | None:
        day = (self.now.date() - self._week.first_day).days
        for feed in self._week.feeds:
            if url.partition("?")[0] == feed.url.partition("?")[0]:
                return feed.body_on(day)
            detail = feed.folder / "detail" / f"{urlsplit(url).path.rsplit('/', 1)[-1]}.json"
            if urlsplit(url).netloc == urlsplit(feed.url).netloc and detail.is_file():
                return detail
        return None
