"""A change of the design answered on the page of a record: its parts anew, with everything that was typed."""

from flask import render_template, request

from kartoteka.platform.kernel.errors import Forbidden, NotFound
from kartoteka.platform.services import records
from kartoteka.platform.services.work import Work
from kartoteka.platform.web import designing
from kartoteka.platform.web.designing import Here
from kartoteka.platform.web.forms import form_again
from kartoteka.platform.web.records import record_view


def parts_anew(work: Work, registry: str) -> str:
    """This function will draw the parts that a design change made on a record has touched."""
    here = designing.here()
    if here is None or here.registry != registry or not work.catalog.registries[registry].active:
        return ""
    try:
        return _form(work, here) if here.form else _page(work, here)
    except (NotFound, Forbidden):
        return ""


def _form(work: Work, here: Here) -> str:
    return render_template(
        "records/form_parts.html", form=form_again(work, here.registry, here.id, request.form), renewing=True
    )


def _page(work: Work, here: Here) -> str:
    assert here.id is not None
    found = records.fetch(work, here.registry, here.id)
    design = designing.design_page(work, found) if here.designing else None
    shown = record_view(work, found, "details", sections=design is None)
    return render_template("records/renewed.html", record=shown, design=design, renewing=True)
