"""What the commands of WebAdministration share: configuration elements as objects, values, errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import wraps
from typing import TYPE_CHECKING

from winsim.interpreter.command import Call, CommandError
from winsim.interpreter.containers import Dictionary
from winsim.interpreter.net.datetimes import TimeSpan
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import Array, Int64, PSObject
from winsim.world.iis.errors import ConfigurationError
from winsim.world.iis.schema import AttributeSchema
from winsim.world.iis.server import is_installed
from winsim.world.iis.tree import Element
from winsim.world.iis.values import typed

if TYPE_CHECKING:
    from winsim.world.host import Host

MODULE = "WebAdministration"
FRAMEWORK = "Microsoft.IIs.PowerShell.Framework."
PROVIDER = "Microsoft.IIs.PowerShell.Provider."
ELEMENT = (FRAMEWORK + "ConfigurationElement", "System.Object")
SECTION = (FRAMEWORK + "ConfigurationSection", FRAMEWORK + "ConfigurationElement", "System.Object")
ATTRIBUTE = (FRAMEWORK + "ConfigurationAttribute", "System.Object")
COM_EXCEPTION = "System.Runtime.InteropServices.COMException"
NOT_REGISTERED = "Retrieving the COM class factory for component with CLSID {688EEEE5-6A7E-422F-B2E1-6AF00DC944A6} " \
                 "failed due to the following error: 80040154 Class not registered " \
                 "(Exception from HRESULT: 0x80040154 (REGDB_E_CLASSNOTREG))."  # fmt: skip


def command_error(error: ConfigurationError, target: object = None) -> CommandError:
    """The error record of the configuration system: its message is also its id."""
    text = error.message
    return CommandError(text, text, "NotSpecified", target, COM_EXCEPTION)


def configuration_errors(body: Callable[[Call], None]) -> Callable[[Call], None]:
    """Commands report what the configuration system refuses; without IIS there is no configuration system."""

    @wraps(body)
    def guarded(call: Call) -> None:
        if not is_installed(call.host):
            raise CommandError(NOT_REGISTERED, NOT_REGISTERED, "NotSpecified", None, COM_EXCEPTION)
        try:
            body(call)
        except ConfigurationError as error:
            raise command_error(error) from None

    return guarded


def value_of(schema: AttributeSchema, text: str) -> object:
    """A value as PowerShell sees it."""
    value = typed(schema, text)
    if isinstance(value, timedelta):
        return TimeSpan.of(seconds=int(value.total_seconds()))
    if isinstance(value, bool) or not isinstance(value, int):
        return value
    return Int64(value)


def element_object(element: Element, path: str = "", types: tuple[str, ...] = ELEMENT) -> PSObject:
    """A configuration element: attributes, child elements and collections as properties."""
    made = PSObject({}, types)
    for schema in element.schema.attributes.values():
        made[schema.name] = value_of(schema, element.text(schema.name))
    for child in element.all_children():
        made[child.schema.name] = element_object(child, f"{path}/{child.schema.name}")
    members = [element_object(member, f"{path}/{member.schema.name}") for member in element.members]
    if element.schema.collections:
        made["Collection"] = Array(members, ELEMENT[0])
    made["Attributes"] = Array(
        [attribute_object(schema, element, path) for schema in element.schema.attributes.values()], ATTRIBUTE[0]
    )
    made["ChildElements"] = Array([element_object(child, path) for child in element.all_children()], ELEMENT[0])
    made["ElementTagName"] = element.schema.name
    made["Methods"] = None
    made["Schema"] = element.schema.name
    made["ItemXPath"] = path
    return made


def attribute_object(schema: AttributeSchema, element: Element, path: str = "") -> PSObject:
    return PSObject(
        {
            "IsInheritedFromDefaultValue": not element.is_set(schema.name),
            "IsProtected": False,
            "Name": schema.name,
            "TypeName": TYPE_NAMES.get(schema.type, "System.String"),
            "Value": value_of(schema, element.text(schema.name)),
            "ItemXPath": path,
        },
        ATTRIBUTE,
    )


TYPE_NAMES = {"bool": "System.Boolean", "uint": "System.Int64", "int": "System.Int32", "timeSpan": "System.TimeSpan"}


def property_value(schema: AttributeSchema, element: Element, path: str = "") -> object:
    """What Get-WebConfigurationProperty and Get-ItemProperty give: names of enumerations as text, else an attribute."""
    if schema.type in ("enum", "flags"):
        return element.text(schema.name)
    return attribute_object(schema, element, path)


def attribute_text(value: object) -> str:
    """A PowerShell value as the text of an attribute."""
    if isinstance(value, PSObject) and value.base is None and "Value" in value:
        value = value["Value"]
    elif isinstance(value, PSObject) and value.base is not None:
        value = value.base
    return to_text(value)


def text_map(value: object) -> dict[str, str]:
    """A hashtable or an object as attribute names and texts; nested hashtables are flattened with dots."""
    pairs: Iterable[tuple[object, object]]
    if isinstance(value, Dictionary) or (isinstance(value, PSObject) and value.base is None):
        pairs = value.items()
    else:
        raise ConfigurationError(0x80070057, "Value does not fall within the expected range.\r\n")
    result: dict[str, str] = {}
    for name, item in pairs:
        if isinstance(item, Dictionary):
            result |= {f"{to_text(name)}.{inner}": text for inner, text in text_map(item).items()}
        else:
            result[to_text(name)] = attribute_text(item)
    return result


def is_map(value: object) -> bool:
    return isinstance(value, Dictionary) or (isinstance(value, PSObject) and value.base is None)


def default_path(call: Call) -> str:
    """Where commands work without -PSPath: the IIS drive's current location, else the server."""
    current = getattr(call.session, "location", "")
    text = current if isinstance(current, str) else getattr(current, "path", "")
    return text if isinstance(text, str) and text.lower().startswith("iis:\\sites\\") else "MACHINE/WEBROOT/APPHOST"


def need_iis(host: Host) -> None:
    if not is_installed(host):
        raise CommandError(NOT_REGISTERED, NOT_REGISTERED, "NotSpecified", None, COM_EXCEPTION)
