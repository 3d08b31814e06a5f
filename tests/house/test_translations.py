"""Every text of the interface can be said in each language, and is said rightly."""

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from gettext import GNUTranslations
from html.parser import HTMLParser
from io import BytesIO
from itertools import product
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.mofile import write_mo

import catalogues
from kartoteka.field_types.texts import _, plural, plural_translator, translator
from kartoteka.platform.kernel.texts import LANGUAGES
from tests.house.tree import ROOT, files

CATALOGUES = [
    pytest.param(catalogues.catalogue_of(home, language), id=f"{home.name}-{language}")
    for home, language in product(catalogues.homes(), catalogues.LANGUAGES)
    if language not in catalogues.OUTSIDE or catalogues.wanted_in(language, home)
]
MARKING = {"_": 1, "N_": 1, "gettext": 1, "plural": 2, "ngettext": 2}
PUT_TOGETHER = (ast.JoinedStr, ast.BinOp, ast.IfExp, ast.BoolOp)
READ_ALOUD = {"title", "alt", "label", "placeholder", "aria-label", "aria-description", "aria-placeholder"}
UNSPOKEN = ("code", "kbd", "script", "style", "svg")
# What is the same in every language: names of formats, and an example of two addresses.
SAME_EVERYWHERE = {".xlsx, .csv", "FREQ=MONTHLY;BYDAY=2TU", "jana@example.com\nPetr Malý <petr@example.com>"}
# The API speaks English: its paths, parameters and descriptions are the same for everybody.
IN_ENGLISH = {Path("kartoteka/templates/api/docs.html")}
FILLED_IN = "\N{OBJECT REPLACEMENT CHARACTER}"


def messages(path: Path) -> list[Message]:
    return [message for message in catalogues.read(path) if message.id]


def language_of(path: Path) -> str:
    return path.parent.parent.name


def forms(text: object) -> list[str]:
    return [str(form) for form in text] if isinstance(text, list | tuple) else [str(text)]


def spoken(path: Path) -> GNUTranslations:
    """The texts of a catalogue as they are once it is compiled."""
    compiled = BytesIO()
    write_mo(compiled, catalogues.read(path))
    return GNUTranslations(BytesIO(compiled.getvalue()))


def test_every_language_has_its_texts() -> None:
    assert set(LANGUAGES) == {"en", *catalogues.LANGUAGES}


def test_no_text_is_missing_or_only_guessed() -> None:
    assert not list(catalogues.faults())


@pytest.mark.parametrize("path", CATALOGUES)
def test_a_catalogue_holds_nothing_old(path: Path) -> None:
    wanted = {message.id for message in catalogues.wanted_in(language_of(path), path.parents[3], ROOT)}
    assert not [message.id for message in messages(path) if message.id not in wanted]
    assert not catalogues.read(path).obsolete
    assert not [message.id for message in messages(path) if message.fuzzy]


@pytest.mark.parametrize("path", CATALOGUES)
def test_a_translation_asks_for_the_same_values(path: Path) -> None:
    wrong = []
    for message in messages(path):
        wanted, given = forms(message.id), forms(message.string)
        if any(catalogues.placeholders(form) != catalogues.placeholders(wanted[-1]) for form in given):
            wrong.append(wanted[0])
    assert not wrong


@pytest.mark.parametrize("path", CATALOGUES)
def test_a_translation_keeps_blanks_and_the_end_of_the_sentence(path: Path) -> None:
    wrong = []
    for message in messages(path):
        for wanted, given in product(forms(message.id)[:1], forms(message.string)):
            edges = [
                (text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :])
                for text in (wanted, given)
            ]
            ends = [re.sub(r"[“”\"]+$", "", text.rstrip())[-1:] for text in (wanted, given)]
            if edges[0] != edges[1] or (ends[0] != ends[1] and set(ends) & set(".:?!,…")):
                wrong.append((wanted, given))
    assert not wrong


@pytest.mark.parametrize("path", CATALOGUES)
def test_a_language_has_its_own_quotation_marks(path: Path) -> None:
    pair = {"cs": "„“", "pl": "„”"}[language_of(path)]
    texts = [form for message in messages(path) for form in forms(message.string)]
    marks = [(re.sub("[^„“”]", "", text), text) for text in texts]
    assert not [text for found, text in marks if found != pair * (len(found) // 2)]


def test_a_language_of_the_portal_holds_what_stands_there_and_nothing_of_staff() -> None:
    wanted = {message.id for message in catalogues.wanted_in("pl", ROOT / "kartoteka") if message.id}
    assert {"Waits for you", "Keep for later", "Please sign in.", "This is not an e-mail address."} <= wanted
    assert not wanted & {"In Polish", "Invite into the portal", "Send to the customer", "Recycle bin"}
    patterns = (*catalogues.OF_OUTSIDE, *catalogues.OF_STAFF)
    every = [str(path) for path in files("kartoteka/**/*")]
    assert not [each for each in patterns if not any(fnmatch(path, each) for path in every)], "a file is gone"


def test_polish_counts_in_three_forms() -> None:
    polish = spoken(catalogues.catalogue_of(catalogues.ROOT / "kartoteka", "pl"))
    token = plural_translator.set(polish.ngettext)
    try:
        said = [
            plural("{n} file is sent. Thank you.", "{n} files are sent. Thank you.", n)
            for n in (1, 3, 5, 22, 12)
        ]
    finally:
        plural_translator.reset(token)
    assert [text.partition(".")[0] for text in said] == [
        "Wysłano 1 plik", "Wysłano 3 pliki", "Wysłano 5 plików", "Wysłano 22 pliki", "Wysłano 12 plików",
    ]  # fmt: skip


def test_czech_counts_in_three_forms() -> None:
    czech = spoken(catalogues.catalogue_of(catalogues.ROOT / "kartoteka", "cs"))
    token = plural_translator.set(czech.ngettext)
    try:
        said = [plural("{n} field", "{n} fields", n) for n in (0, 1, 2, 4, 5, 21, 102)]
    finally:
        plural_translator.reset(token)
    assert said == [
        "0 detailů",
        "1 detail",
        "2 detaily",
        "4 detaily",
        "5 detailů",
        "21 detailů",
        "102 detailů",
    ]


def test_a_text_is_filled_in_after_it_is_translated() -> None:
    czech = spoken(catalogues.catalogue_of(catalogues.ROOT / "kartoteka", "cs"))
    token = translator.set(czech.gettext)
    try:
        assert _("There is no registry “{registry}”.", registry="stroje") == "Evidence „stroje“ neexistuje."
        assert _("A text that nobody has translated.") == "A text that nobody has translated."
        assert _("") == ""
    finally:
        translator.reset(token)


def marked(path: Path) -> Iterator[tuple[int, ast.expr]]:
    """The texts that a module marks for translation, each with its line."""
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKING:
            yield from ((node.lineno, argument) for argument in node.args[: MARKING[node.func.id]])


def test_no_text_is_put_together_before_it_is_translated() -> None:
    """An f-string or a sum is another text each time, so no catalogue can hold it."""
    made = [
        f"{path}:{line}"
        for path in files("kartoteka/**/*.py", "kartoteka/*.py")
        for line, text in marked(path)
        if any(isinstance(part, PUT_TOGETHER) for part in ast.walk(text))
    ]
    assert not made


class Speech(HTMLParser):
    """What somebody would read or hear of a template, without what is filled in."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._silent = 0
        for written in (r"{#.*?#}", r"{%.*?%}"):
            source = re.sub(written, "", source, flags=re.DOTALL)
        self.feed(re.sub(r"{{.*?}}", FILLED_IN, source, flags=re.DOTALL))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in UNSPOKEN
        self.said += [value for name, value in attrs if name in READ_ALOUD and value]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in UNSPOKEN

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.said.append(data.strip())


def bare(source: str) -> list[str]:
    """The texts of a template that no translation would reach; pieces for the machine are one word in a block."""
    source = re.sub(r"{%-?\s*block \w*class\s*-?%}.*?{%-?\s*endblock\s*-?%}", "", source, flags=re.DOTALL)
    source = re.sub(
        r"{%-?\s*macro (?:again|opens|move|deed)\(.*?{%-?\s*endmacro\s*-?%}", "", source, flags=re.DOTALL
    )
    return [
        text
        for text in Speech(source).said
        if re.search(r"[^\W\d_]{2}", text) and text not in SAME_EVERYWHERE
    ]


def test_the_templates_hold_no_bare_texts() -> None:
    found = {
        str(path): texts
        for path in files("kartoteka/**/*.html")
        if path not in IN_ENGLISH and (texts := bare((ROOT / path).read_text(encoding="utf-8")))
    }
    assert not found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('<p>{{ _("Saved.") }} <b>{# Note #}{{ name }}</b></p>', []),
        ("<p>Saved</p>", ["Saved"]),
        ("<p>{{ n }} records</p>", [f"{FILLED_IN} records"]),
        ('<button aria-label="Close">×</button>', ["Close"]),
        ('<button aria-label="{{ _("Close") }}" class="plain">×</button>', []),
        ("<kbd>Ctrl Enter</kbd><code>records.id</code>", []),
    ],
)
def test_a_bare_text_is_noticed(source: str, found: list[str]) -> None:
    assert bare(source) == found


def test_the_scripts_say_nothing_of_their_own() -> None:
    """What they show comes from the page, which is translated."""
    sentence = re.compile(r"""["'`][A-Z][a-z]+ [a-z]+[^"'`]*["'`]""")
    said = {
        str(path): sentence.findall((ROOT / path).read_text(encoding="utf-8"))
        for path in files("assets/**/*.ts", "assets/*.ts")
    }
    assert said
    assert not {path: texts for path, texts in said.items() if texts}
