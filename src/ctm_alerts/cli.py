"""The command line: every command with help, progress on long work, and `--json` for machines."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ctm_alerts import __version__
from ctm_alerts.errors import CtmAlertsError, NotAFeed, UsageError

if TYPE_CHECKING:
    from ctm_alerts.app import App

app = typer.Typer(
    help="Job alerts for Clinical Trial Managers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
feeds_app = typer.Typer(help="The sources that we poll.", no_args_is_help=True)
subscribers_app = typer.Typer(help="The people who get mail.", no_args_is_help=True)
outbox_app = typer.Typer(help="Mail on its way out.", no_args_is_help=True)
app.add_typer(feeds_app, name="feeds")
app.add_typer(subscribers_app, name="subscribers")
app.add_typer(outbox_app, name="outbox")

Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Now = Annotated[
    str | None, typer.Option("--now", metavar="ISO", help="Pretend that it is this time (ISO 8601).")
]


def main() -> None:
    """Run the command line; errors of ours are one line each, without a trace."""
    try:
        app()
    except CtmAlertsError as error:
        print(f"ctm-alerts: {error}", file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)


# ---- reading and understanding ------------------------------------------------------------------------------------


@app.command()
def version() -> None:
    """Print the version."""
    print(__version__)


@app.command()
def parse(
    file: Annotated[Path, typer.Argument(help="A feed as it was fetched; `-` reads standard input.")],
    kind: Annotated[str, typer.Option(help="The kind of feed, or auto.")] = "auto",
    url: Annotated[
        str | None, typer.Option(help="Where the body came from; it tells some kinds apart.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Read a feed file and print its entries. Exit 2 when it is no feed."""
    from ctm_alerts.parsing.child import Parser

    body = _read_bytes(file)
    try:
        with Parser() as parser:
            parsed = parser.parse(body, kind, url)
    except NotAFeed as error:
        raise UsageError(f"{file}: no feed: {error.reason}") from None
    for reason in parsed.skipped:
        print(f"skipped an entry: {reason}", file=sys.stderr)
    for entry in parsed.entries:
        if as_json:
            print(json.dumps(_entry_json(entry), ensure_ascii=False))
        else:
            print(
                f"{entry.title}\n    {entry.company or 'Employer not named'} - {entry.location or 'Place not stated'}\n    {entry.url or ''}"
            )
    if not as_json:
        print(f"{len(parsed.entries)} entries of kind {parsed.kind}", file=sys.stderr)


def _entry_json(entry: Any) -> dict[str, Any]:
    return {name: _plain(getattr(entry, name)) for name in entry.__dataclass_fields__}


def _plain(value: Any) -> Any:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value


@app.command()
def classify(
    file: Annotated[Path, typer.Argument(help="JSON objects, one a line; `-` reads standard input.")],
    as_json: Json = False,
) -> None:
    """Understand postings: role, tier, skills, pay, place, each with the words that say so."""
    from ctm_alerts.guide import make_guide
    from ctm_alerts.postings.classify import make_classifier
    from ctm_alerts.settings import load

    classifier = make_classifier(make_guide(load().guide_tables))
    for number, line in enumerate(_read_bytes(file).decode("utf-8", "replace").splitlines(), start=1):
        if not line.strip():
            continue
        row = _json_object(line, file, number)
        verdict = classifier.classify(_ad(row))
        if as_json:
            print(json.dumps({"id": row.get("id"), **verdict.as_json()}, ensure_ascii=False))
        else:
            print(_verdict_words(row, verdict))


def _json_object(line: str, file: Path, number: int) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise UsageError(f"{file}, line {number}: no JSON ({error}); write one object a line") from None
    if not isinstance(row, dict):
        raise UsageError(f"{file}, line {number}: no JSON object; write one object a line")
    return row


def _ad(row: dict[str, Any]) -> Any:
    from ctm_alerts.feeds.clean import as_text
    from ctm_alerts.postings.posting import Ad

    def word(name: str) -> str | None:
        value = row.get(name)
        return None if value is None else value if isinstance(value, str) else json.dumps(value)

    description = word("description") or ""
    # the contract lets a description be HTML; offsets of the evidence then refer to its plain text
    text = as_text(description) if "</" in description or "<br" in description else description
    remote = row.get("remote")
    return Ad(
        title=word("title") or "",
        company=word("company"),
        location=word("location"),
        description=text,
        employment_type=word("employment_type"),
        salary_raw=word("salary_raw"),
        remote=remote if isinstance(remote, bool) else None,
    )


def _verdict_words(row: dict[str, Any], verdict: Any) -> str:
    from ctm_alerts.postings.words import pay_words, workplace_label

    lines = [
        f"{row.get('title', '')}  [{row.get('id', '')}]",
        f"    role       {verdict.role}: {verdict.reason}",
    ]
    if verdict.tier:
        lines.append(f"    tier       {verdict.tier}: {verdict.tier_reason}")
    lines.append(
        f"    workplace  {workplace_label(verdict.workplace)}; countries {', '.join(verdict.countries) or 'unknown'}"
    )
    lines.append(f"    pay        {pay_words(verdict.salary)}")
    if verdict.skills:
        lines.append(f"    skills     {', '.join(verdict.skills)}")
    lines += [
        f"    {e.field:<10} {e.value}: “{' '.join(e.quote.split())}”"
        for e in verdict.evidence
        if e.field in ("workplace", "salary", "skills")
    ]
    return "\n".join(lines)


# ---- feeds --------------------------------------------------------------------------------------------------------


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
    with _open() as a:
        where = url if _is_web(url) else _file_url(url)
        found, title = _look(a, where, kind)
        feed = a.feeds.add(
            where, found, name or title or _host_name(where), _now(now), backfill_days=backfill
        )
        _tell(as_json, _feed_json(feed), f"added feed {feed.id}: {feed.name} ({feed.kind}), due at once")


@feeds_app.command("list")
def feeds_list(as_json: Json = False) -> None:
    """Every feed with its state and its last look."""
    with _open() as a:
        rows = []
        for feed in a.feeds.all():
            last = next(iter(a.feeds.history(feed.id, 1)), None)
            rows.append(
                {
                    **_feed_json(feed),
                    "last": None
                    if last is None
                    else {k: _plain(v) for k, v in last.items() if k not in ("id", "feed_id")},
                }
            )
        if as_json:
            _print_json(rows)
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
        _print_table(("id", "name", "kind", "state", "last look", ""), table)


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

    with _open() as a:
        where, kind = _known_feed(a, feed, kind)
        parsed = _fetch_and_parse(a, where, kind)
        now = _now()
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
                {"entry": _entry_json(entry), "verdict": posting.verdict.as_json(), "would_match": matched}
            )
        if as_json:
            _print_json(
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
    with _open() as a:
        found = a.feeds.get(feed)
        a.feeds.set_state(found.id, "active" if resume else "paused", "" if resume else reason, _now(now))
        print(
            f"feed {found.id} ({found.name}) {'goes on, due at once' if resume else 'is paused: ' + reason}"
        )


def _known_feed(a: App, feed: str, kind: str) -> tuple[str, str]:
    from ctm_alerts.errors import NotFound

    try:
        known = a.feeds.get(feed)
    except NotFound:
        if _is_web(feed):
            return feed, kind
        if Path(feed).exists():
            return _file_url(feed), kind
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
    return {name: _plain(getattr(feed, name)) for name in feed.__dataclass_fields__}


def _last_words(last: dict[str, Any] | None) -> str:
    if last is None:
        return "never"
    if last["outcome"] == "ok":
        return f"{last['at'][:16]} ok, {last['entries']} entries, {last['new']} new"
    return f"{last['at'][:16]} {last['outcome']}{': ' + last['reason'] if last['reason'] else ''}"


# ---- subscribers --------------------------------------------------------------------------------------------------


@subscribers_app.command("add")
def subscribers_add(
    email: Annotated[str, typer.Argument(help="The address.")],
    name: Annotated[str, typer.Option(help="How they are called.")] = "",
    plan: Annotated[str, typer.Option(help="free or plus.")] = "free",
    timezone_name: Annotated[str, typer.Option("--timezone", help="IANA name, Europe/Berlin.")] = "UTC",
    hour: Annotated[str, typer.Option(help="HH or HH:MM in quarters, their own time.")] = "8",
    weekday: Annotated[str, typer.Option(help="Of the weekly digest.")] = "monday",
    tiers: Annotated[str, typer.Option(help="junior;mid;senior;lead")] = "",
    countries: Annotated[str, typer.Option(help="ISO codes, US;GB")] = "",
    skills: Annotated[str, typer.Option(help="T01;T02 ... T15")] = "",
    workplace: Annotated[str, typer.Option(help="remote;hybrid;onsite")] = "",
    confirmed_by: Annotated[
        str, typer.Option(help="Where they agreed, if they did; else they are asked by mail.")
    ] = "",
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Add a subscriber. Without --confirmed-by they get one mail that asks, and nothing else until they confirm."""
    row = {
        "email": email, "name": name, "plan": plan, "timezone": timezone_name, "hour": hour, "weekday": weekday,
        "tiers": tiers, "countries": countries, "skills": skills, "workplace": workplace, "status": "active",
        "consent_at": _now(now).isoformat() if confirmed_by else "", "consent_source": confirmed_by,
    }  # fmt: skip
    with _open() as a:
        result = _import_rows(a, [row], _now(now), confirmed=bool(confirmed_by), dry_run=False)[0]
        if result.outcome != "added":
            raise UsageError(f"{email}: {result.says}")
        person = a.subscribers.get(email)
        _tell(as_json, _subscriber_json(person), f"added subscriber {person.id}: {result.says}")


@subscribers_app.command("list")
def subscribers_list(as_json: Json = False) -> None:
    """Everyone, with plan, rhythm and what is due next."""
    with _open() as a:
        dues = a.digests.next_dues()
        rows = [
            {
                **_subscriber_json(s),
                "due": [{"kind": d.kind, "due_at": _plain(d.due_at)} for d in dues.get(s.id, [])],
            }
            for s in a.subscribers.all()
        ]
        if as_json:
            _print_json(rows)
            return
        table = [
            (
                r["id"],
                r["email"],
                r["status"],
                r["plan"],
                r["timezone"],
                _clock_words(r),
                (r["due"][0]["due_at"][:16] + "Z") if r["due"] else "-",
            )
            for r in rows
        ]
        _print_table(("id", "address", "status", "plan", "zone", "rhythm", "next due"), table)


@subscribers_app.command("plan")
def subscribers_plan(
    subscriber: Annotated[str, typer.Argument(help="Id, external id or address.")],
    plan: Annotated[str, typer.Argument(help="free or plus.")],
    until: Annotated[str | None, typer.Option(metavar="ISO", help="When Plus ends by itself.")] = None,
    now: Now = None,
) -> None:
    """State a plan as the host site has it. Plus begins with a catch-up digest; Free goes on at the next weekly slot."""
    if plan not in ("free", "plus"):
        raise UsageError(f"plan {plan!r} is none of free, plus")
    with _open() as a:
        person = a.subscribers.get(subscriber)
        a.signup().set_plan(person, "plus" if plan == "plus" else "free", _time(until), _now(now))
        print(f"subscriber {person.id} is on {plan}{' until ' + until if until else ''}")


@subscribers_app.command("pause")
def subscribers_pause(
    subscriber: Annotated[str, typer.Argument(help="Id, external id or address.")],
    until: Annotated[
        str | None, typer.Option(metavar="ISO", help="When mail goes on; four weeks from now by default.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="End the pause now.")] = False,
    now: Now = None,
) -> None:
    """No mail until a date; what is new meanwhile waits. With --resume the pause ends now."""
    with _open() as a:
        person, moment = a.subscribers.get(subscriber), _now(now)
        if resume:
            if person.status != "paused":
                raise UsageError(f"subscriber {person.id} is {person.status}, not paused")
            a.subscribers.change(person.id, {"paused_until": moment})
            a.dispatch().wake(moment)
            print(f"subscriber {person.id} gets mail again")
            return
        end = _time(until) or moment + timedelta(weeks=4)
        a.signup().pause(person, end, moment)
        print(f"subscriber {person.id} is paused until {end.isoformat()}")


@subscribers_app.command("rhythm")
def subscribers_rhythm(
    subscriber: Annotated[str, typer.Argument(help="Id, external id or address.")],
    timezone_name: Annotated[str | None, typer.Option("--timezone", help="IANA name.")] = None,
    hour: Annotated[str | None, typer.Option(help="HH or HH:MM in quarters.")] = None,
    weekday: Annotated[str | None, typer.Option(help="Of the weekly digest.")] = None,
    weekdays_only: Annotated[bool | None, typer.Option(help="Plus: Monday to Friday.")] = None,
    now: Now = None,
) -> None:
    """Change zone, hour or weekday; the next digest comes at the next slot, never within 20 hours of the last."""
    from ctm_alerts.subscribers.importing import check_minute, check_weekday, check_zone
    from ctm_alerts.subscribers.subscriber import Rhythm

    with _open() as a:
        person = a.subscribers.get(subscriber)
        old = person.rhythm
        rhythm = Rhythm(
            check_zone(timezone_name) if timezone_name else old.timezone,
            check_minute(hour) if hour else old.minute,
            check_weekday(weekday) if weekday else old.weekday,
            old.weekdays_only if weekdays_only is None else weekdays_only,
            old.weekly,
        )
        a.signup().set_rhythm(person, rhythm, _now(now))
        due = a.digests.next_dues().get(person.id, [])
        print(f"subscriber {person.id}: next digest {due[0].due_at.isoformat() if due else 'none'}")


@subscribers_app.command("import")
def subscribers_import(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE.csv", help="One row per profile; see docs/operators.md for the columns."
        ),
    ],
    confirmed: Annotated[
        bool, typer.Option("--confirmed", help="Their consent is carried over, with its proof in the file.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would happen, and store nothing.")
    ] = False,
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Bring people in from a CSV file, with a report for each. Suppressed addresses stay suppressed."""
    import csv
    import io

    text = _read_bytes(file).decode("utf-8-sig", "replace")
    with _open() as a:
        results = _import_rows(
            a, csv.DictReader(io.StringIO(text)), _now(now), confirmed=confirmed, dry_run=dry_run, text=text
        )
    if as_json:
        _print_json([{"line": r.line, "who": r.who, "outcome": r.outcome, "says": r.says} for r in results])
    else:
        for r in results:
            print(f"line {r.line}: {r.who}: {r.outcome}: {r.says}")
        counts = {
            o: sum(r.outcome == o for r in results) for o in ("added", "known", "suppressed", "refused")
        }
        print(
            ", ".join(f"{n} {o}" for o, n in counts.items())
            + (" (dry run: nothing was stored)" if dry_run else "")
        )
    if any(r.outcome == "refused" for r in results):
        raise typer.Exit(1)


def _import_rows(
    a: App, rows: Iterable[dict[str, str]], now: datetime, *, confirmed: bool, dry_run: bool, text: str = ""
) -> list[Any]:
    import csv
    import io

    from ctm_alerts.app import country_of_zone
    from ctm_alerts.subscribers.importing import read_csv

    if not text:
        buffer = io.StringIO()
        rows = list(rows)
        writer = csv.DictWriter(buffer, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        text = buffer.getvalue()
    signup = a.signup()
    people = read_csv(io.StringIO(text), country_of_zone, now)
    return [
        signup.bring_in(row, confirmed=confirmed, dry_run=dry_run, now=now)
        for row in _progress(people, "people")
    ]


def _subscriber_json(person: Any) -> dict[str, Any]:
    row = {name: _plain(getattr(person, name)) for name in person.__dataclass_fields__ if name != "rhythm"}
    return {**row, **{name: getattr(person.rhythm, name) for name in person.rhythm.__dataclass_fields__}}


def _clock_words(row: dict[str, Any]) -> str:
    from ctm_alerts.subscribers.importing import WEEKDAYS

    hour = f"{row['minute'] // 60:02d}:{row['minute'] % 60:02d}"
    weekly = row["plan"] == "free" or row["weekly"]
    return (
        f"{WEEKDAYS[row['weekday'] - 1].capitalize()}s {hour}"
        if weekly
        else f"{'weekdays' if row['weekdays_only'] else 'daily'} {hour}"
    )


# ---- rounds and the service ---------------------------------------------------------------------------------------


@app.command()
def round(  # noqa: A001 - the contract's name of the command
    flow: Annotated[str, typer.Argument(help="ingest, dispatch, deliver or all.")],
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Run one round by hand: what is due at this moment, and nothing else."""
    from ctm_alerts.worker.local import Rounds

    if flow not in ("ingest", "dispatch", "deliver", "all"):
        raise UsageError(f"no flow {flow!r}; it is one of ingest, dispatch, deliver, all")
    moment = _now(now)
    result: dict[str, Any] = {}
    with _open() as a:
        rounds = Rounds(a, (lambda: moment) if now else _now)
        if flow in ("ingest", "all"):
            looks = rounds.ingest(lambda r: None if as_json else print(_look_words(r), file=sys.stderr))
            result["ingest"] = [{name: getattr(r, name) for name in r.__dataclass_fields__} for r in looks]
        if flow in ("dispatch", "all"):
            result["dispatch"] = [
                {
                    "subscriber": d.due.subscriber_id,
                    "kind": d.due.kind,
                    "due_at": _plain(d.due.due_at),
                    "outcome": d.outcome,
                    "reason": d.reason,
                    "count": d.count,
                }
                for d in rounds.dispatch()
            ]
        if flow in ("deliver", "all"):
            result["deliver"] = [
                {
                    "mail": d.mail.id,
                    "subscriber": d.mail.subscriber_id,
                    "message_id": d.mail.message_id,
                    "outcome": d.outcome,
                    "says": d.says,
                }
                for d in rounds.deliver()
            ]
    if as_json:
        _print_json(result)
    else:
        _print_round(result)


def _look_words(r: Any) -> str:
    detail = r.reason or f"{r.entries} entries, {r.new} new, {r.changed} changed, {r.closed} closed"
    return f"  {r.feed}: {r.outcome}: {detail}"


def _print_round(result: dict[str, Any]) -> None:
    for line in result.get("dispatch", []):
        what = f"{line['count']} new" if line["count"] else line["reason"]
        print(
            f"subscriber {line['subscriber']}: {line['kind']} due {line['due_at']}: {line['outcome']}{': ' + what if what else ''}"
        )
    for line in result.get("deliver", []):
        print(f"mail {line['mail']} to subscriber {line['subscriber']}: {line['outcome']}: {line['says']}")
    print("; ".join(f"{flow}: {len(rows)}" for flow, rows in result.items()))


@app.command()
def run(only: Annotated[str | None, typer.Option(help="worker or web; both by default.")] = None) -> None:
    """Start the service: the worker and the web part, until SIGTERM or Ctrl-C."""
    from ctm_alerts.service import serve

    if only not in (None, "worker", "web"):
        raise UsageError(f"--only {only!r} is none of worker, web")
    with _open() as a:
        serve(a, worker=only != "web", web=only != "worker", say=print)


@app.command()
def migrate() -> None:
    """Bring the database to this version. Safe to run again."""
    from ctm_alerts.settings import load
    from ctm_alerts.storage.database import Database

    database = Database(load().database_url)
    print(f"the database is at {database.migrate()}")
    database.close()


@app.command()
def check(as_json: Json = False) -> None:
    """Look at every setting, with remedies. Exit 2 when one would stop the service."""
    import os

    from ctm_alerts.errors import StorageError
    from ctm_alerts.guide import make_guide
    from ctm_alerts.settings import Finding, examine
    from ctm_alerts.storage.database import Database

    settings, findings = examine(os.environ)
    found = list(findings)
    if settings is not None:
        try:
            make_guide(settings.guide_tables)
        except CtmAlertsError as error:
            found.append(Finding("config/guide", "error", str(error)))
        try:
            Database(settings.database_url).require_current()
            found.append(Finding("database", "ok", "at this version"))
        except StorageError as error:
            found.append(Finding("database", "warning", str(error)))
    if as_json:
        _print_json([{"name": f.name, "level": f.level, "says": f.says} for f in found])
    else:
        _print_table(("setting", "", "says"), [(f.name, f.level, f.says) for f in found])
    if any(f.level == "error" for f in found):
        raise typer.Exit(2)


# ---- proof and explanation ----------------------------------------------------------------------------------------


@app.command()
def prove(now: Now = None, as_json: Json = False) -> None:
    """Count both sums of the promise from the stored rows, and name every breach. Exit 1 when one is found."""
    from ctm_alerts.digests.proof import sum_lines
    from ctm_alerts.flows.judge import prove as prove_sums

    with _open() as a:
        proven = prove_sums(a.proof, a.subscribers, a, _now(now))
    if as_json:
        _print_json(proven.as_json())
    else:
        for line in sum_lines(proven.sums):
            print(line)
        for b in proven.breaches:
            print(
                f"BREACH {b.name}: subscriber {b.subscriber_id}: {b.says}; since {b.since.isoformat()}; {b.remedy}"
            )
        print("both sums hold, no breach" if proven.ok else f"{len(proven.breaches)} breaches")
    if not proven.ok:
        raise typer.Exit(1)


@app.command()
def preview(
    subscriber: Annotated[str, typer.Argument(help="Id, external id or address.")],
    at: Annotated[str | None, typer.Option(metavar="ISO", help="As of this moment.")] = None,
    form: Annotated[str, typer.Option("--format", help="text, html or eml.")] = "text",
) -> None:
    """What this subscriber would be sent at a moment. Nothing is stored; the links do nothing."""
    from ctm_alerts.digests.compose import compose
    from ctm_alerts.digests.digest import Digest, Nothing

    if form not in ("text", "html", "eml"):
        raise UsageError(f"--format {form!r} is none of text, html, eml")
    with _open() as a:
        person, now = a.subscribers.get(subscriber), _now(at)
        waits = any(d.kind == "first" for d in a.digests.next_dues().get(person.id, []))
        mail = compose(a.desk(person, now, "first" if waits or person.start_mark is None else "regular")).mail
        if isinstance(mail, Nothing):
            print(f"no mail: {mail.reason}", file=sys.stderr)
            return
        writer = a.writer(placeholder=True)
        if form == "eml":
            packed = writer.digest(mail) if isinstance(mail, Digest) else writer.note(mail)
            sys.stdout.buffer.write(packed[1].body)
            return
        message = writer.message(mail)
        print(message.html if form == "html" else f"Subject: {message.subject}\n\n{message.text}")


@app.command()
def explain(
    subscriber: Annotated[str, typer.Argument(help="Id, external id or address.")],
    posting: Annotated[str, typer.Argument(help="Id or URL.")],
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Why a posting was, will be or will not be sent to a subscriber: every gate with its verdict."""
    from ctm_alerts.flows.judge import explain as explain_gates

    with _open() as a:
        explanation = explain_gates(a.desk(a.subscribers.get(subscriber), _now(now)), a.postings.get(posting))
    if as_json:
        _print_json(explanation.as_json())
        return
    print(
        f"{explanation.posting.title} - {explanation.posting.company or 'Employer not named'}: {explanation.verdict}"
    )
    for step in explanation.steps:
        quote = f"  “{' '.join(step.quote.split())}”" if step.quote else ""
        print(f"  {'yes' if step.ok else 'NO ':3} {step.gate}: {step.says}{quote}")
    print(
        f"  rank {explanation.score:.1f} = "
        + " + ".join(f"{name} {value:.1f}" for name, value in explanation.parts)
    )


# ---- outbox -------------------------------------------------------------------------------------------------------


@outbox_app.command("list")
def outbox_list(
    status: Annotated[
        str | None, typer.Option(help="queued, claimed, dot, sent, failed, withdrawn or held.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1)] = 100,
    as_json: Json = False,
) -> None:
    """Mail by status, newest first."""
    with _open() as a:
        rows = [
            {n: _plain(getattr(r, n)) for n in r.__dataclass_fields__} for r in a.outbox.rows(status, limit)
        ]
        counts = a.outbox.counts()
    if as_json:
        _print_json(rows)
        return
    _print_table(
        ("id", "subscriber", "purpose", "status", "tries", "created", "says"),
        [
            (
                r["id"],
                r["subscriber_id"],
                r["purpose"],
                r["status"],
                str(r["attempts"]),
                r["created_at"][:16],
                r["reply"],
            )
            for r in rows
        ],
    )
    print(", ".join(f"{n} {s}" for s, n in counts.items()) or "the outbox is empty")


@outbox_app.command("release")
def outbox_release(mail: Annotated[str, typer.Argument(help="Id, as `outbox list` shows it.")]) -> None:
    """Send a held mail again, with the same Message-ID."""
    with _open() as a:
        a.outbox.release(mail, _now())
        print(f"mail {mail} is queued")


@outbox_app.command("drop")
def outbox_drop(mail: Annotated[str, typer.Argument(help="Id, as `outbox list` shows it.")]) -> None:
    """Give a mail up. A held one counts as told, since it may have arrived."""
    with _open() as a:
        a.outbox.drop(mail, _now())
        print(f"mail {mail} is dropped")


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Where the page and the mails go.")] = Path("demo-out"),
    as_json: Json = False,
) -> None:
    """Play a week on shipped samples, offline, with a clock of its own: digests as .eml and one page."""
    from ctm_alerts.demo import play

    _quiet_logs()
    result = play(out, say=(lambda _: None) if as_json else print)
    if as_json:
        _print_json(result)


# ---- what all commands share --------------------------------------------------------------------------------------


@contextmanager
def _open() -> Iterator[App]:
    """The app of this environment, with quiet logs; closed at the end."""
    from ctm_alerts.app import make_app
    from ctm_alerts.settings import load

    _quiet_logs()
    made = make_app(load())
    try:
        yield made
    finally:
        made.close()


def _quiet_logs() -> None:
    import structlog

    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _now(text: str | None = None) -> datetime:
    return _time(text) or datetime.now(timezone.utc)


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is no time; write ISO 8601, 2026-11-25T08:00:00Z") from None
    return moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment.astimezone(timezone.utc)


def _read_bytes(file: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}; give the path of a file") from None


def _is_web(text: str) -> bool:
    return text.startswith(("http://", "https://"))


def _file_url(path: str) -> str:
    if not Path(path).is_file():
        raise UsageError(f"{path} is neither a URL nor a file; write https://... or the path of a file")
    return Path(path).resolve().as_uri()


def _host_name(url: str) -> str:
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    return (parts.hostname or Path(parts.path).stem).removeprefix("www.")


def _tell(as_json: bool, value: Any, words: str) -> None:
    if as_json:
        _print_json(value)
    else:
        print(words)


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


def _print_table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(*head, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(cell.replace("[", r"\[") for cell in row))
    Console(width=None if sys.stdout.isatty() else 200).print(table)


def _progress(items: list[Any], what: str) -> Iterable[Any]:
    """A bar on a terminal for long work; nothing where nobody watches."""
    if len(items) < 50 or not sys.stderr.isatty():
        return items
    from rich.console import Console
    from rich.progress import track

    return track(items, description=what, console=Console(stderr=True))
