"""The form of a new record as somebody will see it: of one category, through one role, empty and not to be typed in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import render_template, request
from werkzeug.datastructures import MultiDict

from kartoteka.platform.catalog.definitions import ADMIN, Registry, Role, label, label_one
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import NotFound
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin.frame import DESIGN
from kartoteka.platform.web.admin.registry import found_registry
from kartoteka.platform.web.forms import RecordForm, form_again
from kartoteka.platform.web.pages import page
from kartoteka.platform.web.records import belongs


@dataclass(frozen=True)
class Preview:
    """The form as it will be, and why there is none when there is none."""

    registry: str
    heading: str
    categories: Sequence[tuple[str, str]]
    category: str
    roles: Sequence[tuple[str, str]]
    role: str
    form: RecordForm | None
    refusal: str = ""


@page("/admin/r/<registry>/preview", right=DESIGN)
def admin_preview(registry: str) -> str:
    """The form of a new record for a category and a role."""
    with begin() as work:
        shown = _preview(work, found_registry(work, registry))
        # The pencils of the form belong to the page of a record.
        return render_template("admin/preview.html", preview=shown, form=shown.form, may_design=lambda: False)


def _preview(work: Work, registry: Registry) -> Preview:
    language = work.actor.locale.language
    categories = [(each.key, label(each, language)) for each in registry.categories if each.active]
    asked = request.args.get("category", "")
    category = asked if asked in dict(categories) else ""
    role = work.catalog.roles.get(request.args.get("role", ""))
    form, refusal = _form(work, registry, category, role)
    return Preview(
        registry.key,
        _("{one}: new record", one=label_one(registry, language)),
        categories,
        category,
        [(each.key, label(each, language)) for each in work.catalog.roles.values()],
        role.key if role else ADMIN,
        form,
        refusal,
    )


def _form(work: Work, registry: Registry, category: str, role: Role | None) -> tuple[RecordForm | None, str]:
    """The form that the role alone gives; a person with more roles may see more."""
    looking = _as_role(work, role or work.catalog.roles[ADMIN])
    if not registry.active:
        return None, _("This registry is switched off: nobody sees it, nothing of it is lost.")
    try:
        opened = looking.open(registry.key)
    except NotFound:
        return None, _("This role does not see the registry.")
    if not opened.may("create"):
        return None, _("This role may not add records, so it has no form for new ones.")
    whole = form_again(looking, registry.key, None, MultiDict({"category": category}))
    sections = [
        replace(each, fields=[view for view in each.fields if belongs(view.each, category or None)])
        for each in whole.sections
        if not each.categories or category in each.categories
    ]
    return replace(whole, sections=[each for each in sections if each.fields], categories=()), ""


def _as_role(work: Work, role: Role) -> Work:
    """The same moment through the eyes of somebody who has this role only and is no particular person."""
    actor = replace(work.actor, roles=(role,), identity=None)
    return replace(work, actor=actor, writes=False, designs=False, _gates={})
