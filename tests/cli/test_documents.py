"""What the documents say can be typed: every command has help, and every command shown exists with its options."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import typer

from ctm_alerts.cli import app
from tests.cli.house import Shell

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
#: commands of one word that are only spoken of: `check`, `prove`
SHOWN = re.compile(r"(?:^|`|\s|/)ctm-alerts ((?:[a-z]+)(?: [^`\n|#]*)?)", re.MULTILINE)
COMMAND: click.Command = typer.main.get_command(app)


def commands(
    command: click.Command = COMMAND, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command that does something, with the words that call it."""
    children = getattr(command, "commands", None)
    if children is None:
        yield path, command
        return
    for name, child in children.items():
        yield from commands(child, (*path, name))


KNOWN = dict(commands())


def options_of(command: click.Command) -> set[str]:
    return {o for p in command.params if p.param_type_name == "option" for o in (*p.opts, *p.secondary_opts)}


def shown() -> Iterator[tuple[str, str]]:
    for document in DOCUMENTS:
        for words in SHOWN.findall(document.read_text(encoding="utf-8")):
            yield document.name, words.strip().rstrip(".,;:)")


def problem(words: str) -> str:
    """What is wrong with a command line of a document; "" when nothing is."""
    typed = shlex.split(words)
    path = next((p for p in KNOWN if tuple(typed[: len(p)]) == p), None)
    if path is None:
        return "no such command"
    unknown = {w.partition("=")[0] for w in typed if w.startswith("--")} - options_of(KNOWN[path])
    return f"no such option: {sorted(unknown)}" if unknown else ""


def test_the_documents_show_commands_and_each_exists_with_its_options() -> None:
    lines = list(shown())
    assert len(lines) > 15
    assert {(where, words): p for where, words in lines if (p := problem(words))} == {}


def test_every_command_of_the_contract_is_there() -> None:
    contract = """
        parse; classify; round; run; prove; preview; explain; check; migrate; feeds add; feeds list; feeds preview;
        feeds pause; subscribers add; subscribers list; subscribers import; subscribers plan; subscribers pause;
        subscribers rhythm; outbox list; outbox release; outbox drop
    """
    assert {tuple(line.split()) for line in contract.split(";")} <= set(KNOWN)


def test_every_option_of_the_contract_is_there() -> None:
    contract = {
        ("parse",): {"--kind", "--json"},
        ("classify",): {"--json"},
        ("feeds", "add"): {"--kind", "--name", "--backfill"},
        ("subscribers", "import"): {"--confirmed", "--dry-run"},
        ("round",): {"--now"},
        ("run",): {"--only"},
        ("prove",): {"--json"},
        ("preview",): {"--at", "--format"},
        ("explain",): {"--json"},
    }
    assert [path for path, options in contract.items() if options - options_of(KNOWN[path])] == []


@pytest.mark.parametrize("path", KNOWN, ids=" ".join)
def test_every_command_and_every_option_says_what_it_does(path: tuple[str, ...]) -> None:
    command = KNOWN[path]
    assert (command.help or "").strip()
    silent = [p.name for p in command.params if not getattr(p, "help", None) and p.name != "help"]
    assert [name for name in silent if name != "limit"] == []


def test_help_is_printed_for_the_whole_and_for_a_group(shell: Shell) -> None:
    assert "Job alerts for Clinical Trial Managers" in shell.ok("--help").out
    assert "--dry-run" in shell.ok("subscribers", "import", "--help").out


def test_every_setting_of_the_operators_page_exists_and_the_other_way_round() -> None:
    from ctm_alerts.settings import ENVIRONMENT

    page = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    named = {n.removesuffix("_FILE") for n in re.findall(r"`CTM_ALERTS_([A-Z_]+)`", page)}
    assert named == set(ENVIRONMENT) - {"SAMPLES"}


def test_every_column_of_an_import_is_on_the_operators_page() -> None:
    from ctm_alerts.subscribers.importing import COLUMNS

    page = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    assert [c for c in COLUMNS if f"`{c}`" not in page] == []


def test_links_between_documents_lead_somewhere() -> None:
    dead = [
        (document.name, target)
        for document in DOCUMENTS
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text(encoding="utf-8"))
        if not (document.parent / target).exists()
    ]
    assert dead == []
