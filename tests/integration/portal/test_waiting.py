"""The number of what waits for the firm: right by rights, and counted without going through all that ever was."""

from typing import Any

from sqlalchemy import event

from kartoteka.platform.sdk import Bearer, create, set_grant
from kartoteka.plugins.portal.design import COMMENT, TALKS
from kartoteka.plugins.portal.staff import waiting_number
from tests.integration.portal.conftest import Firm


def test_what_waits_is_counted_without_reading_what_is_dealt_with(firm: Firm) -> None:
    with firm.as_("ada") as work:
        for number, registry in enumerate(("orders", "orders", "contacts")):
            record = firm.ids["acme 1" if registry == "orders" else "ann"]
            values = {"text": f"Hello {number}", "outside": True, "state": "open"}
            create(work, TALKS, values, category=COMMENT, on=Bearer(registry, record))
    counted: list[tuple[str, Any]] = []

    def keep(_connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        if statement.startswith("SELECT count"):
            counted.append((statement, values))

    with firm.as_("sam") as work:
        assert waiting_number(work) == "3"
    with firm.design() as work:
        hidden = {"rights": ["view"], "sections": {"basic": "read", "portal": "hidden"}}
        for registry in ("contacts", "companies"):
            set_grant(work, "seller", registry, hidden)
    with firm.as_("sam") as work:
        event.listen(firm.office.engine, "before_cursor_execute", keep)
        try:
            assert waiting_number(work) == "2", "that on the contact is hidden with its tab"
        finally:
            event.remove(firm.office.engine, "before_cursor_execute", keep)
        ((statement, values),) = counted
        if firm.office.engine.dialect.name == "sqlite":
            # Nearly all rows lie on records of the registry that he sees: to begin there is to read them all.
            plan = work.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
            assert not any("_on (" in row[3] for row in plan), plan
