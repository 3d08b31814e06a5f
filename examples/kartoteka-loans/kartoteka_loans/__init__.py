"""Loans: who has borrowed which thing, since when and until when."""

from pathlib import Path

from kartoteka.platform.sdk import N_, Plugin, Tab
from kartoteka_loans.barcodes import Barcode
from kartoteka_loans.faces import number, pages, show
from kartoteka_loans.reminding import loans as command
from kartoteka_loans.resources import loans
from kartoteka_loans.tables import Own
from kartoteka_loans.tiles import OutNow

plugin = Plugin(
    name="loans",
    label=N_("Loans"),
    summary=N_("Who has borrowed which thing, since when and until when."),
    version="1.0",
    needs=">=0.1",
    icon="package",
    has_tab=True,
    field_types=(Barcode(),),
    migrations="kartoteka_loans.migrations",
    tables=Own.metadata,
    tab=Tab(N_("Loans"), show, number),
    pages=pages,
    resources=(loans,),
    tiles=(OutNow(),),
    commands=(command,),
    translations=Path(__file__).parent / "translations",
)

__all__ = ["plugin"]
