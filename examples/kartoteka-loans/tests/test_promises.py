"""The plugin keeps every promise of a plugin."""

from kartoteka_loans import plugin as loans

from kartoteka.platform.testkit.plugins import PluginPromises


class TestLoans(PluginPromises):
    plugin = loans
