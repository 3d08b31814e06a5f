"""Imports: what comes in, what is told about the rest, and what stays when a program dies in the middle."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from kartoteka.platform.kernel.errors import Forbidden, Invalid, KartotekaError, NotFound
from kartoteka.platform.services import history, imports, jobs, modelling, records
from tests.integration.firm import Firm
from tests.integration.imports.sheets import all_of, faults, look, numbers, order, run, table, values

CONTRACTS = table(
    ("ContractID", "Title", "Company", "IČO", "Concluded", "Value", "Duration"),
    *(
        (f"OBJ-{n}/2020", f"Dodávka, „řezivo“ {n}\r\na montáž", "Šumava s.r.o.", ("4146506", "27082440")[n % 2],
         ("30. 06. 2020", "28. 08. 0018", "")[n % 3], ("24977,8", "1050", "")[n % 3], ("určitá", "neurčitá")[n % 2])
        for n in range(12)
    ),
    encoding="cp1250",
)  # fmt: skip


def test_a_registry_is_made_of_a_czech_table(firm: Firm, tmp_path: Path) -> None:
    job = run(firm, "contracts", CONTRACTS, tmp_path, create=True, key="contract_id")
    assert numbers(job) == (12, 12, 0, 0, 0)
    recognised = job.result["recognised"]
    assert (recognised["encoding"], recognised["delimiter"], recognised["header_row"]) == (
        "windows-1250",
        ";",
        1,
    )
    assert recognised["types"] == {
        "ContractID": "text", "Title": "long_text", "Company": "text", "IČO": "ico", "Concluded": "date",
        "Value": "decimal", "Duration": "choice",
    }  # fmt: skip
    first, second = all_of(firm, "contracts")[:2]
    assert first.values["title"] == "Dodávka, „řezivo“ 0\na montáž"
    assert (first.values["ico"], second.values["ico"]) == ("04146506", "27082440")
    assert (first.values["concluded"], second.values["concluded"]) == (date(2020, 6, 30), date(18, 8, 28))
    assert first.values["value"] == Decimal("24977.80")
    with firm.work("ana") as work:
        key = work.catalog.registries["contracts"].field("contract_id")
    assert key is not None and key.unique and key.required


def test_the_same_file_again_changes_nothing(firm: Firm, tmp_path: Path) -> None:
    run(firm, "contracts", CONTRACTS, tmp_path, create=True, key="contract_id")
    again = run(firm, "contracts", CONTRACTS, tmp_path, mode="upsert", key="contract_id")
    assert numbers(again) == (12, 0, 0, 12, 0)
    assert {each.version for each in all_of(firm, "contracts")} == {1}


def test_records_are_called_by_their_names_wherever_these_stand(firm: Firm, tmp_path: Path) -> None:
    rows = table(("IČO", "Name", "City"), ("27082440", "Alfa Dřevo", "Brno"), ("", "Beta Sklo", "Brno"))
    run(firm, "suppliers", rows, tmp_path, create=True)
    assert [each.title for each in all_of(firm, "suppliers")] == ["Alfa Dřevo", "Beta Sklo"]


def test_missing_fields_are_made_beside_those_that_are_there(firm: Firm, tmp_path: Path) -> None:
    rows = table(("Name", "Employees", "Note"), ("Alfa", 10, "x"), ("Beta", 12, "y"))
    assert numbers(run(firm, "companies", rows, tmp_path, create=True, mapping={"Note": ""})) == (
        2,
        2,
        0,
        0,
        0,
    )
    assert values(firm, "companies", "employees") == [10, 12]
    assert "note" not in all_of(firm, "companies")[0].values


def test_rows_that_are_wrong_are_told_and_the_others_go_in(firm: Firm, tmp_path: Path) -> None:
    rows = table(
        ("Name", "Turnover", "Code"),
        ("Alfa", "1 000,50", "a"), ("Beta", "much", "b"), ("", "3", "c"), ("Gama", "4", "a"), ("Delta", "5", "d"),
    )  # fmt: skip
    job = run(firm, "companies", rows, tmp_path)
    assert numbers(job) == (5, 2, 0, 0, 3)
    assert faults(job) == [(3, "Turnover", "much"), (4, "Name", None), (5, "Code", "a")]
    assert all(each["message"].endswith(".") for each in job.result["errors"])
    assert values(firm, "companies", "name") == ["Alfa", "Delta"]
    assert values(firm, "companies", "turnover") == [Decimal("1000.50"), Decimal("5.00")]


def test_a_value_that_somebody_has_already_keeps_only_its_row_out(firm: Firm, tmp_path: Path) -> None:
    firm.create("companies", name="Old", code="taken")
    job = run(firm, "companies", table(("name", "code"), ("A", "1"), ("B", "taken"), ("C", "3")), tmp_path)
    assert numbers(job) == (3, 2, 0, 0, 1)
    assert faults(job) == [(3, "code", "taken")]


def test_modes(firm: Firm, tmp_path: Path) -> None:
    firm.create("companies", name="Alfa", code="a", city="Brno")
    rows = table(("code", "name", "city"), ("a", "Alfa", "Praha"), ("b", "Beta", ""))
    assert faults(run(firm, "companies", rows, tmp_path, key="code", mode="add")) == [(2, "code", "a")]
    assert numbers(run(firm, "companies", rows, tmp_path, key="code", mode="update")) == (2, 0, 1, 1, 0)
    assert values(firm, "companies", "city") == ["Praha", None]
    assert numbers(run(firm, "companies", rows, tmp_path, key="Code")) == (2, 0, 0, 2, 0)
    gone = table(("code", "city"), ("z", "Praha"))
    assert faults(run(firm, "companies", gone, tmp_path, key="code", mode="update")) == [(2, "code", "z")]


def test_records_are_recognised_by_their_id(firm: Firm, tmp_path: Path) -> None:
    record = firm.create("companies", name="Alfa")
    job = run(
        firm,
        "companies",
        table(("id", "name"), (record, "Beta"), (record + 999, "?"), ("x", "?")),
        tmp_path,
        key="id",
    )
    assert numbers(job) == (3, 0, 1, 0, 2)
    assert values(firm, "companies", "name") == ["Beta"]


def test_keys_that_repeat_or_mean_several_are_told(firm: Firm, tmp_path: Path) -> None:
    for _number in range(2):
        firm.create("companies", name="Twin")
    rows = table(("name", "city"), ("Twin", "Brno"), ("Solo", "Brno"), ("Solo", "Praha"), ("", "Zlín"))
    job = run(firm, "companies", rows, tmp_path, key="name")
    assert numbers(job) == (4, 1, 0, 0, 3)
    assert faults(job) == [(2, "name", "Twin"), (4, "name", "Solo"), (5, "name", None)]
    assert "3" in job.result["errors"][1]["message"]


def test_an_import_is_one_batch_that_can_be_undone(
    firm: Firm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "CHUNK", 2)
    old = firm.create("companies", name="Alfa", code="a", city="Brno")
    rows = table(
        ("code", "name", "city"), ("a", "Alfa", "Praha"), *((n, f"New {n}", "Zlín") for n in range(5))
    )
    job = run(firm, "companies", rows, tmp_path, key="code")
    assert numbers(job) == (6, 5, 1, 0, 0)
    with firm.work("ana") as work:
        newest = history.entries(work, "companies", old)[0]
    assert (newest.via, newest.batch) == ("import", job.result["batch"])
    with firm.work("ana", write=True) as work:
        assert history.undo_batch(work, job.result["batch"]).undone == 6
    assert values(firm, "companies", "city") == ["Brno"]
    with firm.work("ana") as work:
        assert history.verify(work).broken is None


def test_relations_by_title_by_key_and_by_number(firm: Firm, tmp_path: Path) -> None:
    alfa, beta = (
        firm.create("companies", name="Alfa", code="k1"),
        firm.create("companies", name="Beta; a syn", code="k2"),
    )
    for _number in range(2):
        firm.create("companies", name="Twin")
    rows = table(
        ("Name", "Companies"),
        ("by title", "Alfa"), ("by key", "k2"), ("by number", f"#{alfa}"), ("several", f"Alfa;k2; {beta}"),
        ("lines", "k2\nAlfa"),
        ("whole", "Beta; a syn"), ("none", ""), ("unknown", "Gama"), ("unclear", "Twin"),
    )  # fmt: skip
    job = run(firm, "contacts", rows, tmp_path)
    assert faults(job) == [(9, "Companies", "Gama"), (10, "Companies", "Twin")]
    assert dict(zip(values(firm, "contacts", "name"), values(firm, "contacts", "companies"), strict=True)) == {
        "by title": ["Alfa"], "by key": ["Beta; a syn"], "by number": ["Alfa"], "several": ["Alfa", "Beta; a syn"],
        "lines": ["Beta; a syn", "Alfa"], "whole": ["Beta; a syn"], "none": [],
    }  # fmt: skip


def test_records_that_a_relation_lacks_can_be_made(firm: Firm, tmp_path: Path) -> None:
    rows = table(("Name", "Companies"), ("Ada", "Alfa; Beta"), ("Bob", "Beta"))
    assert numbers(run(firm, "contacts", rows, tmp_path, create_missing=True)) == (2, 2, 0, 0, 0)
    assert values(firm, "contacts", "companies") == [["Alfa", "Beta"], ["Beta"]]
    assert values(firm, "companies", "name") == ["Alfa", "Beta"]


def test_users_by_address_and_by_name(firm: Firm, tmp_path: Path) -> None:
    rows = table(
        ("Name", "Keeper"), ("one", "EDA@firm.example"), ("two", "Vera"), ("three", "nobody@firm.example")
    )
    job = run(firm, "contacts", rows, tmp_path)
    assert values(firm, "contacts", "keeper") == [["Eda"], ["Vera"]]
    assert faults(job) == [(4, "Keeper", "nobody@firm.example")]


FAMILY = table(
    ("Account", "Part of"), ("Child", "Parent"), ("Grandchild", "Child"), ("Parent", ""), ("Lost", "Nobody")
)
FAMILY_MAPPING = {"Account": "account", "Part of": "part_of:relation:accounts"}


@pytest.mark.parametrize("chunk", [1, 500])
def test_rows_may_point_at_rows_further_down(
    firm: Firm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(imports, "CHUNK", chunk)
    job = run(firm, "accounts", FAMILY, tmp_path, create=True, key="account", mapping=FAMILY_MAPPING)
    assert numbers(job) == (4, 4, 0, 0, 0)
    assert faults(job) == [(5, "Part of", "Nobody")]
    assert values(firm, "accounts", "part_of") == [["Parent"], ["Child"], [], []]
    again = run(firm, "accounts", FAMILY, tmp_path, key="account")
    assert numbers(again) == (4, 0, 0, 4, 0)


def pointing_at_itself(key: str, title: str) -> dict[str, Any]:
    fields = [
        {"key": title, "name": title.title(), "type": "text"},
        {"key": "part_of", "name": "Part of", "type": "relation", "options": {"target": key}},
    ]
    return {"key": key, "name": key.title(), "sections": [{"key": "a", "name": "A", "fields": fields}]}


def test_categories(firm: Firm, tmp_path: Path) -> None:
    rows = table(("Name", "Category"), ("A", "Customer"), ("B", "SUPPLIER"), ("C", ""), ("D", "friend"))
    job = run(firm, "companies", rows, tmp_path)
    assert [each.category for each in all_of(firm, "companies")] == ["customer", "supplier", None]
    assert faults(job) == [(5, "Category", "friend")]


@pytest.mark.parametrize("create", [False, True])
def test_a_trial_tells_everything_and_changes_nothing(firm: Firm, tmp_path: Path, create: bool) -> None:
    if not create:
        with firm.work("ana", design=True) as work:
            modelling.create_registry(work, pointing_at_itself("accounts", "account"))
    mapping = FAMILY_MAPPING if create else None
    job = run(firm, "accounts", FAMILY, tmp_path, create=create, key="account", mapping=mapping, dry_run=True)
    assert numbers(job) == (4, 4, 0, 0, 0)
    assert faults(job) == [(5, "Part of", "Nobody")]
    assert job.result["batch"] is None
    if create:
        with firm.work("ana") as work, pytest.raises(NotFound):
            work.open("accounts")
    else:
        assert all_of(firm, "accounts") == []


def test_stopping_at_the_first_error_takes_everything_back(
    firm: Firm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "CHUNK", 2)
    old = firm.create("companies", name="Alfa", code="a", city="Brno")
    rows = table(
        ("code", "name", "city"),
        ("a", "Alfa", "Praha"),
        ("b", "Beta", ""),
        ("c", "Gama", ""),
        ("d", "", ""),
        ("e", "E", ""),
    )
    job = run(firm, "companies", rows, tmp_path, key="code", on_error="stop")
    assert job.state == "failed"
    assert job.error is not None and "5" in job.error
    assert (job.result["created"], job.result["updated"]) == (0, 0)
    assert faults(job) == [(5, "name", None)]
    assert [(each.id, each.values["city"]) for each in all_of(firm, "companies")] == [(old, "Brno")]


# Rights


def test_the_importer_fills_in_only_what_he_may(firm: Firm, tmp_path: Path) -> None:
    rows = table(("Name", "Turnover"), ("Alfa", "5"))
    assert numbers(run(firm, "companies", rows, tmp_path, "eda")) == (1, 1, 0, 0, 0)
    assert values(firm, "companies", "turnover") == [None]
    with pytest.raises(Invalid) as refused:
        run(firm, "companies", rows, tmp_path, "eda", mapping={"Name": "name", "Turnover": "turnover"})
    assert refused.value.errors == {"mapping": ["There is no field “turnover”."]}


def test_without_the_right_nothing_is_imported(firm: Firm, tmp_path: Path) -> None:
    rows = table(("Name",), ("Alfa",))
    with pytest.raises(Forbidden):
        run(firm, "companies", rows, tmp_path, "vera")
    with pytest.raises(NotFound):
        run(firm, "companies", rows, tmp_path, "nik")
    with pytest.raises(Forbidden):
        run(firm, "companies", rows, tmp_path, "eda", create=True)


def test_rows_out_of_reach_are_errors_without_details(firm: Firm, tmp_path: Path) -> None:
    with firm.work("ana", design=True) as work:
        rights = ["view", "create", "edit", "import"]
        rule = {"field": "city", "op": "eq", "value": "Brno"}
        modelling.set_grant(
            work, "local", "companies", {"rights": rights, "rows": rule, "sections": {"basic": "edit"}}
        )
    firm.create("companies", name="Hidden", code="h", city="Praha", remark="secret")
    firm.create("companies", name="Mine", code="m", city="Brno")
    rows = table(
        ("code", "name", "city"),
        ("h", "Mine now", "Brno"), ("m", "Mine still", "Brno"), ("m2", "New", "Brno"), ("p", "Elsewhere", "Praha"),
    )  # fmt: skip
    job = run(firm, "companies", rows, tmp_path, "lola", key="code")
    assert numbers(job) == (4, 1, 1, 0, 2)
    assert [(each["row"], each["value"]) for each in job.result["errors"]] == [(2, "h"), (5, None)]
    assert "secret" not in str(job.result) and "Hidden" not in str(job.result)
    assert values(firm, "companies", "name") == ["Hidden", "Mine still", "New"]


def test_the_right_to_import_counts_row_by_row(firm: Firm, tmp_path: Path) -> None:
    with firm.work("ana", design=True) as work:
        everything = {"rights": ["view", "create", "edit"], "sections": {"basic": "edit"}}
        modelling.set_grant(work, "viewer", "companies", everything)
        rule = {"field": "city", "op": "eq", "value": "Brno"}
        modelling.set_grant(
            work,
            "banker",
            "companies",
            {"rights": ["view", "import"], "rows": rule, "sections": {"basic": "edit"}},
        )
    other = firm.create("companies", name="Other", code="o", city="Praha")
    rows = table(
        ("code", "name", "city"), ("o", "Changed", "Praha"), ("n", "New", "Brno"), ("x", "New", "Praha")
    )
    job = run(firm, "companies", rows, tmp_path, "bara", key="code")
    assert numbers(job) == (3, 1, 0, 0, 2)
    firm.change("companies", other, "bara", name="By hand")


def test_rights_are_asked_again_for_every_chunk(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "CHUNK", 1)
    job = order(firm, "companies", table(("name",), ("A",), ("B",), ("C",)), "eda")

    def take_away(done: int, _total: int) -> None:
        if done == 1:
            with firm.work("ana", design=True) as work:
                modelling.set_grant(
                    work, "editor", "companies", {"rights": ["view"], "sections": {"basic": "edit"}}
                )

    jobs.run_job(firm.office, job, progress=take_away)
    assert look(firm, job).state == "failed"
    assert values(firm, "companies", "name") == ["A"]


# Interruptions


def kept(firm: Firm) -> list[Path]:
    folder = firm.office.settings.data / "imports"
    return sorted(folder.iterdir()) if folder.exists() else []


def test_the_file_waits_for_its_job_and_goes_with_it(firm: Firm) -> None:
    job = order(firm, "companies", table(("name",), ("A",)))
    assert len(kept(firm)) == 1
    assert jobs.run_job(firm.office, job)
    assert look(firm, job).state == "done"
    assert kept(firm) == []


def test_an_interrupted_import_goes_on_without_doubling(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "CHUNK", 2)
    rows = [("Name", "Part of"), *((f"Row {n}", f"Row {(n + 3) % 9}") for n in range(9)), ("Row 0", "")]
    with firm.work("ana", design=True) as work:
        modelling.create_registry(work, pointing_at_itself("parts", "name"))
    job = order(firm, "parts", table(*rows), key="name", mode="upsert")
    turns = 0
    while look(firm, job).state in ("queued", "running"):
        stop = Event()
        stop.set()
        assert jobs.run_job(firm.office, job, stop=stop)
        turns += 1
        assert turns < 40
    found = look(firm, job)
    assert numbers(found) == (10, 9, 0, 0, 1)
    assert turns > 8
    assert faults(found) == [(11, "Name", "Row 0")]
    assert values(firm, "parts", "name") == [f"Row {n}" for n in range(9)]
    assert values(firm, "parts", "part_of") == [[f"Row {(n + 3) % 9}"] for n in range(9)]
    with firm.work("ana") as work:
        assert records.count(work, "parts", records.Query()) == 9
    assert kept(firm) == []


# What cannot be used


@pytest.mark.parametrize(
    ("options", "about"),
    [
        ({"colour": "red"}, "colour"),
        ({"mode": "replace"}, "mode"),
        ({"mode": "upsert"}, "key"),
        ({"key": "nothing"}, "key"),
        ({"key": "category", "mapping": {"Name": "name", "City": "category"}}, "key"),
        ({"mapping": {"Name": "name", "No such": "city"}}, "mapping"),
        ({"mapping": {"Name": "no_such"}}, "mapping"),
        ({"mapping": {"Name": "name", "City": "name"}}, "mapping"),
        ({"mapping": {"City": "city"}}, "mapping"),
        ({"mapping": {"Name": "id"}}, "mapping"),
        ({"mapping": ["Name"]}, "mapping"),
        ({"dry_run": "yes"}, "dry_run"),
        ({"on_error": "explode"}, "on_error"),
        ({"encoding": "klingon"}, "encoding"),
        ({"delimiter": ";;"}, "delimiter"),
        ({"types": {"City": "text"}}, "types"),
        ({"create": True, "types": {"City": "no_such"}}, "types"),
        ({"create": True, "types": {"No such": "text"}}, "mapping"),
    ],
)  # fmt: skip
def test_options_that_cannot_be_used_are_refused(
    firm: Firm, tmp_path: Path, options: dict[str, Any], about: str
) -> None:
    rows = table(("Name", "City", "More"), ("Alfa", "Brno", "x"))
    try:
        job = run(firm, "companies", rows, tmp_path, **options)
    except KartotekaError as error:
        assert list(error.errors) == [about]
        assert all(sentence.endswith(".") or "there are" in sentence for sentence in error.errors[about])
    else:
        # What only the making of fields can tell ends the job.
        assert job.state == "failed" and (job.error or "").startswith(about)
    assert all_of(firm, "companies") == []


@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\n" + bytes(100), b"", b"%PDF-1.7 x", b"PK\x03\x04 broken"]
)
def test_files_that_are_no_spreadsheet_are_refused(firm: Firm, tmp_path: Path, content: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        run(firm, "companies", content, tmp_path)
    assert list(refused.value.errors) == ["file"]
    with pytest.raises(Invalid):
        order(firm, "companies", content)
    assert kept(firm) == []
