"""The demo as a new user sees it: its mails pass the sender checks, its links change nothing, its sums hold."""

from __future__ import annotations

import re
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timezone
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import uvicorn

from ctm_alerts.app import App, make_app
from ctm_alerts.demo import play
from ctm_alerts.settings import load
from ctm_alerts.web.site import Site
from tests.dump import dump
from tests.sender_checks import check_eml

DOMAIN = "ctm-alerts.example"


class Played:
    """One run of the demo."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.said: list[str] = []
        self.result: dict[str, Any] = play(out, self.said.append)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return Played(tmp_path_factory.mktemp("demo"))


@pytest.fixture
def app(played: Played) -> Iterator[App]:
    """The service over the database that the demo left behind, with the demo's own key."""
    made = make_app(
        load(
            {
                "CTM_ALERTS_HOME": str(played.out / "state"),
                "CTM_ALERTS_PUBLIC_URL": "https://alerts.ctm-alerts.example",
                "CTM_ALERTS_SECRET_KEY": "the demo signs links that lead nowhere with this",
            }
        )
    )
    yield made
    made.close()


@pytest.fixture
def web(app: App) -> Iterator[httpx.Client]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        site = Site(app, lambda: datetime(2026, 3, 10, 8, tzinfo=timezone.utc)).starlette()
        server = uvicorn.Server(uvicorn.Config(site, log_config=None, access_log=False, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        with httpx.Client(
            base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", trust_env=False
        ) as client:
            yield client
        server.should_exit = True
        thread.join()


def test_every_mail_of_the_demo_passes_the_sender_checks(played: Played) -> None:
    assert len(played.result["mails"]) > 15
    problems = {}
    for mail in played.result["mails"]:
        asks = mail["kind"] == "confirmation"
        found = check_eml(
            (played.out / mail["eml"]).read_bytes(),
            own_domain=DOMAIN,
            plan=None if asks else mail["plan"].lower(),
            count=mail["count"] if mail["kind"] in ("first", "regular", "catchup") else None,
            transactional=asks,
            postal_address="1 Example Street, Boston, MA 02110, USA",
        )
        if found:
            problems[mail["eml"]] = found
    assert problems == {}


def test_no_mail_names_another_subscriber(played: Played) -> None:
    addresses = {m["to"] for m in played.result["mails"]}
    for mail in played.result["mails"]:
        raw = (played.out / mail["eml"]).read_text()
        assert [a for a in addresses if a != mail["to"] and a in raw] == []


def test_get_on_every_link_of_every_mail_leaves_the_database_as_it_was(
    played: Played, app: App, web: httpx.Client
) -> None:
    before = dump(app.database)
    links = set()
    for mail in played.result["mails"]:
        message = message_from_bytes((played.out / mail["eml"]).read_bytes(), policy=policy.default)
        headers = re.findall(r"<(https://[^>]+)>", str(message["List-Unsubscribe"] or ""))
        parts = [(played.out / mail[form]).read_text() for form in ("html", "txt")]
        links |= set(headers) | {u for text in parts for u in re.findall(r"https://[^\s\"'<>()]+", text)}
    ours = [u for u in links if urlsplit(u).hostname == "alerts.ctm-alerts.example"]
    assert len(ours) > 30
    for url in ours:
        for method, agent in (
            ("GET", "Mozilla/5.0"),
            ("HEAD", "BarracudaCentral"),
            ("GET", "Microsoft SafeLinks"),
        ):
            answer = web.request(method, urlsplit(url).path, headers={"user-agent": agent})
            assert answer.status_code == 200, url
    assert dump(app.database) == before


def test_the_sums_of_the_demo_hold(played: Played) -> None:
    assert played.result["ok"] is True
    assert played.result["breaches"] == []
    assert played.result["periods"]["due"] > 20
    assert played.result["postings"]["shown"] > 30
    shown = sum(m["count"] for m in played.result["mails"])
    assert shown == played.result["postings"]["shown"]


def test_who_never_confirmed_got_one_mail_that_asks(played: Played) -> None:
    to_sam = [m["kind"] for m in played.result["mails"] if m["to"] == "sam@people.example"]
    assert to_sam == ["confirmation"]


def test_plus_gets_mail_at_its_own_hour_across_the_summer_time_change(played: Played) -> None:
    nora = [
        m["local_time"]
        for m in played.result["mails"]
        if m["name"] == "Nora Newton" and m["kind"] == "regular"
    ]
    assert {t.rpartition(", ")[2] for t in nora} == {"07:30"}
    assert "Mon 09 Mar, 07:30" in nora  # New York went to summer time the day before


def test_a_bad_feed_did_not_stop_the_others(played: Played) -> None:
    errors = [line for line in played.said if "the other feeds went on" in line]
    assert len(errors) >= 1
    thursday = [m for m in played.result["mails"] if m["local_time"].startswith("Thu 05 Mar")]
    assert len(thursday) >= 1


def test_the_page_shows_both_alerts_and_every_mail(played: Played) -> None:
    page = (played.out / "index.html").read_text()
    for mail in played.result["mails"]:
        assert mail["eml"] in page
    for words in ("A keyword alert", "Our first digest", "Why not this one?", "thin time", "Pay not stated"):
        assert words in page or words in "".join(p.read_text() for p in (played.out / "mails").glob("*.html"))


def test_no_posting_is_new_twice_to_anyone(played: Played) -> None:
    for name in {m["name"] for m in played.result["mails"]}:
        links: Counter[str] = Counter()
        for mail in played.result["mails"]:
            if mail["name"] == name and mail["count"]:
                html = (played.out / mail["html"]).read_text().partition(">Changed<")[0]
                links.update(set(re.findall(r'href="(https?://(?!alerts\.)[^"]+)"', html)))
        assert [u for u, n in links.items() if n > 1] == [], name


def test_playing_again_gives_the_same_bytes(played: Played, tmp_path: Path) -> None:
    again = Played(tmp_path / "again")
    first = {p.name: p.read_bytes() for p in (played.out / "mails").glob("*.eml")}
    assert {p.name: p.read_bytes() for p in (again.out / "mails").glob("*.eml")} == first
    assert [line for line in again.said if not line.startswith("Look at")] == [
        line for line in played.said if "demo" not in line.lower()
    ]
