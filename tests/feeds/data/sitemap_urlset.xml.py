"""What sitemap_urlset.xml says."""

from __future__ import annotations

from ctm_alerts.feeds.feed import Entry, Parsed

PARSED = Parsed(
    "sitemap",
    (
        Entry(
            id="https://careers.halden.example/en/jobs/R10233/clinical-trial-manager-oncology",
            url="https://careers.halden.example/en/jobs/R10233/clinical-trial-manager-oncology",
            title="Clinical Trial Manager Oncology",
            company=None,
            location=None,
            description="",
            description_html="",
        ),
        Entry(
            id="https://careers.halden.example/en/careers/JobDetail/Sr-CTM-REMOTE/41001",
            url="https://careers.halden.example/en/careers/JobDetail/Sr-CTM-REMOTE/41001",
            title="Sr CTM REMOTE",
            company=None,
            location=None,
            description="",
            description_html="",
        ),
        Entry(
            id="https://careers.halden.example/jobs/j/halden-8100001/",
            url="https://careers.halden.example/jobs/j/halden-8100001/",
            title="Halden",
            company=None,
            location=None,
            description="",
            description_html="",
        ),
        Entry(
            id="https://careers.halden.example/stellenangebote/studienmanager-klinische-pr%C3%BCfungen.html",
            url="https://careers.halden.example/stellenangebote/studienmanager-klinische-pr%C3%BCfungen.html",
            title="Studienmanager Klinische Prüfungen",
            company=None,
            location=None,
            description="",
            description_html="",
        ),
    ),
)
