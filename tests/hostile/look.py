"""One round in a process of its own: `python -m tests.hostile.look HOME ALLOWED SECONDS`.

Prints what became of each feed, the most memory that this process ever had, and the most that its parser had, in MB.
"""

from __future__ import annotations

import json
import re
import resource
import sys
import time
from pathlib import Path

from ctm_alerts.app import make_app
from ctm_alerts.net.client import Client
from ctm_alerts.settings import load
from tests.people import NOW


def most_of_this_process() -> float:
    """The high-water mark of resident memory, in MB."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) / 1000


def main() -> None:
    """One round."""
    home, allowed, seconds = sys.argv[1:4]
    settings = load({"CTM_ALERTS_HOME": home})
    looks: dict[str, object] = {}
    began = time.monotonic()
    with Client(tuple(allowed.split(",")), seconds=float(seconds)) as client:
        app = make_app(settings, client=client)
        with app.ingest(jitter=lambda: 0.0) as flow:
            for looked in flow.round(NOW):
                after = time.monotonic() - began
                looks[looked.feed] = [looked.outcome, looked.reason, looked.new, looked.deferred, after]
        app.close()
    parser = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000
    print(json.dumps({"looks": looks, "process": most_of_this_process(), "parser": parser}))


if __name__ == "__main__":
    main()
