"""The pages of watchdogs, to which each module of this plugin adds its own."""

from pathlib import Path

from kartoteka.platform.sdk import Pages

pages = Pages("watchdogs", __name__, Path(__file__).parent)
