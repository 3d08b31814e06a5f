"""Migrations of the plugin's tables."""
