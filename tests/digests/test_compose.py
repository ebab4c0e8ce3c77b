"""What one period says: what is new, what waits, what is given up, and that the parts add up to the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctm_alerts.digests.compose import compose, near_misses
from ctm_alerts.digests.desk import STATES, Composition, Desk, Due, LedgerLine, Outcome, Standing, Told
from ctm_alerts.digests.digest import Digest, Note, Nothing, Sponsor
from ctm_alerts.guide import Guide, make_guide
from ctm_alerts.matching.index import Index
from ctm_alerts.postings.posting import TIERS
from ctm_alerts.postings.record import Posting
from ctm_alerts.settings import Settings, load
from tests.people import NOW, posting, profile, subscriber, verdict

LATER = NOW + timedelta(days=7)
US = profile(countries=("US",))


@cache
def defaults() -> Settings:
    return load({})


@cache
def guide() -> Guide:
    return make_guide(defaults().guide_tables)


def desk(postings: Sequence[Posting] = (), **changes: Any) -> Desk:
    """Alice's desk a week after her start, with these postings first seen three days after it."""
    base = Desk(
        subscriber=subscriber(),
        plan=defaults().plans["free"],
        due=Due("1", "regular", LATER),
        now=LATER,
        profiles=[US],
        index=Index(postings),
        told=(),
        standings={},
        known={p.id: p for p in postings},
        guide=guide(),
        feeds_healthy=2,
        feeds_total=2,
        postings_read=40,
        ctm_postings=4,
        read_since_mail=90,
        ctm_since_mail=9,
    )
    return replace(base, **changes)


def job(number: int, **changes: Any) -> Posting:
    seen = NOW + timedelta(days=3)
    values = {
        "id": str(number),
        "url": f"https://jobs.example/{number}",
        "company": f"Sponsor {number}",
        "first_seen_at": seen,
        "last_seen_at": seen,
    }
    return posting(**{**values, **changes})


def shown(made: Composition) -> list[str]:
    assert isinstance(made.mail, Digest)
    return [c.posting_id for c in made.mail.new_cards]


def states(made: Composition) -> dict[str, str]:
    return {o.posting_id: o.state for o in made.outcomes}


def test_what_was_first_seen_after_the_mark_is_new() -> None:
    made = compose(desk([job(1), job(2, first_seen_at=NOW - timedelta(days=1))]))
    assert shown(made) == ["1"]
    assert made.lines(LATER) == [LedgerLine("1", "new", 0, 1, LATER, LATER)]


def test_the_date_of_publication_decides_nothing() -> None:
    made = compose(desk([job(1, posted_at=NOW - timedelta(days=300))]))
    assert shown(made) == ["1"]


def test_a_row_that_was_committed_a_moment_late_is_still_new() -> None:
    assert shown(compose(desk([job(1, first_seen_at=NOW - timedelta(minutes=2))]))) == ["1"]


def test_baseline_postings_are_new_to_nobody_who_was_there() -> None:
    made = compose(desk([job(1, origin="baseline")]))
    assert (made.mail, made.matched) == (Nothing("no new postings"), 0)


def test_what_was_told_is_never_new_again() -> None:
    told = [Told("1", "new", 0, 1, NOW)]
    assert compose(desk([job(1)], told=told)).matched == 0


def test_closed_and_expired_postings_are_not_shown() -> None:
    made = compose(
        desk([job(1, closed="left Northlight"), job(2, expires_at=LATER - timedelta(hours=1)), job(3)])
    )
    assert shown(made) == ["3"]


def test_the_first_digest_shows_the_best_ten_of_any_origin_up_to_45_days_old() -> None:
    old = job(90, posted_at=LATER - timedelta(days=46))
    open_now = [job(n, origin="baseline", posted_at=LATER - timedelta(days=30 + n)) for n in range(1, 14)]
    made = compose(desk([*open_now, old], due=Due("1", "first", LATER)))
    assert isinstance(made.mail, Digest)
    assert [s.key for s in made.mail.sections] == ["open_now"]
    assert len(shown(made)) == 10
    assert made.sums == {"shown": 10, "carried": 0, "capped": 0, "below_bar": 3, "aged": 0, "closed": 0}
    assert made.mail.footnotes == ("3 more open postings fit less well and were left out.",)


def test_what_the_first_digest_weighed_is_not_new_later() -> None:
    weighed = {"1": Standing("below_bar", "1:1", 1, NOW)}
    just_before = job(1, first_seen_at=NOW - timedelta(minutes=5))
    assert compose(desk([just_before], standings=weighed)).matched == 0


def test_the_tier_beside_is_shown_lower_and_labelled_and_those_further_away_are_below_the_bar() -> None:
    wants = profile(countries=("US",), tiers=("senior",))
    jobs = [job(n, verdict=verdict(tier=tier)) for n, tier in enumerate(TIERS, start=1)]
    made = compose(desk(jobs, profiles=[wants]))
    assert isinstance(made.mail, Digest)
    assert [(s.key, [c.title for c in s.cards]) for s in made.mail.sections] == [
        ("new", ["Senior Clinical Trial Manager"]),
        ("stretch", ["Senior Clinical Trial Manager"] * 2),
    ]
    assert states(made) == {"3": "shown", "2": "shown", "4": "shown", "1": "below_bar"}
    assert [c.tier_note for c in made.mail.sections[1].cards] == [
        "One tier below Senior CTM, which you look for",
        "One tier above Senior CTM, which you look for",
    ]


def test_strict_tiers_show_no_other() -> None:
    wants = profile(tiers=("senior",), strict_tiers=True)
    made = compose(desk([job(1, verdict=verdict(tier="lead")), job(2)], profiles=[wants]))
    assert states(made) == {"2": "shown", "1": "below_bar"}


def test_below_the_bar_is_judged_once_per_profile_and_posting_revision() -> None:
    wants = profile(tiers=("junior",))
    judged = {"1": Standing("below_bar", "1:1", 1, NOW)}
    assert compose(desk([job(1)], profiles=[wants], standings=judged)).matched == 0
    edited = replace(wants, revision=2)
    assert states(compose(desk([job(1)], profiles=[edited], standings=judged))) == {"1": "below_bar"}
    assert states(compose(desk([job(1, revision=2)], profiles=[wants], standings=judged))) == {
        "1": "below_bar"
    }


def test_a_fourth_posting_of_one_employer_is_capped_and_comes_next_time() -> None:
    jobs = [job(n, company="Northlight Bio, Inc." if n % 2 else "Northlight Bio") for n in range(1, 6)]
    made = compose(desk(jobs))
    assert isinstance(made.mail, Digest)
    assert made.sums == {"shown": 3, "carried": 0, "capped": 2, "below_bar": 0, "aged": 0, "closed": 0}
    assert sum(int(note.split()[0]) for note in made.mail.footnotes) == 2
    waiting = {
        o.posting_id: Standing(o.state, "1:1", 1, o.since) for o in made.outcomes if o.state == "capped"
    }
    told = [Told(i, "new", 0, 1, LATER) for i in shown(made)]
    following = compose(desk(jobs, standings=waiting, told=told, now=LATER + timedelta(days=7)))
    assert sorted(shown(following)) == sorted(waiting)


def test_what_is_beyond_the_plans_size_is_carried_until_it_is_21_days_old() -> None:
    jobs = [job(n) for n in range(1, 31)]
    made = compose(desk(jobs))
    assert made.sums == {"shown": 25, "carried": 5, "capped": 0, "below_bar": 0, "aged": 0, "closed": 0}
    waiting = {
        o.posting_id: Standing("carried", "1:1", 1, o.since) for o in made.outcomes if o.state == "carried"
    }
    told = [Told(i, "new", 0, 1, LATER) for i in shown(made)]
    in_time = compose(desk(jobs, standings=waiting, told=told, now=LATER + timedelta(days=21)))
    assert sorted(shown(in_time)) == sorted(waiting)
    too_late = compose(desk(jobs, standings=waiting, told=told, now=LATER + timedelta(days=21, seconds=1)))
    assert too_late.sums["aged"] == 5


def test_what_was_carried_and_closed_meanwhile_is_counted_as_closed() -> None:
    gone = job(1, closed="left Northlight")
    waiting = {"1": Standing("carried", "1:1", 1, NOW)}
    made = compose(desk([], standings=waiting, known={"1": gone}))
    assert (made.matched, made.outcomes) == (1, (Outcome("1", "closed", "1:1", 1, NOW),))


def test_what_was_carried_and_matches_no_more_is_forgotten() -> None:
    waiting = {"1": Standing("carried", "1:1", 1, NOW)}
    wants = profile(countries=("DE",), revision=2)
    made = compose(desk([job(1)], profiles=[wants], standings=waiting))
    assert (made.matched, made.forgotten) == (0, ("1",))


def test_of_several_profiles_a_posting_is_shown_once_by_the_one_that_it_fits_best() -> None:
    wide, near = profile(id="1"), profile(id="2", tiers=("senior",), skills=("T01",))
    made = compose(desk([job(1)], profiles=[wide, near]))
    assert shown(made) == ["1"]
    assert len(made.outcomes) == 1


@pytest.mark.parametrize("silent", [0, 1, 3, 4])
def test_nothing_new_is_no_mail(silent: int) -> None:
    assert compose(desk(subscriber=subscriber(silent_periods=silent))).mail == Nothing("no new postings")


def test_the_third_silent_period_of_a_free_subscriber_brings_a_quiet_note() -> None:
    note = compose(desk(subscriber=subscriber(silent_periods=2))).mail
    assert isinstance(note, Note)
    assert note.kind == "quiet"


def test_seven_days_without_mail_bring_a_plus_subscriber_a_watch_note_with_the_nearest_misses() -> None:
    german = job(1, title="Clinical Trial Manager", verdict=verdict(countries=("DE",)))
    person = subscriber(plan="plus", last_mail_at=NOW)
    made = compose(desk([german], subscriber=person, plan=defaults().plans["plus"]))
    assert isinstance(made.mail, Note)
    assert (made.mail.kind, made.mail.near_misses) == (
        "watch",
        (("Clinical Trial Manager", "Sponsor 1", "in Germany, and you look in the United States"),),
    )
    assert made.mail.suggestion.startswith("Your wish for place alone kept out 1 posting")


def test_six_days_without_mail_bring_a_plus_subscriber_nothing() -> None:
    person = subscriber(plan="plus", last_mail_at=LATER - timedelta(days=6, hours=23))
    assert compose(desk(subscriber=person, plan=defaults().plans["plus"])).mail == Nothing("no new postings")


def test_a_near_miss_fails_just_one_gate_and_is_of_the_ctm_family() -> None:
    two_gates = job(1, verdict=verdict(countries=("DE",), tier="junior"))
    other_role = job(2, verdict=verdict(role="feeder", tier=None))
    wants = profile(countries=("US",), tiers=("senior",))
    assert near_misses(desk([two_gates, other_role], profiles=[wants])) == []


def test_a_material_change_of_what_was_shown_rides_with_the_next_digest_once() -> None:
    changed = job(1, revision=2)
    told = [Told("1", "new", 0, 1, NOW)]
    made = compose(desk([changed, job(2)], told=told))
    assert isinstance(made.mail, Digest)
    assert (made.mail.count, [s.key for s in made.mail.sections]) == (1, ["new", "changed"])
    assert made.lines(LATER) == [
        LedgerLine("2", "new", 0, 1, LATER, LATER),
        LedgerLine("1", "changed", 2, 2, LATER, LATER),
    ]
    again = compose(desk([changed, job(3)], told=[*told, Told("1", "changed", 2, 2, LATER)]))
    assert isinstance(again.mail, Digest)
    assert [s.key for s in again.mail.sections] == ["new"]


def test_a_change_alone_is_no_reason_for_a_mail() -> None:
    assert compose(desk([job(1, revision=2)], told=[Told("1", "new", 0, 1, NOW)])).mail == Nothing(
        "no new postings"
    )


def test_what_was_shown_and_closes_soon_or_closed_is_told_once() -> None:
    closing = job(1, expires_at=LATER + timedelta(days=2))
    closed = job(2, closed="left Northlight")
    told = [Told("1", "new", 0, 1, NOW), Told("2", "new", 0, 1, NOW)]
    made = compose(desk([closing, job(3)], told=told, known={"1": closing, "2": closed}))
    assert isinstance(made.mail, Digest)
    assert [(s.key, [c.posting_id for c in s.cards]) for s in made.mail.sections] == [
        ("new", ["3"]),
        ("closing", ["1"]),
        ("closed", ["2"]),
    ]


def test_an_advertisement_is_on_free_digests_only() -> None:
    sponsor = Sponsor("A course", "https://academy.example")
    free = compose(desk([job(1)], sponsor=sponsor)).mail
    plus = compose(desk([job(1)], sponsor=sponsor, plan=defaults().plans["plus"])).mail
    assert isinstance(free, Digest)
    assert isinstance(plus, Digest)
    assert (free.sponsor, plus.sponsor) == (sponsor, None)


def test_the_same_desk_gives_the_same_composition() -> None:
    jobs = [job(n) for n in range(1, 9)]
    assert compose(desk(jobs)) == compose(desk(jobs[::-1], index=Index(jobs)))


_JOBS = st.builds(
    lambda tier, country, company, days, closed, revision: {
        "verdict": verdict(tier=tier, countries=country),
        "company": company,
        "first_seen_at": LATER - timedelta(days=days),
        "closed": closed,
        "revision": revision,
    },
    st.sampled_from([*TIERS, None]),
    st.sampled_from([("US",), ("DE",), ("*",), ()]),
    st.sampled_from(["Northlight Bio", "Calderbrook GmbH", None]),
    st.integers(0, 60),
    st.sampled_from(["", "", "left Northlight"]),
    st.integers(1, 2),
)
_STANDINGS = st.builds(
    Standing,
    st.sampled_from(["carried", "capped", "below_bar", "aged", "closed"]),
    st.sampled_from(["1:1", "1:2", "2:1"]),
    st.integers(1, 2),
    st.integers(0, 40).map(lambda days: LATER - timedelta(days=days)),
)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(_JOBS, max_size=40),
    st.dictionaries(st.integers(1, 40), _STANDINGS, max_size=15),
    st.sets(st.integers(1, 40), max_size=10),
    st.sampled_from(["first", "regular", "catchup"]),
    st.sampled_from([(), ("senior",), ("junior", "mid")]),
)
def test_matched_is_always_the_sum_of_its_parts_and_nothing_told_is_told_again(
    jobs: list[dict[str, Any]],
    standings: dict[int, Standing],
    told: set[int],
    kind: Any,
    tiers: tuple[Any, ...],
) -> None:
    postings = [job(n, **changes) for n, changes in enumerate(jobs, start=1)]
    known = {p.id: p for p in postings}
    lines = [Told(str(n), "new", 0, 1, NOW) for n in told if str(n) in known]
    stand = {str(n): s for n, s in standings.items() if str(n) in known and n not in told}
    wants = [profile(id="1", countries=("US",), tiers=tiers), profile(id="2", workplace=("remote",))]
    made = compose(
        desk(
            [p for p in postings if p.is_open(LATER)],
            due=Due("1", kind, LATER),
            profiles=wants,
            told=lines,
            standings=stand,
            known=known,
        )
    )
    assert made.matched == sum(made.sums[s] for s in STATES) == len({o.posting_id for o in made.outcomes})
    assert not {t.posting_id for t in lines} & set(states(made))
    count = made.mail.count if isinstance(made.mail, Digest) else 0
    new = [line for line in made.lines(LATER) if line.kind == "new"]
    assert count == made.sums["shown"] == len(new)
    waiting = {i for i, s in stand.items() if s.state in ("carried", "capped")}
    assert waiting <= set(states(made)) | set(made.forgotten)
