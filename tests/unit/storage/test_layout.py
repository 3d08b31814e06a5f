"""A layout takes over what an earlier one knows of registries that are as they were, and nothing else."""

from dataclasses import replace

from kartoteka.field_types import builtin
from kartoteka.field_types.absent import Types
from kartoteka.platform.catalog.definitions import Catalog, Field, Registry, Section
from kartoteka.platform.storage.layout import layout_of

TYPES = Types(builtin())


def registry(number: int, *types: str) -> Registry:
    """A registry with a field of each type."""
    fields = tuple(
        Field(id=10 * number + place, key=f"f{place}", name=f"F{place}", type=type_, options={}, section="basic",
              column=f"f{place}")
        for place, type_ in enumerate(types)
    )  # fmt: skip
    return Registry(id=number, key=f"r{number}", name=f"R{number}", name_one="", title="{f0}", icon="", colour="",
                    categories=(), sections=(Section(id=number, key="basic", name="Basic"),),
                    fields=fields)  # fmt: skip


def catalog(*registries: Registry) -> Catalog:
    """A design of some registries."""
    return Catalog(1, {each.key: each for each in registries}, {})


def test_only_what_changed_is_laid_out_anew() -> None:
    before = layout_of(catalog(registry(1, "text"), registry(2, "text", "money")), TYPES)
    # Read from the database once more: equal, but not the same objects.
    after = layout_of(catalog(registry(1, "text"), registry(2, "text", "date")), TYPES, before=before)
    assert after.tables["r1"] is before.tables["r1"] and after.kinds[10] is before.kinds[10]
    assert after.tables["r2"] is not before.tables["r2"]
    assert after.kinds[21].type.name == "date" and before.kinds[21].type.name == "money"


def test_a_registry_that_went_leaves_nothing() -> None:
    before = layout_of(catalog(registry(1, "text"), registry(2, "text")), TYPES)
    after = layout_of(catalog(registry(1, "text")), TYPES, before=before)
    assert set(after.tables) == {"r1"} and set(after.kinds) == {10}


def test_another_name_of_a_field_makes_no_other_table_for_the_rest() -> None:
    first, second = registry(1, "text"), registry(2, "text")
    renamed = replace(second, fields=(replace(second.fields[0], name="Other"),))
    before = layout_of(catalog(first, second), TYPES)
    after = layout_of(catalog(first, renamed), TYPES, before=before)
    assert after.tables["r1"] is before.tables["r1"] and after.tables["r2"] is not before.tables["r2"]


def test_a_type_that_was_not_there_is_asked_for_again() -> None:
    before = layout_of(catalog(registry(1, "text", "rating")), TYPES)
    assert before.kinds[11].absent
    after = layout_of(catalog(registry(1, "text", "rating")), Types({**builtin(), "rating": builtin()["integer"]}),
                      before=before)  # fmt: skip
    assert not after.kinds[11].absent
