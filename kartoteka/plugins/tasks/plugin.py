"""What the plugin brings."""

from kartoteka.platform.sdk import N_, Duty, NavEntry, Plugin, Tab
from kartoteka.plugins.tasks.design import TASKS
from kartoteka.plugins.tasks.listing import mine_left
from kartoteka.plugins.tasks.pages import number, show
from kartoteka.plugins.tasks.reminders import remind
from kartoteka.plugins.tasks.resources import tasks
from kartoteka.plugins.tasks.subscribing import pages

plugin = Plugin(
    name="tasks",
    label=N_("Tasks"),
    summary=N_("Who is to do what by when, on a record or by itself."),
    icon="checkbox",
    at_once=True,
    has_tab=True,
    registries=(TASKS,),
    pages=pages,
    tab=Tab(N_("Tasks"), show, number),
    navigation=(NavEntry("tasks", N_("Tasks"), "checkbox", "tasks.overview", count=mine_left),),
    resources=(tasks,),
    duties=(Duty("remind", 300, remind),),
)
