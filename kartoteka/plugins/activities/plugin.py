"""What the plugin brings."""

from kartoteka.platform.sdk import N_, Adding, Plugin, Tab
from kartoteka.plugins.activities.design import ACTIVITIES
from kartoteka.plugins.activities.faces import pages
from kartoteka.plugins.activities.pages import add_url, show
from kartoteka.plugins.activities.resources import activities

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
)
