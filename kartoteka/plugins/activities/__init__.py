"""Activities: what happened with a record: meetings, calls, letters, visits."""

from kartoteka.plugins.activities.plugin import plugin

__all__ = ["plugin"]
