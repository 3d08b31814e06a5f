"""What the plugin brings."""

import marshmallow as ma
from marshmallow import fields as f

from kartoteka.platform.sdk import N_, Duty, Plugin, Reaction
from kartoteka.plugins.watchdogs.reacting import react
from kartoteka.plugins.watchdogs.resources import notifications, watchdogs
from kartoteka.plugins.watchdogs.sending import deliver
from kartoteka.plugins.watchdogs.sweeping import look_after_rights, sweep
from kartoteka.plugins.watchdogs.tables import Own


class Settings(ma.Schema):
    """What an admin settles for all watchdogs."""

    holidays = f.Str(
        load_default="cz",
        validate=ma.validate.OneOf(("cz", "none")),
        metadata={
            "label": N_("Public holidays"),
            "help": N_("Which days are no working days, beside weekends: cz or none."),
        },
    )


plugin = Plugin(
    name="watchdogs",
    label=N_("Watchdogs"),
    summary=N_("Everybody's own alerts on any detail, date or list, tried on the past first."),
    icon="bell",
    at_once=True,
    migrations="kartoteka.plugins.watchdogs.migrations",
    tables=Own.metadata,
    resources=(watchdogs, notifications),
    reactions=(Reaction("events", frozenset({"records_changed"}), react),),
    duties=(Duty("sweep", 30, sweep), Duty("rights", 60, look_after_rights), Duty("deliver", 5, deliver)),
    settings=Settings,
)
