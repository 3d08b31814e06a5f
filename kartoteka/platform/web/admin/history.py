"""The history of the design: who changed what and when."""

from flask import request, url_for

from kartoteka.platform.front import begin
from kartoteka.platform.services import designs
from kartoteka.platform.web.admin.frame import DESIGN_OR_AUDIT, show
from kartoteka.platform.web.pages import page


@page("/admin/history", right=DESIGN_OR_AUDIT)
def admin_history() -> str:
    """Changes of the design, newest first."""
    given = request.args.get("before", "")
    with begin() as work:
        before = int(given) if given.isdecimal() and len(given) < 10 else None
        found = designs.past(work, before=before)
        more = url_for("web.admin_history", before=found[-1].version) if len(found) == designs.PAGE else ""
        return show(work, "history.html", "history", changes=found, more=more, later=before is not None)
