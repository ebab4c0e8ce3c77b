"""Proof, preview and explanation."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from ctm_alerts.cli.shared import (
    Json,
    Now,
    app,
    now_at,
    open_app,
    print_json,
    time_of,
)
from ctm_alerts.errors import UsageError

if TYPE_CHECKING:
    pass


@app.command()
def prove(
    now: Now = None,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="ISO", help="Count what was due since then; what is stuck is told whenever it began."
        ),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every breach, not the first 20 of a kind.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Count both sums of the promise from the stored rows, and name every breach. Exit 1 when one is found.

    Each breach says what, whose, since when and what to do, the kind that began first on top. With --json all are listed.
    """
    from ctm_alerts.digests.proof import breach_lines, sum_lines, verdict
    from ctm_alerts.flows.judge import prove as prove_sums

    with open_app() as a:
        proven = prove_sums(a.proof, a.subscribers, a, now_at(now), time_of(since))
    if as_json:
        print_json(proven.as_json())
    else:
        lines = breach_lines(proven.breaches, None if everything else 20)
        waiting = sum(row.is_open for row in proven.logged)
        wait = [f"{waiting} more fell due and wait still"] if waiting else []
        print("\n".join([verdict(proven.sums, proven.breaches), *sum_lines(proven.sums), *wait, *lines]))
    if not proven.ok:
        raise typer.Exit(1)


@app.command()
def preview(
    subscriber: Annotated[str, typer.Argument(help="Id, external id or address.")],
    at: Annotated[str | None, typer.Option(metavar="ISO", help="As of this moment.")] = None,
    form: Annotated[str, typer.Option("--format", help="text, html or eml.")] = "text",
) -> None:
    """What this subscriber would be sent at a moment. Nothing is stored; the links do nothing."""
    from ctm_alerts.digests.compose import compose
    from ctm_alerts.digests.digest import Digest, Nothing

    if form not in ("text", "html", "eml"):
        raise UsageError(f"--format {form!r} is none of text, html, eml")
    with open_app() as a:
        person, now = a.subscribers.get(subscriber), now_at(at)
        waits = any(d.kind == "first" for d in a.digests.next_dues().get(person.id, []))
        mail = compose(a.desk(person, now, "first" if waits or person.start_mark is None else "regular")).mail
        if isinstance(mail, Nothing):
            print(f"no mail: {mail.reason}", file=sys.stderr)
            return
        writer = a.writer(placeholder=True)
        if form == "eml":
            packed = writer.digest(mail) if isinstance(mail, Digest) else writer.note(mail)
            sys.stdout.buffer.write(packed[1].body)
            return
        message = writer.message(mail)
        print(message.html if form == "html" else f"Subject: {message.subject}\n\n{message.text}")


@app.command()
def explain(
    subscriber: Annotated[str, typer.Argument(help="Id, external id or address.")],
    posting: Annotated[str, typer.Argument(help="Id or URL.")],
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Why a posting was, will be or will not be sent to a subscriber: every gate with its verdict."""
    from ctm_alerts.flows.judge import explain as explain_gates
    from ctm_alerts.postings.telling import tell

    with open_app() as a:
        explanation = explain_gates(
            a.desk(a.subscribers.get(subscriber), now_at(now)), a.postings.get(posting)
        )
        facts = tell(a.guide, explanation.posting.verdict)
    if as_json:
        print_json({**explanation.as_json(), "understood": explanation.posting.verdict.as_json()})
        return
    print(
        f"{explanation.posting.title} - {explanation.posting.company or 'Employer not named'}: {explanation.verdict}"
    )
    for step in explanation.steps:
        quote = f"  “{' '.join(step.quote.split())}”" if step.quote else ""
        print(f"  {'yes' if step.ok else 'NO ':3} {step.gate}: {step.says}{quote}")
    print(
        f"  rank {explanation.score:.1f} = "
        + " + ".join(f"{name} {value:.1f}" for name, value in explanation.parts)
    )
    print("  how the posting is understood, with its own words:")
    for fact in facts:
        print("\n".join(fact.lines()))
