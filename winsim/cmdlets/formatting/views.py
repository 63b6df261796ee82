"""Which view an object gets: the default views of PowerShell, or one made from its properties."""

from __future__ import annotations

from dataclasses import replace

from winsim.cmdlets.formatting.core_views import CORE
from winsim.cmdlets.formatting.product_views import PRODUCTS
from winsim.cmdlets.formatting.view import Kind, View, named
from winsim.interpreter.clixml_records import type_names
from winsim.interpreter.convert import to_bool
from winsim.interpreter.members import get_property_of, properties_of
from winsim.interpreter.net.catalogue import extensions, views
from winsim.interpreter.typedata import data_for

COMPUTER_NAME, SHOW_COMPUTER_NAME = "pscomputername", "psshowcomputername"
SPECIAL = {**CORE, **PRODUCTS}


def known_view(value: object, wanted: Kind | None = None) -> View | None:
    """The view that PowerShell defines for the type of an object."""
    for name in type_names(value):
        key = name.removeprefix("Deserialized.").lower()
        special = SPECIAL.get(key)
        if special is not None and wanted in (None, special.kind):
            return replace(special, defined=True)
        for row in views().get(key, []):
            if row["view"] in ("table", "list", "wide") and wanted in (None, row["view"]):
                made = from_row(row)
                if made is not None:
                    return replace(made, defined=True)
    return None


def from_row(row: dict[str, object]) -> View | None:
    """A view of the catalogue, None where parts of it are computed."""
    if row["view"] == "table":
        columns = row["columns"]
        assert isinstance(columns, list)
        if any(c["property"] == "(computed)" for c in columns):
            return None
        made = [named(c["property"], c["width"] or 0, known_align(c["align"]), c["label"]) for c in columns]
        return View("table", tuple(made))
    if row["view"] == "list":
        items = row["items"]
        assert isinstance(items, list)
        return None if any("(computed)" in i for i in items) else View("list", tuple(named(i) for i in items))
    return View("wide", (named(str(row["property"])),))


def known_align(text: str) -> str:
    """Columns of defined views stand left unless they say otherwise."""
    return text if text in ("Right", "Center") else "Left"


def default_names(value: object) -> list[str]:
    """The default display properties of a type, or all properties."""
    given = next((data.display for data in data_for(value) if data.display), None)
    if given is not None:
        return list(given)
    for name in type_names(value):
        found = extensions().get(name.removeprefix("Deserialized.").lower())
        if found is not None and found.display:
            return list(found.display)
    return all_names(value)


def all_names(value: object) -> list[str]:
    """The properties of an object; remoting's note on its computer is shown when remoting says so."""
    names = [info.name for info in properties_of(value) if not info.name.startswith("__")]
    keys = {name.lower() for name in names}
    if SHOW_COMPUTER_NAME not in keys:
        return names
    shown = to_bool(get_property_of(value, SHOW_COMPUTER_NAME))
    hidden = {SHOW_COMPUTER_NAME} if shown else {SHOW_COMPUTER_NAME, COMPUTER_NAME}
    return [name for name in names if name.lower() not in hidden]


def default_view(value: object) -> View:
    """What Out-Default shows an object with."""
    known = known_view(value)
    if known is not None:
        return known
    names = default_names(value)
    return View("table" if len(names) <= 4 else "list", tuple(named(name) for name in names))


def table_view(value: object) -> View:
    known = known_view(value, "table")
    if known is not None:
        return known
    return View("table", tuple(named(name) for name in default_names(value)[:10]))


def list_view(value: object) -> View:
    known = known_view(value, "list")
    if known is not None:
        return known
    return View("list", tuple(named(name) for name in default_names(value)))


def wide_view(value: object) -> View:
    known = known_view(value, "wide")
    if known is not None:
        return known
    names = default_names(value)
    chosen = next((n for n in names if n.lower() == "name"), names[0] if names else "")
    return View("wide", (named(chosen),))
