"""A match as a card: every line honest, and every reason with the posting's own words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from ctm_alerts.digests.digest import Card, CardKind, Reason
from ctm_alerts.guide import Guide
from ctm_alerts.matching.match import Match, country_name
from ctm_alerts.postings.posting import TIERS
from ctm_alerts.postings.record import Place, Posting
from ctm_alerts.postings.words import pay_words, workplace_label
from ctm_alerts.subscribers.subscriber import Profile

#: a quote longer than this is cut at a word
QUOTE_ROOM = 140
_MOST_SKILL_REASONS = 3
_NAMED_PLACES = 2


def card_of(match: Match, kind: CardKind, guide: Guide, now: datetime) -> Card:
    """One posting as one subscriber sees it."""
    posting, verdict = match.posting, match.posting.verdict
    wanted = [s for s in verdict.skills if s in match.profile.skills]
    other = [s for s in verdict.skills if s not in match.profile.skills]
    reasons, room = _within(_reasons(match, guide), posting.quote_limit)
    where = _shorten(_first(verdict.quotes("workplace")))
    shown = posting.place_for(match.profile.countries)
    return Card(
        posting_id=posting.id,
        kind=kind,
        title=posting.title,
        employer=posting.company or "Employer not named",
        place=(shown.words if shown else posting.location) or "Place not stated",
        workplace=workplace_label(verdict.workplace),
        workplace_quote=where if len(where) <= room or where in [r.quote for r in reasons] else "",
        tier=_tier_words(posting, guide),
        tier_why=verdict.tier_reason,
        tier_note=_tier_note(match, guide),
        pay=pay_words(verdict.salary),
        pay_note=_pay_note(posting, shown, guide),
        employment=_employment_words(verdict.employment),
        reasons=reasons,
        skills_matched=tuple(guide.skill(s).name for s in wanted),
        skills_other=tuple(guide.skill(s).name for s in other),
        freshness=_freshness(posting, now),
        sources=posting.sources,
        url=(shown and shown.url) or posting.url,
        also_in=_also_in(posting, shown),
        flag=_flag(posting, kind, now),
        links_back=tuple((c.name, c.url) for c in posting.credits if c.url),
    )


def _also_in(posting: Posting, shown: Place | None) -> str:
    """The other places of the same posting: "also in Leeds and York", "also in Leeds, York and 27 more places, on 3 sources"."""
    here = shown.words if shown else posting.location or ""
    others = [place.words for place in posting.places if place.words and place.words != here]
    if not others:
        return ""
    sources = f", on {len(posting.sources)} sources" if len(posting.sources) > 1 else ""
    if len(others) <= _NAMED_PLACES:
        return f"also in {_join(others, 'and')}{sources}"
    more = len(others) - _NAMED_PLACES
    named = ", ".join(others[:_NAMED_PLACES])
    return f"also in {named} and {more} more place{'s' if more > 1 else ''}{sources}"


def profile_words(profile: Profile, guide: Guide) -> str:
    """What a profile looks for, in words: "Senior CTM in the United States, remote work open there included"."""
    tiers = _join([guide.tier(t).name for t in profile.tiers], "or") if profile.tiers else "any CTM tier"
    places = [country_name(c, guide) for c in profile.countries]
    only_remote = profile.workplace == ("remote",)
    where = f"in {_join(places, 'or')}" if places else "anywhere"
    parts = [f"{tiers} {where}"]
    if places and not profile.workplace:
        parts.append("remote work open there included")
    elif profile.workplace:
        parts.append(
            "only remote work"
            if only_remote
            else _join([workplace_label(w).lower() for w in profile.workplace], "or")
        )
    if profile.salary_floor is not None:
        parts.append(
            f"from {profile.salary_currency or ''} {profile.salary_floor:,.0f} a year".replace("  ", " ")
        )
    if profile.areas:
        parts.append(_join(list(profile.areas), "or"))
    return ", ".join(parts)


def _tier_words(posting: Posting, guide: Guide) -> str:
    tier = posting.verdict.tier
    return "Tier not stated" if tier is None else f"{guide.tier(tier).name} ({guide.tier(tier).years})"


def _tier_note(match: Match, guide: Guide) -> str:
    tier, wanted = match.posting.verdict.tier, match.profile.tiers
    if tier is None or match.tier_distance == 0:
        return ""
    nearest = min(wanted, key=lambda t: abs(TIERS.index(t) - TIERS.index(tier)))
    side = "above" if TIERS.index(tier) > TIERS.index(nearest) else "below"
    steps = {1: "One tier", 2: "Two tiers", 3: "Three tiers"}[match.tier_distance]
    return f"{steps} {side} {guide.tier(nearest).name}, which you look for"


def _reasons(match: Match, guide: Guide) -> Iterable[Reason]:
    """Which of the posting's own words made it match."""
    verdict, profile = match.posting.verdict, match.profile
    yield Reason("Role", _shorten(_first(verdict.quotes("role")) or match.posting.title))
    if verdict.tier is not None and match.tier_distance == 0 and profile.tiers:
        yield Reason("Tier", _shorten(_first(verdict.quotes("tier"))))
    if profile.countries:
        yield Reason("Place", _shorten(_place_quote(match.posting, profile)))
    if verdict.workplace != "unknown":
        yield Reason("Workplace", _shorten(_first(verdict.quotes("workplace"))))
    for skill in [s for s in verdict.skills if s in profile.skills][:_MOST_SKILL_REASONS]:
        yield Reason(f"Skill: {guide.skill(skill).name}", _shorten(_first(verdict.quotes("skills", skill))))


def _within(reasons: Iterable[Reason], room: int) -> tuple[tuple[Reason, ...], int]:
    """The reasons with as much of the posting's text as its source allows, and the room that is left."""
    kept = []
    for reason in reasons:
        quote = reason.quote if len(reason.quote) <= room else ""
        room -= len(quote)
        kept.append(Reason(reason.label, quote))
    return tuple(kept), room


def _place_quote(posting: Posting, profile: Profile) -> str:
    for country in (*profile.countries, "*"):
        quotes = posting.verdict.quotes("countries", country)
        if quotes:
            return quotes[0]
    return posting.location or ""


def _pay_note(posting: Posting, shown: Place | None, guide: Guide) -> str:
    """The guide's band, only for pay of the US in USD a year; points of the guide, no percentiles.

    Beside another place than that of the copy that speaks: whose pay it is.
    """
    verdict, band = posting.verdict, guide.band
    if shown and verdict.salary is not None:
        return f"as stated for {posting.location}" if posting.location else "as stated for another place"
    pay = verdict.salary
    if (
        pay is None
        or verdict.countries != (band.country,)
        or (pay.currency, pay.period) != (band.currency, band.period)
    ):
        return ""
    low, high = pay.min if pay.min is not None else pay.max, pay.max if pay.max is not None else pay.min
    assert low is not None
    assert high is not None
    where = (
        "inside"
        if low >= band.min and high <= band.max
        else "above"
        if low > band.max
        else "below"
        if high < band.min
        else "partly outside"
    )
    return f"{where} the career guide's band of {band.currency} {band.min:,}-{band.max:,} for the US"


def _employment_words(employment: str) -> str:
    words = {
        "full_time": "Full-time", "part_time": "Part-time", "contract": "Contract", "temporary": "Temporary",
        "internship": "Internship", "permanent_unspecified": "Permanent",
    }  # fmt: skip
    return words.get(employment, "")


def _freshness(posting: Posting, now: datetime) -> str:
    if posting.posted_at is not None and posting.posted_at <= now:
        return f"Posted {_ago(posting.posted_at, now)}{_late(posting, posting.posted_at, now)}"
    return f"First seen {_ago(posting.first_seen_at, now)}{_late(posting, posting.first_seen_at, now)}"


def _late(posting: Posting, since: datetime, now: datetime) -> str:
    """That its first source passes postings on late, while that matters."""
    credit = next((c for c in posting.credits if c.delay_hours and c.name == posting.sources[0]), None)
    if credit is None or now - since > 4 * timedelta(hours=credit.delay_hours):
        return ""
    return f"; {credit.name} passes it on {credit.delay_hours} hours late"


def _ago(moment: datetime, now: datetime) -> str:
    days = (now - moment).days
    return "today" if days < 1 else "yesterday" if days == 1 else f"{days} days ago"


def _flag(posting: Posting, kind: CardKind, now: datetime) -> str:
    if kind == "closed":
        return posting.closed or "past its closing date"
    if posting.expires_at is not None and 0 <= (days := (posting.expires_at - now).days) <= 7:
        return "closes today" if days == 0 else f"closes in {days} day{'s' if days > 1 else ''}"
    return "reposted" if posting.repost_of else ""


def _first(quotes: tuple[str, ...]) -> str:
    return quotes[0] if quotes else ""


def _shorten(quote: str) -> str:
    text = " ".join(quote.split())
    return text if len(text) <= QUOTE_ROOM else text[: QUOTE_ROOM - 1].rsplit(" ", 1)[0] + "…"


def _join(words: list[str], last: str) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"
