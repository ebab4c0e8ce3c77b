"""The laws: each is asked right after what could break it; none asks the product whether it did well."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ctm_alerts.digests.desk import STATES
from ctm_alerts.digests.proof import PERIOD_STATES
from ctm_alerts.flows.judge import prove
from tests.laws import rows
from tests.laws.model import Person, is_owed, may_be_shown
from tests.laws.sources import Opening
from tests.laws.wire import Copy

if TYPE_CHECKING:
    from tests.laws.world import Mail, World

#: of each plan here: small, so that postings are carried and capped
SIZE, PER_EMPLOYER = 3, 2
AGE_LIMIT = timedelta(days=21)
QUIET_HOURS = (*range(7), *range(21, 24))
HOUR = timedelta(hours=1)
LEAST_PAUSE = timedelta(hours=20)
DIGESTS = ("first", "regular", "catchup")


# ---- at the relay -------------------------------------------------------------------------------------------------


def taken(world: World, copy: Copy) -> None:
    """What a relay may take: the bytes that were written, for someone who may have them, as often as crashes explain."""
    mail = world.mails.get(copy.message_id)
    if mail is None:
        world.offences.append(f"{copy.message_id} was taken, and nobody wrote it")
        return
    person = world.people[mail.row.person]
    if copy.body != mail.row.body or copy.to != person.email:
        world.offences.append(f"{copy.message_id} has other bytes or another address than were written")
    if mail.row.purpose == "confirm":
        return
    if person.status != "active":
        world.offences.append(f"{copy.message_id} went to {person.email}, who is {person.status}")
    if mail.row.plan != person.plan_at(world.now):
        world.offences.append(f"{copy.message_id} is of the plan {mail.row.plan}, which holds no more")


def copies_are_explained(world: World) -> None:
    """One copy, and one more for each time that the receipt of one was lost; none where the relay can be asked."""
    for message_id, count in Counter(c.message_id for c in world.wire.copies).items():
        most = 1 if world.can_be_asked else 1 + world.wire.unheard[message_id]
        assert count <= most, f"{message_id} went {count} times, {most} are explained"


def ended(world: World, mail: Mail) -> None:
    """A period whose rows were given back has no mail with its reader."""
    taken_ids = {c.message_id for c in world.wire.copies}
    assert mail.row.message_id not in taken_ids, (
        f"{mail.row.message_id} was taken, and its rows were released"
    )


# ---- after a look at the feeds ------------------------------------------------------------------------------------


def looked(world: World, feeds: list[str]) -> None:
    """Every listed entry is seen, and a posting is closed only when the whole listing lacked it twice."""
    with world.read() as connection:
        postings, seen = rows.all_postings(connection), rows.all_sightings(connection)
    by_id = {(s.feed, s.source_id): s for s in seen}
    for opening in world.sources.openings.values():
        for feed in opening.feeds & set(feeds):
            sighting = by_id.get((feed, opening.source_id(feed)))
            assert sighting is not None, f"{opening} is listed by {feed} and was not stored"
            posting = postings[world.marks.heir(sighting.posting_id)]
            assert not posting.closed, f"{posting} is closed, and {feed} lists it"
            _says_what(opening, posting, world)
    for sighting in seen:
        if sighting.feed == "board":
            assert min(sighting.absences, 2) == world.absences[sighting.source_id], sighting
    _closed_ones_are_gone(postings, seen)


def _says_what(opening: Opening, posting: rows.PostingRow, world: World) -> None:
    if not world.marks.heirs and not world.has_split:
        assert posting.title == opening.title, f"{posting} stands for {opening}"


def _closed_ones_are_gone(postings: dict[int, rows.PostingRow], seen: list[rows.SightingRow]) -> None:
    carried = {s.posting_id for s in seen if s.absences < 2}
    for posting in postings.values():
        if posting.merged_into is None and posting.closed:
            assert posting.id not in carried, f"{posting} is closed, and a feed carries it"
        if posting.merged_into is None and not posting.closed:
            assert posting.id in carried, f"{posting} is open, and no feed carries it"


# ---- after a dispatch ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Before:
    """How things stood when a round of dispatch began."""

    postings: dict[int, rows.PostingRow]
    dues: list[rows.DueRow]
    owed: set[tuple[str, int]]

    @classmethod
    def read(cls, world: World) -> Before:
        with world.read() as connection:
            postings, dues = rows.all_postings(connection), rows.all_dues(connection)
        owed = {
            (person.id, posting.id)
            for person in world.people.values()
            for posting in postings.values()
            if is_owed(person, posting, world.marks)
        }
        free = [d for d in dues.values() if d.lease_until is None or d.lease_until <= world.now]
        return cls(postings, [d for d in free if d.ready_at <= world.now], owed)


def dispatched(world: World, before: Before, *, died: bool) -> None:
    """Every period that was due has one digest or a reason, and each digest holds what it must and nothing else."""
    with world.read() as connection:
        made = rows.digests_after(connection, max(world.digests, default=0))
        standings, dues = rows.all_standings(connection), rows.all_dues(connection)
    for digest in made:
        world.digests[digest.id] = digest
        if is_composed(digest):
            _shows_what_it_may(world, before, digest)
    _nothing_is_lost(world, before, made, standings)
    _learn(world, made, standings)
    if not died:
        _all_that_was_due_is_done(world, before, made, dues)
        _next_dues_are_right(world, dues)


def _shows_what_it_may(world: World, before: Before, digest: rows.DigestRow) -> None:
    person = world.people[digest.person]
    shown = [before.postings[i] for i in digest.told]
    mail = next((m for m in world.mails.values() if m.row.digest_id == digest.id), None)
    assert (mail is not None) == bool(shown), f"{digest} has a mail, or postings, but not both"
    for posting in shown:
        assert may_be_shown(person, posting, world.marks, digest.kind, world.now), (
            f"{posting} is not new to {person}, and {digest} shows it"
        )
    if mail is not None:
        assert mail.says == digest.count == len(shown), f"{digest}: the subject says {mail.says}"
        assert sorted(mail.titles) == sorted(p.title for p in shown), f"{digest} shows {mail.titles}"
        for posting in shown:
            world.marks.told[person.id, posting.id].add(mail.row.message_id)
            world.marks.waits.discard((person.id, posting.id))
    if digest.kind == "regular":
        _rhythm_is_kept(world, person, digest)


def _rhythm_is_kept(world: World, person: Person, digest: rows.DigestRow) -> None:
    """One edition for each local date; after a change of rhythm, zone or plan 20 hours between two at least."""
    if not digest.told:
        return
    zone = ZoneInfo(person.rhythm.timezone)
    date = _edition(digest.due_at, digest.composed_at, zone)
    for due, composed in person.regulars[-1:]:
        if person.has_changed:
            assert digest.composed_at - composed >= LEAST_PAUSE, f"{digest} is too near to that of {composed}"
        else:
            assert date > _edition(due, composed, zone), f"{digest} is the second one of {date}"
        if not person.has_changed and not person.is_daily(world.now):
            assert digest.composed_at - due >= timedelta(days=6), f"{digest} is the second one of a week"
    person.regulars.append((digest.due_at, digest.composed_at))
    person.has_changed = False


def _edition(due: datetime, composed: datetime, zone: ZoneInfo) -> object:
    """The local date whose edition it is: that of its hour, for late mail that of the day when it went."""
    return (composed if composed > due + HOUR else due).astimezone(zone).date()


def _nothing_is_lost(
    world: World,
    before: Before,
    made: list[rows.DigestRow],
    standings: dict[tuple[str, int], rows.StandingRow],
) -> None:
    """What was owed to someone whose period was composed is shown, or waits for a reason that a reader can check."""
    composed = {d.id: d for d in made if is_composed(d)}
    looked = {d.person for d in composed.values() if d.kind != "first"}
    for pair in before.owed:
        posting, standing = before.postings[pair[1]], standings.get(pair)
        if pair[0] not in looked or world.marks.told[pair]:
            continue
        assert standing is not None, f"{posting} is owed to {pair[0]} and has no row"
        digest = composed.get(standing.digest_id)
        assert digest is not None, f"{posting} is owed to {pair[0]} and was not judged anew: {standing}"
        assert _may_stand(world, before, digest, posting, standing), f"{standing} after {digest}: {posting}"


def _may_stand(
    world: World,
    before: Before,
    digest: rows.DigestRow,
    posting: rows.PostingRow,
    standing: rows.StandingRow,
) -> bool:
    employers = Counter(before.postings[i].company for i in digest.told)
    full, capped = len(digest.told) >= SIZE, employers[posting.company] >= PER_EMPLOYER
    if standing.state == "aged":
        return world.now - standing.since > AGE_LIMIT
    if digest.kind == "first":  # the best of what is open; the rest is not new later
        return standing.state == "below_bar" and (full or capped)
    return (standing.state == "carried" and full) or (standing.state == "capped" and capped)


def is_composed(digest: rows.DigestRow) -> bool:
    """Whether somebody looked for what is new: no note, and no period of a person who is not active."""
    return digest.kind in DIGESTS and not digest.reason.startswith("subscriber ")


def _learn(
    world: World, made: list[rows.DigestRow], standings: dict[tuple[str, int], rows.StandingRow]
) -> None:
    """What these digests left waiting, and what they judged."""
    ids = {d.id for d in made}
    for digest in made:
        if is_composed(digest):
            person = world.people[digest.person]
            person.last_window = digest.composed_at
            if digest.kind != "first":
                for search in person.searches:
                    search.is_fresh = False
            world.marks.waits -= {p for p in world.marks.waits if p[0] == person.id and p not in standings}
    for pair, row in standings.items():
        if row.digest_id in ids:
            world.marks.waits.discard(pair)
            if row.state in ("carried", "capped", "closed"):
                world.marks.waits.add(pair)
            else:
                world.marks.left[pair].add((row.judges, row.revision))


def _all_that_was_due_is_done(
    world: World, before: Before, made: list[rows.DigestRow], dues: dict[tuple[str, str], rows.DueRow]
) -> None:
    composed = {(d.person, d.kind, d.due_at) for d in world.digests.values()}
    del made
    for due in before.dues:
        now = dues.get((due.person, due.kind))
        if (due.person, due.kind, due.due_at) in composed:
            continue
        person = world.people[due.person]
        if now is None or now.due_at != due.due_at:  # its rhythm was set anew when a pause or a Plus ended
            assert person.has_changed, f"{due} was there and is gone"
            continue
        local = world.now.astimezone(ZoneInfo(person.rhythm.timezone))
        late = due.kind == "catchup" or world.now > due.due_at + HOUR
        assert late, f"{due} was not composed"
        assert local.hour in QUIET_HOURS, f"{due} was held back at {local}"


def _next_dues_are_right(world: World, dues: dict[tuple[str, str], rows.DueRow]) -> None:
    """Whoever is active has a next date, at their own hour, on their own weekday; nobody else has one."""
    for person in world.people.values():
        due = dues.get((person.id, "regular"))
        if person.status != "active":
            assert due is None, f"{person} is due"
            continue
        assert due is not None, f"{person} is never due"
        assert due.due_at - world.now <= timedelta(days=9), f"{due} is far away"
        zone = ZoneInfo(person.rhythm.timezone)
        local = due.due_at.astimezone(zone)
        if _is_wall_time(local, person.rhythm.minute, zone):
            assert local.hour * 60 + local.minute == person.rhythm.minute, f"{due} is not at {person.rhythm}"
        if not person.is_daily(world.now):  # a Plus that ends before then is set anew when it ends
            assert local.isoweekday() == person.rhythm.weekday, f"{due} is not on the weekday of {person}"


def _is_wall_time(local: datetime, minute: int, zone: ZoneInfo) -> bool:
    """Whether this minute is there on that day: summer time may skip it."""
    wall = local.replace(hour=minute // 60, minute=minute % 60, fold=0)
    again = wall.astimezone(ZoneInfo("UTC")).astimezone(zone)
    return (again.hour, again.minute) == (wall.hour, wall.minute)


# ---- after every step ---------------------------------------------------------------------------------------------


def always(world: World) -> None:
    """What holds after every step; nothing changed where nothing was stored."""
    if not world.is_touched:
        return
    world.is_touched = False
    assert world.offences == [], world.offences
    copies_are_explained(world)
    both_sums_hold(world)
    the_ledger_is_what_was_mailed(world)
    proof_agrees(world)


def both_sums_hold(world: World) -> None:
    """`due = queued + ... + withdrawn` and `matched = shown + ... + closed`, counted by SQL, for every period alone."""
    with world.read() as connection:
        periods = rows.periods(connection)
        unlogged, unaccounted = rows.log_differences(connection)
    assert unlogged == [], f"periods that never fell due: {unlogged}"
    assert unaccounted == [], f"periods that fell due and of which nothing became: {unaccounted}"
    for period in periods:
        assert period["status"] in PERIOD_STATES, period
        assert period["matched"] == sum(period[s] for s in STATES), period


def the_ledger_is_what_was_mailed(world: World) -> None:
    """Every `new` row belongs to a digest that counts, and every such digest has its rows."""
    with world.read() as connection:
        told, found = rows.told_rows(connection), rows.statuses(connection)
    of_digest = Counter(digest for _, _, digest in told)
    sent = {m.row.digest_id for m in world.mails.values() if _was_taken(world, m)}
    for digest in world.digests.values():
        status, mail = found[digest.id]
        lives = status not in ("failed", "withdrawn")
        assert of_digest[digest.id] == (digest.count if lives else 0), f"{digest} is {status}"
        if status == "sent" or mail == "sent":
            assert digest.id in sent, f"{digest} is said to be sent, and the relay never took it"


def _was_taken(world: World, mail: Mail) -> bool:
    return any(c.message_id == mail.row.message_id for c in world.wire.copies)


def proof_agrees(world: World) -> None:
    """`prove` finds nothing, but for what nobody has dispatched or delivered yet."""
    app = world.app
    proven = prove(app.proof, app.subscribers, app, world.now)
    late = set() if world.is_dispatched else {"overdue"}
    found = [f"{b.name}: {b.says}" for b in proven.breaches if b.name not in {"ambiguous", *late}]
    assert found == [], found
    assert proven.sums["periods"]["ok"], proven.sums
    assert proven.sums["postings"]["ok"], proven.sums
