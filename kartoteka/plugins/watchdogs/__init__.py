"""Watchdogs: everybody's own alerts, never lost, never told twice, tried on the past first."""

from kartoteka.plugins.watchdogs.plugin import plugin

__all__ = ["plugin"]
