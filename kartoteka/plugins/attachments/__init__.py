"""Attachments: files on records, with every version kept and every right respected."""

from kartoteka.plugins.attachments.plugin import plugin

__all__ = ["plugin"]
