"""Sign-up and the wishes of people: asked, confirmed, imported, changed, paused, gone.

Every change that moves the rhythm writes the next due row with it, in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from ctm_alerts.digests.calendar import NextDue, after_change
from ctm_alerts.digests.period import NewMail
from ctm_alerts.errors import UsageError
from ctm_alerts.settings import Plan
from ctm_alerts.subscribers.importing import ImportRow
from ctm_alerts.subscribers.subscriber import (
    Consent,
    NewSubscriber,
    PlanName,
    Profile,
    Rhythm,
    Subscriber,
    edit_mark,
    wishes_of,
)

#: confirmation mails to one address in a day, whoever asks (web security W9)
MOST_CONFIRMATIONS = 3


class People(Protocol):
    """What this flow needs of the subscribers."""

    def add(self, person: NewSubscriber, consent: Consent, now: datetime) -> Subscriber: ...
    def get(self, who: str) -> Subscriber: ...
    def find(self, who: str) -> Subscriber | None: ...
    def with_external_id(self, external_id: str) -> Subscriber | None: ...
    def profiles(self, ids: Iterable[str]) -> dict[str, list[Profile]]: ...
    def save_profile(
        self, profile: Profile, wishes: dict[str, Any], mark: datetime, now: datetime
    ) -> None: ...
    def suppression(self, email: str) -> str | None: ...
    def suppress(self, email: str, scope: str, reason: str, now: datetime) -> None: ...
    def unsuppress_stream(self, email: str) -> None: ...
    def change(
        self,
        subscriber_id: str,
        columns: dict[str, Any],
        *,
        set_dues: Iterable[NextDue] = ...,
        drop_dues: Iterable[Any] = ...,
        consent: Consent | None = ...,
        marks: datetime | None = ...,
    ) -> None: ...


class Box(Protocol):
    """What this flow needs of the outbox."""

    def add(self, mail: NewMail, now: datetime) -> None: ...
    def confirmations_since(self, to_address: str, since: datetime) -> int: ...


class Writer(Protocol):
    """Makes the bytes of a confirmation mail."""

    def confirm(self, person: Subscriber, now: datetime) -> NewMail: ...


@dataclass(frozen=True)
class Wording:
    """The consent as it is shown, and its version."""

    version: str
    text: str


@dataclass(frozen=True)
class Imported:
    """What became of one person of a file."""

    line: int
    who: str
    #: "added", "known", "suppressed" or "refused"
    outcome: Literal["added", "known", "suppressed", "refused"]
    says: str


class Signup:
    """The flow, with the parts that it needs."""

    def __init__(
        self, people: People, box: Box, writer: Writer, plans: Mapping[str, Plan], wording: Wording
    ) -> None:
        self._people, self._box, self._writer = people, box, writer
        self._plans, self._wording = plans, wording

    def ask(
        self, person: NewSubscriber, source: str, now: datetime, *, ip: str = "", user_agent: str = ""
    ) -> Subscriber:
        """A pending person and their confirmation mail; nothing else is ever sent to an address that did not confirm."""
        consent = Consent("asked", now, source, self._wording.version, self._wording.text, ip, user_agent)
        added = self._people.add(person, consent, now)
        self.resend_confirmation(added, now)
        return added

    def ask_again(
        self, person: Subscriber, source: str, now: datetime, *, ip: str = "", user_agent: str = ""
    ) -> None:
        """A pending person, or one who left and signs up anew: one more confirmation mail, within the day's limit."""
        consent = Consent("asked", now, source, self._wording.version, self._wording.text, ip, user_agent)
        self._people.change(person.id, {"status": "pending"}, consent=consent)
        self.resend_confirmation(person, now)

    def resend_confirmation(self, person: Subscriber, now: datetime) -> bool:
        """One more confirmation mail, three a day at most; False when that is reached."""
        if self._box.confirmations_since(person.email, now - timedelta(days=1)) >= MOST_CONFIRMATIONS:
            return False
        self._box.add(self._writer.confirm(person, now), now)
        return True

    def confirm(self, person: Subscriber, now: datetime, *, ip: str = "", user_agent: str = "") -> bool:
        """The person pressed the button: active, first digest due at once. False when they are not pending (any more)."""
        if person.status != "pending":
            return False
        consent = Consent(
            "confirmed", now, "confirmation page", self._wording.version, self._wording.text, ip, user_agent
        )
        self._people.unsuppress_stream(person.email)
        self._activate(person, now, consent)
        return True

    def start(self, person: Subscriber, now: datetime) -> None:
        """An imported person who is confirmed already: first digest due at once."""
        self._activate(person, now, None)

    def _activate(self, person: Subscriber, now: datetime, consent: Consent | None) -> None:
        plan = self._plans[person.plan_at(now)]
        regular = after_change(person.rhythm, plan.rhythm, now, None)
        columns = {"status": "active", "start_mark": now, "window_start": now, "plan_in_force": plan.name}
        dues = [NextDue("first", now, now), NextDue("regular", regular, regular)]
        # who comes back has profiles of old, and what was seen while they were gone is not new to them
        self._people.change(person.id, columns, set_dues=dues, consent=consent, marks=now)

    def unsubscribe(
        self, person: Subscriber, now: datetime, *, source: str, ip: str = "", user_agent: str = ""
    ) -> None:
        """Ends all mail of the list at once; safe to do twice."""
        self._people.suppress(person.email, "stream", "unsubscribed", now)
        if person.status == "gone":
            return
        consent = Consent("unsubscribed", now, source, self._wording.version, "", ip, user_agent)
        columns = {"status": "gone"}
        self._people.change(person.id, columns, drop_dues=["first", "regular", "catchup"], consent=consent)

    def resume_weekly(self, person: Subscriber, now: datetime, *, ip: str = "", user_agent: str = "") -> bool:
        """Offered after an unsubscribe: come back, at most weekly. False for who never left, or never confirmed."""
        if person.status != "gone" or person.start_mark is None:
            return False
        self._people.unsuppress_stream(person.email)
        slot = after_change(person.rhythm, "weekly", now, person.last_regular_at)
        consent = Consent(
            "resumed", now, "unsubscribe page", self._wording.version, self._wording.text, ip, user_agent
        )
        columns = {"status": "active", "weekly": True}
        self._people.change(person.id, columns, set_dues=[NextDue("regular", slot, slot)], consent=consent)
        return True

    def set_plan(self, person: Subscriber, plan: PlanName, until: datetime | None, now: datetime) -> None:
        """As the host states it. Upgrade: a catch-up at once, then daily. Downgrade: the next weekly slot."""
        before, columns = person.plan_at(now), {"plan": plan, "plan_until": until}
        after: PlanName = "free" if plan == "plus" and until is not None and until <= now else plan
        # a Plus that lapsed while no worker ran has its daily rhythm still
        settled = before == after and person.plan == before
        if person.status != "active" or settled:
            self._people.change(person.id, {**columns, "plan_in_force": after})
            return
        slot = after_change(person.rhythm, self._plans[after].rhythm, now, person.last_regular_at)
        dues = [NextDue("regular", slot, slot)]
        if after == "plus":
            dues.append(NextDue("catchup", now, now))
        drop = [] if after == "plus" else ["catchup"]
        self._people.change(person.id, {**columns, "plan_in_force": after}, set_dues=dues, drop_dues=drop)

    def set_rhythm(self, person: Subscriber, rhythm: Rhythm, now: datetime) -> None:
        """Another zone, hour or weekday: the next slot from now, never within 20 hours of the last regular digest."""
        columns = {
            "timezone": rhythm.timezone, "minute": rhythm.minute, "weekday": rhythm.weekday,
            "weekdays_only": rhythm.weekdays_only, "weekly": rhythm.weekly,
        }  # fmt: skip
        dues = []
        if person.status == "active":
            slot = after_change(rhythm, self._plans[person.plan_at(now)].rhythm, now, person.last_regular_at)
            dues = [NextDue("regular", slot, slot)]
        self._people.change(person.id, columns, set_dues=dues)

    def pause(self, person: Subscriber, until: datetime, now: datetime) -> None:
        """No mail until then; what is new meanwhile waits."""
        if person.status not in ("active", "paused"):
            raise UsageError(f"only an active subscriber can be paused; this one is {person.status}")
        if until <= now:
            raise UsageError(f"the end of the pause, {until.isoformat()}, is over already")
        columns = {"status": "paused", "paused_until": until}
        self._people.change(person.id, columns, drop_dues=["first", "regular", "catchup"])

    def save_wishes(
        self, person: Subscriber, profile: Profile, wishes: dict[str, Any], now: datetime
    ) -> None:
        """An edit of a profile; it reaches back 7 days, or to what no digest has looked at when that is longer ago."""
        if not wishes:
            raise UsageError("a profile must say something: a tier, a country, a skill, a workplace, a floor")
        self._people.save_profile(profile, wishes, edit_mark(profile, person.window_start, now), now)

    def adjust(self, person: Subscriber, changes: dict[str, Any], now: datetime) -> Profile | None:
        """One of the two one-tap corrections: every assumed profile takes the changes; None when there is none to change."""
        profiles = self._people.profiles([person.id])[person.id]
        for profile in profiles[:1]:
            self.save_wishes(person, profile, {**wishes_of(profile), **changes}, now)
        return profiles[0] if profiles else None

    def bring_in(self, row: ImportRow, *, confirmed: bool, dry_run: bool, now: datetime) -> Imported:
        """One person of a file. With `confirmed` their consent is carried over; else they are asked by mail."""
        person = row.person
        if person is None:
            return Imported(row.line, row.who, "refused", row.problem)
        if (
            confirmed
            and person.status in ("active", "paused")
            and not (row.consent_at and row.consent_source)
        ):
            says = "--confirmed needs consent_at and consent_source as proof; without proof import without --confirmed"
            return Imported(row.line, row.who, "refused", says)
        reason = self._people.suppression(person.email)
        if reason is not None:
            return Imported(row.line, row.who, "suppressed", reason)
        if self._is_known(person):
            return Imported(row.line, row.who, "known", "already there; nothing changed")
        if person.status == "gone":
            if not dry_run:
                self._people.suppress(person.email, "stream", "gone at the host site", now)
            return Imported(row.line, row.who, "suppressed", "gone at the host site")
        carried = confirmed and person.status == "active"
        if not dry_run:
            self._store(person, row, carried=carried, now=now)
        return Imported(
            row.line, row.who, "added", "active, first digest due" if carried else "asked to confirm"
        )

    def _is_known(self, person: NewSubscriber) -> bool:
        by_host = person.external_id and self._people.with_external_id(person.external_id)
        return bool(by_host or self._people.find(person.email))

    def _store(self, person: NewSubscriber, row: ImportRow, *, carried: bool, now: datetime) -> None:
        pending = NewSubscriber(**{**person.__dict__, "status": "pending"})
        if not carried:
            self.ask(pending, "import", now)
            return
        consent = Consent("imported", row.consent_at or now, row.consent_source, row.consent_text_version)
        self.start(self._people.add(pending, consent, now), now)
