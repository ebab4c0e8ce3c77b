"""The bytes of a mail: same in, same out; headers that mean what they say, whatever the texts hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctm_alerts.errors import MailRefused, TransportError
from ctm_alerts.transports import mime
from tests.emails.mail_people import BRAND, pack, write_all
from tests.sender_checks import check_eml

MAILS = write_all()
FREE = MAILS["free"]


def names(raw: bytes) -> list[str]:
    return list(message_from_bytes(raw).keys())


def read(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)


@pytest.mark.parametrize("name", MAILS)
def test_same_mail_gives_the_same_bytes(name: str) -> None:
    assert pack(MAILS[name]) == pack(write_all()[name])


@pytest.mark.parametrize("name", MAILS)
def test_both_parts_come_back_as_they_were_written(name: str) -> None:
    mail = read(pack(MAILS[name]))
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().replace("\r\n", "\n") == MAILS[name].text
    assert html.get_content().replace("\r\n", "\n") == MAILS[name].html
    assert [p.defects for p in mail.walk()] == [[], [], []]


def test_digest_has_every_list_header_once_and_a_confirmation_none() -> None:
    assert names(pack(FREE)) == [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "List-Id",
        "List-Unsubscribe",
        "List-Unsubscribe-Post",
        "Precedence",
        "Auto-Submitted",
        "Feedback-ID",
        "MIME-Version",
        "Content-Type",
    ]
    assert names(pack(MAILS["confirm"])) == [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "MIME-Version",
        "Content-Type",
    ]


def test_long_unsubscribe_link_stays_on_one_line_and_in_clear() -> None:
    url = "https://ctm-alerts.example/u/" + "A" * 400
    raw = pack(FREE, unsubscribe_url=url)
    assert f"List-Unsubscribe: <{url}>, <{FREE.unsubscribe_mailto}>\r\n".encode() in raw


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300), st.text(max_size=120))
def test_no_subject_and_no_name_can_add_a_header(subject: str, name: str) -> None:
    raw = pack(replace(FREE, subject=subject), to_name=name, brand=replace(BRAND, sender_name=name))
    assert names(raw) == names(pack(FREE))
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))


@pytest.mark.parametrize(
    "hostile",
    [
        "a\r\nBcc: eve@example.com",
        "=?utf-8?q?a=0D=0ABcc:eve@example.com?=",
        "a\nX: y",
        "a\u2028X: y",
        "a\x85X: y",
    ],
)
def test_injection_stays_within_the_subject(hostile: str) -> None:
    raw = pack(replace(FREE, subject=hostile))
    assert read(raw)["Bcc"] is None
    assert len(str(make_header(decode_header(message_from_bytes(raw)["Subject"]))).splitlines()) == 1


@given(st.text(st.characters(codec="utf-8", categories=("L", "N", "Zs")), min_size=1, max_size=200))
def test_subject_in_any_script_is_read_back(text: str) -> None:
    subject = " ".join(text.split()) or "x"
    found = message_from_bytes(pack(replace(FREE, subject=subject)))["Subject"]
    assert str(make_header(decode_header(found))) == subject


def test_domain_beyond_ascii_goes_as_a_labels_and_keeps_its_sharp_s() -> None:
    raw = pack(FREE, to_address="alice@straße.example", to_name="Alice Müller, Ärztin")
    assert b"<alice@xn--strae-oqa.example>" in raw
    assert check_eml(raw, own_domain="ctm-alerts.example") == []


@pytest.mark.parametrize(
    "raw", ["müller@example.com", "no address", "a@b@c", "", "a@example.com\r\nBcc: eve@example.com"]
)
def test_address_that_cannot_go_on_the_wire_is_refused(raw: str) -> None:
    with pytest.raises(MailRefused):
        pack(FREE, to_address=raw)


@pytest.mark.parametrize(
    "wrong",
    [
        {"message_id": "no brackets"},
        {"message_id": "<a@b>\r\nBcc: eve@example.com"},
        {"boundary": 'a"\r\n'},
        {"boundary": ""},
        {"list_id": "digests"},
        {"unsubscribe_url": "https://x.example/>\r\nBcc: e"},
        {"unsubscribe_url": "https://x.example/ä"},
        {"unsubscribe_mailto": "leave@x.example"},
        {"feedback_id": "a:b:c"},
        {"feedback_id": "a:b:c:ctmalerts\r\nBcc: e"},
        {"date": datetime(2026, 11, 25, 12, 0)},
        {"unsubscribe_url": "https://x.example/" + "a" * 1000},
    ],
    ids=str,
)
def test_value_outside_its_grammar_is_an_error(wrong: dict[str, object]) -> None:
    with pytest.raises(TransportError):
        pack(FREE, **wrong)


def test_boundary_that_occurs_in_a_body_is_an_error() -> None:
    with pytest.raises(TransportError, match="occurs in the text"):
        pack(replace(FREE, text="--rim\n"), boundary="rim")


def test_lone_dots_bare_breaks_and_long_lines_arrive_as_they_were() -> None:
    text = ".\n..\nFrom me\n" + "ü" * 3000 + "\ntrailing \n\nend\n"
    plain = read(pack(replace(FREE, text=text))).get_body(("plain",))
    assert plain is not None
    assert plain.get_content().replace("\r\n", "\n") == text


def test_text_that_is_not_latin_is_packed_as_base64() -> None:
    raw = pack(replace(FREE, text="臨床試験マネージャー\n" * 50))
    assert raw.count(b"Content-Transfer-Encoding: base64\r\n") == 1
    assert raw.count(b"Content-Transfer-Encoding: quoted-printable\r\n") == 1


def test_date_is_written_with_its_zone() -> None:
    raw = pack(FREE, date=datetime(2026, 3, 5, 6, 7, 8, tzinfo=UTC))
    assert b"\r\nDate: Thu, 05 Mar 2026 06:07:08 +0000\r\n" in raw


def test_address_is_given_back_in_its_wire_form() -> None:
    assert mime.address("Alice.B@Bücher.example") == "Alice.B@xn--bcher-kva.example"
