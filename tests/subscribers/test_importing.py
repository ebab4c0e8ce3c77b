"""People from a CSV file of the host site: each row a value or a reason."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctm_alerts.errors import UsageError
from ctm_alerts.subscribers.importing import (
    COLUMNS,
    ImportRow,
    check_email,
    check_minute,
    check_weekday,
    check_zone,
    default_wishes,
    key_of,
    read_csv,
)
from ctm_alerts.subscribers.subscriber import NewSubscriber, Rhythm
from tests.people import ALICE, BOB, NOW


def country(zone: str) -> str | None:
    return {"America/New_York": "US", "Europe/Berlin": "DE"}.get(zone)


def read(*lines: str) -> list[ImportRow]:
    return read_csv([f"{line}\n" for line in lines], country, NOW)


def problem(columns: str, cells: str) -> str:
    (row,) = read(columns, cells)
    assert row.person is None
    return row.problem


FULL = {
    "external_id": "host-7",
    "email": "Dora@people.example",
    "name": "Dora",
    "plan": "Plus",
    "plan_until": "2027-01-01T00:00:00+01:00",
    "status": "paused",
    "consent_at": "2026-05-03T10:00:00Z",
    "consent_source": "sign-up form",
    "consent_text_version": "2026-05",
    "timezone": "Europe/Berlin",
    "hour": "17:45",
    "weekday": "Thu",
    "locale": "de",
    "tiers": "Senior; lead",
    "skills": "t01;T15",
    "countries": "us; uk ;DE",
    "workplace": "remote;Hybrid",
    "salary_floor": "95000",
    "salary_currency": "usd",
    "employment": "full_time",
    "areas": "oncology;rare disease",
    "employer_types": "sponsor;CRO",
    "exclude": "Veritas Staffing",
}


def test_every_column_is_read() -> None:
    assert tuple(FULL) == COLUMNS
    assert read(",".join(COLUMNS), ",".join(FULL.values())) == [
        ImportRow(
            line=2,
            who="host-7",
            person=NewSubscriber(
                email="Dora@people.example",
                name="Dora",
                status="paused",
                plan="plus",
                rhythm=Rhythm("Europe/Berlin", 17 * 60 + 45, 4),
                wishes=(
                    {
                        "tiers": ["senior", "lead"],
                        "skills": ["T01", "T15"],
                        "countries": ["US", "GB", "DE"],
                        "workplace": ["remote", "hybrid"],
                        "employment": ["full_time"],
                        "areas": ["oncology", "rare disease"],
                        "employer_types": ["sponsor", "cro"],
                        "exclude": ["Veritas Staffing"],
                        "salary_floor": 95000.0,
                        "salary_currency": "USD",
                    },
                ),
                assumed=False,
                external_id="host-7",
                plan_until=datetime(2026, 12, 31, 23, tzinfo=UTC),
                locale="de",
            ),
            consent_at=datetime(2026, 5, 3, 10, tzinfo=UTC),
            consent_source="sign-up form",
            consent_text_version="2026-05",
        )
    ]


def test_an_address_alone_is_a_person_with_the_default_profile() -> None:
    (row,) = read("email", "dora@people.example")
    assert row == ImportRow(
        2,
        "line 2",
        NewSubscriber(
            "dora@people.example", "", "active", "free", Rhythm("UTC", 8 * 60, 1), ({},), assumed=True
        ),
    )


def test_the_default_profile_is_the_country_of_the_zone() -> None:
    (row,) = read("email,timezone", "dora@people.example,America/New_York")
    assert row.person is not None
    assert (row.person.wishes, row.person.assumed) == (({"countries": ["US"]},), True)
    assert default_wishes(None) == {}


def test_rows_of_one_external_id_are_one_person_with_several_profiles() -> None:
    rows = read(
        "external_id,email,countries,tiers",
        "1,a@people.example,US,",
        "2,b@people.example,,",
        "1,a@people.example,,senior",
        "1,a@people.example,,",
    )
    assert [(r.line, r.who) for r in rows] == [(2, "1"), (3, "2")]
    assert rows[0].person is not None
    assert rows[0].person.wishes == ({"countries": ["US"]}, {"tiers": ["senior"]})


def test_rows_of_one_address_are_one_person_whatever_its_case() -> None:
    rows = read("email,countries", "a@people.example,US", "A@people.example,GB")
    assert len(rows) == 1
    assert rows[0].person is not None
    assert rows[0].person.wishes == ({"countries": ["US"]}, {"countries": ["GB"]})


def test_empty_lines_are_no_people_and_lines_are_counted_as_an_editor_counts_them() -> None:
    rows = read("email,name", "", ",", 'a@people.example,"Anna', 'Maria"', "", "nobody,")
    assert [(r.line, r.person is None) for r in rows] == [(4, False), (7, True)]


def test_a_header_may_have_spaces_and_a_byte_order_mark() -> None:
    (row,) = read("\ufeff email , name ", "a@people.example,Anna")
    assert row.person is not None
    assert row.person.name == "Anna"


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ("", "the first line must name the columns, and `email` at least; known are: external_id, email,"),
        (
            "name",
            "the first line must name the columns, and `email` at least; known are: external_id, email,",
        ),
        ("email,phone", "unknown column 'phone'; known are: external_id, email,"),
        ("email,", "unknown column ''; known are: external_id, email,"),
        ("email,name,email", "column 'email' is there twice; keep one"),
    ],
)
def test_a_header_that_is_not_the_contract_is_refused(columns: str, says: str) -> None:
    with pytest.raises(UsageError) as refused:
        read(columns, "x")
    assert str(refused.value).startswith(says)


@pytest.mark.parametrize(
    ("column", "cell", "says"),
    [
        ("plan", "gold", "plan 'gold' is none of free, plus"),
        ("plan_until", "soon", "plan_until 'soon' is no time; write ISO 8601, 2026-11-25T08:00:00Z"),
        (
            "plan_until",
            "0001-01-01T00:00:00+23:00",
            "plan_until '0001-01-01T00:00:00+23:00' is no time; write ISO 8601,",
        ),
        ("status", "vip", "status 'vip' is none of pending, active, paused, gone"),
        (
            "consent_at",
            "2026-13-01",
            "consent_at '2026-13-01' is no time; write ISO 8601, 2026-11-25T08:00:00Z",
        ),
        ("consent_at", "2026-11-25T08:00:01Z", "consent_at 2026-11-25T08:00:01Z lies in the future"),
        ("timezone", "Berlin", "timezone 'Berlin' is no IANA name; write one like Europe/Berlin"),
        (
            "timezone",
            "../etc/passwd",
            "timezone '../etc/passwd' is no IANA name; write one like Europe/Berlin",
        ),
        ("timezone", "America", "timezone 'America' is no IANA name; write one like Europe/Berlin"),
        ("hour", "8am", "hour '8am' is no hour; write HH or HH:MM"),
        ("hour", "8:5", "hour '8:5' is no hour; write HH or HH:MM"),
        ("hour", "24", "hour '24' is not in quarters between 00:00 and 23:45"),
        ("hour", "08:10", "hour '08:10' is not in quarters between 00:00 and 23:45"),
        ("weekday", "8", "weekday '8' is none; write 1 (Monday) to 7, or monday to sunday"),
        ("weekday", "t", "weekday 't' is none; write 1 (Monday) to 7, or monday to sunday"),
        ("tiers", "principal", "tiers: 'principal' is none of junior, mid, senior, lead"),
        ("skills", "T16", "skills: 'T16' is none of T01, T02,"),
        ("countries", "USA", "country 'USA' is no ISO 3166 code; write US;GB;DE"),
        ("workplace", "unknown", "workplace: 'unknown' is none of remote, hybrid, onsite"),
        ("salary_floor", "90k", "salary_floor '90k' is no number; write 95000, a year's pay"),
        ("salary_floor", "9" * 400, f"salary_floor '{'9' * 400}' is no number; write 95000, a year's pay"),
        ("salary_floor", "90000", "salary_currency '' must be three letters (USD) beside a salary_floor"),
        ("employment", "freelance", "employment: 'freelance' is none of full_time,"),
        ("employer_types", "bank", "employer_types: 'bank' is none of sponsor,"),
    ],
)
def test_a_cell_that_cannot_be_read_is_refused_with_its_reason(column: str, cell: str, says: str) -> None:
    assert problem(f"email,{column}", f"a@people.example,{cell}").startswith(says)


def test_an_address_that_is_none_is_refused_with_its_reason() -> None:
    assert problem("email", "alice").startswith("'alice' is no e-mail address: ")
    assert problem("email,name", ",Anna").startswith("'' is no e-mail address: ")


def test_a_cell_too_many_is_refused_with_the_remedy() -> None:
    says = "more cells than columns; put a cell that holds a comma in double quotes"
    assert problem("email,name", "a@people.example,Anna,Maria") == says


def test_one_wrong_row_does_not_keep_the_others_out() -> None:
    rows = read("email", "nobody", "a@people.example")
    assert [(r.line, r.person is not None) for r in rows] == [(2, False), (3, True)]


def test_a_cell_beyond_all_measure_is_refused() -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read("email,name", f"a@people.example,{'x' * 200_000}")


@given(st.lists(st.text(max_size=40), max_size=6))
def test_any_lines_are_people_or_a_usage_error(lines: list[str]) -> None:
    with suppress(UsageError):
        read_csv(lines, country, NOW)


CELLS = st.text(alphabet=st.sampled_from(list('a@.;:"T0129-+\u0661\ud800\x00\r ')), max_size=12)


@given(st.lists(st.fixed_dictionaries(dict.fromkeys(COLUMNS, CELLS)), max_size=3))
def test_any_cells_are_people_or_a_reason(rows: list[dict[str, str]]) -> None:
    with suppress(UsageError):
        for row in read(",".join(COLUMNS), *(",".join(r.values()) for r in rows)):
            assert (row.person is None) == bool(row.problem)


@pytest.mark.parametrize("quarter", [0, 15, 30, 45])
@pytest.mark.parametrize("hour", [0, 7, 23])
def test_hours_come_in_quarters(hour: int, quarter: int) -> None:
    assert check_minute(f"{hour:02}:{quarter:02}") == hour * 60 + quarter
    assert check_minute(f"{hour}") == hour * 60


@pytest.mark.parametrize(
    ("value", "day"), [("", 1), ("1", 1), ("7", 7), ("mon", 1), ("WEDNESDAY", 3), ("Thu", 4), ("sunday", 7)]
)
def test_a_weekday_is_a_number_or_a_name(value: str, day: int) -> None:
    assert check_weekday(value) == day


def test_the_doors_of_the_pages_refuse_with_a_usage_error() -> None:
    assert (check_email("A@people.example"), check_zone("Europe/Berlin")) == (
        "A@people.example",
        "Europe/Berlin",
    )
    for check, wrong in (
        (check_email, "a"),
        (check_zone, "Berlin"),
        (check_minute, "x"),
        (check_weekday, "x"),
    ):
        with pytest.raises(UsageError):
            check(wrong)


def test_people_are_told_apart_by_external_id_then_by_address() -> None:
    assert (key_of(BOB), key_of(ALICE)) == ("host-2", "alice@people.example")
