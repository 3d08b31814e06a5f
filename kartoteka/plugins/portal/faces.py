"""The pages of the portal, to which each module of this plugin adds its own."""

from pathlib import Path

from kartoteka.platform.sdk import Pages

pages = Pages("portal", __name__, Path(__file__).parent)
