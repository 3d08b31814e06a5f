"""Makes a new plugin beside the program: a folder with a tab, texts in Czech, and tests that pass at once."""

from __future__ import annotations

import re
import sys
from pathlib import Path

NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")

PROJECT = """[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "kartoteka-@dashed@"
version = "0.1"
description = "@label@ for Kartoteka"
requires-python = ">=3.11"
dependencies = ["kartoteka"]

[project.entry-points."kartoteka.plugins"]
@name@ = "@package@:plugin"

[tool.setuptools.packages.find]
include = ["@package@*"]

[tool.setuptools.package-data]
@package@ = ["templates/**/*", "translations/**/*"]
"""

README = """# @label@

A plugin of Kartoteka.

```sh
pip install --editable .     # beside Kartoteka, in the same environment
kartoteka init               # sets it up
kartoteka plugin on @name@
python -m pytest             # its promises
```
"""

PLUGIN = '''"""@label@: what the plugin brings, in one value."""

from pathlib import Path

from kartoteka.platform.sdk import N_, Pages, Plugin, Tab
from @package@.design import REGISTRY
from @package@.tab import show

plugin = Plugin(
    name="@name@",
    label=N_("@label@"),
    version="0.1",
    needs=">=0.1",
    icon="puzzle",
    has_tab=True,
    registries=(REGISTRY,),
    tab=Tab(N_("@label@"), show),
    pages=Pages("@name@", __name__, Path(__file__).parent),
    translations=Path(__file__).parent / "translations",
)

__all__ = ["plugin"]
'''

DESIGN = '''"""The registry in which the plugin keeps its things; they lie on records of other registries."""

from kartoteka.platform.sdk import OwnRegistry

KEY = "_@name@"
REGISTRY = OwnRegistry(
    {
        "key": KEY,
        "name": "@label@",
        "icon": "puzzle",
        "title": "{text}",
        "sections": [
            {
                "key": "basic",
                "name": "@label@",
                "fields": [{"key": "text", "name": "Text", "type": "text", "required": True}],
            }
        ],
    }
)
'''

TAB = '''"""The tab on a record."""

from flask import render_template

from @package@.design import KEY
from kartoteka.platform.sdk import Query, Record, Work, browse


def show(work: Work, record: Record) -> str:
    """This function will give what lies on a record as HTML, as far as its reader may see it."""
    on = {"field": "on", "op": "eq", "value": {"registry": record.registry, "id": record.id}}
    found = browse(work, KEY, Query(filter=on, sort="-created_at"))
    return render_template("@name@/tab.html", things=found.items)
'''

TEMPLATE = """{# What lies on one record. #}
<section class="card">
  {% for thing in things %}<p>{{ thing.values.text }}</p>
  {% else %}<p class="muted">{{ _("Nothing here yet.") }}</p>{% endfor %}
</section>
"""

CATALOGUE = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Language: cs\\n"
"Plural-Forms: nplurals=3; plural=(n==1) ? 0 : (n>=2 && n<=4) ? 1 : 2;\\n"

msgid "@label@"
msgstr "@label@"

msgid "Nothing here yet."
msgstr "Zatím tu nic není."
"""

TEST = '''"""The plugin keeps the promises of every plugin, and its own."""

from @package@ import plugin
from @package@.design import KEY
from kartoteka.platform.sdk import Bearer, Office, create
from kartoteka.platform.testkit.plugins import PluginPromises


class Test@Class@(PluginPromises):
    plugin = plugin

    def test_what_was_written_is_in_the_tab(self, office: Office) -> None:
        with office.begin_system() as work:
            create(work, KEY, {"text": "Remember me"}, on=Bearer("things", 1))
        assert "Remember me" in self.signed_in(office).get("/r/things/1/tab/@name@").text
'''


def files_of(name: str) -> dict[str, str]:
    """The files of a new plugin, by their path in its folder."""
    package = f"kartoteka_{name}"
    said = {
        "name": name,
        "dashed": name.replace("_", "-"),
        "package": package,
        "label": name.replace("_", " ").capitalize(),
        "Class": name.title().replace("_", ""),
    }
    texts = {
        "pyproject.toml": PROJECT,
        "README.md": README,
        f"{package}/__init__.py": PLUGIN,
        f"{package}/design.py": DESIGN,
        f"{package}/tab.py": TAB,
        f"{package}/templates/{name}/tab.html": TEMPLATE,
        f"{package}/translations/cs/LC_MESSAGES/messages.po": CATALOGUE,
        f"tests/test_{name}.py": TEST,
    }
    return {path: re.sub("@([A-Za-z]+)@", lambda word: said[word[1]], text) for path, text in texts.items()}


def make(name: str, folder: Path) -> Path:
    """Write a new plugin into a folder of its own and compile its texts; the answer is that folder."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    if not NAME.fullmatch(name) or len(name) > 30:
        raise SystemExit(
            f"“{name}” cannot be the name of a plugin: small letters, digits and single underscores."
        )
    home = folder / f"kartoteka-{name.replace('_', '-')}"
    if home.exists():
        raise SystemExit(f"{home} is there already.")
    for path, text in files_of(name).items():
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_text(text, encoding="utf-8")
    for source in home.rglob("*.po"):
        with source.open("rb") as texts, source.with_suffix(".mo").open("wb") as out:
            write_mo(out, read_po(texts))
    return home


def main() -> int:
    """`new_plugin.py NAME [FOLDER]`; the answer is the exit status."""
    if len(sys.argv) not in (2, 3):
        print(
            "make new-plugin NAME=ratings, and FOLDER=.. for another place than beside this one",
            file=sys.stderr,
        )
        return 2
    home = make(sys.argv[1], Path(sys.argv[2] if len(sys.argv) == 3 else ".."))
    print(f"{home} is a working plugin; its README says how to go on.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
