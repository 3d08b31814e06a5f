"""The public API: what plugins and ready-made registries may use of the platform. Everything else may change."""

from kartoteka.platform.kernel.errors import (
    Conflict,
    Forbidden,
    Invalid,
    KartotekaError,
    Misconfigured,
    NotFound,
    StaleVersion,
)
from kartoteka.platform.kernel.events import DesignChanged, Event, RecordsChanged
from kartoteka.platform.kernel.texts import N_, _
from kartoteka.platform.services.modelling import (
    create_category,
    create_field,
    create_registry,
    create_role,
    create_section,
    set_grant,
)
from kartoteka.platform.services.people import create_user
from kartoteka.platform.services.records import (
    Link,
    Page,
    Query,
    Record,
    batch,
    browse,
    change,
    count,
    create,
    fetch,
    related,
    remove,
    restore,
    summary,
)
from kartoteka.platform.services.work import Work

__all__ = [
    "N_",
    "Conflict",
    "DesignChanged",
    "Event",
    "Forbidden",
    "Invalid",
    "KartotekaError",
    "Link",
    "Misconfigured",
    "NotFound",
    "Page",
    "Query",
    "Record",
    "RecordsChanged",
    "StaleVersion",
    "Work",
    "_",
    "batch",
    "browse",
    "change",
    "count",
    "create",
    "create_category",
    "create_field",
    "create_registry",
    "create_role",
    "create_section",
    "create_user",
    "fetch",
    "related",
    "remove",
    "restore",
    "set_grant",
    "summary",
]  # fmt: skip
