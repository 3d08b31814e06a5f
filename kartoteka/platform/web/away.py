"""Who is away today, as it stands beside the name of a colleague."""

from collections.abc import Mapping
from typing import cast

from flask import g

from kartoteka.field_types.formatting import date_text
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import absences
from kartoteka.platform.services.work import Work


def away_today(work: Work) -> Mapping[int, str]:
    """This function will say of everybody who is away until when, by one statement for each request.

    Whoever is a record himself, as a customer is, is told nothing about the staff.
    """
    if work.actor.identity is not None:
        return {}
    if "away_today" not in g:
        language = work.actor.locale.language
        found = absences.absent_on(work, absences.today(work))
        g.away_today = {
            each: _("away until {day}", day=date_text(known.until, language)) for each, known in found.items()
        }
    return cast(Mapping[int, str], g.away_today)
