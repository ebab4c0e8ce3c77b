"""The smallest lives that once broke a law, told one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from ctm_alerts.subscribers.subscriber import PlanName, Rhythm
from tests.laws import judge
from tests.laws.model import Person
from tests.laws.sources import EMPLOYERS, FeedName, Opening
from tests.laws.world import World, empty_sqlite

UTC = timezone.utc
#: a Thursday
BEGIN = datetime(2026, 11, 5, 12, tzinfo=UTC)
DAY = timedelta(days=1)
US = {"countries": ["US"]}
BOSTON, BERLIN = "Boston, MA, United States", "Berlin, Germany"
BOARD: frozenset[FeedName] = frozenset({"board"})


@pytest.fixture
def world() -> Iterator[World]:
    """A service whose board is empty so far."""
    made = World(empty_sqlite(), BEGIN)
    made.add_feed("board")
    made.ingest()
    yield made
    made.close()


def publish(world: World, place: str = BOSTON, **says: Any) -> Opening:
    number = len(world.sources.openings) + 1
    opening = Opening(number, "", place, EMPLOYERS[number % 3], world.now, BOARD)
    world.publish(replace(opening, **says))
    return opening


def reader(world: World, plan: PlanName = "free", **wishes: Any) -> Person:
    """Someone who looks in the United States, on Mondays at seven."""
    rhythm = Rhythm("UTC", 7 * 60, 1)
    return world.join("reader@people.example", plan, rhythm, (wishes or US,), how="confirmed")


def rounds(world: World, step: timedelta = timedelta(0)) -> None:
    """All three rounds after a time, and the laws."""
    world.tick(step)
    world.ingest()
    world.dispatch()
    world.deliver()
    judge.always(world)


def titles(world: World) -> list[str]:
    """What the relay took as new, in its order."""
    return [t for c in world.wire.copies for t in world.mails[c.message_id].titles]


def regular_days(world: World) -> list[str]:
    """On which days a regular digest was composed that says something."""
    kept = [d for d in world.digests.values() if d.kind == "regular" and d.count]
    return [f"{d.composed_at:%a %d}" for d in kept]


def test_who_comes_back_for_weekly_mail_gets_it_weekly_although_the_plan_is_daily(world: World) -> None:
    person = reader(world, "plus")
    world.unsubscribe(person)
    world.come_back_weekly(person)
    for _ in range(15):
        publish(world)
        rounds(world, DAY)
    assert regular_days(world) == ["Mon 09", "Mon 16"]


def test_who_never_confirmed_cannot_come_back_by_the_door_of_those_who_left(world: World) -> None:
    person = world.join("asked@people.example", "free", Rhythm("UTC"), (US,), how="asked")
    world.unsubscribe(person)
    assert not world.app.signup().resume_weekly(world.app.subscribers.get(person.id), world.now)
    assert world.app.subscribers.get(person.id).status == "gone"


def test_what_was_first_seen_while_someone_was_gone_is_not_new_when_they_return(world: World) -> None:
    person = reader(world)
    rounds(world)
    world.unsubscribe(person)
    publish(world)
    rounds(world, DAY)
    world.tick(50 * DAY)
    world.ask_again(person)
    world.confirm(person)
    for _ in range(9):
        rounds(world, DAY)
    assert titles(world) == []


def test_a_second_edit_does_not_take_back_what_the_first_one_reached(world: World) -> None:
    person = reader(world, countries=["DE"])
    opening = publish(world)
    for _ in range(6):  # with a Monday that found nothing
        rounds(world, DAY)
    world.edit(person, person.searches[0], {"countries": ["US", "DE"]})
    rounds(world, 3 * DAY)
    world.edit(person, person.searches[0], US)
    for _ in range(4):
        rounds(world, DAY)
    assert titles(world) == [opening.title]


def test_a_mail_that_may_have_arrived_keeps_its_rows_when_it_is_released_and_refused(world: World) -> None:
    held = World(empty_sqlite(), BEGIN, ambiguous="hold")
    held.add_feed("board")
    held.ingest()
    opening = publish(held)
    rounds(held, DAY)
    reader(held)
    held.dispatch()
    held.deliver(("taken and cut",))
    rounds(held, timedelta(hours=1))
    held.settle_by_hand("release", 0)
    held.deliver(("refused",))
    for _ in range(9):
        rounds(held, DAY)
    assert titles(held) == [opening.title]


def test_what_is_too_old_for_a_first_digest_is_not_lost_and_comes_with_the_next(world: World) -> None:
    reader(world)
    publish(world, published=BEGIN - 60 * DAY)
    world.tick(timedelta(hours=2))
    world.ingest()
    rounds(world, timedelta(minutes=1))  # the first digest; `prove` is one of the laws
    assert titles(world) == []
    rounds(world, 4 * DAY)
    assert len(titles(world)) == 1
