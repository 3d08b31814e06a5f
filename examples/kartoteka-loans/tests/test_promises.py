"""The plugin keeps every promise of a plugin."""

from kartoteka.platform.testkit.plugins import PluginPromises
from kartoteka_loans import plugin as loans


class TestLoans(PluginPromises):
    plugin = loans
