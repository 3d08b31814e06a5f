"""What the plugin brings."""

from kartoteka.platform.sdk import N_, AfterImport, Duty, Plugin, Reaction
from kartoteka.plugins.ares import mapping_pages as _mapping_pages  # noqa: F401  pages
from kartoteka.plugins.ares.check_pages import deed
from kartoteka.plugins.ares.checking import EMPTY, start
from kartoteka.plugins.ares.command import ares_standin
from kartoteka.plugins.ares.faces import pages
from kartoteka.plugins.ares.following import KINDS, follow
from kartoteka.plugins.ares.form_pages import aid
from kartoteka.plugins.ares.mapping import Settings, number_field
from kartoteka.plugins.ares.record_pages import tab
from kartoteka.plugins.ares.resources import ares
from kartoteka.plugins.ares.tables import Own
from kartoteka.plugins.ares.telling import signal
from kartoteka.plugins.ares.watching import watch_all

plugin = Plugin(
    name="ares",
    label=N_("ARES"),
    summary=N_("Companies filled in from public registers, compared with what is kept, and watched."),
    icon="building-community",
    at_once=True,
    has_tab=True,
    migrations="kartoteka.plugins.ares.migrations",
    tables=Own.metadata,
    pages=pages,
    tab=tab,
    resources=(ares,),
    duties=(Duty("watch", 900, watch_all),),
    reactions=(Reaction("merges", KINDS, follow),),
    signals=(signal,),
    commands=(ares_standin,),
    settings=Settings,
    settings_page="ares.mappings",
    after_import=AfterImport(
        N_("Fill in by IČO from ARES what the file leaves empty"),
        lambda work, registry: number_field(work, registry) is not None,
        lambda work, registry, query: start(work, registry, query, None, EMPTY).id,
    ),
    form_aids=(aid,),
    list_deeds=(deed,),
)
