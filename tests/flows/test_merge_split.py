"""Merge and split through all flows: each position is told once, to all whom it was news to, and both sums hold."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from ctm_alerts.digests.compose import candidates, compose
from ctm_alerts.digests.digest import Digest
from ctm_alerts.flows.judge import explain
from ctm_alerts.matching.index import Index
from ctm_alerts.settings import mail_folder
from ctm_alerts.subscribers.subscriber import Rhythm, Subscriber
from tests.flows.house import DAY, HOUR, House, Opening
from tests.people import NOW

DAILY = Rhythm("UTC", 8 * 60)
OURS, THEIRS = Opening(1), Opening(2)
MORE = Opening(7)
WHY = "the same requisition"
RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>Board</title><item><guid>9</guid>
<title>Clinical Trial Manager, Cardiology</title><link>https://rss.example/9</link>
<description>You manage device trials. Remote, United States.</description></item></channel></rss>"""


@pytest.fixture
def home(home_on_either: House) -> House:
    return home_on_either


@pytest.fixture
def alice(home: House) -> Subscriber:
    """She gets mail each day at eight; two boards are polled for her, both empty so far."""
    person = home.person(plan="plus", rhythm=DAILY)
    home.feed(name="ours")
    home.feed(name="theirs")
    home.round(NOW)
    return home.again(person)


def boards(
    home: House, at: datetime, ours: tuple[Opening, ...] = (), theirs: tuple[Opening, ...] = ()
) -> None:
    """What both boards hold, read an hour before."""
    home.board(*ours, name="ours")
    home.board(*theirs, name="theirs")
    home.ingest(at - HOUR)


def number_of(home: House, opening: Opening) -> str:
    """The id of the posting that this opening is."""
    rows = home.sql("SELECT id FROM postings WHERE url = :url AND merged_into IS NULL", url=opening.url)
    return str(rows[0][0])


def merge(home: House, keep: Opening, gone: Opening, at: datetime) -> str:
    kept = number_of(home, keep)
    home.app.postings.merge(kept, number_of(home, gone), WHY, at)
    return kept


def split(home: House, posting: str, feed: str, at: datetime) -> str:
    """Part what one feed carries."""
    (sighting,) = [s.id for s in home.app.postings.dossier(posting).sightings if s.feed == feed]
    return home.app.postings.split(posting, [sighting], WHY, at)


def mails(home: House) -> list[tuple[str, list[str]]]:
    """What arrived: each subject, and which sponsors the text names, in order."""
    folder = mail_folder(home.app.settings.mail_url)
    assert folder is not None
    found = []
    for path in folder.rglob("*.eml"):
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        assert isinstance(mail, EmailMessage)
        part = mail.get_body(("plain",))
        assert part is not None
        if "confirm" not in str(mail["Subject"]).lower():
            sponsors = re.findall(r"Sponsor \d+", str(part.get_content()))
            found.append((mail["Date"].datetime, str(mail["Subject"]), sponsors))
    return [(subject, sponsors) for _, subject, sponsors in sorted(found)]


def new_rows(home: House) -> list[tuple[object, ...]]:
    """What the ledger holds of each posting, as an outsider counts it."""
    return home.sql(
        "SELECT posting_id, count(*) FROM ledger WHERE kind = 'new' GROUP BY posting_id ORDER BY 1"
    )


def counts(home: House, at: datetime) -> list[int]:
    """The number in the subject of each period of a round; the promise must hold after it."""
    done = [count for _, _, count in home.round(at)]
    assert home.breaches(at + HOUR) == []
    return done


# -- merge


@pytest.mark.parametrize(("keep", "gone"), [(OURS, THEIRS), (THEIRS, OURS)], ids=["old stays", "new stays"])
def test_who_was_told_of_one_is_not_told_of_the_other(
    home: House, alice: Subscriber, keep: Opening, gone: Opening
) -> None:
    boards(home, NOW + DAY, (OURS,))
    assert counts(home, NOW + DAY) == [1]
    boards(home, NOW + 2 * DAY, (OURS,), (THEIRS,))
    merge(home, keep, gone, NOW + 2 * DAY - HOUR / 2)
    assert counts(home, NOW + 2 * DAY) == [0]
    assert [sponsors for _, sponsors in mails(home)] == [["Sponsor 1"]]


@pytest.mark.parametrize(("keep", "gone"), [(OURS, THEIRS), (THEIRS, OURS)])
def test_who_was_told_of_none_is_told_once_under_the_one_that_stays(
    home: House, alice: Subscriber, keep: Opening, gone: Opening
) -> None:
    boards(home, NOW + DAY, (OURS,), (THEIRS,))
    merge(home, keep, gone, NOW + DAY - HOUR / 2)
    assert counts(home, NOW + DAY) == [1]
    assert counts(home, NOW + 2 * DAY) == [0]
    assert [sponsors for _, sponsors in mails(home)] == [[f"Sponsor {keep.number}"]]


def test_who_was_told_of_both_hears_of_its_end_once_and_only_when_both_boards_dropped_it(
    home: House, alice: Subscriber
) -> None:
    boards(home, NOW + DAY, (OURS,), (THEIRS,))
    assert counts(home, NOW + DAY) == [2]
    kept = merge(home, OURS, THEIRS, NOW + DAY + HOUR)
    boards(home, NOW + 2 * DAY, (OURS, MORE), (THEIRS,))
    assert counts(home, NOW + 2 * DAY) == [1]
    for hour in (1, 3):
        boards(home, NOW + 2 * DAY + hour * HOUR + HOUR, (MORE,), ())
    boards(home, NOW + 3 * DAY, (MORE, Opening(8)), ())
    assert counts(home, NOW + 3 * DAY) == [1]
    boards(home, NOW + 4 * DAY, (MORE, Opening(8), Opening(9)), ())
    assert counts(home, NOW + 4 * DAY) == [1]
    assert [sponsors for _, sponsors in mails(home)][1:] == [
        ["Sponsor 7"],
        ["Sponsor 8", "Sponsor 1"],
        ["Sponsor 9"],
    ]
    assert home.sql("SELECT posting_id FROM ledger WHERE kind = 'closed'") == [(int(kept),)]


@pytest.mark.parametrize("told_of_the_other", [True, False])
def test_what_was_capped_waits_as_the_one_that_stays(
    home: House, alice: Subscriber, told_of_the_other: bool
) -> None:
    acorn = tuple(Opening(n, employer="Sponsor 3") for n in range(30, 34))
    theirs = (THEIRS,) if told_of_the_other else ()
    boards(home, NOW + DAY, acorn, theirs)
    assert counts(home, NOW + DAY) == [3 + len(theirs)]
    (capped,) = home.sql("SELECT url FROM postings JOIN standings ON posting_id = postings.id")
    waiting = next(o for o in acorn if o.url == capped[0])
    boards(home, NOW + 2 * DAY, acorn, (THEIRS,))
    merge(home, THEIRS, waiting, NOW + 2 * DAY - HOUR / 2)
    assert counts(home, NOW + 2 * DAY) == [0 if told_of_the_other else 1]
    assert counts(home, NOW + 3 * DAY) == [0]


@pytest.mark.parametrize(("keep", "gone"), [(OURS, THEIRS), (THEIRS, OURS)])
def test_who_began_between_the_two_is_told_once_and_who_was_told_before_is_not(
    home: House, alice: Subscriber, keep: Opening, gone: Opening
) -> None:
    boards(home, NOW + DAY, (OURS,))
    counts(home, NOW + DAY)
    home.sql("UPDATE postings SET posted_at = NULL, first_seen_at = :old", old="2026-09-01 08:00:00+00:00")
    bob = home.person("bob@people.example", "plus", DAILY, NOW + DAY + HOUR)
    home.round(NOW + DAY + HOUR)
    assert home.told(bob) == []
    boards(home, NOW + 2 * DAY, (OURS,), (THEIRS,))
    kept = merge(home, keep, gone, NOW + 2 * DAY - HOUR / 2)
    assert sorted(counts(home, NOW + 2 * DAY)) == [0, 1]
    assert kept in home.told(bob)
    assert home.sql("SELECT count(*) FROM ledger") == [(2,)]


def test_a_digest_that_was_composed_before_the_merge_goes_and_tells_of_both(
    home: House, alice: Subscriber
) -> None:
    boards(home, NOW + DAY, (OURS,), (THEIRS,))
    home.dispatch(NOW + DAY)
    merge(home, OURS, THEIRS, NOW + DAY + HOUR)
    home.deliver(NOW + DAY + HOUR)
    assert counts(home, NOW + 2 * DAY) == [0]
    assert [sorted(sponsors) for _, sponsors in mails(home)] == [["Sponsor 1", "Sponsor 2"]]


@pytest.mark.parametrize(("keep", "gone"), [(OURS, THEIRS), (THEIRS, OURS)])
def test_a_digest_that_fails_after_the_merge_is_made_up_for_once(
    home: House, alice: Subscriber, keep: Opening, gone: Opening
) -> None:
    boards(home, NOW + DAY, (OURS,), (THEIRS,))
    home.dispatch(NOW + DAY)
    kept = merge(home, keep, gone, NOW + DAY + HOUR)
    (mail,) = [m for m in home.app.outbox.claim(NOW + DAY + HOUR, HOUR, 9) if m.purpose == "digest"]
    home.app.outbox.failed(mail, "552 5.3.4 too large", NOW + DAY + HOUR, suppress=False)
    assert home.breaches(NOW + DAY + 2 * HOUR) == []
    assert counts(home, NOW + 2 * DAY) == [1]
    assert counts(home, NOW + 3 * DAY) == [0]
    assert new_rows(home) == [(int(kept), 1)]
    assert [sponsors for _, sponsors in mails(home)] == [[f"Sponsor {keep.number}"]]


@pytest.mark.parametrize(("keep", "gone"), [(OURS, THEIRS), (THEIRS, OURS)])
def test_a_round_that_read_the_postings_before_the_merge_tells_nobody_twice(
    home: House, alice: Subscriber, keep: Opening, gone: Opening
) -> None:
    boards(home, NOW + DAY, (OURS,))
    counts(home, NOW + DAY)
    boards(home, NOW + 2 * DAY, (OURS,), (THEIRS,))
    before = Index(home.app.postings.open_for(["ctm"], NOW + 2 * DAY))
    merge(home, keep, gone, NOW + 2 * DAY - HOUR / 2)
    desk = home.app.desk(home.again(alice), NOW + 2 * DAY)
    assert candidates(replace(desk, index=before)) == []


def test_a_posting_that_is_news_by_a_merge_alone_is_no_breach_until_the_next_digest(
    home: House, alice: Subscriber
) -> None:
    """What she could have been told of lay elsewhere, and what lies near her was there before."""
    home.feed(OURS, name="old", at=NOW)
    boards(home, NOW + DAY, (), (replace(THEIRS, place="Berlin, Germany"),))
    assert counts(home, NOW + DAY) == [0]
    merge(home, OURS, THEIRS, NOW + DAY + HOUR)
    assert home.breaches(NOW + DAY + HOUR) == []
    assert counts(home, NOW + 2 * DAY) == [1]


def test_explain_says_of_a_merged_posting_what_became_of_it(home: House, alice: Subscriber) -> None:
    boards(home, NOW + DAY, (OURS,), (THEIRS,))
    gone = number_of(home, THEIRS)
    kept = merge(home, OURS, THEIRS, NOW + DAY - HOUR / 2)
    explanation = explain(home.app.desk(home.again(alice), NOW + DAY - HOUR / 2), home.app.postings.get(gone))
    assert explanation.verdict == "not shown"
    assert [(s.gate, s.says) for s in explanation.steps if not s.ok] == [("open", f"merged into {kept}")]


# -- split

#: the board's copy of our opening, in other words: the same names, so it is taken for the same position
ALIKE = replace(
    THEIRS, employer="Sponsor 1 Biotech", says="You lead vaccine trials, 4 years in clinical research."
)


def described(home: House, posting: str) -> str:
    return re.sub(r".*(Study \d).*", r"\1", home.app.postings.get(posting).description)


@pytest.mark.parametrize("feed", ["ours", "theirs"])
def test_the_next_looks_read_the_words_of_both_halves_and_leave_them_apart(
    home: House, alice: Subscriber, feed: str
) -> None:
    boards(home, NOW + DAY, (OURS,), (ALIKE,))
    whole = number_of(home, OURS)
    half = split(home, whole, feed, NOW + DAY)
    for day in (2, 3):
        boards(home, NOW + day * DAY, (OURS,), (ALIKE,))
        words = {"ours": "Study 1", "theirs": "Study 2"}
        assert described(home, half) == words.pop(feed)
        assert [described(home, whole)] == list(words.values())
    assert [len(home.app.postings.dossier(i).sightings) for i in (whole, half)] == [1, 1]
    assert len(home.postings()) == 2


def test_a_feed_that_says_the_same_as_before_is_read_anew_after_a_split(
    home: House, alice: Subscriber, tmp_path: Path
) -> None:
    path = tmp_path / "board.rss"
    path.write_text(RSS)
    feed = home.app.feeds.add(path.as_uri(), "rss", "rss", NOW, backfill_days=0, poll_minutes=60)
    boards(home, NOW + DAY, (OURS,))
    theirs = home.app.postings.get("https://rss.example/9")
    home.app.postings.merge(number_of(home, OURS), theirs.id, WHY, NOW + DAY)
    half = split(home, number_of(home, OURS), "rss", NOW + DAY + HOUR)
    assert home.app.postings.get(half).title == OURS.title
    home.ingest(NOW + DAY + 2 * HOUR)
    assert home.app.postings.get(half).title == theirs.title
    assert home.app.feeds.get(feed.id).body_hash is not None


@pytest.mark.parametrize("when", ["told before", "not told yet"])
def test_who_was_told_of_the_whole_was_told_of_both_halves_and_who_was_not_is_told_of_each(
    home: House, alice: Subscriber, when: str
) -> None:
    boards(home, NOW + DAY, (OURS,), (ALIKE,))
    if when == "told before":
        assert counts(home, NOW + DAY) == [1]
    half = split(home, number_of(home, OURS), "theirs", NOW + DAY + HOUR / 4)
    boards(home, NOW + 2 * DAY, (OURS,), (ALIKE,))
    assert sum(counts(home, NOW + 2 * DAY)) == (0 if when == "told before" else 2)
    assert counts(home, NOW + 3 * DAY) == [0]
    assert half in home.told(alice)
    assert home.breaches(NOW + 3 * DAY + HOUR) == []


def test_the_words_that_a_half_has_at_last_are_no_news_to_who_was_told_of_the_whole(
    home: House, alice: Subscriber
) -> None:
    remote = replace(ALIKE, says="Fully remote. You lead trials, 4 years in clinical research.")
    boards(home, NOW + DAY, (OURS,), (remote,))
    counts(home, NOW + DAY)
    half = split(home, number_of(home, OURS), "theirs", NOW + DAY + HOUR)
    boards(home, NOW + 2 * DAY, (OURS, MORE), (remote,))
    assert home.app.postings.get(half).revision == 2
    mail = compose(home.app.desk(home.again(alice), NOW + 2 * DAY)).mail
    assert isinstance(mail, Digest)
    assert [(s.key, [c.employer for c in s.cards]) for s in mail.sections] == [("new", ["Sponsor 7 Biotech"])]


def test_halves_that_are_merged_again_are_told_once(home: House, alice: Subscriber) -> None:
    boards(home, NOW + DAY, (OURS,), (ALIKE,))
    whole = number_of(home, OURS)
    half = split(home, whole, "theirs", NOW + DAY - HOUR / 2)
    boards(home, NOW + DAY + timedelta(minutes=30), (OURS,), (ALIKE,))
    home.app.postings.merge(half, whole, "one after all", NOW + DAY - HOUR / 4)
    assert counts(home, NOW + DAY) == [1]
    boards(home, NOW + 2 * DAY, (OURS,), (ALIKE,))
    assert counts(home, NOW + 2 * DAY) == [0]
    assert new_rows(home) == [(int(half), 1)]
