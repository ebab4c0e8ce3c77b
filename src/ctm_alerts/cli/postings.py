"""One posting per real position: what stands about one, and an admin's word on which are the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ctm_alerts.cli.shared import (
    Json,
    Now,
    now_at,
    open_app,
    plain,
    postings_app,
    print_json,
    print_table,
    tell,
)

if TYPE_CHECKING:
    from ctm_alerts.storage.lineage import Dossier, Sighting

Because = Annotated[
    str,
    typer.Option(metavar="WORDS", help="Why, for whoever looks at the posting later.", show_default=False),
]


@postings_app.command("show")
def postings_show(
    posting: Annotated[str, typer.Argument(metavar="ID|URL", help="Id or URL.")],
    as_json: Json = False,
) -> None:
    """What a posting says, which feeds carry it, where it comes from, and how many subscribers were told of it."""
    with open_app() as a:
        found = a.postings.dossier(posting)
    if as_json:
        print_json(_dossier_json(found))
        return
    for line in _words(found):
        print(line)
    print_table(
        ("sighting", "feed", "its id", "place", "first seen", "last seen", "", "why it is here", "link"),
        [
            (
                s.id, s.feed, s.source_id, s.location or "", f"{s.first_seen_at:%Y-%m-%d}",
                f"{s.last_seen_at:%Y-%m-%d}", _state(s), _why(s), s.url or "",
            )
            for s in found.sightings
        ],
    )  # fmt: skip


@postings_app.command("merge")
def postings_merge(
    keep: Annotated[str, typer.Argument(metavar="KEEP", help="The posting that stays, by id or URL.")],
    gone: Annotated[str, typer.Argument(metavar="GONE", help="The posting that is the same, by id or URL.")],
    because: Because = "an admin said that they are one position",
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Say that two postings are one position. Whoever was told of either counts as told."""
    with open_app() as a:
        kept, left = a.postings.get(keep).id, a.postings.get(gone).id
        a.postings.merge(kept, left, because, now_at(now))
    words = (
        f"posting {left} is merged into {kept}; `postings split {kept} SIGHTING...` parts its sightings again"
    )
    tell(as_json, {"kept": kept, "gone": left, "because": because}, words)


@postings_app.command("split")
def postings_split(
    posting: Annotated[str, typer.Argument(metavar="POSTING", help="The posting, by id or URL.")],
    sightings: Annotated[
        list[str],
        typer.Argument(metavar="SIGHTING", help="Ids of sightings, as `postings show` lists them."),
    ],
    because: Because = "an admin said that they are two positions",
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Say that some sightings of a posting are another position. Whoever was told of it counts as told of both."""
    with open_app() as a:
        whole = a.postings.get(posting).id
        half = a.postings.split(whole, sightings, because, now_at(now))
    words = f"sightings {', '.join(sightings)} are posting {half} now; its words come with the next look at its feeds"
    tell(as_json, {"posting": whole, "new": half, "sightings": sightings, "because": because}, words)


def _state(sighting: Sighting) -> str:
    speaks = f"speaks: {sighting.stands}" if sighting.speaks else ""
    absent = f"absent {sighting.absences}x" if sighting.absences else ""
    return ", ".join(word for word in (speaks, absent) if word)


def _why(sighting: Sighting) -> str:
    return f"{sighting.joined_by}: {sighting.because}" if sighting.joined_by else "the first"


def _words(found: Dossier) -> list[str]:
    posting = found.posting
    verdict = posting.verdict
    facts = (verdict.role, verdict.tier, verdict.workplace, " ".join(verdict.countries), verdict.employment)
    return [
        f"posting {posting.id}: {posting.title}, {posting.company or 'employer not named'}, {posting.location or 'no place'}",
        f"  {posting.url}",
        f"  {posting.closed or 'open'}; first seen {posting.first_seen_at:%Y-%m-%d %H:%M} UTC ({posting.origin}), revision {posting.revision}",
        f"  {', '.join(f for f in facts if f and f != 'unknown')}: {verdict.reason}",
        f"  told to {found.told} subscriber{'' if found.told == 1 else 's'}",
        *(
            f"  {'merged from' if i.how == 'merge' else 'split off'} {i.from_id} on {i.at:%Y-%m-%d %H:%M} UTC: {i.because}"
            for i in found.inherited
        ),
        *(f"  found by {key}" for key in found.keys),
    ]


def _dossier_json(found: Dossier) -> dict[str, Any]:
    posting = found.posting
    words = {
        name: plain(getattr(posting, name))
        for name in posting.__dataclass_fields__
        if name not in ("verdict", "sources", "places", "credits")
    }
    return {
        **words,
        "merged_into": found.merged_into,
        "verdict": posting.verdict.as_json(),
        "places": [{n: plain(getattr(p, n)) for n in p.__dataclass_fields__} for p in posting.places],
        "sightings": [{n: plain(getattr(s, n)) for n in s.__dataclass_fields__} for s in found.sightings],
        "keys": list(found.keys),
        "inherited": [{n: plain(getattr(i, n)) for n in i.__dataclass_fields__} for i in found.inherited],
        "told": found.told,
    }
