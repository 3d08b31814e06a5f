"""Rows of spreadsheets made into records: options, columns, references, and the loading of one chunk."""
