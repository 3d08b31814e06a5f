"""What people of the invented firm say about their tasks, and what its admin has prepared: texts and a task package."""

from kartoteka.platform import sdk

from .chance import Chance

_SAID = (
    "Volal jsem tam, ozvou se do pátku.",
    "Podklady jsou v příloze zakázky.",
    "Čekáme na vyjádření jednatele.",
    "Prosím počkat s odesláním, mění se množství.",
    "Hotovo z poloviny, zbytek zítra.",
)
_PACKAGE = {
    "key": "novy_zakaznik",
    "name": "Nový zákazník",
    "registry": "companies",
    "steps": [
        {"title": "Zavolat a představit se", "days": 1},
        {"title": "Poslat rámcovou smlouvu", "days": 3, "waits": True},
        {"title": "Domluvit první návštěvu", "days": 14},
    ],
}
_TEXTS = [
    {"name": "Návštěva provozu", "kind": "visit", "text": "Viděli jsme:\n\nDomluvili jsme se:\n"},
    {"name": "Reklamace po telefonu", "kind": "call", "text": "Co se stalo:\nKdy:\nCo slibujeme:\n"},
]
TALKED_OF = 12


def prepare(work: sdk.Work) -> None:
    """Write down what the admin has prepared, as far as the plugins for it are there."""
    for plugin, settings in (("tasks", {"packages": [_PACKAGE]}), ("activities", {"templates": _TEXTS})):
        if plugin in work.catalog.plugins and plugin in work.office.plugins:
            sdk.change_plugin(work, plugin, {"settings": settings})


def talk(work: sdk.Work, chance: Chance, staff: list[int]) -> None:
    """Let people say something about the first tasks that are not done."""
    if "_task_comments" not in work.catalog.registries:
        return
    left = {"field": "state", "op": "in", "value": ["open", "in_progress"]}
    for task in sdk.browse(work, "_tasks", sdk.Query(filter=left, sort="id", page_size=TALKED_OF)).items:
        speaker = work.office.beside(work, signed_by=staff[chance.whole(0, len(staff) - 1)])
        sdk.create(speaker, "_task_comments", {"text": chance.pick(_SAID), "task": task.id})
