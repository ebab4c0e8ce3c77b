"""The career guide's tables: hold them to their rules, read them, count what of the guide they carry."""

from __future__ import annotations

import csv
import io
import json
import textwrap
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ctm_alerts.cli.shared import Json, app, print_json, read_bytes
from ctm_alerts.errors import UsageError

if TYPE_CHECKING:
    from ctm_alerts.guide import Guide
    from ctm_alerts.guide.lint_words import Finding

guide_app = typer.Typer(help="The career guide as data: lint it, read it, count it.", no_args_is_help=True)
app.add_typer(guide_app, name="guide")

#: attributes of the guide that are for matching, too long to read
UNREADABLE = ("title_rules", "title_functions", "title_words", "tier_words", "employers", "places", "facts")


@guide_app.command("lint")
def guide_lint(
    folder: Annotated[
        Path | None, typer.Argument(help="The folder of the tables; without it, the one in use.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Let warnings count as errors.")] = False,
    as_json: Json = False,
) -> None:
    """Hold every table of config/guide to its schema and to the rules for words, guards, patterns and ids.

    Exit 1 when something is wrong: errors, and with --strict warnings too.
    """
    from ctm_alerts.guide.lint import lint

    folder = folder or _folder()
    tables, found = _read_tables(folder)
    unread = {f.file for f in found}
    # what cannot be read is not missing as well
    found += [f for f in lint(tables, _schema(folder), _plans(folder.parent)) if f.file not in unread]
    _tell(found, len(tables), as_json)
    if found and (strict or any(f.level == "error" for f in found)):
        raise typer.Exit(1)


@guide_app.command("show")
def guide_show(
    section: Annotated[
        str,
        typer.Argument(
            help="A section or a path in one: skills, tiers.senior, advice.A07.", metavar="SECTION"
        ),
    ] = "",
    as_json: Json = False,
) -> None:
    """Read the guide, each thing with the line of the guide that says so. Without a section, the names of all."""
    from ctm_alerts.guide import make_guide
    from ctm_alerts.guide.coverage import carrier_at
    from ctm_alerts.settings import load

    settings = load()
    guide = make_guide(settings.guide_tables)
    if not section:
        names = _sections(guide)
        print_json(names) if as_json else print("\n".join(names))
        return
    value = carrier_at(guide, {}, section).value
    if as_json:
        print_json(_plain(value))
    else:
        # a product with several lists of words is still one product
        print("\n".join(dict.fromkeys(_lines(value)) if section == "tools" else _lines(value)))


@guide_app.command("coverage")
def guide_coverage(
    tsv: Annotated[
        Path | None,
        typer.Argument(help="The list of the guide's things: id, line, thing, tab-separated, with a head."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Count what of the guide is carried and what is left out, with the reasons.

    With a list, exit 1 when one of its rows has no entry, or an entry has no row.
    """
    from ctm_alerts.guide.coverage import make_coverage
    from ctm_alerts.settings import load

    coverage = make_coverage(load().guide_tables["coverage"])
    listed = _rows(tsv) if tsv else None
    known = {*coverage.carried, *coverage.left_out}
    missing = sorted(set(listed) - known) if listed is not None else []
    extra = sorted(known - set(listed)) if listed is not None else []
    if as_json:
        counts = {"carried": len(coverage.carried), "left_out": dict(coverage.left_out)}
        print_json({**counts, "without_entry": missing, "without_row": extra})
    else:
        print(f"{len(coverage.carried)} things of the guide are carried, {len(coverage.left_out)} left out:")
        for row, why in coverage.left_out.items():
            print(f"  {row}  {listed[row] + ': ' if listed and row in listed else ''}{why}")
        for says, names in (("rows without an entry", missing), ("entries without a row", extra)):
            if names:
                print(f"{says}: {', '.join(names)}")
    if missing or extra:
        raise typer.Exit(1)


def _folder() -> Path:
    import os

    from ctm_alerts.settings import data_dir

    set_by_hand = os.environ.get("CTM_ALERTS_CONFIG")
    return (Path(set_by_hand) if set_by_hand else data_dir("config")) / "guide"


def _read_tables(folder: Path) -> tuple[dict[str, dict[str, Any]], list[Finding]]:
    """The tables that can be read, and a finding for each file that cannot; raises UsageError without any file."""
    from ctm_alerts.guide.lint_words import Finding

    files = sorted(folder.glob("*.toml"))
    if not files:
        raise UsageError(f"{folder} holds no tables; give the folder config/guide")
    tables: dict[str, dict[str, Any]] = {}
    found: list[Finding] = []
    for file in files:
        try:
            tables[file.stem] = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            remedy = "mend the line that is named; strings stand in quotes, lists in brackets"
            found.append(Finding(f"config/guide/{file.name}", "", "error", f"no TOML: {error}", remedy))
    return tables, found


def _plans(folder: Path) -> Mapping[str, object] | None:
    """config/plans.toml where it is at hand and can be read; `ctm-alerts check` is there for what is wrong with it."""
    try:
        return tomllib.loads((folder / "plans.toml").read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return None


def _schema(folder: Path) -> Mapping[str, Any]:
    from ctm_alerts.settings import data_dir

    own = folder / "guide.schema.json"
    shipped = data_dir("config") / "guide" / "guide.schema.json"
    file = own if own.is_file() else shipped
    try:
        schema: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UsageError(f"{file} is no JSON: {error}; put the shipped one back") from None
    if not isinstance(schema, dict) or "files" not in schema.get("$defs", {}):
        raise UsageError(f"{file} is no schema of the guide; put the shipped one back")
    return schema


def _tell(found: list[Finding], tables: int, as_json: bool) -> None:
    if as_json:
        print_json([asdict(f) for f in found])
        return
    for f in found:
        print(f"{f.level}: {f.file}: {f.key + ': ' if f.key else ''}{f.says}; {f.remedy}")
    errors = sum(f.level == "error" for f in found)
    print(f"{tables} tables, {errors} errors, {len(found) - errors} warnings")


def _sections(guide: Guide) -> list[str]:
    return [f.name for f in fields(guide) if not f.name.startswith("_") and f.name not in UNREADABLE]


def _lines(value: object, deep: int = 0) -> Iterator[str]:
    """A value in lines: its id and name with the guide's line, then its texts, then what stands in it."""
    if isinstance(value, list | tuple):
        for inner in value:
            yield from _lines(inner, deep)
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _wrapped(f"{name}: {inner}", deep)
    elif is_dataclass(value) and not isinstance(value, type):
        yield from _thing(value, deep)
    else:
        yield from _wrapped(f"- {value}", deep)


def _thing(value: Any, deep: int) -> Iterator[str]:
    shown = {f.name: getattr(value, f.name) for f in fields(value) if not f.name.startswith("_")}
    line = shown.pop("line", None)
    head = [str(shown.pop(name)) for name in ("id", "name", "title", "full_name") if shown.get(name)]
    texts = [str(shown.pop(name)) for name in ("text", "note") if shown.get(name)]
    source = f"  [line {line}]" if line else ""
    yield from _wrapped(("  ".join(head or texts[:1]) + source).strip(), deep)
    for text in texts if head else texts[1:]:
        yield from _wrapped(text, deep + 1)
    for name, inner in shown.items():
        # lists of words with their guards are the matter of the tables themselves
        if inner in (None, "", ()) or name in ("terms", "also") or name.endswith("_line"):
            continue
        if is_dataclass(inner) or (isinstance(inner, tuple) and is_dataclass(inner[0])):
            yield from _lines(inner, deep + 1)
        else:
            yield from _part(name.replace("_", " "), inner, deep + 1)


def _part(name: str, value: object, deep: int) -> Iterator[str]:
    if isinstance(value, tuple) and str(value[0]).endswith("."):
        yield from _wrapped(f"{name}:", deep)
        for sentence in value:
            yield from _wrapped(f"- {sentence}", deep + 1)
    else:
        said = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
        yield from _wrapped(f"{name}: {said}", deep)


def _wrapped(text: str, deep: int) -> list[str]:
    indent = "    " * deep
    return textwrap.wrap(text, 110, initial_indent=indent, subsequent_indent=indent + "  ") or [""]


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value) if not f.name.startswith("_")}
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    return [_plain(v) for v in value] if isinstance(value, list | tuple) else value


def _rows(tsv: Path) -> dict[str, str]:
    """The ids of a list and what each is; raises UsageError when it has no such columns."""
    rows = list(csv.DictReader(io.StringIO(read_bytes(tsv).decode("utf-8", "replace")), delimiter="\t"))
    if not rows or not {"id", "thing"} <= set(rows[0]):
        raise UsageError(f"{tsv}: the first line must name the columns id, line and thing, with tabs between")
    return {row["id"]: row["thing"] or "" for row in rows if row["id"]}
