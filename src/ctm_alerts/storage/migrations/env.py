"""Run by Alembic: migrates over the connection that `Database.migrate` hands in."""

from alembic import context

from ctm_alerts.storage.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
    user_module_prefix="schema.",
)
context.run_migrations()
