"""The keys of sources, put into a request at the last moment and taken out of all that comes back of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from ctm_alerts.errors import FetchError
from ctm_alerts.feeds.feed import Request
from ctm_alerts.feeds.keys import Keyring
from ctm_alerts.net.client import Response


class Fetches(Protocol):
    """Another client, that knows no keys."""

    def fetch(
        self, request: Request, *, etag: str | None = None, last_modified: str | None = None
    ) -> Response: ...


class Keyed:
    """A client whose requests name keys instead of holding them.

    Args:
        keys: their values; a request that names another one raises UsageError, and nothing is asked.
    """

    def __init__(self, client: Fetches, keys: Keyring) -> None:
        self._client, self._keys = client, keys

    def fetch(
        self, request: Request, *, etag: str | None = None, last_modified: str | None = None
    ) -> Response:
        """As the client's own; no error and no address that comes back holds a key's value."""
        try:
            answer = self._client.fetch(self._keys.filled(request), etag=etag, last_modified=last_modified)
        except FetchError as error:
            error.reason = self._keys.hidden(error.reason)
            error.args = (error.reason,)
            raise
        moved_to = None if answer.moved_to is None else self._keys.hidden(answer.moved_to)
        return replace(answer, final_url=self._keys.hidden(answer.final_url), moved_to=moved_to)
