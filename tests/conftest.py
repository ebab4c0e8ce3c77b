"""What all tests share."""

from __future__ import annotations

import base64
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
import structlog

from tests.databases import database_url, postgres  # fixtures for all tests
from tests.tables import parse_once

__all__ = ["database_url", "postgres"]

structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


@dataclass(frozen=True)
class Taken:
    """One mail that the sink took."""

    message_id: str
    to: str
    sha1: str
    message: EmailMessage

    @property
    def text(self) -> str:
        part = self.message.get_body(("plain",))
        assert part is not None
        return str(part.get_content())


@dataclass(frozen=True)
class Sink:
    """An SMTP server outside of this process, and the log that it keeps: the judge of what was sent."""

    port: int
    log: Path

    @property
    def mails(self) -> list[Taken]:
        # the last line may be half written
        *lines, _ = self.log.read_text().split("\n")
        return [_taken(json.loads(line)) for line in lines]


def _taken(line: dict[str, object]) -> Taken:
    message = message_from_bytes(base64.b64decode(str(line["raw"])), policy=policy.default)
    assert isinstance(message, EmailMessage)
    rcpt = line["rcpt"]
    assert isinstance(rcpt, list)
    assert len(rcpt) == 1
    return Taken(str(line["message_id"]), str(rcpt[0]), str(line["sha1"]), message)


@contextmanager
def running_sink(folder: Path, milliseconds: int = 0, *, pipelining: bool = False) -> Iterator[Sink]:
    """An SMTP sink in a process of its own: aiosmtpd's, or ours that takes commands in groups."""
    log = folder / "sink.jsonl"
    log.touch()
    command = [
        sys.executable,
        "-W",
        "ignore",
        str(Path(__file__).with_name("smtp_sink.py" if pipelining else "sink_process.py")),
        str(log),
        str(milliseconds),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield Sink(int(process.stdout.readline()), log)
        process.terminate()


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[Sink]:
    """A sink that answers at once."""
    with running_sink(tmp_path) as running:
        yield running


@pytest.fixture
def slow_sink(tmp_path: Path) -> Iterator[Sink]:
    """A sink that thinks for 10 ms after it has taken a mail, and takes commands in groups."""
    with running_sink(tmp_path, 10, pipelining=True) as running:
        yield running


@pytest.fixture(scope="session", autouse=True)
def tables_are_parsed_once() -> Iterator[None]:
    """Half of the time that a service takes to be made is spent on them; the same reader, its answers remembered."""
    with pytest.MonkeyPatch.context() as patch:
        parse_once(patch.setattr)
        yield


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of real samples, for tests marked `real`."""
    folder = os.environ.get("CTM_ALERTS_SAMPLES")
    if not folder:
        pytest.skip("CTM_ALERTS_SAMPLES is not set: the folder of real samples is not here")
    return Path(folder)


#: long stories whose SQLite half is told at each run; what PostgreSQL does otherwise, the tests of storage show quickly
_LONG = (
    "tests/crash/test_kills.py",
    "tests/crash/test_paused.py",
    "tests/crash/test_schedulers.py",
    "tests/crash/test_slow_answer.py",
    "tests/life/",
    "tests/flows/test_clones.py",
    "tests/flows/test_merge_split.py",
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The PostgreSQL half of the long stories is left to `make test-all`."""
    for item in items:
        if item.nodeid.startswith(_LONG) and "postgresql" in item.name:
            item.add_marker(pytest.mark.slow)
