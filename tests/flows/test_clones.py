"""One card per real job: clones, copies and an admin's word on them, through all flows, judged by what arrives."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from ctm_alerts.settings import mail_folder
from ctm_alerts.subscribers.subscriber import Rhythm
from tests.flows.house import DAY, HOUR, House, Opening
from tests.people import NOW

DAILY = Rhythm("UTC", 8 * 60)
TEXT = (
    "You manage trials of the whole portfolio from protocol to close-out, with 4 years of experience in clinical research. "
    "You keep budgets and timelines, choose and oversee vendors, prepare audits and answer the questions of sites within a "
    "day. You write monitoring plans, lead the study team through start-up and hand over a trial master file that an "
    "inspector can read without you. Our teams are small, speak plainly and help each other through the last weeks before "
    "a database is locked. You report to the head of clinical operations and travel to sites when it helps."
)
CITIES = ("Leeds", "York", "Hull", "Bath", "Derby", "Truro", "Exeter", "Oxford", "Durham", "Lincoln", "Bristol", "Cardiff",
          "Dundee", "Glasgow", "Belfast", "Swansea", "Norwich", "Ipswich", "Preston", "Salford", "Wells", "Ripon", "Ely",
          "Perth", "Stirling", "Newport", "Bangor", "Armagh", "Lisburn", "Inverness")  # fmt: skip


@pytest.fixture
def home(home_on_either: House) -> House:
    return home_on_either


def opening(
    number: int, city: str, country: str = "United Kingdom", employer: str = "Larkfield Bio"
) -> Opening:
    return Opening(number, place=f"{city}, {country}", says=TEXT, employer=employer)


def thirty() -> tuple[Opening, ...]:
    """One job of one employer in thirty cities."""
    return tuple(opening(100 + n, city) for n, city in enumerate(CITIES))


def reader(home: House, country: str, email: str = "alice@people.example") -> None:
    """Someone who gets mail each day at eight of what is new in one country; two boards are empty so far."""
    home.person(email, plan="plus", rhythm=DAILY, wishes=({"countries": [country]},))


def mails(home: House) -> list[EmailMessage]:
    """The digests that arrived, in order."""
    folder = mail_folder(home.app.settings.mail_url)
    assert folder is not None
    found = []
    for path in folder.rglob("*.eml"):
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        assert isinstance(mail, EmailMessage)
        if "confirm" not in str(mail["Subject"]).lower():
            found.append(mail)
    return sorted(found, key=lambda mail: (mail["Date"].datetime, str(mail["To"])))


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return " ".join(str(body.get_content()).split())


def boards(home: House, at: timedelta, *ours: Opening, theirs: tuple[Opening, ...] = ()) -> list[int]:
    """What the boards hold an hour before this time; the numbers in the subjects of the mails of this time."""
    home.board(*ours, name="ours")
    home.board(*theirs, name="theirs")
    home.ingest(NOW + at - HOUR)
    done = [count for _, _, count in home.round(NOW + at)]
    assert home.breaches(NOW + at + HOUR) == []
    return done


@pytest.fixture(autouse=True)
def polled(home: House) -> None:
    home.feed(name="ours")
    home.feed(name="theirs")


def test_a_job_in_thirty_cities_is_one_card_with_all_its_places(home: House) -> None:
    reader(home, "GB")
    home.round(NOW)
    assert boards(home, DAY, *thirty()) == [1]
    (mail,) = mails(home)
    for kind in ("plain", "html"):
        said = part(mail, kind)
        assert said.count("Larkfield Bio") >= 1
        assert "Leeds, United Kingdom" in said
        assert "also in York, United Kingdom, Hull, United Kingdom and 27 more places" in said
    assert part(mail, "plain").count("See the posting:") == 1
    assert boards(home, 2 * DAY, *thirty()) == [0]


def test_cities_that_come_one_by_one_are_told_once(home: House) -> None:
    reader(home, "GB")
    home.round(NOW)
    assert [boards(home, day * DAY, *thirty()[: 10 * day]) for day in (1, 2, 3)] == [[1], [0], [0]]
    assert home.sql("SELECT count(*), count(DISTINCT posting_id) FROM sightings") == [(30, 1)]


def test_a_reader_sees_the_place_that_is_theirs_first_and_its_own_page(home: House) -> None:
    reader(home, "GB")
    home.round(NOW)
    assert boards(home, DAY, opening(1, "Berlin", "Germany"), opening(2, "Leeds")) == [1]
    said = part(mails(home)[0], "plain")
    assert "Larkfield Bio · Leeds, United Kingdom ·" in said
    assert "also in Berlin, Germany" in said
    assert "See the posting: https://boards.example/jobs/2" in said


def test_a_country_that_joins_later_is_news_to_those_who_look_there_and_to_nobody_else(home: House) -> None:
    reader(home, "DE", "bob@people.example")
    reader(home, "GB")
    home.round(NOW)
    berlin, leeds = opening(1, "Berlin", "Germany"), opening(2, "Leeds")
    assert boards(home, DAY, berlin) == [1, 0]
    assert boards(home, 2 * DAY, berlin, leeds) == [0, 1]
    assert boards(home, 3 * DAY, berlin, leeds) == [0, 0]
    assert [str(mail["To"]) for mail in mails(home)] == ["bob@people.example", "alice@people.example"]


def test_an_agencys_copy_on_another_board_brings_no_second_card(home: House) -> None:
    reader(home, "GB")
    home.round(NOW)
    own, copy = opening(1, "Leeds"), opening(2, "Leeds", employer="Confidential")
    assert boards(home, DAY, own) == [1]
    assert boards(home, 2 * DAY, own, theirs=(copy,)) == [0]
    ((by, because),) = home.sql("SELECT joined_by, because FROM sightings WHERE joined_by <> ''")
    assert (by, str(because).partition(";")[0]) == (
        "agency copy",
        "larkfield bio: one of them hides its employer",
    )
    assert home.sql("SELECT url FROM postings") == [(own.url,)]


def test_another_rank_another_field_and_another_employer_get_cards_of_their_own(home: House) -> None:
    reader(home, "GB")
    home.round(NOW)
    others = (
        Opening(2, "Senior Clinical Trial Manager", "Leeds, United Kingdom", TEXT, "Larkfield Bio"),
        Opening(3, place="Leeds, United Kingdom", says=f"{TEXT} Oncology.", employer="Larkfield Bio"),
        opening(4, "Leeds", employer="Osterby Pharma"),
    )
    assert boards(home, DAY, opening(1, "Leeds"), *others) == [4]


def test_a_city_that_an_admin_parted_stays_parted_and_is_told_to_nobody_twice(home: House) -> None:
    reader(home, "GB")
    home.round(NOW)
    three = thirty()[:3]
    assert boards(home, DAY, *three) == [1]
    sightings = home.app.postings.dossier("1").sightings
    half = home.app.postings.split("1", [sightings[1].id], "another team", NOW + DAY + HOUR)
    assert boards(home, 2 * DAY, *three) == [0]
    again = tuple(Opening(o.number + 500, place=o.place, says=o.says, employer=o.employer) for o in three)
    boards(home, 3 * DAY, *again)
    held = {s.source_id: i for i in ("1", half) for s in home.app.postings.dossier(i).sightings}
    assert (held["100"], held["101"], held["102"]) == ("1", half, "1")
    assert held.get("600", "1") == "1"
    assert held.get("601", half) == half


def test_a_city_that_is_open_longer_is_told_although_the_first_one_is_over(home: House) -> None:
    reader(home, "GB")
    home.round(NOW)
    leeds = replace(opening(1, "Leeds"), until=NOW + 2 * DAY)
    york = replace(opening(2, "York"), until=NOW + 30 * DAY)
    assert boards(home, DAY, leeds) == [1]
    boards(home, 4 * DAY, leeds, york)
    assert home.sql("SELECT location, closed FROM postings") == [("York, United Kingdom", "")]
    assert [p.url for p in home.app.postings.open_for(("ctm",), NOW + 4 * DAY)] == [york.url]


def test_a_city_that_was_open_longer_speaks_once_the_first_one_is_over(home: House) -> None:
    leeds = replace(opening(1, "Leeds"), until=NOW + 2 * DAY)
    york = replace(opening(2, "York"), until=NOW + 30 * DAY)
    for day in (1, 3, 4):
        boards(home, day * DAY, leeds, york)
    (posting,) = home.app.postings.open_for(("ctm",), NOW + 4 * DAY)
    assert (posting.location, posting.url, posting.revision) == ("York, United Kingdom", york.url, 1)


def test_a_clone_is_no_news_when_the_copy_that_reached_its_country_first_has_left(home: House) -> None:
    leeds, york = opening(1, "Leeds"), opening(2, "York")
    reader(home, "GB")
    home.round(NOW)
    home.feed(leeds, name="late", at=NOW + HOUR)
    home.ingest(NOW + 2 * HOUR)
    assert home.postings()[0][1] == "baseline"
    assert [boards(home, day * DAY, york) for day in (1, 2)] == [[0], [0]]
    home.board(name="late")
    assert [boards(home, day * DAY, york) for day in (3, 4, 5)] == [[0], [0], [0]]
    assert home.sql("SELECT absences FROM sightings ORDER BY id") == [(2,), (0,)]
    assert home.sql("SELECT closed FROM postings") == [("",)]


def test_the_employers_own_page_speaks_again_when_it_is_back(home: House) -> None:
    own, copy = opening(1, "Leeds"), opening(2, "Leeds", employer="Confidential")
    boards(home, DAY, own, theirs=(copy,))
    for day in (2, 3, 4):
        boards(home, day * DAY, theirs=(copy,))
    assert home.sql("SELECT url FROM postings") == [(copy.url,)]
    boards(home, 5 * DAY, own, theirs=(copy,))
    boards(home, 6 * DAY, own, theirs=(copy,))
    assert home.sql("SELECT url, company, revision FROM postings") == [(own.url, "Larkfield Bio", 1)]


def test_what_a_feed_has_not_had_for_a_year_is_compared_with_nothing(home: House) -> None:
    boards(home, DAY, opening(1, "Leeds"))
    bands = "SELECT count(*) FROM posting_bands JOIN sightings ON id = sighting_id WHERE source_id = '1'"
    held = []
    for days in (2, 100, 367):
        boards(home, days * DAY, Opening(2))
        held.append(home.sql(bands) != [(0,)])
    assert held == [True, True, False]
