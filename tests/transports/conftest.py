"""The same databases as in the tests of storage."""

from tests.storage.conftest import database, migrated, migrated_postgres, sqlite

__all__ = ["database", "migrated", "migrated_postgres", "sqlite"]
