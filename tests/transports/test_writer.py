"""From a digest to its bytes: the same digest gives the same bytes, and a preview hands out nobody's links."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from ctm_alerts.digests.digest import Digest
from ctm_alerts.settings import load
from ctm_alerts.subscribers.links import Purpose, Signer, Token
from ctm_alerts.transports.writer import Writer
from tests.emails.mail_people import BRAND, FREE, PLUS, QUIET, WATCH, read_templates
from tests.people import NOW, subscriber

KEY = "a key of 32 characters or more, say"
TEMPLATES = read_templates()
DIGEST = replace(FREE, subscriber_id="41")
LINK = re.compile(r"https://alerts\.example/(\w[\w/]*)/([\w.-]+)")


def writer(*keys: str, placeholder: bool = False) -> Writer:
    return Writer(
        Signer(*(keys or (KEY,))),
        BRAND,
        TEMPLATES,
        "https://alerts.example",
        load({}).plans,
        "Yes, send me job alerts.",
        placeholder=placeholder,
    )


def parsed(body: bytes) -> EmailMessage:
    message = message_from_bytes(body, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def text(body: bytes) -> str:
    part = parsed(body).get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_the_same_digest_gives_the_same_bytes_whenever_and_wherever_it_is_made() -> None:
    assert writer().digest(DIGEST) == writer(KEY, "an older key that is still accepted").digest(DIGEST)


@pytest.mark.parametrize(
    "other",
    [
        replace(DIGEST, subscriber_id="42"),
        replace(DIGEST, kind="catchup"),
        replace(DIGEST, due_at=DIGEST.due_at + timedelta(seconds=1)),
    ],
)
def test_another_period_is_another_message(other: Digest) -> None:
    one, two = writer().digest(DIGEST)[1], writer().digest(other)[1]
    assert one.message_id != two.message_id
    assert parsed(one.body).get_boundary() != parsed(two.body).get_boundary()


def test_a_message_id_cannot_be_guessed_without_the_key() -> None:
    assert (
        writer().digest(DIGEST)[1].message_id
        != writer("another key of 32 characters").digest(DIGEST)[1].message_id
    )


def test_a_digest_is_a_mail_for_the_outbox() -> None:
    subject, mail = writer().digest(DIGEST)
    message = parsed(mail.body)
    assert subject == message["Subject"]
    assert (mail.subscriber_id, mail.purpose, mail.to_address, mail.plan) == (
        "41",
        "digest",
        "alice@example.com",
        "free",
    )
    assert mail.message_id == message["Message-ID"]
    assert message["Date"].datetime == DIGEST.due_at
    assert message["Feedback-ID"] == "regular:free:digest:ctmalerts"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", mail.body)


@pytest.mark.parametrize(("digest", "wait"), [(DIGEST, timedelta(days=4)), (PLUS, timedelta(hours=20))])
def test_a_mail_is_given_up_before_it_would_fall_into_the_next_edition(
    digest: Digest, wait: timedelta
) -> None:
    assert writer().digest(digest)[1].give_up_at == digest.receipt.window_end + wait


def test_notes_are_mail_of_their_own_purpose() -> None:
    for note in (QUIET, WATCH):
        subject, mail = writer().note(note)
        assert (mail.purpose, mail.plan, mail.to_address) == ("note", note.plan, note.to_address)
        assert parsed(mail.body)["Subject"] == subject
        assert writer().note(note) == (subject, mail)


def test_the_links_of_a_digest_are_signed_for_its_subscriber_each_for_one_purpose() -> None:
    links = dict(LINK.findall(text(writer().digest(DIGEST)[1].body)))
    purposes: dict[str, Purpose] = {
        "unsubscribe": "unsubscribe",
        "adjust/tier": "tier",
        "adjust/place": "place",
    }
    assert set(links) == set(purposes)
    for path, token in links.items():
        assert Signer(KEY).read(purposes[path], token, NOW) == Token(purposes[path], "41", DIGEST.due_at)


def test_the_header_and_the_body_leave_by_the_same_link() -> None:
    body = writer().digest(DIGEST)[1].body
    (link,) = re.findall(r"<(https://[^>]+)>", parsed(body)["List-Unsubscribe"])
    assert link in text(body)


def test_a_preview_is_the_same_mail_with_links_that_do_nothing() -> None:
    subject, mail = writer(placeholder=True).digest(DIGEST)
    real_subject, real = writer().digest(DIGEST)
    assert (subject, mail.message_id, parsed(mail.body).get_boundary()) == (
        real_subject, real.message_id, parsed(real.body).get_boundary(),
    )  # fmt: skip
    assert set(LINK.findall(text(mail.body))) == {
        ("unsubscribe", "preview"),
        ("adjust/tier", "preview"),
        ("adjust/place", "preview"),
    }
    assert "41." not in parsed(mail.body)["List-Unsubscribe"]
    assert text(mail.body) == LINK.sub(r"https://alerts.example/\1/preview", text(real.body))
    assert Signer(KEY).read("unsubscribe", "preview", NOW) is None


def test_a_message_before_it_is_packed_says_what_the_mail_says() -> None:
    message = writer().message(DIGEST)
    subject, mail = writer().digest(DIGEST)
    assert message.subject == subject
    assert message.text.split() == text(mail.body).split()
    assert writer().message(WATCH).subject == writer().note(WATCH)[0]


def test_a_confirmation_belongs_to_no_list_and_lives_as_long_as_its_link() -> None:
    now = datetime(2026, 11, 25, 8, 0, 7, tzinfo=UTC)
    person = subscriber(id="41", status="pending")
    mail = writer().confirm(person, now)
    message = parsed(mail.body)
    assert (mail.subscriber_id, mail.purpose, mail.to_address, mail.plan) == (
        "41",
        "confirm",
        person.email,
        "free",
    )
    assert mail.give_up_at == now + timedelta(days=7)
    assert [h for h in message if h.lower().startswith(("list-", "precedence", "feedback"))] == []
    (found,) = {token for path, token in LINK.findall(text(mail.body)) if path == "confirm"}
    assert Signer(KEY).read("confirm", found, now) == Token("confirm", "41", now)
    assert writer().confirm(person, now) == mail
    assert writer().confirm(person, now + timedelta(seconds=1)).message_id != mail.message_id
