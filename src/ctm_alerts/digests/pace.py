"""How fast mail may leave: rates for all of it and for each receiving system, and the days of a warm-up.

What left lately is counted from the stored intents, so a rate holds over restarts and over any number of workers.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from ctm_alerts.settings.mail import MailRates

#: rates are per minute; within it no more than a tenth may leave in six seconds, so that a minute has no burst
MINUTE, MOMENT = timedelta(minutes=1), timedelta(seconds=6)
_MOMENTS = MINUTE / MOMENT


@dataclass(frozen=True)
class Gone:
    """What left lately, or is in a worker's hands to leave now, by domain."""

    minute: Mapping[str, int]
    moment: Mapping[str, int]
    #: since midnight UTC
    today: int
    #: the day of the very first mail, None before it
    first_day: date | None


@dataclass(frozen=True)
class Allowance:
    """How many mails may go at this moment: all together, and for each receiving system that is limited."""

    total: int | None
    systems: Mapping[str, int]
    #: for a system that `systems` does not name
    others: int | None

    def of(self, system: str) -> int | None:
        """What is left for one receiving system; None without a limit."""
        return self.systems.get(system, self.others)


def begin_of_day(now: datetime) -> datetime:
    """Midnight UTC, where a day of the warm-up begins."""
    return datetime.combine(now.astimezone(timezone.utc).date(), time(), timezone.utc)


def allowance(rates: MailRates, gone: Gone, now: datetime) -> Allowance:
    """What may still leave now, by what has left."""
    minute, moment = _by_system(rates, gone.minute), _by_system(rates, gone.moment)
    named = set(minute) | {g.domains[0] for g in rates.groups}
    systems = {
        system: _left(rate, minute[system], moment[system])
        for system in named
        if (rate := rates.of(system)) is not None
    }
    total = _smallest(
        None if rates.per_minute is None else _left(rates.per_minute, minute.total(), moment.total()),
        _left_today(rates.warm_up, gone, now),
    )
    others = None if rates.per_domain is None else _left(rates.per_domain, 0, 0)
    # a group without a rate of its own is not under the rate of the single domains
    free = {g.domains[0]: _WITHOUT_END for g in rates.groups if g.per_minute is None}
    return Allowance(total, systems | free, others)


def pick(
    waiting: Sequence[tuple[int, str]], rates: MailRates, left: Allowance
) -> tuple[list[int], Allowance]:
    """Those of the waiting mails (id, domain), in their order, that may go, and what is left after them."""
    picked: list[int] = []
    systems, total = dict(left.systems), left.total
    for mail, domain in waiting:
        system = rates.system(domain)
        own = systems.get(system, left.others)
        if total == 0:
            break
        if own == 0:
            continue
        picked.append(mail)
        total = None if total is None else total - 1
        if own is not None:
            systems[system] = own - 1
    return picked, Allowance(total, systems, left.others)


def spent(rates: MailRates, left: Allowance) -> frozenset[str]:
    """The domains that may not have one more mail now."""
    empty: Iterable[str] = (system for system, count in left.systems.items() if count == 0)
    return frozenset(domain for system in empty for domain in rates.domains(system))


_WITHOUT_END = 2**31


def _by_system(rates: MailRates, counts: Mapping[str, int]) -> Counter[str]:
    found: Counter[str] = Counter()
    for domain, count in counts.items():
        found[rates.system(domain)] += count
    return found


def _left(rate: int, in_minute: int, in_moment: int) -> int:
    return max(0, min(rate - in_minute, math.ceil(rate / _MOMENTS) - in_moment))


def _left_today(warm_up: Sequence[int], gone: Gone, now: datetime) -> int | None:
    today = begin_of_day(now).date()
    day = 0 if gone.first_day is None else (today - gone.first_day).days
    return max(0, warm_up[day] - gone.today) if 0 <= day < len(warm_up) else None


def _smallest(*limits: int | None) -> int | None:
    return min((limit for limit in limits if limit is not None), default=None)
