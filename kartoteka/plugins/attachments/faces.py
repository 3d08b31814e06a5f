"""The pages of attachments, to which each module of this plugin adds its own."""

from pathlib import Path

from kartoteka.platform.sdk import Pages

pages = Pages("attachments", __name__, Path(__file__).parent)
