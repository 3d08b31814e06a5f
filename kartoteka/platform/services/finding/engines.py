"""Which engine an office searches with."""

from weakref import WeakKeyDictionary

from kartoteka.platform.services.finding.database import DatabaseEngine
from kartoteka.platform.services.finding.embedded import EmbeddedEngine
from kartoteka.platform.services.finding.engine import Engine
from kartoteka.platform.services.office import Office

_engines: "WeakKeyDictionary[Office, EmbeddedEngine]" = WeakKeyDictionary()


def embedded_engine(office: Office) -> EmbeddedEngine:
    """This function will give the embedded engine of an office, opened at first use."""
    found = _engines.get(office)
    if found is None:
        found = _engines[office] = EmbeddedEngine(office.settings.data / "search")
    return found


def engine_of(office: Office) -> Engine:
    """This function will give the engine that the settings choose."""
    return embedded_engine(office) if office.settings.search == "whoosh" else DatabaseEngine()


__all__ = ["embedded_engine", "engine_of"]
