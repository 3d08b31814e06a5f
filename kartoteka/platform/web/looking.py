"""See it as …: an admin chooses a person or a role, looks at everything with those eyes, and ends it again."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from kartoteka.platform import front
from kartoteka.platform.catalog.definitions import label
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import Invalid, NotFound
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import headcount, looking, people
from kartoteka.platform.services.looking import Guise
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.addresses import inner
from kartoteka.platform.web.admin.rights import people_text
from kartoteka.platform.web.answers import go
from kartoteka.platform.web.fields import LinkView
from kartoteka.platform.web.pages import page
from kartoteka.platform.web.picking import Picker


@dataclass(frozen=True)
class LookForm:
    """The dialog: whom one may look as."""

    person: Picker
    roles: Sequence[tuple[str, str, str]]
    errors: Sequence[str] = ()


@page("/see-as")
def look_dialog() -> str:
    """The dialog that asks as whom."""
    with begin(undisguised=True) as work:
        return _dialog(work)


@page("/see-as", "POST")
def look() -> ResponseReturnValue:
    """From now on the browser shows what somebody else would see."""
    try:
        with begin(write=True, undisguised=True) as work:
            worn = looking.begin_looking(work, _chosen())
    except (Invalid, NotFound) as error:
        with begin(undisguised=True) as work:
            return _dialog(work, [error.message]), 422
    front.put_on(worn)
    return go(url_for("web.home"))


@page("/see-as/end", "POST")
def end_look() -> Response:
    """The admin sees with his own eyes again, where he is."""
    worn = front.guise()
    with begin(write=worn is not None, undisguised=True) as work:
        if worn is not None:
            looking.end_looking(work, worn)
    front.put_on(None)
    return go(inner(request.form.get("back")))


def _chosen() -> Guise:
    user = next((each for each in request.form.getlist("person") if each), "")
    role = request.form.get("role", "")
    if role:
        return Guise(role=role)
    if not user.isdecimal() or len(user) > 9:
        raise Invalid({"person": [_("Choose a person or a role.")]})
    return Guise(user_id=int(user))


def _dialog(work: Work, errors: Sequence[str] = ()) -> str:
    looking.insist_on_admin(work)
    holders, language = headcount.holders(work), work.actor.locale.language
    roles = [
        (each.key, label(each, language), people_text(holders[each.key]))
        for each in looking.roles_to_look_as(work)
    ]
    links = _asked_for(work)
    picker = Picker(_("Person"), url_for("web.pick_people"), "look-person", "person", links)
    return render_template("admin/look.html", form=LookForm(picker, roles, errors))


def _asked_for(work: Work) -> list[LinkView]:
    asked = request.args.get("person", "")
    if not asked.isdecimal() or len(asked) > 9:
        return []
    found = people.user(work, int(asked))
    return [LinkView(found.id, found.name)]
