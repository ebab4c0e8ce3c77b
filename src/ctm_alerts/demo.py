"""The demo: a week of shipped sample feeds through the whole road, offline, with a clock of its own.

Everything is the real thing, from the parser child to the outbox, but the sources: they answer from the samples.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ctm_alerts.app import App, country_of_zone, make_app
from ctm_alerts.digests.proof import sum_lines
from ctm_alerts.emails import palette
from ctm_alerts.flows.ingest import Ingest
from ctm_alerts.flows.judge import explain, prove
from ctm_alerts.matching.match import Match, match
from ctm_alerts.postings.record import Posting
from ctm_alerts.settings import data_dir, load
from ctm_alerts.subscribers.importing import default_wishes
from ctm_alerts.subscribers.subscriber import NewSubscriber, Rhythm, Subscriber
from ctm_alerts.testing import SampleSources, SampleWeek

KEYWORD = "clinical trial manager"
#: places in which a keyword alert set to Boston looks
_NEAR_BOSTON = (
    "boston",
    "cambridge, ma",
    "massachusetts",
    "worcester, ma",
    ", ma",
    "united states",
    "usa",
    "remote",
    "anywhere",
)
TICK = timedelta(minutes=30)
Say = Callable[[str], None]


@dataclass(frozen=True)
class Guest:
    """One subscriber of the demo."""

    name: str
    plan: str
    rhythm: Rhythm
    wishes: Mapping[str, Any] | None
    #: days and hours after the week began
    joins: timedelta = timedelta(hours=7)
    confirms: bool = True


_NEW_YORK, _BERLIN, _LONDON = "America/New_York", "Europe/Berlin", "Europe/London"
GUESTS = (
    Guest("Maya Boston", "plus", Rhythm(_NEW_YORK, 7 * 60), {"tiers": ["senior"], "countries": ["US"], "skills": ["T05", "T09", "T10"]}, timedelta(days=4, hours=15)),
    Guest("Nora Newton", "plus", Rhythm(_NEW_YORK, 7 * 60 + 30), {"tiers": ["mid", "senior"], "countries": ["US"], "areas": ["oncology"]}),
    Guest("Jonas Berlin", "free", Rhythm(_BERLIN, 8 * 60, weekday=5), None),
    Guest("Priya London", "plus", Rhythm(_LONDON, 6 * 60 + 45, weekdays_only=True), {"tiers": ["mid", "lead"], "countries": ["GB"], "skills": ["T10", "T15"]}),
    Guest("Claire Lyon", "plus", Rhythm("Europe/Paris", 8 * 60), {"countries": ["FR"], "workplace": ["hybrid"]}, timedelta(hours=6)),
    Guest("Theo Toronto", "free", Rhythm("America/Toronto", 9 * 60, weekday=1), {"countries": ["CA"]}),
    Guest("Sam Never", "free", Rhythm(_LONDON), None, confirms=False),
)  # fmt: skip


def play(out: Path, say: Say) -> dict[str, Any]:
    """Play the week into `out`: mails, page, and what came of it. What an earlier demo left there is replaced."""
    _clear(out)
    app, sources, week = _make(out)
    try:
        say(
            f"Reading {len(week.feeds)} sample feeds for a week, {week.first_day:%A %d %B %Y} to {week.last_day:%A %d %B}."
        )
        story = _Story(app, sources, week, say)
        story.run()
        page = _page(app, story, out)
        (out / "index.html").write_text(page, encoding="utf-8")
        result = story.result()
    finally:
        app.close()
    say("")
    for line in result["sums_as_words"]:
        say(line)
    say(f"Look at {out / 'index.html'}; the mails lie in {out / 'mails'}.")
    return result


def _clear(out: Path) -> None:
    for name in ("mails", "state"):
        shutil.rmtree(out / name, ignore_errors=True)
    (out / "index.html").unlink(missing_ok=True)
    (out / "mails").mkdir(parents=True)


def _make(out: Path) -> tuple[App, SampleSources, SampleWeek]:
    week = SampleWeek.read(data_dir("config") / "samples")
    settings = load(
        {
            "CTM_ALERTS_HOME": str(out / "state"),
            "CTM_ALERTS_MAIL_URL": f"folder:{out / 'mails'}",
            "CTM_ALERTS_PUBLIC_URL": "https://alerts.ctm-alerts.example",
            "CTM_ALERTS_SECRET_KEY": "the demo signs links that lead nowhere with this",
            "CTM_ALERTS_FROM": "CTM Alerts <alerts@ctm-alerts.example>",
            "CTM_ALERTS_POSTAL_ADDRESS": "1 Example Street, Boston, MA 02110, USA",
        }
    )
    sources = SampleSources(week)
    return make_app(settings, client=sources, pages=sources), sources, week


class _Story:
    """The week, tick by tick."""

    def __init__(self, app: App, sources: SampleSources, week: SampleWeek, say: Say) -> None:
        self.app, self.sources, self.week, self.say = app, sources, week, say
        self.people: dict[str, Guest] = {}
        self.mails: list[dict[str, Any]] = []

    def run(self) -> None:
        """Every half hour: whoever joins, then ingest, dispatch, deliver."""
        for feed in self.week.feeds:
            self.app.feeds.add(feed.url, feed.kind, feed.name, self.week.begin)
        now = self.week.begin + timedelta(hours=5)
        with self.app.ingest(jitter=lambda: 0.0) as ingest:
            while now < self.week.end:
                self._tick(now, ingest)
                now += TICK

    def _tick(self, now: datetime, ingest: Ingest) -> None:
        self.sources.now = now
        for result in sorted(ingest.round(now), key=lambda r: r.feed):
            if result.outcome == "error":
                self.say(f"{now:%a %d %b %H:%M} UTC  {result.feed}: {result.reason}; the other feeds went on")
        self._join(now)
        self.app.dispatch().round(now)
        self._say_dead(now)
        self._deliver(now)

    def _say_dead(self, now: datetime) -> None:
        """A posting that a feed lists still, and whose page says that it is gone."""
        for posting in self.app.postings.of_ids(self.app.links.closed_at(now)).values():
            if posting.closed.startswith("its page"):
                title = f"{posting.title} - {posting.company}"
                self.say(f"{now:%a %d %b %H:%M} UTC  not mailed: {title}; {posting.closed}")

    def _deliver(self, now: datetime) -> None:
        # several connections deliver at once; the story is told in the order of composing
        for delivered in sorted(self.app.deliver().round(lambda: now), key=lambda d: int(d.mail.id)):
            if delivered.outcome == "sent":
                self._note(delivered.mail.message_id, delivered.mail.subscriber_id, now)

    def _join(self, now: datetime) -> None:
        for guest in GUESTS:
            if guest.name in self.people or self.week.begin + guest.joins > now:
                continue
            person = self._ask(guest, now)
            self.people[guest.name] = guest
            self._deliver(now)  # the confirmation mail; the button is pressed in the same half hour
            if guest.confirms:
                self.app.signup().confirm(person, now)

    def _ask(self, guest: Guest, now: datetime) -> Subscriber:
        wishes = dict(guest.wishes or default_wishes(country_of_zone(guest.rhythm.timezone)))
        person = NewSubscriber(
            email=f"{guest.name.split()[0].lower()}@people.example",
            name=guest.name,
            status="pending",
            plan="plus" if guest.plan == "plus" else "free",
            rhythm=guest.rhythm,
            wishes=(wishes,),
            assumed=guest.wishes is None,
        )
        return self.app.signup().ask(person, "demo", now)

    def _note(self, message_id: str, subscriber_id: str, now: datetime) -> None:
        """Remember a mail that was delivered, and say who got what and why."""
        person = self.app.subscribers.get(subscriber_id)
        name = f"{message_id.strip('<>')}.eml"
        folder = Path(self.app.settings.mail_url.removeprefix("folder:"))
        pretty = f"{len(self.mails) + 1:02d}-{person.name.split()[0].lower()}"
        raw = (folder / name).read_bytes()
        (folder / name).rename(folder / f"{pretty}.eml")
        message = message_from_bytes(raw, policy=policy.default)
        assert isinstance(message, EmailMessage)
        html, text = message.get_body(("html",)), message.get_body(("plain",))
        assert html is not None
        assert text is not None
        (folder / f"{pretty}.html").write_text(html.get_content(), encoding="utf-8")
        (folder / f"{pretty}.txt").write_text(text.get_content(), encoding="utf-8")
        period = next(
            (p for p in reversed(self.app.digests.of_subscriber(subscriber_id)) if p["status"] == "sent"),
            None,
        )
        confirmation = "List-Id" not in message
        local = now.astimezone(ZoneInfo(person.rhythm.timezone))
        self.mails.append(
            {
                "to": person.email,
                "subscriber": subscriber_id,
                "name": person.name,
                "plan": person.plan_at(now).capitalize(),
                "timezone": person.rhythm.timezone,
                "local_time": f"{local:%a %d %b, %H:%M}",
                "at": now,
                "kind": "confirmation" if confirmation else period["kind"] if period else "",
                "subject": str(message["Subject"]),
                "count": 0 if confirmation or period is None else period["count"],
                "eml": f"mails/{pretty}.eml",
                "html": f"mails/{pretty}.html",
                "txt": f"mails/{pretty}.txt",
            }
        )
        self._say_mail(self.mails[-1])

    def _say_mail(self, mail: Mapping[str, Any]) -> None:
        self.say(
            f"{mail['at']:%a %d %b %H:%M} UTC  {mail['name']} ({mail['plan']}, {mail['local_time']} there): {mail['subject']}"
        )
        if mail["kind"] in ("confirmation", "quiet", "watch"):
            return
        told = self.app.digests.told([mail["subscriber"]]).get(mail["subscriber"], [])
        new = [t for t in told if t.kind == "new" and t.at == mail["at"]]
        postings = self.app.postings.of_ids(t.posting_id for t in new)
        for line in new:
            posting = postings[line.posting_id]
            verdict = posting.verdict
            tier = (
                ""
                if verdict.tier is None
                else f" {self.app.guide.tier(verdict.tier).name}: {verdict.tier_reason}."
            )
            self.say(f"    {posting.title} - {posting.company}: {verdict.reason}{tier}")

    def result(self) -> dict[str, Any]:
        """What the week came to, for machines."""
        proven = prove(self.app.proof, self.app.subscribers, self.app, self.week.end)
        mails = [{k: v for k, v in m.items() if k not in ("at", "subscriber")} for m in self.mails]
        return {"mails": mails, **proven.as_json(), "sums_as_words": sum_lines(proven.sums)}


# ---- the page -----------------------------------------------------------------------------------------------------


def _page(app: App, story: _Story, out: Path) -> str:
    first = next(m for m in story.mails if m["name"] == GUESTS[0].name and m["kind"] == "first")
    left, missed = _keyword_alert(app, first["at"])
    proven = prove(app.proof, app.subscribers, app, story.week.end)
    return app.templates.render(
        "demo/page.html",
        brand=app.brand,
        palette=palette(app.brand),
        left=left,
        missed=missed,
        digest_file=first["html"],
        thin=_thin(story),
        why_not=_why_not(app, story),
        mails=story.mails,
        sums=proven.sums,
        counts=_counts(app, story.week.end),
    )


def _keyword_alert(app: App, at: datetime) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What a keyword alert for Boston finds at that moment, judged as our profile judges it; and what it misses."""
    maya = app.subscribers.get("maya@people.example")
    profile = app.subscribers.profiles([maya.id])[maya.id][0]
    there = [
        p
        for p in app.postings.open_for(["ctm", "feeder", "next", "related", "other"], at)
        if p.first_seen_at <= at
    ]
    seen = [match(profile, p, app.guide, at) for p in there]
    hits = [m for m in seen if _keyword_in(m.posting) and _near_boston(m.posting)]
    left = [_left_row(m) for m in hits]
    missed = [_missed_row(m) for m in seen if m.fits and m.above_bar and m not in hits]
    return left, missed


def _keyword_in(posting: Posting) -> bool:
    return KEYWORD in f"{posting.title}\n{posting.description}".casefold()


def _near_boston(posting: Posting) -> bool:
    return any(word in (posting.location or "").casefold() for word in _NEAR_BOSTON)


def _left_row(found: Match) -> dict[str, Any]:
    posting = found.posting
    right = found.fits and found.above_bar
    where = "title" if KEYWORD in posting.title.casefold() else "text"
    failed = next((g.says for g in found.gates if not g.ok), "")
    return {
        "title": posting.title,
        "employer": posting.company or "Employer not named",
        "place": posting.location or "Place not stated",
        "why_matched": f"“{KEYWORD}” stands in its {where}",
        "verdict": "right" if right else "wrong",
        "note": posting.verdict.tier_reason if right else failed,
    }


def _missed_row(found: Match) -> dict[str, Any]:
    posting = found.posting
    return {
        "title": posting.title,
        "employer": posting.company or "Employer not named",
        "place": posting.location or "Place not stated",
        "note": posting.verdict.reason,
    }


def _thin(story: _Story) -> dict[str, Any]:
    """The watch note of a Plus subscriber whose week brought nothing."""
    mail = next(m for m in story.mails if m["kind"] == "watch")
    return {
        "when": f"{mail['local_time']} ({mail['timezone']})",
        "subscriber": f"{mail['name']}, {mail['plan']}",
        "html_file": mail["html"],
        "reason": "Nothing new fitted for seven days, so one note says what was checked, and what came nearest.",
    }


def _why_not(app: App, story: _Story) -> dict[str, Any]:
    """A look-alike that holds the very words, and why it was not sent to Maya."""
    maya = app.subscribers.get("maya@people.example")
    postings = app.postings.open_for(["other", "related", "feeder"], story.week.end)
    posting = min(
        (p for p in postings if _keyword_in(p)),
        key=lambda p: (KEYWORD not in p.title.casefold(), not _near_boston(p), p.id),
    )
    explanation = explain(app.desk(maya, story.week.end), posting)
    return {
        "title": posting.title,
        "employer": posting.company or "Employer not named",
        "gates": [{"gate": s.gate, "ok": s.ok, "says": s.says, "quote": s.quote} for s in explanation.steps],
    }


def _counts(app: App, at: datetime) -> dict[str, int]:
    roles = app.postings.count()
    total = sum(roles.values())
    others = app.postings.open_for(["feeder", "next", "related", "other"], at)
    return {
        "feeds": len(app.feeds.all()),
        "postings": total,
        "ctm": roles.get("ctm", 0),
        "look_alikes": sum(map(_keyword_in, others)),
        "duplicates": app.postings.sightings() - total,
    }
