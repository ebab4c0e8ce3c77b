"""How long it takes to find which entries are one position: `python benchmarks/cluster.py [POOL.jsonl.gz [RUNS]]`.

The pool holds one posting a line (id, title, company, location, url, description); without one, entries are made up. Times
are CPU times of one thread, the median of the runs.

alone      sketch, bands, what is near, decision: one entry after the other, all in memory
clustered  in looks of 500 at a feed, stored in SQLite as ingest stores them, each look reading what is near its entries
exact      the same storage without any sketch or band: exact addresses and names alone
"""

from __future__ import annotations

import gzip
import json
import random
import resource
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import func, select

from ctm_alerts.feeds.feed import Entry
from ctm_alerts.feeds.source import Ingested
from ctm_alerts.postings import arrival
from ctm_alerts.postings.arrival import Look, Neighbour, Understood, entry_fingerprint, join
from ctm_alerts.postings.cluster import Sketch, bands_of, sketch_of
from ctm_alerts.postings.identity import keys_of, text_fingerprint
from ctm_alerts.postings.posting import Verdict
from ctm_alerts.storage.database import Database
from ctm_alerts.storage.feeds import Feeds
from ctm_alerts.storage.postings import Postings
from ctm_alerts.storage.schema import sightings

ENTRIES, A_LOOK, RUNS = 30_000, 500, 3
NOW = datetime(2026, 11, 25, 8, tzinfo=timezone.utc)
VERDICT = Verdict("other", "not judged here")
#: an entry without text, title and employer has no bands: clustering is left out
NOTHING = sketch_of(Entry("0", None, "", None, None, "", ""))


def read_pool(path: Path) -> list[Entry]:
    """The first entries of a pool."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line, _ in zip(lines, range(ENTRIES), strict=False)]
    return [
        Entry(
            r["id"], r.get("url"), r["title"], r.get("company"), r.get("location"), r["description"] or "", ""
        )
        for r in rows
    ]


def made_up() -> list[Entry]:
    """Entries of random words, a quarter of them copies in other cities."""
    rng = random.Random(7)  # noqa: S311 - the same entries in each run
    words = [f"{a}{b}" for a in ("tri", "sta", "pla", "mon", "dat", "reg", "vis") for b in "abcdefghijklmnop"]
    found: list[Entry] = []
    for number in range(ENTRIES):
        last = found[-1] if found else None
        if last is not None and rng.random() < 0.25:
            place, text, title, company = f"City {number}", last.description, last.title, last.company
        else:
            place, text = f"Town {number}", " ".join(rng.choices(words, k=rng.randrange(200, 900)))
            title, company = f"Trial Manager {rng.choice(words)}", f"{rng.choice(words)} Bio {number % 900}"
        found.append(Entry(str(number), f"https://b.example/{number}", title, company, place, text, ""))
    return found


def looks(entries: Sequence[Entry]) -> Iterator[list[Understood]]:
    """The entries as they are when they meet what is stored."""
    for start in range(0, len(entries), A_LOOK):
        yield [
            Understood(e, keys_of(e), VERDICT, "new", entry_fingerprint(e))
            for e in entries[start : start + A_LOOK]
        ]


def store(entries: Sequence[Entry], folder: Path) -> tuple[float, Counter[str]]:
    """Seconds to store all, and how many sightings were joined by what."""
    database = Database(f"sqlite:///{folder / 'bench.db'}")
    database.migrate()
    feeds, postings = Feeds(database), Postings(database)
    start = time.process_time()
    for number, understood in enumerate(looks(entries)):
        at = NOW + timedelta(minutes=number)
        feed = feeds.add(f"https://feeds.example/{number}", "rss", f"Feed {number}", at)
        seen = [u.entry.id for u in understood]
        result = Ingested(feed.name, "ok", entries=len(seen))
        postings.settle(feed, Look(result, understood, seen, [], True, None, at + timedelta(days=9), 0), at)
    taken = time.process_time() - start
    query = select(sightings.c.joined_by, func.count()).group_by(sightings.c.joined_by)
    with database.read() as connection:
        counts = Counter({name or "new": n for name, n in connection.execute(query)})
    database.close()
    return taken, counts


def without_sketches(entry: Entry, **_: Any) -> Sketch:
    """In place of `sketch_of`: exact addresses, names and texts alone find what is the same."""
    return replace(NOTHING, fingerprint=text_fingerprint(entry.description))


def alone(entries: Sequence[Entry], _: Path) -> tuple[float, Counter[str]]:
    """Seconds to decide on all of them without any database, and how many were joined by what."""
    by_band: defaultdict[int, dict[int, Neighbour]] = defaultdict(dict)
    counts: Counter[str] = Counter()
    start = time.process_time()
    for number, entry in enumerate(entries):
        sketch = sketch_of(entry)
        bands = bands_of(sketch)
        near = {n: neighbour for band in bands for n, neighbour in by_band[band].items()}
        found = join(str(number // A_LOOK), sketch, near.values(), NOW)
        posting = found.posting_id if found is not None and found.posting_id else str(number)
        counts[found.by if found is not None else "new"] += 1
        for band in bands:
            by_band[band][number] = Neighbour(posting, str(number // A_LOOK), sketch, NOW)
    return time.process_time() - start, counts


def main() -> None:
    """Measure and print."""
    entries = read_pool(Path(sys.argv[1])) if len(sys.argv) > 1 else made_up()
    each = []
    for entry in entries[:2000]:
        start = time.thread_time()
        bands_of(sketch_of(entry))
        each.append((time.thread_time() - start) * 1000)
    print(f"{len(entries)} entries; a sketch and its bands: median {statistics.median(each):.2f} ms")
    ways = {"alone": alone, "clustered": store, "exact": store}
    times: dict[str, list[float]] = {name: [] for name in ways}
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else RUNS
    for _ in range(runs):
        for name, way in ways.items():
            sketches = without_sketches if name == "exact" else sketch_of
            with tempfile.TemporaryDirectory() as folder, patch.object(arrival, "sketch_of", sketches):
                taken, counts = way(entries, Path(folder))
            times[name].append(taken)
            print(f"{name:10} {taken:6.1f} s, {len(entries) / taken:6.0f} entries a second; {dict(counts)}")
    middle = {name: statistics.median(taken) for name, taken in times.items()}
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"medians of {runs}: {', '.join(f'{name} {taken:.1f} s' for name, taken in middle.items())}")
    print(
        f"clustered / exact: {middle['clustered'] / middle['exact']:.2f}; peak memory {memory:.0f} MB, entries included"
    )


if __name__ == "__main__":
    main()
