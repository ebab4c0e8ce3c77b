"""Every error that this package raises on purpose, by what the caller can do about it.

CtmAlertsError                  the root; the message says what, where and the remedy
├── SettingsError               a setting is wrong: fix it and start again
├── UsageError                  a command was given something it cannot use
├── NotFound                    the thing that was named does not exist
├── LeaseLost                   what we had claimed was taken over; nothing was written
├── StorageError                the database is missing, older, newer or out of reach
│   └── OutcomeUnknown          the line broke within COMMIT: look by key whether it was written
├── FeedError                   one feed failed; the others go on
│   ├── NotAFeed                the bytes are no feed of the kind they were taken for
│   ├── FetchError              the source did not answer as it should
│   │   ├── BlockedAddress      the name leads to an address that is not public
│   │   ├── NoAnswer            no name, no connection, or no whole answer in time
│   │   ├── HostRests           the host asked us to wait, for this feed or for another one of it
│   │   └── TooLarge            more bytes than the cap, packed or unpacked
│   └── ParseTimeout            the parser ran out of its time or memory
└── TransportError              a mail was not accepted
    ├── MailRefused             by the receiving side, for this one message
    ├── LineLost                the connection broke, before or after the final dot
    └── MailSystemDown          our own relay, login or network: stop the run, blame no address
"""

from __future__ import annotations

from datetime import datetime


class CtmAlertsError(Exception):
    """The root of the family; `permanent` says whether trying again can help."""

    permanent: bool = True


class SettingsError(CtmAlertsError):
    """A setting is missing or wrong; the message names it and the remedy."""


class UsageError(CtmAlertsError):
    """A command was given an argument or a file that it cannot use."""


class NotFound(CtmAlertsError):
    """What was named does not exist."""


class LeaseLost(CtmAlertsError):
    """What we had claimed was taken over by another worker meanwhile; nothing was written."""

    permanent = False


class StorageError(CtmAlertsError):
    """The database cannot be used as it is.

    Attributes:
        permanent: no, when it is lost, locked or full: the same transaction may do well later.
    """

    def __init__(self, says: str, *, permanent: bool = True) -> None:
        super().__init__(says)
        self.permanent = permanent


class OutcomeUnknown(StorageError):
    """The connection broke within COMMIT: what the transaction wrote may be there, or not; look it up by its key."""

    def __init__(self, says: str) -> None:
        super().__init__(says, permanent=False)


class FeedError(CtmAlertsError):
    """One feed failed; `reason` is short and fit for the admin's eyes."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotAFeed(FeedError):
    """The bytes are no feed of the kind they were taken for."""


class FetchError(FeedError):
    """The source did not answer as it should.

    Attributes:
        status: the HTTP status, or None when no answer came.
        retry_after: seconds that the source asked us to wait, or None.
        host: that answered so, which after a redirect is not the one that was asked; "" when it is.
    """

    permanent = False

    def __init__(
        self, reason: str, status: int | None = None, retry_after: float | None = None, host: str = ""
    ) -> None:
        super().__init__(reason)
        self.status = status
        self.retry_after = retry_after
        self.host = host


class BlockedAddress(FetchError):
    """The name leads to an address that is not public; nothing was dialled."""


class NoAnswer(FetchError):
    """Nobody answered: no such name, no connection, or not the whole answer in time.

    Attributes:
        is_connected: somebody took the connection, and then was too slow.
    """

    def __init__(self, reason: str, *, is_connected: bool) -> None:
        super().__init__(reason)
        self.is_connected = is_connected


class HostRests(FetchError):
    """The host asked us to wait; no failure of the feed's.

    Attributes:
        until: aware, UTC.
        was_asked: this very request was answered so; otherwise it was not made.
    """

    def __init__(self, reason: str, until: datetime, status: int | None = None, *, was_asked: bool) -> None:
        super().__init__(reason, status)
        self.until = until
        self.was_asked = was_asked


class TooLarge(FetchError):
    """More bytes came than the cap allows, packed or unpacked."""


class ParseTimeout(FeedError):
    """The parser child ran out of its time or memory and was ended."""

    permanent = False


class TransportError(CtmAlertsError):
    """A mail was not accepted.

    Attributes:
        reply: what the relay said, one line, or "" when nothing was said.
        permanent: whether the same message to the same address may be tried again.
    """

    def __init__(self, reply: str, *, permanent: bool) -> None:
        super().__init__(reply)
        self.reply = reply
        self.permanent = permanent


class MailRefused(TransportError):
    """The receiving side refused this one message.

    Attributes:
        address_is_dead: the address itself does not exist (5.1.x), so it must not be written to again.
    """

    def __init__(self, reply: str, *, permanent: bool, address_is_dead: bool = False) -> None:
        super().__init__(reply, permanent=permanent)
        self.address_is_dead = address_is_dead


class LineLost(TransportError):
    """The connection broke; before the dot that is safe to retry, after it the mail is ambiguous."""

    def __init__(self, reply: str, *, after_dot: bool) -> None:
        super().__init__(reply, permanent=False)
        self.after_dot = after_dot


class MailSystemDown(TransportError):
    """Our own relay, login or network fails: the run stops and no address is blamed."""

    def __init__(self, reply: str) -> None:
        super().__init__(reply, permanent=False)
