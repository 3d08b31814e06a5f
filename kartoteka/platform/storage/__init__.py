"""Definitions turned into tables, rows, indexes and full-text documents on SQLite and PostgreSQL."""
