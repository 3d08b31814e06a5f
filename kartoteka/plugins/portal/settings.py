"""The design of the portal as the settings of the plugin keep it: one window for each role, page by page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import marshmallow as ma
from marshmallow import fields as f

from kartoteka.platform.sdk import N_, Work, settings_of

NAME = "portal"
MOST = 60
LONG = 4000
ELSEWHERE = {"elsewhere": True}
USUAL_KINDS = (
    "jpg jpeg png gif webp heic heif pdf txt csv doc docx xls xlsx ppt pptx odt ods odp rtf dwg dxf zip mp4 mov eml "
    "msg"
)
Texts = Mapping[str, str]


def _texts(longest: int = 200) -> f.Dict:
    return f.Dict(
        keys=f.Str(validate=ma.validate.Length(max=5)),
        values=f.Str(validate=ma.validate.Length(max=longest)),
        load_default=dict,
    )


def _key(**more: Any) -> f.Str:
    return f.Str(validate=ma.validate.Length(max=41), **more)


def _keys() -> f.List[str]:
    return f.List(_key(), load_default=list, validate=ma.validate.Length(max=MOST))


class QuickSchema(ma.Schema):
    """A filter by one click, under a name."""

    names = _texts()
    filter = f.Dict(load_default=dict)


class FormSchema(ma.Schema):
    """The form of a new record: what is asked for, what is said before, what is filled in without asking."""

    asks = _keys()
    intro = _texts(LONG)
    category = _key(load_default="")
    fixed = f.Dict(keys=_key(), load_default=dict)


class PageSchema(ma.Schema):
    """One registry in a window."""

    registry = _key(required=True)
    names = _texts()
    columns = _keys()
    state = _key(load_default="", allow_none=True)
    off = _keys()
    waiting = _keys()
    quick = f.List(f.Nested(QuickSchema), load_default=list, validate=ma.validate.Length(max=MOST))
    form = f.Nested(FormSchema, load_default=None, allow_none=True)
    talks = f.Bool(load_default=True)
    uploads = f.Bool(load_default=False)
    folder = f.Str(load_default="", validate=ma.validate.Length(max=120))
    on_home = f.Bool(load_default=False)


class TileSchema(ma.Schema):
    """One figure on the first page."""

    names = _texts()
    registry = _key(required=True)
    measure = f.Str(load_default="count", validate=ma.validate.Length(max=60))
    filter = f.Dict(load_default=dict)


class ContactSchema(ma.Schema):
    """Somebody of the firm, or one of its branches, to whom customers may turn."""

    name = f.Str(required=True, validate=ma.validate.Length(max=200))
    about = _texts()
    phone = f.Str(load_default="", validate=ma.validate.Length(max=60))
    email = f.Str(load_default="", validate=ma.validate.Length(max=254))
    address = f.Str(load_default="", validate=ma.validate.Length(max=300))


class WindowSchema(ma.Schema):
    """What one role of the portal is shown."""

    welcome = _texts(LONG)
    pages = f.List(f.Nested(PageSchema), load_default=list, validate=ma.validate.Length(max=MOST))
    tiles = f.List(f.Nested(TileSchema), load_default=list, validate=ma.validate.Length(max=MOST))
    contacts = f.List(f.Nested(ContactSchema), load_default=list, validate=ma.validate.Length(max=MOST))
    proposes = _keys()


class GroupSchema(ma.Schema):
    """Some of the people who come in: those whose own record a filter fits."""

    names = _texts()
    registry = _key(required=True)
    filter = f.Dict(load_default=dict)


class PortalSettings(ma.Schema):
    """All settings of the portal."""

    magic_link = f.Bool(
        load_default=False,
        metadata={
            "label": N_("Come in by a link"),
            "help": N_("Customers may have a link sent to their address instead of typing a password."),
        },
    )
    upload_mb = f.Int(
        load_default=25,
        validate=ma.validate.Range(1, 60),
        metadata={"label": N_("Largest file from a customer (MB)")},
    )
    upload_mb_a_day = f.Int(
        load_default=300,
        validate=ma.validate.Range(1, 100_000),
        metadata={"label": N_("What one customer may send in a day (MB)")},
    )
    upload_kinds = f.Str(
        load_default=USUAL_KINDS,
        validate=ma.validate.Regexp(r"[A-Za-z0-9 ,.]{1,600}$"),
        metadata={"label": N_("Files that customers may send"), "help": N_("Endings, such as jpg pdf docx.")},
    )
    groups = f.Dict(keys=_key(), values=f.Nested(GroupSchema), load_default=dict, metadata=ELSEWHERE)
    windows = f.Dict(keys=_key(), values=f.Nested(WindowSchema), load_default=dict, metadata=ELSEWHERE)


@dataclass(frozen=True)
class Form:
    """The form of a new record."""

    asks: Sequence[str] = ()
    intro: Texts = field(default_factory=dict)
    category: str = ""
    fixed: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """One registry in a window."""

    registry: str
    names: Texts = field(default_factory=dict)
    columns: Sequence[str] = ()
    state: str = ""
    off: Sequence[str] = ()
    waiting: Sequence[str] = ()
    quick: Sequence[Mapping[str, Any]] = ()
    form: Form | None = None
    talks: bool = True
    # Files that customers send come to lie in this folder of the record.
    uploads: bool = False
    folder: str = ""
    # Its newest records stand on the first page, with the totals of all of them.
    on_home: bool = False


@dataclass(frozen=True)
class Window:
    """What one role of the portal is shown; one that nobody has designed shows whatever the role may see."""

    welcome: Texts = field(default_factory=dict)
    pages: Sequence[Page] = ()
    tiles: Sequence[Mapping[str, Any]] = ()
    contacts: Sequence[Mapping[str, Any]] = ()
    proposes: Sequence[str] = ()

    def page(self, registry: str) -> Page | None:
        """This function will find the page of a registry."""
        return next((each for each in self.pages if each.registry == registry), None)


def window_of(work: Work, role: str) -> Window:
    """This function will give the window of a role."""
    return window_from(settings_of(work, NAME).get("windows", {}).get(role, {}))


def window_from(document: Mapping[str, Any]) -> Window:
    """This function will read a window out of its settings."""
    pages = [_page(each) for each in document.get("pages", ())]
    return Window(**{**document, "pages": pages})


def _page(document: Mapping[str, Any]) -> Page:
    form = document.get("form")
    return Page(**{**document, "state": document.get("state") or "", "form": Form(**form) if form else None})


def said(texts: Texts, language: str) -> str:
    """This function will give a text in a language, or in any that there is."""
    return texts.get(language) or next((text for text in texts.values() if text), "")


__all__ = ["NAME", "Form", "Page", "PortalSettings", "Texts", "Window", "said", "window_from", "window_of"]
