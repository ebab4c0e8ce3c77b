"""An invented board and an invented weekly feed, and the openings that they carry from one moment to the next."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from xml.sax.saxutils import escape

from ctm_alerts.errors import FetchError
from ctm_alerts.feeds.feed import Request
from ctm_alerts.net.client import Response

FeedName = Literal["board", "weekly"]
Mood = Literal["well", "down", "dies"]

BOARD = "https://boards.example/v1/boards/openings/jobs"
WEEKLY = "https://weekly.example/feed.xml"
URLS: dict[FeedName, str] = {"board": BOARD, "weekly": WEEKLY}
KINDS: dict[FeedName, str] = {"board": "greenhouse", "weekly": "rss"}

#: how a title begins, and the tier that it says; the plain title is of the tier "mid"
TIER_OF = {"Associate ": "junior", "": "mid", "Senior ": "senior", "Principal ": "lead"}
#: where a posting is, as a source says it, and its country
COUNTRY_OF = {
    "Boston, MA, United States": "US",
    "Denver, CO, United States": "US",
    "Berlin, Germany": "DE",
}
EMPLOYERS = ("Larkfield Bio", "Quillmoor Therapeutics", "Osterby Pharma")


class Died(BaseException):
    """The process was killed here: nobody in it catches this."""


@dataclass(frozen=True)
class Opening:
    """One real position."""

    number: int
    prefix: str
    place: str
    employer: str
    published: datetime
    feeds: frozenset[FeedName]
    #: counts edits that change nothing that matters
    words: int = 0
    pay: int | None = None
    #: counts how often it was listed under another id
    listing: int = 0

    @property
    def title(self) -> str:
        return f"{self.prefix}Clinical Trial Manager, Study {self.number}"

    @property
    def url(self) -> str:
        return f"https://openings.example/{self.number}"

    @property
    def text(self) -> str:
        pay = "" if self.pay is None else f" The salary is USD {self.pay:,} per year."
        return f"You run study {self.number} from start to end, in wording {self.words}.{pay}"

    def source_id(self, feed: FeedName) -> str:
        number = 1000 * self.number + self.listing
        return str(number) if feed == "board" else f"weekly-{number}"

    def as_job(self) -> dict[str, object]:
        return {
            "id": int(self.source_id("board")),
            "title": self.title,
            "company_name": self.employer,
            "location": {"name": self.place},
            "absolute_url": self.url,
            "first_published": self.published.isoformat(),
            "content": f"&lt;p&gt;{self.text}&lt;/p&gt;",
        }

    def as_item(self) -> str:
        fields = {
            "guid": self.source_id("weekly"),
            "title": self.title,
            "link": f"{self.url}?utm_source=weekly",
            "company": self.employer,
            "location": self.place,
            "pubDate": f"{self.published:%a, %d %b %Y %H:%M:%S} +0000",
            "description": self.text,
        }
        return "<item>" + "".join(f"<{k}>{escape(v)}</{k}>" for k, v in fields.items()) + "</item>"


class Sources:
    """Answers like the web, at one moment: conditional requests, an error, or the end of the process that asks."""

    def __init__(self) -> None:
        self.openings: dict[int, Opening] = {}
        self.moods: dict[FeedName, Mood] = {"board": "well", "weekly": "well"}

    def fetch(
        self, request: Request, *, etag: str | None = None, last_modified: str | None = None
    ) -> Response:
        """What the source answers now."""
        feed: FeedName = "board" if request.url.startswith(BOARD) else "weekly"
        if self.moods[feed] == "dies":
            raise Died
        if self.moods[feed] == "down":
            raise FetchError("the source answers with an error (500)", 500)
        body = self.body(feed)
        found = hashlib.sha256(body).hexdigest()
        same = etag == f'"{found}"'
        return Response(
            status=304 if same else 200,
            body=b"" if same else body,
            not_modified=same,
            etag=f'"{found}"',
            last_modified=None,
            content_type="application/json" if feed == "board" else "application/rss+xml",
            final_url=request.url,
            body_hash="" if same else found,
        )

    def body(self, feed: FeedName) -> bytes:
        """The listing as it is now."""
        listed = [o for o in self.openings.values() if feed in o.feeds]
        if feed == "board":
            return json.dumps({"jobs": [o.as_job() for o in listed]}).encode()
        items = "".join(o.as_item() for o in listed)
        head = '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>The Weekly</title>'
        return f"{head}<link>https://weekly.example</link>{items}</channel></rss>".encode()
