"""Feeds as lists: declared ones, the catalogue, lists that come and go, and what their sources allow."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ctm_alerts.cli.shared import Json, Now, feeds_app, now_at, open_app, print_json, print_table, read_bytes
from ctm_alerts.errors import NotFound, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ctm_alerts.app import App
    from ctm_alerts.feeds.opml import Line
    from ctm_alerts.feeds.terms import Acceptance, Terms

DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and do nothing.")]


@feeds_app.command("sync")
def feeds_sync(dry_run: DryRun = False, now: Now = None, as_json: Json = False) -> None:
    """Bring the feeds to what config/feeds.toml and the terms say. The service does so when it starts.

    A feed that left the file is paused with the reason; nothing is ever deleted.
    """
    with open_app() as a:
        steps = a.enlist.plan() if dry_run else a.enlist.sync(now_at(now))
    if as_json:
        print_json([{"what": s.what, "feed": s.name, "id": s.feed_id, "says": s.says} for s in steps])
    elif not steps:
        print("all feeds are as declared and as their terms say")
    else:
        print_table(("", "feed", "says"), [(s.what, s.name, s.says) for s in steps])
        print("nothing was done: this was a dry run" if dry_run else f"{len(steps)} steps")


@feeds_app.command("catalogue")
def feeds_catalogue(
    country: Annotated[str, typer.Option(help="ISO code of a country where openings were seen.")] = "",
    kind: Annotated[str, typer.Option(help="Only boards of this kind.")] = "",
    search: Annotated[str, typer.Option(help="Only boards whose name, address or reason holds this.")] = "",
    as_json: Json = False,
) -> None:
    """Real boards for Clinical Trial Managers, most openings first. Nobody here ever polled them; they come in paused."""
    with open_app() as a:
        boards = a.catalogue().search(country=country, kind=kind, words=search)
    if as_json:
        print_json([{**vars(b), "countries": list(b.countries)} for b in boards])
        return
    print_table(
        ("name", "kind", "countries", "why", "terms"),
        [(b.name, b.kind, " ".join(b.countries), b.why, b.terms) for b in boards],
    )
    print(
        f'{len(boards)} boards; add one with --from-catalogue "NAME". None was ever polled by this project.'
    )


@feeds_app.command("terms")
def feeds_terms(
    of: Annotated[
        str | None,
        typer.Argument(metavar="FEED|KIND|SOURCE", help="A feed, a kind or a source; all by default."),
    ] = None,
    as_json: Json = False,
) -> None:
    """What sources let us do, where that was read, and what it comes to for our feeds."""
    with open_app() as a:
        rows = _terms_rows(a, of)
    if as_json:
        print_json(rows if of is None else rows[0])
    elif of is None:
        shown = ("source", "poll", "store", "quote", "email", "commercial", "floor", "delay", "read on")
        print_table(shown, [tuple(str(row[name]) for name in shown) for row in rows])
    else:
        _print_terms(rows[0])


def _terms_rows(a: App, of: str | None) -> list[dict[str, Any]]:
    from ctm_alerts.feeds.kinds import KINDS

    book = a.enlist.book
    if of is None:
        return [_terms_row(t, None) for t in book.sources]
    named = book.of_source(of) or book.of_kind(of)
    if named is not None:
        return [_terms_row(named, None)]
    if of in KINDS:
        raise UsageError(f"{of} is read from many hosts, each with terms of its own; name a feed or a source")
    try:
        feed = a.feeds.get(of)
    except NotFound:
        raise NotFound(
            f"no feed, kind or source is called {of!r}; `ctm-alerts feeds terms` lists the sources"
        ) from None
    return [{"feed": feed.name, "standing": feed.terms, **_terms_row(*a.enlist.of_feed(feed))}]


def _terms_row(terms: Terms, acceptance: Acceptance | None) -> dict[str, Any]:
    from ctm_alerts.feeds.terms import USES, bonds, standing

    found = standing(terms, acceptance)
    bound = bonds(terms, acceptance)
    return {
        "source": terms.source,
        **{use: terms.may(use) for use in USES},
        "floor": f"{bound.floor_minutes} min" if bound.floor_minutes else "",
        "delay": f"{bound.delay_hours} h" if bound.delay_hours else "",
        "credit": terms.credit,
        "link back": "yes" if terms.link_back else "",
        "no rewrite": "yes" if terms.no_rewrite else "",
        "quote limit": f"{bound.quote_limit} characters a card",
        "comes to": bound.terms,
        "because": found.reason,
        "mailed": "yes" if bound.may_email else "no",
        "read on": terms.read_on.isoformat() if terms.read_on else "never",
        "evidence": [{"says": e.says, "where": e.where} for e in terms.evidence],
        "note": terms.note,
    }


def _print_terms(row: dict[str, Any]) -> None:
    for name, value in row.items():
        if name == "evidence":
            for piece in value:
                print(f"{'evidence':12} “{piece['says']}”\n{'':12} {piece['where']}")
        elif value:
            print(f"{name:12} {value}")


@feeds_app.command("export")
def feeds_export(
    form: Annotated[str, typer.Option("--format", help="opml, or toml as in config/feeds.toml.")] = "opml",
) -> None:
    """All feeds as a list on standard output. A key that a feed wants is named there, never told."""
    from ctm_alerts.feeds.opml import as_opml, as_toml, listed

    forms = {"opml": as_opml, "toml": as_toml}
    if form not in forms:
        raise UsageError(f"no form {form!r}; it is opml or toml")
    with open_app() as a:
        print(forms[form](map(listed, a.enlist.kept())), end="")


@feeds_app.command("import")
def feeds_import(
    file: Annotated[Path, typer.Argument(help="An OPML or TOML list; - reads standard input.")],
    dry_run: DryRun = False,
    own: Annotated[
        bool,
        typer.Option(
            "--own", help="It is a list of ours: take its words on terms and its files of this machine too."
        ),
    ] = False,
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Add the feeds of a list, each line reported. What is there already stays as it is."""
    from ctm_alerts.feeds.opml import read_list

    with open_app() as a:
        lines = read_list(read_bytes(file), a.enlist.book)
        report = list(_take_lines(a, lines, own, dry_run, now))
    if as_json:
        print_json(report)
        return
    print_table(("", "feed", "says"), [(r["outcome"], r["name"], r["reason"]) for r in report])
    counts = {o: sum(r["outcome"] == o for r in report) for o in ("added", "there already", "refused")}
    print("; ".join(f"{n} {o}" for o, n in counts.items()) + ("; this was a dry run" if dry_run else ""))


def _take_lines(
    a: App, lines: Iterable[Line], own: bool, dry_run: bool, now: str | None
) -> Iterable[dict[str, str]]:
    """What becomes of each line, one after the other: a line that is refused costs the others nothing."""
    from ctm_alerts.feeds.opml import Unlisted

    there = {kept.feed.url for kept in a.enlist.kept()}
    for line in lines:
        outcome, reason = "refused", ""
        if isinstance(line, Unlisted):
            reason = line.reason
        elif line.url in there:
            outcome = "there already"
        else:
            # that somebody else has read the terms, or says so, opens no door here
            new = line if own else replace(line, accepted="")
            try:
                if not own:
                    a.enlist.check_stranger(new)
                step = a.enlist.check_new(new, "added")
                reason = step.says if dry_run else a.enlist.add(new, "added", now_at(now))[1].says
                outcome = "added"
                there.add(line.url)
            except UsageError as error:
                reason = str(error)
        yield {"name": line.name, "url": line.url, "outcome": outcome, "reason": reason}
