"""The small firm, for what may be seen and done in it."""

from tests.integration.firm import firm

__all__ = ["firm"]
