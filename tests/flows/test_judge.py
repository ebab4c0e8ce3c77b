"""Judge: `prove` finds what an outsider does to the rows, and `explain` names every gate."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ctm_alerts.flows.judge import Explanation, explain
from ctm_alerts.subscribers.subscriber import Rhythm, Subscriber, address_hash
from tests.flows.house import DAY, HOUR, House, Opening
from tests.people import NOW

DAILY = Rhythm("UTC", 8 * 60)
TOLD, CAPPED = Opening(1), Opening(9, employer="Acorn Biotech")
LATER = NOW + DAY + HOUR


@pytest.fixture
def alice(home: House) -> Subscriber:
    """She was told of one posting and of three at Acorn; a fourth one there waits."""
    person = home.person(plan="plus", rhythm=DAILY)
    home.feed()
    home.round(NOW)
    acorn = [Opening(n, employer="Acorn Biotech") for n in range(6, 10)]
    home.board(TOLD, *acorn)
    home.ingest(NOW + DAY - HOUR)
    assert home.round(NOW + DAY) == [("regular", "queued", 4)]
    return home.again(person)


def test_nothing_is_wrong_with_what_nobody_touched(home: House, alice: Subscriber) -> None:
    proven = home.prove(LATER)
    assert (proven.ok, proven.breaches) == (True, ())
    assert proven.sums == {
        "periods": {"due": 2, "queued": 0, "sent": 1, "quiet": 1, "held": 0, "failed": 0, "withdrawn": 0, "ok": True},
        "postings": {"matched": 5, "shown": 4, "carried": 0, "capped": 1, "below_bar": 0, "aged": 0, "closed": 0, "ok": True},
    }  # fmt: skip


TAMPERED = {
    "a period of a status that nobody knows": ("UPDATE digests SET status = 'gone' WHERE count > 0", {"unknown status", "ledger and subject disagree"}),
    "a mail that failed under a period that was sent": ("UPDATE outbox SET status = 'failed' WHERE purpose = 'digest'", {"period and mail disagree"}),
    "a mail that is not there": ("DELETE FROM outbox WHERE purpose = 'digest'", {"period and mail disagree"}),
    "a posting that matched and vanished": ("UPDATE digests SET matched = matched + 1 WHERE count > 0", {"postings lost"}),
    "a ledger without its rows": ("DELETE FROM ledger", {"ledger and subject disagree", "posting lost"}),
    "a subject that counts one more": ("UPDATE digests SET count = count + 1 WHERE count > 0", {"ledger and subject disagree", "subject and choice disagree"}),
    "a period that fell due and was never composed": ("INSERT INTO due_log VALUES (1, 'catchup', '2026-11-25 10:00:00', '2026-11-25 10:00:00')", {"period lost"}),
    "a posting that waited and has no row any more": ("DELETE FROM standings", {"posting lost"}),
    "an active subscriber who is never due": ("DELETE FROM dues", {"no due date"}),
    "a due row that nobody takes up": ("UPDATE dues SET ready_at = '2026-11-25 10:00:00'", {"overdue"}),
    "a mail between its dot and its receipt": ("UPDATE outbox SET status = 'dot', dot_at = '2026-11-25 10:00:00', lease_until = '2026-11-25 10:15:00' WHERE purpose = 'digest'", {"ambiguous", "period and mail disagree"}),
}  # fmt: skip


@pytest.mark.parametrize(("statement", "found"), TAMPERED.values(), ids=list(TAMPERED))
def test_prove_finds(home: House, alice: Subscriber, statement: str, found: set[str]) -> None:
    home.sql(statement)
    assert set(home.breaches(LATER)) == found


def test_prove_finds_mail_that_left_after_its_address_was_suppressed(home: House, alice: Subscriber) -> None:
    home.sql(
        "INSERT INTO suppressions VALUES (:who, 'stream', 'unsubscribed', '2026-11-25 09:00:00')",
        who=address_hash("ALICE@people.example"),
    )
    assert home.breaches(LATER) == ["sent after suppression"]


def test_prove_counts_what_fell_due_apart_from_what_was_composed(home: House, alice: Subscriber) -> None:
    home.sql("DELETE FROM due_log")
    proven = home.prove(LATER)
    assert (proven.ok, proven.sums["periods"]["due"], proven.breaches) == (False, 0, ())


def test_every_breach_says_whose_since_when_and_what_to_do(home: House, alice: Subscriber) -> None:
    home.sql("DELETE FROM dues")
    (breach,) = home.prove(LATER).as_json()["breaches"]
    assert breach == {
        "breach": "no due date",
        "subscriber": alice.id,
        "says": "an active subscriber has no next due date, so no digest would ever come",
        "since": NOW.isoformat(),
        "remedy": f"set the hour again: ctm-alerts subscribers rhythm {alice.id} --hour HH:MM",
    }


def test_prove_gives_both_sums_for_every_round_subscriber_and_day(home: House, alice: Subscriber) -> None:
    groups = home.prove(LATER).groups
    assert {name: [g["periods"]["due"] for g in rows] for name, rows in groups.items()} == {
        "rounds": [1, 1],
        "subscribers": [2],
        "days": [1, 1],
    }
    assert all(g[kind]["ok"] for rows in groups.values() for g in rows for kind in ("periods", "postings"))


# -- explain


def explained(home: House, person: Subscriber, title: str = "", url: str = "") -> Explanation:
    found = url or str(home.sql("SELECT url FROM postings WHERE title = :t", t=title)[0][0])
    return explain(home.app.desk(home.again(person), LATER), home.app.postings.get(found))


def closed_gates(explanation: Explanation) -> list[str]:
    return [s.gate for s in explanation.steps if not s.ok]


def test_explain_tells_when_a_posting_was_told(home: House, alice: Subscriber) -> None:
    explanation = explained(home, alice, url=TOLD.url)
    assert (explanation.verdict, closed_gates(explanation)) == ("told on 26 November 2026", [])
    assert explanation.score == pytest.approx(sum(v for _, v in explanation.parts))


def test_explain_tells_what_waits(home: House, alice: Subscriber) -> None:
    waiting = str(home.sql("SELECT url FROM postings JOIN standings ON posting_id = postings.id")[0][0])
    explanation = explained(home, alice, url=waiting)
    assert (explanation.verdict, closed_gates(explanation)) == ("waits for the next digest", [])
    assert any("its employer had enough cards" in s.says for s in explanation.steps)


@pytest.mark.parametrize(
    ("opening", "gates"),
    [
        (Opening(20, "Clinical Trial Manager Berlin", "Berlin, Germany"), ["place"]),
        (Opening(21, "Pastry Chef"), ["role"]),
    ],
    ids=["another country", "another trade"],
)
def test_explain_names_the_gate_that_is_closed(
    home: House, alice: Subscriber, opening: Opening, gates: list[str]
) -> None:
    home.board(TOLD, opening)
    home.ingest(NOW + DAY + timedelta(minutes=61))
    explanation = explained(home, alice, opening.title)
    assert (explanation.verdict, closed_gates(explanation)) == ("not shown", gates)


def test_explain_tells_a_baseline_and_a_closed_posting(home: House, alice: Subscriber) -> None:
    old = Opening(30, "Clinical Trial Manager, Old")
    home.feed(old, name="another", at=NOW + DAY)
    home.ingest(NOW + DAY)
    assert closed_gates(explained(home, alice, old.title)) == ["new to you"]
    home.sql("UPDATE postings SET closed = 'left another' WHERE title = :t", t=old.title)
    assert closed_gates(explained(home, alice, old.title)) == ["open", "new to you"]


def test_explain_tells_who_is_paused(home: House, alice: Subscriber) -> None:
    home.app.signup().pause(alice, LATER + DAY, LATER)
    assert closed_gates(explained(home, alice, url=TOLD.url)) == ["subscriber"]


def test_explain_and_prove_write_nothing(home: House, alice: Subscriber) -> None:
    tables = ("dues", "due_log", "digests", "ledger", "standings", "outbox", "subscribers", "profiles")
    before = [home.sql(f"SELECT * FROM {t}") for t in tables]
    explained(home, alice, url=TOLD.url)
    home.prove(LATER)
    assert [home.sql(f"SELECT * FROM {t}") for t in tables] == before
