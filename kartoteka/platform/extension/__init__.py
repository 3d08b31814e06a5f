"""What a plugin is, how plugins are found, and how they are put into the application."""

from kartoteka.platform.extension.discovery import Found, discover
from kartoteka.platform.extension.plugging import plug_in
from kartoteka.platform.extension.plugin import Plugin

__all__ = ["Found", "Plugin", "discover", "plug_in"]
