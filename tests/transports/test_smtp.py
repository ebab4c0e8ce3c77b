"""SMTP against a real server of this host that fails when told so."""

from __future__ import annotations

import hashlib
import socket

import pytest

from ctm_alerts.errors import LineLost, MailRefused, MailSystemDown, TransportError
from ctm_alerts.transports.smtp import Smtp, SmtpAddress, SmtpSession, Stage, fqdn, read_reply
from tests.smtp_sink import DROP, TAKE_AND_DROP, Received, SmtpSink
from tests.smtp_sink import Stage as SinkStage

BODY = b"Message-ID: <1@alerts.example>\r\nSubject: 1 new posting\r\n\r\nHello\r\n"
RECIPIENT = "alice@people.example"
SENDER = "alerts@alerts.example"


def relay(sink: SmtpSink, url: str = "") -> Smtp:
    return Smtp(SmtpAddress.from_url(url or sink.url), SENDER, "client.example")


def send(session: SmtpSession, body: bytes = BODY, to: str = RECIPIENT) -> str:
    session.begin(to, "<1@alerts.example>", body)
    return session.finish()


def refusal(sink: SmtpSink) -> TransportError:
    """What sending one mail raises."""
    session = relay(sink).open()
    try:
        with pytest.raises(TransportError) as refused:
            send(session)
    finally:
        session.close()
    return refused.value


def told(error: TransportError) -> tuple[object, ...]:
    return (
        type(error),
        error.permanent,
        getattr(error, "address_is_dead", None),
        getattr(error, "after_dot", None),
        error.reply,
    )


# -- the way of one mail


def test_a_mail_arrives_and_its_receipt_is_kept() -> None:
    with SmtpSink() as sink:
        session = relay(sink).open()
        assert send(session) == "250 2.0.0 taken"
        session.close()
        assert sink.mails == [Received("<1@alerts.example>", RECIPIENT, hashlib.sha1(BODY).hexdigest(), BODY)]
        assert [c.lower() for c in sink.commands] == [
            "ehlo client.example", f"mail from:<{SENDER}> size={len(BODY)}", f"rcpt to:<{RECIPIENT}>", "data", "quit",
        ]  # fmt: skip


def test_one_connection_takes_many_mails() -> None:
    with SmtpSink() as sink:
        session = relay(sink).open()
        for _ in range(3):
            send(session)
        session.close()
        assert (sink.connections, len(sink.mails)) == (1, 3)


@pytest.mark.parametrize(
    ("body", "arrives"),
    [
        (b"a\r\n.b\r\n..c\r\n.\r\nd\r\n", b"a\r\n.b\r\n..c\r\n.\r\nd\r\n"),
        (b".a\r\n", b".a\r\n"),
        (b"no end of line", b"no end of line\r\n"),
        (b"bare\nline\rends\r\r\n", b"bare\r\nline\r\nends\r\n\r\n"),
        (b"\r\n.\r\nMAIL FROM:<x@evil.example>\r\n", b"\r\n.\r\nMAIL FROM:<x@evil.example>\r\n"),
        (b"\n.\r\nsmuggled\r\n", b"\r\n.\r\nsmuggled\r\n"),
        (b"\r.\rsmuggled\r\n", b"\r\n.\r\nsmuggled\r\n"),
        (b"", b"\r\n"),
        (bytes(range(14, 256)) * 4_000 + b"\r\n", bytes(range(14, 256)) * 4_000 + b"\r\n"),
    ],
)
def test_the_body_arrives_octet_for_octet_as_crlf_lines(body: bytes, arrives: bytes) -> None:
    with SmtpSink() as sink:
        session = relay(sink).open()
        send(session, body)
        session.close()
        assert [m.body for m in sink.mails] == [arrives]


def test_without_its_dot_a_mail_was_never_sent() -> None:
    with SmtpSink() as sink:
        session = relay(sink).open()
        session.begin(RECIPIENT, "<1@alerts.example>", BODY)
        session.abandon()
        session.close()
        begun = relay(sink).open()
        begun.begin(RECIPIENT, "<1@alerts.example>", BODY)
        begun.close()
        after = relay(sink).open()
        send(after)
        after.close()
        assert len(sink.mails) == 1


def test_an_international_domain_goes_on_the_wire_in_ascii() -> None:
    with SmtpSink() as sink:
        session = relay(sink).open()
        send(session, to="anna@b\u00fccher.example")
        session.close()
        assert [m.rcpt for m in sink.mails] == ["anna@xn--bcher-kva.example"]


@pytest.mark.parametrize(
    "to", ["\u00e4nne@people.example", "a@people.example\r\nRCPT TO:<b@people.example>", "nobody"]
)
def test_an_address_that_cannot_go_on_the_wire_is_refused_and_the_line_is_kept(to: str) -> None:
    with SmtpSink() as sink:
        session = relay(sink).open()
        with pytest.raises(MailRefused) as refused:
            session.begin(to, "<1@alerts.example>", BODY)
        assert (refused.value.permanent, refused.value.address_is_dead) == (True, False)
        send(session)
        session.close()
        assert [m.rcpt for m in sink.mails] == [RECIPIENT]


# -- replies that say no


@pytest.mark.parametrize(
    ("stage", "reply", "error"),
    [
        ("rcpt", "550 5.1.1 no such mailbox", (MailRefused, True, True, None, "550 5.1.1 no such mailbox")),
        ("rcpt", "451 4.7.1 greylisted", (MailRefused, False, False, None, "451 4.7.1 greylisted")),
        ("rcpt", "452 4.2.2 mailbox full", (MailRefused, False, False, None, "452 4.2.2 mailbox full")),
        ("rcpt", "552 5.2.2 mailbox full", (MailRefused, False, False, None, "552 5.2.2 mailbox full")),
        ("rcpt", "550-5.7.1 your address\r\n550 5.7.1 is listed",
         (MailSystemDown, False, None, None, "550 5.7.1 your address 5.7.1 is listed")),
        ("mail", "451 4.3.0 later", (MailSystemDown, False, None, None, "451 4.3.0 later")),
        ("mail", "553 5.1.8 sender unknown", (MailSystemDown, False, None, None, "553 5.1.8 sender unknown")),
        ("data", "451 4.3.1 disk full", (MailRefused, False, False, None, "451 4.3.1 disk full")),
        ("data", "250 what", (MailSystemDown, False, None, None, "250 what")),
        ("dot", "451 4.3.0 later", (MailRefused, False, False, None, "451 4.3.0 later")),
        ("dot", "550 5.3.4 too long", (MailRefused, True, False, None, "550 5.3.4 too long")),
        ("dot", "554 5.7.1 looks like spam", (MailSystemDown, False, None, None, "554 5.7.1 looks like spam")),
        ("dot", "421 4.3.2 going down", (MailSystemDown, False, None, None, "421 4.3.2 going down")),
        ("mail", "421 4.3.2 going down", (MailSystemDown, False, None, None, "421 4.3.2 going down")),
        ("rcpt", "421 4.7.0 too many", (MailSystemDown, False, None, None, "421 4.7.0 too many")),
    ],
)  # fmt: skip
def test_a_reply_that_says_no_is_read_for_what_it_means(
    stage: SinkStage, reply: str, error: tuple[object, ...]
) -> None:
    with SmtpSink() as sink:
        sink.fail(stage, reply)
        assert told(refusal(sink)) == error
        assert sink.mails == []


def test_after_a_refusal_the_same_line_takes_the_next_mail() -> None:
    with SmtpSink() as sink:
        sink.fail("rcpt", "550 5.1.1 no such mailbox")
        session = relay(sink).open()
        with pytest.raises(MailRefused):
            send(session)
        send(session)
        session.close()
        assert (sink.connections, len(sink.mails), sink.commands.count("rset")) == (1, 1, 1)


def test_a_receipt_of_several_lines_is_kept_in_one() -> None:
    with SmtpSink() as sink:
        sink.fail("dot", "250-2.0.0 taken\r\n250-as 4711\r\n250 goodbye")
        session = relay(sink).open()
        assert send(session) == "250 2.0.0 taken as 4711 goodbye"
        session.close()


# -- lines that break


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
def test_a_line_that_breaks_before_the_body_is_safe_to_try_again(stage: SinkStage) -> None:
    with SmtpSink() as sink:
        sink.fail(stage, DROP)
        lost = refusal(sink)
        assert told(lost)[:4] == (LineLost, False, None, False)
        assert sink.mails == []


def test_a_line_that_breaks_between_body_and_dot_leaves_nothing_behind() -> None:
    with SmtpSink() as sink:
        sink.fail("body", DROP)
        session = relay(sink).open()
        with pytest.raises(LineLost):
            send(session, BODY + b"x" * 2_000_000 + b"\r\n")
        session.close()
        assert sink.mails == []


@pytest.mark.parametrize(("fault", "taken"), [(DROP, 0), (TAKE_AND_DROP, 1)])
def test_a_line_that_breaks_after_the_dot_is_ambiguous(fault: str, taken: int) -> None:
    with SmtpSink() as sink:
        sink.fail("dot", fault)
        assert told(refusal(sink))[:4] == (LineLost, False, None, True)
        assert len(sink.mails) == taken


@pytest.mark.parametrize("reply", ["gibberish", f"250 {'x' * 9_000}"])
def test_an_answer_after_the_dot_that_nobody_can_read_is_ambiguous(reply: str) -> None:
    with SmtpSink() as sink:
        sink.fail("dot", reply)
        assert told(refusal(sink))[:4] == (LineLost, False, None, True)


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
@pytest.mark.parametrize("reply", ["gibberish", f"250 {'x' * 9_000}"])
def test_an_answer_before_the_dot_that_nobody_can_read_blames_no_address(
    stage: SinkStage, reply: str
) -> None:
    with SmtpSink() as sink:
        sink.fail(stage, reply)
        error = refusal(sink)
        assert isinstance(error, MailSystemDown | LineLost)
        assert not getattr(error, "after_dot", False)


# -- opening


def test_a_relay_that_is_not_there_is_our_own_trouble() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        with pytest.raises(MailSystemDown, match=f"127.0.0.1:{port}: "):
            Smtp(SmtpAddress.from_url(f"smtp://127.0.0.1:{port}"), SENDER, "c.example").open()


@pytest.mark.parametrize(
    ("stage", "reply", "says"),
    [
        ("connect", "554 5.3.2 not today", "127.0.0.1: 554 5.3.2 not today"),
        ("connect", "421 4.3.2 busy", "127.0.0.1: 421 4.3.2 busy"),
        ("connect", DROP, "127.0.0.1:"),
        ("ehlo", DROP, "127.0.0.1:"),
    ],
)
def test_a_relay_that_will_not_talk_is_our_own_trouble(stage: SinkStage, reply: str, says: str) -> None:
    with SmtpSink() as sink:
        sink.fail(stage, reply)
        with pytest.raises(MailSystemDown) as down:
            relay(sink).open()
        assert down.value.reply.startswith(says)


def test_without_starttls_where_it_is_required_nothing_is_sent() -> None:
    with SmtpSink(extensions=("AUTH PLAIN",)) as sink:
        url = f"smtp://user:secret@127.0.0.1:{sink.port}"
        with pytest.raises(MailSystemDown, match="offers no STARTTLS, which is required; nothing was sent"):
            relay(sink, url).open()
        assert [c.split()[0].lower() for c in sink.commands] == ["ehlo"]


def test_starttls_that_breaks_is_our_own_trouble() -> None:
    with (
        SmtpSink(extensions=("STARTTLS",)) as sink,
        pytest.raises(MailSystemDown, match=r"502 5[.]5[.]1 not here"),
    ):
        relay(sink, f"smtp://127.0.0.1:{sink.port}").open()


def test_a_login_is_made_before_any_mail() -> None:
    with SmtpSink(extensions=("AUTH PLAIN",)) as sink:
        session = relay(sink, f"smtp://us%40er:se%3Acret@127.0.0.1:{sink.port}?starttls=never").open()
        send(session)
        session.close()
        assert sink.commands[1] == "AUTH PLAIN AHVzQGVyAHNlOmNyZXQ="
        assert len(sink.mails) == 1


@pytest.mark.parametrize("password", ["wrong", "w%C3%B6rong"])
def test_a_login_that_is_refused_is_our_own_trouble(password: str) -> None:
    with SmtpSink(extensions=("AUTH PLAIN",)) as sink:
        sink.fail("auth", "535 5.7.8 no such login")
        with pytest.raises(MailSystemDown) as down:
            relay(sink, f"smtp://user:{password}@127.0.0.1:{sink.port}?starttls=never").open()
        assert "secret" not in down.value.reply


# -- words


@pytest.mark.parametrize(
    ("code", "text", "stage", "error"),
    [
        (550, b"5.1.1 unknown", "recipient", (MailRefused, True, True)),
        (550, b"5.1.2 no such domain", "recipient", (MailRefused, True, True)),
        (550, b"5.1.10 null MX", "recipient", (MailRefused, True, True)),
        (550, b"no such user", "recipient", (MailRefused, True, True)),
        (551, b"user not local", "recipient", (MailRefused, True, True)),
        (553, b"mailbox name invalid", "recipient", (MailRefused, True, True)),
        (550, b"5.1.1 unknown", "data", (MailRefused, True, False)),
        (550, b"5.7.1 blocked", "recipient", (MailSystemDown, False, None)),
        (550, b"5.7.26 unauthenticated", "data", (MailSystemDown, False, None)),
        (554, b"no", "recipient", (MailSystemDown, False, None)),
        (550, b"5.6.0 bad content", "data", (MailSystemDown, False, None)),
        (552, b"5.2.2 full", "recipient", (MailRefused, False, False)),
        (550, b"5.2.2 full", "recipient", (MailRefused, False, False)),
        (552, b"full", "recipient", (MailRefused, False, False)),
        (450, b"4.2.0 greylisted", "recipient", (MailRefused, False, False)),
        (451, b"4.1.8 domain", "recipient", (MailRefused, False, False)),
        (550, b"5.2.1 disabled", "recipient", (MailRefused, True, False)),
        (421, b"4.3.2 down", "recipient", (MailSystemDown, False, None)),
        (421, b"4.3.2 down", "data", (MailSystemDown, False, None)),
        (550, b"5.1.1 unknown", "sender", (MailSystemDown, False, None)),
        (535, b"5.7.8 login", "login", (MailSystemDown, False, None)),
        (354, b"go on", "data", (MailSystemDown, False, None)),
        (550, b"host 10.5.7.1 says no such user", "recipient", (MailRefused, True, True)),
        (550, b"host 5.7.1.10 says no such user", "recipient", (MailRefused, True, True)),
        (550, b"no such user (5.1.1).", "recipient", (MailRefused, True, True)),
    ],
)
def test_the_enhanced_code_is_read_first(
    code: int, text: bytes, stage: Stage, error: tuple[object, ...]
) -> None:
    found = read_reply(code, text, stage)
    assert told(found)[:3] == error
    assert found.reply == f"{code} {text.decode()}"


def test_a_reply_is_kept_on_one_line_of_bounded_length() -> None:
    assert read_reply(550, b"a\nb\xff" + b"x" * 900, "data").reply == f"550 a b\ufffd{'x' * 492}"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("smtp://relay.example", SmtpAddress("relay.example", 587, None, None, False, "required")),
        ("smtp://localhost:25", SmtpAddress("localhost", 25, None, None, False, "offered")),
        ("smtp://u:p@127.0.0.1", SmtpAddress("127.0.0.1", 587, "u", "p", False, "required")),
        (
            "smtp://u%40x:p%2F@r.example:2525?starttls=offered",
            SmtpAddress("r.example", 2525, "u@x", "p/", False, "offered"),
        ),
        ("smtp://r.example?starttls=never", SmtpAddress("r.example", 587, None, None, False, "never")),
        ("smtp://r.example?starttls=maybe", SmtpAddress("r.example", 587, None, None, False, "required")),
        ("smtps://r.example", SmtpAddress("r.example", 465, None, None, True, "required")),
    ],
)
def test_an_address_of_a_relay_is_read(url: str, address: SmtpAddress) -> None:
    assert SmtpAddress.from_url(url) == address


def test_a_plain_relay_cannot_be_asked_what_arrived() -> None:
    assert Smtp(SmtpAddress.from_url("smtp://relay.example"), SENDER, "c.example").arrived("<1@x>") is None  # type: ignore[func-returns-value]  # None is the answer


def test_we_say_hello_with_a_name_or_an_address() -> None:
    assert "." in fqdn()
