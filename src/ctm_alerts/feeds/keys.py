"""Keys of sources that want one: a feed's URL names the key, `{usajobs}`, and its value is put in at the wire alone.

So no listing, log, error, export or history can show it. The values come from the settings. A body that names a key in
one of its links gets nothing for it: only what a feed's own URL names is put in, and only for that URL's place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from urllib.parse import parse_qsl, quote, urlsplit

from ctm_alerts.errors import UsageError
from ctm_alerts.feeds.feed import Request

#: "{name}", also as a kind's own quoting writes it
_NAMED = re.compile(r"(?:\{|%7[Bb])([a-z][a-z0-9_]*)(?:\}|%7[Dd])")
_QUERY_KEYS = {"usajobs": "authorization_key", "jsearch": "rapidapi_key", "adzuna": "app_key"}
_JOOBLE_KEY = re.compile(r"/api/([^/]+)/?\Z")
#: shorter ones would be found in words that are no secret
_SHORTEST = 6


@dataclass(frozen=True)
class Keyring:
    """The keys of this installation, by name; never shown."""

    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)

    def filled(self, request: Request) -> Request:
        """The request with the keys that it may name put in their places.

        Raises:
            UsageError: it names a key that is not set.
        """
        if not request.keys:
            return request

        def value(named: re.Match[str]) -> str:
            return self._value(named[1]) if named[1] in request.keys else named[0]

        url = _NAMED.sub(lambda n: quote(value(n), safe="") if n[1] in request.keys else n[0], request.url)
        headers = {name: _NAMED.sub(value, said) for name, said in request.headers.items()}
        return replace(request, url=url, headers=headers, keys=())

    def hidden(self, text: str) -> str:
        """A text in which each key's value is its name again."""
        for name, value in self.values.items():
            if len(value) >= _SHORTEST:
                text = text.replace(value, f"{{{name}}}").replace(quote(value, safe=""), f"{{{name}}}")
        return text

    def _value(self, name: str) -> str:
        if name not in self.values:
            raise UsageError(
                f"the feed wants the key {{{name}}}; set CTM_ALERTS_KEYS_{name.upper()} or _FILE"
            )
        return self.values[name]


def names_in(url: str) -> tuple[str, ...]:
    """The keys that a URL names."""
    return tuple(dict.fromkeys(_NAMED.findall(url)))


def with_keys(request: Request, feed_url: str) -> Request:
    """A request that goes to the place of a feed, with the keys that the feed's URL names."""
    names = names_in(feed_url)
    return replace(request, keys=names) if names else request


def place_of(url: str) -> tuple[str, str]:
    """Scheme and host with port: who may see a key."""
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower()


def bare_key(kind: str, url: str) -> str | None:
    """How to write a URL that holds a key in the open, or None when it holds none.

    Only the kinds whose key has a known place are looked at.
    """
    said = _key_of(kind, url)
    if not said or _NAMED.fullmatch(said):
        return None
    name = f"{{{kind}}}"
    return (
        f"the URL holds a key in the open; write {name} in its place and set CTM_ALERTS_KEYS_{kind.upper()}"
    )


def _key_of(kind: str, url: str) -> str:
    parts = urlsplit(url)
    if kind == "jooble":
        found = _JOOBLE_KEY.search(parts.path)
        return found[1] if found else ""
    wanted = _QUERY_KEYS.get(kind)
    return next((value for name, value in parse_qsl(parts.query) if name.lower() == wanted), "")
