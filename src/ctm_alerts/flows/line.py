"""The line in which feeds wait to be asked and settled: in the order of their due times, one of a host at a time.

Which copy of a posting comes first must not hang on which source is quicker; but a source that takes long holds up the
others for a few seconds only.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Answer = TypeVar("Answer")
Waiting = TypeVar("Waiting")


@dataclass
class _Place(Generic[Waiting, Answer]):
    what: Waiting
    host: str
    since: float = field(default_factory=time.monotonic)
    answer: Future[Answer] | None = None

    @property
    def is_done(self) -> bool:
        return self.answer is not None and self.answer.done()


class Line(Generic[Waiting, Answer]):
    """Asks in threads and hands the answers on in order.

    Args:
        ask: what a thread does; a host is asked by one thread at a time.
        threads: at work at one time.
        patience: seconds that one may hold up those behind it; then it comes when it is done.
    """

    def __init__(self, ask: Callable[[Waiting], Answer], threads: int, patience: float) -> None:
        self._ask, self._threads, self._patience = ask, threads, patience
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="fetch")
        self._places: list[_Place[Waiting, Answer]] = []

    def __len__(self) -> int:
        return len(self._places)

    def join(self, newcomers: Iterable[tuple[Waiting, str]]) -> None:
        """Stand behind all others; each with the host that it asks, "" for none."""
        self._places += [_Place(what, host) for what, host in newcomers]

    def next(self) -> Answer:
        """The answer whose turn it is; waits for it. The line must not be empty."""
        while True:
            self._begin()
            place = self._first()
            if place is not None:
                self._places.remove(place)
                assert place.answer is not None
                return place.answer.result()
            # of those at work only: one that is done and waits its turn would end the wait at once, again and again
            at_work = [p.answer for p in self._places if p.answer is not None and not p.is_done]
            wait(at_work, self._until_one_is_late(), FIRST_COMPLETED)

    @property
    def unbegun(self) -> int:
        """How many have not been asked yet."""
        return sum(place.answer is None for place in self._places)

    def close(self) -> list[Waiting]:
        """End the threads, after what they are at; those whose answers were not handed on."""
        self._pool.shutdown(cancel_futures=True)
        return [place.what for place in self._places]

    def _begin(self) -> None:
        at_work = [p for p in self._places if p.answer is not None and not p.is_done]
        busy, free = {p.host for p in at_work}, self._threads - len(at_work)
        for place in self._places:
            if free == 0:
                return
            if place.answer is None and (not place.host or place.host not in busy):
                place.answer = self._pool.submit(self._ask, place.what)
                busy.add(place.host)
                free -= 1

    def _first(self) -> _Place[Waiting, Answer] | None:
        """The first that is done, if all before it are late."""
        now = time.monotonic()
        for place in self._places:
            if place.is_done:
                return place
            if now - place.since < self._patience:
                return None
        return None

    def _until_one_is_late(self) -> float | None:
        now = time.monotonic()
        waits = [place.since + self._patience - now for place in self._places if not place.is_done]
        return min((w for w in waits if w > 0), default=None)
