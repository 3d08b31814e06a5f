"""Every built-in plugin keeps every promise of a plugin."""

from kartoteka.platform.testkit.plugins import PluginPromises
from kartoteka.plugins.activities import plugin as activities
from kartoteka.plugins.ares import plugin as ares
from kartoteka.plugins.attachments import plugin as attachments
from kartoteka.plugins.notes import plugin as notes
from kartoteka.plugins.portal import plugin as portal
from kartoteka.plugins.tasks import plugin as tasks
from kartoteka.plugins.watchdogs import plugin as watchdogs


class TestActivities(PluginPromises):
    plugin = activities


class TestAres(PluginPromises):
    plugin = ares


class TestAttachments(PluginPromises):
    plugin = attachments


class TestNotes(PluginPromises):
    plugin = notes


class TestPortal(PluginPromises):
    plugin = portal


class TestTasks(PluginPromises):
    plugin = tasks


class TestWatchdogs(PluginPromises):
    plugin = watchdogs


def test_every_built_in_plugin_is_examined() -> None:
    from kartoteka.platform.extension import discover

    built_in = {each.name for each in discover().plugins if each in (activities, notes, tasks)}
    assert built_in == {"activities", "notes", "tasks"}
