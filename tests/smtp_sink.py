"""An SMTP server that takes mail and, when told so, fails at any stage; its own socket code, no mail library.

    with SmtpSink() as sink:
        sink.fail("rcpt", "550 5.1.1 no such mailbox")

As a process of its own it prints its port and writes one JSON line per mail, takes commands in groups, and thinks for
so many milliseconds after it has written a mail down: python tests/smtp_sink.py LOG [MILLISECONDS]
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import socket
import socketserver
import sys
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, cast

Stage = Literal["connect", "ehlo", "auth", "mail", "rcpt", "data", "body", "dot", "rset"]

#: close the line instead of an answer
DROP = "drop"
#: what a server says that takes commands in groups (RFC 2920)
PIPELINING = ("SIZE 10000000", "PIPELINING")
#: at the dot: keep the mail, then close the line before the receipt
TAKE_AND_DROP = "take and drop"

_MESSAGE_ID = re.compile(rb"(?im)^message-id:\s*(\S+)")
_GOOD = {"connect": "220 sink.example ready", "mail": "250 2.1.0 ok", "rcpt": "250 2.1.5 ok", "data": "354 go on",
         "auth": "235 2.7.0 welcome", "dot": "250 2.0.0 taken", "rset": "250 2.0.0 forgotten"}  # fmt: skip


@dataclass(frozen=True)
class Received:
    """One mail that was taken: every octet between DATA and the dot, unstuffed."""

    message_id: str
    rcpt: str
    sha1: str
    body: bytes


@dataclass(frozen=True)
class Slow:
    """Answer late: seconds, then the answer ("" for the usual one)."""

    seconds: float
    reply: str = ""


Fault = str | Slow


class SmtpSink:
    """Listens on a free port of this host for as long as the block lasts."""

    def __init__(
        self, *, port: int = 0, log: Path | None = None, extensions: tuple[str, ...] = ("SIZE 10000000",)
    ) -> None:
        self.mails: list[Received] = []
        #: every command line that came, DATA's contents left out
        self.commands: list[str] = []
        self.connections = 0
        #: say 354 although no recipient was taken
        self.naive = False
        #: domain of a recipient -> seconds that it thinks after a dot
        self.slow: dict[str, float] = {}
        #: seconds that it thinks after it has taken a mail and before it says so
        self.thinks = 0.0
        self._log, self._extensions = log, extensions
        self._faults: defaultdict[Stage, list[Fault]] = defaultdict(list)
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", port), _Talk)
        self._server.sink = self
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )

    def __enter__(self) -> SmtpSink:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """As CTM_ALERTS_MAIL_URL wants it."""
        return f"smtp://127.0.0.1:{self.port}?starttls=never"

    def fail(self, stage: Stage, *faults: Fault) -> None:
        """The next answers of a stage, in this order; then the usual one again."""
        with self._lock:
            self._faults[stage] += faults

    def forget(self) -> None:
        """No more faults."""
        with self._lock:
            self._faults.clear()

    def answer(self, stage: Stage) -> str:
        """What the stage says now; waits when it is slow."""
        with self._lock:
            waiting = self._faults[stage]
            fault = waiting.pop(0) if waiting else ""
        if isinstance(fault, Slow):
            time.sleep(fault.seconds)
            fault = fault.reply
        return fault or self._usual(stage)

    def _usual(self, stage: Stage) -> str:
        if stage == "ehlo":
            names = ("sink.example", *self._extensions)
            return "\r\n".join(f"250{' ' if n == names[-1] else '-'}{n}" for n in names)
        return _GOOD.get(stage, "")

    def take(self, rcpt: str, body: bytes) -> None:
        """Keep a mail, on the disk too when there is a log."""
        found = _MESSAGE_ID.search(body)
        mail = Received(
            "" if found is None else found[1].decode("ascii"), rcpt, hashlib.sha1(body).hexdigest(), body
        )
        with self._lock:
            self.mails.append(mail)
            if self._log is not None:
                line = {"message_id": mail.message_id, "rcpt": [rcpt], "sha1": mail.sha1,
                        "bytes": len(body), "raw": base64.b64encode(body).decode("ascii")}  # fmt: skip
                with self._log.open("a", encoding="ascii") as file:
                    file.write(json.dumps(line) + "\n")

    def heard(self, line: str) -> None:
        """Note a command."""
        with self._lock:
            self.commands.append(line)

    def connected(self) -> None:
        """Count a connection."""
        with self._lock:
            self.connections += 1


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    #: a client that waits for nothing must not keep the test from ending
    daemon_threads = True
    block_on_close = False
    sink: SmtpSink


class _Gone(Exception):
    """The line is closed, by them or by us."""


class _Talk(socketserver.StreamRequestHandler):
    """One connection."""

    def handle(self) -> None:
        self.sink = cast(_Server, self.server).sink
        self.sink.connected()
        self.rcpt = ""
        try:
            self._say("connect")
            while True:
                self._command(self._line().decode("utf-8", "replace").rstrip("\r\n"))
        except (_Gone, OSError):
            return

    def finish(self) -> None:
        try:
            super().finish()
        except OSError:
            return

    def _command(self, line: str) -> None:
        self.sink.heard(line)
        verb = line.split(" ", 1)[0].upper()
        if verb == "QUIT":
            self._write("221 2.0.0 goodbye")
            raise _Gone
        if verb == "DATA":
            if not self.rcpt and not self.sink.naive:
                self._write("503 5.5.1 no valid recipient")
            elif self._say("data").startswith("354"):
                self._data()
        elif verb in ("EHLO", "AUTH", "MAIL", "RCPT", "RSET"):
            said = self._say(cast(Stage, verb.lower()))
            if verb == "RCPT" and said.startswith("2"):
                self.rcpt = line.partition("<")[2].partition(">")[0]
            elif verb != "RCPT":
                self.rcpt = ""
        else:
            self._write("502 5.5.1 not here")

    def _data(self) -> None:
        if self.sink.answer("body") == DROP:
            self._hang_up()
        lines = []
        while (line := self._line()) != b".\r\n":
            lines.append(line[1:] if line.startswith(b".") else line)
        time.sleep(self.sink.slow.get(self.rcpt.rpartition("@")[2], 0))
        body, reply = b"".join(lines), self.sink.answer("dot")
        if reply.startswith("2") or reply == TAKE_AND_DROP:
            self.sink.take(self.rcpt, body)
            time.sleep(self.sink.thinks)
        self.rcpt = ""
        self._write(reply)

    def _line(self) -> bytes:
        line = self.rfile.readline()
        if not line.endswith(b"\n"):
            raise _Gone
        return line

    def _say(self, stage: Stage) -> str:
        reply = self.sink.answer(stage)
        self._write(reply)
        return reply

    def _write(self, reply: str) -> None:
        if reply in (DROP, TAKE_AND_DROP):
            self._hang_up()
        self.wfile.write(reply.encode("utf-8") + b"\r\n")

    def _hang_up(self) -> None:
        self.connection.shutdown(socket.SHUT_RDWR)
        raise _Gone


def main() -> None:
    """Serve until the process is ended."""
    with SmtpSink(log=Path(sys.argv[1]), extensions=PIPELINING) as sink:
        sink.thinks = float((sys.argv[2:] or ["0"])[0]) / 1000
        print(sink.port, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
