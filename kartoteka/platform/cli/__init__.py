"""The command line: every command a thin call of the same verbs that the web and REST use."""

from kartoteka.platform.cli.commands import main

__all__ = ["main"]
