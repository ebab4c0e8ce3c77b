"""kill -9 with a real Postfix between us and the sink: where the relay's log can be read, no mail goes twice."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import pytest

from ctm_alerts.transports.lookup import PostfixLog
from tests.conftest import Sink, Taken, running_sink
from tests.crash.postfix import MISSING, Postfix, running_postfix
from tests.crash.test_kills import CONNECTIONS, fill

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"no relay of our own: {MISSING}")


@dataclass(frozen=True)
class Way:
    """A relay, and the sink behind it."""

    relay: Postfix
    sink: Sink


@pytest.fixture(scope="module")
def way(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Way]:
    """One for the quick tests: to start and stop a relay takes seconds."""
    with running_sink(tmp_path_factory.mktemp("sink")) as sink, running_postfix(sink.port) as relay:
        yield Way(relay, sink)


@dataclass(frozen=True)
class Run:
    """What a loop of kills came to, by the sink's log."""

    kills: int
    waiting: int
    #: set aside for a person, since so many workers died with it
    held: int
    #: whose receipt was lost, and which the relay's log knows
    found: int
    #: neither arrived nor held
    lost: int
    extra: int
    #: Message-IDs whose copies differ, or whose one copy is not what we wrote
    differing: int


def ours(mail: Taken) -> str:
    """What we wrote of a mail: its body, and its subject; a relay adds lines to the header."""
    body = "\n".join(mail.text.splitlines())
    return hashlib.sha1(f"{mail.message['Subject']}\n{body}".encode()).hexdigest()


def written(number: int) -> str:
    """The same of the mail of this number, as `fill` writes it."""
    body = "\n".join([".a line that begins with a dot"] * 60)
    return hashlib.sha1(f"{number}\n{body}".encode()).hexdigest()


def kill_and_count(database_url: str, way: Way, mails: int, kills: int, *, asked: bool, seed: int) -> Run:
    ids, relay = fill(database_url, mails), way.relay
    command = [
        sys.executable, "-m", "tests.crash.postfix_loop", database_url, str(relay.port),
        str(relay.log), "asked" if asked else "resend", str(kills), str(CONNECTIONS), str(seed),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    told = json.loads(done.stdout)
    relay.wait_until_empty()
    came = [m for m in way.sink.mails if m.message_id in ids]
    copies = Counter(m.message_id for m in came)
    expected = {f"<mail-{n}@alerts.example>": written(n) for n in range(mails)}
    return Run(
        kills=told["kills"],
        waiting=told["waiting"],
        held=told["held"],
        found=told["found"],
        lost=max(0, len(ids - set(copies)) - told["held"]),
        extra=sum(copies.values()) - len(copies),
        differing=len({m.message_id for m in came if ours(m) != expected[m.message_id]}),
    )


def test_a_few_kills_lose_nothing_and_repeat_nothing_where_the_log_is_asked(tmp_path: Path, way: Way) -> None:
    run = kill_and_count(f"sqlite:///{tmp_path}/t.db", way, mails=60, kills=4, asked=True, seed=1)
    assert run == Run(kills=4, waiting=0, held=0, found=run.found, lost=0, extra=0, differing=0)


def test_the_log_of_a_real_relay_tells_what_it_took_from_what_broke_before_its_dot(way: Way) -> None:
    relay = way.relay
    began = datetime.now(timezone.utc)
    taken, broken = "<taken@alerts.example>", "<broken@alerts.example>"
    with relay.session() as line:
        line.sendmail("a@alerts.example", ["b@people.example"], f"Message-ID: {taken}\r\n\r\nHello\r\n")
        line.mail("a@alerts.example")
        line.rcpt("b@people.example")
        line.docmd("DATA")
        line.send(f"Message-ID: {broken}\r\n\r\nHello\r\n".encode())
        line.close()
    relay.wait_for("lost connection after DATA")
    relay.wait_for(broken)
    log = PostfixLog((str(relay.log),), session_over=datetime.now(timezone.utc) - began)
    names = (taken, broken, "<never@alerts.example>", "<taken@alerts.exampl>")
    assert [log.arrived(name, began) for name in names] == [True, False, False, False]


@pytest.mark.slow
@pytest.mark.parametrize("asked", [True, False], ids=["asked", "not asked"])
def test_sixty_kills_over_six_hundred_mails(database_url: str, sink: Sink, asked: bool) -> None:
    with running_postfix(sink.port) as relay:
        run = kill_and_count(database_url, Way(relay, sink), mails=600, kills=60, asked=asked, seed=2)
    print(run)
    assert (run.kills, run.waiting, run.lost, run.differing) == (60, 0, 0, 0)
    assert run.extra <= (0 if asked else run.kills * CONNECTIONS)
    assert not asked or run.found > 0
