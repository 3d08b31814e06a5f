"""The firm whose design is changed."""

from tests.integration.firm import firm

__all__ = ["firm"]
