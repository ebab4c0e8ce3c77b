"""Signed links: one purpose each, no state, no address in clear; the same link for the same digest, so bytes repeat."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

Purpose = Literal["confirm", "unsubscribe", "tier", "place"]

#: how long a link of each purpose works; None: for ever (CASL wants 60 days of an unsubscribe link)
LIFETIME: dict[Purpose, timedelta | None] = {
    "confirm": timedelta(days=7),
    "unsubscribe": None,
    "tier": timedelta(days=90),
    "place": timedelta(days=90),
}
_MAC_BYTES = 16


@dataclass(frozen=True)
class Token:
    """What a link says, once its signature was checked."""

    purpose: Purpose
    subscriber_id: str
    issued_at: datetime


class Signer:
    """Signs with the newest key and accepts the older ones, for rotation."""

    def __init__(self, *keys: str) -> None:
        self._keys = [hashlib.sha256(b"ctm-alerts links:" + k.encode()).digest() for k in keys]

    def sign(self, purpose: Purpose, subscriber_id: str, issued_at: datetime) -> str:
        """The token of a link: URL-safe, no address in it."""
        body = f"{subscriber_id}.{int(issued_at.timestamp())}"
        return f"{body}.{self._mac(self._keys[0], purpose, body)}"

    def read(self, purpose: Purpose, token: str, now: datetime) -> Token | None:
        """What the token says, or None when it is forged, of another purpose or too old."""
        if not token.isascii():
            return None
        body, _, mac = token.rpartition(".")
        subscriber_id, _, issued = body.partition(".")
        good = [hmac.compare_digest(self._mac(k, purpose, body).encode(), mac.encode()) for k in self._keys]
        if not any(good) or not issued.isdecimal():
            return None
        issued_at = datetime.fromtimestamp(int(issued), UTC)
        lifetime = LIFETIME[purpose]
        if lifetime is not None and now > issued_at + lifetime:
            return None
        return Token(purpose, subscriber_id, issued_at)

    def stable(self, *parts: str) -> str:
        """A name that cannot be guessed and is the same each time: for Message-IDs and boundaries."""
        return self._mac(self._keys[0], "stable", "|".join(parts))

    @staticmethod
    def _mac(key: bytes, purpose: str, body: str) -> str:
        mac = hmac.new(key, f"{purpose}|{body}".encode(), hashlib.sha256).digest()[:_MAC_BYTES]
        return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()
