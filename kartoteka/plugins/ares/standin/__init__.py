"""A stand-in for the public registers, with invented companies in true shapes: for trying out, and for tests."""

from kartoteka.plugins.ares.standin.server import StandIn

__all__ = ["StandIn"]
