"""What all commands share: the tree of commands, opening the app, reading times and files, printing."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ctm_alerts.errors import UsageError

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
postings_app = typer.Typer(help="One posting per real position.", no_args_is_help=True)
outbox_app = typer.Typer(help="Mail on its way out.", no_args_is_help=True)
app.add_typer(feeds_app, name="feeds")
app.add_typer(subscribers_app, name="subscribers")
app.add_typer(postings_app, name="postings")
app.add_typer(outbox_app, name="outbox")

Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Now = Annotated[
    str | None, typer.Option("--now", metavar="ISO", help="Pretend that it is this time (ISO 8601).")
]


def entry_json(entry: Any) -> dict[str, Any]:
    """An entry as plain values."""
    return {name: plain(getattr(entry, name)) for name in entry.__dataclass_fields__}


def plain(value: Any) -> Any:
    """A value that JSON can hold; times in ISO 8601, UTC."""
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value


@contextmanager
def open_app() -> Iterator[App]:
    """The app of this environment, with quiet logs; closed at the end."""
    from ctm_alerts.app import make_app
    from ctm_alerts.settings import load

    quiet_logs()
    made = make_app(load())
    try:
        yield made
    finally:
        made.close()


def quiet_logs() -> None:
    """Warnings and errors alone, on standard error: a command prints its own story."""
    import structlog

    # the usual one prints the variables of each frame, and with them keys and addresses
    printed = structlog.dev.ConsoleRenderer(
        colors=sys.stderr is not None and sys.stderr.isatty(),
        exception_formatter=structlog.dev.plain_traceback,
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.dev.set_exc_info,
            structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%S", utc=True),
            printed,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def now_at(text: str | None = None) -> datetime:
    """The time that was given, or the real one."""
    return time_of(text) or datetime.now(timezone.utc)


def time_of(text: str | None) -> datetime | None:
    """A time in ISO 8601, taken for UTC where it names no zone; raises UsageError."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is no time; write ISO 8601, 2026-11-25T08:00:00Z") from None
    return moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment.astimezone(timezone.utc)


def read_bytes(file: Path) -> bytes:
    """A file whole, or standard input for `-`; raises UsageError."""
    try:
        return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}; give the path of a file") from None


def is_web(text: str) -> bool:
    """Whether this is a web address."""
    return text.startswith(("http://", "https://"))


def file_url(path: str) -> str:
    """The file:// address of a path; raises UsageError when no file is there."""
    if not Path(path).is_file():
        raise UsageError(f"{path} is neither a URL nor a file; write https://... or the path of a file")
    return Path(path).resolve().as_uri()


def host_name(url: str) -> str:
    """A short name for a source."""
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    return (parts.hostname or Path(parts.path).stem).removeprefix("www.")


def tell(as_json: bool, value: Any, words: str) -> None:
    """One value as JSON, or in words."""
    if as_json:
        print_json(value)
    else:
        print(words)


def print_json(value: Any) -> None:
    """JSON for machines, indented for people who look."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def print_table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    """Rows under a head, as wide as they need."""
    from rich.console import Console
    from rich.table import Table

    table = Table(*head, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(cell.replace("[", r"\[") for cell in row))
    Console(width=None if sys.stdout.isatty() else 200).print(table)


def progress(items: list[Any], what: str) -> Iterable[Any]:
    """A bar on a terminal for long work; nothing where nobody watches."""
    if len(items) < 50 or not sys.stderr.isatty():
        return items
    from rich.console import Console
    from rich.progress import track

    return track(items, description=what, console=Console(stderr=True))
