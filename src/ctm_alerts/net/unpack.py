"""Bodies unpacked a piece at a time, never beyond a cap."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from ctm_alerts.errors import FetchError, TooLarge

_GZIP = 31
_ZLIB = 15
_RAW = -15


def unpacked(chunks: Iterable[bytes], encoding: str, max_bytes: int) -> bytes:
    """The whole body, unpacked.

    Args:
        chunks: as they come from the wire.
        encoding: the Content-Encoding header; at most one of gzip and deflate is taken.
        max_bytes: the most that may come, packed and unpacked alike.

    Raises:
        FetchError: another encoding, several, a broken or a truncated one.
        TooLarge: the cap was met; nothing beyond it was unpacked.
    """
    name = _only_encoding(encoding)
    capped = _capped(chunks, max_bytes)
    return b"".join(capped if name is None else _Unpacker(name, max_bytes).run(capped))


def _only_encoding(header: str) -> str | None:
    names = [name for part in header.lower().split(",") if (name := part.strip()) not in ("", "identity")]
    if len(names) > 1:
        raise FetchError(
            f"packed more than once (Content-Encoding: {header[:60]}), which only an attack does"
        )
    if names and names[0] not in ("gzip", "x-gzip", "deflate"):
        raise FetchError(f"packed in a way that was not asked for (Content-Encoding: {header[:60]})")
    return names[0] if names else None


def _capped(chunks: Iterable[bytes], max_bytes: int) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > max_bytes:
            raise _too_large(max_bytes)
        yield chunk


def _too_large(max_bytes: int) -> TooLarge:
    return TooLarge(f"the body is larger than {max_bytes:,} bytes")


class _Unpacker:
    def __init__(self, name: str, max_bytes: int) -> None:
        self._name = name
        self._max = max_bytes
        self._size = 0
        self._inflate: zlib._Decompress | None = None

    def run(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        try:
            for chunk in chunks:
                yield from self._feed(chunk)
        except zlib.error as e:
            raise FetchError(f"the body is not the {self._name} that it says it is ({e})") from e
        if self._inflate is not None and not self._inflate.eof:
            raise FetchError("truncated: the packed body ends too early")

    def _feed(self, chunk: bytes) -> Iterator[bytes]:
        while chunk:
            if self._inflate is None:
                self._inflate = zlib.decompressobj(self._window(chunk))
            if self._inflate.eof:
                # a second gzip member goes on with the body; anything else behind the end is padding
                if self._name == "deflate" or not chunk.startswith(b"\x1f\x8b"):
                    return
                self._inflate = zlib.decompressobj(_GZIP)
            piece = self._inflate.decompress(chunk, self._max - self._size + 1)
            self._size += len(piece)
            if self._size > self._max:
                raise _too_large(self._max)
            yield piece
            chunk = self._inflate.unused_data if self._inflate.eof else self._inflate.unconsumed_tail

    def _window(self, chunk: bytes) -> int:
        """Some servers mean zlib by "deflate", as the standard says, and some the bare stream."""
        if self._name != "deflate":
            return _GZIP
        is_zlib = chunk[0] & 0x0F == 8 and (len(chunk) < 2 or (chunk[0] << 8 | chunk[1]) % 31 == 0)
        return _ZLIB if is_zlib else _RAW
