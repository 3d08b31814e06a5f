"""What the plugin brings."""

from dataclasses import replace

from kartoteka.platform.sdk import N_, Duty, NavEntry, Plugin, Reaction, RecordsChanged, Tab
from kartoteka.plugins.tasks import comments, keeping, outside, package_pages, task_page, telling
from kartoteka.plugins.tasks.design import COMMENTS, TASKS
from kartoteka.plugins.tasks.packages import TaskSettings
from kartoteka.plugins.tasks.pages import number, show
from kartoteka.plugins.tasks.reminders import remind
from kartoteka.plugins.tasks.resources import tasks
from kartoteka.plugins.tasks.starting import start_on_new
from kartoteka.plugins.tasks.subscribing import pages

plugin = Plugin(
    name="tasks",
    label=N_("Tasks"),
    summary=N_("Who is to do what by when, on a record or by itself."),
    version="3",
    icon="checkbox",
    at_once=True,
    has_tab=True,
    registries=(
        replace(TASKS, before=keeping.before, after=keeping.after),
        replace(COMMENTS, after=telling.tell_of_comments),
    ),
    pages=pages,
    tab=Tab(N_("Tasks"), show, number),
    outside=Tab(N_("Steps"), outside.show),
    news_outside=outside.news,
    navigation=(NavEntry("tasks", N_("Tasks"), "checkbox", "tasks.overview", live="tasks.number_left"),),
    resources=(tasks,),
    duties=(Duty("remind", 300, remind),),
    reactions=(Reaction("packages", frozenset({RecordsChanged.kind}), start_on_new),),
    settings=TaskSettings,
    settings_page="tasks.packages",
)

__all__ = ["comments", "package_pages", "plugin", "task_page"]
