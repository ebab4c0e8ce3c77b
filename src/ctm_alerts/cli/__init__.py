"""The command line: every command with help, progress on long work, and `--json` for machines."""

from __future__ import annotations

import sys

from ctm_alerts.cli import (
    evaluate,
    feed_health,
    feed_lists,
    feed_preview,
    feeds,
    guide,
    judging,
    outbox,
    postings,
    reading,
    rounds,
    subscribers,
)
from ctm_alerts.cli.shared import app
from ctm_alerts.errors import CtmAlertsError


def main() -> None:
    """Run the command line; errors of ours are one line each, without a trace."""
    try:
        app()
    except CtmAlertsError as error:
        print(f"ctm-alerts: {error}", file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)


__all__ = [
    "app",
    "evaluate",
    "feed_health",
    "feed_lists",
    "feed_preview",
    "feeds",
    "guide",
    "judging",
    "main",
    "outbox",
    "postings",
    "reading",
    "rounds",
    "subscribers",
]
