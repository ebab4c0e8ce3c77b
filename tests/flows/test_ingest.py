"""Ingest: from files and from a real web server on loopback to stored postings."""

from __future__ import annotations

import hashlib
import json
import random
import string
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ctm_alerts.errors import FetchError
from ctm_alerts.feeds.feed import Request
from ctm_alerts.net.client import Response
from ctm_alerts.postings.links import Finding
from ctm_alerts.storage.database import Database
from tests.flows.house import DAY, HOUR, House, Opening, greenhouse, house
from tests.flows.loopback import Quiet, listening
from tests.people import NOW

OAK, ELM, ASH = Opening(1), Opening(2, "Senior Clinical Trial Manager"), Opening(3)
LATER = NOW + 2 * HOUR


# -- files


def test_what_a_feed_holds_at_its_first_poll_is_baseline_and_what_comes_later_is_new(home: House) -> None:
    home.feed(OAK)
    home.ingest(NOW)
    home.board(OAK, ELM)
    (looked,) = home.ingest(LATER)
    assert (looked.outcome, looked.entries, looked.new) == ("ok", 2, 1)
    assert home.postings() == [(OAK.title, "baseline", ""), (ELM.title, "new", "")]


def test_backfill_makes_young_entries_of_the_first_poll_new(home: House) -> None:
    home.feed(OAK, backfill=7)
    home.ingest(NOW)
    assert home.postings() == [(OAK.title, "new", "")]


def test_a_first_poll_that_fails_is_none(home: House) -> None:
    home.feed(OAK)
    (home.folder / "board.json").write_text("<html>we are down</html>")
    (looked,) = home.ingest(NOW)
    assert looked.outcome == "error"
    home.board(OAK)
    home.ingest(NOW + DAY)
    assert home.postings() == [(OAK.title, "baseline", "")]


def test_two_complete_listings_in_a_row_that_lack_a_posting_close_it(home: House) -> None:
    home.feed(OAK, ELM)
    home.ingest(NOW)
    home.board(OAK)
    closed = [home.ingest(NOW + hours * 2 * HOUR)[0].closed for hours in (1, 2, 3)]
    assert closed == [0, 1, 0]
    assert home.postings() == [(OAK.title, "baseline", ""), (ELM.title, "baseline", "left board")]


def test_an_error_between_two_absences_is_no_absence(home: House) -> None:
    home.feed(OAK, ELM)
    home.ingest(NOW)
    home.board(OAK)
    home.ingest(LATER)
    (home.folder / "board.json").write_text("<html>we are down</html>")
    home.ingest(LATER + 2 * HOUR)
    assert [p[2] for p in home.postings()] == ["", ""]
    home.board(OAK)
    home.ingest(LATER + 2 * DAY)
    assert [p[2] for p in home.postings()] == ["", "left board"]


def test_what_comes_back_is_open_again_and_the_same_posting(home: House) -> None:
    home.feed(OAK, ELM)
    for hours, listing in enumerate([(OAK, ELM), (OAK,), (OAK,), (OAK, ELM)]):
        home.board(*listing)
        home.ingest(NOW + hours * 2 * HOUR)
    assert [p[2] for p in home.postings()] == ["", ""]


def test_a_posting_closes_at_the_end_of_the_last_day_that_only_its_text_names(home: House) -> None:
    says = "You manage trials. To be considered, apply by 10 December 2026."
    home.feed(Opening(1, says=says))
    home.ingest(NOW)
    evening = datetime(2026, 12, 10, 20, tzinfo=UTC)
    assert [p.id for p in home.app.postings.open_for(("ctm",), evening)] == ["1"]
    assert home.app.postings.open_for(("ctm",), evening + 4 * HOUR) == []
    # a board that states the same day in a field of its own has changed nothing
    home.board(Opening(1, says=says, until=datetime(2026, 12, 10, tzinfo=UTC)))
    home.ingest(NOW + DAY)
    assert home.sql("SELECT revision, expires_at FROM postings") == [(1, "2026-12-10 23:59:59.000000")]


def test_a_listing_that_empties_closes_all_at_the_second_look(home: House) -> None:
    home.feed(OAK, ELM)
    home.ingest(NOW)
    home.board()
    assert [home.ingest(NOW + n * 2 * HOUR)[0].closed for n in (1, 2)] == [0, 2]


def test_one_position_on_two_feeds_is_one_posting(home: House) -> None:
    home.feed(OAK, name="north")
    home.feed(OAK, ELM, name="south")
    assert [r.new for r in home.ingest(NOW)] == [1, 1]
    assert [p[0] for p in home.postings()] == [OAK.title, ELM.title]
    assert home.app.postings.get("1").sources == ("north", "south")


def test_a_posting_closes_when_its_last_feed_drops_it(home: House) -> None:
    home.feed(OAK, ELM, name="north")
    home.feed(OAK, ELM, name="south")
    home.ingest(NOW)
    home.board(ELM, name="north")
    home.ingest(NOW + 2 * HOUR)
    home.ingest(NOW + 4 * HOUR)
    assert [p[2] for p in home.postings()] == ["", ""]
    home.board(ELM, name="south")
    home.ingest(NOW + 6 * HOUR)
    home.ingest(NOW + 8 * HOUR)
    assert [p[2] for p in home.postings()] == ["left south", ""]


def test_a_feed_that_numbers_its_entries_anew_brings_nothing_new(home: House) -> None:
    person = home.person(plan="plus")
    home.feed(OAK, ELM)
    home.round(NOW)
    board = json.loads((home.folder / "board.json").read_text())
    for job in board["jobs"]:
        job["id"] += 1000
    (home.folder / "board.json").write_text(json.dumps(board))
    for hours in (2, 4, 6):
        assert home.ingest(NOW + hours * HOUR)[0].new == 0
    assert [p[2] for p in home.postings()] == ["", ""]
    home.round(NOW + DAY)
    assert home.told(person) == ["1", "2"]


def test_surplus_entries_wait_for_the_next_round_and_keep_their_origin(home: House) -> None:
    jobs = [
        {
            "id": n,
            "url": f"https://remote.example/jobs/{n}",
            "jobTitle": f"Clinical Trial Manager {n}",
            "companyName": f"Sponsor {n} Biotech",
            "jobGeo": "USA",
            "jobDescription": f"You manage study {n}.",
        }
        for n in range(250)
    ]
    path = home.folder / "jobicy.json"
    path.write_text(json.dumps({"jobs": jobs}))
    home.app.feeds.add(path.as_uri(), "jobicy_json", "Remote", NOW)
    looks = [home.ingest(NOW + n * 2 * HOUR)[0] for n in range(3)]
    assert [(r.outcome, r.new, r.deferred) for r in looks] == [
        ("ok", 200, 50),
        ("not_modified", 50, 0),
        ("not_modified", 0, 0),
    ]
    assert {p[1] for p in home.postings()} == {"baseline"}
    assert len(home.postings()) == 250


def test_three_thousand_postings_come_in_by_two_rounds(home: House) -> None:
    items = "".join(
        f"<item><guid>{n}</guid><title>Clinical Trial Manager {n}</title><link>https://jobs.example/{n}</link></item>"
        for n in range(3000)
    )
    path = home.folder / "many.xml"
    path.write_text(f'<rss version="2.0"><channel><title>Many</title>{items}</channel></rss>')
    home.app.feeds.add(path.as_uri(), "rss", "Many", NOW)
    assert [home.ingest(NOW + n * 2 * HOUR)[0].new for n in range(3)] == [2000, 1000, 0]


# -- a web server


@dataclass
class Board:
    """A web server that knows conditional requests; `status` other than 200 is answered to everything."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    answered: list[int] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/jobs"


@contextmanager
def serving(board: Board) -> Iterator[Board]:
    class Handler(Quiet):
        def do_GET(self) -> None:
            tag = f'"{hashlib.sha256(board.body).hexdigest()}"'
            same = self.headers.get("If-None-Match") == tag
            status = board.status if board.status != 200 else 304 if same else 200
            board.answered.append(status)
            self.send_response(status)
            for name, value in {"ETag": tag, "Content-Type": "application/json", **board.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if status == 200:
                self.wfile.write(board.body)

    with listening(Handler) as board.port:
        yield board


@pytest.fixture
def board() -> Iterator[Board]:
    with serving(Board(greenhouse([OAK, ELM]))) as made:
        yield made


@pytest.fixture
def online(tmp_path: Path, board: Board) -> Iterator[House]:
    """A service that may read the loopback board."""
    with house(tmp_path, CTM_ALERTS_ALLOW_HOSTS=f"127.0.0.1:{board.port}") as made:
        made.app.feeds.add(board.url, "greenhouse", "Board", NOW)
        yield made


def test_an_unchanged_board_answers_304_and_nothing_moves(online: House, board: Board) -> None:
    looks = [online.ingest(NOW + n * 2 * HOUR)[0] for n in range(2)]
    assert [(r.outcome, r.new, r.changed, r.closed) for r in looks] == [
        ("ok", 2, 0, 0),
        ("not_modified", 0, 0, 0),
    ]
    assert board.answered == [200, 304]


def test_what_was_closed_stays_closed_when_the_board_answers_304(online: House, board: Board) -> None:
    online.ingest(NOW)
    for hours, openings in ((2, [OAK]), (4, [OAK, ASH])):
        board.body = greenhouse(openings)
        online.ingest(NOW + hours * HOUR)
    assert [p[2] for p in online.postings()] == ["", "left Board", ""]
    assert online.ingest(NOW + 6 * HOUR)[0].outcome == "not_modified"
    assert [p[2] for p in online.postings()] == ["", "left Board", ""]


def test_an_error_keeps_what_was_stored_and_sets_the_next_look(online: House, board: Board) -> None:
    online.ingest(NOW)
    board.status = 503
    (looked,) = online.ingest(LATER)
    feed = online.app.feeds.get("1")
    assert (looked.outcome, looked.status, feed.failures) == ("error", 503, 1)
    assert feed.next_check_at == LATER + HOUR
    assert [p[2] for p in online.postings()] == ["", ""]
    board.status = 200
    online.ingest(feed.next_check_at)
    assert online.app.feeds.get("1").failures == 0


def test_no_feed_is_polled_sooner_than_its_kind_allows(online: House, board: Board) -> None:
    online.ingest(NOW)
    assert online.ingest(NOW + timedelta(minutes=59)) == []
    assert online.app.feeds.get("1").next_check_at == NOW + HOUR


def test_one_bad_feed_among_three_stops_none(online: House, board: Board) -> None:
    online.feed(ASH, name="file")
    online.app.feeds.add(board.url.replace("127.0.0.1", "127.0.0.2"), "greenhouse", "Private", NOW)
    looks = {r.feed: (r.outcome, r.new) for r in online.ingest(NOW)}
    assert looks == {"Board": ("ok", 2), "file": ("ok", 1), "Private": ("error", 0)}


# -- Workday, whose sites speak TLS alone: a client with the manners of one


class Workday:
    """Two pages of a list and one answer per job; a job whose id is in `broken` answers 500."""

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self.broken: set[int] = set()
        self.status = 500
        #: the offset of a page that is broken
        self.no_page = -1
        self.asked: list[int] = []

    def fetch(
        self, request: Request, *, etag: str | None = None, last_modified: str | None = None
    ) -> Response:
        path = urlsplit(request.url).path
        if path.endswith("/jobs"):
            offset = json.loads(request.body or b"{}")["offset"]
            if offset == self.no_page:
                raise FetchError("the source answered 500", 500)
            listed = [self._listed(n) for n in range(offset, min(self.jobs, offset + 20))]
            return _answer(request.url, {"total": self.jobs, "jobPostings": listed})
        number = int(path.rpartition("_R-")[2])
        self.asked.append(number)
        if number in self.broken:
            raise FetchError(f"the source answered {self.status}", self.status)
        says = f"<p>You manage study {number} on your own.</p>"
        return _answer(
            request.url, {"jobPostingInfo": {"title": self._title(number), "jobDescription": says}}
        )

    def _title(self, number: int) -> str:
        return f"Clinical Trial Manager {number}"

    def _listed(self, number: int) -> dict[str, object]:
        return {
            "title": self._title(number),
            "externalPath": f"/job/Boston/Clinical-Trial-Manager_R-{number}",
            "locationsText": "Boston, MA",
            "postedOn": "Posted Today",
            "bulletFields": [f"R-{number}"],
        }


def _answer(url: str, document: object) -> Response:
    body = json.dumps(document).encode()
    return Response(200, body, False, None, None, "application/json", url, hashlib.sha256(body).hexdigest())


def test_a_workday_list_is_read_page_by_page_and_each_job_by_its_own_call(tmp_path: Path) -> None:
    site = Workday(25)
    site.broken = {7}
    with house(tmp_path, client=site) as home:
        home.app.feeds.add("https://acorn.wd5.myworkdayjobs.com/Careers", "workday", "Acorn", NOW)
        (first,) = home.ingest(NOW)
        assert (first.outcome, first.entries, first.new, first.deferred) == ("ok", 25, 24, 1)
        site.broken = set()
        (second,) = home.ingest(NOW + 3 * HOUR)
        assert (second.new, second.deferred) == (1, 0)
        descriptions = home.sql("SELECT description FROM postings")
    assert sorted(descriptions) == sorted((f"You manage study {n} on your own.",) for n in range(25))


def test_a_board_that_answers_304_after_it_dropped_a_posting_closes_it(online: House, board: Board) -> None:
    online.ingest(NOW)
    board.body = greenhouse([OAK])
    online.ingest(NOW + 2 * HOUR)
    assert online.ingest(NOW + 4 * HOUR)[0].outcome == "not_modified"
    assert [p[2] for p in online.postings()] == ["", "left Board"]


def test_the_second_calls_of_one_look_are_bounded_and_an_unchanged_line_is_asked_for_once(
    tmp_path: Path,
) -> None:
    site = Workday(100)
    with house(tmp_path, client=site) as home:
        home.app.feeds.add("https://acorn.wd5.myworkdayjobs.com/Careers", "workday", "Acorn", NOW)
        looks = [home.ingest(NOW + n * 3 * HOUR)[0] for n in range(4)]
        assert [(r.new, r.deferred) for r in looks] == [(60, 40), (40, 0), (0, 0), (0, 0)]
    assert sorted(site.asked) == list(range(100))


def test_a_second_call_that_fails_for_good_leaves_what_the_list_says(tmp_path: Path) -> None:
    site = Workday(3)
    site.broken, site.status = {1}, 404
    with house(tmp_path, client=site) as home:
        home.app.feeds.add("https://acorn.wd5.myworkdayjobs.com/Careers", "workday", "Acorn", NOW)
        (looked,) = home.ingest(NOW)
        assert (looked.new, looked.deferred) == (3, 0)
        assert len(home.sql("SELECT id FROM postings WHERE description = ''")) == 1


def test_a_host_that_asks_to_wait_is_asked_no_more_second_calls(tmp_path: Path) -> None:
    site = Workday(30)
    site.broken, site.status = {5}, 429
    with house(tmp_path, client=site) as home:
        home.app.feeds.add("https://acorn.wd5.myworkdayjobs.com/Careers", "workday", "Acorn", NOW)
        (looked,) = home.ingest(NOW)
        assert (looked.outcome, looked.new, looked.deferred) == ("ok", 5, 25)
        assert site.asked == [0, 1, 2, 3, 4, 5]
        site.broken = set()
        assert home.ingest(NOW + HOUR / 2) == []
        (again,) = home.ingest(NOW + 3 * HOUR)
        assert (again.new, again.deferred) == (25, 0)


def test_a_page_that_fails_keeps_what_came_and_closes_nothing(tmp_path: Path) -> None:
    site = Workday(45)
    with house(tmp_path, client=site) as home:
        home.app.feeds.add("https://acorn.wd5.myworkdayjobs.com/Careers", "workday", "Acorn", NOW)
        home.ingest(NOW)
        site.no_page = 20
        for looks in (1, 2, 3):
            (looked,) = home.ingest(NOW + looks * 3 * HOUR)
            assert (looked.outcome, looked.entries, looked.closed) == ("ok", 20, 0)
            assert looked.reason == "one of its pages failed: the source answered 500"
        assert [p for p in home.postings() if p[2]] == []


def test_second_calls_that_always_fail_do_not_keep_the_others_from_theirs(tmp_path: Path) -> None:
    site = Workday(80)
    site.broken = set(range(60))
    with house(tmp_path, client=site) as home:
        home.app.feeds.add("https://acorn.wd5.myworkdayjobs.com/Careers", "workday", "Acorn", NOW)
        looks = [home.ingest(NOW + n * 3 * HOUR)[0] for n in range(3)]
        assert [(r.new, r.deferred) for r in looks] == [(0, 80), (20, 60), (0, 60)]
        site.jobs = 90
        later = [home.ingest(NOW + n * 3 * HOUR)[0] for n in (3, 4, 5)]
        assert sum(r.new for r in later) == 10


def test_links_and_ids_of_any_length_are_kept_or_left_out_and_keep_nobody_from_being_stored(
    tmp_path: Path, database_url: str
) -> None:
    """PostgreSQL looks up nothing of more than 2,700 bytes: one such name would fail the whole look, at each look."""
    database = Database(database_url)
    database.migrate()
    database.close()
    rng = random.Random(5)
    noise = "".join(rng.choice(string.ascii_letters) for _ in range(4000))
    greek = "".join(rng.choice("αβγδεζηθικλμνξοπρστυφχψω") for _ in range(2000))
    links = [noise[:1900], noise, greek[:900], greek, "short"]
    items = "".join(
        f"<item><guid>{'same' if n < 2 else link}</guid><title>Clinical Trial Manager {n}</title>"
        f"<link>https://boards.example/{link}</link><description>You run study {n}.</description></item>"
        for n, link in enumerate(links)
    )
    path = tmp_path / "long.xml"
    path.write_text(f"<rss><channel><title>Long</title>{items}</channel></rss>", encoding="utf-8")
    with house(tmp_path, CTM_ALERTS_DATABASE_URL=database_url) as home:
        home.app.feeds.add(path.as_uri(), "rss", "Long", NOW)
        (first,) = home.ingest(NOW)
        assert (first.outcome, first.entries, first.new) == ("ok", 5, 5)
        kept = {url and len(url.encode()) for (url,) in home.sql("SELECT url FROM sightings")}  # type: ignore[attr-defined]  # texts
        assert kept == {1923, 1823, 28, None}
        home.app.links.record({f"https://boards.example/{noise[:1900]}": Finding("alive")}, NOW)
        assert home.app.links.counts() == {"alive": 1}
        path.write_text(path.read_text("utf-8").replace("You run", "You lead"), encoding="utf-8")
        (again,) = home.ingest(NOW + HOUR)
        assert (again.new, len(home.postings())) == (0, 5)
