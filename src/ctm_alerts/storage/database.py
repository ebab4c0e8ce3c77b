"""The connection: an engine, transactions that read or write, and the migrations."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ctm_alerts.errors import OutcomeUnknown, StorageError

#: another writer may hold SQLite for this long before we give up, in milliseconds
BUSY_TIMEOUT = 60_000


class Database:
    """One database; hands out transactions.

    A database that is lost, locked or full is a StorageError; a broken rule of the schema stays an IntegrityError, since
    callers decide by it; all else is a defect and stays what it is.
    """

    def __init__(self, url: str, *, busy_timeout: int = BUSY_TIMEOUT) -> None:
        self.url = url
        if url.startswith("sqlite:///") and (path := url.removeprefix("sqlite:///")) not in ("", ":memory:"):
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self.engine = _make_engine(url, busy_timeout)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that writes; commits at the end, rolls back on any error.

        Raises:
            StorageError: the database is lost, locked or full; nothing was written.
            OutcomeUnknown: it was lost within COMMIT.
        """
        with self._transaction({"ctm_writes": True}) as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One transaction that reads a consistent state; raises StorageError."""
        # SQLite reads so anyway; PostgreSQL's default would see what others commit between two queries
        options = {"isolation_level": "REPEATABLE READ"} if self.engine.dialect.name == "postgresql" else {}
        with self._transaction(options) as connection:
            yield connection

    @contextmanager
    def _transaction(self, options: dict[str, Any]) -> Iterator[Connection]:
        committing = False
        try:
            with self.engine.connect().execution_options(**options) as connection, connection.begin():
                yield connection
                committing = "ctm_writes" in options
        except PoolTimeout as error:
            raise StorageError(
                "all connections to the database are busy; what is due stays due", permanent=False
            ) from error
        except DBAPIError as error:
            where = self.engine.url.render_as_string(hide_password=True)
            if committing and error.connection_invalidated:
                raise OutcomeUnknown(
                    f"the database {where} was lost within COMMIT: {_words(error)}; look whether it was written"
                ) from error
            remedy = _remedy(error)
            if remedy is None:
                raise
            raise StorageError(
                f"cannot use the database {where}: {_words(error)}; {remedy}", permanent=False
            ) from error

    def migrate(self) -> str:
        """Bring the schema to this version; returns the revision. Safe to run again.

        Raises:
            StorageError: the database is of a newer version, or cannot be used at all.
        """
        try:
            with self._transaction({"ctm_writes": True, "ctm_migrates": True}) as connection:
                if connection.dialect.name == "postgresql":  # a step may take long, and another process's too
                    connection.execute(text("SET LOCAL statement_timeout = 0"))
                    connection.execute(text("SET LOCAL lock_timeout = 0"))
                one_at_a_time(connection, "migrate")
                found = MigrationContext.configure(connection).get_current_revision()
                if found == _head():
                    return found or ""
                _refuse_newer(found)
                config = _alembic()
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
                if connection.dialect.name == "sqlite":
                    _check_foreign_keys(connection)
                return MigrationContext.configure(connection).get_current_revision() or ""
        except DBAPIError as error:
            raise StorageError(f"cannot use the database {self.engine.url!r}: {_words(error)}") from error

    def require_current(self) -> None:
        """Refuse to work on a schema of another version.

        Raises:
            StorageError: says whether to migrate or to start a newer version.
        """
        head = _head()
        try:
            with self.read() as connection:
                found = MigrationContext.configure(connection).get_current_revision()
        except DBAPIError as error:
            raise StorageError(f"cannot use the database {self.engine.url!r}: {_words(error)}") from error
        if found == head:
            return
        _refuse_newer(found)
        raise StorageError(
            f"the database is at {found or 'nothing'}, this version needs {head}; run: ctm-alerts migrate"
        )

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


@cache
def _head() -> str | None:
    """The revision of this version; read once, since it takes longer than to ask the database for its own."""
    return ScriptDirectory.from_config(_alembic()).get_current_head()


def _check_foreign_keys(connection: Connection) -> None:
    """They rest while tables are made anew; raises StorageError, and the old schema stays, when a row lost its partner."""
    lost = connection.execute(text("PRAGMA foreign_key_check")).all()
    if lost:
        raise StorageError(
            f"a row of {lost[0][0]} names one of {lost[0][2]} that is not there ({len(lost)} in all); nothing was"
            " changed: restore a backup, or mend the rows, and migrate again"
        )


def _refuse_newer(found: str | None) -> None:
    known = {s.revision for s in ScriptDirectory.from_config(_alembic()).walk_revisions()}
    if found is not None and found not in known:
        raise StorageError(f"the database is of a newer version ({found}); start that version of ctm-alerts")


def one_at_a_time(connection: Connection, what: str) -> None:
    """Let nobody else do this until the transaction ends: SQLite's writers are alone anyway, PostgreSQL's take a lock."""
    if connection.dialect.name == "postgresql":
        connection.execute(
            text("SELECT pg_advisory_xact_lock(hashtext(:what))"), {"what": f"ctm-alerts {what}"}
        )


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


#: SQLite's result codes that speak of the file and not of a statement (sqlite.org/rescode.html), with the remedy
_OF_THE_FILE = {
    5: "another program holds its lock; end that program, or wait: what is due stays due",  # BUSY
    6: "another connection holds its lock; wait: what is due stays due",  # LOCKED
    8: "it may only be read; let this user write to the file and its folder",  # READONLY
    10: "its disk fails; look at the system's log",  # IOERR
    11: "it is damaged; put the last copy of it back",  # CORRUPT
    13: "free some space; what is due stays due",  # FULL
    14: "let this user write to the file and its folder",  # CANTOPEN
    26: "this file is none; look at CTM_ALERTS_DATABASE_URL",  # NOTADB
}
#: classes of PostgreSQL's error codes that speak of the server: read-only, out of resources, ended by someone, its disk
_OF_THE_SERVER = ("25", "53", "57", "58")
#: nothing of ours waits so long for a lock, an answer or its own next statement: a server that is silent, or a worker that
#: was frozen within a transaction, must not stop the others (milliseconds); and a line that is dead is found out
_TIMES = "-c lock_timeout=30000 -c statement_timeout=120000 -c idle_in_transaction_session_timeout=30000"
_LINE = {"connect_timeout": 10, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3,
         "tcp_user_timeout": 60_000}  # fmt: skip
_SERVER = "is the server running, and is CTM_ALERTS_DATABASE_URL right? what is due stays due"


def _remedy(error: DBAPIError) -> str | None:
    """What a person can do about it, or None for a defect of ours."""
    orig = error.orig
    if isinstance(orig, sqlite3.Error):
        # the low byte is the code, the rest says more of it; an error of the module itself has none
        return _OF_THE_FILE.get(getattr(orig, "sqlite_errorcode", 0) & 0xFF)
    lost = error.connection_invalidated or type(error).__name__ in ("OperationalError", "InterfaceError")
    of_the_server = str(getattr(orig, "sqlstate", None) or "")[:2] in _OF_THE_SERVER
    return _SERVER if lost or of_the_server else None


def _words(error: DBAPIError) -> str:
    """What the driver says, on one line."""
    return "; ".join(line.strip() for line in str(error.orig).splitlines() if line.strip())


def _make_engine(url: str, busy_timeout: int) -> Engine:
    if url.startswith("postgresql://"):  # SQLAlchemy would take an older driver
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    own = {} if url.startswith("sqlite") else {**_LINE, **({} if "options=" in url else {"options": _TIMES})}
    engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"), connect_args=own)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda c, _: _on_sqlite_connect(c, busy_timeout))
        event.listen(engine, "begin", _on_sqlite_begin)
    return engine


def _on_sqlite_connect(connection: sqlite3.Connection, busy_timeout: int) -> None:
    """WAL, and FULL so that a committed intent survives a power cut; we say BEGIN ourselves."""
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={busy_timeout}", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _let_foreign_keys_rest(connection: Connection) -> None:
    """While tables are made anew: to drop the old one would count as to lose its rows (sqlite.org/foreignkeys, 5)."""
    migrates = bool(connection.get_execution_options().get("ctm_migrates", False))
    if migrates != connection.info.get("ctm_migrates", False):
        connection.exec_driver_sql(f"PRAGMA foreign_keys={'OFF' if migrates else 'ON'}")
        connection.info["ctm_migrates"] = migrates


def _on_sqlite_begin(connection: Connection) -> None:
    """A writer takes the lock at once: a reader that turns writer could find it taken and lose its work."""
    _let_foreign_keys_rest(connection)
    writes = connection.get_execution_options().get("ctm_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
