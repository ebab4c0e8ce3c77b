"""What one period says: `Digest`, `Note` or `Nothing`, and what becomes of every posting that matched.

candidates  what is open, first seen after the profile's mark and not told yet (semantics, what is new)
choose      shown | carried | capped | below_bar | aged | closed: the parts that `matched` must add up to
compose     the frozen values that the mail and the ledger rows are made from
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Literal

from ctm_alerts.digests.cards import card_of, profile_words
from ctm_alerts.digests.desk import (
    FIRST_AGE,
    Composition,
    Desk,
    Outcome,
    Standing,
    State,
    Told,
)
from ctm_alerts.digests.digest import (
    Card,
    CardKind,
    Digest,
    Note,
    Nothing,
    Receipt,
    Section,
)
from ctm_alerts.matching.match import Match, match
from ctm_alerts.matching.rank import rank
from ctm_alerts.postings.identity import employer_words
from ctm_alerts.postings.record import Posting
from ctm_alerts.subscribers.subscriber import Profile, Subscriber

#: a candidate that waited this long is given up, and counted (semantics, ledger)
AGE_LIMIT = timedelta(days=21)
#: how many postings a first digest holds at most (semantics, first digest)
FIRST_SIZE = 10
#: a row that was committed a moment late may carry a time before the mark; what was weighed has a row of its own
LATE_COMMIT = timedelta(hours=1)
#: periods without news before a Free subscriber gets one quiet note
SILENT_PERIODS = 3
#: time without mail before a Plus subscriber gets a watch note
WATCH_AFTER = timedelta(days=7)
#: a posting that was shown is flagged when its closing date comes this near
CLOSING_WITHIN = timedelta(days=3)
#: how long we tell a subscriber what became of a posting that they were shown
FOLLOW_UP = timedelta(days=60)
#: cards of what changed, closes or closed, each
MOST_FOLLOW_UPS = 5
_NEAR_MISSES = 3


def compose(desk: Desk) -> Composition:
    """Everything about one period; pure, so a preview and a retry give the same."""
    matches = candidates(desk)
    gone = [(i, s) for i, s in desk.standings.items() if _waits(s) and not _is_open(desk, i)]
    matched = len(matches) + len(gone)
    chosen = choose(desk, matches)
    outcomes = tuple(chosen[m.posting.id] for m in matches) + tuple(
        Outcome(i, "closed", s.profile_revision, s.posting_revision, s.since) for i, s in gone
    )
    still = {o.posting_id for o in outcomes}
    forgotten = tuple(i for i, s in desk.standings.items() if _waits(s) and i not in still)
    shown = [m for m in matches if chosen[m.posting.id].state == "shown"]
    base = Composition(Nothing("no new postings"), desk.window_start, matched, outcomes, forgotten)
    if not shown:
        return replace(base, mail=_note_or_nothing(desk, base))
    follow_ups = _follow_ups(desk)
    return replace(
        base,
        mail=_digest(desk, base, shown, matches, follow_ups),
        follow_ups=tuple((c.posting_id, c.kind, r) for c, r in follow_ups),
        revisions={m.posting.id: m.posting.revision for m in shown}
        | {p.id: p.revision for c, _ in follow_ups if (p := desk.posting(c.posting_id))},
    )


# ---- candidates ---------------------------------------------------------------------------------------------------


def candidates(desk: Desk, only: Callable[[Posting], bool] = lambda _: True) -> list[Match]:
    """What matched and is new to them, best first, once per posting; `only` leaves out what need not be weighed."""
    told = {t.posting_id for t in desk.told if t.kind == "new"}
    found = []
    for profile in desk.profiles:
        for posting in desk.index.may_fit(profile):
            if posting.id in told or not only(posting) or not _is_candidate(desk, profile, posting):
                continue
            seen = match(profile, posting, desk.guide, desk.now)
            if seen.fits:
                found.append(seen)
    return rank(found)


def _is_candidate(desk: Desk, profile: Profile, posting: Posting) -> bool:
    if not desk.is_open(posting):
        return False
    if desk.due.kind == "first":
        return desk.now - (posting.posted_at or posting.first_seen_at) <= FIRST_AGE
    standing = desk.standings.get(posting.id)
    if standing is not None and standing.state in ("carried", "capped", "closed"):
        return True
    origin, first_seen_at = posting.news_for(profile.countries)
    is_new = origin == "new" and first_seen_at > profile.mark - LATE_COMMIT
    return is_new and (standing is None or not _judged(standing, profile, posting))


def _judged(standing: Standing, profile: Profile, posting: Posting) -> bool:
    """Whether this profile, as it stands, has judged this posting, as it stands."""
    judges = standing.profile_revision.split()
    return _revision(profile) in judges and standing.posting_revision == posting.revision


def _revision(profile: Profile) -> str:
    return f"{profile.id}:{profile.revision}"


def _waits(standing: Standing) -> bool:
    return standing.state in ("carried", "capped")


def _is_open(desk: Desk, posting_id: str) -> bool:
    posting = desk.posting(posting_id)
    return posting is not None and desk.is_open(posting)


# ---- choice -------------------------------------------------------------------------------------------------------


def choose(desk: Desk, matches: Sequence[Match]) -> dict[str, Outcome]:
    """What becomes of each match, by posting: the size of the plan and the cap per employer, in the order of the rank."""
    first = desk.due.kind == "first"
    size = min(desk.plan.size, FIRST_SIZE) if first else desk.plan.size
    room, employers = size, Counter[str]()
    outcomes: dict[str, Outcome] = {}
    for seen in matches:
        employer = employer_words(seen.posting.company) or f"unnamed {seen.posting.id}"
        state = _state(desk, seen, room, employers[employer])
        if state == "shown":
            room -= 1
            employers[employer] += 1
        elif first and state in ("carried", "capped"):
            state = "below_bar"  # the first digest is the best of what is open; the rest is not new later
        standing = desk.standings.get(seen.posting.id)
        since = standing.since if standing else desk.now
        revision = " ".join(map(_revision, desk.profiles))
        outcomes[seen.posting.id] = Outcome(seen.posting.id, state, revision, seen.posting.revision, since)
    return outcomes


def _state(desk: Desk, seen: Match, room: int, of_employer: int) -> State:
    standing = desk.standings.get(seen.posting.id)
    if not seen.above_bar:
        return "below_bar"
    if standing is not None and desk.now - standing.since > AGE_LIMIT:
        return "aged"
    if of_employer >= desk.plan.per_employer:
        return "capped"
    return "shown" if room > 0 else "carried"


# ---- the mail -----------------------------------------------------------------------------------------------------


def _digest(
    desk: Desk,
    base: Composition,
    shown: Sequence[Match],
    matches: Sequence[Match],
    follow_ups: Sequence[tuple[Card, int]],
) -> Digest:
    subscriber, first = desk.subscriber, desk.due.kind == "first"
    return Digest(
        subscriber_id=subscriber.id,
        kind=desk.due.kind,
        due_at=desk.due.due_at,
        to_address=subscriber.email,
        to_name=subscriber.name,
        plan=desk.plan.name,
        timezone=subscriber.rhythm.timezone,
        profile_words="; ".join(profile_words(p, desk.guide) for p in desk.profiles),
        assumed=all(p.assumed for p in desk.profiles),
        sections=tuple(_sections(desk, shown, follow_ups)),
        receipt=_receipt(desk, base),
        footnotes=tuple(_footnotes(base, matches, first=first)),
        sponsor=desk.sponsor if desk.plan.sponsors else None,
        why=_why(subscriber),
    )


def _sections(
    desk: Desk, shown: Sequence[Match], follow_ups: Sequence[tuple[Card, int]]
) -> Iterable[Section]:
    near = tuple(_card(desk, m, "new") for m in shown if m.tier_distance == 0)
    beside = tuple(_card(desk, m, "new") for m in shown if m.tier_distance > 0)
    if near and desk.due.kind == "first":
        yield Section(
            "open_now", "Open now", "The best of what is open today; from now on you get what is new.", near
        )
    elif near:
        yield Section("new", "New for you", "", near)
    if beside:
        yield Section("stretch", "Beside your tier", "One tier away from the one you look for.", beside)
    headings = {
        "changed": ("Changed", "Shown to you before; pay, place, workplace or closing date is new."),
        "closing": ("Closing soon", "Shown to you before; the closing date is near."),
        "closed": ("Closed since", "Shown to you before; no longer open."),
    }
    for kind, (heading, note) in headings.items():
        cards = tuple(c for c, _ in follow_ups if c.kind == kind)
        if cards:
            yield Section(kind, heading, note, cards)


def _card(desk: Desk, seen: Match, kind: CardKind) -> Card:
    """A card with the link that its pages leave it."""
    card, posting_id = card_of(seen, kind, desk.guide, desk.now), seen.posting.id
    if kind != "closed" and posting_id in desk.links.walls and not card.flag:
        card = replace(card, flag="its page asks for a login")
    return replace(card, url=desk.links.moved.get((posting_id, card.url), card.url))


def _footnotes(base: Composition, matches: Sequence[Match], *, first: bool) -> Iterable[str]:
    state = {o.posting_id: o.state for o in base.outcomes}
    capped = Counter(m.posting.company or "one employer" for m in matches if state[m.posting.id] == "capped")
    for employer, count in sorted(capped.items()):
        yield f"+{count} more at {employer}: shown next time."
    if base.sums["carried"]:
        yield f"{base.sums['carried']} more matched; shown in your next digest."
    if first and base.sums["below_bar"]:
        yield f"{base.sums['below_bar']} more open postings fit less well and were left out."


def _receipt(desk: Desk, base: Composition) -> Receipt:
    return Receipt(
        window_start=desk.window_start,
        window_end=desk.now,
        feeds_healthy=desk.feeds_healthy,
        feeds_total=desk.feeds_total,
        postings_read=desk.postings_read,
        ctm_postings=desk.ctm_postings,
        matched=base.matched,
        **base.sums,
    )


def _follow_ups(desk: Desk) -> list[tuple[Card, int]]:
    """Cards of what became of postings that they were shown, each with its ledger revision; each told once."""
    shown = [t for t in desk.told if t.kind == "new" and desk.now - t.at <= FOLLOW_UP]
    done = {(t.posting_id, t.kind, t.revision) for t in desk.told}
    cards: list[tuple[Card, int]] = []
    counted: Counter[str] = Counter()
    for line in shown:
        posting = desk.posting(line.posting_id)
        news = None if posting is None else _news(desk, line, posting)
        if (
            posting is None
            or news is None
            or (posting.id, *news) in done
            or counted[news[0]] >= MOST_FOLLOW_UPS
        ):
            continue
        counted[news[0]] += 1
        seen = rank(match(p, posting, desk.guide, desk.now) for p in desk.profiles)[0]
        cards.append((_card(desk, seen, news[0]), news[1]))
    return cards


def _news(desk: Desk, line: Told, posting: Posting) -> tuple[CardKind, int] | None:
    if not desk.is_open(posting):
        return "closed", 0
    last_told = max(t.seen_revision for t in desk.told if t.posting_id == line.posting_id)
    if posting.revision > last_told:
        return "changed", posting.revision
    if posting.expires_at is not None and posting.expires_at - desk.now <= CLOSING_WITHIN:
        return "closing", 0
    return None


# ---- nothing new --------------------------------------------------------------------------------------------------


def _note_or_nothing(desk: Desk, base: Composition) -> Note | Nothing:
    """Free: one note after three silent periods. Plus: one note when no mail went for seven days."""
    subscriber = desk.subscriber
    if desk.due.kind != "regular":
        return Nothing("nothing open matches" if desk.due.kind == "first" else "no new postings")
    if desk.plan.name == "free" and subscriber.silent_periods + 1 == SILENT_PERIODS:
        return _note(desk, base, "quiet")
    if desk.plan.name == "plus" and desk.now - desk.silent_since >= WATCH_AFTER:
        return _note(desk, base, "watch")
    return Nothing("no new postings")


def _note(desk: Desk, base: Composition, kind: Literal["quiet", "watch"]) -> Note:
    misses = near_misses(desk)
    return Note(
        subscriber_id=desk.subscriber.id,
        kind=kind,
        due_at=desk.due.due_at,
        to_address=desk.subscriber.email,
        to_name=desk.subscriber.name,
        plan=desk.plan.name,
        timezone=desk.subscriber.rhythm.timezone,
        profile_words="; ".join(profile_words(p, desk.guide) for p in desk.profiles),
        receipt=replace(
            _receipt(desk, base),
            window_start=desk.silent_since,
            postings_read=desk.read_since_mail,
            ctm_postings=desk.ctm_since_mail,
        ),
        near_misses=tuple(
            (m.posting.title, m.posting.company or "Employer not named", says)
            for m, says in misses[:_NEAR_MISSES]
        ),
        suggestion=_suggestion(misses),
        why=_why(desk.subscriber),
    )


def near_misses(desk: Desk) -> list[tuple[Match, str]]:
    """Open postings of the CTM family that just one gate kept out, best first, with that gate's sentence."""
    misses: dict[str, Match] = {}
    told = {t.posting_id for t in desk.told}
    recent = [
        p
        for p in desk.index.postings
        if desk.now - p.first_seen_at <= AGE_LIMIT and p.id not in told and desk.is_open(p)
    ]
    for profile in desk.profiles:
        for posting in recent:
            seen = match(profile, posting, desk.guide, desk.now)
            if sum(not g.ok for g in seen.gates) == 1 and seen.gates[0].ok:
                misses.setdefault(posting.id, seen)
    ranked = sorted(misses.values(), key=lambda m: (-m.score, m.posting.id))
    return [(m, next(g.says for g in m.gates if not g.ok)) for m in ranked]


def _suggestion(misses: Sequence[tuple[Match, str]]) -> str:
    gates = Counter(next(g.name for g in m.gates if not g.ok) for m, _ in misses)
    if not gates:
        return ""
    name, count = min(gates.items(), key=lambda item: (-item[1], item[0]))
    postings = "1 posting" if count == 1 else f"{count} postings"
    return f"Your wish for {name} alone kept out {postings} of the last three weeks; a wider one would show more."


def _why(subscriber: Subscriber) -> str:
    """Why they get this mail at all (sender check 60)."""
    return f"You receive this because {subscriber.consent_words}."
