"""One home with a feed, a subscriber and two sent digests, for all commands that only look; and fresh homes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.house import LATER, NOW, Shell, board


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """An empty home."""
    return Shell(tmp_path)


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """A home where two digests went to Ann, and Dan was asked; nothing may change it any more."""
    shell = Shell(tmp_path_factory.mktemp("lived"))
    feed = shell.write("board.json", board(1))
    shell.ok("feeds", "add", feed, "--name", "Board", "--now", NOW)
    ann = ("ann@people.example", "--countries", "US", "--plan", "plus", "--confirmed-by", "test")
    shell.ok("subscribers", "add", *ann, "--now", NOW)
    shell.ok("round", "all", "--now", NOW)
    shell.write("board.json", board(1, 2))
    shell.ok("round", "all", "--now", LATER)
    shell.ok("subscribers", "add", "dan@people.example", "--countries", "US", "--now", LATER)
    return shell
