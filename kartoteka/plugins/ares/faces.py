"""The pages of the plugin, to which each of its modules adds its own."""

from pathlib import Path

from kartoteka.platform.sdk import Pages

pages = Pages("ares", __name__, Path(__file__).parent)
