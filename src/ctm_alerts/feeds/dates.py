"""One reader for every shape in which a feed writes a date."""

from __future__ import annotations

import math
import re
import time
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

#: a year outside of these is a placeholder ("9999-12-31", the epoch), not a date of a job ad
FIRST_YEAR, LAST_YEAR = 1990, 2199
#: unix times from here on count milliseconds (in seconds it would be the year 5138)
MILLISECONDS_FROM = 1e11
LONGEST = 64

_ISO = re.compile(
    r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})"
    r"(?:[T ]+(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,](?P<f>\d+))?)?)?"
    r"\s*(?P<z>Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?",
    re.IGNORECASE | re.ASCII,
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_NUMBER = re.compile(r"\d{1,19}(?:\.\d+)?", re.ASCII)
_SLASHES = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", re.ASCII)
_MONTH_FIRST = re.compile(
    r"([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})", re.IGNORECASE | re.ASCII
)
_DAY_FIRST = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th)?\.?\s+([a-z]{3,9})\.?,?\s+(\d{4})", re.IGNORECASE | re.ASCII
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january",
            "feb february",
            "mar march",
            "apr april",
            "may",
            "jun june",
            "jul july",
            "aug august",
            "sep sept september",
            "oct october",
            "nov november",
            "dec december",
        ),
        start=1,
    )
    for name in names.split()
}


def read_date(value: object) -> datetime | None:
    """The moment that a feed's value means, aware and in UTC; None when it means none for sure.

    Reads ISO 8601 with any number of fraction digits, unix seconds and milliseconds, RFC 822, dates in English
    words, and slashed dates of which only one reading is possible. Without a zone it is UTC, without a time it
    is midnight. Relative words ("Posted Yesterday") and impossible dates give None: no date is ever made up.
    """
    try:
        return _sane(_read(value))
    except (ValueError, OverflowError, OSError, TypeError, IndexError):
        return None


def _read(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _from_unix(float(value))
    if isinstance(value, time.struct_time):
        return datetime(*value[:6], tzinfo=UTC)
    return _from_text(value) if isinstance(value, str) else None


def _from_text(text: str) -> datetime | None:
    text = " ".join(text.split())
    if not text or len(text) > LONGEST:
        return None
    if _NUMBER.fullmatch(text):
        return _from_compact(text) or _from_unix(float(text))
    if match := _ISO.fullmatch(text):
        return _from_iso(match)
    return _from_words(text) or _from_slashes(text) or _from_rfc_822(text)


def _from_unix(seconds: float) -> datetime | None:
    if not math.isfinite(seconds) or seconds <= 0:
        return None
    if seconds >= MILLISECONDS_FROM:
        seconds /= 1000
    return datetime.fromtimestamp(seconds, UTC)


def _from_compact(text: str) -> datetime | None:
    match = _COMPACT.fullmatch(text)
    if match is None or not FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
        return None
    return datetime(int(match[1]), int(match[2]), int(match[3]), tzinfo=UTC)


def _from_iso(match: re.Match[str]) -> datetime:
    micros = int((match["f"] or "0")[:6].ljust(6, "0"))
    return datetime(
        int(match["y"]),
        int(match["m"]),
        int(match["d"]),
        int(match["H"] or 0),
        int(match["M"] or 0),
        int(match["S"] or 0),
        micros,
        tzinfo=_zone(match["z"]),
    )


def _zone(text: str | None) -> timezone:
    if not text or text[0] not in "+-":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    if int(digits[2:]) > 59:
        raise ValueError(text)
    away = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-away if text[0] == "-" else away)


def _from_words(text: str) -> datetime | None:
    if match := _MONTH_FIRST.fullmatch(text):
        month, day, year = match[1], match[2], match[3]
    elif match := _DAY_FIRST.fullmatch(text):
        day, month, year = match[1], match[2], match[3]
    else:
        return None
    number = _MONTHS.get(month.lower())
    return None if number is None else datetime(int(year), number, int(day), tzinfo=UTC)


def _from_slashes(text: str) -> datetime | None:
    match = _SLASHES.fullmatch(text)
    if match is None:
        return None
    first, second, year = int(match[1]), int(match[2]), int(match[3])
    if first <= 12 and second <= 12 and first != second:
        return None  # 03/04/2026 is March in one country and April in the other
    day, month = (first, second) if second <= 12 else (second, first)
    return datetime(year, month, day, tzinfo=UTC)


def _from_rfc_822(text: str) -> datetime | None:
    return parsedate_to_datetime(text)


def _sane(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment if FIRST_YEAR <= moment.year <= LAST_YEAR else None
