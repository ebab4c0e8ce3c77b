"""The promise under random lives: whatever happens in whatever order, both sums hold and nothing is told twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from ctm_alerts.subscribers.subscriber import Rhythm
from tests.laws import judge, rows
from tests.laws.model import Person
from tests.laws.sources import COUNTRY_OF, EMPLOYERS, TIER_OF, FeedName, Opening
from tests.laws.wire import FATES
from tests.laws.world import World, database_at, empty_sqlite

UTC = timezone.utc
#: days before Berlin and New York leave summer time, and before New York enters it
BEGINNINGS = (datetime(2026, 10, 22, 5, tzinfo=UTC), datetime(2027, 3, 10, 5, tzinfo=UTC))
STEPS = tuple(
    timedelta(**step)
    for step in (
        {"minutes": 5}, {"minutes": 16}, {"minutes": 61}, {"hours": 5}, {"hours": 11}, {"days": 1}, {"days": 3},
        {"days": 8}, {"days": 23}, {"days": 95},
    )
)  # fmt: skip
ZONES = ("America/New_York", "Europe/Berlin", "Pacific/Auckland", "Australia/Lord_Howe", "UTC")
RHYTHMS = st.builds(
    Rhythm,
    st.sampled_from(ZONES),
    st.sampled_from((0, 2 * 60 + 30, 7 * 60 + 15, 23 * 60 + 45)),
    st.integers(1, 7),
    weekly=st.sampled_from((False, False, False, True)),
)
WISHES: tuple[dict[str, Any], ...] = (
    {"skills": ["T01"]},
    {"countries": ["US"]},
    {"countries": ["DE"]},
    {"countries": ["US", "DE"]},
    {"tiers": ["senior"]},
    {"tiers": ["junior"], "strict_tiers": True},
    {"countries": ["US"], "exclude": ["Larkfield"]},
)
FEEDS: tuple[frozenset[FeedName], ...] = (
    frozenset({"board"}),
    frozenset({"weekly"}),
    frozenset({"board", "weekly"}),
)
FEEDS_OR_NONE = st.sampled_from((frozenset[FeedName](), *FEEDS))
OPENINGS = st.tuples(
    st.sampled_from(tuple(TIER_OF)),
    st.sampled_from(tuple(COUNTRY_OF)),
    st.sampled_from(EMPLOYERS),
    st.sampled_from(FEEDS),
)
PEOPLE = st.tuples(
    st.sampled_from(("free", "plus")),
    RHYTHMS,
    st.lists(st.sampled_from(WISHES), min_size=1, max_size=2),
    st.sampled_from(("confirmed", "confirmed", "imported", "asked")),
)
GOING_AND_COMING = ("pause", "resume", "unsubscribe", "come_back_weekly", "ask_again", "confirm")
FATES_OF_SOME = st.lists(st.one_of(st.just("taken"), st.sampled_from(FATES)), max_size=3)
MOST_PEOPLE, MOST_OPENINGS = 4, 40
PICK = st.integers(0, 30)


#: what may happen, how often beside the others, and with what
EVENTS: dict[str, tuple[int, dict[str, st.SearchStrategy[Any]]]] = {
    "time_passes": (2, {"step": st.sampled_from(STEPS)}),
    "days_pass": (
        5,
        {
            "step": st.sampled_from(
                (timedelta(hours=5), timedelta(hours=13), timedelta(days=1), timedelta(days=4))
            ),
            "news": st.lists(OPENINGS, min_size=3, max_size=6),
            "fates": FATES_OF_SOME,
            "meanwhile": st.sampled_from(("", "unsubscribe", "pause", "plan", "drop", "merge", "merge")),
            "pick": PICK,
        },
    ),
    "ingest": (
        1,
        {
            "feed": st.sampled_from(("board", "weekly")),
            "mood": st.sampled_from(("well", "well", "down", "dies")),
        },
    ),
    "dispatch": (2, {"mails_left": st.sampled_from((None, None, None, 0, 1))}),
    "deliver": (2, {"fates": FATES_OF_SOME}),
    "publish": (1, {"openings": st.lists(OPENINGS, min_size=1, max_size=4)}),
    "an_opening_changes": (
        3,
        {
            "pick": PICK,
            "what": st.sampled_from(("words", "pay", "place", "feeds", "listing")),
            "feeds": FEEDS_OR_NONE,
        },
    ),
    "an_operator_acts": (1, {"what": st.sampled_from(("release", "drop", "open anew")), "pick": PICK}),
    "merge": (1, {"keep": PICK, "gone": PICK}),
    "split": (1, {"pick": PICK, "which": PICK}),
    "join": (1, {"person": PEOPLE}),
    "edit_a_profile": (2, {"pick": PICK, "which": st.integers(0, 1), "wishes": st.sampled_from(WISHES)}),
    "change_plan": (
        2,
        {"pick": PICK, "plan": st.sampled_from(("free", "plus")), "days": st.sampled_from((None, 1, 10))},
    ),
    "move": (1, {"pick": PICK, "rhythm": RHYTHMS}),
    "go_or_come_back": (
        3,
        {"pick": PICK, "days": st.sampled_from((1, 10, 30)), "what": st.sampled_from(GOING_AND_COMING)},
    ),
}
_WEIGHTED = [name for name, (weight, _) in EVENTS.items() for _ in range(weight)]
# one rule for all of them: hypothesis leaves out half of the rules of each life, and a life without rounds tells nothing
STEPS_OF_LIFE = st.sampled_from(_WEIGHTED).flatmap(
    lambda name: st.tuples(st.just(name), st.fixed_dictionaries(EVENTS[name][1]))
)


class Ledger(RuleBasedStateMachine):
    """Sources, people, operators and crashes in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.world: World | None = None

    def teardown(self) -> None:
        if self.world is not None:
            self.world.close()

    @initialize(
        begin=st.sampled_from(BEGINNINGS),
        ambiguous=st.sampled_from(("resend", "hold")),
        can_be_asked=st.booleans(),
        openings=st.lists(OPENINGS, max_size=5),
        people=st.lists(PEOPLE, min_size=1, max_size=2),
    )
    def open(self, begin: datetime, ambiguous: Any, can_be_asked: bool, openings: Any, people: Any) -> None:
        self.world = World(self.make_url(), begin, ambiguous, can_be_asked)
        self.publish(openings)
        self.w.add_feed("board")
        self.w.add_feed("weekly")
        self.w.ingest()
        for person in people:
            self.join(person)

    def make_url(self) -> str:
        return empty_sqlite()

    @property
    def w(self) -> World:
        assert self.world is not None
        return self.world

    def someone(self, pick: int) -> Person:
        people = list(self.w.people.values())
        return people[pick % len(people)]

    @rule(step=STEPS_OF_LIFE)
    def happens(self, step: tuple[str, dict[str, Any]]) -> None:
        name, args = step
        getattr(self, name)(**args)

    # ---- time and rounds

    def time_passes(self, step: timedelta) -> None:
        self.w.now += step

    def days_pass(
        self, step: timedelta, news: list[Any], fates: list[Any], meanwhile: str, pick: int
    ) -> None:
        """The service at work: all three rounds, again and again, each time something new, and once someone in a hurry."""
        for opening in news:
            self.w.tick(step)
            self.publish([opening])
            self.w.ingest()
            if meanwhile == "merge":
                self.merge(0, pick)
            self.w.dispatch()
            self.between(meanwhile, pick)
            self.w.deliver(tuple(fates))
            fates, meanwhile = [], ""

    def between(self, what: str, pick: int) -> None:
        """What happens while a mail is written and not sent yet."""
        with self.w.read() as connection:
            waiting = rows.people_with_mail(connection)
        if not waiting or not what or what == "merge":
            return
        pick = list(self.w.people).index(waiting[pick % len(waiting)])
        person = self.someone(pick)
        if what == "plan":
            self.w.set_plan(person, "free" if person.plan == "plus" else "plus", None)
        elif what in GOING_AND_COMING:
            self.go_or_come_back(pick, 1, what)
        else:
            self.w.settle_by_hand(what, pick)

    def ingest(self, feed: FeedName, mood: Any) -> None:
        self.w.ingest({feed: mood})

    def dispatch(self, mails_left: int | None) -> None:
        self.w.dispatch(mails_left)

    def deliver(self, fates: list[Any]) -> None:
        self.w.deliver(tuple(fates))

    # ---- sources

    def publish(self, openings: Any) -> None:
        for prefix, place, employer, feeds in openings:
            number = len(self.w.sources.openings) + 1
            if number <= MOST_OPENINGS:
                self.w.publish(Opening(number, prefix, place, employer, self.w.now, feeds))

    def an_opening_changes(self, pick: int, what: str, feeds: frozenset[FeedName]) -> None:
        """Edited, taken down, brought back, carried by another feed too, or listed under another id."""
        openings = list(self.w.sources.openings.values())
        if not openings:
            return
        opening, places = openings[pick % len(openings)], list(COUNTRY_OF)
        edits: dict[str, dict[str, Any]] = {
            "words": {"words": opening.words + 1},
            "pay": {"pay": (opening.pay or 100_000) + 5_000},
            "place": {"place": places[(places.index(opening.place) + 1) % len(places)]},
            "feeds": {"feeds": feeds},
            "listing": {"listing": opening.listing + 1},
        }
        self.w.publish(replace(opening, **edits[what]))

    # ---- admins and operators

    def an_operator_acts(self, what: Any, pick: int) -> None:
        if what == "open anew":
            self.w.reopen()
        else:
            self.w.settle_by_hand(what, pick)

    def merge(self, keep: int, gone: int) -> None:
        """Two postings are one position: one of the three newest, and any other."""
        with self.w.read() as connection:
            ids = [p.id for p in rows.all_postings(connection).values() if p.merged_into is None]
        if len(ids) > 1:
            new, old = ids[-1 - keep % min(3, len(ids))], ids[gone % len(ids)]
            self.w.merge(*((new, old) if gone % 2 else (old, new)))

    def split(self, pick: int, which: int) -> None:
        """One of the copies of a posting is another position."""
        copies: dict[int, list[int]] = {}
        with self.w.read() as connection:
            for sighting in rows.all_sightings(connection):
                copies.setdefault(sighting.posting_id, []).append(sighting.id)
        several = [p for p, ids in copies.items() if len(ids) > 1]
        if several:
            posting = several[pick % len(several)]
            self.w.split(posting, [copies[posting][which % len(copies[posting])]])

    # ---- people

    def join(self, person: Any) -> None:
        if len(self.w.people) >= MOST_PEOPLE:
            return
        plan, rhythm, wishes, how = person
        email = f"reader{len(self.w.people)}@people.example"
        self.w.join(email, plan, rhythm, tuple(wishes), how=how)

    def edit_a_profile(self, pick: int, which: int, wishes: dict[str, Any]) -> None:
        person = self.someone(pick)
        self.w.edit(person, person.searches[which % len(person.searches)], wishes)

    def change_plan(self, pick: int, plan: Any, days: int | None) -> None:
        until = None if days is None or plan == "free" else self.w.now + timedelta(days=days)
        self.w.set_plan(self.someone(pick), plan, until)

    def move(self, pick: int, rhythm: Rhythm) -> None:
        self.w.set_rhythm(self.someone(pick), rhythm)

    def go_or_come_back(self, pick: int, days: int, what: str) -> None:
        """A pause, its end, an unsubscribe, and the ways back."""
        person = self.someone(pick)
        if what == "pause":
            self.w.pause(person, self.w.now + timedelta(days=days))
        else:
            getattr(self.w, what)(person)

    # ---- laws

    @invariant()
    def the_laws_hold(self) -> None:
        if self.world is not None:
            judge.always(self.world)


class LedgerOnPostgres(Ledger):
    """The same lives on PostgreSQL."""

    urls: ClassVar[Callable[[], str]]

    def make_url(self) -> str:
        url = type(self).urls()
        database_at(url).migrate()
        return url

    def teardown(self) -> None:
        super().teardown()
        database_at.cache_clear()


#: to find the shortest of long lives takes longer than to play them; the blob that is printed plays it again
_WITHOUT_SHRINKING = tuple(p for p in Phase if p not in (Phase.shrink, Phase.explain))


def play(machine: type[Ledger], examples: int, steps: int, phases: Sequence[Phase] = tuple(Phase)) -> None:
    """Random lives of so many steps; of short ones, what broke a law is told as the shortest that breaks it."""
    run_state_machine_as_test(  # type: ignore[no-untyped-call]  # hypothesis has no type for it
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            print_blob=True,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_laws_hold_in_short_lives() -> None:
    play(Ledger, 20, 20)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_the_laws_hold_in_long_lives() -> None:
    play(Ledger, 80, 40, _WITHOUT_SHRINKING)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_the_laws_hold_on_postgresql(postgres: Callable[[], str]) -> None:
    LedgerOnPostgres.urls = staticmethod(postgres)
    play(LedgerOnPostgres, 10, 20, _WITHOUT_SHRINKING)
