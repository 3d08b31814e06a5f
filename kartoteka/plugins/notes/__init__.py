"""Notes: what people think of a record, for everybody who sees it or for themselves alone."""

from kartoteka.plugins.notes.plugin import plugin

__all__ = ["plugin"]
