"""The page behind each link is looked at before it is mailed: a real web server, a real database, and its request log."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from ctm_alerts.flows.links import LinkCheck
from ctm_alerts.net.client import Client
from ctm_alerts.postings.links import Finding
from tests.flows.house import DAY, HOUR, House, Opening, greenhouse, house
from tests.flows.loopback import Quiet, listening
from tests.people import ALICE, NOW

GONE = "Sorry, this job is no longer available."


@dataclass
class Pages:
    """Career pages by path: what each says, or a status; and what was asked."""

    port: int = 0
    says: dict[str, str | int | float] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def url(self, number: int) -> str:
        return f"http://127.0.0.1:{self.port}/jobs/{number}"


@contextmanager
def serving(pages: Pages) -> Iterator[Pages]:
    class Handler(Quiet):
        def do_GET(self) -> None:
            if self.path != "/robots.txt":
                pages.asked.append(self.path)
            says = pages.says.get(self.path, "Apply here")
            if isinstance(says, float):
                time.sleep(says)
            self.send_response(says if isinstance(says, int) else 200)
            self.end_headers()
            if self.path == "/robots.txt":
                self.wfile.write(str(pages.says.get(self.path, "")).encode())
            elif isinstance(says, str):
                self.wfile.write(f"<!doctype html><p>{says}</p>".encode())

    with listening(Handler) as pages.port:
        yield pages


@pytest.fixture
def pages() -> Iterator[Pages]:
    with serving(Pages()) as made:
        yield made


@pytest.fixture
def home(tmp_path: Path, pages: Pages) -> Iterator[House]:
    with house(tmp_path, CTM_ALERTS_ALLOW_HOSTS=f"127.0.0.1:{pages.port}") as made:
        yield made


def rss(home: House, pages: Pages, *numbers: int, name: str = "news", at: int = 0) -> None:
    """A board's RSS of these postings, which proves nothing by what it lists; written anew when it is there."""
    path = home.folder / f"{name}.xml"
    items = "".join(
        f"<item><guid>{name}-{n}</guid><title>Clinical Trial Manager</title><link>{pages.url(n + at)}</link>"
        f"<dc:creator>Sponsor {n} Biotech</dc:creator><description>Boston, MA, United States. You manage trial {n} on"
        " your own, with 4 years of experience in clinical research.</description></item>"
        for n in numbers
    )
    head = '<rss xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>News</title>'
    path.write_text(f"{head}{items}</channel></rss>", encoding="utf-8")
    if path.as_uri() not in {feed.url for feed in home.app.feeds.all()}:
        home.app.feeds.add(path.as_uri(), "rss", name, NOW, backfill_days=0)


def someone(home: House, email: str = "alice@people.example") -> str:
    return home.person(email, plan="plus", rhythm=ALICE.rhythm, wishes=({"tiers": []},)).id


def shown(home: House, subscriber: str) -> list[str]:
    """The links of what was told as new, in the order of the postings."""
    told = [t.posting_id for t in home.app.digests.told([subscriber]).get(subscriber, []) if t.kind == "new"]
    told_of = sorted(home.app.postings.of_ids(told).items(), key=lambda item: int(item[0]))
    return list(dict.fromkeys(posting.url for _, posting in told_of))


def test_a_dead_link_closes_its_posting_with_the_reason_and_is_not_mailed(home: House, pages: Pages) -> None:
    rss(home, pages, 1, 2, 3)
    home.ingest(NOW)
    pages.says = {"/jobs/2": GONE, "/jobs/3": 404}
    alice = someone(home)
    assert [(d.outcome, d.count) for d in home.dispatch(NOW)] == [("queued", 1)]
    assert shown(home, alice) == [pages.url(1)]
    assert [p[2] for p in home.postings()] == [
        "",
        "its page says “this job is no longer available”",
        "its page is gone (404)",
    ]
    assert home.breaches(NOW) == []


def test_a_page_is_asked_once_a_day_however_many_digests_hold_it(home: House, pages: Pages) -> None:
    rss(home, pages, 1, 2)
    home.ingest(NOW)
    people = [someone(home, f"p{n}@people.example") for n in range(5)]
    assert [d.count for d in home.dispatch(NOW)] == [2] * 5
    someone(home, "late@people.example")
    home.dispatch(NOW + 3 * HOUR)
    assert Counter(pages.asked) == {"/jobs/1": 1, "/jobs/2": 1}
    someone(home, "later@people.example")
    home.dispatch(NOW + 25 * HOUR)
    assert Counter(pages.asked) == {"/jobs/1": 2, "/jobs/2": 2}
    assert [shown(home, p) for p in people] == [[pages.url(1), pages.url(2)]] * 5


def test_what_its_employers_own_board_lists_is_not_asked(home: House, pages: Pages) -> None:
    home.feed(Opening(4))
    home.ingest(NOW)
    someone(home)
    assert [(d.outcome, d.count) for d in home.dispatch(NOW)] == [("queued", 1)]
    assert (pages.asked, home.app.links.counts()) == ([], {})


def test_what_its_employers_own_board_lists_no_more_is_asked_before_its_second_absence_closes_it(
    home: House, pages: Pages
) -> None:
    board = home.folder / "board.json"
    home.feed(Opening(1), Opening(4))
    board.write_text(board.read_text().replace(Opening(4).url, pages.url(4)))
    home.ingest(NOW)
    board.write_bytes(greenhouse([Opening(1)]))
    home.ingest(NOW + 2 * HOUR)
    someone(home)
    home.dispatch(NOW + 2 * HOUR)
    assert pages.asked == ["/jobs/4"]


@pytest.mark.parametrize("status", [403, 429, 500, 503])
def test_a_refusal_or_a_bad_hour_closes_nothing(home: House, pages: Pages, status: int) -> None:
    rss(home, pages, 1)
    home.ingest(NOW)
    pages.says = {"/jobs/1": status}
    alice = someone(home)
    home.dispatch(NOW)
    assert shown(home, alice) == [pages.url(1)]
    assert home.app.links.counts() == {"unknown": 1}


def test_a_dead_copy_gives_way_to_a_living_one(home: House, pages: Pages) -> None:
    rss(home, pages, 1, name="first")
    home.ingest(NOW)
    rss(home, pages, 1, name="second", at=100)
    home.ingest(NOW + HOUR)
    if (
        len(home.postings()) == 2
    ):  # neither names a place in a field of its own: an admin may have to join them
        home.app.postings.merge("1", "2", "the same", NOW + HOUR)
    pages.says = {"/jobs/1": 410}
    alice = someone(home)
    home.dispatch(NOW + HOUR)
    assert shown(home, alice) == [pages.url(101)]
    home.deliver(NOW + HOUR)
    (mail,) = [
        p.read_text() for p in home.folder.rglob("*.eml") if "/jobs/101" in p.read_text().replace("=\n", "")
    ]
    assert "/jobs/1\n" not in mail


def test_a_dead_posting_makes_room_for_the_next_best(home: House, pages: Pages) -> None:
    rss(home, pages, *range(1, 41))
    home.ingest(NOW)
    pages.says = {f"/jobs/{n}": GONE for n in range(1, 41) if n % 4}
    alice = someone(home)
    (done,) = home.dispatch(NOW)
    assert (done.count, shown(home, alice)) == (10, [pages.url(n) for n in range(4, 41, 4)])
    assert home.breaches(NOW) == []


def test_a_host_that_calls_all_of_its_pages_dead_is_not_believed(home: House, pages: Pages) -> None:
    rss(home, pages, *range(1, 7))
    home.ingest(NOW)
    pages.says = {f"/jobs/{n}": 404 for n in range(1, 7)}
    alice = someone(home)
    home.dispatch(NOW)
    assert shown(home, alice) == [pages.url(n) for n in range(1, 7)]
    assert {closed for _, _, closed in home.postings()} == {""}
    (one, *_), reasons = home.sql("SELECT DISTINCT reason FROM link_checks"), home.app.links.counts()
    assert one == ("not believed, since its host says so of every page: its page is gone (404)",)
    assert reasons == {"unknown": 6}


def test_a_page_that_is_back_opens_its_posting_again_as_long_as_a_feed_lists_it(
    home: House, pages: Pages
) -> None:
    rss(home, pages, 9)
    home.ingest(NOW)
    alice = someone(home)
    home.dispatch(NOW)
    rss(home, pages, 1, 9)
    home.ingest(NOW + 2 * HOUR)
    pages.says = {"/jobs/1": 404}
    due = home.due(home.app.subscribers.get(alice))["regular"]
    assert [d.outcome for d in home.dispatch(due)] == ["quiet"]
    pages.says = {}
    # the listing is read again, with something new in it, and holds it still
    rss(home, pages, 1, 2, 9)
    home.ingest(due + HOUR)
    home.dispatch(due + DAY - timedelta(hours=1))
    assert [p[2] for p in home.postings()] == ["", "its page is gone (404)", ""]
    assert [(d.outcome, d.count) for d in home.dispatch(due + DAY)] == [("queued", 2)]
    assert shown(home, alice) == [pages.url(9), pages.url(1), pages.url(2)]
    assert home.breaches(due + DAY) == []


def test_a_page_that_robots_txt_keeps_us_from_is_not_asked_and_its_link_is_trusted(
    home: House, pages: Pages
) -> None:
    rss(home, pages, 1)
    home.ingest(NOW)
    pages.says = {"/robots.txt": "User-agent: *\nDisallow: /jobs/", "/jobs/1": 404}
    alice = someone(home)
    home.dispatch(NOW)
    assert (shown(home, alice), pages.asked) == ([pages.url(1)], [])


def test_a_host_that_wants_us_to_wait_is_asked_no_more(home: House, pages: Pages) -> None:
    rss(home, pages, 1, 2, 3)
    home.ingest(NOW)
    pages.says = {f"/jobs/{n}": 429 for n in (1, 2, 3)}
    alice = someone(home)
    home.dispatch(NOW)
    assert shown(home, alice) == [pages.url(n) for n in (1, 2, 3)]
    asked = len(pages.asked)
    someone(home, "bob@people.example")
    home.dispatch(NOW + timedelta(minutes=30))
    assert (1 <= asked <= 3, len(pages.asked)) == (True, asked)


@pytest.mark.parametrize("later", [503, "This job has expired", 410])
def test_a_page_that_tells_something_else_a_day_later_is_asked_until_it_is_back(
    home: House, pages: Pages, later: str | int
) -> None:
    rss(home, pages, 1)
    home.ingest(NOW)
    pages.says = {"/jobs/1": 404}
    someone(home)
    home.dispatch(NOW)
    # the listing is read again, with something new in it, and holds it still
    rss(home, pages, 1, 2)
    home.ingest(NOW + 2 * HOUR)
    pages.says = {"/jobs/1": later}
    check = LinkCheck(home.app.links, Client((f"127.0.0.1:{pages.port}",)).fetch)
    assert check.look_again(NOW + DAY) == []
    assert [p[2] for p in home.postings()] == ["its page is gone (404)", ""]
    pages.says = {}
    assert check.look_again(NOW + DAY + HOUR) == []  # nobody is asked twice a day
    assert check.look_again(NOW + 2 * DAY) == ["1"]
    assert [p[2] for p in home.postings()] == ["", ""]


def test_what_its_employers_own_board_lists_again_is_open_without_its_page(home: House, pages: Pages) -> None:
    home.feed(Opening(4))
    home.ingest(NOW)
    home.app.links.close("1", "its page is gone (404)", NOW)
    home.app.links.record({Opening(4).url: Finding("dead", "its page is gone (404)")}, NOW)
    home.ingest(NOW + DAY)
    check = LinkCheck(home.app.links, Client(()).fetch)
    assert check.look_again(NOW + DAY) == ["1"]
    assert [p[2] for p in home.postings()] == [""]


def test_a_host_that_answered_well_yesterday_and_calls_all_pages_dead_today_is_not_believed(
    home: House, pages: Pages
) -> None:
    rss(home, pages, *range(1, 7))
    home.ingest(NOW)
    someone(home)
    home.dispatch(NOW)
    assert home.app.links.counts() == {"alive": 6}
    pages.says = {f"/jobs/{n}": 404 for n in range(1, 7)}
    late = someone(home, "late@people.example")
    home.dispatch(NOW + 25 * HOUR)
    assert shown(home, late) == [pages.url(n) for n in range(1, 7)]
    assert {closed for _, _, closed in home.postings()} == {""}


def test_a_host_that_asks_us_to_wait_is_asked_no_more(home: House, pages: Pages) -> None:
    rss(home, pages, *range(1, 7))
    home.ingest(NOW)
    pages.says = {f"/jobs/{n}": 429 for n in range(1, 7)}
    alice = someone(home)
    home.dispatch(NOW)
    assert len(pages.asked) == 1
    assert (len(shown(home, alice)), home.app.links.counts()) == (6, {"unknown": 6})


def test_a_slow_host_does_not_keep_the_pages_of_others_from_being_asked(home: House, pages: Pages) -> None:
    with serving(Pages()) as slow:
        slow.says = {f"/jobs/{n}": 0.3 for n in range(1, 21)}
        # another name of this machine, and so another host
        links = {str(n): f"http://localhost:{slow.port}/jobs/{n}" for n in range(1, 21)}
        links["99"] = pages.url(99)
        places = (f"127.0.0.1:{pages.port}", f"localhost:{slow.port}")
        LinkCheck(home.app.links, Client(places).fetch, budget=1.0).check(links, NOW)
        assert pages.asked == ["/jobs/99"]
        assert 1 <= len(slow.asked) <= 5


def test_no_digest_waits_for_a_slow_page(home: House, pages: Pages) -> None:
    rss(home, pages, 1, 2)
    home.ingest(NOW)
    pages.says = {"/jobs/2": 3.0}
    check = LinkCheck(home.app.links, Client((f"127.0.0.1:{pages.port}",)).fetch, budget=0.5)
    began = time.monotonic()
    checked = check.check({"1": pages.url(1), "2": pages.url(2)}, NOW)
    assert time.monotonic() - began < 2
    assert (checked.dead, checked.unchecked) == ({}, {"2"})
    # the budget of the round is spent: what comes later is trusted too
    assert check.check({"1": pages.url(1), "2": pages.url(2)}, NOW).unchecked == {"2"}


def test_a_wall_is_said_on_the_card(home: House, pages: Pages) -> None:
    rss(home, pages, 1)
    home.ingest(NOW)
    pages.says = {"/jobs/1": "Sign in to view this job"}
    someone(home)
    home.dispatch(NOW)
    home.deliver(NOW)
    texts = [p.read_text().replace("=\n", "") for p in home.folder.rglob("*.eml")]
    assert sum("its page asks for a login" in text for text in texts) == 1


def test_links_are_trusted_where_the_configuration_says_so(home: House, pages: Pages) -> None:
    rss(home, pages, 1)
    home.ingest(NOW)
    pages.says = {"/jobs/1": 404}
    home.app.settings = replace(home.app.settings, check_links=False)
    alice = someone(home)
    home.dispatch(NOW)
    assert (shown(home, alice), pages.asked) == ([pages.url(1)], [])
