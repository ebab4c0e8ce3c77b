"""Whether a relay took a mail whose receipt was lost: its log is read, or a program of the operator's is asked.

    postfix:/var/log/mail.log                     rotated logs by a comma or a pattern: postfix:/var/log/mail.log*
    command:/usr/local/bin/did-it-arrive          called with the Message-ID; exit 0: it arrived, 1: it did not

Postfix names the Message-ID when it has read the header, long before it takes the mail: `cleanup` ties the id to a queue
id, and only `qmgr ... queue active` of that queue id means that it has the mail and answers for it.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from itertools import islice
from pathlib import Path
from typing import Literal, Protocol

from ctm_alerts.errors import SettingsError

#: after its intent a mail may arrive for so long: smtpd waits 300 s for a dot (smtpd_timeout), and what our kernel still
#: holds when we die is sent on for up to 100 s (tcp_orphan_retries)
SESSION_OVER = timedelta(seconds=400)
#: the header is read before the intent: the body, and other mails of one commit, are sent in between
HEADER_BEFORE = timedelta(minutes=10)
#: where reading begins; the lines of several processes are not in strict order, a clock may have been put right, and in
#: the hour that an autumn night has twice a local stamp may mean either
READ_BEFORE = timedelta(hours=2, minutes=10)
#: of one log; more would take longer than a person waits, and then nobody knows
MOST_BYTES = 512 * 1024 * 1024
#: how long the operator's program may think, in seconds
COMMAND_TIMEOUT = 10.0

_TAIL = 64 * 1024
_PATTERN = re.compile(r"[*?\[]").search
_PACKED = (".gz", ".xz", ".bz2", ".zst")
#: `Nov 25 08:00:00 host postfix/cleanup[7]: 4F1: ...`, or with one stamp of ISO 8601
_LINE = re.compile(rb"(?:\S+ +){2,4}?[^\s\[]*/(cleanup|qmgr|smtpd)\[(\d+)\]: (.*?)\s*$")
_OF_MAIL = re.compile(rb"([0-9A-Za-z]{6,}): (.*)")
_NO_DOT = re.compile(rb"(?:lost connection|timeout) after (?:DATA|BDAT)\b")
_TAKEN = re.compile(rb".*\(queue active\)$|hold: |discard: ")
_REFUSED = re.compile(rb"(?:milter-)?reject: ")
#: the log says that it lacks lines, so what is absent proves nothing
_LINES_LOST = re.compile(rb"(?:syslog|journal)\S*: .*(?:rate-limit|lost|suppressed|drop)", re.IGNORECASE)
_BEGUN = (b"starting the Postfix mail system", b"daemon started")

_MONTHS = dict(zip(b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), range(1, 13), strict=True))
_STAMP = re.compile(rb"([A-Z][a-z]{2}) +(\d{1,2}) (\d\d):(\d\d):(\d\d) ")
_ISO = re.compile(rb"(\d{4}-\d\d-\d\dT\S+) ")

Clock = Callable[[], datetime]


class Lookup(Protocol):
    """Someone who knows what a relay took."""

    def arrived(self, message_id: str, since: datetime | None) -> bool | None:
        """Whether the mail got there; None when that cannot be known. `since`: when its intent was committed."""


def make_lookup(words: str) -> Lookup:
    """The look-up that `lookup=` of a MAIL_URL names.

    Raises:
        SettingsError: it is of no kind that we know, or its path cannot be used.
    """
    kind, _, where = words.partition(":")
    paths = tuple(p for p in where.split(",") if p)
    if kind not in ("postfix", "command") or not paths or not all(Path(p).is_absolute() for p in paths):
        raise SettingsError(
            f"lookup={words!r} cannot be used; write postfix:/var/log/mail.log or command:/path/to/program"
        )
    if kind == "postfix":
        return PostfixLog(paths)
    if not (Path(where).is_file() and os.access(where, os.X_OK)):
        raise SettingsError(f"lookup: {where} is no program that we may run; make it executable")
    return Command(where)


@dataclass(frozen=True)
class Command:
    """A program that is asked with the Message-ID as its one argument; what it prints is not read."""

    program: str
    timeout: float = COMMAND_TIMEOUT

    def arrived(self, message_id: str, since: datetime | None) -> bool | None:
        """True for exit 0, False for exit 1; anything else, and no answer in time, means that nobody knows."""
        nothing = subprocess.DEVNULL
        try:
            asked = subprocess.Popen(  # noqa: S603 - no shell; the operator's program, one argument
                [self.program, message_id],
                stdin=nothing,
                stdout=nothing,
                stderr=nothing,
                start_new_session=True,
            )
        except OSError:
            return None
        try:
            return {0: True, 1: False}.get(asked.wait(self.timeout))
        except subprocess.TimeoutExpired:
            os.killpg(asked.pid, signal.SIGKILL)  # what it started, too
            asked.wait()
            return None


@dataclass(frozen=True)
class PostfixLog:
    """The log of a Postfix, in as many files as it was rotated into; packed ones are not read."""

    #: absolute paths; their last part may be a pattern
    paths: Sequence[str]
    session_over: timedelta = SESSION_OVER
    most_bytes: int = MOST_BYTES
    clock: Clock = field(default=lambda: datetime.now(timezone.utc))

    def arrived(self, message_id: str, since: datetime | None) -> bool | None:
        """Whether Postfix took it. False only when the log speaks of that time, whole, and the session is over."""
        now = self.clock()
        seen = _Seen(message_id.encode("utf-8", "replace"))
        try:
            before = _files(self.paths)
            logs = sorted(_logs(before, now), key=lambda log: log.begins)
            complete = [log.read_into(seen, since, self.most_bytes) for log in logs]
            rotated = _files(self.paths) != before
        except OSError:
            return None
        if seen.taken:
            return True
        if since is None or not logs or rotated or not all(complete) or seen.is_open or seen.lines_lost:
            return None
        speaks = any(log.last >= since.replace(microsecond=0) for log in logs)
        reaches = logs[0].begins <= since - HEADER_BEFORE or logs[0].begins_with_postfix
        return False if speaks and reaches and now - since >= self.session_over else None


# ---- what the lines say -------------------------------------------------------------------------------------------


class _Seen:
    """What the lines so far say of one message; queue ids are used again, so their order counts."""

    def __init__(self, message_id: bytes) -> None:
        self._named = b"message-id=" + message_id
        #: queue ids that hold the message: open, broken (no dot came, or it was refused), or gone: another mail has it
        self._held: dict[bytes, Literal["open", "broken", "gone"]] = {}
        self._broken: set[bytes] = set()
        self._latest: dict[bytes, bytes] = {}
        self.taken = self.lines_lost = False

    @property
    def is_open(self) -> bool:
        """Whether some copy was named and neither taken nor broken: it may lie in the queue, unlogged."""
        return "open" in self._held.values()

    def line(self, line: bytes) -> None:
        """One line of the log, the oldest first."""
        if (b"syslog" in line or b"journal" in line) and _LINES_LOST.search(line):
            self.lines_lost = True
        found = _LINE.match(line)
        if found is None:
            return
        service, process, says = found.groups()
        if service == b"smtpd" and _NO_DOT.match(says):
            self._break(self._latest.pop(process, b""))
        elif (of_mail := _OF_MAIL.match(says)) is not None:
            self._of_mail(service, process, *of_mail.groups())

    def _of_mail(self, service: bytes, process: bytes, queue_id: bytes, says: bytes) -> None:
        if service == b"smtpd" and says.startswith(b"client="):
            self._free(queue_id)
            self._latest[process] = queue_id
        elif service == b"cleanup" and says == self._named:
            # a session may break before `cleanup` comes to its header
            self._held[queue_id] = "broken" if queue_id in self._broken else "open"
        elif service == b"cleanup" and says.startswith(b"message-id="):
            self._free(queue_id)
        elif self._held.get(queue_id, "gone") != "gone":
            # what broke may have been the next mail of the session, refused before it had a queue id: this one counts
            self.taken = self.taken or (service != b"smtpd" and _TAKEN.match(says) is not None)
            if _REFUSED.match(says):
                self._break(queue_id)

    def _break(self, queue_id: bytes) -> None:
        self._broken.add(queue_id)
        if self._held.get(queue_id) == "open":
            self._held[queue_id] = "broken"

    def _free(self, queue_id: bytes) -> None:
        """Another mail has the queue id, so what had it is gone."""
        self._broken.discard(queue_id)
        if queue_id in self._held:
            self._held[queue_id] = "gone"


# ---- the files ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Log:
    """One file of a log."""

    path: Path
    now: datetime
    begins: datetime
    begins_with_postfix: bool
    last: datetime

    def read_into(self, seen: _Seen, since: datetime | None, most: int) -> bool:
        """Every line that may speak of a mail of that time; whether none of them was left out."""
        with self.path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            start = 0 if since is None else self._first_after(since - READ_BEFORE, size)
            cut = size - start > most
            file.seek(size - most if cut else start)
            for line in file:
                seen.line(line)
        return not cut

    def _first_after(self, when: datetime, size: int) -> int:
        """An offset before every line of that time and later, by halving: a log may be large."""
        low, high = 0, size
        with self.path.open("rb") as file:
            while high - low > _TAIL:
                middle = (low + high) // 2
                file.seek(middle)
                file.readline()
                stamp = next(_stamps(file, self.now), None)
                low, high = (middle, high) if stamp is not None and stamp < when else (low, middle)
        return low if low == 0 else _line_start(self.path, low)


def _line_start(path: Path, offset: int) -> int:
    with path.open("rb") as file:
        file.seek(offset)
        file.readline()
        return file.tell()


def _files(paths: Sequence[str]) -> dict[str, int]:
    """The files that are there, each with its number on the disk: it changes when a log is rotated."""
    found = {
        file for path in map(Path, paths) for file in (_matching(path) if _PATTERN(path.name) else [path])
    }
    return {
        str(file): file.stat().st_ino
        for file in sorted(found)
        if file.suffix not in _PACKED and file.exists()  # rotated for the first time some day
    }


def _matching(path: Path) -> Iterable[Path]:
    return path.parent.glob(path.name)


def _logs(names: Iterable[str], now: datetime) -> Iterator[_Log]:
    """Each of these files that holds a time; raises OSError when one cannot be read."""
    for name in names:
        with Path(name).open("rb") as file:
            begins = next(_stamps(file, now), None)
            file.seek(0)
            head = [file.readline() for _ in range(5)]
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _TAIL))
            last = max(_stamps(file, now, most=_TAIL), default=None)
        if begins is not None and last is not None:
            yield _Log(Path(name), now, begins, any(b in line for line in head for b in _BEGUN), last)


def _stamps(lines: Iterable[bytes], now: datetime, most: int = 100) -> Iterator[datetime]:
    """The times of the next lines, those without one left out."""
    for line in islice(lines, most):
        stamp = time_of_line(line, now)
        if stamp is not None:
            yield stamp


def time_of_line(line: bytes, now: datetime) -> datetime | None:
    """When a line of a system log was written, in UTC; None when it does not begin with a time.

    The traditional stamp is local time and has no year: it is the last such moment before tomorrow.
    """
    iso, plain = _ISO.match(line), _STAMP.match(line)
    try:
        if iso is not None:
            return datetime.fromisoformat(iso[1].decode("ascii")).astimezone(timezone.utc)
        if plain is None or plain[1] not in _MONTHS:
            return None
        day, hour, minute, second = map(int, plain.groups()[1:])
        year = now.astimezone().year + 1
        for _ in range(9):  # eight years at most lie between two 29ths of February
            moment = time.mktime((year, _MONTHS[plain[1]], day, hour, minute, second, 0, 0, -1))
            found = datetime.fromtimestamp(moment, timezone.utc)
            if found <= now + timedelta(days=1) and found.astimezone().day == day:
                return found
            year -= 1
    except (ValueError, OverflowError):
        return None
    return None
