"""Measures Kartoteka against a floor: hand-written SQL behind a bare Flask endpoint."""
