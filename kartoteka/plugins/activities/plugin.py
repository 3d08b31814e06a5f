"""What the plugin brings."""

from kartoteka.platform.sdk import N_, Plugin, Tab
from kartoteka.plugins.activities.design import ACTIVITIES
from kartoteka.plugins.activities.dialogs import dialogs
from kartoteka.plugins.activities.pages import show
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
    pages=dialogs.pages,
    tab=Tab(N_("Activities"), show),
    resources=(activities,),
)
