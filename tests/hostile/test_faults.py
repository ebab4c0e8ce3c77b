"""One source misbehaves: its look is an error with a plain reason, what is stored stays, and the others are served."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from tests.flows.house import DAY
from tests.hostile.scene import LATER, Scene, scene
from tests.people import NOW

FAULTS = {
    "F6 a redirect in a circle": ("loop", "more than 5 redirects", None),
    "F11 403": ("403", r"it refuses us \(403\); the site may block robots", 403),
    "F11 500": ("500", r"the source is broken \(500\)", 500),
    "F11 204": ("204", "status 204", 204),
    "F11 a challenge": ("challenge", "a challenge against robots", None),
    "F11 a login": ("login", 'an HTML page titled "Sign in": a login', None),
    "F11 a page": ("html", 'an HTML page titled "Our careers"', None),
    "F11 nothing": ("empty", "an empty body", None),
    "F11 an error in JSON": ("json-error", 'JSON that says "the key is not known"', None),
    "F12 a head that drips": ("slowhead", "no whole answer from 127.0.0.1 in time", None),
    "F12 a body that drips": ("slowbody", "no whole answer", None),
    "F12 a body that stalls": ("stalled", "no whole answer", None),
    "F12 not a word": ("silent", "no whole answer", None),
    "F13 a body without end": ("huge", "larger than 15,000,000 bytes", None),
    "F13 a length beyond all": ("huge-length", "larger than 15,000,000 bytes", 200),
    "F13 a length that lies": ("lying-length", "truncated", None),
    "F13 a body that breaks off": ("truncated", "truncated", None),
    "F13 no gzip": ("badgzip", "not the gzip that it says it is", None),
    "F13 gzip that breaks off": ("badgzip/short", "truncated: the packed body ends too early", None),
    "F14 an encoding of others": ("declared/zstd", "packed in a way that was not asked for", None),
    "F15 3,000 headers": ("hdrbomb", "does not speak proper HTTP", None),
    "F16 a connection that is reset": ("reset", "does not speak proper HTTP", None),
}


def unharmed(on: Scene, before: list[tuple[object, ...]]) -> None:
    """What was stored is as it was, and each good feed has brought one more."""
    stored = on.stored()
    assert stored[: len(before)] == before
    assert len(stored) == len(before) + len(on.names)


@pytest.mark.parametrize(("path", "reason", "status"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_told_and_harms_nobody(tmp_path: Path, path: str, reason: str, status: int | None) -> None:
    with scene(tmp_path) as on:
        on.add_good()
        on.add(on.web.url(f"/then/{path}"))
        assert {looked.outcome for looked in on.round(NOW).values()} == {"ok"}
        before = on.stored()
        assert len(before) == 3 + 3
        began = time.monotonic()
        looks = on.round(LATER)
        assert time.monotonic() - began < 10
        unharmed(on, before)
        assert {name: (looks[name].outcome, looks[name].new) for name in on.names} == dict.fromkeys(
            on.names, ("ok", 1)
        )
        bad, feed = looks["bad"], on.feed()
        assert (bad.outcome, bad.status, bad.new, bad.closed) == ("error", status, 0, 0)
        assert re.search(reason, bad.reason), bad.reason
        assert "\n" not in bad.reason
        assert (feed.state, feed.failures, feed.next_check_at > LATER) == ("active", 1, True)


def test_failures_double_the_wait_up_to_a_day_and_one_good_answer_ends_that(tmp_path: Path) -> None:
    with scene(tmp_path) as on:
        on.add(on.web.url("/then/500"))
        on.round(NOW)
        now, waits = LATER, []
        for _ in range(7):
            on.round(now)
            due = on.feed().next_check_at
            waits.append((due - now) / (LATER - NOW))
            now = due
        assert waits == [0.5, 1, 2, 4, 8, 12, 12]
        on.home.sql("UPDATE feeds SET url = :url", url=on.web.url("/same"))
        on.round(now)
        assert (on.feed().failures, on.feed().last_ok_at) == (0, now)


def test_a_source_that_answers_304_is_not_parsed_and_its_validators_stay(tmp_path: Path) -> None:
    with scene(tmp_path) as on:
        on.add(on.web.url("/same"))
        first, again = on.round(NOW)["bad"], on.round(LATER)["bad"]
        assert [(r.outcome, r.new) for r in (first, again)] == [("ok", 1), ("not_modified", 0)]
        headers = on.web.requests[1]["headers"]
        assert isinstance(headers, dict)
        assert headers["If-None-Match"] == '"same"'
        assert headers["If-Modified-Since"] == "Mon, 04 May 2026 10:00:00 GMT"
        assert on.feed().etag == '"same"'
        assert on.feed().next_check_at > LATER


@pytest.mark.parametrize(("how", "looked"), [("changes", ("ok", 1)), ("stays", ("not_modified", 0))])
def test_the_body_decides_and_not_what_a_source_calls_its_version(
    tmp_path: Path, how: str, looked: tuple[str, int]
) -> None:
    with scene(tmp_path) as on:
        on.add(on.web.url(f"/flip?body={how}"))
        on.round(NOW)
        again = on.round(LATER)["bad"]
        assert (again.outcome, again.new) == looked


def test_cookies_are_not_kept(tmp_path: Path) -> None:
    with scene(tmp_path) as on:
        on.add(on.web.url("/cookies"))
        for days in range(2):
            on.round(NOW + days * DAY)
        assert [("Cookie" in str(r["headers"])) for r in on.web.requests] == [False, False]


def test_a_proxy_of_the_environment_sees_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with scene(tmp_path) as other:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
            monkeypatch.setenv(name, other.web.url(""))
        folder = tmp_path / "ours"
        folder.mkdir()
        with scene(folder) as on:
            on.add_good(1)
            assert on.round(NOW)["good 0"].outcome == "ok"
        assert other.web.requests == []
