"""Conditional rules in imports: rows that they stand against are listed, the others come in, and none costs a query."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event

from kartoteka.platform.services import history
from tests.integration.firm import Firm
from tests.integration.imports.sheets import all_of, faults, numbers, run, table

HEAD = ("Name", "Status", "Reason", "Amount", "Signed", "Parent")


def test_rows_that_a_rule_stands_against_are_listed_with_the_sentence(firm: Firm, tmp_path: Path) -> None:
    rows = table(
        HEAD,
        ("Good", "lost", "Price", "1", "", ""),
        ("Lacking", "lost", "", "1", "", ""),
        ("Misplaced", "lead", "Price", "1", "", ""),
        ("Child", "won", "", "1", "2026-01-01", "Father"),
        ("Father", "won", "", "1", "2026-01-01", ""),
        ("Unsigned", "won", "", "1", "", ""),
    )
    for trial in (True, False):
        job = run(firm, "deals", rows, tmp_path, dry_run=trial)
        assert numbers(job) == (6, 3, 0, 0, 3)
        assert faults(job) == [(3, "Reason", None), (4, "Reason", "Price"), (7, "Signed", None)]
        assert [each["message"] for each in job.result["errors"]] == [
            "“Reason” must be filled in because of “Status”.",
            "“Reason” does not belong here because of “Status”; leave it empty.",
            "“Signed” must be filled in.",
        ]
    made = {each.title: each for each in all_of(firm, "deals")}
    # The father stands below his child: the link is made when all are in, and is not yet a change of what is locked.
    assert [link.title for link in made["Child"].values["parent"]] == ["Father"]
    with firm.work("ana", write=True) as work:
        assert history.undo_batch(work, job.result["batch"]).undone == 3


def test_an_update_is_held_against_the_record_as_it_was(firm: Firm, tmp_path: Path) -> None:
    firm.create("deals", name="A", status="won", amount="1", signed="2026-01-01")
    firm.create("deals", name="B", status="lead", amount="1")
    firm.create("deals", name="C", status="lead", amount="1")
    rows = table(("Name", "Status", "Amount"), ("A", "won", "2"), ("B", "lost", "2"), ("C", "lead", "2"))
    job = run(firm, "deals", rows, tmp_path, key="name", mode="update")
    assert numbers(job) == (3, 0, 1, 0, 2)
    assert [(each["row"], each["message"]) for each in job.result["errors"]] == [
        (2, "“Amount” cannot be changed because of “Status”."),
        (3, "“Reason” must be filled in because of “Status”."),
    ]


@contextmanager
def statements(firm: Firm) -> Iterator[list[int]]:
    """How many statements a block takes."""
    counted = [0]

    def count(*_arguments: Any) -> None:
        counted[0] += 1

    event.listen(firm.office.engine, "before_cursor_execute", count)
    try:
        yield counted
    finally:
        event.remove(firm.office.engine, "before_cursor_execute", count)


def test_rules_cost_no_query_by_the_row(firm: Firm, tmp_path: Path) -> None:
    def sheet(mark: str, size: int) -> bytes:
        return table(HEAD[:3], *((f"{mark}{n}", "lost", "Price") for n in range(size)))

    run(firm, "deals", sheet("warm", 2), tmp_path)
    with statements(firm) as few:
        run(firm, "deals", sheet("a", 3), tmp_path)
    with statements(firm) as many:
        run(firm, "deals", sheet("b", 60), tmp_path)
    assert many[0] == few[0]
