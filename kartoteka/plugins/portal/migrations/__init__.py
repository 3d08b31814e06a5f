"""The migrations of the portal's own tables."""
