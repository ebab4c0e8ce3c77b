"""Mail on its way out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ctm_alerts.cli.shared import (
    Json,
    now_at,
    open_app,
    outbox_app,
    plain,
    print_json,
    print_table,
)

if TYPE_CHECKING:
    pass


@outbox_app.command("list")
def outbox_list(
    status: Annotated[
        str | None, typer.Option(help="queued, claimed, dot, sent, failed, withdrawn or held.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1)] = 100,
    as_json: Json = False,
) -> None:
    """Mail by status, newest first."""
    with open_app() as a:
        rows = [
            {n: plain(getattr(r, n)) for n in r.__dataclass_fields__} for r in a.outbox.rows(status, limit)
        ]
        counts = a.outbox.counts()
    if as_json:
        print_json(rows)
        return
    print_table(
        ("id", "subscriber", "purpose", "status", "tries", "created", "says"),
        [
            (
                r["id"],
                r["subscriber_id"],
                r["purpose"],
                r["status"],
                str(r["attempts"]),
                r["created_at"][:16],
                r["reply"],
            )
            for r in rows
        ],
    )
    print(", ".join(f"{n} {s}" for s, n in counts.items()) or "the outbox is empty")


@outbox_app.command("release")
def outbox_release(mail: Annotated[str, typer.Argument(help="Id, as `outbox list` shows it.")]) -> None:
    """Send a held mail again, with the same Message-ID."""
    with open_app() as a:
        a.outbox.release(mail, now_at())
        print(f"mail {mail} is queued")


@outbox_app.command("drop")
def outbox_drop(mail: Annotated[str, typer.Argument(help="Id, as `outbox list` shows it.")]) -> None:
    """Give a mail up. A held one counts as told, since it may have arrived."""
    with open_app() as a:
        a.outbox.drop(mail, now_at())
        print(f"mail {mail} is dropped")
