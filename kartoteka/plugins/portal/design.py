"""The registries of the portal: what is said between the firm and its customers, and the news of the firm."""

from kartoteka.platform.sdk import OwnRegistry, part

TALKS, NEWS = "_portal", "_portal_news"
# What was said, asked for, proposed, or put before a customer to be approved.
COMMENT, REQUEST, PROPOSAL, APPROVAL, UPLOAD = "comment", "request", "proposal", "approval", "upload"
WAITING, ACCEPTED, REFUSED, OUTDATED = "waiting", "accepted", "refused", "outdated"
OPEN, DONE = "open", "done"
# What stands in an item that says nothing beyond its kind: each reader is told the kind in his own language.
WORDLESS = "–"


_VERDICTS = [
    part(WAITING, "Waiting", "Čeká", colour="amber"),
    part(ACCEPTED, "Accepted", "Přijato", colour="green"),
    part(REFUSED, "Refused", "Odmítnuto", colour="red"),
    part(OUTDATED, "Changed since", "Mezitím změněno", colour="grey"),
]
_STATES = [part(OPEN, "Open", "Otevřené", colour="amber"), part(DONE, "Done", "Vyřízené", colour="green")]

TALKS_REGISTRY = OwnRegistry(
    part(
        TALKS,
        "Talks with customers",
        "Hovory se zákazníky",
        name_one="Message",
        names_one={"cs": "Zpráva"},
        icon="messages",
        title="{text}",
        columns=["text", "state", "assignee"],
        categories=[
            part(COMMENT, "Message", "Zpráva", colour="blue"),
            part(REQUEST, "New request", "Nový požadavek", colour="violet"),
            part(PROPOSAL, "Proposed change", "Návrh změny", colour="amber"),
            part(APPROVAL, "Approval", "Schválení", colour="green"),
            part(UPLOAD, "Files sent", "Zaslané soubory", colour="grey"),
        ],
        sections=[
            part(
                "message",
                "Message",
                "Zpráva",
                fields=[
                    part("text", "Text", "Text", type="long_text", required=True),
                    part("outside", "From a customer", "Od zákazníka", type="boolean", default=False),
                ],
            ),
            part(
                "matter",
                "What it is about",
                "O co jde",
                fields=[
                    part("verdict", "Answer", "Odpověď", type="choice", options={"choices": _VERDICTS}),
                    part("reason", "Reason", "Důvod", type="long_text"),
                    part("by", "Answered by", "Odpověděl", type="user"),
                    part("answered_at", "Answered at", "Kdy odpověděl", type="datetime"),
                ],
            ),
            part(
                "handling",
                "Handling",
                "Vyřízení",
                fields=[
                    part("state", "State", "Stav", type="choice", options={"choices": _STATES}),
                    part("assignee", "Assigned to", "Přiděleno", type="user"),
                ],
            ),
        ],
    )
)

FREE = {"field": "on", "op": "is_empty"}
_PUBLISHED = {
    "and": [
        FREE,
        {"field": "since", "op": "lte", "value": {"var": "today"}},
        {
            "or": [
                {"field": "until", "op": "is_empty"},
                {"field": "until", "op": "gte", "value": {"var": "today"}},
            ]
        },
        {
            "or": [
                {"field": "roles", "op": "is_empty"},
                {"field": "roles", "op": "in", "value": {"var": "roles"}},
            ]
        },
    ]
}

NEWS_REGISTRY = OwnRegistry(
    part(
        NEWS,
        "News in the portal",
        "Novinky v portálu",
        name_one="News item",
        names_one={"cs": "Novinka"},
        icon="speakerphone",
        title="{title}",
        columns=["title", "since", "until"],
        sections=[
            part(
                "news",
                "News item",
                "Novinka",
                fields=[
                    part("title", "Title", "Nadpis", type="text", required=True),
                    part("text", "Text", "Text", type="long_text"),
                    part("since", "From", "Od", type="date", required=True),
                    part("until", "Until", "Do", type="date"),
                    part(
                        "roles",
                        "Only for these roles",
                        "Jen pro tyto role",
                        type="text",
                        options={"pattern": "[a-z0-9_ ]*"},
                        help="Keys of roles of the portal, with blanks between them. Empty means all.",
                        helps={"cs": "Klíče rolí portálu oddělené mezerami. Prázdné znamená všechny."},
                    ),
                    part(
                        "audience",
                        "Only for this group",
                        "Jen pro tuto skupinu",
                        type="text",
                        options={"pattern": "[a-z0-9_]*"},
                        help="Key of a group of customers from Administration, Customer portal. Empty means all.",
                        helps={
                            "cs": "Klíč skupiny zákazníků ze Správy, Zákaznický portál. Prázdné znamená všechny."
                        },
                    ),
                ],
            )
        ],
    ),
    own={"view": _PUBLISHED},
)
