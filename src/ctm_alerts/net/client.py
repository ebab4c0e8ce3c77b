"""The client that asks feeds for their bodies: a stranger's URL in, bounded bytes or a plain reason out."""

from __future__ import annotations

import hashlib
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpcore
import httpx

from ctm_alerts import __version__
from ctm_alerts.errors import FetchError, NoAnswer, TooLarge
from ctm_alerts.feeds.feed import Request
from ctm_alerts.net.guard import Deadline, GuardedBackend, Resolver, resolve
from ctm_alerts.net.unpack import unpacked

USER_AGENT = f"ctm-alerts/{__version__} (job alerts; reads public feeds)"
MAX_BYTES = 15_000_000
MAX_REDIRECTS = 5
MAX_CONNECTIONS = 64
LONGEST_URL = 4000
# "feed.xml.gz" is served as the file that it is; no feed begins so
_PACKED_FILE = b"\x1f\x8b"
_PERMANENT = frozenset({301, 308})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ACCEPT = "application/rss+xml, application/atom+xml, application/json, application/xml;q=0.9, */*;q=0.5"

_REASONS = {
    401: "it wants a login (401)",
    403: "it refuses us (403); the site may block robots",
    404: "nothing is there (404)",
    410: "it is gone for good (410)",
    429: "we ask too often (429)",
    451: "it is withheld for legal reasons (451)",
    500: "the source is broken (500)",
    502: "the source is down (502)",
    503: "the source is busy or in repair (503)",
    504: "the source is too slow for its own gateway (504)",
}


@dataclass(frozen=True)
class Response:
    """What a source answered.

    Attributes:
        body: unpacked; empty when `not_modified`.
        body_hash: SHA-256 of the body in hex; "" when `not_modified`.
        moved_to: where permanent redirects, from the first on, led; None when there was none.
    """

    status: int
    body: bytes
    not_modified: bool
    etag: str | None
    last_modified: str | None
    content_type: str | None
    final_url: str
    body_hash: str
    moved_to: str | None = None


class Client:
    """Fetches, on one deadline for the whole exchange, one request at a time for each host; safe for threads.

    Proxies, cookies, .netrc and other things that an environment may set are not looked at.

    Args:
        allow_hosts: "host:port" places that may be dialled though they are not public.
        tls: another context than the usual one, for a network with an authority of its own.
        resolver: another way to find addresses.
        seconds: for an exchange whose request says nothing else.
    """

    def __init__(
        self,
        allow_hosts: tuple[str, ...] = (),
        user_agent: str = USER_AGENT,
        *,
        tls: ssl.SSLContext | None = None,
        resolver: Resolver = resolve,
        seconds: float = 30.0,
    ) -> None:
        self._user_agent, self._seconds = user_agent, seconds
        self._deadline = Deadline()
        backend = GuardedBackend(allow_hosts, resolver, self._deadline)
        self._transport = _Transport(backend, tls or httpx.create_ssl_context(trust_env=False))
        self._hosts: dict[str, _Turn] = {}
        self._hosts_lock = threading.Lock()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that were kept."""
        self._transport.close()

    def fetch(
        self,
        request: Request,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        deadline: float | None = None,
        max_bytes: int | None = None,
    ) -> Response:
        """The answer to a request, after at most five redirects.

        Args:
            etag: of the last good answer, as are `last_modified`; they make a 304 possible.
            deadline: seconds for everything together, instead of what the request says; waiting for the host's turn
                may take as long again.
            max_bytes: of the body, packed and unpacked, instead of what the request says.

        Raises:
            FetchError: no good answer; says why, with the status and the Retry-After in seconds.
            NoAnswer: no answer at all, or not the whole of it in time.
            BlockedAddress: a name led to an address that is not public.
            TooLarge: the body is larger than `max_bytes`.
        """
        conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        headers = {name: value for name, value in conditions.items() if value and _is_header_value(value)}
        seconds = deadline or request.seconds or self._seconds
        most = max_bytes or request.most_bytes
        url, moved_to, permanent = _checked_url(request.url), None, True
        for hop in range(MAX_REDIRECTS + 1):
            with self._turn(url.netloc.decode("ascii"), seconds, request.pause):
                if hop == 0:
                    self._deadline.start(seconds)
                answer = self._ask(request, url, headers, most)
            if isinstance(answer, Response):
                return _moved(answer, moved_to)
            permanent = permanent and answer.status in _PERMANENT
            moved_to = str(answer.url) if permanent else moved_to
            request = _after_redirect(request, url, answer)
            url = answer.url
        raise FetchError(f"more than {MAX_REDIRECTS} redirects, the last to {_short(url)}")

    @contextmanager
    def _turn(self, host: str, longest: float, pause: float) -> Iterator[None]:
        with self._hosts_lock:
            turn = self._hosts.setdefault(host, _Turn())
        if not turn.lock.acquire(timeout=longest):
            raise FetchError(f"{host} was busy with our other requests for {longest:g} seconds")
        try:
            time.sleep(max(0.0, turn.ended + pause - time.monotonic()) if pause else 0.0)
            yield
        finally:
            turn.ended = time.monotonic()
            turn.lock.release()

    def _ask(
        self, request: Request, url: httpx.URL, conditions: Mapping[str, str], most: int
    ) -> Response | _Redirect:
        outgoing = httpx.Request(
            request.method, url, headers=self._headers(request, conditions), content=request.body
        )
        try:
            outgoing.extensions["timeout"] = {"pool": self._deadline.left()}
            incoming = self._transport.handle_request(outgoing)
            incoming.request = outgoing
            try:
                return _answer(incoming, url, most)
            finally:
                incoming.close()
        except httpx.HTTPError as e:
            raise _no_good(e, url) from e
        except httpcore.TimeoutException as e:
            raise NoAnswer(f"no whole answer from {url.host} in time", is_connected=True) from e

    def _headers(self, request: Request, conditions: Mapping[str, str]) -> dict[str, str]:
        return {
            "User-Agent": self._user_agent,
            "Accept": _ACCEPT,
            "Accept-Encoding": "gzip, deflate",
            **conditions,
            **request.headers,
        }


@dataclass
class _Turn:
    """One host's turn: who has the lock may ask."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    #: on the monotonic clock
    ended: float = 0.0


class _Transport(httpx.HTTPTransport):
    """httpx' own transport over our network; it has no argument for that, so its pool is put in place of the first."""

    def __init__(self, backend: httpcore.NetworkBackend, tls: ssl.SSLContext) -> None:
        super().__init__(verify=tls, trust_env=False)
        self._pool.close()
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls,
            max_connections=MAX_CONNECTIONS,
            max_keepalive_connections=MAX_CONNECTIONS // 4,
            keepalive_expiry=10.0,
            network_backend=backend,
        )


@dataclass(frozen=True)
class _Redirect:
    status: int
    url: httpx.URL


def _answer(incoming: httpx.Response, url: httpx.URL, most: int) -> Response | _Redirect:
    status = incoming.status_code
    if status == 304:
        return _response(incoming, url, b"", not_modified=True)
    if status in _REDIRECTS:
        return _Redirect(status, _target(incoming, url))
    if status not in (200, 203):
        raise _refused(incoming, url)
    length = incoming.headers.get("Content-Length", "")
    if length.isdecimal() and (len(length) > 18 or int(length) > most):
        raise TooLarge(f"the body is larger than {most:,} bytes", status)
    body = unpacked(incoming.iter_raw(), incoming.headers.get("Content-Encoding", ""), most)
    if body.startswith(_PACKED_FILE):
        body = unpacked([body], "gzip", most)
    return _response(incoming, url, body, not_modified=False)


def _response(incoming: httpx.Response, url: httpx.URL, body: bytes, *, not_modified: bool) -> Response:
    headers = incoming.headers
    return Response(
        status=incoming.status_code,
        body=body,
        not_modified=not_modified,
        etag=headers.get("ETag"),
        last_modified=headers.get("Last-Modified"),
        content_type=headers.get("Content-Type"),
        final_url=str(url),
        body_hash="" if not_modified else hashlib.sha256(body).hexdigest(),
    )


def _moved(response: Response, moved_to: str | None) -> Response:
    return Response(**{**response.__dict__, "moved_to": moved_to})


def _refused(incoming: httpx.Response, url: httpx.URL) -> FetchError:
    status = incoming.status_code
    reason = _REASONS.get(status, f"it answers with status {status}")
    error = FetchError(reason, status, _retry_after(incoming.headers), url.netloc.decode("ascii").lower())
    error.permanent = status == 410
    return error


def _retry_after(headers: httpx.Headers) -> float | None:
    """Seconds, told as such or as a date against the source's own Date; None for anything else."""
    said = headers.get("Retry-After", "").strip()
    if said.isascii() and said.isdecimal() and len(said) <= 15:
        return float(said)
    try:
        seconds = parsedate_to_datetime(said) - parsedate_to_datetime(headers.get("Date", ""))
    except (ValueError, TypeError, OverflowError):
        return None
    return max(seconds.total_seconds(), 0.0)


# --- addresses


def _checked_url(text: str | httpx.URL) -> httpx.URL:
    try:
        url = httpx.URL(text).copy_with(fragment=None)
        host = url.host
    except (httpx.InvalidURL, ValueError, TypeError) as e:
        raise FetchError(f"not a usable address: {_short(text)}") from e
    if url.scheme not in ("http", "https"):
        raise FetchError(f"not an http or https address: {_short(text)}")
    if not host or len(str(url)) > LONGEST_URL:
        raise FetchError(f"not a usable address: {_short(text)}")
    if url.userinfo:
        raise FetchError(f"an address with a user name or password in it is refused ({host})")
    return url


def _target(incoming: httpx.Response, url: httpx.URL) -> httpx.URL:
    location = incoming.headers.get("Location", "")
    if not location:
        raise FetchError(f"a redirect ({incoming.status_code}) that leads nowhere", incoming.status_code)
    try:
        target = _checked_url(url.join(location))
    except (httpx.InvalidURL, ValueError) as e:
        raise FetchError(f"a redirect to what is no address: {_short(location)}", incoming.status_code) from e
    if url.scheme == "https" and target.scheme == "http":
        raise FetchError(
            f"a redirect from https down to http is refused: {_short(target)}", incoming.status_code
        )
    return target


def _after_redirect(request: Request, url: httpx.URL, redirect: _Redirect) -> Request:
    """What is asked next: POST becomes GET as browsers do it, and another host does not get our headers."""
    same_place = (url.scheme, url.host, url.port) == (
        redirect.url.scheme,
        redirect.url.host,
        redirect.url.port,
    )
    kept = (
        request.headers
        if same_place
        else {k: v for k, v in request.headers.items() if k in ("Accept", "Content-Type")}
    )
    if request.method == "POST" and redirect.status in (301, 302, 303):
        kept = {k: v for k, v in kept.items() if k != "Content-Type"}
        return replace(request, url=str(redirect.url), method="GET", body=None, headers=kept)
    return replace(request, url=str(redirect.url), headers=kept)


def _short(url: object) -> str:
    return "".join(c if c.isprintable() else "?" for c in str(url))[:200]


def _is_header_value(text: str) -> bool:
    return text.isascii() and text.isprintable() and len(text) <= 1000


def _no_good(error: httpx.HTTPError, url: httpx.URL) -> FetchError:
    """A reason that an admin understands."""
    said = "".join(c if c.isprintable() else " " for c in str(error))[:160]
    if isinstance(error, httpx.ConnectTimeout):
        return NoAnswer(f"no connection to {url.host} in time", is_connected=False)
    if isinstance(error, httpx.TimeoutException):
        return NoAnswer(f"no whole answer from {url.host} in time", is_connected=True)
    if "CERTIFICATE_VERIFY_FAILED" in said:
        return FetchError(f"the certificate of {url.host} is not good: {said}")
    if isinstance(error, httpx.ConnectError):
        words = said if "no such host" in said else f"no connection to {url.host}: {said}"
        return NoAnswer(words, is_connected=False)
    if "without sending complete message body" in said or "incomplete chunked read" in said:
        return FetchError(f"truncated: {url.host} broke off in the middle of the body")
    return FetchError(f"{url.host} does not speak proper HTTP: {said}")


# --- local files


def read_local(path: Path, max_bytes: int = MAX_BYTES) -> Response:
    """A feed that lies in a file, as if a source had answered with it.

    Raises FetchError when it cannot be read and TooLarge beyond `max_bytes`.
    """
    try:
        if not path.is_file():
            raise FetchError(f"no such file: {path}")
        with path.open("rb") as file:
            body = file.read(max_bytes + 1)
    except OSError as e:
        raise FetchError(f"{path} cannot be read: {e.strerror or e}") from e
    if len(body) > max_bytes:
        raise TooLarge(f"{path} is larger than {max_bytes:,} bytes")
    return Response(
        200, body, False, None, None, None, path.absolute().as_uri(), hashlib.sha256(body).hexdigest()
    )
