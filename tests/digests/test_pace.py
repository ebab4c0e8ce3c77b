"""How fast mail may leave: what the rates allow, by what has left."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from ctm_alerts.digests.pace import Allowance, Gone, allowance, begin_of_day, pick, spent
from ctm_alerts.settings.mail import MailGroup, MailRates

NOW = datetime(2026, 11, 2, 7, 0, tzinfo=timezone.utc)
GOOGLE = MailGroup(("gmail.com", "googlemail.com"), per_minute=60, connections=2)


def gone(
    minute: dict[str, int] | None = None,
    moment: dict[str, int] | None = None,
    today: int = 0,
    first_day: date | None = None,
) -> Gone:
    return Gone(minute or {}, moment or {}, today, first_day)


def test_without_rates_nothing_is_limited() -> None:
    rates = MailRates()
    left = allowance(rates, gone({"a.example": 10**6}), NOW)
    assert (rates.limit, left) == (False, Allowance(None, {}, None))
    assert pick([(1, "a.example"), (2, "b.example")], rates, left)[0] == [1, 2]


def test_a_tenth_of_a_minute_s_mails_may_leave_in_a_moment() -> None:
    rates = MailRates(per_minute=60)
    assert allowance(rates, gone(), NOW).total == 6
    assert allowance(rates, gone({"a.example": 4}, {"a.example": 4}), NOW).total == 2
    assert allowance(rates, gone({"a.example": 57}), NOW).total == 3
    assert allowance(rates, gone({"a.example": 70}), NOW).total == 0


def test_a_rate_below_ten_is_still_a_rate() -> None:
    assert allowance(MailRates(per_minute=3), gone(), NOW).total == 1


def test_the_domains_of_a_group_are_counted_together() -> None:
    rates = MailRates(groups=(GOOGLE,))
    left = allowance(rates, gone({"gmail.com": 30, "googlemail.com": 28}), NOW)
    assert left == Allowance(None, {"gmail.com": 2}, None)
    waiting = [(1, "gmail.com"), (2, "b.example"), (3, "googlemail.com"), (4, "gmail.com"), (5, "b.example")]
    picked, after = pick(waiting, rates, left)
    assert (picked, after.of("gmail.com")) == ([1, 2, 3, 5], 0)
    assert spent(rates, after) == {"gmail.com", "googlemail.com"}


def test_each_domain_without_a_group_has_its_own_rate() -> None:
    rates = MailRates(per_domain=20, groups=(MailGroup(("free.example",)),))
    left = allowance(rates, gone({"a.example": 19}), NOW)
    waiting = [
        (n, d) for n, d in enumerate(["a.example", "b.example", "a.example", "b.example", "b.example"])
    ]
    picked, after = pick(waiting, rates, left)
    assert picked == [0, 1, 3]
    assert spent(rates, after) == {"a.example", "b.example"}
    assert pick([(n, "free.example") for n in range(50)], rates, left)[0] == list(range(50))


def test_a_warm_up_gives_each_day_its_most_and_then_ends() -> None:
    rates = MailRates(warm_up=(50, 100))
    assert allowance(rates, gone(), NOW).total == 50
    assert allowance(rates, gone(today=20, first_day=NOW.date()), NOW).total == 30
    assert allowance(rates, gone(today=99, first_day=date(2026, 11, 1)), NOW).total == 1
    assert allowance(rates, gone(today=100, first_day=date(2026, 11, 1)), NOW).total == 0
    assert allowance(rates, gone(today=500, first_day=date(2026, 10, 31)), NOW).total is None


def test_a_day_of_the_warm_up_begins_at_midnight_utc() -> None:
    late = datetime(2026, 11, 2, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    assert begin_of_day(late) == datetime(2026, 11, 3, tzinfo=timezone.utc)


def test_the_smallest_limit_counts() -> None:
    rates = MailRates(per_minute=600, warm_up=(5,))
    assert allowance(rates, gone(), NOW).total == 5


def test_one_slow_system_leaves_a_connection_to_the_others() -> None:
    rates = MailRates(groups=(GOOGLE, MailGroup(("small.example",), connections=9)))
    systems = ("gmail.com", "small.example", "other.example")
    assert [rates.connections(s, 4) for s in systems] == [2, 4, 3]
    assert [rates.connections(s, 1) for s in systems] == [1, 1, 1]


_DOMAINS = st.sampled_from(["gmail.com", "googlemail.com", "a.example", "b.example"])


@given(
    waiting=st.lists(_DOMAINS, max_size=40),
    per_minute=st.none() | st.integers(1, 200),
    per_domain=st.none() | st.integers(1, 200),
    google=st.none() | st.integers(1, 200),
    before=st.dictionaries(_DOMAINS, st.integers(0, 100)),
)
def test_no_choice_goes_over_a_rate_and_none_is_smaller_than_it_must(
    waiting: list[str],
    per_minute: int | None,
    per_domain: int | None,
    google: int | None,
    before: dict[str, int],
) -> None:
    rates = MailRates(per_minute, per_domain, groups=(MailGroup(("gmail.com", "googlemail.com"), google),))
    left = allowance(rates, gone(before), NOW)
    picked, after = pick(list(enumerate(waiting)), rates, left)
    assert picked == sorted(set(picked))
    sent = [*(d for domain, count in before.items() for d in [domain] * count), *(waiting[n] for n in picked)]
    for system, most in (("gmail.com", google), ("a.example", per_domain), ("b.example", per_domain)):
        new = sum(rates.system(waiting[n]) == system for n in picked)
        if most is not None and new:
            assert sum(rates.system(d) == system for d in sent) <= most
    if per_minute is not None and picked:
        assert len(sent) <= per_minute
    passed_over = [waiting[n] for n in range(len(waiting)) if n not in picked]
    assert all(after.total == 0 or after.of(rates.system(domain)) == 0 for domain in passed_over)
