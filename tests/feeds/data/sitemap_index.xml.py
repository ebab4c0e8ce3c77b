"""What sitemap_index.xml says."""

from __future__ import annotations

from ctm_alerts.feeds.feed import Parsed

PARSED = Parsed(
    "sitemap",
    (),
    skipped=(
        "sitemap https://careers.halden.example/de_DE/jobs-sitemap.xml: not read; add it as a feed of its own",
    ),
    complete=False,
)
