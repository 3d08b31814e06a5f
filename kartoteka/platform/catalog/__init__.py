"""The design as data: definitions of registries and roles, their rules, plans of change, portable form."""
