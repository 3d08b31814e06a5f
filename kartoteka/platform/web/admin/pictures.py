"""The pictures and colours that registries, categories and choices may have."""

from kartoteka.field_types.folding import fold
from kartoteka.platform.catalog.reading import COLOURS
from kartoteka.platform.kernel.texts import N_, _

COLOUR_NAMES = {
    "": N_("no colour"),
    "grey": N_("grey"),
    "blue": N_("blue"),
    "green": N_("green"),
    "amber": N_("amber"),
    "red": N_("red"),
    "violet": N_("violet"),
}
# Groups of pictures with the words by which they are found; all of them are in assets/icons.txt.
PICTURES = (
    (
        N_("People and firms"),
        (
            ("building", N_("Building")),
            ("building-skyscraper", N_("Skyscraper")),
            ("building-store", N_("Shop")),
            ("building-factory-2", N_("Factory")),
            ("building-warehouse", N_("Warehouse")),
            ("building-bank", N_("Bank")),
            ("building-community", N_("Town")),
            ("building-hospital", N_("Hospital")),
            ("home", N_("House")),
            ("user", N_("Person")),
            ("users", N_("People")),
            ("users-group", N_("Group")),
            ("id", N_("Card of a person")),
            ("address-book", N_("Address book")),
            ("heart-handshake", N_("Partner")),
            ("school", N_("School")),
            ("stethoscope", N_("Health")),
            ("baby-carriage", N_("Family")),
        ),
    ),
    (
        N_("Papers and money"),
        (
            ("file-text", N_("Document")),
            ("file-invoice", N_("Invoice")),
            ("receipt", N_("Receipt")),
            ("signature", N_("Signature")),
            ("certificate", N_("Certificate")),
            ("coin", N_("Coin")),
            ("coins", N_("Coins")),
            ("cash", N_("Cash")),
            ("credit-card", N_("Payment card")),
            ("wallet", N_("Wallet")),
            ("calculator", N_("Calculator")),
            ("chart-bar", N_("Chart")),
            ("chart-pie", N_("Shares")),
            ("report", N_("Report")),
            ("folder", N_("Folder")),
            ("folders", N_("Folders")),
            ("archive", N_("Archive")),
            ("book", N_("Book")),
            ("notebook", N_("Notebook")),
            ("gavel", N_("Court")),
            ("scale", N_("Law")),
            ("rubber-stamp", N_("Stamp")),
        ),
    ),
    (
        N_("Work"),
        (
            ("briefcase", N_("Business")),
            ("checklist", N_("Checklist")),
            ("clipboard-list", N_("Clipboard")),
            ("clipboard-check", N_("Check")),
            ("list-details", N_("List")),
            ("target", N_("Goal")),
            ("flag", N_("Flag")),
            ("rocket", N_("Rocket")),
            ("bulb", N_("Idea")),
            ("ticket", N_("Ticket")),
            ("lifebuoy", N_("Help")),
            ("headset", N_("Support")),
            ("message", N_("Message")),
            ("messages", N_("Talk")),
            ("mail", N_("Letter")),
            ("phone", N_("Telephone")),
            ("speakerphone", N_("Campaign")),
            ("presentation", N_("Presentation")),
            ("microphone", N_("Interview")),
            ("puzzle", N_("Part")),
        ),
    ),
    (
        N_("Time and places"),
        (
            ("calendar", N_("Calendar")),
            ("calendar-event", N_("Event")),
            ("clock", N_("Clock")),
            ("hourglass", N_("Waiting")),
            ("bell", N_("Bell")),
            ("map-pin", N_("Place")),
            ("map", N_("Map")),
            ("route", N_("Route")),
            ("world", N_("World")),
            ("plane", N_("Plane")),
            ("beach", N_("Holiday")),
            ("confetti", N_("Celebration")),
        ),
    ),
    (
        N_("Things"),
        (
            ("package", N_("Parcel")),
            ("box", N_("Box")),
            ("packages", N_("Stock")),
            ("shopping-cart", N_("Shopping cart")),
            ("tag", N_("Label")),
            ("tags", N_("Labels")),
            ("barcode", N_("Bar code")),
            ("truck", N_("Lorry")),
            ("truck-delivery", N_("Delivery")),
            ("car", N_("Car")),
            ("car-garage", N_("Garage")),
            ("bike", N_("Bicycle")),
            ("forklift", N_("Forklift")),
            ("tool", N_("Tool")),
            ("tools", N_("Tools")),
            ("hammer", N_("Hammer")),
            ("engine", N_("Engine")),
            ("gauge", N_("Meter")),
            ("bolt", N_("Electricity")),
            ("droplet", N_("Water")),
            ("flame", N_("Gas")),
            ("plug", N_("Plug")),
            ("device-desktop", N_("Computer")),
            ("device-laptop", N_("Laptop")),
            ("device-mobile", N_("Mobile phone")),
            ("printer", N_("Printer")),
            ("server", N_("Server")),
            ("wifi", N_("Network")),
            ("camera", N_("Camera")),
            ("photo", N_("Photograph")),
            ("armchair", N_("Furniture")),
            ("key", N_("Key")),
            ("lock", N_("Lock")),
            ("shield-check", N_("Safety")),
            ("fire-extinguisher", N_("Fire extinguisher")),
            ("helmet", N_("Helmet")),
            ("shirt", N_("Clothes")),
        ),
    ),
    (
        N_("Nature and others"),
        (
            ("tree", N_("Tree")),
            ("leaf", N_("Leaf")),
            ("plant", N_("Plant")),
            ("paw", N_("Animal")),
            ("fish", N_("Fish")),
            ("tractor", N_("Tractor")),
            ("tools-kitchen-2", N_("Kitchen")),
            ("coffee", N_("Coffee")),
            ("apple", N_("Food")),
            ("flask", N_("Laboratory")),
            ("recycle", N_("Waste")),
            ("sun", N_("Sun")),
            ("star", N_("Star")),
            ("heart", N_("Heart")),
            ("bookmark", N_("Bookmark")),
            ("trophy", N_("Competition")),
            ("ball-football", N_("Sport")),
            ("music", N_("Music")),
            ("palette", N_("Art")),
            ("gift", N_("Gift")),
            ("database", N_("Data")),
            ("affiliate", N_("Relations")),
        ),
    ),
)


def picture_groups(chosen: str) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """This function will list the pictures on offer by groups: name, word, what a search looks through.

    One that is chosen already and is not on offer (the design was made elsewhere) stays, before all others.
    """
    offered = [
        (_(title), [(name, _(word), fold(f"{_(word)} {name}")) for name, word in pictures])
        for title, pictures in PICTURES
    ]
    known = {name for _title, pictures in PICTURES for name, _word in pictures}
    return offered if not chosen or chosen in known else [(_("Now"), [(chosen, chosen, chosen)]), *offered]


def colour_choices() -> list[tuple[str, str]]:
    """This function will list the colours with their names."""
    return [(colour, _(COLOUR_NAMES[colour])) for colour in COLOURS]
