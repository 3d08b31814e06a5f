"""The firm whose design is changed."""

from tests.integration.firm import firm, furnished

__all__ = ["firm", "furnished"]
