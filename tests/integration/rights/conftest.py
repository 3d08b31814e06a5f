"""The small firm, for what may be seen and done in it."""

from tests.integration.firm import firm, furnished

__all__ = ["firm", "furnished"]
