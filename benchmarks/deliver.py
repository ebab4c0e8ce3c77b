"""How fast mail leaves the outbox: `python benchmarks/deliver.py [MAILS] [DELAY_MS]`.

Each run delivers so many mails of 30 kB to a local sink (Postfix's smtp-sink where it is installed, else our own), over
four connections, with an intent and a receipt committed for each mail. In the same run, to the same sink: plain
`smtplib.sendmail` on four kept connections, which records nothing, and Postfix's smtp-source where it is installed.
Medians of three; the last column is the ratio to smtplib.
"""

from __future__ import annotations

import contextlib
import shutil
import smtplib
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import structlog
from sqlalchemy import event

from ctm_alerts.digests.period import NewMail
from ctm_alerts.flows.deliver import Deliver
from ctm_alerts.storage.database import Database
from ctm_alerts.storage.outbox import Outbox
from ctm_alerts.storage.subscribers import Subscribers
from ctm_alerts.subscribers.subscriber import Consent, NewSubscriber, Rhythm
from ctm_alerts.transports.smtp import Smtp, SmtpAddress

CONNECTIONS, RUNS = 4, 3
BODY = (
    b"Subject: 12 new postings\r\n\r\n" + b"Senior Clinical Trial Manager, Boston, with its reasons\r\n" * 530
)


@contextlib.contextmanager
def sink(milliseconds: int) -> Iterator[int]:
    """A server that takes everything, after so long; its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    theirs = shutil.which("smtp-sink")
    if theirs and not milliseconds:
        command = [theirs, "-u", "nobody", f"127.0.0.1:{port}", "100"]
        process = subprocess.Popen(command)
    else:
        root = Path(__file__).parents[1]
        log = tempfile.NamedTemporaryFile()  # noqa: SIM115 - lives as long as the process
        command = [sys.executable, str(root / "tests" / "sink_process.py"), log.name, str(milliseconds)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # type: ignore[assignment]  # text or not
        assert process.stdout is not None
        port = int(process.stdout.readline())
    try:
        _until_it_listens(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def _until_it_listens(port: int) -> None:
    for _ in range(100):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)


def fill(url: str, mails: int) -> Outbox:
    """An outbox of so many mails."""
    database = Database(url)
    database.migrate()
    outbox, people, now = Outbox(database), Subscribers(database), datetime.now(timezone.utc)
    alice = NewSubscriber(
        "alice@people.example", "Alice", "pending", "free", Rhythm("UTC"), ({"countries": ["US"]},), False
    )
    person = people.add(alice, Consent("asked", now, "benchmark", "1"), now)
    for n in range(mails):
        address, message_id = f"p{n}@people{n % 7}.example", f"<{n}@alerts.example>"
        body = b"Message-ID: " + message_id.encode() + b"\r\n" + BODY
        outbox.add(
            NewMail(person.id, "confirm", message_id, address, body, "free", now + timedelta(days=1)), now
        )
    return outbox


def ours(url: str, port: int, mails: int) -> tuple[float, int]:
    """Seconds, and commits, of one delivery."""
    outbox, commits = fill(url, mails), 0

    def count(_connection: object) -> None:
        nonlocal commits
        commits += 1

    event.listen(outbox._database.engine, "commit", count)
    relay = Smtp(SmtpAddress.from_url(f"smtp://127.0.0.1:{port}"), "a@alerts.example", "me.example")
    flow = Deliver(outbox, relay, lease=timedelta(minutes=15), connections=CONNECTIONS, ambiguous="resend")
    began = time.perf_counter()
    done = flow.round(lambda: datetime.now(timezone.utc))
    took = time.perf_counter() - began
    assert sum(d.outcome == "sent" for d in done) == mails
    return took, commits


def plain(port: int, mails: int) -> float:
    """Seconds of smtplib alone."""

    def send(count: int) -> None:
        with smtplib.SMTP("127.0.0.1", port, "me.example") as link:
            for n in range(count):
                link.sendmail("a@alerts.example", [f"p{n}@people.example"], BODY)

    threads = [threading.Thread(target=send, args=(mails // CONNECTIONS,)) for _ in range(CONNECTIONS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began


def source(port: int, mails: int) -> float | None:
    """Seconds of Postfix's own load generator."""
    theirs = shutil.which("smtp-source")
    if theirs is None:
        return None
    command = [theirs, "-d", "-s", str(CONNECTIONS), "-m", str(mails), "-l", str(len(BODY)),
               "-f", "a@alerts.example", "-t", "p@people.example", f"127.0.0.1:{port}"]  # fmt: skip
    began = time.perf_counter()
    subprocess.run(command, check=True)
    return time.perf_counter() - began


def main() -> None:
    """Three runs of each, one after the other, over the same sink."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    mails = int((sys.argv[1:] or ["2000"])[0])
    delay = int((sys.argv[2:] or ["0"])[0])
    rates: dict[str, list[float]] = {}
    commits: list[int] = []
    with sink(delay) as port, tempfile.TemporaryDirectory() as folder:
        for run in range(RUNS):
            took, written = ours(f"sqlite:///{folder}/{run}.db", port, mails)
            commits.append(written)
            rates.setdefault("the outbox, on SQLite", []).append(mails / took)
            rates.setdefault("smtplib.sendmail, no record", []).append(mails / plain(port, mails))
            other = source(port, mails)
            if other is not None:
                rates.setdefault("smtp-source", []).append(mails / other)
    peer = statistics.median(rates["smtplib.sendmail, no record"])
    print(f"{mails} mails of {len(BODY)} bytes, {CONNECTIONS} connections, a sink that thinks for {delay} ms")
    for name, values in rates.items():
        rate = statistics.median(values)
        print(f"  {name:30} {rate:8.0f} mails/s   {rate / peer:5.2f}")
    print(f"  transactions per mail          {statistics.median(commits) / mails:8.2f}")


if __name__ == "__main__":
    main()
