"""The generic engine: it knows registries as such, never a particular one."""
