"""A feed's faults are told once and their end once, by mail to whoever is named, and a sudden collapse closes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import get_args

import pytest

from ctm_alerts.digests.period import NewMail
from ctm_alerts.emails import FeedNotice
from ctm_alerts.feeds.aftermath import GONE
from ctm_alerts.feeds.health import FaultName
from ctm_alerts.flows.health import REMEDIES, Notice, Watch
from ctm_alerts.worker.local import Rounds
from tests.flows.house import DAY, HOUR, House, Opening, house
from tests.people import ALICE, NOW

ALL = [Opening(n) for n in range(30)]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path, CTM_ALERTS_ADMIN="admin@board.example") as made:
        made.feed(*ALL)
        yield made


def look(home: House, at: datetime, *openings: Opening) -> None:
    """One round of the service at that moment, over a board that holds these."""
    home.board(*openings)
    due(home, at)
    Rounds(home.app, lambda: at).ingest()
    home.deliver(at)


def due(home: House, at: datetime) -> None:
    """All feeds may be asked at that moment."""
    home.sql("UPDATE feeds SET next_check_at = :at", at=at.replace(tzinfo=None).isoformat(" "))


def a_week(home: House) -> datetime:
    """Seven looks, each with a new opening; the moment of the last one."""
    for day in range(7):
        look(home, NOW + day * DAY, *ALL, *[Opening(100 + n) for n in range(day)])
    return NOW + 6 * DAY


def mails(home: House) -> list[EmailMessage]:
    """What the admin got, in the order of sending."""
    read = [message_from_bytes(p.read_bytes(), policy=policy.default) for p in home.folder.rglob("*.eml")]
    told = [m for m in read if isinstance(m, EmailMessage) and m["To"] == "admin@board.example"]
    return sorted(told, key=lambda m: m["Date"].datetime)


def words(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


def test_a_feed_that_does_what_it_always_did_is_no_news(home: House) -> None:
    a_week(home)
    assert (mails(home), home.app.health.seen()) == ([], [])
    assert home.app.feeds.health() == (1, 1)


def test_a_fault_is_told_once_and_its_end_once_with_the_digests_that_went_meanwhile(home: House) -> None:
    last = a_week(home)
    home.person(plan="plus", rhythm=ALICE.rhythm, at=last)
    look(home, last + HOUR)
    look(home, last + 2 * HOUR)
    home.dispatch(last + 2 * HOUR)  # the first digest of someone
    assert [m["Subject"] for m in mails(home)] == ["board: no items"]
    assert "Answered well and held nothing; it used to hold 33 entries." in words(mails(home)[0])
    assert home.app.feeds.health() == (0, 1)
    look(home, last + 3 * HOUR, *ALL)
    assert [m["Subject"] for m in mails(home)] == ["board: no items", "board: no items, over"]
    assert "1 digest went out meanwhile" in words(mails(home)[1])
    assert home.app.feeds.health() == (1, 1)
    (seen,) = home.app.health.seen()
    assert (seen.name, seen.since, seen.over_at, seen.digests) == (
        "no items", last + HOUR, last + 3 * HOUR, 1,
    )  # fmt: skip


def test_a_sudden_collapse_closes_nothing_for_a_day_and_then_it_is_believed(home: House) -> None:
    last = a_week(home)
    for hours in (1, 2, 8, 20):
        look(home, last + hours * HOUR, *ALL[:2])
    assert {closed for _, _, closed in home.postings()} == {""}
    for hours in (26, 27):
        look(home, last + hours * HOUR, *ALL[:2])
    assert sum(closed == "left board" for _, _, closed in home.postings()) == 34


def test_each_fault_has_its_remedy() -> None:
    assert set(REMEDIES) == set(get_args(FaultName))


def test_a_fault_of_a_feed_that_is_read_every_hour_is_told_once_and_lasts_until_it_is_over(
    home: House,
) -> None:
    last = a_week(home)
    for hours in range(1, 31):
        look(home, last + hours * HOUR)
    assert [m["Subject"] for m in mails(home)] == ["board: no items"]
    look(home, last + 31 * HOUR, *ALL)
    assert [m["Subject"] for m in mails(home)] == ["board: no items", "board: no items, over"]


def test_what_lasts_a_month_is_told_as_what_the_feed_does(home: House) -> None:
    last = a_week(home)
    for day in range(1, 33):
        look(home, last + day * DAY)
    assert [m["Subject"] for m in mails(home)] == ["board: no items", "board: no items, over"]
    assert "counts from now on as what this feed does" in words(mails(home)[1])


def test_a_notice_of_a_worker_that_died_before_it_was_written_is_told_by_the_next_one(home: House) -> None:
    last = a_week(home)

    def dies(*_: object) -> None:
        raise RuntimeError("killed")

    home.board()
    due(home, last + HOUR)
    home.ingest(last + HOUR)
    with pytest.raises(RuntimeError, match="killed"):
        Watch(home.app.health, dies).round(home.app.feeds.all(), last + HOUR)
    look(home, last + 2 * HOUR)
    look(home, last + 3 * HOUR)
    assert [m["Subject"] for m in mails(home)] == ["board: no items"]


def test_of_two_workers_that_would_tell_the_same_one_does(home: House) -> None:
    last = a_week(home)
    home.board()
    due(home, last + HOUR)
    home.ingest(last + HOUR)
    told = []

    def late(notices: Sequence[Notice], now: datetime) -> NewMail:
        told.append(home.app.watch().round([], now))  # the other one is faster
        lines = [FeedNotice(n.feed, n.name, n.says) for n in notices]
        return home.app.writer().notice(lines, "admin@board.example", now + HOUR)

    assert Watch(home.app.health, late).round(home.app.feeds.all(), last + HOUR) == []
    assert [[n.name for n in notices] for notices in told] == [["no items"]]
    assert home.sql("SELECT count(*) FROM outbox") == [(1,)]


def test_two_rounds_of_one_moment_lose_no_notice(home: House) -> None:
    last = a_week(home)
    home.feed(*ALL, name="other")
    for day in range(1, 6):
        look(home, last + day * DAY, *ALL)
    at = last + 6 * DAY
    for name in ("board", "other"):
        home.board(name=name)
    due(home, at)
    home.ingest(at)
    for feed in home.app.feeds.all():
        home.app.watch().round([feed], at)
    assert home.sql("SELECT count(*) FROM outbox WHERE purpose = 'notice'") == [(2,)]


def test_a_feed_that_is_paused_since_its_source_says_that_it_is_gone_is_told_too(home: House) -> None:
    last = a_week(home)
    reason = f"{GONE[0]} on 2026-11-26: find its new address, or leave it paused"
    home.app.feeds.set_state("1", "paused", reason, last)
    for hours in (1, 2):
        home.app.watch().round(home.app.feeds.all(), last + hours * HOUR)
    home.deliver(last + 2 * HOUR)
    assert [m["Subject"] for m in mails(home)] == ["board: gone"]
    home.app.feeds.set_state("1", "active", "", last + 3 * HOUR)
    look(home, last + 3 * HOUR, *ALL)
    assert [m["Subject"] for m in mails(home)] == ["board: gone", "board: gone, over"]


def test_errors_are_a_fault_when_they_lasted_a_day(home: House) -> None:
    last = a_week(home)
    (home.folder / "board.json").unlink()
    for hours in (1, 6, 12, 18, 30, 42):
        at = last + hours * HOUR
        home.sql("UPDATE feeds SET next_check_at = :at", at=at.replace(tzinfo=None).isoformat(" "))
        Rounds(home.app, lambda at=at: at).ingest()  # type: ignore[misc]  # bound at once
        home.deliver(at)
    (mail,) = mails(home)
    assert mail["Subject"] == "board: errors"
    assert "Failed 5 times in a row: no such file" in words(mail)
    look(home, last + 50 * HOUR, *ALL)
    assert [m["Subject"] for m in mails(home)] == ["board: errors", "board: errors, over"]


def test_a_failed_look_says_nothing_of_what_ailed_the_listing_before(home: House) -> None:
    last = a_week(home)
    look(home, last + HOUR)
    (home.folder / "board.json").unlink()
    at = last + 2 * HOUR
    home.sql("UPDATE feeds SET next_check_at = :at", at=at.replace(tzinfo=None).isoformat(" "))
    Rounds(home.app, lambda: at).ingest()
    assert [s.over_at for s in home.app.health.seen()] == [None]


def test_a_notice_passes_where_the_subscriber_list_is_empty_and_is_never_counted_as_a_period(
    home: House,
) -> None:
    last = a_week(home)
    look(home, last + HOUR)
    assert home.sql("SELECT purpose, subscriber_id, status FROM outbox") == [("notice", None, "sent")]
    assert home.breaches(last + HOUR) == []


def test_a_feed_that_rests_is_asked_less_often_until_it_brings_something_new(home: House) -> None:
    at, waits = NOW, []
    for _ in range(10):
        home.ingest(at)
        feed = home.app.feeds.get("board")
        waits.append((feed.next_check_at - at) // HOUR)
        at = feed.next_check_at
    assert waits == [1, 1, 1, 1, 1, 1, 1, 1, 2, 2]
    home.board(*ALL, Opening(99))
    home.ingest(at)
    assert home.app.feeds.get("board").next_check_at - at == HOUR


def test_looks_of_long_ago_are_dropped_but_for_what_the_feed_listed_last(home: House) -> None:
    last = a_week(home)
    late = last + 200 * DAY
    (home.folder / "board.json").unlink()
    home.sql("UPDATE feeds SET next_check_at = :at", at=late.replace(tzinfo=None).isoformat(" "))
    home.ingest(late)
    assert home.sql("SELECT outcome FROM fetches ORDER BY id") == [("ok",), ("error",)]
    # what it listed at that one look counts: it lacks one of them at two looks, and that one is closed
    look(home, late + HOUR, *ALL[1:])
    look(home, late + 2 * HOUR, *ALL[1:])
    assert home.sql("SELECT count(*) FROM postings WHERE closed = 'left board' AND url LIKE '%/jobs/0'") == [
        (1,)
    ]
