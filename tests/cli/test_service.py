"""`run`: it starts, serves, drains on SIGTERM, and a kill in the middle of it loses nothing."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.house import Shell, board, free_port

PATIENCE = 60.0


def wait_for(what: Callable[[], bool]) -> None:
    """Until it is so; a minute at most."""
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out, err


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return bool(json.load(answer)["status"] == "ok")
    except OSError:
        return False


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def shell(tmp_path: Path, port: int) -> Shell:
    """A home whose pages are on a free port, with a board and one person who is due."""
    made = Shell(tmp_path, {"CTM_ALERTS_BIND": f"127.0.0.1:{port}"})
    made.ok("feeds", "add", made.write("board.json", board(1, 2)), "--name", "Board")
    made.ok("subscribers", "add", "ann@people.example", "--countries", "US", "--confirmed-by", "test")
    return made


def mails(shell: Shell) -> list[Path]:
    return sorted((shell.home / "mail").glob("*.eml"))


def test_the_service_mails_the_first_digest_serves_its_pages_and_drains_on_sigterm(
    shell: Shell, port: int
) -> None:
    # what is open must be known when the first round of dispatch comes: both begin at once
    shell.ok("round", "ingest")
    service = shell.start("run")
    wait_for(lambda: answers(port))
    wait_for(lambda: len(mails(shell)) == 1)
    service.send_signal(signal.SIGTERM)
    code, out, err = ended(service)
    assert (code, out.splitlines()[-1]) == (0, "stopping: finishing what is in flight")
    assert all(json.loads(line)["level"] == "info" for line in err.splitlines())
    assert "people.example" not in err
    shell.ok("prove")


@pytest.mark.slow
def test_one_half_can_run_alone(shell: Shell, port: int) -> None:
    shell.ok("round", "ingest")
    worker, web = shell.start("run", "--only", "worker"), shell.start("run", "--only", "web")
    wait_for(lambda: answers(port) and len(mails(shell)) == 1)
    for half in (worker, web):
        half.send_signal(signal.SIGTERM)
    assert [ended(half)[0] for half in (worker, web)] == [0, 0]


def test_a_port_that_is_taken_ends_the_service_with_one_line_that_says_so(shell: Shell, port: int) -> None:
    with socket.create_server(("127.0.0.1", port)):
        code, _, err = ended(shell.start("run", "--only", "web"))
    assert code == 2
    assert f"cannot listen on 127.0.0.1:{port}" in err.splitlines()[-1]


@pytest.mark.slow
def test_a_kill_in_the_middle_loses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    people, shell = 120, Shell(tmp_path)
    rows = [f"p{n}@people.example,US,2026-01-05T00:00:00Z,host form" for n in range(people)]
    csv = shell.write("people.csv", "\n".join(["email,countries,consent_at,consent_source", *rows]))
    shell.ok("subscribers", "import", csv, "--confirmed")
    shell.ok("feeds", "add", shell.write("board.json", board(1, 2)), "--name", "Board")
    shell.ok("round", "ingest")
    service = shell.start("run", "--only", "worker")
    wait_for(lambda: len(mails(shell)) > 5)
    service.kill()
    ended(service)
    assert len(mails(shell)) < people
    # what the dead worker had claimed is free when its lease ends
    later = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
    shell.ok("round", "all", "--now", later)
    proof = shell.ok("prove", "--now", later, "--json").json
    assert (proof["ok"], proof["periods"]["sent"], proof["postings"]["shown"]) == (True, people, 2 * people)
    addresses = {line for m in mails(shell) for line in m.read_text().splitlines() if line.startswith("To:")}
    assert (len(mails(shell)), len(addresses)) == (people, people)


@pytest.mark.slow
def test_two_services_on_one_database_send_each_digest_once(tmp_path: Path) -> None:
    people, shell = 60, Shell(tmp_path)
    rows = [f"p{n}@people.example,US,2026-01-05T00:00:00Z,host form" for n in range(people)]
    csv = shell.write("people.csv", "\n".join(["email,countries,consent_at,consent_source", *rows]))
    shell.ok("subscribers", "import", csv, "--confirmed")
    shell.ok("feeds", "add", shell.write("board.json", board(1, 2)), "--name", "Board")
    shell.ok("round", "ingest")
    both = [shell.start("run", "--only", "worker") for _ in range(2)]
    wait_for(lambda: len(mails(shell)) == people)
    for service in both:
        service.send_signal(signal.SIGTERM)
    assert [ended(service)[0] for service in both] == [0, 0]
    proof = shell.ok("prove", "--json").json
    assert (proof["ok"], proof["periods"]["sent"], len(mails(shell))) == (True, people, people)
