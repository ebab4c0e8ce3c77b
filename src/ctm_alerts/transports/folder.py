"""Mail as .eml files in a folder: the embedded default, and a relay that can be asked."""

from __future__ import annotations

import os
import re
from datetime import datetime
from pathlib import Path

from ctm_alerts.errors import MailSystemDown

_UNFIT = re.compile(r"[^0-9A-Za-z@._-]+")


class Folder:
    """Writes each mail to `<Message-ID>.eml`; the rename is the final dot, so a file is whole or not there."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def open(self) -> FolderSession:
        """A session; raises MailSystemDown when the folder cannot be made."""
        try:
            self._path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise MailSystemDown(f"cannot make the mail folder {self._path}: {error}") from error
        return FolderSession(self._path)

    @property
    def can_be_asked(self) -> bool:
        """A folder always knows."""
        return True

    def arrived(self, message_id: str, since: datetime | None = None) -> bool:
        """Whether the message lies in the folder."""
        return (self._path / _name(message_id)).exists()


class FolderSession:
    """One writer; its unfinished file is hidden."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._begun: tuple[Path, Path] | None = None

    def begin(self, to_address: str, message_id: str, body: bytes) -> None:
        """The whole mail on the disk, under a name that nobody reads."""
        final = self._path / _name(message_id)
        hidden = self._path / f".{final.name}.{os.getpid()}"
        try:
            with hidden.open("wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            hidden.unlink(missing_ok=True)
            raise MailSystemDown(f"cannot write mail to {self._path}: {error}") from error
        self._begun = hidden, final

    def finish(self) -> str:
        """Give the file its name."""
        assert self._begun is not None
        hidden, final = self._begun
        try:
            hidden.replace(final)
            _sync(self._path)
        except OSError as error:
            raise MailSystemDown(f"cannot write mail to {self._path}: {error}") from error
        self._begun = None
        return f"written to {final.name}"

    def abandon(self) -> None:
        """Remove the hidden file."""
        if self._begun is not None:
            self._begun[0].unlink(missing_ok=True)
            self._begun = None

    def close(self) -> None:
        """Leave nothing half written behind."""
        self.abandon()


def _sync(folder: Path) -> None:
    """A new name survives a power cut once its folder is on the disk, too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _name(message_id: str) -> str:
    return _UNFIT.sub("_", message_id.strip("<>")) + ".eml"
