"""Items a second and memory by kind: `python benchmarks/ingest.py [--quick]`.

Bodies are made up, with ads of about 2 kB (1 kB in the long XML). Each measurement is a process of its own, so that its peak
of resident memory is its own too. Times are CPU times, of the limited child too where it takes part. "parse" is `feeds.parse` alone; "ingest" is the whole look from a file to SQLite: the limited
child, classifying, identity, one transaction. Beside them stand feedparser alone (its own sanitising off, as we call it),
and lxml's iterparse that only takes the texts out. Medians of three runs.
"""

from __future__ import annotations

import io
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from xml.sax.saxutils import escape

from ctm_alerts.feeds.feed import Request
from ctm_alerts.net.client import Response

NOW = datetime(2026, 11, 25, 8, tzinfo=timezone.utc)
RUNS = 3
#: kind -> items of the whole run and of the quick one
SIZES = {
    "rss": (1000, 200), "atom": (1000, 200), "jobicy_json": (200, 200), "greenhouse": (1000, 200), "lever": (1000, 200),
    "workday": (60, 20), "jsonld": (200, 50), "job_xml": (100_000, 5_000),
}  # fmt: skip
#: one kind reads both
KIND_OF = {"atom": "rss"}
XML = ("rss", "atom", "job_xml")
SAYS = (
    "You plan and run clinical trials from protocol to close-out and keep the TMF inspection-ready.",
    "Oversee CROs, central laboratories and vendors; follow budgets, timelines and risks.",
    "At least five years of clinical research experience, two of them as study manager.",
    "Good knowledge of ICH-GCP, FDA and EMA regulations; Medidata Rave and Veeva Vault are welcome.",
    "The role is hybrid: two days a week in our office in Boston, MA.",
    "Our teams are small, speak plainly and help each other through the weeks before a deadline.",
    "We read each application ourselves and answer within ten days, whatever the answer is.",
    "You keep notes that others can read and hand over work so that nobody has to ask twice.",
)
SYLLABLES = [a + b for a in "bdfgklmnprst" for b in "aeiou"]


def ad(number: int, sentences: int = 12) -> str:
    """HTML of about 2 kB; no two ads are alike, or all of them would be copies of one."""
    rng = random.Random(number)  # noqa: S311 - the same ads in each run
    own = ["".join(rng.choices(SYLLABLES, k=3)) for _ in range(sentences * 6)]
    said = [f"{rng.choice(SAYS)} {' '.join(own[n * 6 : n * 6 + 6])}." for n in range(sentences)]
    return f"<p>{' '.join(said)}</p><ul><li>Study {number}</li><li>Travel up to 20%</li></ul>"


def title(number: int) -> str:
    """Each item has one of its own."""
    return f"Clinical Trial Manager {number}"


# --- bodies


def rss(count: int) -> Iterator[str]:
    """RSS 2.0."""
    yield '<?xml version="1.0"?><rss version="2.0"><channel><title>Board</title>'
    for n in range(count):
        fields = f"<title>{title(n)}</title><link>https://jobs.example/{n}</link><guid>{n}</guid>"
        date = "<pubDate>Tue, 24 Nov 2026 10:00:00 GMT</pubDate>"
        yield f"<item>{fields}{date}<description>{escape(ad(n))}</description></item>"
    yield "</channel></rss>"


def atom(count: int) -> Iterator[str]:
    """Atom 1.0."""
    yield '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Board</title><id>b</id>'
    for n in range(count):
        fields = f'<title>{title(n)}</title><link href="https://jobs.example/{n}"/><id>{n}</id>'
        date = "<updated>2026-11-24T10:00:00Z</updated>"
        yield f'<entry>{fields}{date}<content type="html">{escape(ad(n))}</content></entry>'
    yield "</feed>"


def job_xml(count: int) -> Iterator[str]:
    """Indeed's."""
    yield "<?xml version='1.0'?><source><publisher>Board</publisher>"
    for n in range(count):
        place = "<city>Boston</city><state>MA</state><country>US</country>"
        fields = f"<title><![CDATA[{title(n)}]]></title><referencenumber>{n}</referencenumber>"
        link = f"<url>https://jobs.example/{n}</url><company>Sponsor {n % 500}</company>"
        yield f"<job>{fields}{link}{place}<description><![CDATA[{ad(n, 6)}]]></description></job>\n"
    yield "</source>"


def jobicy_json(count: int) -> Iterator[str]:
    """Jobicy's API."""
    jobs = [
        {"id": n, "url": f"https://jobs.example/{n}", "jobTitle": title(n), "companyName": f"Sponsor {n}", "jobGeo": "USA",
         "jobDescription": ad(n), "pubDate": "2026-11-24 10:00:00"} for n in range(count)
    ]  # fmt: skip
    yield json.dumps({"jobs": jobs})


def greenhouse(count: int) -> Iterator[str]:
    """A Greenhouse board, whose HTML is escaped once more."""
    jobs = [
        {"id": n, "absolute_url": f"https://jobs.example/{n}", "title": title(n), "company_name": f"Sponsor {n}",
         "location": {"name": "Boston, MA"}, "first_published": NOW.isoformat(), "content": escape(ad(n))}
        for n in range(count)
    ]  # fmt: skip
    yield json.dumps({"jobs": jobs})


def lever(count: int) -> Iterator[str]:
    """A Lever board."""
    jobs = [
        {"id": f"{n:036}", "text": title(n), "hostedUrl": f"https://jobs.lever.co/sponsor/{n:036}", "description": ad(n),
         "categories": {"location": "Boston", "commitment": "Full-time"}, "createdAt": 1790000000000, "lists": []}
        for n in range(count)
    ]  # fmt: skip
    yield json.dumps(jobs)


def workday(count: int) -> Iterator[str]:
    """One page of a Workday list."""
    rows = [
        {"title": title(n), "externalPath": f"/job/Boston/CTM_R-{n}", "locationsText": "Boston", "postedOn": "Posted Today",
         "bulletFields": [f"R-{n}"]} for n in range(count)
    ]  # fmt: skip
    yield json.dumps({"total": count, "jobPostings": rows})


def jsonld(count: int) -> Iterator[str]:
    """A page with postings of schema.org."""
    found = [
        {"@context": "https://schema.org", "@type": "JobPosting", "title": title(n), "url": f"https://jobs.example/{n}",
         "identifier": str(n), "description": ad(n), "datePosted": "2026-11-24",
         "hiringOrganization": {"@type": "Organization", "name": f"Sponsor {n}"}} for n in range(count)
    ]  # fmt: skip
    yield f'<html><head><script type="application/ld+json">{json.dumps(found)}</script></head></html>'


def body_of(kind: str, count: int) -> bytes:
    """The whole body."""
    pieces: Callable[[int], Iterator[str]] = globals()[kind]
    return "".join(pieces(count)).encode()


# --- measurements, each in a process of its own


def peak() -> float:
    """MB of resident memory that this process had at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def cpu() -> float:
    """Seconds of CPU of this process and of its children; a child that may cost more is replaced after its body."""
    ended, ticks = resource.getrusage(resource.RUSAGE_CHILDREN), 0
    for task in Path("/proc/self/task").iterdir():
        for child in (task / "children").read_text().split():
            fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return time.process_time() + ended.ru_utime + ended.ru_stime + ticks / os.sysconf("SC_CLK_TCK")


def measure_parse(kind: str, path: Path, _: int) -> tuple[float, float]:
    """`feeds.parse` alone."""
    from ctm_alerts.feeds.parse import parse

    body = path.read_bytes()
    parse(body_of(kind, 1), KIND_OF.get(kind, kind))
    began = cpu()
    parse(body, KIND_OF.get(kind, kind))
    return cpu() - began, peak()


def measure_ingest(kind: str, path: Path, count: int) -> tuple[float, float]:
    """The whole look; for Workday with its pages and one more call for each job."""
    from ctm_alerts.app import make_app
    from ctm_alerts.settings import load

    with tempfile.TemporaryDirectory() as folder:
        app = make_app(
            load({"CTM_ALERTS_HOME": folder}), client=_Workday(count) if kind == "workday" else None
        )
        url = "https://acorn.wd5.myworkdayjobs.com/Careers" if kind == "workday" else path.as_uri()
        app.feeds.add(url, KIND_OF.get(kind, kind), "Board", NOW)
        with app.ingest(jitter=lambda: 0.0) as flow, app.parser as parser:
            parser.parse(body_of("rss", 1), "rss")  # a child that has begun
            began = cpu()
            (looked,) = flow.round(NOW)
            took = cpu() - began
        app.close()
    assert looked.outcome == "ok", looked.reason
    assert looked.new + looked.deferred == count, looked
    return took, peak() + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000


def measure_feedparser(kind: str, path: Path, _: int) -> tuple[float, float]:
    """feedparser as we call it."""
    import feedparser

    body = path.read_bytes()
    began = cpu()
    said = feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
    assert said.entries, kind
    return cpu() - began, peak()


def measure_lxml(kind: str, path: Path, _: int) -> tuple[float, float]:
    """iterparse that takes the texts of each item and forgets it."""
    from lxml import etree

    names, seen = {"item", "entry", "job"}, 0
    began = cpu()
    for _event, element in etree.iterparse(str(path)):
        if etree.QName(element).localname in names:
            seen += len({child.tag: child.text for child in element})
            element.clear()
    assert seen, kind
    return cpu() - began, peak()


class _Workday:
    """A site of Workday without a network."""

    def __init__(self, count: int) -> None:
        self._count = count

    def fetch(
        self, request: Request, *, etag: str | None = None, last_modified: str | None = None
    ) -> Response:
        """A page of 20, or one job."""
        url = request.url
        if url.endswith("/jobs"):
            offset = json.loads(request.body or b"{}")["offset"]
            document = json.loads(next(workday(self._count)))
            document["jobPostings"] = document["jobPostings"][offset : offset + 20]
        else:
            number = int(url.rpartition("_R-")[2])
            document = {"jobPostingInfo": {"title": title(number), "jobDescription": ad(number)}}
        body = json.dumps(document).encode()
        return Response(200, body, False, None, None, "application/json", url, str(hash(body)))


MEASURES = {
    "parse": measure_parse, "ingest": measure_ingest, "feedparser": measure_feedparser, "lxml": measure_lxml,
}  # fmt: skip


def measured(how: str, kind: str, path: Path, count: int, runs: int) -> tuple[float, float]:
    """Items a second and MB, the medians of some processes."""
    command = [sys.executable, __file__, how, kind, str(path), str(count)]
    said = [
        json.loads(
            subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1]
        )
        for _ in range(runs)
    ]
    return count / statistics.median(s[0] for s in said), statistics.median(s[1] for s in said)


def main() -> None:
    """Prints the table."""
    quick = "--quick" in sys.argv
    print(
        "| kind | items | body | parse | ingest | feedparser | parse : feedparser | lxml | parse : lxml | memory of parse | of ingest |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for kind, (many, few) in SIZES.items():
        count = few if quick else many
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "body"
            path.write_bytes(body_of(kind, count))
            size = path.stat().st_size / 1e6
            runs = 1 if quick or count > 10_000 else RUNS
            found = {
                "parse": measured("parse", kind, path, count, runs),
                "ingest": measured("ingest", kind, path, count, runs),
            }
            if kind in ("rss", "atom"):
                found["feedparser"] = measured("feedparser", kind, path, count, runs)
            if kind in XML:
                found["lxml"] = measured("lxml", kind, path, count, runs)
        print(line(kind, count, size, found), flush=True)


def line(kind: str, count: int, size: float, found: dict[str, tuple[float, float]]) -> str:
    """One row: items a second, ratios, MB."""
    parse, ingest = found["parse"], found["ingest"]
    cells = [kind, f"{count:,}", f"{size:.1f} MB", f"{parse[0]:,.0f}/s", f"{ingest[0]:,.0f}/s"]
    for other in ("feedparser", "lxml"):
        speed = found.get(other)
        cells += [f"{speed[0]:,.0f}/s", f"{parse[0] / speed[0]:.2f}"] if speed else ["", ""]
    return "| " + " | ".join([*cells, f"{parse[1]:.0f} MB", f"{ingest[1]:.0f} MB"]) + " |"


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in MEASURES:
        how, kind, path, count = sys.argv[1:5]
        print(json.dumps(MEASURES[how](kind, Path(path), int(count))))
    else:
        main()
