"""What an entry means for what we know."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from ctm_alerts.feeds.feed import Entry
from ctm_alerts.postings.arrival import (
    NO_WORDS,
    Arrival,
    KnownPosting,
    decide,
    distinct,
    entry_fingerprint,
    origin_of,
)
from ctm_alerts.postings.identity import Keys
from ctm_alerts.postings.posting import Ad, Salary
from ctm_alerts.postings.record import Origin, ad_of, material_words, with_stated_pay
from tests.people import NOW, entry, posting, verdict

KEYS = Keys("41", "url:https://jobs.example/41", "position:northlight")
DAY = timedelta(days=1)
BY_LINK = Arrival("sighting", "7", by="address", because="the same address")
BY_NAMES = Arrival("sighting", "7", by="names", because="the same employer, title and place")


def known(
    number: str = "7", *, seen: datetime = NOW - DAY, text: str = "words", by: tuple[str, ...] = ("A",)
) -> KnownPosting:
    return KnownPosting(number, seen, text, frozenset(by))


def test_what_nobody_knows_is_new() -> None:
    assert decide("A", KEYS, "words", {}, NOW) == Arrival("new")


def test_the_same_url_on_another_feed_is_a_sighting_whatever_its_words() -> None:
    assert decide("B", KEYS, "other words", {"url:https://jobs.example/41": (known(),)}, NOW) == BY_LINK


def test_the_same_position_on_another_feed_is_a_sighting() -> None:
    assert decide("B", KEYS, "other words", {"position:northlight": (known(),)}, NOW) == BY_NAMES


def test_the_link_is_asked_before_the_position() -> None:
    both = {"position:northlight": (known("8"),), "url:https://jobs.example/41": (known("7"),)}
    assert decide("B", KEYS, "words", both, NOW) == BY_LINK


def test_two_source_ids_of_one_feed_with_other_words_are_two_positions() -> None:
    assert decide("A", KEYS, "other words", {"position:northlight": (known(),)}, NOW) == Arrival("new")


def test_two_source_ids_of_one_feed_with_the_same_words_are_one_position() -> None:
    assert decide("A", KEYS, "words", {"position:northlight": (known(),)}, NOW) == BY_NAMES


def test_two_ids_of_one_feed_without_any_text_are_two_positions_while_both_are_listed() -> None:
    listed = known(text=NO_WORDS)
    by_name, by_link = {"position:northlight": (listed,)}, {"url:https://jobs.example/41": (listed,)}
    assert decide("A", KEYS, NO_WORDS, by_name, NOW, "ctm") == Arrival("new")
    gone = {"position:northlight": (replace(listed, left_as="ctm"),)}
    assert decide("A", KEYS, NO_WORDS, gone, NOW, "ctm") == BY_NAMES
    assert decide("A", KEYS, NO_WORDS, by_link, NOW, "ctm") == BY_LINK
    assert decide("B", KEYS, NO_WORDS, by_name, NOW, "ctm") == BY_NAMES


def test_of_two_openings_the_one_with_the_same_words_is_meant() -> None:
    two = {"position:northlight": (known("8", text="those"), known("7", text="these"))}
    assert decide("A", KEYS, "these", two, NOW) == BY_NAMES


@pytest.mark.parametrize(
    ("ago", "decided"),
    [
        (90 * DAY, BY_NAMES),
        (90 * DAY + timedelta(seconds=1), Arrival("new", repost_of="7")),
        (400 * DAY, Arrival("new", repost_of="7")),
    ],
)
def test_a_repost_is_the_same_for_90_days_and_new_later(ago: timedelta, decided: Arrival) -> None:
    assert decide("B", KEYS, "words", {"position:northlight": (known(seen=NOW - ago),)}, NOW) == decided


def test_a_living_posting_is_preferred_to_one_long_gone() -> None:
    two = {"position:northlight": (known("3", seen=NOW - 200 * DAY), known("7"))}
    assert decide("B", KEYS, "words", two, NOW) == BY_NAMES


# -- origin


@pytest.mark.parametrize(
    ("first_poll", "backfill", "posted", "origin"),
    [
        (False, 0, None, "new"),
        (False, 0, NOW - 100 * DAY, "new"),
        (True, 0, NOW, "baseline"),
        (True, 7, NOW - 7 * DAY, "new"),
        (True, 7, NOW - 7 * DAY - timedelta(seconds=1), "baseline"),
        (True, 7, None, "baseline"),
    ],
)
def test_what_a_feed_holds_at_its_first_poll_is_baseline_but_for_the_backfill(
    first_poll: bool, backfill: int, posted: datetime | None, origin: Origin
) -> None:
    said = entry(posted_at=posted)
    assert origin_of(said, first_poll=first_poll, backfill_days=backfill, now=NOW) == origin


# -- distinct


def test_an_entry_that_is_repeated_counts_once() -> None:
    assert distinct([entry(), entry()]) == (entry(),)


def test_an_id_that_is_repeated_with_another_link_is_another_entry() -> None:
    one, two, none = entry(url="https://j.example/1"), entry(url="https://j.example/2"), entry(url=None)
    longer = replace(two, id=f"{two.id} https://j.example/2")
    assert distinct([one, two, none, two]) == (one, longer)
    assert distinct([]) == ()


# -- fingerprints and material words


@pytest.mark.parametrize(
    "changed",
    [entry(title="CTM"), entry(company=None), entry(location="Leeds"), entry(description="x"), entry(remote=True),
     entry(salary_min=1.0), entry(salary_currency="USD"), entry(expires_at=NOW), entry(url="https://j.example/2"),
     entry(employment_type="Contract"), entry(salary_raw="80k"), entry(description="\ud800")],
)  # fmt: skip
def test_a_fingerprint_tells_that_an_entry_says_something_else(changed: Entry) -> None:
    assert entry_fingerprint(changed) != entry_fingerprint(entry())


def test_a_fingerprint_is_blind_to_when_it_was_posted_and_to_markup() -> None:
    assert entry_fingerprint(entry(posted_at=NOW, description_html="<b>x</b>")) == entry_fingerprint(entry())


def test_material_is_pay_place_workplace_and_closing_date() -> None:
    assert (
        material_words(verdict(), " Boston,  MA", NOW)
        == "128000.0-152000.0 USD/year|boston, ma|hybrid|2026-11-25"
    )
    assert material_words(verdict(salary=None, workplace="unknown"), None, None) == "||unknown|"


def test_a_closing_date_is_the_same_at_any_hour_of_its_day() -> None:
    assert material_words(verdict(), "x", NOW) == material_words(verdict(), "x", NOW + timedelta(hours=3))


# -- the record


def test_an_ad_is_what_an_entry_says_in_words() -> None:
    assert ad_of(entry(employment_type="Full-Time", salary_raw="$130k", remote=False)) == Ad(
        title="Senior Clinical Trial Manager",
        company="Northlight Bio, Inc.",
        location="Boston, MA",
        description=entry().description,
        employment_type="Full-Time",
        salary_raw="$130k",
        remote=False,
    )


def test_pay_in_fields_counts_where_the_text_states_none() -> None:
    said = entry(salary_min=90_000.0, salary_currency="USD", salary_period="year")
    assert with_stated_pay(verdict(salary=None), said) == verdict(
        salary=Salary(90_000.0, None, "USD", "year")
    )
    assert with_stated_pay(verdict(), said) == verdict()


@pytest.mark.parametrize(
    "said",
    [entry(salary_min=1.0, salary_period="year"), entry(salary_min=1.0, salary_currency="USD"),
     entry(salary_currency="USD", salary_period="year")],
)  # fmt: skip
def test_pay_without_figure_currency_or_period_is_not_pay(said: Entry) -> None:
    assert with_stated_pay(verdict(salary=None), said) == verdict(salary=None)


def test_a_posting_is_open_until_it_closes_or_expires() -> None:
    east = timezone(timedelta(hours=9))
    assert posting().is_open(NOW)
    assert posting(expires_at=NOW + DAY).is_open(NOW.astimezone(east))
    assert not posting(expires_at=NOW).is_open(NOW)
    assert not posting(closed="left Northlight").is_open(NOW)
