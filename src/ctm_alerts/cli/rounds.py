"""Rounds by hand, the service, its set-up, and the demo."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ctm_alerts.cli.shared import (
    Json,
    Now,
    app,
    now_at,
    open_app,
    plain,
    print_json,
    print_table,
    quiet_logs,
)
from ctm_alerts.errors import CtmAlertsError, StorageError, UsageError

if TYPE_CHECKING:
    from ctm_alerts.settings import Finding, Settings
    from ctm_alerts.worker.local import Rounds


@app.command()
def round(  # noqa: A001 - the contract's name of the command
    flow: Annotated[str, typer.Argument(help="ingest, dispatch, deliver or all.")],
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Run one round by hand: what is due at this moment, and nothing else."""
    from ctm_alerts.feeds.source import Ingested
    from ctm_alerts.worker.local import Rounds

    if flow not in ("ingest", "dispatch", "deliver", "all"):
        raise UsageError(f"no flow {flow!r}; it is one of ingest, dispatch, deliver, all")
    moment = now_at(now)
    result: dict[str, Any] = {}
    with open_app() as a:
        rounds = Rounds(a, (lambda: moment) if now else now_at)
        _stop_at_a_signal(rounds)
        if flow in ("ingest", "all"):
            looks = rounds.ingest(lambda r: None if as_json else print(_look_words(r), file=sys.stderr))
            told = [name for name in Ingested.__dataclass_fields__ if name != "facts"]
            result["ingest"] = [{name: getattr(r, name) for name in told} for r in looks]
        if flow in ("dispatch", "all"):
            result["dispatch"] = [
                {
                    "subscriber": d.due.subscriber_id,
                    "kind": d.due.kind,
                    "due_at": plain(d.due.due_at),
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
        print_json(result)
    else:
        _print_round(result)


def _stop_at_a_signal(rounds: Rounds) -> None:
    """SIGTERM and Ctrl-C: what is in flight is finished, or its receipt would be lost and its mail sent twice."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: rounds.stop())


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
    with open_app() as a:
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
        found += _source_findings(settings)
        try:
            Database(settings.database_url).require_current()
            found.append(Finding("database", "ok", "at this version"))
        except StorageError as error:
            found.append(Finding("database", "warning", str(error)))
    if as_json:
        print_json([{"name": f.name, "level": f.level, "says": f.says} for f in found])
    else:
        print_table(("setting", "", "says"), [(f.name, f.level, f.says) for f in found])
    if any(f.level == "error" for f in found):
        raise typer.Exit(2)


def _source_findings(settings: Settings) -> list[Finding]:
    """What there is to say of terms, declared feeds, catalogue, keys and plug-ins."""
    from ctm_alerts.feeds.catalogue import make_catalogue
    from ctm_alerts.feeds.declared_file import make_lists
    from ctm_alerts.feeds.keys import names_in
    from ctm_alerts.feeds.kinds import KINDS
    from ctm_alerts.feeds.terms import Book
    from ctm_alerts.feeds.terms_file import make_book
    from ctm_alerts.settings import Finding
    from ctm_alerts.settings.sources import KEYS, read_folder

    found, book = [], Book(())
    try:
        book = make_book(settings.sources.terms, settings.allow_hosts)
        lists = make_lists(settings.sources.feeds, book)
        make_catalogue(read_folder(settings.config / "feeds.d"), book)
        for feed in lists.feeds:
            for name in set(names_in(feed.url)) - set(settings.sources.keys):
                says = f"not set, and the feed {feed.name} wants it; or point {KEYS}{name.upper()}_FILE to a file"
                found.append(Finding(KEYS + name.upper(), "warning", says))
    except CtmAlertsError as error:
        found.append(Finding("config", "error", str(error)))
    found += [Finding(f"plug-in {p.name}", "warning", f"left out ({p.of}): {p.reason}") for p in KINDS.broken]
    return found


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Where the page and the mails go.")] = Path("demo-out"),
    as_json: Json = False,
) -> None:
    """Play a week on shipped samples, offline, with a clock of its own: digests as .eml and one page."""
    from ctm_alerts.demo import play

    quiet_logs()
    result = play(out, say=(lambda _: None) if as_json else print)
    if as_json:
        print_json(result)
