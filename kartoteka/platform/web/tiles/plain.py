"""Tiles that are about no records: words and pictures."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request

from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import pictures
from kartoteka.platform.services.dashboards import Tile
from kartoteka.platform.services.markdown import markdown
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.tiles.kind import PREFIX, Ask, Given, Options, TileKind, typed_or

MAX_TEXT = 8000
MAX_ALT = 200


class Words(TileKind):
    """A text with simple marks."""

    name = "words"
    icon = "align-left"
    width = 2
    about_records = False

    def label(self) -> str:
        """This function will name the kind."""
        return _("Text")

    def about(self) -> str:
        """This function will say what it shows."""
        return _("Words for everybody: news, rules, links.")

    def asks(self, work: Work, registry: str, given: Given) -> Sequence[Ask]:
        """This function will ask for the text."""
        how = _("**bold**, *slanted*, - lists and [words](https://address) can be used.")
        return (Ask("text", _("Text"), "long", typed_or(given, "text", ""), help=how),)

    def read(self, work: Work, registry: str, given: Given) -> Options:
        """This function will read the text."""
        text = given.get(f"{PREFIX}text", "").replace("\r\n", "\n").strip()
        if not text:
            raise Invalid({"text": [_("This must be filled in.")]})
        if len(text) > MAX_TEXT:
            raise Invalid({"text": [_("This can be {max} characters long at most.", max=MAX_TEXT)]})
        return {"text": text}

    def heading(self, work: Work, tile: Tile) -> str:
        """This function will leave a text without a name of its own."""
        return ""

    def render(self, work: Work, tile: Tile) -> Mapping[str, Any]:
        """This function will turn the text into safe HTML."""
        texts = tile.options.get("texts", {})
        return {"html": markdown(texts.get(work.actor.locale.language) or tile.options["text"])}


class Picture(TileKind):
    """A picture with words for those who do not see it."""

    name = "picture"
    icon = "photo"
    about_records = False

    def label(self) -> str:
        """This function will name the kind."""
        return _("Picture")

    def about(self) -> str:
        """This function will say what it shows."""
        return _("A drawing or a photograph.")

    def asks(self, work: Work, registry: str, given: Given) -> Sequence[Ask]:
        """This function will ask for the picture and its words."""
        return (
            Ask("picture", _("Picture"), "picture", typed_or(given, "picture", ""),
                help=_("PNG, JPEG or WebP. It is drawn anew in a small size.")),
            Ask("alt", _("What is on it"), "text", typed_or(given, "alt", ""),
                help=_("Read aloud to those who do not see it.")),
        )  # fmt: skip

    def read(self, work: Work, registry: str, given: Given) -> Options:
        """This function will keep the picture, unless there is one already."""
        file = request.files.get(f"{PREFIX}picture")
        alt = " ".join(given.get(f"{PREFIX}alt", "").split())[:MAX_ALT]
        if file is None or not file.filename:
            kept = given.get(f"{PREFIX}kept", "")
            if not kept:
                raise Invalid({"picture": [_("Choose a picture.")]})
            pictures.picture(work.session, kept)
            return {"picture": kept, "alt": alt}
        try:
            return {"picture": pictures.keep(work, file.read(pictures.MAX_UPLOAD + 1)), "alt": alt}
        except Invalid as error:
            raise Invalid({"picture": error.errors["file"]}) from error

    def heading(self, work: Work, tile: Tile) -> str:
        """This function will leave a picture without a name of its own."""
        return ""

    def render(self, work: Work, tile: Tile) -> Mapping[str, Any]:
        """This function will give the picture and its measures, so that nothing jumps while it comes."""
        found = pictures.picture(work.session, tile.options["picture"])
        return {"picture": found, "alt": tile.options.get("alt", "")}
