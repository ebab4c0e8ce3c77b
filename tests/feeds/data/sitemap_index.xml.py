"""What sitemap_index.xml says."""

from __future__ import annotations

from ctm_alerts.feeds.feed import Parsed

PARSED = Parsed(
    "sitemap",
    (),
    complete=False,
)
