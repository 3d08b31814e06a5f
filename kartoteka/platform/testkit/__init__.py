"""Conformance suites and fixtures for ourselves and for the authors of plugins."""
