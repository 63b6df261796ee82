"""Columns of default views that are computed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from winsim.interpreter.collect import unwrap
from winsim.interpreter.errors import ErrorRecord
from winsim.interpreter.members import get_property_of
from winsim.interpreter.net.dates import text_of
from winsim.interpreter.net.datetimes import DateTime
from winsim.interpreter.net.fileinfo import FileInfo
from winsim.interpreter.scriptblocks import AliasInfo
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import TEXT, PSObject


def last_write_time(value: object) -> object:
    moment = get_property_of(value, "LastWriteTime")
    if not isinstance(moment, DateTime):
        return ""
    return f"{text_of(moment, 'd'):>10}  {text_of(moment, 't'):>8}"


def length(value: object) -> object:
    return get_property_of(value, "Length") if isinstance(unwrap(value), FileInfo) else ""


def directory(value: object) -> object:
    return to_text(get_property_of(value, "PSParentPath")).partition("::")[2]


def parent_path(value: object) -> object:
    return to_text(get_property_of(value, "PSParentPath"))


def hive(value: object) -> object:
    return directory(value)


def registry_values(value: object) -> object:
    """The values of a key, one a line."""
    key: Any = unwrap(value)
    names = key.key.values.values()
    width = max((len(item.name or "(default)") for item in names), default=0)
    from winsim.interpreter.net.registrykeys import from_data

    rows = []
    for item in names:
        data = from_data(item)
        shown = "{" + ", ".join(to_text(d) for d in data[:4]) + "}" if isinstance(data, list) else to_text(data)
        rows.append(f"{item.name or '(default)':<{width}} : {shown}")
    return "\n".join(rows)


def date_text(value: object) -> str:
    moment = unwrap(value)
    assert isinstance(moment, DateTime)
    hint = to_text(get_property_of(value, "DisplayHint")).lower()
    spec = {"date": "D", "time": "T"}.get(hint)
    return f"\n{text_of(moment, spec) if spec else text_of(moment, 'D') + ' ' + text_of(moment, 'T')}\n"


def plain_text(value: object) -> str:
    base = unwrap(value)
    if isinstance(base, AliasInfo):
        return f"{base.name} -> {get_property_of(base, 'Definition')}"
    if isinstance(base, PSObject) and base.base is None:
        return to_text(value).replace("\r\n", "\n")
    return to_text(get_property_of(value, "Name")) if hasattr(base, "name") else to_text(value)


def error_text(value: object) -> str:
    """An error record as the console shows it."""
    record = unwrap(value)
    assert isinstance(record, ErrorRecord)
    invocation: Any = record.invocation
    position = getattr(invocation, "position", None)
    head = record.message
    name = getattr(invocation, "name", "")
    if name in ("", "&", "."):
        name = to_text(get_property_of(getattr(invocation, "command", None), "Name"))
    if name and position is not None:
        head = f"{name} : {head}"
    lines = [head]
    if position is not None:
        lines.extend(position.message.split("\n"))
    lines.append(f"    + CategoryInfo          : {record.category_info}")
    lines.append(f"    + FullyQualifiedErrorId : {record.full_id}")
    return "\n".join([*lines, " "])


def gigabytes(name: str) -> Callable[[object], object]:
    def read(value: object) -> object:
        size = get_property_of(value, name)
        return "" if size is None else f"{int(size) / 2**30:.2f}"  # type: ignore[call-overload]

    return read


def scaled(name: str, unit: int) -> Callable[[object], object]:
    def read(value: object) -> object:
        size = get_property_of(value, name)
        return "" if size is None else int(size) // unit  # type: ignore[call-overload]

    return read


def provider_name(value: object) -> object:
    return get_property_of(get_property_of(value, "Provider"), "Name")


def exported_commands(value: object) -> object:
    return get_property_of(get_property_of(value, "ExportedCommands"), "Keys")


def help_text(value: object) -> str:
    text = to_text(value.get(TEXT)) if isinstance(value, PSObject) else to_text(value)
    return text.replace("\r\n", "\n")


COMPUTED: dict[str, Callable[[object], Any]] = {
    "LastWriteTime": last_write_time,
    "Length": length,
    "Directory": directory,
    "ParentPath": parent_path,
    "Hive": hive,
    "Property": registry_values,
    "DateTime": date_text,
    "Help": help_text,
    "Text": plain_text,
    "Error": error_text,
    "Provider": provider_name,
    "Commands": exported_commands,
    "Used": gigabytes("Used"),
    "Free": gigabytes("Free"),
    "NPM(K)": scaled("NPM", 1024),
    "PM(K)": scaled("PM", 1024),
    "WS(K)": scaled("WS", 1024),
    "VM(M)": scaled("VM", 1048576),
}
