"""The pages: each state renders, needs nothing from elsewhere, runs no script, and shows words as words."""

from __future__ import annotations

import html5lib
import pytest

from ctm_alerts import emails
from ctm_alerts.digests.digest import Brand
from tests.emails.mail_people import BRAND, read_templates
from tests.sender_checks import text_of

TEMPLATES = read_templates()
ATTACK = "\"><script>alert(1)</script><img src=x onerror='a()'>"


def choices(words: str) -> list[dict[str, object]]:
    return [
        {"value": "mid", "label": words, "says": words, "chosen": False},
        {"value": "senior", "label": words, "says": words, "chosen": True},
    ]


def pages(words: str) -> dict[str, tuple[str, dict[str, object]]]:
    """Every page in every state, with these words wherever words can come from outside."""
    form: dict[str, object] = {"action": "", "hidden": {"token": words}}
    leave = form | {"list_name": words, "search": words, "less_action": "/less", "offers": choices(words)}
    adjust = form | {"what": "tier", "choices": choices(words), "several": True, "now_search": words}
    place = {"what": "place", "several": False, "remote": {"label": words, "says": words, "chosen": True}}
    confirm = form | {"wording": words, "first_mail": words}
    home = form | {
        "wording": words,
        "plans": [{"name": words, "price": words, "says": [words]}],
        "problem": words,
    }
    billing = {"says": words, "url": "https://host.example/plan", "label": words}
    return {
        "confirm ask": ("confirm", confirm | {"state": "ask"}),
        "confirm done": ("confirm", confirm | {"state": "done"}),
        "confirm gone": ("confirm", confirm | {"state": "gone"}),
        "unsubscribe ask": ("unsubscribe", leave | {"state": "ask"}),
        "unsubscribe done": ("unsubscribe", leave | {"state": "done", "billing": billing}),
        "adjust tier": ("adjust", adjust | {"state": "ask"}),
        "adjust place": ("adjust", adjust | place | {"state": "ask"}),
        "adjust done": ("adjust", adjust | {"state": "done"}),
        "adjust gone": ("adjust", adjust | {"state": "gone"}),
        "error": ("error", {"heading": words, "says": words, "remedy": words}),
        "home ask": ("home", home | {"state": "ask"}),
        "home sent": ("home", home | {"state": "sent"}),
    }


def demo(words: str) -> dict[str, object]:
    posting: dict[str, object] = {"title": words, "employer": words, "place": words, "note": words}
    gate = {"gate": words, "ok": False, "says": words, "quote": words}
    mail = dict.fromkeys(("to", "plan", "timezone", "local_time", "kind", "subject"), words)
    periods = dict.fromkeys(("due", "queued", "sent", "quiet", "held", "failed", "withdrawn"), 1)
    postings = dict.fromkeys(("matched", "shown", "carried", "capped", "below_bar", "aged", "closed"), 1)
    return {
        "left": [posting | {"why_matched": words, "verdict": v} for v in ("wrong", "right")],
        "missed": [posting],
        "digest_file": "mails/first.html",
        "thin": {"when": words, "subscriber": words, "html_file": "mails/watch.html", "reason": words},
        "why_not": {"title": words, "employer": words, "gates": [gate, gate | {"ok": True, "quote": ""}]},
        "mails": [mail | {"count": 3, "eml": "a.eml", "html": "a.html", "txt": "a.txt"}],
        "sums": {"periods": periods | {"ok": True}, "postings": postings | {"ok": False}},
        "counts": dict.fromkeys(("feeds", "postings", "ctm", "look_alikes", "duplicates"), 1234),
    }


def render(name: str, context: dict[str, object]) -> str:
    return TEMPLATES.render(name, brand=BRAND, palette=emails.palette(BRAND), **context)


def write_all(words: str) -> dict[str, str]:
    written = {name: render(f"web/{file}.html", context) for name, (file, context) in pages(words).items()}
    return written | {"demo": render("demo/page.html", demo(words))}


TAME, HOSTILE = write_all("some words"), write_all(ATTACK)


@pytest.mark.parametrize("name", TAME)
def test_page_is_well_formed_has_one_h1_and_no_script(name: str) -> None:
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
    tree = parser.parse(TAME[name])
    tags = [e.tag for e in tree.iter() if isinstance(e.tag, str)]
    assert parser.errors == []
    assert tags.count("h1") == 1
    assert "script" not in tags
    assert tree.get("lang") == "en"
    assert not [a for e in tree.iter() for a in e.attrib if a.startswith("on") or a == "style"]


@pytest.mark.parametrize("name", TAME)
def test_page_takes_nothing_from_elsewhere(name: str) -> None:
    tree = html5lib.parse(TAME[name], treebuilder="etree", namespaceHTMLElements=False)
    taken = [
        e.get("src") or e.get("href") for e in tree.iter() if e.tag in ("img", "link", "iframe", "source")
    ]
    expected = ["mails/first.html", "mails/watch.html"] if name == "demo" else ["/static/site.css"]
    assert taken == expected


@pytest.mark.parametrize("name", TAME)
def test_attack_in_every_word_of_a_page_stays_text(name: str) -> None:
    def shape(html: str) -> list[tuple[str, tuple[str, ...]]]:
        tree = html5lib.parse(html, treebuilder="etree", namespaceHTMLElements=False)
        return [(e.tag, tuple(e.attrib)) for e in tree.iter() if isinstance(e.tag, str)]

    assert shape(HOSTILE[name]) == shape(TAME[name])


@pytest.mark.parametrize("name", ["confirm ask", "unsubscribe ask", "adjust tier", "adjust place"])
def test_page_of_a_link_asks_by_a_button_and_sends_by_post(name: str) -> None:
    tree = html5lib.parse(TAME[name], treebuilder="etree", namespaceHTMLElements=False)
    assert {form.get("method") for form in tree.iter("form")} == {"post"}
    assert next(tree.iter("form")).find(".//button") is not None


def test_one_click_form_sends_what_mail_clients_send() -> None:
    tree = html5lib.parse(TAME["unsubscribe ask"], treebuilder="etree", namespaceHTMLElements=False)
    hidden = {i.get("name"): i.get("value") for i in next(tree.iter("form")).iter("input")}
    assert hidden == {"token": "some words", "List-Unsubscribe": "One-Click"}


@pytest.mark.parametrize("colours", ["#0b5c6b", "#ffd400"])
def test_stylesheet_is_readable_by_day_and_by_night(colours: str) -> None:
    p = emails.palette(Brand("x", "x.example", "x", "x@x.example", "x", colours))
    css = TEMPLATES.render("web/site.css", palette=p)
    day, night = css.split("prefers-color-scheme:dark")
    for text, part in (
        (day, p.paper),
        (day, p.sheet),
        (night.split("}}")[0], p.night),
        (night.split("}}")[0], p.night_sheet),
    ):
        for name in ("--ink", "--grey", "--accent", "--good", "--bad"):
            colour = text.partition(f"{name}:")[2][:7]
            assert emails.contrast(colour, part) >= 4.5, (name, colour, part)


def test_demo_says_how_many_the_keyword_got_wrong_and_whether_the_sums_hold() -> None:
    shown = text_of(
        html5lib.parse(TAME["demo"], treebuilder="etree", namespaceHTMLElements=False).find("body")
    )
    assert "A keyword alert: 2 postings, 1 of them wrong" in shown
    assert "1,234" in shown
    assert [word for word in shown.split() if word in ("Holds", "Broken")] == ["Holds", "Broken"]
