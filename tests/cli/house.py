"""The command line as its users have it: a process of its own, a home of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from tests.cli.forks import Forks

NOW = "2026-11-25T12:00:00Z"
LATER = "2026-11-26T14:00:00Z"


def board(*numbers: int) -> str:
    """A Greenhouse board of invented openings."""
    jobs = [
        {
            "id": n,
            "title": "Clinical Trial Manager",
            "company_name": f"Sponsor {n} Biotech",
            "location": {"name": "Boston, MA, United States"},
            "absolute_url": f"https://boards.example/jobs/{n}",
            "first_published": "2026-11-24T09:00:00Z",
            "content": f"&lt;p&gt;You manage study {n} on your own, with 4 years of experience.&lt;/p&gt;",
        }
        for n in numbers
    ]
    return json.dumps({"jobs": jobs})


@cache
def _forks() -> Forks:
    return Forks()


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """One JSON object a line."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True)
class Shell:
    """Runs commands against one home."""

    home: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def env(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("CTM_ALERTS_")}
        return {**kept, "CTM_ALERTS_HOME": str(self.home), "COLUMNS": "120", **self.environment}

    def __call__(self, *words: str | Path, stdin: str = "") -> Said:
        return Said(*_forks().run([*map(str, words)], self.env, stdin, timeout=120))

    def ok(self, *words: str | Path) -> Said:
        """A command that must do well."""
        said = self(*words)
        assert said.code == 0, said
        return said

    def start(self, *words: str) -> subprocess.Popen[str]:
        """A command that runs on; what it says on standard output can be read line by line."""
        return subprocess.Popen(
            self.command(*words),
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def command(self, *words: str | Path) -> list[str]:
        return [sys.executable, "-m", "ctm_alerts", *map(str, words)]

    def write(self, name: str, text: str) -> Path:
        path = self.home / name
        path.write_text(text, encoding="utf-8")
        return path


def free_port() -> int:
    """A port that nobody listened on a moment ago."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
