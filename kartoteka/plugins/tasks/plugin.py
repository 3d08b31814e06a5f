"""What the plugin brings."""

from kartoteka.platform.sdk import N_, Plugin, Tab
from kartoteka.plugins.tasks.design import TASKS
from kartoteka.plugins.tasks.pages import show
from kartoteka.plugins.tasks.resources import tasks

plugin = Plugin(
    name="tasks",
    label=N_("Tasks"),
    summary=N_("Who is to do what by when, on a record or by itself."),
    icon="checkbox",
    at_once=True,
    has_tab=True,
    registries=(TASKS,),
    tab=Tab(N_("Tasks"), show),
    resources=(tasks,),
)
