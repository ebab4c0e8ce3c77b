"""One look at a feed, from what the source said to whom it would match; nothing is stored."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ctm_alerts.cli.feeds import look_once
from ctm_alerts.cli.shared import (
    Json,
    entry_json,
    feeds_app,
    file_url,
    is_web,
    now_at,
    open_app,
    print_json,
)
from ctm_alerts.errors import NotFound

if TYPE_CHECKING:
    from ctm_alerts.app import App
    from ctm_alerts.feeds.feed import Entry
    from ctm_alerts.postings.posting import Verdict
    from ctm_alerts.postings.record import Posting
    from ctm_alerts.subscribers.subscriber import Profile

#: quotes shown for each part of a verdict
_QUOTES = 3
_PARTS = ("role", "tier", "years_min", "workplace", "countries", "salary", "skills", "employer_type")


@feeds_app.command("preview")
def feeds_preview(
    feed: Annotated[
        str,
        typer.Argument(
            metavar="FEED|URL|PATH", help="A feed by id or name, or a URL or path that is no feed yet."
        ),
    ],
    kind: Annotated[str, typer.Option(help="The kind of feed, for a URL or path.")] = "auto",
    limit: Annotated[int, typer.Option(min=1, help="How many entries to show.")] = 3,
    raw: Annotated[
        int,
        typer.Option(metavar="CHARS", min=0, help="How much to show of what the source said; 0: nothing."),
    ] = 400,
    as_json: Json = False,
) -> None:
    """Read a feed without storing anything: what the source said, the entry, how it is understood, whom it would match.

    Second calls (Workday, SmartRecruiters...) are not made, so such entries have no text here.
    """
    with open_app() as a:
        where, kind = _known_feed(a, feed, kind)
        answer, parsed = look_once(a, where, kind)
        now = now_at()
        profiles = _profiles(a)
        rows = [_row(a, answer, entry, profiles, now, raw) for entry in parsed.entries[:limit]]
    told = {"kind": parsed.kind, "entries": len(parsed.entries), "skipped": list(parsed.skipped)}
    if as_json:
        print_json({**told, "shown": [{name: row[name] for name in row if name != "told"} for row in rows]})
        return
    for number, row in enumerate(rows, 1):
        print("\n".join(_lines(number, row)))
    print(
        f"{len(parsed.entries)} entries of kind {parsed.kind}, {len(parsed.skipped)} unreadable; nothing was stored"
    )


def _known_feed(a: App, feed: str, kind: str) -> tuple[str, str]:
    try:
        known = a.feeds.get(feed)
    except NotFound:
        if is_web(feed):
            return feed, kind
        if Path(feed).exists():
            return file_url(feed), kind
        raise
    return known.url, known.kind


def _profiles(a: App) -> list[Profile]:
    """The profiles of everybody who gets mail."""
    people = [s.id for s in a.subscribers.all() if s.status == "active"]
    return [p for profiles in a.subscribers.profiles(people).values() for p in profiles]


def _row(
    a: App, answer: Any, entry: Entry, profiles: Iterable[Profile], now: datetime, room: int
) -> dict[str, Any]:
    from ctm_alerts.feeds.raw import raw_of
    from ctm_alerts.matching.match import match
    from ctm_alerts.postings.telling import tell

    posting = _unstored(a, entry, now)
    seen = [match(profile, posting, a.guide, now) for profile in profiles]
    fits = {m.profile.subscriber_id for m in seen if m.fits}
    missed = [m for m in seen if m.profile.subscriber_id not in fits]
    gates = Counter(next(g.name for g in m.gates if not g.ok) for m in missed)
    return {
        "raw": raw_of(answer.body, answer.content_type, entry, room) if room else "",
        "entry": entry_json(entry),
        "verdict": posting.verdict.as_json(),
        "quotes": _quotes(posting.verdict),
        "told": [line for fact in tell(a.guide, posting.verdict) for line in fact.lines("      ")],
        "would_match": sorted(fits, key=int),
        "kept_out_by": dict(sorted(gates.items(), key=lambda item: (-item[1], item[0]))),
    }


def _quotes(verdict: Verdict) -> dict[str, list[str]]:
    """The posting's own words for each part of the verdict."""
    found = {part: list(dict.fromkeys(verdict.quotes(part)))[:_QUOTES] for part in _PARTS}
    return {part: quotes for part, quotes in found.items() if quotes}


def _unstored(a: App, entry: Entry, now: datetime) -> Posting:
    from ctm_alerts.postings.record import Posting, ad_of, ends_at, with_stated_pay

    verdict = with_stated_pay(a.classifier.classify(ad_of(entry)), entry)
    return Posting(
        id="0", revision=1, title=entry.title, company=entry.company, location=entry.location, url=entry.url or "",
        description=entry.description, verdict=verdict, posted_at=entry.posted_at, expires_at=ends_at(entry, verdict, now),
        first_seen_at=now, last_seen_at=now, origin="new",
    )  # fmt: skip


def _wrapped(raw: str) -> list[str]:
    lines = [" ".join(line.split()) for line in raw.splitlines()]
    return [piece for line in lines for piece in textwrap.wrap(line, 100)]


def _lines(number: int, row: dict[str, Any]) -> Iterable[str]:
    entry = row["entry"]
    yield f"{number}. {entry['title']}"
    if row["raw"]:
        yield "   the source   " + "\n                ".join(_wrapped(row["raw"]))
    facts = [
        entry["company"] or "Employer not named",
        entry["location"] or "Place not stated",
        f"posted {entry['posted_at'][:10]}" if entry["posted_at"] else "no date",
        entry["employment_type"] or "",
        f"{len(entry['description'])} characters of text",
    ]
    yield f"   the entry    {', '.join(fact for fact in facts if fact)}"
    yield "   understood"
    yield from row["told"]
    people = row["would_match"]
    kept = ", ".join(f"{name} {n}" for name, n in row["kept_out_by"].items())
    yield f"   would match  {len(people)} subscriber{'' if len(people) == 1 else 's'}" + (
        f"; profiles kept out by {kept}" if kept else ""
    )
    yield ""
