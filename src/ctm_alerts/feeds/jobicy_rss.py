"""Jobicy's RSS: a WP Job Manager feed with the listing's number in <id>, everything in it remote."""

from __future__ import annotations

import re
from dataclasses import replace

from ctm_alerts.feeds.clean import one_line
from ctm_alerts.feeds.entries import read_each
from ctm_alerts.feeds.feed import Entry, Parsed
from ctm_alerts.feeds.items import Item, read_items
from ctm_alerts.feeds.shapes import is_host
from ctm_alerts.feeds.wp_job_manager import detects as is_wp_job_manager
from ctm_alerts.feeds.wp_job_manager import read_listing


def detects(said: object, url: str | None) -> bool:
    """A WP Job Manager feed whose namespace, or whose address, is Jobicy's."""
    if not is_wp_job_manager(said, url):
        return False
    return is_host(url, "jobicy.com") or 'xmlns:job_listing="https://jobicy.com' in str(said)


def parse(body: bytes, url: str | None = None) -> Parsed:
    """The listings; the ids are those of the JSON API."""
    channel = read_items(body, url)
    entries, skipped = read_each(channel.items, _entry)
    return Parsed("jobicy_rss", entries, skipped, channel.title or "Jobicy")


def _entry(item: Item) -> Entry:
    entry = read_listing(item)
    return replace(entry, id=_number(item) or entry.id, remote=True)


def _number(item: Item) -> str | None:
    """From <id>, or from the guid (`?post_type=job_listing&p=90001`), which has the same."""
    given = item.first("id", "postid", "jobid") or ""
    found = re.fullmatch(r"\d{1,20}", given) or re.search(r"(?<=[?&]p=)\d{1,20}$", one_line(item.guid))
    return found[0] if found else None
