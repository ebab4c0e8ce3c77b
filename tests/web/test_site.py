"""The pages over a real server: GET shows, POST acts, and nobody learns whose link it is."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import httpx
import pytest
import uvicorn

from ctm_alerts.app import App, make_app
from ctm_alerts.digests.desk import Due
from ctm_alerts.settings import load
from ctm_alerts.subscribers.subscriber import NewSubscriber, PlanName, Rhythm, Subscriber
from ctm_alerts.web.site import MOST_SIGNUPS, Site
from tests.dump import dump

UTC = timezone.utc
NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)


class Clock:
    """The time of the pages; set by the tests."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    made = make_app(
        load({"CTM_ALERTS_HOME": str(tmp_path), "CTM_ALERTS_PUBLIC_URL": "https://alerts.example"})
    )
    yield made
    made.close()


@pytest.fixture
def web(app: App, clock: Clock) -> Iterator[httpx.Client]:
    """A client of a real server on a real socket."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            Site(app, clock).starlette(), log_config=None, access_log=False, lifespan="off"
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with httpx.Client(base_url=base, trust_env=False) as client:
            yield client
        server.should_exit = True
        thread.join()


def ask(app: App, email: str = "alice@people.example", plan: PlanName = "free") -> Subscriber:
    person = NewSubscriber(
        email, "Alice", "pending", plan, Rhythm("America/New_York"), ({"countries": ["US"]},), True
    )
    return app.signup().ask(person, "test", NOW)


def subscribe(app: App, email: str = "alice@people.example", plan: PlanName = "free") -> Subscriber:
    person = ask(app, email, plan)
    app.signup().confirm(person, NOW)
    return app.subscribers.get(person.id)


def token(app: App, purpose: str, person: Subscriber) -> str:
    return app.signer.sign(purpose, person.id, NOW)  # type: ignore[arg-type]  # one of the four purposes


def test_a_confirm_link_is_shown_by_get_and_acts_by_post(app: App, web: httpx.Client, clock: Clock) -> None:
    person = ask(app)
    url = f"/confirm/{token(app, 'confirm', person)}"
    before = dump(app.database)
    shown = web.get(url)
    assert (shown.status_code, "Yes, send me postings" in shown.text) == (200, True)
    assert dump(app.database) == before
    clock.now = NOW + timedelta(minutes=3)
    done = web.post(url, headers={"user-agent": "a browser"})
    assert (done.status_code, "You are on the list" in done.text) == (200, True)
    stored = app.subscribers.get(person.id)
    assert stored == replace(
        person,
        status="active",
        start_mark=clock.now,
        window_start=clock.now,
        consent_words="you confirmed your address on 4 May 2026",
    )
    assert app.digests.next_dues()[person.id] == [
        Due(person.id, "first", clock.now),
        Due(person.id, "regular", datetime(2026, 5, 4, 12, tzinfo=UTC)),
    ]


def test_a_confirm_link_ends_after_seven_days_to_the_second(
    app: App, web: httpx.Client, clock: Clock
) -> None:
    person = ask(app)
    url = f"/confirm/{token(app, 'confirm', person)}"
    clock.now = NOW + timedelta(days=7, seconds=1)
    assert "This link has ended" in web.post(url).text
    assert app.subscribers.get(person.id).status == "pending"
    clock.now = NOW + timedelta(days=7)
    assert "You are on the list" in web.post(url).text


def test_a_token_of_one_purpose_opens_no_other_door(app: App, web: httpx.Client) -> None:
    person = ask(app)
    before = dump(app.database)
    for purpose in ("unsubscribe", "tier", "place"):
        assert "This link has ended" in web.post(f"/confirm/{token(app, purpose, person)}").text
    assert dump(app.database) == before


@pytest.mark.parametrize("as_multipart", [False, True])
def test_one_click_unsubscribes_at_once_without_cookie_or_redirect(
    app: App, web: httpx.Client, as_multipart: bool
) -> None:
    person = subscribe(app)
    url = f"/unsubscribe/{token(app, 'unsubscribe', person)}"
    body = {"List-Unsubscribe": "One-Click"}
    answer = (
        web.post(url, files={k: (None, v) for k, v in body.items()})
        if as_multipart
        else web.post(url, data=body)
    )
    assert answer.status_code == 200
    assert app.subscribers.get(person.id).status == "gone"
    assert app.subscribers.suppression(person.email) == "unsubscribed"
    assert app.digests.next_dues() == {}


def test_unsubscribing_twice_is_as_good_as_once(app: App, web: httpx.Client) -> None:
    person = subscribe(app)
    url = f"/unsubscribe/{token(app, 'unsubscribe', person)}"
    web.post(url)
    before = dump(app.database)
    assert web.post(url).status_code == 200
    assert dump(app.database) == before


def test_get_of_an_unsubscribe_link_changes_nothing_and_offers_less(app: App, web: httpx.Client) -> None:
    person = subscribe(app)
    before = dump(app.database)
    for method in ("GET", "HEAD"):
        assert web.request(method, f"/unsubscribe/{token(app, 'unsubscribe', person)}").status_code == 200
    page = web.get(f"/unsubscribe/{token(app, 'unsubscribe', person)}").text
    assert "Opening this page has changed nothing" in page
    assert "One mail a week at most" in page
    assert dump(app.database) == before


def test_a_mail_that_was_claimed_before_the_unsubscribe_does_not_leave(
    app: App, web: httpx.Client, tmp_path: Path
) -> None:
    person = ask(app)
    mail = app.outbox.claim(NOW, timedelta(minutes=15), 10)[0]
    app.signup().confirm(person, NOW)
    web.post(f"/unsubscribe/{token(app, 'unsubscribe', person)}")
    assert app.outbox.may_send(mail, NOW) == "already confirmed or gone"


def test_an_unknown_unsubscribe_link_looks_like_one_that_worked(app: App, web: httpx.Client) -> None:
    person = subscribe(app)
    good = token(app, "unsubscribe", person)
    forged = good[:-4] + "AAAA"
    before = dump(app.database)
    answer = web.post(f"/unsubscribe/{forged}")
    assert dump(app.database) == before
    real = web.post(f"/unsubscribe/{good}")
    assert answer.status_code == real.status_code == 200
    assert answer.text.replace(forged, "TOKEN") == real.text.replace(good, "TOKEN")


def test_an_unsubscribe_link_of_a_plus_subscriber_says_that_billing_goes_on(
    app: App, web: httpx.Client
) -> None:
    person = subscribe(app, plan="plus")
    page = web.post(f"/unsubscribe/{token(app, 'unsubscribe', person)}").text
    assert "Your Plus plan goes on" in page


def test_less_instead_of_nothing_brings_a_person_back_weekly(app: App, web: httpx.Client) -> None:
    person = subscribe(app, plan="plus")
    leave = token(app, "unsubscribe", person)
    web.post(f"/unsubscribe/{leave}")
    assert web.post(f"/less/{leave}", data={"less": "weekly"}).status_code == 200
    back = app.subscribers.get(person.id)
    assert (back.status, back.rhythm.weekly) == ("active", True)
    assert app.subscribers.suppression(person.email) is None
    assert [d.kind for d in app.digests.next_dues()[person.id]] == ["regular"]


def test_a_pause_of_four_weeks_ends_by_itself(app: App, web: httpx.Client) -> None:
    person = subscribe(app)
    web.post(f"/less/{token(app, 'unsubscribe', person)}", data={"less": "pause"})
    paused = app.subscribers.get(person.id)
    assert (paused.status, paused.paused_until) == ("paused", NOW + timedelta(weeks=4))
    app.dispatch().wake(NOW + timedelta(weeks=4))
    assert app.subscribers.get(person.id).status == "active"


def test_the_two_corrections_are_shown_by_get_and_saved_by_post(app: App, web: httpx.Client) -> None:
    person = subscribe(app)
    before = dump(app.database)
    assert "Which tier is yours?" in web.get(f"/adjust/tier/{token(app, 'tier', person)}").text
    assert "Where can you work?" in web.get(f"/adjust/place/{token(app, 'place', person)}").text
    assert dump(app.database) == before
    web.post(f"/adjust/tier/{token(app, 'tier', person)}", data={"tier": ["senior", "lead"]})
    page = web.post(
        f"/adjust/place/{token(app, 'place', person)}", data={"place": ["GB", "IE"], "remote": "yes"}
    )
    assert "United Kingdom" in page.text
    (profile,) = app.subscribers.profiles([person.id])[person.id]
    assert (profile.tiers, profile.countries, profile.workplace) == (
        ("senior", "lead"),
        ("GB", "IE"),
        ("remote",),
    )
    assert (profile.assumed, profile.revision) == (False, 3)
    assert profile.mark == NOW - timedelta(days=7)


def test_a_correction_that_says_nothing_is_asked_again(app: App, web: httpx.Client) -> None:
    person = subscribe(app)
    before = dump(app.database)
    assert web.post(f"/adjust/tier/{token(app, 'tier', person)}").status_code == 422
    assert dump(app.database) == before


def test_sign_up_answers_the_same_for_new_known_and_suppressed_addresses(app: App, web: httpx.Client) -> None:
    subscribe(app, "bob@people.example")
    app.subscribers.suppress("charlie@people.example", "all", "hard bounce", NOW)
    pages = {
        web.post("/", data={"address": f"{name}@people.example"}).text for name in ("alice", "bob", "charlie")
    }
    assert len(pages) == 1
    assert "Look into your inbox" in pages.pop()
    assert app.subscribers.get("alice@people.example").status == "pending"


def test_sign_up_sends_an_address_three_confirmations_a_day_at_most(
    app: App, web: httpx.Client, clock: Clock
) -> None:
    for minute in range(6):
        clock.now = NOW + timedelta(minutes=minute)
        web.post("/", data={"address": "alice@people.example"})
    assert app.outbox.counts() == {"queued": 3}


def test_sign_up_from_one_network_is_limited(app: App, web: httpx.Client) -> None:
    answers = [
        web.post("/", data={"address": f"p{n}@people.example"}).status_code for n in range(MOST_SIGNUPS + 1)
    ]
    assert answers == [200] * MOST_SIGNUPS + [429]


def test_sign_up_refuses_what_is_no_address_and_says_why(app: App, web: httpx.Client) -> None:
    answer = web.post("/", data={"address": "alice at people"})
    assert answer.status_code == 422
    assert "is no e-mail address" in answer.text


def test_health_says_whether_a_worker_beats(app: App, web: httpx.Client) -> None:
    assert web.get("/healthz").json() == {"status": "ok", "worker": "silent", "last_rounds": {}}
    app.rounds.record("dispatch", NOW - timedelta(minutes=1), NOW, {})
    assert web.get("/healthz").json() == {
        "status": "ok",
        "worker": "alive",
        "last_rounds": {"dispatch": NOW.isoformat()},
    }


@pytest.mark.parametrize(
    "path", ["/", "/healthz", "/nothing", "/confirm/x", "/unsubscribe/x", "/static/site.css"]
)
def test_every_answer_carries_the_security_headers(web: httpx.Client, path: str) -> None:
    headers = web.get(path).headers
    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["strict-transport-security"] == "max-age=31536000"
    assert headers["x-robots-tag"] == "noindex"


def test_pages_load_nothing_from_outside_and_run_no_script(app: App, web: httpx.Client) -> None:
    person = subscribe(app)
    paths = [
        "/",
        f"/unsubscribe/{token(app, 'unsubscribe', person)}",
        f"/adjust/place/{token(app, 'place', person)}",
    ]
    for path in paths:
        page = web.get(path).text
        assert "<script" not in page
        assert re.findall(r'(?:src|href)="(https?:[^"]*)"', page) == []


def test_a_form_that_is_too_large_is_refused(web: httpx.Client) -> None:
    assert web.post("/", data={"address": "a" * 50_000}).status_code == 413
    pieces = (b"a" * 10_000 for _ in range(5))
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert web.post("/", content=pieces, headers=headers).status_code == 413


def test_other_methods_are_refused_with_a_page(app: App, web: httpx.Client) -> None:
    person = subscribe(app)
    before = dump(app.database)
    for method in ("PUT", "DELETE", "PROPFIND", "OPTIONS"):
        answer = web.request(method, f"/unsubscribe/{token(app, 'unsubscribe', person)}")
        assert answer.status_code == 405
    assert dump(app.database) == before
