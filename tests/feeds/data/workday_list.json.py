"""What workday_list.json says, without the site that it came from."""

from __future__ import annotations

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "workday",
    (
        Entry("R1042", None, "Clinical Trial Manager", None, "2 Locations", "", ""),
        Entry("R1043-1", None, "Study Manager", None, "Oslo", "", ""),
    ),
    ('entry 3: the path of "Trap" leads off the site',),
)
