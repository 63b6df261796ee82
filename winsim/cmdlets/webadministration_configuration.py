"""WebAdministration: reading and changing the configuration by filters."""

from __future__ import annotations

from collections.abc import Iterator

from winsim.cmdlets.products import QUIET
from winsim.cmdlets.webadministration_common import (
    ELEMENT,
    MODULE,
    PROVIDER,
    SECTION,
    attribute_text,
    configuration_errors,
    default_path,
    element_object,
    is_map,
    property_value,
    text_map,
)
from winsim.interpreter.command import Call, CommandError, NotBuilt, cmdlet
from winsim.interpreter.values import PSObject
from winsim.world.iis.server import editing, effective
from winsim.world.iis.targets import Change, Target, check_unlocked, find, set_override, target_of
from winsim.world.iis.tree import Element
from winsim.world.iis.xpath import FilterError, Match

WHERE = ("Filter", "PSPath", "Location", "Force")


def targets(call: Call) -> list[Target]:
    paths = call.texts("PSPath") or [default_path(call)]
    locations = call.texts("Location") or [""]
    return [target_of(call.host, path, location) for path in paths for location in locations]


def matches(call: Call, missing_warns: bool = True) -> Iterator[tuple[Target, Match]]:
    """What -Filter names at each target; what it does not find is a warning, as in the real module."""
    for target in targets(call):
        for text in call.texts("Filter"):
            try:
                found = find(call.host, target, text)
            except FilterError:
                raise NotBuilt(f"the configuration filter {text}") from None
            if not found and missing_warns:
                call.warning(f"Target configuration object '{text} is not found at path '{target.display}'.")
            for match in found:
                yield target, match


def unsupported(call: Call, *names: str) -> None:
    for name in names:
        if call.has(name):
            raise NotBuilt(f"{call.name} -{name}")


@cmdlet("Get-WebConfiguration", (*WHERE,), net_class=PROVIDER + "GetConfigurationCommand", module=MODULE, idle=QUIET)
@configuration_errors
def get_configuration(call: Call) -> None:
    for target, match in matches(call, missing_warns=False):
        call.write(_object(target, match))


@cmdlet("Select-WebConfiguration", ("Filter",), net_class=PROVIDER + "SelectConfigurationCommand", module=MODULE)
@configuration_errors
def select_configuration(call: Call) -> None:
    get_configuration(call)


def _object(target: Target, match: Match) -> PSObject:
    made = element_object(match.element, match.path, ELEMENT if match.trail else SECTION)
    made["PSPath"] = target.display
    made["Location"] = target.location
    if not match.trail:
        made["SectionPath"] = "/" + match.section
    return made


@cmdlet("Get-WebConfigurationProperty", (*WHERE, "Name", "Recurse"),
        net_class=PROVIDER + "GetConfigurationPropertyCommand", module=MODULE)  # fmt: skip
@configuration_errors
def get_configuration_property(call: Call) -> None:
    names = call.texts("Name")
    if not names:
        raise CommandError("ParameterArgumentValidationError", "Name", "InvalidArgument")
    for target, match in matches(call):
        for name in names:
            _write_property(call, target, match, name)


def _write_property(call: Call, target: Target, match: Match, name: str) -> None:
    if name == ".":
        call.write(_object(target, match))
        return
    element = match.element
    *children, last = name.split(".")
    for child in children:
        element = element.child(child)
    path = "/".join([match.path, *children])
    schema = element.schema.attribute(last)
    if last == "*":
        call.write_all(property_value(a, element, path) for a in element.schema.attributes.values())
    elif schema is not None:
        call.write(property_value(schema, element, path))
    elif element.schema.child(last) is not None:
        call.write(element_object(element.child(last), f"{path}/{last}"))
    elif last.lower() == "collection" or element.schema.collection(last) is not None:
        members = element.members if last.lower() == "collection" else element.of(last)
        call.write_all(element_object(member, f"{path}/{member.schema.name}") for member in members)
    # the real command writes nothing for a property that is not there


def changed(call: Call) -> Iterator[tuple[Target, Match]]:
    """The matches to change, asked for one by one."""
    for target, match in list(matches(call)):
        check_unlocked(call.host, target, match.section)
        if call.should_process(f"{target.display} {match.path}", call.name):
            yield target, match


@cmdlet("Set-WebConfigurationProperty", (*WHERE, "Name", "Value", "AtElement", "AtIndex", "AtName"),
        net_class=PROVIDER + "SetConfigurationPropertyCommand", module=MODULE, idle=QUIET)  # fmt: skip
@configuration_errors
def set_configuration_property(call: Call) -> None:
    name, value = call.text("Name"), call.get("Value")
    for target, match in changed(call):
        if call.has("AtElement") or call.has("AtIndex") or call.has("AtName"):
            _set_in_member(call, target, match, value)
            continue
        with editing(call.host, target.file) as document:
            _set(Change(call.host, document, target, match), match, name, value)


def _set(change: Change, match: Match, name: str, value: object) -> None:
    if isinstance(value, list) or name.lower() == "collection" or (name == "." and isinstance(value, list)):
        change.clear_members()
        for item in value if isinstance(value, list) else [value]:
            change.element.add(change.element.make_member(text_map(item)))
    elif name == "." or (is_map(value) and match.element.schema.child(name) is not None):
        prefix = "" if name == "." else f"{name}."
        for key, text in text_map(value).items():
            change.set(prefix + key, text)
    elif is_map(value) and set(map(str.lower, text_map(value))) == {"value"}:
        change.set(name, text_map(value).popitem()[1])
    else:
        change.set(name, attribute_text(value))


def _set_in_member(call: Call, target: Target, match: Match, value: object) -> None:
    member = member_at(call, match.element)
    if member is None:
        raise _missing(call, target)
    inner = Match(match.section, (*match.trail, (member.schema.name, member)), member)
    with editing(call.host, target.file) as document:
        change = Change(call.host, document, target, inner)
        if is_map(value):
            for key, text in text_map(value).items():
                change.set(key, text)
        else:
            change.set(call.text("Name"), attribute_text(value))


def member_at(call: Call, element: Element) -> Element | None:
    """The collection element that -AtElement, -AtIndex or -AtName names."""
    if call.has("AtIndex"):
        index = call.get("AtIndex")
        assert isinstance(index, int)
        return element.members[index] if 0 <= index < len(element.members) else None
    wanted = text_map(call.get("AtElement")) if call.has("AtElement") else {"name": call.text("AtName")}
    for member in element.members:
        known = all(member.schema.attribute(name) is not None for name in wanted)
        if known and all(member.text(name).lower() == text.lower() for name, text in wanted.items()):
            return member
    return None


def _missing(call: Call, target: Target) -> CommandError:
    message = f"Collection element was not found at path '{target.display}'."
    return CommandError(message, message, "ObjectNotFound", None, "System.Management.Automation.ItemNotFoundException")


@cmdlet("Add-WebConfigurationProperty", (*WHERE, "Name", "Value", "AtIndex"),
        net_class=PROVIDER + "AddConfigurationPropertyCommand", module=MODULE, idle=QUIET)  # fmt: skip
@configuration_errors
def add_configuration_property(call: Call) -> None:
    name = call.text("Name", ".")
    for target, match in changed(call):
        _add(call, target, _inside(match, name), tag=name)


def _inside(match: Match, name: str) -> Match:
    """-Name may go into child elements: ``bindings``, ``files.collection``; its last part may name a collection."""
    for part in name.split("."):
        schema = match.element.schema
        if part == "" or part.lower() == "collection":
            continue
        if schema.child(part) is not None:
            child = match.element.child(part)
            match = Match(match.section, (*match.trail, (child.schema.name, child)), child)
        elif schema.collection(part) is None and schema.attribute(part) is None:
            raise NotBuilt(f"-Name {name}, which {match.path} does not have")
    return match


def _add(call: Call, target: Target, match: Match, tag: str = "") -> None:
    value = call.get("Value")
    index = call.get("AtIndex")
    kind = tag if match.element.schema.collection(tag) is not None else ""
    with editing(call.host, target.file) as document:
        change = Change(call.host, document, target, match)
        for item in value if isinstance(value, list) else [value]:
            values = text_map(item)
            plain = {key: text for key, text in values.items() if "." not in key}
            change.add(plain, kind, index if isinstance(index, int) else None)
            added = change.element.members[index if isinstance(index, int) else -1]
            for key, text in values.items():
                if "." in key:
                    *children, last = key.split(".")
                    element = added
                    for child in children:
                        element = element.child(child)
                    element.set(last, text)


@cmdlet("Add-WebConfiguration", (*WHERE, "Value", "AtIndex"), net_class=PROVIDER + "AddConfigurationCommand",
        module=MODULE, idle=QUIET)  # fmt: skip
@configuration_errors
def add_configuration(call: Call) -> None:
    found = list(matches(call, missing_warns=False))
    if found:
        for target, match in found:
            check_unlocked(call.host, target, match.section)
            if call.should_process(f"{target.display} {match.path}", call.name):
                _add(call, target, match)
        return
    for target in targets(call):  # the last step may be the name of the new element
        for text in call.texts("Filter"):
            parent, _, tag = text.rpartition("/")
            outer = find(call.host, target, parent) if parent else []
            if not outer or outer[0].element.schema.collection(tag) is None:
                call.warning(f"Target configuration object '{text} is not found at path '{target.display}'.")
            for match in outer:
                check_unlocked(call.host, target, match.section)
                if match.element.schema.collection(tag) is not None:
                    _add(call, target, match, tag)


@cmdlet("Set-WebConfiguration", (*WHERE, "Value", "Metadata"), net_class=PROVIDER + "SetConfigurationCommand",
        module=MODULE, idle=QUIET)  # fmt: skip
@configuration_errors
def set_configuration(call: Call) -> None:
    if call.has("Metadata"):
        if call.text("Metadata").lower() != "overridemode":
            raise NotBuilt(f"Set-WebConfiguration -Metadata {call.text('Metadata')}")
        for target, match in matches(call):
            mode = {"allow": "Allow", "deny": "Deny"}.get(call.text("Value").lower())
            if mode is None:
                raise NotBuilt(f"overrideMode {call.text('Value')}")
            set_override(call.host, target, match.section, mode)
        return
    value = call.get("Value")
    for target, match in changed(call):
        with editing(call.host, target.file) as document:
            _set(Change(call.host, document, target, match), match, ".", value)


@cmdlet("Remove-WebConfigurationProperty", (*WHERE, "Name", "AtElement", "AtIndex", "AtName"),
        net_class=PROVIDER + "RemoveConfigurationPropertyCommand", module=MODULE, idle=QUIET)  # fmt: skip
@configuration_errors
def remove_configuration_property(call: Call) -> None:
    name = call.text("Name", ".")
    at = call.has("AtElement") or call.has("AtIndex") or call.has("AtName")
    for target, outer in changed(call):
        match = _inside(outer, name)
        member = member_at(call, match.element) if at else None
        if at and member is None:
            raise _missing(call, target)
        with editing(call.host, target.file) as document:
            change = Change(call.host, document, target, match)
            if member is not None:
                change.remove(member)
            elif name in (".", "collection") or match is not outer:
                change.clear_members()
                change.element.attributes.clear() if name == "." else None
            else:
                change.element.clear_attribute(name)


@cmdlet("Clear-WebConfiguration", WHERE, net_class=PROVIDER + "ClearConfigurationCommand", module=MODULE, idle=QUIET)
@configuration_errors
def clear_configuration(call: Call) -> None:
    """Removes what the target's own file says: a collection element, an element, a section."""
    for target, match in changed(call):
        with editing(call.host, target.file) as document:
            if match.trail and match.trail[-1][1] is match.element and _is_member(match):
                parent = Match(match.section, match.trail[:-1], _parent(match, call, target))
                Change(call.host, document, target, parent).remove(match.element)
                continue
            element = Change(call.host, document, target, match).element
            element.attributes.clear()
            element.children.clear()
            element.members, element.removed, element.cleared = [], [], False


def _is_member(match: Match) -> bool:
    return bool(match.trail) and any(
        a.unique_key or a.combined_key or a.required for a in match.element.schema.attributes.values()
    )


def _parent(match: Match, call: Call, target: Target) -> Element:
    if len(match.trail) > 1:
        return match.trail[-2][1]
    return effective(call.host, match.section, target.site_path)
