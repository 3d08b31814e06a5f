"""What the plugin brings."""

from kartoteka.platform.sdk import N_, Adding, Duty, NavEntry, Plugin, Tab, Work
from kartoteka.plugins.activities import calls, overview, tray
from kartoteka.plugins.activities.commands import mail
from kartoteka.plugins.activities.design import ACTIVITIES, KEY
from kartoteka.plugins.activities.faces import pages
from kartoteka.plugins.activities.mailbox import fetch_again
from kartoteka.plugins.activities.pages import add_url, show
from kartoteka.plugins.activities.resources import activities
from kartoteka.plugins.activities.templating import ActivitySettings


def _sees_any(work: Work) -> bool:
    return any(each.key == KEY for each in work.registries(plugins=True))


plugin = Plugin(
    name="activities",
    label=N_("Activities"),
    summary=N_(
        "What happened with a record: meetings, calls, letters, visits, each kind with fields of its own."
    ),
    icon="calendar",
    at_once=True,
    has_tab=True,
    registries=(ACTIVITIES,),
    pages=pages,
    tab=Tab(N_("Activities"), show, adding=Adding(N_("Activity"), "notes", add_url, key="c")),
    resources=(activities,),
    commands=(mail,),
    duties=(Duty("fetch", 120, fetch_again),),
    settings=ActivitySettings,
    settings_page="activities.templates",
    navigation=(NavEntry("activities", N_("Activities"), "notes", "activities.overview", shown=_sees_any),),
)

__all__ = ["calls", "overview", "plugin", "tray"]
