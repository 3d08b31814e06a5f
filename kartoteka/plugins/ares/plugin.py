"""What the plugin brings."""

from kartoteka.platform.sdk import N_, Duty, Plugin
from kartoteka.plugins.ares import checking as _checking  # noqa: F401  a kind of job
from kartoteka.plugins.ares import mapping_pages as _mapping_pages  # noqa: F401  pages
from kartoteka.plugins.ares.check_pages import deed
from kartoteka.plugins.ares.command import ares_standin
from kartoteka.plugins.ares.faces import pages
from kartoteka.plugins.ares.form_pages import aid
from kartoteka.plugins.ares.mapping import Settings
from kartoteka.plugins.ares.record_pages import tab
from kartoteka.plugins.ares.resources import ares
from kartoteka.plugins.ares.tables import Own
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
    commands=(ares_standin,),
    settings=Settings,
    settings_page="ares.mappings",
    form_aids=(aid,),
    list_deeds=(deed,),
)
