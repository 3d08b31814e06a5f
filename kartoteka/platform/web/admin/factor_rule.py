"""Who must have a second factor: nobody, everybody, or holders of some roles."""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from kartoteka.platform.catalog.definitions import label
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import Forbidden, Invalid
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import people, second_factor
from kartoteka.platform.services.second_factor import Rule
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin.accounts import listed
from kartoteka.platform.web.admin.answers import Refusal, refused, renewed
from kartoteka.platform.web.admin.frame import USERS
from kartoteka.platform.web.pages import page


@page("/admin/people/second-factor", right=USERS)
def admin_factor_rule() -> str:
    """The dialog of the rule."""
    with begin() as work:
        return _dialog(work, second_factor.rule(work))


@page("/admin/people/second-factor", "POST", right=USERS)
def admin_save_factor_rule() -> ResponseReturnValue:
    """The rule saved; it holds at everybody's next request."""
    whom = request.form.get("whom", "")
    roles = request.form.getlist("roles") if whom == "roles" else []
    try:
        with begin(write=True) as work:
            if whom == "roles" and not roles:
                raise Invalid({"": [_("Choose at least one role.")]})
            second_factor.set_rule(work, everybody=whom == "everybody", roles=roles)
            return renewed("admin/people_list.html", _("Saved."), **listed(work, MultiDict()))
    except (Invalid, Forbidden) as error:
        with begin() as work:
            return refused(
                _dialog(work, Rule(whom == "everybody", tuple(roles)), Refusal(error), whom), error
            )


def _dialog(work: Work, rule: Rule, refusal: Refusal | None = None, whom: str = "") -> str:
    having = second_factor.having(work)
    active = [each for each in people.users(work) if each.active]
    return render_template(
        "admin/factor_rule.html",
        whom=whom or ("everybody" if rule.everybody else "roles" if rule.roles else "nobody"),
        roles=[
            (role.key, label(role, work.actor.locale.language), role.key in rule.roles)
            for role in work.catalog.roles.values()
        ],
        without=sum(each.id not in having for each in active),
        total=len(active),
        may_change=work.actor.is_admin,
        refusal=refusal or Refusal(),
    )
