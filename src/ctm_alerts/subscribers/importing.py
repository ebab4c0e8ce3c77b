"""People from a CSV file of the host site: one row per profile, each row a value or a reason.

Columns: `COLUMNS`; lists are split by `;`; rows of one `external_id` (or address) are one person with several profiles.
An empty profile gets the default one: CTM family, any tier, their country (semantics, people).
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, get_args
from zoneinfo import ZoneInfo

from email_validator import EmailNotValidError, validate_email

from ctm_alerts.errors import UsageError
from ctm_alerts.postings.posting import EmployerType, Employment, Tier, Workplace
from ctm_alerts.subscribers.subscriber import NewSubscriber, Rhythm, Status, normal_address

COLUMNS = (
    "external_id", "email", "name", "plan", "plan_until", "status", "consent_at", "consent_source",
    "consent_text_version", "timezone", "hour", "weekday", "locale", "tiers", "skills", "countries", "workplace",
    "salary_floor", "salary_currency", "employment", "areas", "employer_types", "exclude",
)  # fmt: skip
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SKILLS = tuple(f"T{n:02d}" for n in range(1, 16))
#: of a salary floor; more would not be a number but infinite
MOST_DIGITS = 12
#: wish -> what its values may be; None: any words
_LISTS: dict[str, tuple[str, ...] | None] = {
    "tiers": get_args(Tier),
    "skills": SKILLS,
    "countries": None,
    "workplace": tuple(w for w in get_args(Workplace) if w != "unknown"),
    "employment": tuple(e for e in get_args(Employment) if e != "unknown"),
    "areas": None,
    "employer_types": tuple(e for e in get_args(EmployerType) if e != "unknown"),
    "exclude": None,
}


@dataclass(frozen=True)
class ImportRow:
    """One person of the file, read; or the reason why not."""

    #: the first line of the file that speaks of them; the header is line 1
    line: int
    who: str
    person: NewSubscriber | None
    consent_at: datetime | None = None
    consent_source: str = ""
    consent_text_version: str = ""
    problem: str = ""


def read_csv(
    lines: Iterable[str], country_of_zone: Callable[[str], str | None], now: datetime
) -> list[ImportRow]:
    """Every person of the file, in its order.

    Raises:
        UsageError: the header is not the contract's; names what is missing or unknown.
    """
    people: dict[str, list[tuple[int, dict[str, str]]]] = {}
    try:
        for line, row in _rows(lines):
            who = row.get("external_id") or row.get("email", "").lower() or f"line {line}"
            people.setdefault(who, []).append((line, row))
    except csv.Error as error:
        raise UsageError(f"the file cannot be read as CSV: {error}; save it as CSV, UTF-8") from error
    return [_person(rows, country_of_zone, now) for rows in people.values()]


def _rows(lines: Iterable[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row that says anything, with the line on which it begins."""
    reader = csv.reader(lines)
    # Excel begins a UTF-8 file with a byte order mark
    header = [name.strip("\ufeff \t") for name in next(reader, [])]
    _check_header(header)
    before = reader.line_num
    for cells in reader:
        line, before = before + 1, reader.line_num
        row = {name: cell.strip() for name, cell in zip(header, cells, strict=False)}
        if len(cells) > len(header):
            row["_surplus"] = "yes"
        if any(row.values()):
            yield line, row


def _check_header(header: list[str]) -> None:
    if "email" not in header:
        raise UsageError(
            f"the first line must name the columns, and `email` at least; known are: {', '.join(COLUMNS)}"
        )
    unknown = [name for name in header if name not in COLUMNS]
    if unknown:
        raise UsageError(f"unknown column {unknown[0]!r}; known are: {', '.join(COLUMNS)}")
    twice = [name for name in header if header.count(name) > 1]
    if twice:
        raise UsageError(f"column {twice[0]!r} is there twice; keep one")


def _person(
    rows: list[tuple[int, dict[str, str]]], country_of_zone: Callable[[str], str | None], now: datetime
) -> ImportRow:
    line, row = rows[0]
    who = row.get("external_id") or f"line {line}"
    try:
        if any("_surplus" in r for _, r in rows):
            raise ValueError("more cells than columns; put a cell that holds a comma in double quotes")
        email = _email(row.get("email", ""))
        rhythm = Rhythm(
            _zone(row.get("timezone", "")), _minute(row.get("hour", "")), _weekday(row.get("weekday", ""))
        )
        wishes = [w for w in (_wishes(r) for _, r in rows) if w]
        person = NewSubscriber(
            email=email,
            name=row.get("name", ""),
            status=_status(row.get("status", "")),
            plan="plus"
            if _one_of("plan", row.get("plan", "") or "free", ("free", "plus")) == "plus"
            else "free",
            rhythm=rhythm,
            wishes=tuple(wishes) or (default_wishes(country_of_zone(rhythm.timezone)),),
            assumed=not wishes,
            external_id=row.get("external_id") or None,
            plan_until=_time("plan_until", row.get("plan_until", "")),
            locale=row.get("locale", "") or "en",
        )
        consent_at = _time("consent_at", row.get("consent_at", ""))
        if consent_at is not None and consent_at > now:
            raise ValueError(f"consent_at {row['consent_at']} lies in the future")
    except ValueError as error:
        return ImportRow(line, who, None, problem=str(error))
    return ImportRow(
        line, who, person, consent_at, row.get("consent_source", ""), row.get("consent_text_version", "")
    )


def default_wishes(country: str | None) -> dict[str, Any]:
    """What we assume of a person who said nothing: CTM family, any tier, their country and remote work open to it."""
    return {"countries": [country]} if country else {}


def _email(value: str) -> str:
    try:
        # a local part beyond ASCII needs SMTPUTF8 all the way (RFC 6531), which no relay promises
        checked = validate_email(
            value, check_deliverability=False, test_environment=True, allow_smtputf8=False
        )
        return checked.normalized
    except EmailNotValidError as error:
        raise ValueError(f"{value!r} is no e-mail address: {error}") from None


def check_email(value: str) -> str:
    """An address that mail can be sent to, as its owner writes it; raises UsageError."""
    try:
        return _email(value)
    except ValueError as error:
        raise UsageError(str(error)) from None


def check_zone(value: str) -> str:
    """An IANA zone name; raises UsageError."""
    try:
        return _zone(value)
    except ValueError as error:
        raise UsageError(str(error)) from None


def check_minute(value: str) -> int:
    """`HH` or `HH:MM` in quarters, as minutes after midnight; raises UsageError."""
    try:
        return _minute(value)
    except ValueError as error:
        raise UsageError(str(error)) from None


def check_weekday(value: str) -> int:
    """A weekday by number (1 is Monday) or English name; raises UsageError."""
    try:
        return _weekday(value)
    except ValueError as error:
        raise UsageError(str(error)) from None


def _zone(value: str) -> str:
    name = value or "UTC"
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"timezone {value!r} is no IANA name; write one like Europe/Berlin") from None
    return name


def _minute(value: str) -> int:
    hour, _, minute = (value or "8").partition(":")
    if not (hour.isdecimal() and (minute or "00").isdecimal() and len(minute or "00") == 2):
        raise ValueError(f"hour {value!r} is no hour; write HH or HH:MM")
    total = int(hour) * 60 + int(minute or "0")
    if int(hour) > 23 or int(minute or "0") not in (0, 15, 30, 45):
        raise ValueError(f"hour {value!r} is not in quarters between 00:00 and 23:45")
    return total


def _weekday(value: str) -> int:
    if not value:
        return 1
    if value in tuple("1234567"):
        return int(value)
    matches = [
        n for n, name in enumerate(WEEKDAYS, start=1) if len(value) >= 3 and name.startswith(value.lower())
    ]
    if len(matches) != 1:
        raise ValueError(f"weekday {value!r} is none; write 1 (Monday) to 7, or monday to sunday")
    return matches[0]


def _status(value: str) -> Status:
    return _one_of("status", value or "active", ("pending", "active", "paused", "gone"))  # type: ignore[return-value]  # checked


def _time(name: str, value: str) -> datetime | None:
    if not value:
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{name} {value!r} is no time; write ISO 8601, 2026-11-25T08:00:00Z") from None


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> str:
    if value.lower() not in allowed:
        raise ValueError(f"{name} {value!r} is none of {', '.join(allowed)}")
    return value.lower()


def _wishes(row: Mapping[str, str]) -> dict[str, Any]:
    wishes: dict[str, Any] = {}
    for name, allowed in _LISTS.items():
        values = [v.strip() for v in row.get(name, "").split(";") if v.strip()]
        if name == "countries":
            values = [_country(v) for v in values]
        elif allowed is not None:
            values = [_spelled(name, v, allowed) for v in values]
        if values:
            wishes[name] = values
    floor = row.get("salary_floor", "")
    if floor:
        if not floor.replace(".", "", 1).isdecimal() or len(floor) > MOST_DIGITS:
            raise ValueError(f"salary_floor {floor!r} is no number; write 95000, a year's pay")
        wishes["salary_floor"] = float(floor)
        currency = row.get("salary_currency", "").upper()
        if len(currency) != 3 or not currency.isalpha():
            raise ValueError(
                f"salary_currency {currency!r} must be three letters (USD) beside a salary_floor"
            )
        wishes["salary_currency"] = currency
    return wishes


def _country(value: str) -> str:
    code = {"UK": "GB"}.get(value.upper(), value.upper())
    if len(code) != 2 or not code.isalpha():
        raise ValueError(f"country {value!r} is no ISO 3166 code; write US;GB;DE")
    return code


def _spelled(name: str, value: str, allowed: tuple[str, ...]) -> str:
    for known in allowed:
        if value.lower() == known.lower():
            return known
    raise ValueError(f"{name}: {value!r} is none of {', '.join(allowed)}")


def key_of(person: NewSubscriber) -> str:
    """Under which two rows are one person."""
    return person.external_id or normal_address(person.email)
