"""Kinds of values: how each is stored, read, written out and invented; depends on nothing of ours."""
