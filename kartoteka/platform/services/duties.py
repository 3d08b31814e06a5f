"""What plugins do again and again: done by one worker at a time, and only while the plugin is active."""

import logging
from datetime import timedelta

from kartoteka.platform.kernel import turns
from kartoteka.platform.services.contributions import Duty
from kartoteka.platform.services.office import Office

logger = logging.getLogger(__name__)


def do_duties(office: Office) -> bool:
    """This function will do whatever is due; a plugin that fails is tried again when its next turn comes."""
    for plugin in office.plugins.values():
        for duty in plugin.duties:
            _do(office, plugin.name, duty)
    return False


def _do(office: Office, plugin: str, duty: Duty) -> None:
    name = f"{plugin}.{duty.name}"
    with office.begin_system(write=False) as work:
        state = work.catalog.plugins.get(plugin)
        every = timedelta(seconds=duty.every)
        if (
            state is None
            or not state.active
            or not turns.is_due(work.connection, name, office.clock(), every)
        ):
            return
    with office.session(write=True) as session:
        if not turns.take(session.connection(), name, office.clock(), every, steady=True):
            return
    try:
        duty.do(office)
    except Exception:
        logger.exception("The duty %s has failed.", name)
