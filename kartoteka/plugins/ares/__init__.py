"""Companies filled in from public registers by number or name, compared with what is kept, and watched afterwards."""

from kartoteka.plugins.ares.plugin import plugin

__all__ = ["plugin"]
