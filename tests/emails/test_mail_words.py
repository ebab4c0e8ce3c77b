"""What the mails say: subjects, facts in both parts, nothing that does not belong there."""

from __future__ import annotations

import os
import re
from dataclasses import fields, replace
from pathlib import Path

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctm_alerts import emails
from ctm_alerts.digests.digest import Card, Digest, Reason, Section, Sponsor
from ctm_alerts.errors import SettingsError
from tests.emails.mail_people import (
    BRAND,
    FIRST,
    FREE,
    LINKS,
    PLAIN,
    PLUS,
    QUIET,
    REMOTE,
    SENIOR,
    WATCH,
    pack,
    read_templates,
    write_all,
)
from tests.sender_checks import check_eml, declarations, text_of

DATA = Path(__file__).parent / "data"
TEMPLATES = read_templates()
MAILS = write_all()
ATTACK = "\"><script>alert(1)</script><img src=x onerror='a()'>{{ 7 * 7 }}{% raw %}"


def digest_of(*cards: Card, d: Digest = FREE) -> Digest:
    return replace(d, sections=(Section("new", "New", "", cards),))


def write(d: Digest) -> emails.Message:
    return emails.digest(d, LINKS, BRAND, TEMPLATES)


def elements(html: str) -> list[tuple[str, tuple[str, ...]]]:
    """Every element of a document with the names of its attributes."""
    tree = html5lib.parse(html, treebuilder="etree", namespaceHTMLElements=False)
    return [(e.tag, tuple(e.attrib)) for e in tree.iter() if isinstance(e.tag, str)]


def shown(html: str) -> str:
    return text_of(html5lib.parse(html, treebuilder="etree", namespaceHTMLElements=False).find("body"))


def flat(text: str) -> str:
    return " ".join(text.split())


# -- golden mails ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MAILS)
@pytest.mark.parametrize("part", ["html", "txt"])
def test_mail_is_the_one_on_file(name: str, part: str) -> None:
    """Look at the changed files, then write them anew with CTM_ALERTS_WRITE_GOLDEN=1."""
    written = MAILS[name].html if part == "html" else MAILS[name].text
    golden = DATA / f"{name}.{part}"
    if os.environ.get("CTM_ALERTS_WRITE_GOLDEN"):
        golden.write_text(written, "utf-8")
    assert written == golden.read_text("utf-8")


@pytest.mark.parametrize("name", MAILS)
def test_mail_passes_every_sender_check(name: str) -> None:
    m = MAILS[name]
    d = {"free": FREE, "plus": PLUS, "first": FIRST}.get(name)
    problems = check_eml(
        pack(m),
        own_domain="ctm-alerts.example",
        plan="plus" if name in ("plus", "watch") else "free",
        count=d.count if d else None,
        transactional=m.transactional,
        postal_address=BRAND.postal_address,
    )
    assert problems == []


# -- subjects -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("d", "subject"),
    [
        (digest_of(SENIOR), "1 new CTM posting: Senior Clinical Trial Manager at Northlight Bio"),
        (digest_of(SENIOR, PLAIN, REMOTE), "3 new CTM postings: Senior Clinical Trial Manager and 2 more"),
        (
            digest_of(replace(SENIOR, title="CTM"), PLAIN),
            "2 new CTM postings: CTM at Northlight Bio and 1 more",
        ),
        (
            digest_of(
                replace(
                    SENIOR, title="Senior Clinical Trial Manager, Early Phase Haematology and Cell Therapy"
                )
            ),
            "1 new CTM posting: Senior Clinical Trial Manager, Early Phase…",
        ),
        (
            digest_of(replace(SENIOR, title="CTM"), d=FIRST),
            "1 open CTM posting to start with: CTM at Northlight Bio",
        ),
        (digest_of(replace(SENIOR, kind="changed")), "0 new CTM postings: what changed since last time"),
    ],
)
def test_subject_counts_the_new_and_names_the_best(d: Digest, subject: str) -> None:
    assert write(d).subject == subject


@settings(max_examples=150, deadline=None)
@given(
    st.integers(1, 120),
    st.text(min_size=1, max_size=200),
    st.text(max_size=80),
    st.sampled_from([FREE, FIRST]),
)
def test_subject_is_one_short_line_that_begins_with_the_count(
    n: int, title: str, employer: str, d: Digest
) -> None:
    cards = (replace(SENIOR, title=title, employer=employer), *[PLAIN] * (n - 1))
    subject = emails.digest_subject(emails.clean(digest_of(*cards, d=d)))
    assert subject.split()[0] == str(n)
    assert len(subject) <= 70
    assert subject == emails.clean_text(subject)


# -- the same facts in both parts ------------------------------------------------------------------


@pytest.mark.parametrize("card", [SENIOR, PLAIN, REMOTE], ids=lambda c: c.posting_id)
def test_every_fact_of_a_card_stands_in_both_parts(card: Card) -> None:
    m = write(digest_of(card))
    facts = [getattr(card, f.name) for f in fields(card) if isinstance(getattr(card, f.name), str)]
    facts += [text for r in card.reasons for text in (r.label, r.quote)]
    facts += [*card.skills_matched, *card.skills_other, *card.sources]
    left_out = {card.posting_id, card.kind, card.url, ""}
    for fact in (f for f in facts if f not in left_out):
        assert fact.lower() in shown(m.html).lower()
        assert fact.lower() in flat(m.text).lower()
    assert card.url in m.text
    assert f'href="{card.url.replace("&", "&amp;")}"' in m.html


def test_receipt_reason_and_footnotes_stand_in_both_parts() -> None:
    m = MAILS["free"]
    receipt = emails.receipt_words(FREE.receipt, FREE.timezone)
    for words in (receipt, FREE.why, *FREE.footnotes, BRAND.postal_address, FREE.profile_words):
        assert words in shown(m.html)
        assert words in flat(m.text)


def test_receipt_counts_what_was_held_back_and_why() -> None:
    assert emails.receipt_words(FREE.receipt, "America/New_York") == (
        "18 November, 07:00 to 25 November, 07:00 (America/New_York): 41 of 42 feeds answered, 1,204 postings read. "
        "96 were for CTMs, 7 matched your search, 3 are shown, 4 held back (2 for the next digest, "
        "1 over the number shown per employer, 1 below your bar)."
    )


def test_assumed_search_offers_its_two_corrections_and_a_chosen_one_does_not() -> None:
    assert "This search is our assumption." in MAILS["free"].text
    assert "This search is our assumption." in shown(MAILS["free"].html)
    assert "assumption" not in MAILS["plus"].text + MAILS["plus"].html


def test_closed_posting_has_no_link_to_follow() -> None:
    m = write(digest_of(replace(PLAIN, kind="closed")))
    assert PLAIN.url not in m.text + m.html


@pytest.mark.parametrize(
    "url", ["http://old.example/1", "javascript:alert(1)", "https:///x", "data:text/html,x", "//x.example"]
)
def test_unsafe_address_is_shown_as_words_and_never_linked(url: str) -> None:
    m = write(digest_of(replace(SENIOR, url=url)))
    assert f'href="{url}' not in m.html
    assert url in shown(m.html)
    assert url in m.text


# -- what does not belong --------------------------------------------------------------------------


def test_plus_mail_holds_not_one_byte_of_a_sponsor() -> None:
    """Even when one is handed over by mistake, the bytes are those of a mail without."""
    assert write(replace(PLUS, sponsor=Sponsor("Buy this", "https://saltmarsh.example/"))) == write(PLUS)


def test_confirmation_does_not_repeat_a_name_that_a_stranger_typed() -> None:
    def confirm(name: str) -> emails.Message:
        return emails.confirm(
            "alice@example.com", name, "https://ctm-alerts.example/c/1", "I agree.", BRAND, TEMPLATES
        )

    assert confirm("win at https://evil.example") == confirm("")


def test_free_mail_labels_its_sponsor_as_an_advertisement() -> None:
    for text in (flat(MAILS["free"].text), shown(MAILS["free"].html)):
        assert "Advertisement Saltmarsh Academy: prepare for the CCRP in six weeks." in text


def attacked(card: Card) -> Card:
    """The card with an attack in every text but the link, the key and the kind."""
    texts = {f.name: ATTACK for f in fields(card) if isinstance(getattr(card, f.name), str)}
    many = {
        "reasons": (Reason(ATTACK, ATTACK),),
        "skills_matched": (ATTACK,),
        "skills_other": (ATTACK,),
        "sources": (ATTACK,),
    }
    return replace(card, **(texts | many | {"kind": card.kind, "url": card.url}))  # type: ignore[arg-type]  # by name


def tame(card: Card) -> Card:
    """The same card with harmless words in the same places."""
    texts = {f.name: "x" for f in fields(card) if isinstance(getattr(card, f.name), str)}
    many = {
        "reasons": (Reason("x", "x"),),
        "skills_matched": ("x",),
        "skills_other": ("x",),
        "sources": ("x",),
    }
    return replace(card, **(texts | many | {"kind": card.kind, "url": card.url}))  # type: ignore[arg-type]  # by name


def dressed(words: str, card: Card) -> Digest:
    return replace(
        FREE,
        to_name=words,
        profile_words=words,
        why=words,
        footnotes=(words,),
        sponsor=Sponsor(words, "https://saltmarsh.example/"),
        sections=(Section("new", words, words, (card,)),),
    )


def test_attack_in_every_field_of_a_digest_stays_text() -> None:
    hostile, harmless = write(dressed(ATTACK, attacked(SENIOR))), write(dressed("x", tame(SENIOR)))
    assert elements(hostile.html) == elements(harmless.html)
    assert "{{ 7 * 7 }}" in hostile.text
    assert "49" not in shown(hostile.html)


def test_attack_in_a_note_stays_text() -> None:
    def note(words: str) -> str:
        n = replace(
            WATCH, profile_words=words, near_misses=((words, words, words),), suggestion=words, why=words
        )
        return emails.note(n, LINKS, BRAND, TEMPLATES).html

    assert elements(note(ATTACK)) == elements(note("x"))


def test_attack_in_the_address_wording_and_brand_of_a_confirmation_stays_text() -> None:
    def confirm(words: str) -> str:
        brand = replace(BRAND, name=words, sender_name=words, postal_address=words)
        return emails.confirm(words, words, "https://ctm-alerts.example/c/1", words, brand, TEMPLATES).html

    assert elements(confirm(ATTACK)) == elements(confirm("x"))


@pytest.mark.parametrize(
    ("dirty", "visible"),
    [
        ("Senior\u202e CTM", "Senior CTM"),
        ("C\u200bT\ufeffM", "CTM"),
        ("CTM\r\nBcc: eve@example.com", "CTM Bcc: eve@example.com"),
        ("=?utf-8?q?a=0D=0ABcc:x?=", "= ?utf-8?q?a=0D=0ABcc:x?="),
        ("a\x00b\x1b[31mc\ud800", "ab[31mc"),
        ("  two \u2028 lines\t", "two lines"),
    ],
)
def test_text_is_cleaned_to_one_visible_line(dirty: str, visible: str) -> None:
    assert emails.clean(replace(FREE, footnotes=(dirty,))) == replace(FREE, footnotes=(visible,))


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = emails.clean_text(text)
    assert emails.clean_text(once) == once


# -- size, colours, wrapping -----------------------------------------------------------------------


def test_digest_of_25_full_cards_is_not_clipped() -> None:
    cards = [
        replace(SENIOR, posting_id=f"p{n}", title=f"{SENIOR.title}, Study {n}", url=f"{SENIOR.url}/{n}")
        for n in range(25)
    ]
    m = write(digest_of(*cards))
    assert len(m.html.encode()) < 100_000
    assert check_eml(pack(m), own_domain="ctm-alerts.example", plan="free", count=25) == []


@pytest.mark.parametrize(("cards", "reasons"), [(25, 7), (25, 12), (30, 7)])
def test_digest_that_would_be_clipped_says_less_of_each_posting_but_shows_them_all(
    cards: int, reasons: int
) -> None:
    """The same less in both parts: no title, pay, tier or link is lost."""
    wordy = replace(
        SENIOR,
        reasons=tuple(
            Reason(f"Skill: number {n}", "the posting's own words, é " * 5) for n in range(reasons)
        ),
        skills_other=tuple(f"Regulatory documentation and submission {n}" for n in range(15)),
    )
    d = digest_of(*(replace(wordy, title=f"CTM {n}", url=f"{SENIOR.url}/{n}") for n in range(cards)))
    m = write(d)
    assert check_eml(pack(m), own_domain="ctm-alerts.example", plan="free", count=cards) == []
    text, html = flat(m.text), shown(m.html)
    for c in d.new_cards:
        assert all(words in text and words in html for words in (c.title, c.employer, c.pay, c.tier))
        assert c.url in m.text


def test_digest_that_fits_is_not_shortened() -> None:
    assert "own end-to-end delivery of two Phase 2 oncology trials" in MAILS["free"].text


@pytest.mark.parametrize("colour", ["#ffff00", "#000000", "#ffffff", "#ff69b4", "#0b5c6b", "#808080"])
def test_any_brand_colour_is_readable_by_day_and_by_night(colour: str) -> None:
    m = emails.digest(FREE, LINKS, replace(BRAND, colour=colour), TEMPLATES)
    # a white brand comes out grey by day and stays white by night; 45 speaks of that
    assert [p for p in check_eml(pack(m), own_domain="ctm-alerts.example") if p.startswith("52")] == []


def test_brand_colour_of_another_form_is_refused_with_the_remedy() -> None:
    with pytest.raises(SettingsError, match="write it like #0b5c6b"):
        emails.palette(replace(BRAND, colour="teal"))


@given(
    st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), max_size=400), st.integers(0, 12)
)
def test_wrapping_keeps_every_word_whole_and_in_order(text: str, indent: int) -> None:
    lines = emails.wrap(text, indent).split("\n")
    assert " ".join(lines).split() == text.split()
    assert all(len(line) <= 74 or len(line.split()) == 1 for line in lines)


@pytest.mark.parametrize("name", MAILS)
def test_mail_needs_no_style_that_gmail_outlook_or_apple_mail_lack(name: str) -> None:
    """By caniemail.com; what is an ornament or hides the preheader twice may be missing."""
    known = {
        *(
            "background-color",
            "border",
            "border-bottom",
            "border-left",
            "border-top",
            "color",
            "display",
            "font",
        ),
        *(
            "font-family",
            "font-size",
            "font-weight",
            "line-height",
            "margin",
            "max-width",
            "padding",
            "text-align",
        ),
        "text-decoration",
    }
    ornaments = {"border-radius", "white-space"}
    preheader = {"max-height", "opacity", "overflow", "mso-hide"}
    used = {p for style in re.findall(r'style="([^"]*)"', MAILS[name].html) for p in declarations(style)}
    assert used <= known | ornaments | preheader
    assert not re.search(r"<(img|svg|link|script|form|video|button|input)\b", MAILS[name].html)


def test_no_line_of_the_text_is_wide_but_for_links() -> None:
    wide = [
        line
        for m in MAILS.values()
        for line in m.text.splitlines()
        if len(line) > 76 and "https://" not in line
    ]
    assert wide == []


def test_quiet_note_and_watch_differ_in_heading_and_subject() -> None:
    assert (MAILS["quiet"].subject, MAILS["watch"].subject) == (
        "No new CTM postings for you lately",
        "Your CTM watch: nothing new fits, and what came nearest",
    )
    assert re.search("(?m)^A quiet time for your search$", MAILS["quiet"].text)
    assert QUIET.near_misses[0][0] in MAILS["quiet"].text
