"""How good the verdicts are on postings that somebody labelled by reading."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ctm_alerts.cli.reading import ad_of_row, json_object
from ctm_alerts.cli.shared import Json, app, print_json, print_table, progress, read_bytes
from ctm_alerts.errors import UsageError

if TYPE_CHECKING:
    from ctm_alerts.postings.evaluate import Found, Miss, Rate, Report, Score
    from ctm_alerts.postings.posting import Verdict


@dataclass(frozen=True)
class _Labelled:
    """A label, the posting that it is of, and our verdict."""

    gold: dict[str, Any]
    posting: dict[str, Any]
    verdict: Verdict


@app.command()
def evaluate(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="GOLD.jsonl...", help="Labels, one JSON object a line; several files count as one set."
        ),
    ],
    texts: Annotated[
        Path | None,
        typer.Option(
            help="The postings that the labels are of, by id. Without it: the label's own words, or postings.jsonl beside it."
        ),
    ] = None,
    field: Annotated[
        list[str] | None, typer.Option("--field", help="Tell of this field only; may be given again.")
    ] = None,
    errors: Annotated[int, typer.Option(min=0, help="Errors shown for each field.")] = 20,
    floor: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIELD=RATE", help="Exit 1 when a field is worse than this; may be given again."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Compare verdicts with labels made by reading: rates with counts and 95 % intervals, confusions, errors and why.

    A label names a posting (id) and what a reader found: role, tier, years_min, workplace, countries, employment, salary,
    skills, tools, certs, travel_max, employer_type; a field that it lacks is not counted, and `doubt` marks a close call.
    With --json all errors are told.
    The halves are by a hash of the employer's name: rules are tuned on one and run on the other.
    """
    floors = dict(_floor(word) for word in floor or [])
    rows = _classified([row for file in files for row in _labels(file, texts)])
    parts = _parts(rows)
    report = parts["all"]
    for name in (*floors, *(field or [])):
        _require(report, name)
    if as_json:
        misses = [
            {"id": rows[m.row].gold.get("id"), **m.as_json()}
            for m in report.misses
            if _is_told(m.name, field)
        ]
        others = {name: part.as_json() for name, part in parts.items() if part is not report}
        print_json({**report.as_json(), "parts": others, "errors": misses})
    else:
        _print_figures(parts, field)
        _print_confusions(report, field)
        _print_misses(report, rows, field, errors)
    below = [
        f"{n} is {_headline(report, n):.3f}" for n, least in floors.items() if _headline(report, n) < least
    ]
    if below:
        print(f"below the floor: {', '.join(below)}", file=sys.stderr)
        raise typer.Exit(1)


def _require(report: Report, name: str) -> None:
    known = [*(["ctm"] if "role" in report.scores else []), *report.scores]
    if name not in known:
        raise UsageError(
            f"no label has a field {name!r}; use one of {', '.join(known) or 'those that labels have'}"
        )


def _floor(word: str) -> tuple[str, float]:
    name, _, rate = word.partition("=")
    if not re.fullmatch(r"0?\.\d+|[01](?:\.0*)?", rate):
        raise UsageError(f"--floor {word!r}: write FIELD=RATE, from 0 to 1, as role=0.92")
    return name, float(rate)


def _labels(file: Path, texts: Path | None) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Each label with its posting: of the file of texts, else the label's own words, else of postings.jsonl beside it."""
    from ctm_alerts.postings.evaluate import FIELDS, complaints

    golds = _objects(file)
    if not golds:
        raise UsageError(f"{file}: no label in it; write one JSON object a line")
    for number, gold in golds:
        if wrong := complaints(gold):
            raise UsageError(f"{file}, line {number}: {'; '.join(wrong)}")
    if not any(name in gold for _, gold in golds for name in FIELDS):
        raise UsageError(f"{file}: no field to compare; use some of {', '.join(FIELDS)}")
    if texts is None and all("title" in gold for _, gold in golds):
        return [(gold, gold) for _, gold in golds]
    where = texts or file.with_name("postings.jsonl")
    if texts is None and not where.exists():
        raise UsageError(f"{file}: labels without a title; name the file of their postings with --texts")
    by_id = {row.get("id"): row for _, row in _objects(where) if row.get("id") is not None}
    pairs = []
    for number, gold in golds:
        posting = by_id.get(gold.get("id")) or (gold if "title" in gold else None)
        if posting is None:
            raise UsageError(f"{file}, line {number}: {gold.get('id')!r} is not in {where}")
        pairs.append((gold, posting))
    return pairs


def _objects(file: Path) -> list[tuple[int, dict[str, Any]]]:
    """The objects of a file with the numbers of their lines."""
    lines = read_bytes(file).decode("utf-8", "replace").splitlines()
    return [(n, json_object(line, file, n)) for n, line in enumerate(lines, 1) if line.strip()]


def _classified(pairs: list[tuple[dict[str, Any], dict[str, Any]]]) -> list[_Labelled]:
    from ctm_alerts.guide import make_guide
    from ctm_alerts.postings.classify import make_classifier
    from ctm_alerts.settings import load

    classifier = make_classifier(make_guide(load().guide_tables))
    return [
        _Labelled(gold, posting, classifier.classify(ad_of_row(posting)))
        for gold, posting in progress(pairs, "postings")
    ]


def _parts(rows: Sequence[_Labelled]) -> dict[str, Report]:
    """The same figures over all, over each half, and without and with a doubt of the reader's."""
    from ctm_alerts.postings.evaluate import evaluate as compare
    from ctm_alerts.postings.evaluate import half_of

    halves = [half_of(str(r.posting.get("company") or ""), str(r.gold.get("id"))) for r in rows]
    picked = {
        "all": list(rows),
        "tune half": [r for r, half in zip(rows, halves, strict=True) if half == "tune"],
        "held half": [r for r, half in zip(rows, halves, strict=True) if half == "held"],
        "no doubt": [r for r in rows if not r.gold.get("doubt")],
        "doubt": [r for r in rows if r.gold.get("doubt")],
    }
    return {name: compare([r.gold for r in part], [r.verdict for r in part]) for name, part in picked.items()}


def _is_told(name: str, field: list[str] | None) -> bool:
    return not field or name in field


def _print_figures(parts: dict[str, Report], field: list[str] | None) -> None:
    every = parts["all"]
    rows = [("postings", "", *(str(part.size) for part in parts.values()))]
    if _is_told("role", field) or _is_told("ctm", field):
        rows.append(("ctm precision", str(every.ctm.there), *(str(p.ctm.precision) for p in parts.values())))
        rows.append(("ctm recall", str(every.ctm.there), *(str(p.ctm.recall) for p in parts.values())))
    for name, score in every.scores.items():
        if _is_told(name, field):
            rows += _figures(score, [part.scores.get(name) for part in parts.values()])
    print_table(("field", "labels", *parts), rows)


def _figures(score: Score, parts: Sequence[Score | None]) -> list[tuple[str, ...]]:
    labels = f"{score.positives}{' (too few for a bar)' if score.is_thin else ''}"
    rows: list[tuple[str, ...]] = []
    if score.equal:
        rows.append((score.name, labels, *(_said(p.equal if p else None) for p in parts)))
    else:
        rows.append((f"{score.name} F1", labels, *(f"{p.headline:.3f}" if p else "" for p in parts)))
    if score.found:
        found = [p.found if p else None for p in parts]
        rows.append((f"{score.name} precision", "", *(_said(f.precision if f else None) for f in found)))
        rows.append((f"{score.name} recall", "", *(_said(f.recall if f else None) for f in found)))
    return rows


def _said(rate: Rate | None) -> str:
    return "" if rate is None else str(rate)


def _print_confusions(report: Report, field: list[str] | None) -> None:
    for name, score in report.scores.items():
        if score.confusion and _is_told(name, field):
            words = score.classes
            print(f"\n{name}: label down, verdict across")
            print_table(
                ("", *words, "precision", "recall"),
                [
                    (
                        w,
                        *(str(score.confusion.get(w, {}).get(got, "")) for got in words),
                        *_both(score.of_class(w)),
                    )
                    for w in words
                ],
            )


def _both(found: Found) -> tuple[str, ...]:
    return tuple(f"{rate.value:.3f}" if rate.of else "-" for rate in (found.precision, found.recall))


def _print_misses(report: Report, rows: Sequence[_Labelled], field: list[str] | None, at_most: int) -> None:
    for name in report.scores:
        misses = [m for m in report.misses if m.name == name and _is_told(name, field)]
        if misses and at_most:
            print(f"\n{name}: {len(misses)} not as labelled")
        for miss in misses[:at_most]:
            print("\n".join(_miss_lines(miss, rows[miss.row])))
        if len(misses) > at_most > 0:
            print(f"  and {len(misses) - at_most} more; --errors {len(misses)} shows all")


def _miss_lines(miss: Miss, row: _Labelled) -> list[str]:
    doubt = f" (the reader's doubt: {row.gold['doubt']})" if row.gold.get("doubt") else ""
    return [
        f"  {row.posting.get('title', '')}, {row.posting.get('company') or 'employer not named'} [{row.gold.get('id', '')}]",
        f"      label {json.dumps(miss.wanted)}, verdict {json.dumps(miss.got)}{doubt}",
        *([f"      {miss.reason}"] if miss.reason else []),
        *(f"      {e.value}: “{' '.join(e.quote.split())}” ({e.source})" for e in miss.evidence[:6]),
    ]


def _headline(report: Report, name: str) -> float:
    return (
        min(report.ctm.precision.value, report.ctm.recall.value)
        if name == "ctm"
        else report.scores[name].headline
    )
