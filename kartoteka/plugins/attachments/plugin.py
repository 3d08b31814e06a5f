"""What the plugin brings."""

from kartoteka.platform.sdk import N_, Duty, Plugin, Tab
from kartoteka.plugins.attachments import (
    folder_pages,
    intake,
    more_resources,
    outside,
    shared_pages,
    strips,
    usage_pages,
    version_pages,
)
from kartoteka.plugins.attachments.checking import check_some, checkup, forget_old
from kartoteka.plugins.attachments.commands import attachments as command
from kartoteka.plugins.attachments.contents import sweep
from kartoteka.plugins.attachments.design import ATTACHMENTS
from kartoteka.plugins.attachments.faces import pages
from kartoteka.plugins.attachments.looking import look
from kartoteka.plugins.attachments.pages import number, show
from kartoteka.plugins.attachments.resources import attachments
from kartoteka.plugins.attachments.rooms import follow_folders
from kartoteka.plugins.attachments.samples import give
from kartoteka.plugins.attachments.settings import AttachmentSettings
from kartoteka.plugins.attachments.tables import Own

# Modules that put their pages and routes among those of the plugin.
FACES = (folder_pages, more_resources, shared_pages, strips, usage_pages, version_pages)

plugin = Plugin(
    name="attachments",
    label=N_("Attachments"),
    summary=N_("Files on records, with every version kept and every right respected."),
    version="2",
    icon="paperclip",
    at_once=True,
    has_tab=True,
    registries=(ATTACHMENTS,),
    migrations="kartoteka.plugins.attachments.migrations",
    tables=Own.metadata,
    settings=AttachmentSettings,
    settle=follow_folders,
    samples=give,
    pages=pages,
    settings_page="attachments.folders",
    tab=Tab(N_("Attachments"), show, number),
    outside=Tab(N_("Documents"), outside.show),
    below=strips.below,
    intake=intake.intake,
    news_outside=intake.news,
    resources=(attachments,),
    commands=(command,),
    checkups=(checkup,),
    duties=(
        Duty("look", 2, look),
        Duty("sweep", 300, sweep),
        Duty("check", 3600, check_some),
        Duty("forget", 3600, forget_old),
    ),
)
