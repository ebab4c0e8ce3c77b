"""The kinds of feed: a short name picks the module that reads it.

A kind's module needs nothing but `parse(body, url) -> Parsed`. What it does not define is done as here: never found by
"auto", a plain GET of the feed's own URL, one page, no second call per entry.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from ctm_alerts.errors import UsageError
from ctm_alerts.feeds.feed import Entry, Listing, Parsed, Request
from ctm_alerts.feeds.keys import names_in, place_of, with_keys

if TYPE_CHECKING:
    from ctm_alerts.feeds.plugins import Broken


@dataclass(frozen=True)
class Limits:
    """What one body of a kind may cost.

    Attributes:
        most_bytes: of the body, packed and unpacked.
        seconds: for the whole exchange with the source.
        cpu_seconds: to read it.
        memory_mb: of the process that reads it, altogether.
    """

    most_bytes: int = 15_000_000
    seconds: float = 30
    cpu_seconds: float = 10
    memory_mb: int = 512


ORDINARY = Limits()
#: 100,000 jobs of 1 kB with room to spare
LONG_LISTS = Limits(most_bytes=160_000_000, seconds=240, cpu_seconds=180, memory_mb=1280)

#: they read pages that were made for people, so the site's robots.txt is obeyed
_READS_PAGES = frozenset(
    {"avature", "hrmdirect", "icims", "jobvite", "jsonld", "paylocity", "phenom", "sitemap", "taleo"}
)


@dataclass(frozen=True)
class Kind:
    """One format, and how its sources want to be treated.

    Attributes:
        module: dotted path, imported at the first use.
        listing: "whole" when an entry that is missing means that the posting is gone.
        max_entries: new entries taken from one fetch; the flow leaves the surplus for the next round.
        floor: the least interval between two fetches of one feed.
        credit: how the source is named beside each posting; "" where the feed's own title does.
        limits: what one body may cost.
    """

    name: str
    label: str
    module: str
    listing: Listing
    max_entries: int
    floor: timedelta
    credit: str = ""
    limits: Limits = ORDINARY

    def parse(self, body: bytes, url: str | None = None) -> Parsed:
        """All that one body says; raises NotAFeed when it is none of this kind."""
        parsed: Parsed = self._module().parse(body, url)
        return parsed

    def detects(self, said: object, url: str | None = None) -> bool:
        """Whether a body is of this kind: a JSON value, or (as str) the text of XML and HTML; the URL only breaks ties."""
        own = getattr(self._module(), "detects", None)
        return own is not None and bool(own(said, url))

    def request(self, feed_url: str) -> Request:
        """The request for the feed's first page."""
        own = getattr(self._module(), "request", None)
        asked: Request = Request(feed_url) if own is None else own(feed_url)
        return with_keys(asked, feed_url)

    def more(self, feed_url: str, body: bytes, read: int) -> Request | None:
        """The request for the next page, after so many were read and `body` was the last of them."""
        own = getattr(self._module(), "more", None)
        return None if own is None else own(feed_url, body, read)

    def following(self, feed_url: str, body: bytes, read: int) -> tuple[Request, ...]:
        """Every further request that a body calls for: the next page, or all the parts that it names."""
        own = getattr(self._module(), "following", None)
        if own is not None:
            requests: tuple[Request, ...] = own(feed_url, body)
        else:
            page = self.more(feed_url, body, read)
            requests = () if page is None else (page,)
        return tuple(self._further(feed_url, request) for request in requests)

    @property
    def is_paged(self) -> bool:
        """Whether a body may call for further ones."""
        return hasattr(self._module(), "more") or hasattr(self._module(), "following")

    @property
    def reads_pages(self) -> bool:
        """Whether it reads pages that were made for people, so that robots.txt is asked first."""
        return self.name in _READS_PAGES

    def detail(self, feed_url: str, entry: Entry) -> Request | None:
        """The second call that an entry of this kind needs for its description, or None."""
        own = getattr(self._module(), "detail", None)
        asked: Request | None = None if own is None else own(feed_url, entry)
        return None if asked is None else self._further(feed_url, asked)

    def merge_detail(self, entry: Entry, body: bytes) -> Entry:
        """The entry with what its second call said."""
        own = getattr(self._module(), "merge_detail", None)
        return entry if own is None else own(entry, body)

    def line(self) -> dict[str, str]:
        """What an admin wants to know of it, in words."""
        module = self._module()
        minutes = int(self.floor.total_seconds() // 60)
        return {
            "kind": self.name,
            "what it reads": self.label,
            "listing": self.listing,
            "least interval": f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min",
            "entries a look": str(self.max_entries),
            "pages": "yes" if self.is_paged else "",
            "second call": "yes" if hasattr(module, "detail") else "",
            "credit": self.credit,
        }

    def _further(self, feed_url: str, request: Request) -> Request:
        """What a body led to: only the feed's own place gets the feed's keys."""
        names = names_in(feed_url)
        if not names or place_of(request.url) != place_of(self.request(feed_url).url):
            return request
        return with_keys(request, feed_url)

    def _module(self) -> ModuleType:
        return import_module(self.module)


def _hours(number: float) -> timedelta:
    return timedelta(hours=number)


BUILT_IN: dict[str, Kind] = {
    kind.name: kind
    # "auto" asks in this order
    for kind in (
        # before Jobicy, whose answers have a list of jobs and a version too
        Kind("ashby", "Ashby job board", "ctm_alerts.feeds.ashby", "whole", 2000, _hours(1)),
        # boards and aggregators
        # Jobicy's terms: not oftener than hourly, its URL unchanged, credit and a link back
        Kind(
            "jobicy_json", "Jobicy API v2", "ctm_alerts.feeds.jobicy_json", "recent", 200, _hours(1), "Jobicy"
        ),
        Kind("jobicy_rss", "Jobicy RSS", "ctm_alerts.feeds.jobicy_rss", "recent", 200, _hours(1), "Jobicy"),
        # its terms: four fetches a day at most
        Kind("remotive", "Remotive API", "ctm_alerts.feeds.remotive", "recent", 500, _hours(6), "Remotive"),
        # its answers are cached for a day
        Kind(
            "himalayas", "Himalayas API", "ctm_alerts.feeds.himalayas", "recent", 500, _hours(6), "Himalayas"
        ),
        Kind("remoteok", "Remote OK API", "ctm_alerts.feeds.remoteok", "recent", 500, _hours(1), "Remote OK"),
        Kind(
            "arbeitnow",
            "Arbeitnow job board API",
            "ctm_alerts.feeds.arbeitnow",
            "recent",
            500,
            _hours(1),
            "Arbeitnow",
        ),
        Kind(
            "weworkremotely",
            "We Work Remotely RSS",
            "ctm_alerts.feeds.weworkremotely",
            "recent",
            500,
            _hours(1),
            "We Work Remotely",
        ),
        Kind(
            "workingnomads",
            "Working Nomads list",
            "ctm_alerts.feeds.workingnomads",
            "recent",
            500,
            _hours(1),
            "Working Nomads",
        ),
        Kind("the_muse", "The Muse API", "ctm_alerts.feeds.the_muse", "recent", 500, _hours(2), "The Muse"),
        # 250 requests a day with a free key
        Kind("adzuna", "Adzuna search API", "ctm_alerts.feeds.adzuna", "recent", 500, _hours(2), "Adzuna"),
        # 500 requests altogether with a free key
        Kind("jooble", "Jooble search API", "ctm_alerts.feeds.jooble", "recent", 500, _hours(12), "Jooble"),
        # 200 requests a month with a free key
        Kind("jsearch", "JSearch (Google for Jobs)", "ctm_alerts.feeds.jsearch", "recent", 500, _hours(12)),
        Kind(
            "usajobs", "USAJOBS search API", "ctm_alerts.feeds.usajobs", "whole", 2000, _hours(1), "USAJOBS"
        ),
        Kind(
            "hackernews",
            "Hacker News: Who is hiring?",
            "ctm_alerts.feeds.hackernews",
            "recent",
            500,
            _hours(6),
            "Hacker News",
        ),
        Kind("amazon_jobs", "Amazon job search", "ctm_alerts.feeds.amazon_jobs", "whole", 2000, _hours(2)),
        Kind(
            "google_careers",
            "Google careers XML",
            "ctm_alerts.feeds.google_careers",
            "whole",
            2000,
            _hours(2),
        ),
        Kind("neogov", "NEOGOV RSS", "ctm_alerts.feeds.neogov", "recent", 500, _hours(1)),
        Kind("hrmdirect", "HRMDirect career page", "ctm_alerts.feeds.hrmdirect", "whole", 2000, _hours(2)),
        Kind(
            "uk_ats",
            "British recruiting systems' vacancy lists",
            "ctm_alerts.feeds.uk_ats",
            "whole",
            2000,
            _hours(2),
        ),
        # employers' own systems
        Kind("workday", "Workday career site", "ctm_alerts.feeds.workday", "whole", 2000, _hours(2)),
        Kind("icims", "iCIMS career site", "ctm_alerts.feeds.icims", "whole", 2000, _hours(2)),
        Kind(
            "oracle",
            "Oracle Recruiting Cloud career site",
            "ctm_alerts.feeds.oracle",
            "whole",
            2000,
            _hours(2),
        ),
        # its RSS holds the newest of a search only
        Kind(
            "successfactors",
            "SAP SuccessFactors career site",
            "ctm_alerts.feeds.successfactors",
            "recent",
            2000,
            _hours(2),
        ),
        Kind("taleo", "Oracle Taleo career section", "ctm_alerts.feeds.taleo", "whole", 2000, _hours(2)),
        Kind("phenom", "Phenom career site", "ctm_alerts.feeds.phenom", "whole", 2000, _hours(2)),
        Kind(
            "eightfold",
            "Eightfold career site",
            "ctm_alerts.feeds.eightfold",
            "whole",
            2000,
            _hours(2),
        ),
        Kind(
            "smartrecruiters",
            "SmartRecruiters job board",
            "ctm_alerts.feeds.smartrecruiters",
            "whole",
            2000,
            _hours(1),
        ),
        Kind("lever", "Lever job board", "ctm_alerts.feeds.lever", "whole", 2000, _hours(1)),
        Kind("workable", "Workable account", "ctm_alerts.feeds.workable", "whole", 2000, _hours(1)),
        Kind("recruitee", "Recruitee career site", "ctm_alerts.feeds.recruitee", "whole", 2000, _hours(1)),
        Kind("personio", "Personio XML", "ctm_alerts.feeds.personio", "whole", 2000, _hours(1)),
        Kind(
            "teamtailor",
            "Teamtailor JSON Feed or RSS",
            "ctm_alerts.feeds.teamtailor",
            "whole",
            2000,
            _hours(1),
        ),
        Kind("bamboohr", "BambooHR career page", "ctm_alerts.feeds.bamboohr", "whole", 2000, _hours(1)),
        Kind("pinpoint", "Pinpoint career site", "ctm_alerts.feeds.pinpoint", "whole", 2000, _hours(1)),
        Kind("rippling", "Rippling job board", "ctm_alerts.feeds.rippling", "whole", 2000, _hours(1)),
        # its RSS holds the first of a search only
        Kind("avature", "Avature RSS", "ctm_alerts.feeds.avature", "recent", 2000, _hours(2)),
        Kind("jazzhr", "JazzHR XML", "ctm_alerts.feeds.jazzhr", "whole", 2000, _hours(1)),
        # its list shows the first of each category
        Kind("jobvite", "Jobvite career site", "ctm_alerts.feeds.jobvite", "recent", 2000, _hours(2)),
        Kind(
            "paylocity", "Paylocity recruiting page", "ctm_alerts.feeds.paylocity", "whole", 2000, _hours(2)
        ),
        # last of all, because these take much: any page with a JobPosting, any <jobs>, any {"jobs": []}, any RSS
        Kind("json_feed", "JSON Feed", "ctm_alerts.feeds.json_feed", "recent", 2000, _hours(0.5)),
        Kind(
            "jsonld", "schema.org JobPosting in a page", "ctm_alerts.feeds.jsonld", "recent", 2000, _hours(1)
        ),
        Kind(
            "job_xml",
            "Indeed-style XML",
            "ctm_alerts.feeds.job_xml",
            "whole",
            5000,
            _hours(2),
            limits=LONG_LISTS,
        ),
        Kind("sitemap", "Sitemap of postings", "ctm_alerts.feeds.sitemap", "whole", 2000, _hours(6)),
        Kind("greenhouse", "Greenhouse job board", "ctm_alerts.feeds.greenhouse", "whole", 2000, _hours(1)),
        Kind(
            "wp_job_manager",
            "WP Job Manager RSS",
            "ctm_alerts.feeds.wp_job_manager",
            "recent",
            500,
            _hours(1),
        ),
        Kind("rss", "RSS 2.0, RSS 1.0 or Atom", "ctm_alerts.feeds.rss", "recent", 2000, _hours(0.5)),
    )
}
#: the first of those that take much: plug-ins are asked before it
_FIRST_GENERAL = "json_feed"


class UnknownKind(UsageError, KeyError):
    """No kind has this name."""

    def __init__(self, name: str) -> None:
        says = f"there is no kind {name!r} here; install its plug-in, or pause the feed (`ctm-alerts feeds kinds`)"
        super().__init__(says)

    def __str__(self) -> str:  # a KeyError shows its message quoted
        return str(self.args[0])


class AllKinds(Mapping[str, Kind]):
    """Ours and those of plug-ins, in the order in which "auto" asks them; plug-ins are looked for when first needed."""

    def __getitem__(self, name: str) -> Kind:
        found = BUILT_IN.get(name) or self._added[0].get(name)
        if found is None:
            raise UnknownKind(name)
        return found

    def __iter__(self) -> Iterator[str]:
        for name in BUILT_IN:
            if name == _FIRST_GENERAL:
                yield from self._added[0]
            yield name

    def __len__(self) -> int:
        return len(BUILT_IN) + len(self._added[0])

    @property
    def broken(self) -> tuple[Broken, ...]:
        """The plug-ins that are left out, with the reason."""
        return self._added[1]

    @cached_property
    def _added(self) -> tuple[dict[str, Kind], tuple[Broken, ...]]:
        # imported here: a plug-in's door makes kinds, so it comes after them
        from ctm_alerts.feeds.plugins import load

        return load(BUILT_IN)


KINDS = AllKinds()
