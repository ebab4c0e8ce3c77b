"""One look at a feed on one screen: what the source said, the entry, the verdict with its words, whom it would match."""

from __future__ import annotations

from tests.cli.house import Shell, board


def test_each_entry_is_shown_from_the_source_to_the_subscribers(lived: Shell) -> None:
    path = lived.write("look.json", board(51, 52, 53, 54))
    said = lived.ok("feeds", "preview", path).out
    assert said.count("the source   {") == 3
    for words in (
        '"absolute_url": "https://boards.example/jobs/51"',
        "the entry    Sponsor 51 Biotech, Boston, MA, United States, posted 2026-11-24",
        "role          Clinical Trial Manager: The title says “Clinical Trial Manager”.",
        "tier          CTM (3-6 years): 4 years asked",
        "“You manage study 51 on your own, with 4 years of experience”",
        "would match  ",
        "4 entries of kind greenhouse, 0 unreadable; nothing was stored",
    ):
        assert words in said, words


def test_how_much_of_the_source_and_how_many_entries_can_be_said(lived: Shell) -> None:
    path = lived.write("look.json", board(51, 52))
    shown = lived.ok("feeds", "preview", path, "--limit", "1", "--raw", "0", "--json").json
    assert (shown["entries"], len(shown["shown"]), shown["shown"][0]["raw"]) == (2, 1, "")
    assert shown["shown"][0]["quotes"]["role"] == ["Clinical Trial Manager"]
