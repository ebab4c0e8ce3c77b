"""Reading feeds and understanding postings, without storing anything."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ctm_alerts import __version__
from ctm_alerts.cli.shared import (
    Json,
    app,
    entry_json,
    read_bytes,
)
from ctm_alerts.errors import NotAFeed, UsageError

if TYPE_CHECKING:
    from ctm_alerts.guide import Guide
    from ctm_alerts.postings.posting import Ad, Verdict

#: what a line of JSON may say of a posting
AD_NAMES = ("title", "company", "location", "description", "employment_type", "salary_raw", "remote")


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

    body = read_bytes(file)
    try:
        with Parser() as parser:
            parsed = parser.parse(body, kind, url)
    except NotAFeed as error:
        raise UsageError(f"{file}: no feed: {error.reason}") from None
    for reason in parsed.skipped:
        print(f"skipped an entry: {reason}", file=sys.stderr)
    for entry in parsed.entries:
        if as_json:
            print(json.dumps(entry_json(entry), ensure_ascii=False))
        else:
            print(
                f"{entry.title}\n    {entry.company or 'Employer not named'} - {entry.location or 'Place not stated'}\n    {entry.url or ''}"
            )
    if not as_json:
        print(f"{len(parsed.entries)} entries of kind {parsed.kind}", file=sys.stderr)


@app.command()
def classify(
    file: Annotated[
        Path,
        typer.Argument(
            help=f"JSON objects, one a line, with {', '.join(AD_NAMES)}, id; all but the title may be missing."
            " `-` reads standard input."
        ),
    ],
    as_json: Json = False,
) -> None:
    """Understand postings: role, tier, skills, pay, place, each with the words that say so."""
    from ctm_alerts.guide import make_guide
    from ctm_alerts.postings.classify import make_classifier
    from ctm_alerts.settings import load

    guide = make_guide(load().guide_tables)
    classifier = make_classifier(guide)
    lines, without = 0, {"title": 0, "description": 0}
    for number, line in enumerate(read_bytes(file).decode("utf-8", "replace").splitlines(), start=1):
        if not line.strip():
            continue
        row = json_object(line, file, number)
        lines += 1
        for name in without:
            without[name] += not row.get(name)
        verdict = classifier.classify(ad_of_row(row))
        if as_json:
            print(json.dumps({"id": row.get("id"), **verdict.as_json()}, ensure_ascii=False))
        else:
            print(_verdict_words(guide, row, verdict))
    for name, missing in without.items():
        if missing:
            print(
                f"{file}: {missing} of {lines} lines have no {name!r}; the names that are read are {', '.join(AD_NAMES)}",
                file=sys.stderr,
            )


def json_object(line: str, file: Path, number: int) -> dict[str, Any]:
    """The object on a line of a file; raises UsageError."""
    try:
        row = json.loads(line)
    except ValueError as error:
        raise UsageError(f"{file}, line {number}: no JSON ({error}); write one object a line") from None
    if not isinstance(row, dict):
        raise UsageError(f"{file}, line {number}: no JSON object; write one object a line")
    return row


def ad_of_row(row: dict[str, Any]) -> Ad:
    """The ad that a line of JSON spells by the names of `AD_NAMES`."""
    from ctm_alerts.feeds.clean import as_text
    from ctm_alerts.postings.posting import Ad

    def word(name: str) -> str | None:
        value = row.get(name)
        text = value if isinstance(value, str) else json.dumps(value)
        # half a character ("\\ud83d") can be neither searched for nor printed
        return None if value is None else text.encode("utf-8", "replace").decode()

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


def _verdict_words(guide: Guide, row: dict[str, Any], verdict: Verdict) -> str:
    from ctm_alerts.postings.telling import tell

    lines = [str(row.get("title", "")) + (f"  [{row['id']}]" if row.get("id") is not None else "")]
    return "\n".join(lines + [line for told in tell(guide, verdict) for line in told.lines()])
