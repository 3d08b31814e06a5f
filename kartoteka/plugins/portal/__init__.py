"""The portal: the window of customers and partners, through which they see exactly their own."""

from kartoteka.plugins.portal.plugin import plugin

__all__ = ["plugin"]
