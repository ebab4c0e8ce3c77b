"""One posting of a job board as an aggregator hands it on: {"data": {"source": "greenhouse", ...}}."""

from __future__ import annotations

from collections.abc import Mapping

from ctm_alerts.feeds.clean import as_html, as_text, one_line, web_link
from ctm_alerts.feeds.dates import read_date
from ctm_alerts.feeds.entries import Unreadable, amount, currency, entry_id, period, titled
from ctm_alerts.feeds.feed import Entry


def is_forwarded(document: object) -> bool:
    """Whether a JSON document has this shape."""
    data = document.get("data") if isinstance(document, Mapping) else None
    return isinstance(data, Mapping) and "source" in data and "title" in data


def read_forwarded(document: object) -> Entry:
    """The posting as our entry."""
    data = document.get("data") if isinstance(document, Mapping) else None
    if not isinstance(data, Mapping):
        raise Unreadable("not an object")
    more = data.get("enrichment")
    more = more if isinstance(more, Mapping) else {}
    title = titled(one_line(data.get("title")))
    company = one_line(data.get("company")) or None
    link = web_link(data.get("url"))
    low, high = amount(more.get("salary_min")), amount(more.get("salary_max"))
    return Entry(
        id=entry_id(data.get("external_id"), link, title, company),
        url=link,
        title=title,
        company=company,
        location=one_line(data.get("location")) or None,
        description=as_text(data.get("description")),
        description_html=as_html(data.get("description")),
        posted_at=read_date(data.get("posted_at")),
        employment_type=one_line(more.get("employment_type")) or None,
        remote=True if data.get("work_mode") == "remote" else None,
        salary_min=low,
        salary_max=high,
        salary_currency=currency(more.get("salary_currency")) if low or high else None,
        salary_period=period(more.get("salary_period")) if low or high else None,
    )
