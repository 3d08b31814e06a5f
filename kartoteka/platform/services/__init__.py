"""Use cases: verbs on a piece of work."""
