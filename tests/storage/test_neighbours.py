"""What an entry is compared with, among thousands of copies of one advert."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import select

from ctm_alerts.feeds.source import Ingested
from ctm_alerts.postings.arrival import Look, Neighbour, Understood, entry_fingerprint
from ctm_alerts.postings.cluster import sketch_of
from ctm_alerts.postings.identity import keys_of
from ctm_alerts.storage.database import Database
from ctm_alerts.storage.feeds import Feeds
from ctm_alerts.storage.neighbours import COMPARED, Neighbourhood
from ctm_alerts.storage.postings import Postings
from ctm_alerts.storage.schema import sightings
from tests.people import NOW, entry, verdict

TEXT = " ".join(f"word{n}" for n in range(200))


def test_of_one_advert_in_many_cities_the_likest_copies_are_compared_and_each_posting_is_among_them(
    database: Database,
) -> None:
    same, other = (
        sketch_of(entry(description=TEXT)),
        sketch_of(entry(description=TEXT.replace("word", "term"))),
    )
    with database.read() as connection:
        hood = Neighbourhood(connection, [])
        for number in range(3 * COMPARED):
            hood.add(number, Neighbour("3", "A", other if number < COMPARED else same, NOW))
        hood.add(1000, Neighbour("4", "B", other, NOW))
        near = hood.near(same)
    assert Counter(n.posting_id for n in near) == {"3": COMPARED, "4": 1}
    assert {n.sketch for n in near if n.posting_id == "3"} == {same}


def test_two_workers_that_bring_one_advert_of_two_cities_at_once_make_one_posting_of_it(
    database: Database,
) -> None:
    feeds, together = Feeds(database), Barrier(4)
    made = [feeds.add(f"https://{n}.example/feed", "rss", f"Board {n}", NOW) for n in range(4)]

    def work(number: int) -> None:
        brought = entry(
            id=f"{number}",
            url=f"https://{number}.example/1",
            location=f"City {'abcd'[number]}",
            description=TEXT,
        )
        item = Understood(brought, keys_of(brought), verdict(), "new", entry_fingerprint(brought))
        result = Ingested(made[number].name, "ok", entries=1)
        together.wait(timeout=20)
        Postings(database).settle(
            made[number], Look(result, [item], [brought.id], [], True, None, NOW, 1), NOW
        )

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(work, range(4)))
    with database.read() as connection:
        held = connection.execute(select(sightings.c.posting_id, sightings.c.joined_by)).all()
    assert Counter(row.joined_by for row in held) == {"": 1, "city clone": 3}
    assert len({row.posting_id for row in held}) == 1
