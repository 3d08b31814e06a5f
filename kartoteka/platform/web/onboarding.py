"""The list of first steps on the home page: where each leads, ticking, putting away and bringing back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import url_for
from flask.typing import ResponseReturnValue

from kartoteka.platform.front import begin
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import onboarding
from kartoteka.platform.services.onboarding import Step
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin.answers import renewed
from kartoteka.platform.web.answers import by_script, go
from kartoteka.platform.web.pages import page
from kartoteka.platform.web.shell import tell

_PLACES: Mapping[str, str] = {
    "registry": "web.admin_gallery",
    "people": "web.admin_people",
    "role": "web.admin_roles",
    "identity": "web.admin_organisation",
}
_DIALOGS = {"keys": "keys", "search": "finder"}


@dataclass(frozen=True)
class StepView:
    """One step, with where it is taken: at an address, in a dialog, or by a form that leads there."""

    key: str
    title: str
    about: str
    done: bool
    url: str = ""
    opens: str = ""


@dataclass(frozen=True)
class StepsView:
    """The list."""

    heading: str
    steps: Sequence[StepView]

    @property
    def done(self) -> int:
        """How many have been taken."""
        return sum(each.done for each in self.steps)

    @property
    def all(self) -> int:
        """How many there are."""
        return len(self.steps)


@page("/steps/<step>", "POST")
def tick_step(step: str) -> ResponseReturnValue:
    """A step taken; the language leads on to the settings."""
    with begin(write=True) as work:
        onboarding.tick(work, step)
        if by_script():
            return renewed("home/steps.html", steps=steps_view(work))
    return go(url_for("web.settings") if step == "language" else url_for("web.home"))


@page("/steps/away", "POST")
def put_steps_away() -> ResponseReturnValue:
    """The list put away."""
    with begin(write=True) as work:
        onboarding.put_away(work)
        tell(_("You find the first steps in your menu again."))
    return go(url_for("web.home"))


@page("/steps/back", "POST")
def bring_steps_back() -> ResponseReturnValue:
    """The list brought back."""
    with begin(write=True) as work:
        onboarding.put_away(work, False)
        if not onboarding.first_steps(work):
            tell(_("All first steps have been taken."))
    return go(url_for("web.home"))


def steps_view(work: Work) -> StepsView | None:
    """This function will put together the list for the actor; None when there is nothing left to do."""
    steps = onboarding.first_steps(work)
    if not steps:
        return None
    heading = _("Your first day") if "design" in work.actor.powers else _("First steps")
    return StepsView(heading, [_view(work, each) for each in steps])


def _view(work: Work, step: Step) -> StepView:
    return StepView(
        step.key, step.title, step.about, step.done, _address(work, step.key), _DIALOGS.get(step.key, "")
    )


def _address(work: Work, key: str) -> str:
    if key == "import":
        open_to = [each.key for each in work.registries() if work.open(each.key).may("import")]
        return url_for("web.import_page", registry=open_to[0]) if open_to else url_for("web.admin")
    endpoint = _PLACES.get(key)
    if endpoint == "web.admin_people" and "users" not in work.actor.powers:
        return ""
    return url_for(endpoint) if endpoint else ""
