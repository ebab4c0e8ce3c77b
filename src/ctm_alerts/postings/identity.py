"""Which entries are the same real position: source id, canonical URL, employer + title + place."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from ctm_alerts.feeds.entries import shortened
from ctm_alerts.feeds.feed import Entry

#: a position that shows up again within this time of its last sighting is the same one (semantics: a repost)
REPOST_AFTER = timedelta(days=90)

#: query parameters that say how a reader came, not which posting it is
_TRACKING = re.compile(
    r"^(utm_.*|gclid|fbclid|msclkid|mc_[ce]id|referrer|source|src|gh_src|lever-source|trk|trackingid|campaign)$"
)
#: these say how a reader came ("ref=newsletter") unless they hold a number ("ref=JR-20418")
_MAYBE_TRACKING = frozenset({"ref", "cid"})
_NUMBER = re.compile(r"\d{3}")
_LEGAL_FORM = re.compile(
    r"\b(incorporated|inc|llc|llp|ltd|limited|plc|gmbh|ag|se|sa|sas|sarl|bv|nv|corp|corporation|co|company|kg|aps|ab|oy|pty|kk)\b"
)
_GENDER = re.compile(r"\(\s*(?:[mwfdxhi]\s*[/|*,]\s*)+[mwfdxhi]\s*\)|\b[mf]/[wf]/[dx]\b", re.IGNORECASE)
_REQUISITION = re.compile(r"(?:\b(?:req|jr|r|job)[-_ ]?\d{3,}\b|#\s*\d{3,})", re.IGNORECASE)
#: several feeds name one country differently
_SAME_PLACE = (
    ("united states of america", "us"), ("united states", "us"), ("usa", "us"), ("u s a", "us"), ("u s", "us"),
    ("united kingdom", "uk"), ("great britain", "uk"), ("gb", "uk"), ("deutschland", "germany"),
    ("worldwide", "anywhere"), ("work from home", ""), ("home based", ""), ("on site", ""),
)  # fmt: skip
_NO_PLACE = frozenset(
    {"remote", "hybrid", "onsite", "homebased", "only", "based", "office", "the", "in", "within"}
)
#: what a path may hold as it is; all else is percent-encoded, and what is encoded already stays
_IN_PATH = "/%:@!$&'()*+,;=~"
#: half of a character, as a broken JSON escape leaves it; it cannot be encoded
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_BEYOND_ASCII = re.compile("[^\x00-\x7f]+")
_NOT_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Keys:
    """The three names of one entry; None where the entry lacks what the name is made of."""

    #: the source's own id, good within its feed
    source_id: str
    url: str | None
    #: employer + title + place
    position: str | None

    @property
    def shared(self) -> tuple[str, ...]:
        """The names that hold across feeds, strongest first."""
        return tuple(k for k in (self.url, self.position) if k)


def keys_of(entry: Entry) -> Keys:
    """The names under which an entry is looked up."""
    return Keys(
        source_id=entry.id,
        url=url_key(entry.url),
        position=position_key(entry.company, entry.title, entry.location),
    )


def url_key(url: str | None) -> str | None:
    """The name that a link gives its posting; None where it gives none."""
    same = canonical_url(url)
    return None if same is None else f"url:{shortened(same)}"


def canonical_url(url: str | None) -> str | None:
    """The same text for the same page: https, no `www.`, no tracking, sorted query; None for a bare site address."""
    if not url:
        return None
    try:
        parts = urlsplit(_LONE_SURROGATE.sub("\ufffd", url).strip())
        host, port = re.sub(r"^(www\.)+", "", parts.hostname or ""), parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    query = sorted(
        (k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not _is_tracking(k.lower(), v)
    )
    path = quote(re.sub(r"/{2,}", "/", parts.path).rstrip("/"), safe=_IN_PATH)
    # client-side routes carry the posting behind the hash
    route = quote(parts.fragment, safe=_IN_PATH + "?#")
    fragment = f"#{route}" if route.startswith(("/", "!")) else ""
    if not path and not query and not fragment:
        return None
    host = f"[{host}]" if ":" in host else host
    where = host if port in (None, 80, 443) else f"{host}:{port}"
    asked = f"?{urlencode(query)}" if query else ""
    return f"https://{where}{path}{asked}{fragment}"


def _is_tracking(name: str, value: str) -> bool:
    if name in _MAYBE_TRACKING:
        return not _NUMBER.search(value)
    return _TRACKING.match(name) is not None


def position_key(company: str | None, title: str, location: str | None) -> str | None:
    """Employer + title + place in one normal form, or None when employer or place is not said."""
    employer, role = employer_words(company), title_words(title)
    if not employer or not role or not plain_words(location or ""):
        return None
    place = place_words(location or "")
    return "position:" + hashlib.sha256(f"{employer}|{role}|{place}".encode()).hexdigest()[:32]


def employer_words(company: str | None) -> str:
    """An employer's name without legal form, case, accents and punctuation."""
    return _NOT_WORD.sub(" ", _LEGAL_FORM.sub(" ", plain_words(company or ""))).strip()


def title_words(title: str) -> str:
    """A title without requisition number, gender mark, case, accents and punctuation."""
    return plain_words(_REQUISITION.sub(" ", _GENDER.sub(" ", title)))


def place_words(location: str) -> str:
    """A place without how one works there: "Remote - US", "USA" and "United States (Remote)" are one."""
    words = f" {plain_words(location)} "
    for long, short in _SAME_PLACE:
        words = words.replace(f" {long} ", f" {short} ")
    return " ".join(dict.fromkeys(w for w in words.split() if w not in _NO_PLACE))


def text_fingerprint(text: str) -> str:
    """A hash of the words of a text, blind to white space, case and punctuation."""
    return words_fingerprint(plain_words(text))


def words_fingerprint(words: str) -> str:
    """The fingerprint of a text whose `plain_words` are at hand."""
    return hashlib.sha256(words.encode()).hexdigest()


def plain_words(text: str) -> str:
    """The words of a text without case, accents and punctuation, one blank between."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return _NOT_WORD.sub(" ", _BEYOND_ASCII.sub(_without_accents, plain)).strip()


def _without_accents(run: re.Match[str]) -> str:
    return "".join(c for c in run.group() if not unicodedata.combining(c))
