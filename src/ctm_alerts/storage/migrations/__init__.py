"""The steps that lead to the schema, for Alembic."""
