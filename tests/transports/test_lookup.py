"""What a relay's log, or a program of the operator's, says of a mail whose receipt was lost."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ctm_alerts.errors import SettingsError
from ctm_alerts.transports import lookup
from ctm_alerts.transports.lookup import (
    HEADER_BEFORE,
    SESSION_OVER,
    Command,
    PostfixLog,
    make_lookup,
    time_of_line,
)

MAIL = "<1.regular.7@alerts.example>"
INTENT = datetime(2026, 11, 25, 8, 0, 0, 250_000, tzinfo=UTC)
SECOND = timedelta(seconds=1)
BEFORE = INTENT - HEADER_BEFORE
LATE = INTENT + SESSION_OVER


def line(at: datetime, says: str, service: str = "", process: int = 40) -> str:
    """A line of the log, with the stamp of ISO 8601 that says its zone."""
    name = f"postfix/{service}[{process}]" if service else "kernel"
    return f"{at.isoformat(timespec='seconds')} relay {name}: {says}\n"


#: the relay lived before, and lives on
OLD = line(BEFORE, "connect from localhost[127.0.0.1]", "smtpd", 1)
CLIENT = line(INTENT, "4F1AA2: client=localhost[127.0.0.1]", "smtpd")
NAMED = line(INTENT, f"4F1AA2: message-id={MAIL}", "cleanup")
ACTIVE = line(INTENT, "4F1AA2: from=<alerts@alerts.example>, size=291, nrcpt=1 (queue active)", "qmgr")
REMOVED = line(INTENT, "4F1AA2: removed", "qmgr")
LOST = line(INTENT, "lost connection after DATA (141 bytes) from localhost[127.0.0.1]", "smtpd")
LOST_LATER = line(INTENT, "lost connection after END-OF-MESSAGE from localhost[127.0.0.1]", "smtpd")
NEWER = line(INTENT + SECOND, "disconnect from localhost[127.0.0.1]", "smtpd", 2)
OTHERS = "".join(
    (
        line(INTENT, "4F1AA2: client=localhost[127.0.0.1]", "smtpd"),
        line(INTENT, "4F1AA2: message-id=<other@alerts.example>", "cleanup"),
        ACTIVE,
    )
)


def log_of(folder: Path, *lines: str, name: str = "mail.log") -> str:
    path = folder / name
    path.write_text("".join(lines))
    return str(path)


@contextmanager
def living_in(zone: str) -> Iterator[None]:
    """The zone of this machine, in which a system's log is written."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = zone
    time.tzset()
    try:
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()


def asked(
    *paths: str,
    at: datetime = LATE,
    since: datetime | None = INTENT,
    of: str = MAIL,
    most: int = lookup.MOST_BYTES,
) -> bool | None:
    return PostfixLog(paths, most_bytes=most, clock=lambda: at).arrived(of, since)


# -- Postfix: one file

SAID = {
    "it was taken": ((CLIENT, NAMED, ACTIVE, REMOVED), True),
    "its session broke before the dot": ((CLIENT, NAMED, LOST), False),
    "its session broke before its header was read": ((CLIENT, LOST, NAMED), False),
    "its session waited in vain for the dot": ((CLIENT, NAMED, LOST.replace("lost connection", "timeout")), False),
    "it was never named": ((), False),
    "it was named and may still lie in the queue": ((CLIENT, NAMED), None),
    "the line broke after the dot and it may still lie in the queue": ((CLIENT, NAMED, LOST_LATER), None),
    "the line broke after the dot and it was taken": ((CLIENT, NAMED, LOST_LATER, ACTIVE), True),
    "the next mail of its session broke": (
        (CLIENT, NAMED, line(INTENT, "4F1BB3: client=localhost[127.0.0.1]", "smtpd"), LOST), None),
    "the next mail of its session was refused and broke, and it was taken": ((CLIENT, NAMED, LOST, ACTIVE), True),
    "its queue id went to a mail that was taken": ((CLIENT, NAMED, OTHERS), False),
    "its queue id went to a mail that was written on the relay itself": (
        (CLIENT, NAMED, line(INTENT, "4F1AA2: message-id=<other@alerts.example>", "cleanup"), ACTIVE), False),
    "a mail with its queue id was taken before": ((OTHERS, CLIENT, NAMED, LOST), False),
    "the second try was taken": ((CLIENT, NAMED, LOST, CLIENT, NAMED, ACTIVE), True),
    "the second try may still lie in the queue": ((CLIENT, NAMED, LOST, CLIENT, NAMED), None),
    "its queue id was free again": ((CLIENT, NAMED, CLIENT.replace("smtpd[40]", "smtpd[41]")), False),
    "the second try broke too": ((CLIENT, NAMED, LOST, CLIENT, NAMED, LOST), False),
    "it is on hold": ((CLIENT, NAMED, line(INTENT, "4F1AA2: hold: header Subject: x from localhost", "cleanup")), True),
    "its envelope was to be held": ((CLIENT, NAMED, line(INTENT, "4F1AA2: hold: DATA from localhost", "smtpd")), None),
    "it was rejected": (
        (CLIENT, NAMED, line(INTENT, "4F1AA2: milter-reject: END-OF-MESSAGE from localhost: 5.7.1 no", "cleanup")), False),
    "a longer Message-ID was taken": ((CLIENT, NAMED.replace("<1.", "<11."), ACTIVE), False),
    "one that begins alike was taken": ((CLIENT, NAMED.replace("example>", "example>x"), ACTIVE), False),
    "one that is re-sent under its name was taken": ((CLIENT, NAMED.replace(" message-id", " resent-message-id"), ACTIVE), False),
    "a subject speaks of it": (
        (line(INTENT, f"warning: header Subject: postfix/cleanup[1]: 4F1AA2: message-id={MAIL}", "cleanup"), ACTIVE), False),
    "the log lost lines": ((line(INTENT, "imuxsock[pid 7]: begin to drop messages due to rate-limiting").replace("kernel", "rsyslogd"),), None),
    "the journal kept lines back": ((line(INTENT, "Suppressed 12 messages from postfix.service").replace("kernel", "systemd-journald[9]"),), None),
}  # fmt: skip


@pytest.mark.parametrize(("lines", "answer"), SAID.values(), ids=list(SAID))
def test_the_log_says(tmp_path: Path, lines: tuple[str, ...], answer: bool | None) -> None:
    assert asked(log_of(tmp_path, OLD, *lines, NEWER)) is answer


def test_a_name_of_several_instances_is_read_too(tmp_path: Path) -> None:
    path = log_of(
        tmp_path,
        *(each.replace("postfix/", "postfix-out/submission/") for each in (OLD, CLIENT, NAMED, ACTIVE)),
    )
    assert asked(path) is True


def test_no_is_said_only_when_the_session_must_be_over(tmp_path: Path) -> None:
    path = log_of(tmp_path, OLD, CLIENT, NAMED, LOST, NEWER)
    assert (asked(path, at=LATE - SECOND), asked(path, at=LATE)) == (None, False)


def test_yes_needs_no_wait(tmp_path: Path) -> None:
    assert asked(log_of(tmp_path, OLD, CLIENT, NAMED, ACTIVE), at=INTENT + SECOND) is True


def test_no_is_said_only_when_the_log_reaches_back_before_the_header(tmp_path: Path) -> None:
    young = OLD.replace(BEFORE.isoformat(timespec="seconds"), (BEFORE + SECOND).isoformat(timespec="seconds"))
    assert (asked(log_of(tmp_path, young, NEWER)), asked(log_of(tmp_path, OLD, NEWER))) == (None, False)


def test_a_log_that_begins_with_its_relay_reaches_back_far_enough(tmp_path: Path) -> None:
    start = line(INTENT - SECOND, "daemon started -- version 3.7.11, configuration /etc/postfix", "master")
    assert asked(log_of(tmp_path, start, NEWER)) is False


def test_no_is_said_only_when_the_log_was_still_written(tmp_path: Path) -> None:
    silent = line(INTENT - SECOND, "disconnect from localhost[127.0.0.1]", "smtpd", 2)
    assert (asked(log_of(tmp_path, OLD, silent)), asked(log_of(tmp_path, OLD, silent, NEWER))) == (
        None,
        False,
    )


def test_without_the_time_of_the_intent_only_yes_is_known(tmp_path: Path) -> None:
    path = log_of(tmp_path, OLD, CLIENT, NAMED, ACTIVE, NEWER)
    assert (asked(path, since=None), asked(path, since=None, of="<2@alerts.example>")) == (True, None)


@pytest.mark.parametrize("body", ["", "no log at all\n" * 5, "\x00\xff" * 900])
def test_what_is_no_log_knows_nothing(tmp_path: Path, body: str) -> None:
    assert asked(log_of(tmp_path, body)) is None


def test_a_log_that_is_not_there_or_cannot_be_read_knows_nothing(tmp_path: Path) -> None:
    assert (asked(str(tmp_path / "none.log")), asked(str(tmp_path))) == (None, None)


# -- Postfix: rotated logs


def test_rotated_logs_are_read_in_the_order_of_their_time(tmp_path: Path) -> None:
    """The header is named in the older file, the queue in the newer one; packed files are left out."""
    newer, older = log_of(tmp_path, ACTIVE), log_of(tmp_path, OLD, CLIENT, NAMED, name="mail.log.1")
    (tmp_path / "mail.log.2.gz").write_bytes(b"\x1f\x8b packed")
    assert [asked(newer, older), asked(older, newer), asked(f"{newer}*")] == [True, True, True]
    assert asked(newer) is None


def test_a_packed_log_is_not_read(tmp_path: Path) -> None:
    assert asked(log_of(tmp_path, OLD, CLIENT, NAMED, ACTIVE, NEWER, name="mail.log.gz")) is None


def test_a_rotated_log_that_is_not_there_yet_takes_nothing_away(tmp_path: Path) -> None:
    path = log_of(tmp_path, OLD, CLIENT, NAMED, LOST, NEWER)
    assert (asked(path, f"{path}.1"), asked(path)) == (False, False)


class RotatedMeanwhile(tuple[str, ...]):
    """Paths whose log is rotated after it was looked for the first time."""

    looks = 0

    def __iter__(self) -> Iterator[str]:
        RotatedMeanwhile.looks += 1
        if RotatedMeanwhile.looks == 2:
            Path(self[0]).rename(f"{self[0]}.1")
            Path(self[0]).write_text(NEWER)
        return super().__iter__()


def test_a_log_that_is_rotated_while_it_is_read_proves_nothing(tmp_path: Path) -> None:
    path = log_of(tmp_path, OLD, NEWER)
    paths = RotatedMeanwhile((path, f"{path}.1"))
    RotatedMeanwhile.looks = 0
    assert PostfixLog(paths, clock=lambda: LATE).arrived(MAIL, INTENT) is None
    assert RotatedMeanwhile.looks == 2
    assert asked(path, f"{path}.1") is False


# -- Postfix: large logs


def many(first: datetime, count: int, step: timedelta = SECOND) -> Iterator[str]:
    for number in range(count):
        yield line(
            first + number * step,
            f"{number:06X}: from=<x@y.example>, size=291, nrcpt=1 (queue active)",
            "qmgr",
        )


def test_of_a_large_log_only_the_time_of_the_mail_is_read(tmp_path: Path) -> None:
    """All of it would be too much; the hours around the mail are not."""
    days = 2
    path = log_of(
        tmp_path,
        *many(INTENT - days * timedelta(days=1), days * 86_400),
        CLIENT,
        NAMED,
        ACTIVE,
        *many(INTENT, 3_000),
    )
    assert Path(path).stat().st_size > 15_000_000
    found = [asked(path, of=mail, most=3_000_000) for mail in (MAIL, "<2@alerts.example>")]
    assert found == [True, False]


def test_the_header_is_looked_for_well_before_the_intent(tmp_path: Path) -> None:
    """A large log is not read from its begin, and the lines of a slow mail lie far apart."""
    header = [each.replace("08:00:00", "07:52:00") for each in (CLIENT, NAMED)]
    first, last = INTENT - 20_000 * SECOND, INTENT - 480 * SECOND
    path = log_of(tmp_path, *many(first, 19_520), *header, *many(last, 1_920, SECOND / 4), ACTIVE, NEWER)
    assert asked(path) is True


def test_of_more_than_can_be_read_the_end_is_read_and_no_is_never_said(tmp_path: Path) -> None:
    path = log_of(tmp_path, OLD, *many(INTENT - 1_000 * SECOND, 1_000), CLIENT, NAMED, ACTIVE, NEWER)
    found = [asked(path, of=mail, most=20_000) for mail in (MAIL, "<2@alerts.example>")]
    assert found == [True, None]


# -- the times of a log


@pytest.mark.parametrize(
    ("stamp", "now", "at"),
    [
        ("Nov  5 08:09:10 relay", "2026-11-25T08:00", "2026-11-05T08:09:10"),
        ("Dec 31 23:59:59 relay", "2027-01-01T00:00", "2026-12-31T23:59:59"),
        ("Jan  1 00:00:01 relay", "2026-12-31T23:59", "2027-01-01T00:00:01"),
        ("Feb 29 12:00:00 relay", "2026-11-25T08:00", "2024-02-29T12:00:00"),
        ("2026-11-25T09:00:00.123456+01:00 relay", "2026-11-25T08:00", "2026-11-25T08:00:00.123456"),
        ("2026-11-25T08:00:00Z relay", "2026-11-25T08:00", "2026-11-25T08:00:00"),
        ("Nov 31 08:00:00 relay", "2026-11-25T08:00", None),
        ("Foo 12 08:00:00 relay", "2026-11-25T08:00", None),
        ("2026-13-45T08:00:00Z relay", "2026-11-25T08:00", None),
        ("", "2026-11-25T08:00", None),
    ],
)
def test_both_stamps_of_a_system_log_are_understood(stamp: str, now: str, at: str | None) -> None:
    expected = None if at is None else datetime.fromisoformat(at).replace(tzinfo=UTC)
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    with living_in("UTC"):
        assert time_of_line(stamp.encode() + b" postfix: x", moment) == expected


def test_the_traditional_stamp_is_local_time() -> None:
    with living_in("America/New_York"):
        assert time_of_line(b"Nov 25 03:00:00 relay x: y", INTENT) == INTENT.replace(microsecond=0)


# -- a program


def program(folder: Path, body: str) -> str:
    path = folder / "did-it-arrive"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(("code", "answer"), [(0, True), (1, False), (2, None), (127, None)])
def test_a_program_answers_by_its_exit_code(tmp_path: Path, code: int, answer: bool | None) -> None:
    assert make_lookup(f"command:{program(tmp_path, f'exit {code}')}").arrived(MAIL, INTENT) is answer


def test_a_program_is_handed_the_message_id_as_it_is(tmp_path: Path) -> None:
    path = program(tmp_path, f'printf "%s|" "$#" "$1" > {tmp_path}/said')
    assert Command(path).arrived("<a b$(touch x);`id`@alerts.example>", None) is True
    assert (tmp_path / "said").read_text() == "1|<a b$(touch x);`id`@alerts.example>|"


def test_a_program_that_does_not_answer_is_ended_with_what_it_started(tmp_path: Path) -> None:
    path = program(tmp_path, f"sleep 60 & echo $! > {tmp_path}/child; wait")
    began = time.monotonic()
    assert Command(path, timeout=0.5).arrived(MAIL, INTENT) is None
    assert time.monotonic() - began < 5
    child, until = int((tmp_path / "child").read_text()), time.monotonic() + 10
    while is_alive(child) and time.monotonic() < until:  # a signal takes its time
        time.sleep(0.02)
    assert not is_alive(child)


def is_alive(process: int) -> bool:
    """Whether it runs; one that ended and was not fetched does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_program_that_vanished_knows_nothing(tmp_path: Path) -> None:
    path = program(tmp_path, "exit 0")
    asking = make_lookup(f"command:{path}")
    Path(path).unlink()
    assert asking.arrived(MAIL, INTENT) is None


# -- the words of the setting


def test_the_words_of_the_setting_name_one_kind_and_its_paths(tmp_path: Path) -> None:
    found = make_lookup("postfix:/var/log/mail.log,/var/log/mail.log.1")
    assert isinstance(found, PostfixLog)
    assert found.paths == ("/var/log/mail.log", "/var/log/mail.log.1")
    assert make_lookup(f"command:{program(tmp_path, '')}") == Command(str(tmp_path / "did-it-arrive"))


@pytest.mark.parametrize(
    "words", ["", "postfix", "postfix:", "postfix:mail.log", "exim:/var/log/exim", "command:run", "/x"]
)
def test_other_words_are_refused_with_what_to_write(words: str) -> None:
    with pytest.raises(SettingsError, match=r"write postfix:/var/log/mail\.log or command:/path/to/program"):
        make_lookup(words)


def test_a_program_that_cannot_be_run_is_refused(tmp_path: Path) -> None:
    path = program(tmp_path, "")
    os.chmod(path, 0o644)  # noqa: PTH101 - a str
    with pytest.raises(SettingsError, match="make it executable"):
        make_lookup(f"command:{path}")
