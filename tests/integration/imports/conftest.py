"""The firm for these tests."""

from tests.integration.firm import firm

__all__ = ["firm"]
