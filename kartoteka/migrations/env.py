"""How alembic runs: always on the connection that the installing verb gives it, inside its transaction."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=context.config.attributes.get("metadata"),
    # Each plugin counts its own steps.
    version_table=context.config.attributes.get("version_table", "alembic_version"),
)
context.run_migrations()
