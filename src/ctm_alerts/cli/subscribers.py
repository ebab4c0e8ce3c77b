"""The people who get mail."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ctm_alerts.cli.shared import (
    Json,
    Now,
    now_at,
    open_app,
    plain,
    print_json,
    print_table,
    progress,
    read_bytes,
    subscribers_app,
    tell,
    time_of,
)
from ctm_alerts.errors import UsageError

if TYPE_CHECKING:
    from ctm_alerts.app import App


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
        "consent_at": now_at(now).isoformat() if confirmed_by else "", "consent_source": confirmed_by,
    }  # fmt: skip
    with open_app() as a:
        result = _import_rows(a, [row], now_at(now), confirmed=bool(confirmed_by), dry_run=False)[0]
        if result.outcome != "added":
            raise UsageError(f"{email}: {result.says}")
        person = a.subscribers.get(email)
        tell(as_json, _subscriber_json(person), f"added subscriber {person.id}: {result.says}")


@subscribers_app.command("list")
def subscribers_list(as_json: Json = False) -> None:
    """Everyone, with plan, rhythm and what is due next."""
    with open_app() as a:
        dues = a.digests.next_dues()
        rows = [
            {
                **_subscriber_json(s),
                "due": [{"kind": d.kind, "due_at": plain(d.due_at)} for d in dues.get(s.id, [])],
            }
            for s in a.subscribers.all()
        ]
        if as_json:
            print_json(rows)
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
        print_table(("id", "address", "status", "plan", "zone", "rhythm", "next due"), table)


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
    with open_app() as a:
        person = a.subscribers.get(subscriber)
        a.signup().set_plan(person, "plus" if plan == "plus" else "free", time_of(until), now_at(now))
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
    with open_app() as a:
        person, moment = a.subscribers.get(subscriber), now_at(now)
        if resume:
            if person.status != "paused":
                raise UsageError(f"subscriber {person.id} is {person.status}, not paused")
            a.subscribers.change(person.id, {"paused_until": moment})
            a.dispatch().wake(moment)
            print(f"subscriber {person.id} gets mail again")
            return
        end = time_of(until) or moment + timedelta(weeks=4)
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

    with open_app() as a:
        person = a.subscribers.get(subscriber)
        old = person.rhythm
        rhythm = Rhythm(
            check_zone(timezone_name) if timezone_name else old.timezone,
            check_minute(hour) if hour else old.minute,
            check_weekday(weekday) if weekday else old.weekday,
            old.weekdays_only if weekdays_only is None else weekdays_only,
            old.weekly,
        )
        a.signup().set_rhythm(person, rhythm, now_at(now))
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

    text = read_bytes(file).decode("utf-8-sig", "replace")
    with open_app() as a:
        results = _import_rows(
            a, csv.DictReader(io.StringIO(text)), now_at(now), confirmed=confirmed, dry_run=dry_run, text=text
        )
    if as_json:
        print_json([{"line": r.line, "who": r.who, "outcome": r.outcome, "says": r.says} for r in results])
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


@subscribers_app.command("release")
def subscribers_release(
    who: Annotated[str | None, typer.Argument(help="Id, external id or address.")] = None,
    everyone: Annotated[bool, typer.Option("--all", help="Everyone whose digest is set aside.")] = False,
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Compose again what was set aside after three tries: due at once, as one late digest."""
    if (who is None) != everyone:
        raise UsageError("name one subscriber, or say --all; `ctm-alerts prove` lists what is set aside")
    with open_app() as a:
        found = a.digests.release(None if who is None else a.subscribers.get(who).id, now_at(now))
    rows = [{"subscriber": d.subscriber_id, "kind": d.kind, "due_at": plain(d.due_at)} for d in found]
    words = [f"subscriber {r['subscriber']}: {r['kind']} of {r['due_at']} is due again" for r in rows]
    tell(as_json, rows, "\n".join(words) or "nothing is set aside")


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
        for row in progress(people, "people")
    ]


def _subscriber_json(person: Any) -> dict[str, Any]:
    row = {name: plain(getattr(person, name)) for name in person.__dataclass_fields__ if name != "rhythm"}
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
