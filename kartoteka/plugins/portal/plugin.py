"""What the plugin brings."""

from kartoteka.platform.sdk import N_, NavEntry, Plugin, Reaction, Tab
from kartoteka.plugins.portal import (
    access,
    approving,
    asking,
    beside,
    designing,
    designing_groups,
    designing_page,
    designing_things,
    doors,
    file_resources,
    home,
    listing,
    mine,
    record,
    staff,
    talking,
)
from kartoteka.plugins.portal.design import NEWS_REGISTRY, TALKS_REGISTRY
from kartoteka.plugins.portal.faces import pages
from kartoteka.plugins.portal.resources import portal
from kartoteka.plugins.portal.settings import PortalSettings
from kartoteka.plugins.portal.tables import Own
from kartoteka.plugins.portal.telling import KINDS, tell_customers

# Each of them adds its pages or routes when it is imported.
PAGES = (
    access,
    approving,
    asking,
    beside,
    designing,
    designing_groups,
    designing_page,
    designing_things,
    doors,
    file_resources,
    home,
    listing,
    mine,
    record,
    staff,
    talking,
)

plugin = Plugin(
    name="portal",
    label=N_("Customer portal"),
    summary=N_("A window for customers and partners: they see exactly their own, ask, answer and approve."),
    version="3",
    icon="world",
    at_once=True,
    has_tab=True,
    registries=(TALKS_REGISTRY, NEWS_REGISTRY),
    reactions=(Reaction("tell", KINDS, tell_customers),),
    settings=PortalSettings,
    migrations="kartoteka.plugins.portal.migrations",
    tables=Own.metadata,
    tab=Tab(N_("Customer portal"), staff.show, staff.number),
    pages=pages,
    navigation=(
        NavEntry(
            "from_customers",
            N_("From customers"),
            "inbox",
            "portal.inbox",
            staff.sees_inbox,
            staff.waiting_number,
        ),
    ),
    resources=(portal,),
    list_deeds=(access.deed,),
)
