"""Routes of the design: registries, sections, fields and categories."""

from typing import Any

from flask import Response

from kartoteka.platform.catalog.definitions import Registry
from kartoteka.platform.front import begin, needs, signed_in
from kartoteka.platform.front.ready import shelf
from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.rest import answers, schemas, visible
from kartoteka.platform.rest.answers import answer, listing, nothing
from kartoteka.platform.rest.designing import ETAG, changed, etag
from kartoteka.platform.rest.resource import PREFIX, Resource
from kartoteka.platform.services import modelling, ready_made
from kartoteka.platform.services.ready_made import Wish
from kartoteka.platform.services.work import Work

design = Resource("design", "What the firm keeps records of, and how.")
REGISTRY = "/registries/<registry>"
OFF = {"active": False}


@design.verb("GET", "/registries", signed_in, gives=schemas.page_of(schemas.Registry))
def list_registries() -> Response:
    """This function will list the registries that the caller may see."""
    with begin() as work:
        return listing(visible.registries(work))


@design.verb(
    "POST", "/registries", needs("design"), body=schemas.Registry, gives=schemas.Registry, status=201
)
def create_registry(body: dict[str, Any]) -> Response:
    """This function will make a registry from a whole nested definition, or from a template."""
    with begin(design=True) as work:
        made = _from_template(work, body) if "template" in body else modelling.create_registry(work, body)
        return answer(answers.registry(made), 201, Location=f"{PREFIX}/registries/{made.key}")


def _from_template(work: Work, body: dict[str, Any]) -> Registry:
    """A ready-made registry with the rest of the body in the place of its own."""
    changes = {name: value for name, value in body.items() if name not in ("template", "along", "samples")}
    for name in ("along", "samples"):
        if body.get(name) not in (None, True, False):
            raise Invalid({name: [_("This must be true or false.")]})
    wish = Wish(str(body["template"]), changes, body.get("along"), body.get("samples") is True)
    return ready_made.install(work, shelf(), wish).registry


@design.verb("GET", REGISTRY, signed_in, gives=schemas.Registry, headers=ETAG)
def get_registry(registry: str) -> Response:
    """This function will give a registry as far as the caller may see it."""
    with begin() as work:
        shown = answer(visible.registry(work, registry))
        if "design" in work.actor.powers:
            shown.headers["ETag"] = etag(work, ("registries", registry))
        return shown


@design.verb("PATCH", REGISTRY, needs("design"), body=schemas.Registry, gives=schemas.Registry, headers=ETAG)
def change_registry(body: dict[str, Any], registry: str) -> Response:
    """This function will change a registry; sections and fields only when the body names them."""
    return changed(
        lambda work: modelling.change_registry(work, registry, body),
        lambda made: answer(answers.registry(made)),
        ("registries", registry),
    )


@design.verb("DELETE", REGISTRY, needs("design"), status=204)
def switch_off_registry(registry: str) -> Response:
    """This function will switch a registry off; nothing is lost."""
    return changed(
        lambda work: modelling.change_registry(work, registry, OFF),
        lambda _made: nothing(),
        ("registries", registry),
    )


@design.verb("GET", f"{REGISTRY}/sections", signed_in, gives=schemas.page_of(schemas.SectionAlone))
def list_sections(registry: str) -> Response:
    """This function will list the sections of a registry."""
    with begin() as work:
        return listing(visible.sections(work, registry))


@design.verb(
    "POST",
    f"{REGISTRY}/sections",
    needs("design"),
    body=schemas.Section,
    gives=schemas.SectionAlone,
    status=201,
)
def create_section(body: dict[str, Any], registry: str) -> Response:
    """This function will add a section to a registry."""
    place = f"{PREFIX}/registries/{registry}/sections/"
    return changed(
        lambda work: modelling.create_section(work, registry, body),
        lambda made: answer(answers.section(made), 201, Location=place + made.key),
    )


@design.verb(
    "PATCH",
    f"{REGISTRY}/sections/<section>",
    needs("design"),
    body=schemas.Section,
    gives=schemas.SectionAlone,
    headers=ETAG,
)
def change_section(body: dict[str, Any], registry: str, section: str) -> Response:
    """This function will change a section, move it, or switch it off or on."""
    return changed(
        lambda work: modelling.change_section(work, registry, section, body),
        lambda made: answer(answers.section(made)),
        ("sections", registry, section),
    )


@design.verb("DELETE", f"{REGISTRY}/sections/<section>", needs("design"), status=204)
def switch_off_section(registry: str, section: str) -> Response:
    """This function will switch a section off; nothing is lost."""
    return changed(
        lambda work: modelling.change_section(work, registry, section, OFF),
        lambda _made: nothing(),
        ("sections", registry, section),
    )


@design.verb("GET", f"{REGISTRY}/fields", signed_in, gives=schemas.page_of(schemas.FieldPlaced))
def list_fields(registry: str) -> Response:
    """This function will list the fields of a registry, section by section."""
    with begin() as work:
        return listing(visible.fields(work, registry))


@design.verb(
    "POST",
    f"{REGISTRY}/fields",
    needs("design"),
    body=schemas.FieldPlaced,
    gives=schemas.FieldPlaced,
    status=201,
)
def create_field(body: dict[str, Any], registry: str) -> Response:
    """This function will add a field to a section of a registry."""
    place = f"{PREFIX}/registries/{registry}/fields/"
    return changed(
        lambda work: modelling.create_field(work, registry, body),
        lambda made: answer(answers.field(made), 201, Location=place + made.key),
    )


@design.verb(
    "PATCH",
    f"{REGISTRY}/fields/<field>",
    needs("design"),
    body=schemas.FieldChange,
    gives=schemas.FieldPlaced,
    headers=ETAG,
)
def change_field(body: dict[str, Any], registry: str, field: str) -> Response:
    """This function will change a field, move it, or switch it off or on."""
    return changed(
        lambda work: modelling.change_field(work, registry, field, body),
        lambda made: answer(answers.field(made)),
        ("fields", registry, field),
    )


@design.verb("DELETE", f"{REGISTRY}/fields/<field>", needs("design"), status=204)
def switch_off_field(registry: str, field: str) -> Response:
    """This function will switch a field off; its values are kept."""
    return changed(
        lambda work: modelling.change_field(work, registry, field, OFF),
        lambda _made: nothing(),
        ("fields", registry, field),
    )


@design.verb("GET", f"{REGISTRY}/categories", signed_in, gives=schemas.page_of(schemas.Category))
def list_categories(registry: str) -> Response:
    """This function will list the categories of a registry."""
    with begin() as work:
        return listing(visible.registry(work, registry)["categories"])


@design.verb(
    "POST",
    f"{REGISTRY}/categories",
    needs("design"),
    body=schemas.Category,
    gives=schemas.Category,
    status=201,
)
def create_category(body: dict[str, Any], registry: str) -> Response:
    """This function will add a category to a registry."""
    place = f"{PREFIX}/registries/{registry}/categories/"
    return changed(
        lambda work: modelling.create_category(work, registry, body),
        lambda made: answer(answers.category(made), 201, Location=place + made.key),
    )


@design.verb(
    "PATCH",
    f"{REGISTRY}/categories/<category>",
    needs("design"),
    body=schemas.Category,
    gives=schemas.Category,
    headers=ETAG,
)
def change_category(body: dict[str, Any], registry: str, category: str) -> Response:
    """This function will change a category, move it, or switch it off or on."""
    return changed(
        lambda work: modelling.change_category(work, registry, category, body),
        lambda made: answer(answers.category(made)),
        ("categories", registry, category),
    )


@design.verb("DELETE", f"{REGISTRY}/categories/<category>", needs("design"), status=204)
def switch_off_category(registry: str, category: str) -> Response:
    """This function will switch a category off; records keep it."""
    return changed(
        lambda work: modelling.change_category(work, registry, category, OFF),
        lambda _made: nothing(),
        ("categories", registry, category),
    )
