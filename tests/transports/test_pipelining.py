"""Commands in groups (RFC 2920): fewer round trips, and no body, dot or mail that was not asked for."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

import pytest

from ctm_alerts.errors import LineLost, MailRefused, MailSystemDown
from ctm_alerts.transports.smtp import TIMEOUTS, Smtp, SmtpAddress, SmtpSession, Timeouts
from tests.smtp_sink import DROP, PIPELINING, TAKE_AND_DROP, SmtpSink

BODY = b"Message-ID: <%d@alerts.example>\r\n\r\nHello\r\n"
Script = Callable[[BinaryIO, BinaryIO, socket.socket], None]


@contextmanager
def scripted(script: Script, timeouts: Timeouts = TIMEOUTS) -> Iterator[Smtp]:
    """A server that greets, offers PIPELINING, and then follows a script; its failure is the test's."""
    failures: list[BaseException] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            try:
                connection, _ = listener.accept()
                with connection, connection.makefile("rb") as reads, connection.makefile("wb", 0) as writes:
                    writes.write(b"220 hello\r\n")
                    reads.readline()
                    writes.write(b"250-hello\r\n250 PIPELINING\r\n")
                    script(reads, writes, connection)
            except BaseException as error:
                failures.append(error)

        thread = threading.Thread(target=serve)
        thread.start()
        yield relay(f"smtp://127.0.0.1:{listener.getsockname()[1]}", timeouts)
        thread.join(10)
        assert not thread.is_alive()
    if failures:
        raise failures[0]


def relay(url: str, timeouts: Timeouts = TIMEOUTS) -> Smtp:
    return Smtp(SmtpAddress.from_url(url), "alerts@alerts.example", "client.example", timeouts=timeouts)


def begin(session: SmtpSession, number: int) -> None:
    session.begin(*mail(number))


def mail(number: int) -> tuple[str, str, bytes]:
    return f"p{number}@people.example", f"<{number}@alerts.example>", BODY % number


def verbs(sink: SmtpSink) -> list[str]:
    return [c.split(" ")[0].upper() for c in sink.commands if not c.upper().startswith(("EHLO", "QUIT"))]


def test_the_whole_envelope_is_written_before_its_first_reply() -> None:
    def script(reads: BinaryIO, writes: BinaryIO, _: socket.socket) -> None:
        group = [reads.readline() for _ in range(3)]
        assert [line.split()[0] for line in group] == [b"MAIL", b"RCPT", b"DATA"]
        writes.write(b"250 ok\r\n250 ok\r\n354 go on\r\n")
        assert list(iter(reads.readline, b".\r\n")) == (BODY % 1).splitlines(keepends=True)
        writes.write(b"250 taken\r\n")

    with scripted(script) as server:
        session = server.open()
        begin(session, 1)
        assert session.finish() == "250 taken"
        session.close()


def test_the_next_envelope_goes_with_the_dot() -> None:
    def script(reads: BinaryIO, writes: BinaryIO, _: socket.socket) -> None:
        for _ in range(3):
            reads.readline()
        writes.write(b"250 ok\r\n250 ok\r\n354 go on\r\n")
        while reads.readline() != b".\r\n":
            pass
        # not a word is said before all of the next envelope is there
        assert [reads.readline().split()[0] for _ in range(3)] == [b"MAIL", b"RCPT", b"DATA"]
        writes.write(b"250 first taken\r\n250 ok\r\n250 ok\r\n354 go on\r\n")
        while reads.readline() != b".\r\n":
            pass
        writes.write(b"250 second taken\r\n")

    with scripted(script) as server:
        session = server.open()
        begin(session, 1)
        assert session.finish_then(*mail(2)) == "250 first taken"
        begin(session, 2)
        assert session.finish() == "250 second taken"
        session.close()


def test_no_body_is_written_before_its_own_354() -> None:
    def script(reads: BinaryIO, writes: BinaryIO, connection: socket.socket) -> None:
        for _ in range(3):
            reads.readline()
        writes.write(b"250 ok\r\n250 ok\r\n")
        connection.settimeout(0.3)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        connection.settimeout(None)
        writes.write(b"354 go on\r\n")
        connection.recv(10_000)

    with scripted(script) as server:
        session = server.open()
        begin(session, 1)
        session.abandon()


def test_a_refused_recipient_costs_one_mail_and_not_the_connection() -> None:
    with SmtpSink(extensions=PIPELINING) as sink:
        sink.fail("rcpt", "550 5.1.1 no such mailbox")
        session = relay(sink.url).open()
        with pytest.raises(MailRefused, match=r"5\.1\.1"):
            begin(session, 1)
        begin(session, 2)
        session.finish()
        session.close()
        assert [m.rcpt for m in sink.mails] == ["p2@people.example"]
        assert (sink.connections, verbs(sink)) == (
            1,
            ["MAIL", "RCPT", "DATA", "RSET", "MAIL", "RCPT", "DATA"],
        )


def test_a_server_that_wants_a_body_for_nobody_gets_no_dot() -> None:
    with SmtpSink(extensions=PIPELINING) as sink:
        sink.naive = True
        sink.fail("rcpt", "550 5.1.1 no such mailbox")
        session = relay(sink.url).open()
        with pytest.raises(MailRefused, match=r"5\.1\.1"):
            begin(session, 1)
        assert not session.is_open
        assert sink.mails == []


def test_a_refused_sender_is_what_is_told_and_not_what_follows_from_it() -> None:
    with SmtpSink(extensions=PIPELINING) as sink:
        sink.fail("mail", "550 5.7.1 not you")
        sink.fail("rcpt", "503 5.5.1 MAIL first")
        session = relay(sink.url).open()
        with pytest.raises(MailSystemDown, match="not you"):
            begin(session, 1)
        session.close()


def test_a_mail_that_is_refused_at_its_dot_does_not_touch_the_one_behind_it() -> None:
    with SmtpSink(extensions=PIPELINING) as sink:
        sink.fail("dot", "550 5.3.4 too long")
        session = relay(sink.url).open()
        begin(session, 1)
        with pytest.raises(MailRefused, match="too long"):
            session.finish_then(*mail(2))
        begin(session, 2)
        session.finish()
        session.close()
        assert [m.message_id for m in sink.mails] == ["<2@alerts.example>"]
        assert verbs(sink) == ["MAIL", "RCPT", "DATA", "MAIL", "RCPT", "DATA"]


@pytest.mark.parametrize("fault", [DROP, TAKE_AND_DROP])
def test_a_line_that_breaks_at_the_dot_leaves_that_one_mail_open(fault: str) -> None:
    with SmtpSink(extensions=PIPELINING) as sink:
        sink.fail("dot", fault)
        session = relay(sink.url).open()
        begin(session, 1)
        with pytest.raises(LineLost) as lost:
            session.finish_then(*mail(2))
        assert lost.value.after_dot
        session.close()
        assert len(sink.mails) == (fault == TAKE_AND_DROP)


def test_an_address_that_cannot_be_written_is_the_next_mail_s_own_trouble() -> None:
    with SmtpSink(extensions=PIPELINING) as sink:
        session = relay(sink.url).open()
        begin(session, 1)
        assert session.finish_then("no address", "<2@alerts.example>", BODY % 2) == "250 2.0.0 taken"
        with pytest.raises(MailRefused, match="not an address"):
            session.begin("no address", "<2@alerts.example>", BODY % 2)
        begin(session, 3)
        session.finish()
        session.close()
        assert [m.message_id for m in sink.mails] == ["<1@alerts.example>", "<3@alerts.example>"]


def test_what_was_begun_ahead_is_left_without_a_dot() -> None:
    with SmtpSink(extensions=PIPELINING) as sink:
        session = relay(sink.url).open()
        begin(session, 1)
        session.finish_then(*mail(2))
        session.close()  # told to stop
        assert [m.message_id for m in sink.mails] == ["<1@alerts.example>"]
        assert verbs(sink)[-3:] == ["MAIL", "RCPT", "DATA"]


def test_a_server_that_drips_its_reply_is_left() -> None:
    def script(reads: BinaryIO, writes: BinaryIO, connection: socket.socket) -> None:
        gone = threading.Event()
        for letter in b"250 " + b"o" * 100:
            try:
                writes.write(bytes([letter]))
            except OSError:
                return
            gone.wait(0.1)
        raise AssertionError("it listened for ten seconds")

    with scripted(script, Timeouts(command=0.5)) as server:
        session = server.open()
        with pytest.raises(LineLost, match=r"timed out|too long") as lost:
            begin(session, 1)
        assert not lost.value.after_dot
        session.close()


def test_a_server_that_is_silent_at_the_end_is_left() -> None:
    def script(reads: BinaryIO, writes: BinaryIO, _: socket.socket) -> None:
        assert reads.readline().upper() == b"QUIT\r\n"
        assert reads.readline() == b""  # until we hang up

    with scripted(script, Timeouts(goodbye=0.2)) as server:
        server.open().close()
