"""How feeds are, and how much of the market they see."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ctm_alerts.cli.shared import Json, Now, app, feeds_app, now_at, open_app, plain, print_json, print_table

if TYPE_CHECKING:
    from ctm_alerts.feeds.health import Health
    from ctm_alerts.feeds.source import Feed
    from ctm_alerts.postings.coverage import Coverage, Estimate
    from ctm_alerts.storage.health import SeenFault

_MARKS = {
    "healthy": "ok",
    "new": "new",
    "waiting": "waits",
    "suspect": "LOOK",
    "failing": "fails",
    "broken": "BROKEN",
    "paused": "paused",
}


@feeds_app.command("health")
def feeds_health(
    feed: Annotated[str | None, typer.Argument(help="One feed by id, name or URL; by default all.")] = None,
    days: Annotated[int, typer.Option(min=1, help="Show faults that ended within so many days too.")] = 7,
    now: Now = None,
    as_json: Json = False,
) -> None:
    """How each feed is, with the figures that show it, and what ailed it lately. Exit 1 when one needs a look.

    A feed that answers may be broken all the same: no items, a newest date that stands still, a collapse, repeated ids, a
    changed shape and lost topic are found by what the feed itself used to do.
    """
    with open_app() as a:
        at = now_at(now)
        feeds = [a.feeds.get(feed)] if feed else a.feeds.all()
        found = [(f, a.watch().health(f, at)) for f in feeds]
        wanted = {f.id for f in feeds}
        faults = [s for s in a.health.seen(at - timedelta(days=days)) if s.feed_id in wanted]
    if as_json:
        print_json(
            {"feeds": [_health_json(f, h) for f, h in found], "faults": [_fault_json(s) for s in faults]}
        )
    else:
        rows = [(f.id, f.name, f.kind, _MARKS[h.state], h.says) for f, h in found]
        print_table(("id", "name", "kind", "is", "because"), rows)
        for line in _fault_lines(faults):
            print(line)
    if any(h.state in ("suspect", "broken") or (h.state == "paused" and h.faults) for _, h in found):
        raise typer.Exit(1)


def _health_json(feed: Feed, health: Health) -> dict[str, Any]:
    return {
        "id": feed.id,
        "name": feed.name,
        "kind": feed.kind,
        "state": health.state,
        "says": health.says,
        "faults": [{"name": f.name, "evidence": f.evidence} for f in health.faults],
        "failures": feed.failures,
        "last_ok_at": plain(feed.last_ok_at),
        "next_check_at": plain(feed.next_check_at),
    }


def _fault_json(fault: SeenFault) -> dict[str, Any]:
    return {name: plain(getattr(fault, name)) for name in fault.__dataclass_fields__}


def _fault_lines(faults: list[SeenFault]) -> list[str]:
    if not faults:
        return []
    lines = ["", "Faults, the last first:"]
    for fault in faults:
        until = "until now" if fault.over_at is None else f"until {fault.over_at:%d %b %H:%M}"
        digests = "" if fault.digests is None else f"; {fault.digests} digests went out meanwhile"
        lines.append(
            f"  {fault.since:%d %b %H:%M} {until}  {fault.feed}: {fault.name}. {fault.evidence}{digests}"
        )
    return lines


@app.command()
def coverage(
    weeks: Annotated[int, typer.Option(min=1, max=52, help="Openings of the last so many weeks.")] = 4,
    country: Annotated[
        list[str] | None, typer.Option(metavar="CODE", help="One country, DE; may be repeated.")
    ] = None,
    now: Now = None,
    as_json: Json = False,
) -> None:
    """The estimated share of all CTM openings that our feeds saw, per country, and the feeds that add most.

    From how often independent sources saw the same openings (capture-recapture), with a 95% interval. All employers' own
    sites are one source; so are all feeds of one board. Boards that copy from one another make the share look better than
    it is.
    """
    from ctm_alerts.postings.coverage import coverage as estimated

    with open_app() as a:
        until = now_at(now)
        openings = a.openings.between(until - timedelta(weeks=weeks), until)
    found = estimated(openings, [c.upper() for c in country or ()])
    if as_json:
        print_json(_coverage_json(found))
        return
    rows = [(_place(e.country), str(e.seen), str(e.twice), *_estimate_words(e)) for e in found.estimates]
    print_table(("where", "seen", "by two or more", "share seen (95%)", "openings (95%)", "how"), rows)
    print()
    adds = [(s.feed, str(s.seen), str(s.alone)) for s in found.feeds[:20]]
    if adds:
        print_table(("feed", "openings", "that no other feed had"), adds)
    else:
        print(f"No CTM opening was listed in the last {weeks} weeks; look at `ctm-alerts feeds health`.")


def _place(country: str) -> str:
    return {"all": "everywhere", "*": "anywhere"}.get(country, country)


def _estimate_words(found: Estimate) -> tuple[str, str, str]:
    if found.total is None or found.share is None:
        return "not known", "", found.method
    share, low, high = (round(100 * part) for part in found.share)
    best, least, most = (round(part) for part in found.total)
    return f"{share}% ({low}-{high}%)", f"{best} ({least}-{most})", found.method


def _coverage_json(found: Coverage) -> dict[str, Any]:
    return {
        "estimates": [
            {
                "country": e.country, "seen": e.seen, "twice": e.twice, "method": e.method,
                "share": None if e.share is None else [round(part, 4) for part in e.share],
                "openings": None if e.total is None else [round(part, 1) for part in e.total],
            }
            for e in found.estimates
        ],
        "feeds": [{"feed": s.feed, "seen": s.seen, "alone": s.alone} for s in found.feeds],
    }  # fmt: skip
