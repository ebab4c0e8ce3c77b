"""The sender checks can fail: for each number one mail, broken in one place, that is caught."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from ctm_alerts import emails
from tests.emails.mail_people import FREE, PLUS, pack, write_all
from tests.sender_checks import CHECKED, NOT_DECIDED, check_eml

MAILS = write_all()
Break = Callable[[bytes], bytes]


def free() -> bytes:
    return pack(MAILS["free"])


def in_bytes(old: bytes, new: bytes) -> Break:
    """One place in the bytes, changed."""

    def change(raw: bytes) -> bytes:
        assert old in raw, f"the mail does not hold {old!r}"
        return raw.replace(old, new, 1)

    return change


def without(name: str) -> Break:
    """A header, with its line, taken out."""

    def change(raw: bytes) -> bytes:
        return re.sub(rf"(?m)^{name}: [^\r]*\r\n".encode(), b"", raw, count=1)

    return change


def header(name: str, value: str) -> Break:
    """A header's value, changed."""

    def change(raw: bytes) -> bytes:
        changed, times = re.subn(rf"(?m)^{name}: [^\r]*".encode(), f"{name}: {value}".encode(), raw, count=1)
        assert times == 1
        return changed

    return change


def more(line: str) -> Break:
    """One more header line on top."""
    return lambda raw: line.encode() + b"\r\n" + raw


def in_html(old: str, new: str) -> Break:
    """All places in the HTML part, changed before packing."""

    def change(_: bytes) -> bytes:
        assert old in MAILS["free"].html, f"the HTML does not hold {old!r}"
        return pack(replace(MAILS["free"], html=MAILS["free"].html.replace(old, new)))

    return change


def in_text(old: str, new: str) -> Break:
    """All places in the plain part, changed before packing."""

    def change(_: bytes) -> bytes:
        assert old in MAILS["free"].text, f"the text does not hold {old!r}"
        return pack(replace(MAILS["free"], text=MAILS["free"].text.replace(old, new)))

    return change


def subject(words: str) -> Break:
    return lambda _: pack(replace(MAILS["free"], subject=words))


def end(html: str) -> Break:
    return in_html("</body>", html + "</body>")


def html_grown(octets: int) -> Break:
    return end("<p class=tx>" + "words " * (octets // 6) + "</p>")


def no_html_part(raw: bytes) -> bytes:
    return raw.replace(b"text/plain", b"text/html", 1)


def parts_swapped(raw: bytes) -> bytes:
    return (
        raw.replace(b"text/plain", b"text/x", 1)
        .replace(b"text/html", b"text/plain", 1)
        .replace(b"text/x", b"text/html", 1)
    )


def unsubscribe_at_the_end(_: bytes) -> bytes:
    html = MAILS["free"].html.replace(">Unsubscribe</a>", ">Leave</a>")
    return pack(
        replace(MAILS["free"], html=html.replace("What was done", "words " * 20_000 + "What was done"))
    )


LEAVE = "https://ctm-alerts.example/u/AAECAwQFBgcICQoLDA0ODw"
# the address, base64
TELLING = "https://ctm-alerts.example/u/eyJhIjoiYWxpY2VAZXhhbXBsZS5jb20ifQ"

BREAKS: list[tuple[int, Break]] = [
    (1, more("X-Long: " + "a" * 1000)),
    (2, in_bytes(b"\r\n\r\n", b"\r\n\r\n\n")),
    (2, in_bytes(b"Precedence", b"\x00Precedence")),
    (3, header("Subject", "3 new for Zoë")),
    (4, without("From")),
    (5, without("Date")),
    (6, without("Message-ID")),
    (7, more("Subject: again")),
    (8, without("To")),
    (9, without("MIME-Version")),
    (10, more("Precedence: list")),
    (11, more("Bcc: eve@example.com")),
    (12, header("From", "a@ctm-alerts.example, b@ctm-alerts.example")),
    (13, header("From", "digest@evil-ctm-alerts.example")),
    (14, header("Message-ID", "<1@ctm-alerts.example>")),
    (14, header("Message-ID", "<AAECAwQFBgcICQoLDA0ODw@elsewhere.example>")),
    (15, header("Date", "yesterday")),
    (15, header("Date", "Wed, 25 Nov 2026 12:00:00")),
    (16, header("List-Unsubscribe", "=?utf-8?q?=3Chttps=3A//ctm-alerts=2Eexample=3E?=")),
    (16, without("List-Unsubscribe")),
    (17, header("List-Unsubscribe", f"<{LEAVE}>, <{LEAVE}>")),
    (18, without("List-Unsubscribe-Post")),
    (19, header("List-Unsubscribe", f"<{LEAVE}>")),
    (20, header("List-Unsubscribe", "<https://ctm-alerts.example/u/12>, <mailto:a@ctm-alerts.example>")),
    (20, header("List-Unsubscribe", f"<{LEAVE}?a=alice%40example.com>, <mailto:a@ctm-alerts.example>")),
    (20, header("List-Unsubscribe", f"<{TELLING}>, <mailto:a@ctm-alerts.example>")),
    (23, header("List-Id", "<digests.elsewhere.example>")),
    (24, without("Auto-Submitted")),
    (25, header("Precedence", "first-class")),
    (26, header("Feedback-ID", "digest:free:2026w48:ctm")),
    (26, header("Feedback-ID", "digest:digest:2026w48:ctmalerts")),
    (26, header("Feedback-ID", "digest:alice@example.com:2026w48:ctmalerts")),
    (27, subject("")),
    (27, subject("3 new " + "postings " * 20)),
    (28, subject("Re: 3 new postings")),
    (29, header("Feedback-ID", "alice@example.com:free:2026w48:ctmalerts")),
    (30, header("To", "alice@example.com, bob@example.com")),
    (30, more("Cc: bob@example.com")),
    (31, in_bytes(b"multipart/alternative", b"multipart/mixed")),
    (32, no_html_part),
    (33, parts_swapped),
    (34, in_bytes(b"charset=utf-8", b"charset=latin-1")),
    (35, in_text("Pay not stated", "{{ card.pay }}")),
    (35, in_html("Pay not stated", "{% if pay %}")),
    (36, in_text("Boston, MA", "<b>Boston</b>, MA")),
    (37, in_text("über", "Ã¼ber")),
    (37, in_html("über", "�ber")),
    (38, html_grown(120_000)),
    (39, html_grown(120_000)),
    (40, end("<script>1</script>")),
    (40, end("<svg></svg>")),
    (41, end('<p class="tx" onclick="a()">x</p>')),
    (42, in_html('href="https://jobs.northlight', 'href="http://jobs.northlight')),
    (42, end('<a href="javascript:a()">open the door</a>')),
    (43, in_html(' lang="en"', "")),
    (44, in_html(f"<title>{MAILS['free'].subject}</title>", "<title></title>")),
    (45, in_html('<meta name="color-scheme" content="light dark">', "")),
    (45, in_html("#fdfcf9", "#ffffff")),
    (46, end('<img src="https://ctm-alerts.example/x.png">')),
    (47, end('<img alt="" src="http://ctm-alerts.example/x.png">')),
    (48, in_html('<table role="presentation" width="100%"', '<table width="100%"')),
    (49, end("<h1>again</h1>")),
    (49, in_html("h2", "h4")),
    (50, end(f'<a class="ac" href="{LEAVE}/2">here</a>')),
    (50, end(f'<a class="ac" href="{LEAVE}/2">Change your tier</a>')),
    (51, end(f'<a href="{LEAVE}"></a>')),
    (52, in_html("color:#566267", "color:#a0a8ab")),
    (52, in_html(".mu{color:#a6b2b5", ".mu{color:#465055")),
    (52, in_html(".tx{color:#e4e8e7 !important}", "")),
    (53, in_html("</head>", "<style>" + "p{margin:0}" * 8_000 + "</style></head>")),
    (54, end("<p><b>never closed</p>")),
    (54, end("</div>")),
    (55, end('<a class="ac" href="https://only.example/in-html">a page apart</a>')),
    (56, in_text("nsubscribe", "nbind")),
    (57, in_html("nsubscribe", "nbind")),
    (58, unsubscribe_at_the_end),
    (59, in_text("4 Harbour Row, Portland, ME 04101, USA", "")),
    (60, in_html("You receive this because", "Hello, because")),
    (61, in_text("Senior Clinical Trial Manager", "Someone Else")),
    (62, more("X-Mailer: x")),
    (62, without("Feedback-ID")),
    (64, subject("4 new CTM postings")),
    (64, subject("New CTM postings")),
    (
        65,
        in_html(
            "https://careers.tamarack.example/ctm-rare", "https://jobs.northlight.example/postings/senior-ctm"
        ),
    ),
    (67, in_bytes(b"text/html", b"application/pdf")),
    (67, html_grown(200_000)),
    (68, header("To", "=?utf-8?q?m=C3=BCller?=@example.com")),
    (69, in_html("Senior Clinical Trial Manager</h3>", "Senior\u202e Clinical Trial Manager</h3>")),
    (70, in_html("display:none;", "")),
]


def numbers(problems: list[str]) -> set[int]:
    return {int(problem.split(" ", 1)[0]) for problem in problems}


def test_whole_mail_passes_before_it_is_broken() -> None:
    assert check_eml(free(), own_domain="ctm-alerts.example", plan="free", count=FREE.count) == []


@pytest.mark.parametrize(("number", "change"), BREAKS, ids=[f"{n}-{i}" for i, (n, _) in enumerate(BREAKS)])
def test_broken_mail_is_caught_by_its_number(number: int, change: Break) -> None:
    problems = check_eml(change(free()), own_domain="ctm-alerts.example", plan="free", count=FREE.count)
    assert number in numbers(problems), problems


def test_advertisement_in_a_plus_mail_is_caught() -> None:
    assert 66 in numbers(check_eml(free(), own_domain="ctm-alerts.example", plan="plus"))


def test_another_postal_address_than_the_brands_is_caught() -> None:
    problems = check_eml(free(), own_domain="ctm-alerts.example", postal_address="1 Elsewhere Lane")
    assert numbers(problems) == {59}


def test_list_headers_on_a_mail_that_one_person_asked_for_are_caught() -> None:
    assert 62 in numbers(check_eml(free(), own_domain="ctm-alerts.example", transactional=True))


def test_every_number_is_decided_and_proved_or_named_as_left_open() -> None:
    proved = {number for number, _ in BREAKS} | {66}
    assert proved == CHECKED
    assert CHECKED | set(NOT_DECIDED) == set(range(1, 71))


def test_plus_digest_passes_with_its_plan() -> None:
    raw = pack(MAILS["plus"])
    assert check_eml(raw, own_domain="ctm-alerts.example", plan="plus", count=PLUS.count) == []


def test_link_to_this_very_machine_is_let_pass_for_trials() -> None:
    html = MAILS["free"].html.replace("https://ctm-alerts.example/a/", "http://127.0.0.1:8000/a/")
    text = MAILS["free"].text.replace("https://ctm-alerts.example/a/", "http://127.0.0.1:8000/a/")
    assert (
        check_eml(pack(replace(MAILS["free"], html=html, text=text)), own_domain="ctm-alerts.example") == []
    )


def test_checker_measures_contrast_as_the_palette_does() -> None:
    """Two programs, one standard (WCAG 2.1): black on white is 21."""
    assert round(emails.contrast("#000000", "#ffffff"), 3) == 21
    assert round(emails.contrast("#566267", "#f3f1ec"), 1) == 5.6
