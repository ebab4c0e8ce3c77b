"""Links, before they are mailed: each posting of a digest has a page that still offers it, or it leaves.

listed   its employer's own whole listing held it within a day: nothing is asked
known    its page was looked at within a day
asked    politely, a few hosts at a time and one request for each, until the budget of the round is over
settled  a dead link gives way to another copy's; a posting whose every link is dead is closed, with the reason
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import structlog

from ctm_alerts.errors import FetchError, TooLarge
from ctm_alerts.feeds.feed import Request
from ctm_alerts.feeds.hosts import host_of
from ctm_alerts.postings.links import (
    MOST_BYTES,
    Finding,
    Link,
    LinkNews,
    believed,
    is_fresh,
    is_listed,
    judge_page,
    judge_status,
)

log = structlog.get_logger()

#: pages asked for at one time
THREADS = 8
#: seconds for one page
PATIENCE = 10.0
#: seconds that all pages of one round may take: no digest waits for a slow site, it goes with the link unchecked
BUDGET = 90.0
#: closed postings that one round looks at again
MOST_AGAIN = 20


class Page(Protocol):
    """What a link answered."""

    @property
    def body(self) -> bytes: ...
    @property
    def final_url(self) -> str: ...


class Shelf(Protocol):
    """What this flow needs of the stored links."""

    def ways_to(self, posting_ids: Iterable[str]) -> dict[str, list[Link]]: ...
    def findings(self, urls: Iterable[str]) -> dict[str, tuple[Finding, datetime]]: ...
    def hosts(self, urls: Iterable[str], now: datetime) -> Mapping[str, Mapping[str, int]]: ...
    def record(self, findings: Mapping[str, Finding], now: datetime) -> None: ...
    def point(self, posting_id: str, dead: str, url: str) -> None: ...
    def close(self, posting_id: str, reason: str, now: datetime) -> bool: ...
    def reopen(self, posting_id: str, now: datetime) -> None: ...
    def closed_by_link(self, now: datetime, limit: int) -> list[Link]: ...


@dataclass
class Checked:
    """What is known of the links of a round, by posting.

    Attributes:
        dead: postings that no link offers any more, with the reason.
        moved: links that gave way to another copy's, by posting and link.
        walls: postings whose page wants a login first.
        unchecked: postings whose link could not be looked at in time, or told nothing.
    """

    dead: dict[str, str] = field(default_factory=dict)
    moved: dict[tuple[str, str], str] = field(default_factory=dict)
    walls: set[str] = field(default_factory=set)
    unchecked: set[str] = field(default_factory=set)
    done: set[tuple[str, str]] = field(default_factory=set)

    def counts(self) -> dict[str, int]:
        """What the round's links came to, for the log."""
        named = {"checked": self.done, "dead": self.dead, "moved": self.moved, "walls": self.walls}
        return {name: len(found) for name, found in {**named, "unchecked": self.unchecked}.items()}

    def news(self) -> LinkNews:
        """As a composer wants it."""
        return LinkNews(frozenset(self.dead), dict(self.moved), frozenset(self.walls))


class LinkCheck:
    """The flow, with the parts that it needs; one for each round."""

    def __init__(self, shelf: Shelf, ask: Callable[[Request], Page], *, budget: float = BUDGET) -> None:
        """`ask` gives the page behind a link, politely and guarded; raises FetchError."""
        self._shelf, self._ask_for = shelf, ask
        self._left = budget
        self.checked = Checked()

    def check(self, shown: Mapping[str, str], now: datetime) -> Checked:
        """All that is known of the links of cards now; what an earlier digest of the round asked is not asked again.

        Args:
            shown: the link of each card, by posting.
        """
        wanted = {way for way in shown.items() if way not in self.checked.done}
        if not wanted:
            return self.checked
        stored = self._shelf.ways_to({posting_id for posting_id, _ in wanted})
        ways: dict[tuple[str, str], Sequence[Link]] = {
            (i, url): _first(Link(i, url), stored.get(i, [])) for i, url in sorted(wanted)
        }
        while waiting := {
            way: links for way, links in ways.items() if links and way not in self.checked.done
        }:
            found = self._look([links[0] for links in waiting.values()], now)
            for way, links in waiting.items():
                ways[way] = self._settle(way, links, found.get(links[0].url), now)
        return self.checked

    def look_again(self, now: datetime) -> list[str]:
        """A page that was gone for an hour of repair is no closed posting: what a feed lists still is asked once more.

        Its own source's whole listing is the better proof, and then no page is asked. Whatever else a page shows, it
        stays closed for the reason that it has, and is asked again a day later.

        Returns the postings that are open again.
        """
        links = self._shelf.closed_by_link(now, MOST_AGAIN)
        if not links:
            return []
        ways = self._shelf.ways_to({link.posting_id for link in links})
        listed = {i for i, others in ways.items() if any(is_listed(other, now) for other in others)}
        pages = [link.url for link in links if link.posting_id not in listed]
        before = self._shelf.findings(pages)
        found = self._ask(pages, now)
        opened = {url for url, finding in found.items() if finding.state in ("alive", "wall")}
        if kept := {url: before[url][0] for url in found if url not in opened}:
            self._shelf.record(kept, now)
        back = [link.posting_id for link in links if link.posting_id in listed or link.url in opened]
        for posting_id in back:
            self._shelf.reopen(posting_id, now)
            log.info("link", posting=posting_id, status="open again")
        return back

    def _settle(
        self, way: tuple[str, str], links: Sequence[Link], finding: Finding | None, now: datetime
    ) -> Sequence[Link]:
        """One link is judged: it stands, or the next one is tried, or there is none; the links that are left."""
        posting_id, shown = way
        if finding is not None and finding.state == "dead":
            left = links[1:]
            if not left:
                self._close(way, finding.reason, now)
            return left
        if links[0].url != shown:
            self.checked.moved[way] = links[0].url
            self._shelf.point(posting_id, shown, links[0].url)
        if finding is not None and finding.state == "wall":
            self.checked.walls.add(posting_id)
        elif finding is None or finding.state == "unknown":
            self.checked.unchecked.add(posting_id)
        self.checked.done.add(way)
        return links

    def _close(self, way: tuple[str, str], reason: str, now: datetime) -> None:
        posting_id = way[0]
        self.checked.dead[posting_id] = reason
        self.checked.done.add(way)
        if self._shelf.close(posting_id, reason, now):
            log.info("link", posting=posting_id, status="closed", reason=reason)

    def _look(self, links: Sequence[Link], now: datetime) -> dict[str, Finding]:
        """What these links show; those for which there was no time are missing."""
        found = {link.url: Finding("alive", "listed") for link in links if is_listed(link, now)}
        rest = sorted({link.url for link in links} - set(found))
        for url, (finding, at) in self._shelf.findings(rest).items():
            if is_fresh(finding, at, now):
                found[url] = finding
        return found | self._ask([url for url in rest if url not in found], now)

    def _ask(self, urls: Sequence[str], now: datetime) -> dict[str, Finding]:
        """Ask for pages while there is time, and remember what they showed."""
        if not urls or self._left <= 0:
            return {}
        started, by_host = time.monotonic(), defaultdict(list)
        for url in urls:
            by_host[host_of(url)].append(url)
        found: dict[str, Finding] = {}
        pool = ThreadPoolExecutor(THREADS, thread_name_prefix="link")
        try:
            until = started + self._left
            running = [pool.submit(self._host, pages, now, until, found) for pages in by_host.values()]
            wait(running, timeout=self._left)
            return self._kept(found.copy(), now)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            self._left -= time.monotonic() - started

    def _kept(self, found: Mapping[str, Finding], now: datetime) -> dict[str, Finding]:
        """What pages showed, as far as their hosts are believed, remembered."""
        if not found:
            return {}
        hosts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for host, shown in self._shelf.hosts(found, now).items():
            hosts[host].update(shown)
        for url, finding in found.items():
            hosts[host_of(url)][finding.state] += 1
        kept = {url: believed(finding, hosts[host_of(url)]) for url, finding in found.items()}
        self._shelf.record(kept, now)
        return kept

    def _host(self, urls: Sequence[str], now: datetime, until: float, found: dict[str, Finding]) -> None:
        """The pages of one host, one after the other: it takes no other's turn, and may say that it has enough."""
        for url in urls:
            if time.monotonic() >= until:
                return
            found[url] = self._page(url, now)

    def _page(self, url: str, now: datetime) -> Finding:
        try:
            page = self._ask_for(Request(url, most_bytes=MOST_BYTES, seconds=PATIENCE))
        except TooLarge:  # whoever sends so much has the page
            return Finding("alive", "its page is large")
        except FetchError as error:
            return judge_status(error.status, error.reason)
        # a defect of ours in one page must not hold up the mail
        except Exception as error:
            log.exception("link", url=url, status="error")
            return Finding("unknown", f"a defect of ours: {type(error).__name__}")
        return judge_page(url, page.final_url, page.body, now)


def _first(shown: Link, stored: Sequence[Link]) -> list[Link]:
    """The ways to a posting, that of its card first."""
    same = [link for link in stored if link.url == shown.url] or [shown]
    return [*same, *(link for link in stored if link.url != shown.url)]
