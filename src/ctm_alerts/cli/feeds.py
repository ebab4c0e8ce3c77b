"""The sources that we poll."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ctm_alerts.cli.shared import (
    Json,
    Now,
    entry_json,
    feeds_app,
    file_url,
    host_name,
    is_web,
    now_at,
    open_app,
    plain,
    print_json,
    print_table,
    tell,
)
from ctm_alerts.errors import NotFound, UsageError

if TYPE_CHECKING:
    from ctm_alerts.app import App


@feeds_app.command("add")
def feeds_add(
    url: Annotated[str, typer.Argument(metavar="URL|PATH", help="Where the feed is.")],
    kind: Annotated[str, typer.Option(help="The kind of feed; auto looks at one answer.")] = "auto",
    name: Annotated[str | None, typer.Option(help="How it is named in digests.")] = None,
    backfill: Annotated[
        int, typer.Option(metavar="DAYS", min=0, help="Entries this young are new at the first poll.")
    ] = 0,
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Add a feed. What it already holds is a baseline and new to nobody, unless --backfill says otherwise."""
    with open_app() as a:
        where = url if is_web(url) else file_url(url)
        found, title = _look(a, where, kind)
        feed = a.feeds.add(
            where, found, name or title or host_name(where), now_at(now), backfill_days=backfill
        )
        tell(as_json, _feed_json(feed), f"added feed {feed.id}: {feed.name} ({feed.kind}), due at once")


@feeds_app.command("kinds")
def feeds_kinds(as_json: Json = False) -> None:
    """Every kind of feed that we read, in the order in which `auto` asks them."""
    from ctm_alerts.feeds.kinds import KINDS

    lines = [kind.line() for kind in KINDS.values()]
    if as_json:
        print_json(lines)
    else:
        print_table(tuple(lines[0]), [tuple(line.values()) for line in lines])


@feeds_app.command("list")
def feeds_list(as_json: Json = False) -> None:
    """Every feed with its state and its last look."""
    with open_app() as a:
        rows = []
        for feed in a.feeds.all():
            last = next(iter(a.feeds.history(feed.id, 1)), None)
            rows.append(
                {
                    **_feed_json(feed),
                    "last": None
                    if last is None
                    else {k: plain(v) for k, v in last.items() if k not in ("id", "feed_id")},
                }
            )
        if as_json:
            print_json(rows)
            return
        table = [
            (
                r["id"],
                r["name"],
                r["kind"],
                r["state"],
                _last_words(r["last"]),
                f"{r['failures']} failures" if r["failures"] else "",
            )
            for r in rows
        ]
        print_table(("id", "name", "kind", "state", "last look", ""), table)


@feeds_app.command("preview")
def feeds_preview(
    feed: Annotated[
        str,
        typer.Argument(
            metavar="FEED|URL|PATH", help="A feed by id or name, or a URL or path that is no feed yet."
        ),
    ],
    kind: Annotated[str, typer.Option(help="The kind of feed, for a URL or path.")] = "auto",
    limit: Annotated[int, typer.Option(min=1, help="How many entries to show.")] = 10,
    as_json: Json = False,
) -> None:
    """Read a feed without storing anything: each entry, how it is understood, and whom it would match."""
    from ctm_alerts.matching.match import match

    with open_app() as a:
        where, kind = _known_feed(a, feed, kind)
        parsed = _fetch_and_parse(a, where, kind)
        now = now_at()
        profiles = [
            p
            for s in a.subscribers.all()
            if s.status == "active"
            for p in a.subscribers.profiles([s.id])[s.id]
        ]
        rows = []
        for entry in parsed.entries[:limit]:
            posting = _unstored(a, entry, now)
            matched = sorted(
                {p.subscriber_id for p in profiles if match(p, posting, a.guide, now).fits}, key=int
            )
            rows.append(
                {"entry": entry_json(entry), "verdict": posting.verdict.as_json(), "would_match": matched}
            )
        if as_json:
            print_json(
                {
                    "kind": parsed.kind,
                    "entries": len(parsed.entries),
                    "skipped": list(parsed.skipped),
                    "shown": rows,
                }
            )
            return
        for row in rows:
            verdict = row["verdict"]
            print(
                f"{row['entry']['title']}\n    {row['entry']['company'] or 'Employer not named'} - {row['entry']['location'] or 'Place not stated'}"
            )
            print(
                f"    {verdict['role']}{' / ' + verdict['tier'] if verdict['tier'] else ''}: {verdict['reason']}"
            )
            print(f"    would match {len(row['would_match'])} subscribers")
        print(
            f"{len(parsed.entries)} entries of kind {parsed.kind}, {len(parsed.skipped)} unreadable; nothing was stored"
        )


@feeds_app.command("pause")
def feeds_pause(
    feed: Annotated[str, typer.Argument(help="A feed by id, name or URL.")],
    reason: Annotated[str, typer.Option(help="Why, for whoever looks next.")] = "by hand",
    resume: Annotated[bool, typer.Option("--resume", help="Let it go on instead.")] = False,
    now: Now = None,
) -> None:
    """Stop polling a feed, or let it go on with --resume. What is stored stays."""
    with open_app() as a:
        found = a.feeds.get(feed)
        a.feeds.set_state(found.id, "active" if resume else "paused", "" if resume else reason, now_at(now))
        print(
            f"feed {found.id} ({found.name}) {'goes on, due at once' if resume else 'is paused: ' + reason}"
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


def _look(a: App, where: str, kind: str) -> tuple[str, str | None]:
    """The kind of a feed and its own title, from one answer; a kind that was given is checked."""
    from ctm_alerts.feeds.kinds import KINDS

    if kind != "auto" and kind not in KINDS:
        raise UsageError(f"no kind {kind!r}; known are: auto, {', '.join(KINDS)}")
    parsed = _fetch_and_parse(a, where, kind)
    return parsed.kind, parsed.title


def _fetch_and_parse(a: App, where: str, kind: str) -> Any:
    from ctm_alerts.feeds.feed import Request
    from ctm_alerts.feeds.kinds import KINDS
    from ctm_alerts.flows.ingest import local_path
    from ctm_alerts.net.client import read_local
    from ctm_alerts.parsing.child import Parser

    guess = _kind_of_url(where) if kind == "auto" else kind
    if where.startswith("file://"):
        answer: Any = read_local(local_path(where))
    else:
        answer = a.client.fetch(KINDS[guess].request(where) if guess in KINDS else Request(where))
    with Parser() as parser:
        return parser.parse(answer.body, guess, where, answer.content_type)


def _kind_of_url(where: str) -> str:
    """Workday alone answers nothing of use to a plain GET."""
    return "workday" if "myworkdayjobs" in where or "/wday/cxs/" in where else "auto"


def _unstored(a: App, entry: Any, now: datetime) -> Any:
    from ctm_alerts.postings.record import Posting, ad_of, with_stated_pay

    verdict = with_stated_pay(a.classifier.classify(ad_of(entry)), entry)
    return Posting(
        id="0", revision=1, title=entry.title, company=entry.company, location=entry.location, url=entry.url or "",
        description=entry.description, verdict=verdict, posted_at=entry.posted_at, expires_at=entry.expires_at,
        first_seen_at=now, last_seen_at=now, origin="new",
    )  # fmt: skip


def _feed_json(feed: Any) -> dict[str, Any]:
    return {name: plain(getattr(feed, name)) for name in feed.__dataclass_fields__}


def _last_words(last: dict[str, Any] | None) -> str:
    if last is None:
        return "never"
    if last["outcome"] == "ok":
        return f"{last['at'][:16]} ok, {last['entries']} entries, {last['new']} new"
    return f"{last['at'][:16]} {last['outcome']}{': ' + last['reason'] if last['reason'] else ''}"
