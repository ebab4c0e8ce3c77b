"""Enlist: the doors for feeds, and what comes of their terms in rounds and mails."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from ctm_alerts.errors import SettingsError, UsageError
from ctm_alerts.feeds.declared import Declared, Step
from ctm_alerts.net.client import Client
from ctm_alerts.settings import data_dir
from ctm_alerts.storage.feed_lists import FeedLists
from tests.flows.house import DAY, HOUR, House, Opening, greenhouse, house
from tests.net.origin import origin
from tests.people import NOW

WORD = "read on 2026-11-20 by Ann Admin"
SILENT = Declared("Silent", "https://careers.silent.org/feed", "rss")
REMOTIVE = Declared("Remotive", "https://remotive.com/api/remote-jobs", "remotive")
OAK = Opening(1)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration of one's own, beside the shipped templates."""
    return Path(shutil.copytree(data_dir("config"), tmp_path / "config"))


@pytest.fixture
def declaring(tmp_path: Path, config: Path) -> Iterator[House]:
    """A service whose config/feeds.toml declares a file and a feed of unknown terms."""
    (tmp_path / "oak.json").write_bytes(greenhouse([OAK]))
    (config / "feeds.toml").write_text(
        f'[[feed]]\nname = "Oak"\nurl = "{(tmp_path / "oak.json").as_uri()}"\nkind = "greenhouse"\n'
        '[[feed]]\nname = "Silent"\nurl = "https://careers.silent.org/feed"\nkind = "rss"\n'
    )
    with house(tmp_path, CTM_ALERTS_CONFIG=str(config)) as made:
        yield made


def states(home: House) -> list[tuple[str, str, str, str]]:
    return [(f.name, f.origin, f.state, f.terms) for f in home.app.feeds.all()]


# -- the doors


def test_what_a_source_forbids_does_not_come_in(home: House) -> None:
    for accepted in ("", WORD):
        with pytest.raises(UsageError, match="the terms of Remotive forbid mailing its postings") as refused:
            home.app.enlist.add(Declared(**{**vars(REMOTIVE), "accepted": accepted}), "added", NOW)
        assert "Displaying our jobs in order to collect signups/email addresses" in str(refused.value)
    assert states(home) == []


def test_what_nobody_knows_comes_in_paused_and_goes_on_with_an_admins_word(home: House) -> None:
    feed_id, _ = home.app.enlist.add(SILENT, "added", NOW)
    assert states(home) == [("Silent", "added", "paused", "paused")]
    feed = home.app.feeds.get(feed_id)
    with pytest.raises(UsageError, match=r"whether careers\.silent\.org allows"):
        home.app.enlist.resume(feed, "", NOW)
    with pytest.raises(UsageError, match="states no acceptance"):
        home.app.enlist.resume(feed, "fine", NOW)
    home.app.enlist.resume(feed, WORD, NOW + HOUR)
    after = home.app.feeds.get(feed_id)
    assert (after.state, after.terms, after.accepted, after.next_check_at) == (
        "active",
        "may",
        WORD,
        NOW + HOUR,
    )
    home.app.feeds.set_state(feed_id, "paused", "by hand", NOW)
    home.app.enlist.resume(home.app.feeds.get(feed_id), "", NOW)  # the word is kept with the feed
    assert states(home) == [("Silent", "added", "active", "may")]


def test_a_feed_comes_in_at_once_where_its_terms_were_read(home: House) -> None:
    home.app.enlist.add(Declared(**{**vars(SILENT), "accepted": WORD}), "catalogue", NOW)
    assert states(home) == [("Silent", "catalogue", "active", "may")]


def test_a_wrong_address_does_not_come_in(home: House) -> None:
    for wrong, says in (("workday", "names no Workday site"), ("nothing", "no kind 'nothing'")):
        with pytest.raises(UsageError, match=says):
            home.app.enlist.add(Declared("X", "https://x.org/", wrong), "added", NOW)


# -- sync


def test_a_sync_brings_the_feeds_of_the_file_and_a_second_one_does_nothing(declaring: House) -> None:
    assert [s.what for s in declaring.app.enlist.plan()] == ["added", "added"]
    assert states(declaring) == []
    declaring.app.enlist.sync(NOW)
    assert states(declaring) == [
        ("Oak", "declared", "active", "may"),
        ("Silent", "declared", "paused", "paused"),
    ]
    assert declaring.app.enlist.sync(NOW) == ()


def test_a_feed_that_leaves_the_file_rests_and_nothing_of_it_is_lost(declaring: House, config: Path) -> None:
    declaring.app.enlist.sync(NOW)
    declaring.ingest(NOW)
    (config / "feeds.toml").write_text("")
    with house(declaring.folder, CTM_ALERTS_CONFIG=str(config)) as again:
        assert [s.what for s in again.app.enlist.sync(NOW + HOUR)] == ["gone", "gone"]
        assert again.ingest(NOW + DAY) == []
        assert [f.state for f in again.app.feeds.all()] == ["paused", "paused"]
        assert again.postings() == [(OAK.title, "baseline", "")]
        oak = again.app.feeds.get("Oak")
        with pytest.raises(
            UsageError, match=r"stands there no more.*change the file and run `ctm-alerts feeds sync`"
        ):
            again.app.enlist.resume(oak, "", NOW + DAY)
    # it is back in the file: the same feed goes on, with what it held
    (config / "feeds.toml").write_text(f'[[feed]]\nname = "Oak"\nurl = "{oak.url}"\nkind = "greenhouse"\n')
    with house(declaring.folder, CTM_ALERTS_CONFIG=str(config)) as back:
        assert [s.what for s in back.app.enlist.sync(NOW + DAY)] == ["goes on"]
        assert [r.new for r in back.ingest(NOW + DAY)] == [0]


def test_an_acceptance_in_the_file_opens_the_door_and_its_end_closes_it(tmp_path: Path, config: Path) -> None:
    (config / "feeds.toml").write_text(
        '[[accept]]\nsource = "Remotive"\nwho = "Ann"\nwhen = 2026-11-20\nwhy = "a contract"\nuses = ["email"]\n'
    )
    with house(tmp_path, CTM_ALERTS_CONFIG=str(config)) as home:
        home.app.enlist.add(REMOTIVE, "added", NOW)
        assert states(home) == [("Remotive", "added", "active", "may")]
    (config / "feeds.toml").write_text("")
    with house(tmp_path, CTM_ALERTS_CONFIG=str(config)) as home:
        # before any sync the row says what was decided; after it, that it may not
        home.app.enlist.sync(NOW)
        assert states(home) == [("Remotive", "added", "paused", "refused")]


def test_words_of_a_command_line_do_not_open_what_a_source_forbids_a_declared_feed_either(
    tmp_path: Path, config: Path
) -> None:
    (config / "feeds.toml").write_text(
        '[[feed]]\nname = "Remotive"\nurl = "https://remotive.com/api/remote-jobs"\nkind = "remotive"\n'
    )
    with house(tmp_path, CTM_ALERTS_CONFIG=str(config)) as home:
        home.app.enlist.sync(NOW)
        with pytest.raises(UsageError, match="the terms of Remotive forbid mailing its postings"):
            home.app.enlist.resume(home.app.feeds.get("Remotive"), WORD, NOW)
        assert states(home) == [("Remotive", "declared", "paused", "refused")]


def test_a_wrong_file_stops_the_start_with_table_key_and_remedy(tmp_path: Path, config: Path) -> None:
    (config / "feeds.toml").write_text('[[feed]]\nname = "Oak"\nkind = "greenhouse"\n')
    with (
        pytest.raises(SettingsError, match=r"config/feeds.toml: \[\[feed\]\] 1 \(Oak\) url: is missing"),
        house(tmp_path, CTM_ALERTS_CONFIG=str(config)),
    ):
        pass


# -- what comes of it


def bind(home: House, **columns: object) -> None:
    (kept,) = home.app.enlist.kept()
    FeedLists(home.app.database).apply([Step("changed", kept.feed.name, "", kept.feed.id, columns)], NOW)


def test_a_feed_that_is_held_back_is_never_asked_whatever_its_state_says(tmp_path: Path) -> None:
    with (
        origin() as source,
        Client(allow_hosts=(source.place,)) as client,
        house(tmp_path, client, CTM_ALERTS_ALLOW_HOSTS=source.place) as home,
    ):
        home.app.enlist.add(Declared("Own", source.url("/feed"), "rss"), "added", NOW)
        for word in ("refused", "paused"):
            bind(home, terms=word)
            home.app.feeds.set_state("1", "active", "", NOW)
            assert home.ingest(NOW + DAY) == []
        assert source.asked == []
        bind(home, terms="may")
        home.ingest(NOW + DAY)
        assert [path for _, path, _, _ in source.asked if "robots" not in path] == ["/feed"]


def test_a_source_is_asked_no_oftener_than_its_terms_allow(home: House) -> None:
    home.feed(OAK)
    bind(home, floor_minutes=24 * 60)
    home.ingest(NOW)
    assert home.app.feeds.get("board").next_check_at == NOW + DAY


def test_postings_that_may_not_be_mailed_are_read_and_never_mailed(home: House) -> None:
    person = home.person(plan="plus")
    home.feed(OAK)
    bind(home, may_email=False)
    home.round(NOW)
    home.round(NOW + DAY)
    assert (home.told(person), home.postings()) == ([], [(OAK.title, "baseline", "")])
    assert home.breaches(NOW + DAY) == []


@pytest.mark.parametrize(("may_email", "told"), [(True, ["changed", "new", "new"]), (False, ["new", "new"])])
def test_what_was_told_and_may_be_mailed_no_more_brings_no_second_card(
    home: House, may_email: bool, told: list[str]
) -> None:
    person = home.person(plan="plus")
    home.feed(OAK)
    home.round(NOW)
    bind(home, may_email=may_email)
    home.board(Opening(1, place="Chicago, IL, United States"))
    home.feed(Opening(2), name="other", at=NOW + HOUR, backfill=30)
    home.ingest(NOW + 2 * HOUR)
    home.round(home.due(person)["regular"])
    assert sorted(t.kind for t in home.app.digests.told([person.id])[person.id]) == told


# -- the mail: a source's own bytes

JOBICY_URL = "https://jobicy.example/jobs/142416-ctm?ref=a%20b&x=%E2%9C%93"
JOBICY_TITLE = "Clinical Trial Manager – Phase II/III (m/w/d)"


def last_mail(home: House) -> tuple[str, str]:
    """The text and the HTML of the mail that went last."""
    newest = max((home.folder / "home" / "mail").glob("*.eml"), key=lambda p: p.stat().st_mtime_ns)
    message = message_from_bytes(newest.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    return text.get_content(), html.get_content()


def test_a_card_keeps_url_and_title_names_the_source_links_to_it_and_tells_its_delay(home: House) -> None:
    job = {
        "id": 142416, "url": JOBICY_URL, "jobTitle": JOBICY_TITLE, "companyName": "Halden Biotech", "jobGeo": "USA",
        "jobDescription": "<p>You manage trials on your own.</p>", "pubDate": (NOW - 3 * HOUR).isoformat(),
    }  # fmt: skip
    path = home.folder / "jobicy.json"
    path.write_text(json.dumps({"jobs": [job]}))
    home.app.feeds.add(path.as_uri(), "jobicy_json", "A feed of ours", NOW)
    bind(home, credit="Jobicy", link_back=True, delay_hours=6)
    home.ingest(NOW)
    home.person(plan="plus", at=NOW)
    home.round(NOW + timedelta(minutes=10))
    text, html = last_mail(home)
    unfolded = " ".join(text.split())
    assert f"See the posting: {JOBICY_URL}" in unfolded
    assert JOBICY_TITLE in unfolded
    assert "Posted today; Jobicy passes it on 6 hours late · Source: Jobicy" in unfolded
    escaped = JOBICY_URL.replace("&", "&amp;")
    assert html.count(f'href="{escaped}"') == 2  # the credit, and the button
    assert "jobicy.example" not in html.replace(escaped, "")  # no other form of the address, no tracking
    assert f">{JOBICY_TITLE}<" in html


def test_a_card_quotes_no_more_than_its_source_allows(home: House) -> None:
    home.feed(OAK)
    home.ingest(NOW)
    home.person(plan="plus", at=NOW)
    bind(home, quote_limit=0)
    home.round(NOW)
    text, _ = last_mail(home)
    assert "Why you see this" in text
    assert "4 years of experience in clinical research" not in " ".join(text.split())
    assert "“" not in text
