"""Verbs on the whole design as one document: out, planned, in."""

from dataclasses import replace
from typing import Any

from kartoteka.platform.catalog import portable
from kartoteka.platform.catalog.definitions import Catalog
from kartoteka.platform.catalog.steps import Step
from kartoteka.platform.services.contributions import told_settings
from kartoteka.platform.services.modelling import home_pages
from kartoteka.platform.services.modelling.designer import Designer, Plan
from kartoteka.platform.services.work import Work


def export_design(work: Work) -> dict[str, Any]:
    """This function will give the whole design as one document, the same for the same design."""
    work.require("design")
    pages = home_pages.documents(work)
    return {**design_document(work, work.catalog), **({"home_pages": pages} if pages else {})}


def design_document(work: Work, catalog: Catalog) -> dict[str, Any]:
    """This function will give a design, of today or of an earlier version, as one document; secrets stay out of it."""
    return {
        "kartoteka": 1,
        "registries": [portable.registry_to_document(each) for each in catalog.registries.values()],
        "roles": [portable.role_to_document(each) for each in catalog.roles.values() if not each.is_admin],
        "plugins": [
            portable.plugin_to_document(replace(each, settings=told_settings(work.office, each)))
            for each in catalog.plugins.values()
        ],
    }


def plan_design(work: Work, document: Any, *, accept_loss: bool = False) -> Plan:
    """This function will tell what applying a design document would do, without doing it."""
    work.require("design")
    designer = Designer(work)
    pages = home_pages.read(designer.reader, document)
    plan = designer.would(designer.read_design(document))
    return _with(designer, plan, home_pages.steps(work, pages))


def apply_design(work: Work, document: Any, *, accept_loss: bool = False) -> Plan:
    """This function will make the design what a document says; what the document lacks is switched off, never lost."""
    work.require("design")
    designer = Designer(work)
    pages = home_pages.read(designer.reader, document)
    plan = designer.apply(designer.read_design(document), accept_loss=accept_loss)
    return _with(designer, plan, home_pages.arrange(work, pages))


def _with(designer: Designer, plan: Plan, more: list[Step]) -> Plan:
    """A plan with what is done to home pages, which are no part of the design's history."""
    return replace(
        plan, steps=[*plan.steps, *more], naming=plan.naming or designer.naming(designer.work.catalog)
    )
