"""What the documentation says is there, and what is there is documented."""

import dataclasses
import re
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from kartoteka.app import create_app
from kartoteka.field_types import builtin
from kartoteka.field_types.field_type import FieldType, Operator
from kartoteka.platform.catalog.definitions import POWERS, RIGHTS
from kartoteka.platform.cli import main
from kartoteka.platform.front import failing
from kartoteka.platform.kernel import settings as settings_module
from kartoteka.platform.kernel.settings import Settings
from kartoteka.platform.testkit.field_types import CHECKS, Subject
from tests.house.tree import ROOT, files

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
SETTING = re.compile(r"KARTOTEKA_[A-Z_]*[A-Z]")
# Spelled in pieces, so that this file does not find itself.
WORKPLACE = [
    "/wo" + "rk/",
    "/tm" + "p/",
    "bri" + "ef.md",
    "sub" + "agent",
    "this ses" + "sion",
    "another hel" + "per",
]
MOST_BYTES = 150_000
WIDTHS = {1440, 390}
TYPES = "docs/reference-field-types.md"
FILTERS = "docs/reference-filters.md"
API = "docs/reference-api.md"
SDK = "docs/reference-sdk.md"
COMMANDS = "docs/how-to/command-line.md"
OPERATE = "docs/how-to/operate.md"


def read(page: str | Path) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def pages() -> list[Path]:
    return [path for path in files("*.md") if path.parts[0] == "docs" or len(path.parts) == 1]


def decisions() -> list[Path]:
    return list(files("docs/decisions/*.md"))


def anchors(text: str) -> set[str]:
    """The anchors that the headings of a page get."""
    without_blocks = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", without_blocks, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def leads_somewhere(page: Path, link: str) -> bool:
    if link.startswith(("http://", "https://", "mailto:")):
        return True
    place, _mark, anchor = link.partition("#")
    target = (ROOT / page.parent / place).resolve() if place else ROOT / page
    if not target.is_file() or ROOT not in target.parents:
        return False
    return not anchor or anchor in anchors(target.read_text(encoding="utf-8"))


def rows(text: str) -> list[list[str]]:
    """The cells of all rows of all tables of a page."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def coded(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def table_of(page: str, heading: str) -> list[list[str]]:
    """The rows of the tables under one heading of a page."""
    parts = re.split(r"^#+ (.+)$", read(page), flags=re.MULTILINE)
    return rows(parts[parts.index(heading) + 1])


# --- links, pictures, words -------------------------------------------------------------------------------


@pytest.mark.parametrize("page", pages(), ids=str)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = LINK.findall(CODE.sub("", read(page)))
    assert not [link for link in links if not leads_somewhere(page, link)]


def test_every_page_can_be_reached_from_the_index() -> None:
    found, waiting = {Path("docs/index.md")}, [Path("docs/index.md")]
    while waiting:
        page = waiting.pop()
        for link in LINK.findall(CODE.sub("", read(page))):
            place = link.partition("#")[0]
            if place.endswith(".md") and "://" not in place:
                target = (ROOT / page.parent / place).resolve().relative_to(ROOT)
                if target not in found:
                    found.add(target)
                    waiting.append(target)
    assert not set(files("docs/*.md")) - found


def test_the_readme_leads_to_the_documentation() -> None:
    assert "docs/index.md" in LINK.findall(read("README.md"))


def test_pictures_are_small_described_and_used() -> None:
    used = {
        (ROOT / page.parent / link).resolve().relative_to(ROOT)
        for page in pages()
        for alt, link in re.findall(r"!\[([^\]]*)\]\(([^)\s]+)\)", read(page))
        if alt.strip()
    }
    pictures = set(files("docs/pictures/*"))
    assert used == pictures
    for picture in pictures:
        content = (ROOT / picture).read_bytes()
        assert content.startswith(b"\x89PNG\r\n"), picture
        assert len(content) < MOST_BYTES, picture
        assert struct.unpack(">I", content[16:20])[0] in WIDTHS, picture


@pytest.mark.parametrize("page", pages(), ids=str)
def test_no_page_speaks_of_the_place_it_was_written_at(page: Path) -> None:
    text = read(page).lower()
    assert not [word for word in WORKPLACE if word in text]


# --- decisions --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", decisions(), ids=lambda page: page.stem)
def test_a_decision_says_what_why_and_what_follows(page: Path) -> None:
    text = read(page)
    places = [text.find(f"**{part}.**") for part in ("Decided", "Why", "What follows")]
    assert -1 not in places
    assert places == sorted(places)


def test_the_index_lists_every_decision() -> None:
    links = LINK.findall(read("docs/index.md"))
    listed = [Path("docs") / link for link in links if link.startswith("decisions/")]
    assert sorted(listed) == sorted(decisions())


# --- settings ---------------------------------------------------------------------------------------------


def test_every_setting_is_documented() -> None:
    code = Path(settings_module.__file__).read_text(encoding="utf-8")
    known = set(SETTING.findall(code))
    assert len(known) == len(dataclasses.fields(Settings))
    documented = {cells[0].strip("`") for cells in table_of(OPERATE, "Settings")}
    assert known <= documented


@pytest.mark.parametrize("page", pages(), ids=str)
def test_settings_that_a_page_names_exist(page: Path) -> None:
    source = "".join(read(path) for path in files("kartoteka/*.py", "kartoteka/**/*.py"))
    named = {name for name in SETTING.findall(read(page)) if f"{name}_…" not in read(page)}
    assert not {name for name in named if name not in source}


# --- commands ---------------------------------------------------------------------------------------------


def commands(group: click.Group, path: str = "kartoteka") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def described_commands() -> dict[str, str]:
    parts = re.split(r"^### `(kartoteka [a-z ]+)`$|^## .*$", read(COMMANDS), flags=re.MULTILINE)
    return {name: body for name, body in zip(parts[1::2], parts[2::2], strict=True) if name}


def test_every_command_is_documented() -> None:
    assert set(described_commands()) == {name for name, _command in commands(main)}


@pytest.mark.parametrize(
    ("name", "command"), list(commands(main)), ids=lambda each: each if isinstance(each, str) else ""
)
def test_every_option_of_a_command_is_documented(name: str, command: click.Command) -> None:
    body = described_commands()[name]
    options = {
        opt
        for each in command.params
        if isinstance(each, click.Option)
        for opt in each.opts
        if opt != "--help"
    }
    documented = {
        word
        for cells in rows(body)
        for code in coded(cells[0])
        for word in code.split()
        if word.startswith("--")
    }
    assert documented == options
    for each in command.params:
        if isinstance(each, click.Argument) and each.name is not None:
            assert re.search(rf"`{name} [^`]*\b{each.human_readable_name}\b", body), each.name


# --- the SDK ----------------------------------------------------------------------------------------------


def test_every_name_of_the_sdk_is_documented() -> None:
    from kartoteka.platform import sdk

    named = [name for cells in rows(read(SDK)) for name in coded(cells[0])]
    assert sorted(named) == sorted(sdk.__all__)


# --- field types and filters ------------------------------------------------------------------------------


def test_every_field_type_is_documented() -> None:
    parts = rows(read(TYPES).split("## ")[0])
    documented = {name for cells in parts for name in coded(cells[0])}
    assert documented == set(builtin())


@pytest.mark.parametrize("name", list(builtin()))
def test_every_option_of_a_field_type_is_documented(name: str) -> None:
    own = next(cells for cells in rows(read(TYPES)) if name in coded(cells[0]))
    options = {each.name for each in dataclasses.fields(builtin()[name].Options)}
    assert options <= set(coded(own[-1])), own


def test_every_operator_is_documented() -> None:
    documented = [name for cells in table_of(FILTERS, "Operators") for name in coded(cells[0])]
    assert set(documented) - set(builtin()) == {each.value for each in Operator}


def test_the_operators_of_every_type_are_documented() -> None:
    table = {
        name: set(coded(cells[1])) | {"is_empty", "not_empty"}
        for cells in table_of(FILTERS, "Operators")
        for name in coded(cells[0])
        if name in builtin()
    }
    assert table == {name: {each.value for each in kind.operators} for name, kind in builtin().items()}


def test_the_field_type_of_the_tutorial_keeps_every_promise() -> None:
    (source,) = re.findall(
        r"^```python\n(.*?)^```$", read("docs/how-to/write-a-field-type.md"), re.MULTILINE | re.DOTALL
    )
    found: dict[str, Any] = {"__name__": "colour"}
    exec(source, found)
    (kind,) = [each for each in found.values()
               if isinstance(each, type) and issubclass(each, FieldType) and each is not FieldType]  # fmt: skip
    promises: list[Callable[[Subject], None]] = list(CHECKS)
    for check in promises:
        check(Subject(kind()))


# --- rights and the API -----------------------------------------------------------------------------------


def test_every_right_and_power_is_documented() -> None:
    text = read("docs/how-to/roles-and-rights.md")
    assert set(RIGHTS) <= set(coded(text))
    assert {
        code for cells in table_of("docs/how-to/roles-and-rights.md", "Powers") for code in coded(cells[0])
    } == set(POWERS)


def test_every_status_of_an_error_is_documented() -> None:
    documented = {int(cells[0]) for cells in table_of(API, "Errors") if cells[0].isdecimal()}
    assert set(failing._STATUS.values()) | set(failing._SENTENCES) <= documented


def test_every_address_of_the_api_is_documented(tmp_path: Path) -> None:
    app = create_app(Settings.from_environment({"KARTOTEKA_DATA": str(tmp_path)}))
    real: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/v1/") and not rule.endpoint.startswith("api_description"):
            address = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule.removeprefix("/api/v1"))
            real.setdefault(address, set()).update((rule.methods or set()) - {"HEAD", "OPTIONS"})
    documented = {
        address: set(re.findall(r"\b(?:GET|POST|PUT|PATCH|DELETE)\b", cells[1]))
        for cells in table_of(API, "Addresses")
        for address in coded(cells[0])
    }
    assert documented == real
