"""From a digest to the final bytes: links, headers and Message-ID all follow from the digest's key and the secret."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

from ctm_alerts import emails
from ctm_alerts.digests.digest import Brand, Digest, Links, Note
from ctm_alerts.digests.period import NewMail, Purpose
from ctm_alerts.settings import Plan
from ctm_alerts.subscribers.links import LIFETIME, Signer
from ctm_alerts.subscribers.subscriber import Subscriber
from ctm_alerts.transports import mime

#: how long a mail may wait before it would fall into the next edition (sender check 79)
GIVE_UP: Mapping[str, timedelta] = {"daily": timedelta(hours=20), "weekly": timedelta(days=4)}
#: 5 to 15 characters, names the sender to Gmail's feedback loop and nobody else
FEEDBACK_SENDER = "ctmalerts"


class Writer:
    """Makes the bytes of every mail; the same digest gives the same bytes, whenever and wherever it is made."""

    def __init__(
        self,
        signer: Signer,
        brand: Brand,
        templates: emails.Templates,
        public_url: str,
        plans: Mapping[str, Plan],
        consent_text: str,
        *,
        placeholder: bool = False,
    ) -> None:
        """`placeholder` writes links that do nothing: for previews, which must not hand out a person's links."""
        self._signer, self._brand, self._templates = signer, brand, templates
        self._public_url, self._plans, self._consent_text = public_url, plans, consent_text
        self._placeholder = placeholder

    def digest(self, digest: Digest) -> tuple[str, NewMail]:
        """Subject and mail of a digest."""
        links = self._links(digest.subscriber_id, digest.due_at)
        message = emails.digest(digest, links, self._brand, self._templates)
        return message.subject, self._pack(message, digest, "digest")

    def note(self, note: Note) -> tuple[str, NewMail]:
        """Subject and mail of a quiet or watch note."""
        links = self._links(note.subscriber_id, note.due_at)
        message = emails.note(note, links, self._brand, self._templates)
        return message.subject, self._pack(message, note, "note")

    def message(self, value: Digest | Note) -> emails.Message:
        """The mail before it is packed: for previews."""
        links = self._links(value.subscriber_id, value.due_at)
        if isinstance(value, Digest):
            return emails.digest(value, links, self._brand, self._templates)
        return emails.note(value, links, self._brand, self._templates)

    def confirm(self, person: Subscriber, now: datetime) -> NewMail:
        """The one mail that an address gets before it has agreed."""
        url = f"{self._public_url}/confirm/{self._token('confirm', person.id, now)}"
        message = emails.confirm(
            person.email, person.name, url, self._consent_text, self._brand, self._templates
        )
        key = ("confirm", person.id, now.isoformat())
        body = self._bytes(message, key, now, person.email, person.name)
        lifetime = LIFETIME["confirm"]
        assert lifetime is not None
        return NewMail(
            person.id, "confirm", self._message_id(*key), person.email, body, "free", now + lifetime
        )

    def notice(self, notices: Sequence[emails.FeedNotice], to_address: str, now: datetime) -> NewMail:
        """What ails feeds, to an admin."""
        message = emails.notice(notices, to_address, now, self._brand, self._templates)
        # two rounds may begin at one moment
        key = ("notice", to_address, now.isoformat(), *(f"{n.feed}: {n.title}" for n in notices))
        body = self._bytes(message, key, now, to_address)
        return NewMail("", "notice", self._message_id(*key), to_address, body, "free", now + GIVE_UP["daily"])

    def _pack(self, message: emails.Message, value: Digest | Note, purpose: Purpose) -> NewMail:
        key = (value.subscriber_id, value.kind, value.due_at.isoformat())
        feedback_id = f"{value.kind}:{value.plan}:{purpose}:{FEEDBACK_SENDER}"
        body = self._bytes(message, key, value.due_at, value.to_address, value.to_name, feedback_id)
        give_up_at = value.receipt.window_end + GIVE_UP[self._plans[value.plan].rhythm]
        return NewMail(
            value.subscriber_id,
            purpose,
            self._message_id(*key),
            value.to_address,
            body,
            value.plan,
            give_up_at,
        )

    def _bytes(
        self,
        message: emails.Message,
        key: Sequence[str],
        at: datetime,
        to_address: str,
        to_name: str = "",
        feedback_id: str | None = None,
    ) -> bytes:
        """The bytes of a mail; all that could differ from one making to the next follows from its key."""
        return mime.build(
            message,
            message_id=self._message_id(*key),
            date=at,
            to_address=to_address,
            to_name=to_name,
            brand=self._brand,
            list_id=message.list_id,
            unsubscribe_url=message.unsubscribe_url,
            unsubscribe_mailto=message.unsubscribe_mailto,
            feedback_id=feedback_id,
            boundary=self._signer.stable("boundary", *key),
            transactional=message.transactional,
        )

    def _links(self, subscriber_id: str, issued_at: datetime) -> Links:
        leave = self._token("unsubscribe", subscriber_id, issued_at)
        return Links(
            unsubscribe=f"{self._public_url}/unsubscribe/{leave}",
            unsubscribe_mailto=f"mailto:unsubscribe@{self._brand.domain}?subject={leave}",
            adjust_tier=f"{self._public_url}/adjust/tier/{self._token('tier', subscriber_id, issued_at)}",
            adjust_place=f"{self._public_url}/adjust/place/{self._token('place', subscriber_id, issued_at)}",
            home=f"{self._public_url}/",
        )

    def _token(
        self,
        purpose: Literal["confirm", "unsubscribe", "tier", "place"],
        subscriber_id: str,
        issued_at: datetime,
    ) -> str:
        return "preview" if self._placeholder else self._signer.sign(purpose, subscriber_id, issued_at)

    def _message_id(self, *key: str) -> str:
        return f"<{self._signer.stable('message', *key)}@{self._brand.domain}>"
