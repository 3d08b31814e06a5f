"""What the plugin brings."""

from kartoteka.platform.sdk import N_, Plugin, Tab
from kartoteka.plugins.notes.design import NOTES
from kartoteka.plugins.notes.pages import show
from kartoteka.plugins.notes.resources import notes

plugin = Plugin(
    name="notes",
    label=N_("Notes"),
    summary=N_("What people think of a record, for everybody who sees it or for themselves alone."),
    icon="note",
    at_once=True,
    has_tab=True,
    registries=(NOTES,),
    tab=Tab(N_("Notes"), show),
    resources=(notes,),
)
