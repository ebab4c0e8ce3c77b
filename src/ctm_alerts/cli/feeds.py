"""The sources that we poll."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ctm_alerts.cli.shared import (
    Json,
    Now,
    feeds_app,
    file_url,
    host_name,
    is_web,
    now_at,
    open_app,
    plain,
    print_json,
    print_table,
)
from ctm_alerts.errors import TooLarge, UsageError

if TYPE_CHECKING:
    from ctm_alerts.app import App
    from ctm_alerts.feeds.declared import Declared
    from ctm_alerts.feeds.feed import Parsed
    from ctm_alerts.feeds.source import FeedOrigin


Accepted = Annotated[
    str,
    typer.Option(
        "--terms-accepted",
        metavar="WORDS",
        help='That its terms allow what we do: "read on YYYY-MM-DD by NAME: why". Kept with the feed.',
    ),
]


@feeds_app.command("add")
def feeds_add(
    url: Annotated[str | None, typer.Argument(metavar="URL|PATH", help="Where the feed is.")] = None,
    kind: Annotated[str, typer.Option(help="The kind of feed; auto looks at one answer.")] = "auto",
    name: Annotated[str | None, typer.Option(help="How it is named in digests.")] = None,
    backfill: Annotated[
        int, typer.Option(metavar="DAYS", min=0, help="Entries this young are new at the first poll.")
    ] = 0,
    terms_accepted: Accepted = "",
    from_catalogue: Annotated[
        list[str] | None,
        typer.Option(
            "--from-catalogue", metavar="NAME", help="A board of the catalogue; may be given often."
        ),
    ] = None,
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Add a feed. What it already holds is a baseline and new to nobody, unless --backfill says otherwise.

    A feed whose terms are not known here comes in paused, until you say that you have read them.
    """
    if (url is None) == (not from_catalogue):
        raise UsageError("give a URL or path, or --from-catalogue NAME, and only one of them")
    with open_app() as a:
        if url is None:
            wanted = [_of_catalogue(a, n, backfill, terms_accepted) for n in from_catalogue or ()]
        else:
            wanted = [_looked_at(a, url, kind, name, backfill, terms_accepted)]
        origin: FeedOrigin = "catalogue" if url is None else "added"
        added = [a.enlist.add(new, origin, now_at(now)) for new in wanted]
        feeds = [(a.feeds.get(feed_id), step.says) for feed_id, step in added]
    if as_json:
        print_json(_feed_json(feeds[0][0]) if url is not None else [_feed_json(feed) for feed, _ in feeds])
    else:
        for feed, says in feeds:
            print(f"added feed {feed.id}: {feed.name} ({feed.kind}), {says}")


def _of_catalogue(a: App, name: str, backfill: int, accepted: str) -> Declared:
    return replace(a.catalogue().named(name).declared(accepted), backfill_days=backfill)


def _looked_at(a: App, url: str, kind: str, name: str | None, backfill: int, accepted: str) -> Declared:
    """The feed that an address leads to; it is asked only where the terms allow it, or its kind shows in no other way."""
    from ctm_alerts.feeds.declared import Declared
    from ctm_alerts.feeds.terms import May

    where = url if is_web(url) else file_url(url)
    known = (a.enlist.book.kind_of(where) or kind) if kind == "auto" else kind
    new = Declared(name or host_name(where), where, known, backfill, accepted=accepted)
    a.enlist.check_look(new)
    if known != "auto" and not isinstance(a.enlist.standing(new)[1], May):
        return new
    found, title = _look(a, where, known)
    # the source chooses its title, and must not choose a name that the configuration accepts
    told = title if title and not a.enlist.is_accepted_name(title) else host_name(where)
    return replace(new, kind=found, name=name or told)


@feeds_app.command("kinds")
def feeds_kinds(as_json: Json = False) -> None:
    """Every kind of feed that we read, in the order in which `auto` asks them."""
    from ctm_alerts.feeds.kinds import KINDS

    lines = [kind.line() for kind in KINDS.values()]
    if as_json:
        print_json(lines)
    else:
        print_table(tuple(lines[0]), [tuple(line.values()) for line in lines])
    for plugin in KINDS.broken:
        print(f"plug-in {plugin.name} of {plugin.of} is left out: {plugin.reason}", file=sys.stderr)


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
                r["paused_reason"] or (f"{r['failures']} failures" if r["failures"] else ""),
            )
            for r in rows
        ]
        print_table(("id", "name", "kind", "state", "last look", ""), table)


@feeds_app.command("pause")
def feeds_pause(
    feed: Annotated[str, typer.Argument(help="A feed by id, name or URL.")],
    reason: Annotated[str, typer.Option(help="Why, for whoever looks next.")] = "by hand",
    resume: Annotated[bool, typer.Option("--resume", help="Let it go on instead.")] = False,
    terms_accepted: Accepted = "",
    now: Now = None,
) -> None:
    """Stop polling a feed, or let it go on with --resume, where its terms allow it. What is stored stays."""
    with open_app() as a:
        found = a.feeds.get(feed)
        if resume:
            step = a.enlist.resume(found, terms_accepted, now_at(now))
            print(f"feed {found.id} ({found.name}) goes on, due at once: {step.says}")
        else:
            a.feeds.set_state(found.id, "paused", reason, now_at(now))
            print(f"feed {found.id} ({found.name}) is paused: {reason}")


def _look(a: App, where: str, kind: str) -> tuple[str, str | None]:
    """The kind of a feed and its own title, from one answer; a kind that was given is checked."""
    from ctm_alerts.feeds.kinds import KINDS

    if kind != "auto" and kind not in KINDS:
        raise UsageError(f"no kind {kind!r}; known are: auto, {', '.join(KINDS)}")
    _, parsed = look_once(a, where, kind)
    return parsed.kind, parsed.title


def look_once(a: App, where: str, kind: str) -> tuple[Any, Parsed]:
    """The answer of one look and what it says; raises UsageError where the source forbids what we do."""
    from ctm_alerts.feeds.declared import Declared
    from ctm_alerts.feeds.kinds import KINDS
    from ctm_alerts.parsing.child import Parser

    a.enlist.check_look(Declared("", where, kind))
    guess = (a.enlist.book.kind_of(where) or _kind_of_url(where)) if kind == "auto" else kind
    try:
        answer = _answer(a, where, guess)
    except TooLarge as error:
        if guess in KINDS:
            raise
        raise UsageError(f"{error}; if it is a long XML list, say --kind job_xml") from error
    with Parser() as parser:
        return answer, parser.parse(answer.body, guess, where, answer.content_type)


def _answer(a: App, where: str, kind: str) -> Any:
    """What the source says, asked as a round would ask it."""
    from ctm_alerts.feeds.feed import Request
    from ctm_alerts.feeds.keys import with_keys
    from ctm_alerts.feeds.kinds import KINDS, ORDINARY
    from ctm_alerts.flows.asking import Asking
    from ctm_alerts.flows.fetching import local_path
    from ctm_alerts.net.client import read_local

    known = KINDS.get(kind)
    if where.startswith("file://"):
        return read_local(local_path(where), (known.limits if known else ORDINARY).most_bytes)
    if known is None:
        return a.client.fetch(with_keys(Request(where), where))
    return Asking(a.client, a.hosts, now_at).ask(known.request(where), known)


def _kind_of_url(where: str) -> str:
    """Workday alone answers nothing of use to a plain GET."""
    return "workday" if "myworkdayjobs" in where or "/wday/cxs/" in where else "auto"


def _feed_json(feed: Any) -> dict[str, Any]:
    return {name: plain(getattr(feed, name)) for name in feed.__dataclass_fields__}


def _last_words(last: dict[str, Any] | None) -> str:
    if last is None:
        return "never"
    if last["outcome"] == "ok":
        return f"{last['at'][:16]} ok, {last['entries']} entries, {last['new']} new"
    return f"{last['at'][:16]} {last['outcome']}{': ' + last['reason'] if last['reason'] else ''}"
