"""The registry in which activities are kept; its categories are the kinds of activities."""

from kartoteka.platform.sdk import OwnRegistry, part

KEY = "_activities"
CALL, LETTER = "call", "correspondence"
# The pictures of the kinds that come with the plugin, also where an older design has none of its own.
ICONS = {"meeting": "users", CALL: "phone", "correspondence": "mail", "visit": "map-pin", "other": "notes"}
MINE = {"field": "created_by", "op": "eq", "value": {"var": "me"}}


ACTIVITIES = OwnRegistry(
    part(
        KEY,
        "Activities",
        "Zápisy",
        name_one="Activity",
        names_one={"cs": "Zápis"},
        icon="calendar",
        title="{text}",
        columns=["category", "at", "text", "who"],
        categories=[
            part("meeting", "Meeting", "Schůzka", colour="blue", icon=ICONS["meeting"]),
            part("call", "Call", "Telefonát", colour="green", icon=ICONS["call"]),
            part(
                "correspondence",
                "Correspondence",
                "Korespondence",
                colour="violet",
                icon=ICONS["correspondence"],
            ),
            part("visit", "Visit", "Návštěva", colour="amber", icon=ICONS["visit"]),
            part("other", "Other", "Jiné", colour="grey", icon=ICONS["other"]),
        ],
        sections=[
            part(
                "activity",
                "Activity",
                "Zápis",
                fields=[
                    part("at", "When", "Kdy", type="datetime"),
                    part("text", "What happened", "Co se stalo", type="long_text", required=True),
                    part("who", "Who of us", "Kdo z nás", type="user", options={"many": True}),
                    part("result", "Result", "Výsledek", type="long_text"),
                    part("next_step", "Next step", "Další krok", type="text"),
                    part("message_id", "Message-ID", "Message-ID", type="text", unique=True),
                ],
            )
        ],
    ),
    own={"view": MINE, "edit": MINE},
)
