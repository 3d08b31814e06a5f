"""Spreadsheets in and out, without a database: reading, guessing types, matching columns, writing."""
