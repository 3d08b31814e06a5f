"""The firm for these tests."""

from tests.integration.firm import firm, furnished

__all__ = ["firm", "furnished"]
