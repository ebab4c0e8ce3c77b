"""The network below the client: it resolves, checks the very address that it dials, and watches one deadline."""

from __future__ import annotations

import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable

import httpcore

from ctm_alerts.errors import BlockedAddress
from ctm_alerts.net.addresses import is_public

#: (host, port) -> address literals; raises OSError when there are none
Resolver = Callable[[str, int], list[str]]
#: seconds for a connection: who takes longer is not there, and others wait for the thread
LONGEST_DIAL = 10.0
SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name, in the order in which the system would try them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(info[4][0]) for info in found))


class Deadline(threading.local):
    """The moment at which the exchange of this thread must be over, on the monotonic clock."""

    def __init__(self) -> None:
        self.at = 0.0

    def start(self, seconds: float) -> None:
        """Begin anew."""
        self.at = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds left; raises httpcore.ReadTimeout when there are none."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the deadline of the whole exchange has passed")
        return left


class GuardedBackend(httpcore.NetworkBackend):
    """Dials public addresses only, except for the places that the operator named.

    The name is resolved once and the answer both checked and dialled, so that a name cannot change in between
    (DNS rebinding). A name of which one address is not public is refused altogether.
    """

    def __init__(self, allow_hosts: Iterable[str], resolver: Resolver, deadline: Deadline) -> None:
        self._allowed = frozenset(place.lower() for place in allow_hosts)
        self._resolver = resolver
        self._deadline = deadline
        self._dialler = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first address that answers."""
        last: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in self._checked(host, port):
            wait = min(self._deadline.left(), timeout or LONGEST_DIAL)
            try:
                stream = self._dialler.connect_tcp(address, port, wait, local_address, socket_options)
                return _TimedStream(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as e:
                last = e
        raise last

    def _checked(self, host: str, port: int) -> list[str]:
        addresses = self._resolved(host, port)
        if f"{host.lower().rstrip('.')}:{port}" in self._allowed:
            return addresses
        for address in addresses:
            if not is_public(address):
                raise BlockedAddress(
                    f"non-public address: {host} leads to {address}; "
                    f"if that is meant, add {host}:{port} to CTM_ALERTS_ALLOW_HOSTS"
                )
        return addresses

    def _resolved(self, host: str, port: int) -> list[str]:
        """In a thread of its own, because getaddrinfo knows no timeout and may take half a minute."""
        answers: queue.SimpleQueue[list[str] | OSError | UnicodeError] = queue.SimpleQueue()

        def ask() -> None:
            try:
                answers.put(self._resolver(host, port))
            except (OSError, UnicodeError) as e:
                answers.put(e)

        threading.Thread(target=ask, daemon=True, name=f"resolve {host}").start()
        try:
            answer = answers.get(timeout=self._deadline.left())
        except queue.Empty as e:
            raise httpcore.ConnectTimeout(f"the name {host} was not resolved in time") from e
        if isinstance(answer, Exception):
            raise httpcore.ConnectError(f"no such host: {host} ({answer})") from answer
        return answer


class _TimedStream(httpcore.NetworkStream):
    """A stream of which no single wait is longer than what the whole exchange has left."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        inner = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left())
        return _TimedStream(inner, self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)
