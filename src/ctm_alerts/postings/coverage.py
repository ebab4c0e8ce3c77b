"""What share of all openings our sources saw, estimated from how often independent sources saw the same ones.

Two sources: Chapman's estimate (Chapman 1951; Seber 1982, 3.1). Three and more: Chao's lower bound for occasions with
unequal chances (Chao 1987, bias-corrected), so the share is an upper bound. Intervals are log-normal at 95% (Chao 1987),
which never fall below what was seen. Sources that copy from one another see the same openings too often, and make the
share look better than it is: copies of one source are one source here (`source_of`).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from ctm_alerts.feeds.kinds import KINDS

#: fewer openings, or fewer of them seen twice, tell nothing
LEAST_SEEN, LEAST_TWICE = 20, 5
#: kinds that are an employer's own site: together they are one source, since an opening stands on one of them alone
OWN_SITES = frozenset(
    {
        "ashby", "greenhouse", "lever", "workday", "icims", "oracle", "successfactors", "taleo", "phenom", "eightfold",
        "smartrecruiters", "workable", "recruitee", "personio", "teamtailor", "bamboohr", "pinpoint", "rippling",
        "avature", "jazzhr", "jobvite", "paylocity", "hrmdirect", "amazon_jobs", "google_careers",
    }
)  # fmt: skip
EMPLOYERS = "employers' own sites"
#: names under a country's own that many sites share: co.uk, com.au, ac.jp
_SHARED = frozenset({"ac", "co", "com", "edu", "gob", "gouv", "gov", "gv", "ne", "net", "nhs", "or", "org"})


@dataclass(frozen=True)
class Opening:
    """One position of the time that is looked at, and who had it."""

    countries: tuple[str, ...]
    #: names of the feeds that carried it
    feeds: frozenset[str]
    #: independent sources among them
    sources: frozenset[str]


@dataclass(frozen=True)
class Estimate:
    """How many openings there were, and what share of them we saw."""

    #: "US", "*" for anywhere, "all"
    country: str
    seen: int
    #: seen by more than one source
    twice: int
    #: estimated openings with their 95% interval; None: too few to tell
    total: tuple[float, float, float] | None
    method: str

    @property
    def share(self) -> tuple[float, float, float] | None:
        """The share that we saw, with its interval, between 0 and 1."""
        if self.total is None:
            return None
        best, low, high = self.total
        return self.seen / best, self.seen / high, self.seen / low


@dataclass(frozen=True)
class Share:
    """What one feed adds."""

    feed: str
    seen: int
    #: what no other feed had
    alone: int


@dataclass(frozen=True)
class Coverage:
    """All of it."""

    estimates: tuple[Estimate, ...]
    feeds: tuple[Share, ...]


def source_of(kind: str, url: str) -> str:
    """Which independent source a feed is: all employers' own sites are one, a board's several feeds are one."""
    if kind in OWN_SITES:
        return EMPLOYERS
    credit = KINDS[kind].credit if kind in KINDS else ""
    if credit:
        return credit
    host = (urlsplit(url).hostname or urlsplit(url).path).removeprefix("www.")
    return _site(host.split(".")) if url.startswith("http") else host


def _site(labels: Sequence[str]) -> str:
    """What of a host name one owner has: the last two labels, or three below names that a country shares."""
    is_shared = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SHARED
    return ".".join(labels[-3 if is_shared else -2 :])


def coverage(openings: Sequence[Opening], countries: Collection[str] = ()) -> Coverage:
    """The estimate for all openings, then for each country (or those that are named), the largest first."""
    by_country = Counter(c for o in openings for c in o.countries)
    wanted = [c for c, _ in sorted(by_country.items(), key=lambda item: (-item[1], item[0]))]
    chosen = [c for c in wanted if not countries or c in countries]
    estimates = [estimate("all", openings)]
    estimates += [estimate(c, [o for o in openings if c in o.countries]) for c in chosen]
    return Coverage(tuple(estimates), tuple(_shares(openings)))


def _shares(openings: Iterable[Opening]) -> list[Share]:
    seen: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    for opening in openings:
        seen.update(opening.feeds)
        if len(opening.feeds) == 1:
            alone.update(opening.feeds)
    shares = [Share(feed, n, alone[feed]) for feed, n in seen.items()]
    return sorted(shares, key=lambda s: (-s.alone, -s.seen, s.feed))


def estimate(country: str, openings: Sequence[Opening]) -> Estimate:
    """How many openings there were, from which independent sources saw which."""
    had = Counter(source for o in openings for source in o.sources)
    times = Counter(len(o.sources) for o in openings)
    seen, twice = len(openings), sum(n for k, n in times.items() if k > 1)
    if seen < LEAST_SEEN or twice < LEAST_TWICE:
        why = f"too few to tell: {seen} seen, {twice} of them by two sources"
        return Estimate(country, seen, twice, None, why)
    if len(had) == 2:
        return Estimate(country, seen, twice, _chapman(had, twice, seen), "Chapman, two sources")
    return Estimate(country, seen, twice, _chao(times, len(had), seen), f"Chao, {len(had)} sources: at least")


def _chapman(had: Mapping[str, int], both: int, seen: int) -> tuple[float, float, float]:
    one, other = had.values()
    total = (one + 1) * (other + 1) / (both + 1) - 1
    variance = (one + 1) * (other + 1) * (one - both) * (other - both) / ((both + 1) ** 2 * (both + 2))
    return _interval(total, variance, seen)


def _chao(times: Mapping[int, int], sources: int, seen: int) -> tuple[float, float, float]:
    once, two = times.get(1, 0), times.get(2, 0)
    weight = (sources - 1) / sources
    unseen = weight * once * (once - 1) / (2 * (two + 1))
    variance = (
        weight * once * (once - 1) / (2 * (two + 1))
        + weight**2 * once * (2 * once - 1) ** 2 / (4 * (two + 1) ** 2)
        + weight**2 * once**2 * two * (once - 1) ** 2 / (4 * (two + 1) ** 4)
    )
    return _interval(seen + unseen, variance, seen)


def _interval(total: float, variance: float, seen: int) -> tuple[float, float, float]:
    """The estimate between its bounds: what was not seen is taken as log-normal."""
    unseen = total - seen
    if unseen <= 0:
        return float(seen), float(seen), float(seen)
    factor = math.exp(1.96 * math.sqrt(math.log1p(variance / unseen**2)))
    return total, seen + unseen / factor, seen + unseen * factor
