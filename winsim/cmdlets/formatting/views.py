"""Which view an object gets: the default views of PowerShell, or one made from its properties."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

from winsim.cmdlets.expressions import Expression
from winsim.cmdlets.formatting.computed import COMPUTED
from winsim.interpreter.clixml_records import type_names
from winsim.interpreter.convert import to_bool
from winsim.interpreter.members import get_property_of, properties_of
from winsim.interpreter.net.catalogue import extensions, views
from winsim.interpreter.typedata import data_for

Kind = Literal["table", "list", "wide", "text"]
COMPUTER_NAME, SHOW_COMPUTER_NAME = "pscomputername", "psshowcomputername"


@dataclass(frozen=True)
class Column:
    label: str
    expression: Expression | None = None
    compute: Callable[[object], object] | None = None
    width: int = 0
    align: str = ""  # Left, Right, Center or "" for by value


@dataclass(frozen=True)
class View:
    kind: Kind
    columns: tuple[Column, ...] = ()
    group: Column | None = None
    text: Callable[[object], str] | None = None
    hide_headers: bool = False
    wrap: bool = False
    tight: bool = False
    count: int = 2  # columns of a wide view
    chosen_count: int = 0  # the number that was asked for; 0 leaves it to the outputter
    indent: str = field(default="   ")
    defined: bool = False  # by PowerShell for the type, not made from the properties of an object


def named(name: str, width: int = 0, align: str = "", label: str = "") -> Column:
    """A column of one property; without alignment the values decide."""
    return Column(label or name, Expression(name), None, width, align)


PROCESS_SIZES = (("NPM(K)", 7), ("PM(K)", 8), ("WS(K)", 10), ("VM(M)", 5))

SPECIAL: dict[str, View] = {
    "system.io.fileinfo": View(
        "table",
        (
            named("Mode", 7),
            Column("LastWriteTime", None, COMPUTED["LastWriteTime"], 25, "Right"),
            Column("Length", None, COMPUTED["Length"], 10, "Right"),
            named("Name"),
        ),
        Column("Directory", None, COMPUTED["Directory"]),
        indent="    ",
    ),
    "microsoft.win32.registrykey": View(
        "table",
        (named("PSChildName", 30, label="Name"), Column("Property", None, COMPUTED["Property"])),
        Column("Hive", None, COMPUTED["Hive"]),
        indent="    ",
    ),
    "system.security.cryptography.x509certificates.x509certificate2": View(
        "table",
        (named("Thumbprint", 41), named("Subject")),
        Column("Directory", None, COMPUTED["ParentPath"]),
        indent="    ",
    ),
    "microsoft.powershell.commands.memberdefinition": View(
        "table",
        (named("Name"), named("MemberType"), named("Definition")),
        named("TypeName"),
    ),
    "system.security.accesscontrol.filesystemsecurity": View(
        "table",
        (named("PSChildName", label="Path"), named("Owner"), named("AccessToString", label="Access")),
        Column("Directory", None, COMPUTED["Directory"]),
        indent="    ",
    ),
    "system.datetime": View("text", text=COMPUTED["DateTime"]),
    "system.management.automation.scriptblock": View("text", text=COMPUTED["Text"]),
    "microsoft.powershell.commands.matchinfo": View("text", text=COMPUTED["Text"]),
    "mamlcommandhelpinfo": View("text", text=COMPUTED["Help"]),
    "extendedcmdlethelpinfo": View("text", text=COMPUTED["Help"]),
    "system.management.automation.informationalrecord": View("text", text=COMPUTED["Text"]),
    "system.management.automation.errorrecord": View("text", text=COMPUTED["Error"]),
    "system.xml.xmlnode": View("text", text=COMPUTED["Text"]),
    "system.management.automation.psdriveinfo": View(
        "table",
        (
            named("Name", 10),
            Column("Used (GB)", None, COMPUTED["Used"], 13, "Right"),
            Column("Free (GB)", None, COMPUTED["Free"], 13, "Right"),
            Column("Provider", None, COMPUTED["Provider"], 13),
            named("Root", 35),
            named("CurrentLocation"),
        ),
    ),
    "system.management.automation.psmoduleinfo": View(
        "table",
        (
            named("ModuleType", 10),
            named("Version", 10),
            named("Name", 35),
            Column("ExportedCommands", None, COMPUTED["Commands"]),
        ),
    ),
    "system.management.automation.commandinfo": View(
        "table",
        (named("CommandType", 15), Column("Name", None, COMPUTED["Text"], 50), named("ModuleName")),
    ),
    "system.diagnostics.process": View(
        "table",
        (
            named("Handles", 7, "Right"),
            *(Column(label, None, COMPUTED[label], width, "Right") for label, width in PROCESS_SIZES),
            named("CPU", 8, "Right", "CPU(s)"),
            named("Id", 6, "Right"),
            named("ProcessName"),
        ),
    ),
    "system.management.automation.pathinfo": View("table", (named("Path"),)),
}
for _kind in ("aliasinfo", "functioninfo", "filterinfo", "cmdletinfo", "applicationinfo"):
    SPECIAL[f"system.management.automation.{_kind}"] = SPECIAL["system.management.automation.commandinfo"]
SPECIAL["system.io.directoryinfo"] = SPECIAL["system.io.fileinfo"]
del SPECIAL["system.xml.xmlnode"]


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
