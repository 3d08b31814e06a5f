"""Tasks: who is to do what by when, on a record or by itself."""

from kartoteka.plugins.tasks.plugin import plugin

__all__ = ["plugin"]
