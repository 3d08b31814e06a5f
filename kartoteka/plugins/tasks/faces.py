"""The pages of tasks, to which each module of this plugin adds its own."""

from pathlib import Path

from kartoteka.platform.sdk import Pages

pages = Pages("tasks", __name__, Path(__file__).parent)
