"""Mail in a folder: a file is whole or not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from ctm_alerts.errors import MailSystemDown
from ctm_alerts.transports.folder import Folder

ID = "<4711.a-b@alerts.example>"


def files(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir()}


def test_a_mail_is_a_file_named_by_its_message_id(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "deep" / "mail")
    session = folder.open()
    session.begin("a@people.example", ID, b"a\r\n")
    assert session.finish() == "written to 4711.a-b@alerts.example.eml"
    session.close()
    assert files(tmp_path / "deep" / "mail") == {"4711.a-b@alerts.example.eml": b"a\r\n"}


def test_before_the_dot_nobody_sees_the_mail(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    session = folder.open()
    session.begin("a@people.example", ID, b"a\r\n")
    assert list(tmp_path.glob("[!.]*")) == []
    assert not folder.arrived(ID)
    session.finish()
    assert folder.arrived(ID)


@pytest.mark.parametrize("way", ["abandon", "close"])
def test_a_mail_without_its_dot_leaves_nothing_behind(tmp_path: Path, way: str) -> None:
    session = Folder(tmp_path).open()
    session.begin("a@people.example", ID, b"a\r\n")
    getattr(session, way)()
    session.close()
    assert files(tmp_path) == {}


def test_a_retry_writes_over_the_same_file(tmp_path: Path) -> None:
    session = Folder(tmp_path).open()
    for body in (b"once", b"again"):
        session.begin("a@people.example", ID, body)
        session.finish()
    assert files(tmp_path) == {"4711.a-b@alerts.example.eml": b"again"}


def test_a_message_id_cannot_leave_the_folder(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "mail")
    session = folder.open()
    session.begin("a@people.example", "<../../x/y@z>", b"a")
    session.finish()
    assert [p.name for p in (tmp_path / "mail").iterdir()] == [".._.._x_y@z.eml"]
    assert folder.arrived("<../../x/y@z>")
    assert not folder.arrived("<other@z>")


def test_a_folder_that_cannot_be_made_is_our_own_trouble(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(MailSystemDown, match="cannot make the mail folder"):
        Folder(tmp_path / "file").open()


def test_a_folder_that_goes_away_is_our_own_trouble(tmp_path: Path) -> None:
    session = Folder(tmp_path / "mail").open()
    (tmp_path / "mail").rmdir()
    with pytest.raises(MailSystemDown, match="cannot write mail to"):
        session.begin("a@people.example", ID, b"a")
    session.close()


def test_a_folder_that_goes_away_before_the_dot_is_our_own_trouble(tmp_path: Path) -> None:
    session = Folder(tmp_path / "mail").open()
    session.begin("a@people.example", ID, b"a")
    for file in (tmp_path / "mail").iterdir():
        file.unlink()
    with pytest.raises(MailSystemDown, match="cannot write mail to"):
        session.finish()
    session.close()
