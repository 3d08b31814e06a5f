"""What a change of the design would do, before it is done: its steps, the design after it, what stands against it."""

from kartoteka.platform.services.modelling.designer import Foresight

__all__ = ["Foresight"]
