"""How long a posting takes to be understood: `python benchmarks/classify.py [POOL.jsonl.gz] [--all]`.

The pool holds one posting a line (title, company, location, description); without one, texts are made up. Times are CPU
times of one thread, medians first; the limits are 1 ms for a text of 4 kB (median) and 50 ms for any text whatever. A
plain `re` alternation of the same skill phrases over the same texts is timed in the same run. `--all` reads the whole pool
once and tells the slowest.
"""

from __future__ import annotations

import argparse
import gzip
import heapq
import json
import random
import re
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from ctm_alerts.guide import Guide, make_guide
from ctm_alerts.postings.classify import make_classifier
from ctm_alerts.postings.posting import Ad
from ctm_alerts.postings.text import fold

GUIDE = Path(__file__).parents[1] / "config" / "guide"
#: postings that are measured, and characters of a description in the first run
POSTINGS, CUT = 2_000, 4_096
#: what an ad says once
FACTS = (
    "You plan and run clinical trials from protocol to close-out and keep the TMF inspection-ready.",
    "Oversee CROs, central laboratories and vendors; follow budgets, timelines and risks.",
    "At least 5 years of clinical research experience, two of them as study manager.",
    "Good knowledge of ICH-GCP, FDA and EMA regulations; Medidata Rave and Veeva Vault are welcome.",
    "The role is hybrid: two days a week in our office in Boston, MA.",
    "The salary range is $120,000 - $150,000 a year; travel up to 20%.",
    "Harwick Bio is a biotech company; for more than 20 years we have worked on rare diseases.",
    "We are an equal opportunity employer and welcome everybody without regard to race, color or religion.",
    "Requirements:",
    "What we offer:",
)
#: what fills the rest of it
FILLERS = (
    "You like people, coffee and a tidy desk, and you say so when something does not work.",
    "Our teams are small, speak plainly and help each other through the weeks before a deadline.",
    "You keep notes that others can read and hand over work so that nobody has to ask twice.",
    "The building has a garden, a bicycle cellar and a kitchen in which somebody always bakes.",
    "Together with colleagues of other departments you find out what went wrong and mend the cause.",
    "We read each application ourselves and answer within ten days, whatever the answer is.",
    "You will meet people from many professions, and you will learn their words in the first months.",
)


def made_up(number: int) -> list[Ad]:
    """Ads of random sentences, of 900 to 9,000 characters."""
    rng = random.Random(7)  # noqa: S311 - the same ads in each run
    titles = (
        "Senior Clinical Trial Manager",
        "Clinical Research Associate",
        "Account Manager",
        "Trial Manager",
    )
    texts = (
        rng.sample([*FACTS, *rng.choices(FILLERS, k=n)], k=n + len(FACTS))
        for n in rng.choices(range(90), k=number)
    )
    return [Ad(rng.choice(titles), "Harwick Bio", "Boston, MA", "\n".join(text)) for text in texts]


def read_pool(path: Path, at_most: int | None = POSTINGS) -> Iterator[Ad]:
    """The first ads of a pool, or all."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in islice(lines, at_most):
            r = json.loads(line)
            pay, kind = r.get("salary_raw"), r.get("employment_type")
            yield Ad(
                r["title"],
                r.get("company"),
                r.get("location"),
                r.get("description") or "",
                kind if isinstance(kind, str) else None,
                None if pay is None else str(pay),
            )


#: what is repeated to make texts that look for trouble
HOSTILE = (
    "a", "1 ", "$1,000 - ", "<", "</p>", "&#", "hybrid ", "\n", "- ", "at least 5 years of experience in clinical research or ",
    "travel 50% ", "based in London ", "must be located in the UK or Ireland ", "GCP ", "R ", "治験", "not remote ", "6 years or ",
    "oncology ", "bachelor's ", "English and German ", "phase I-III ", "1099 w2 ", "apply by 12/12/2026 ", "we are a ",
    "United States, Canada, Mexico, ", "office 3 days a week ", "Requirements:\n", "a: ", "master's degree or ",
)  # fmt: skip
#: characters of such a text: more than is read of a description
LONG = 70_000


def hostile() -> list[Ad]:
    """Ads of one piece over and over, in every field."""
    texts = [(piece * (LONG // len(piece) + 1))[:LONG] for piece in HOSTILE]
    return [Ad(t, t, t, t, t, t) for t in texts] + [Ad("Clinical Trial Manager", "A", "B", t) for t in texts]


def times(work: Callable[[Ad], object], ads: Sequence[Ad]) -> list[float]:
    """Milliseconds for each ad, in rising order."""
    taken = []
    for ad in ads:
        start = time.thread_time()
        work(ad)
        taken.append(1000 * (time.thread_time() - start))
    return sorted(taken)


def line(name: str, taken: Sequence[float]) -> str:
    """Median, 99th percentile and maximum."""
    n = len(taken)
    return f"{name}: median {taken[n // 2]:.2f} ms, p99 {taken[n * 99 // 100]:.2f} ms, max {taken[-1]:.2f} ms ({n} ads)"


def alternation(guide: Guide) -> re.Pattern[str]:
    """All phrases of the guide's skills and tools as one plain pattern."""
    words = {w.strip("=*") for s in guide.skills for terms in s.terms for w in terms.words}
    words |= {w.strip("=*") for t in guide.tools for w in t.terms.words}
    longest_first = sorted((fold(w) for w in words), key=len, reverse=True)
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, longest_first)) + r")(?!\w)")


def cut(ad: Ad) -> Ad:
    """The ad with its description cut."""
    return replace(ad, description=ad.description[:CUT])


def main() -> None:
    """Prints the times."""
    read = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    read.add_argument("pool", type=Path, nargs="?")
    read.add_argument("--all", action="store_true", help="read the whole pool once")
    asked = read.parse_args()
    guide = make_guide({p.stem: tomllib.loads(p.read_text(encoding="utf-8")) for p in GUIDE.glob("*.toml")})
    classifier, pattern = make_classifier(guide), alternation(guide)
    whole = list(read_pool(asked.pool)) if asked.pool else made_up(POSTINGS)
    times(classifier.classify, whole[:100])  # what is made at the first use is made
    short = [cut(ad) for ad in whole]
    full = [ad for ad in short if len(ad.description) == CUT]
    ours = times(classifier.classify, short)
    print(line("at most 4 kB", ours))
    print(line("exactly 4 kB", times(classifier.classify, full)))
    print(line("whole", times(classifier.classify, whole)))
    plain = times(lambda ad: pattern.findall(fold(ad.description)), short)
    print(line("a plain alternation of the skill phrases alone", plain))
    print(f"everything we do takes {sum(ours) / sum(plain):.2f} of its time")
    # the median of three, lest the collector's turn counts as the text's
    thrice = [[times(classifier.classify, [ad])[0] for _ in range(3)] for ad in hostile()]
    print(line("hostile texts of 70,000 characters", sorted(sorted(taken)[1] for taken in thrice)))
    if asked.pool and asked.all:
        slow, count = [], 0
        for ad in read_pool(asked.pool, None):
            (taken,) = times(classifier.classify, [ad])
            slow, count = heapq.nlargest(3, [*slow, (taken, ad.title)]), count + 1
        print(
            f"all {count} of the pool, none failed; the slowest: "
            + "; ".join(f"{t:.1f} ms {w}" for t, w in slow)
        )


if __name__ == "__main__":
    main()
