"""Kartoteka: registries of anything a firm keeps, defined in the browser."""

__version__ = "0.1.0"
