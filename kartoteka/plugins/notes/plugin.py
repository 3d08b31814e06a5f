"""What the plugin brings."""

from dataclasses import replace

from kartoteka.platform.sdk import N_, NavEntry, Plugin, Tab
from kartoteka.plugins.notes.design import NOTES
from kartoteka.plugins.notes.faces import pages
from kartoteka.plugins.notes.pages import number, show
from kartoteka.plugins.notes.resources import notes
from kartoteka.plugins.notes.telling import tell_of_notes

plugin = Plugin(
    name="notes",
    label=N_("Notes"),
    summary=N_("What people think of a record, for everybody who sees it or for themselves alone."),
    version="2",
    icon="note",
    at_once=True,
    has_tab=True,
    registries=(replace(NOTES, after=tell_of_notes),),
    pages=pages,
    navigation=(NavEntry("notes", N_("Notes"), "note", "notes.notes"),),
    tab=Tab(N_("Notes"), show, number),
    resources=(notes,),
)
