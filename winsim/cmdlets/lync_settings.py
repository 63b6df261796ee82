"""Cs*WebServiceConfiguration and Cs*ProxyConfiguration: New, Get, Set and Remove at their scopes."""

from __future__ import annotations

import re
from fnmatch import translate

from winsim.cmdlets.lync_common import MODULE, changed, class_of, configuration, failed, loaded_version, reported, store
from winsim.cmdlets.products import QUIET, entity, items, plain
from winsim.interpreter.command import Call, CommandError, NotBuilt, cmdlet
from winsim.interpreter.values import ArrayList, EnumValue, UInt32, UInt64
from winsim.world.lync import Topology, updates
from winsim.world.lync import settings as model
from winsim.world.lync.settings import PROXY, WEB_SERVICE, Collection, ScopeError, Spec
from winsim.world.lync.state import Configuration, Setting


def shown(call: Call, collection: Collection, identity: str, values: dict[str, Setting]) -> object:
    properties: dict[str, object] = {"Identity": identity}
    for spec in collection.specs:
        if _is_offered(call, spec):
            properties[spec.name] = _typed(collection, spec, values[spec.name])
    return entity((collection.type_name,), properties, identity)


def _is_offered(call: Call, spec: Spec) -> bool:
    """Passive authentication came with an update."""
    return "WsFedPassive" not in spec.name or updates.offers_passive(loaded_version(call))


def _typed(collection: Collection, spec: Spec, value: Setting) -> object:
    if spec.kind == "enum":
        return EnumValue(collection.enum_type, str(value), spec.values.index(str(value)))
    if spec.kind == "uint32" and isinstance(value, int):
        return UInt32(value)
    if spec.kind == "uint64" and isinstance(value, int):
        return UInt64(value)
    return ArrayList(value) if isinstance(value, list) else value


def _identity(call: Call, collection: Collection, topology: Topology | None) -> str:
    try:
        return model.canonical(collection, call.text("Identity") or "Global", topology)
    except ScopeError as error:
        raise failed(str(error), "InvalidData", id="InvalidIdentity") from None


def _given(call: Call, collection: Collection) -> dict[str, Setting]:
    """The settings among the parameters, checked for range."""
    found: dict[str, Setting] = {}
    for spec in collection.specs:
        if not call.has(spec.name):
            continue
        if not _is_offered(call, spec):
            message = f"A parameter cannot be found that matches parameter name '{spec.name}'."
            raise CommandError("NamedParameterNotFound", message, "InvalidArgument", None,
                               "System.Management.Automation.ParameterBindingException")  # fmt: skip
        value = call.get(spec.name)
        if spec.kind == "list":
            if value is not None and items(value):
                raise NotBuilt(f"{call.name} -{spec.name}")
            found[spec.name] = []
        elif spec.kind == "bool":
            found[spec.name] = call.switch(spec.name)
        elif spec.kind == "enum":
            found[spec.name] = _enum(call, collection, spec)
        elif spec.kind == "text":
            found[spec.name] = plain(value)
        else:
            found[spec.name] = _number(call, spec)
    return found


def _enum(call: Call, collection: Collection, spec: Spec) -> str:
    text = call.text(spec.name)
    match = [name for name in spec.values if name.lower() == text.lower()]
    if not match and text.isdigit() and int(text) < len(spec.values):
        match = [spec.values[int(text)]]
    if not match:
        message = (
            f"Cannot bind parameter '{spec.name}'. Cannot convert value \"{text}\" to type "
            f'"{collection.enum_type}". Error: "Unable to match the identifier name {text} to a valid enumerator '
            f'name.  Specify one of the following enumerator names and try again: {", ".join(spec.values)}"'
        )
        raise CommandError("CannotConvertArgumentNoMessage", message, "InvalidArgument", None,
                           "System.Management.Automation.ParameterBindingException")  # fmt: skip
    return match[0]


def _number(call: Call, spec: Spec) -> int:
    value = int(call.text(spec.name))
    if not spec.low <= value <= spec.high:
        raise failed(
            f'The value "{value}" of "{spec.name}" is not between {spec.low} and {spec.high}.', "InvalidData",
            id="ValueOutOfRange",
        )  # fmt: skip
    return value


def get(call: Call, collection: Collection) -> None:
    found = configuration(call)
    rows = model.items(found, collection)
    if call.has("Filter"):
        pattern = re.compile(translate(call.text("Filter").lower()))
        for identity, values in rows:
            if pattern.match(identity.lower()):
                call.write(shown(call, collection, identity, values))
        return
    if not call.has("Identity"):
        for identity, values in rows:
            call.write(shown(call, collection, identity, values))
        return
    wanted = _identity(call, collection, found.read_topology())
    for identity, values in rows:
        if identity.lower() == wanted.lower():
            call.write(shown(call, collection, identity, values))
            return
    raise missing(collection, wanted)


def missing(collection: Collection, identity: str) -> CommandError:
    return failed(
        f'Cannot find "{collection.element}" "{identity}" because it does not exist.', "ObjectNotFound",
        id="MissingItem",
    )  # fmt: skip


def new(call: Call, collection: Collection) -> None:
    found = store(call, write=True)
    target = found.configuration
    identity = _identity(call, collection, target.read_topology())
    stored = target.collections.get(collection.key, {})
    if identity == "Global" or identity.lower() in stored:
        raise failed(f'"{collection.element}" "{identity}" already exists.', "ResourceExists", id="DuplicateItem")
    values = collection.defaults() | _given(call, collection)
    if call.switch("InMemory"):
        call.write(shown(call, collection, identity, values))
        return
    if call.should_process(identity, f"New-Cs{collection.noun}"):
        _write(target, collection, identity, values)
        changed(call, found)
        call.write(shown(call, collection, identity, values))


def _write(target: Configuration, collection: Collection, identity: str, values: dict[str, Setting]) -> None:
    target.collections.setdefault(collection.key, {})[identity.lower()] = values
    target.identities[identity.lower()] = identity


def change(call: Call, collection: Collection) -> None:
    found = store(call, write=True)
    target = found.configuration
    identity = _identity(call, collection, target.read_topology())
    stored = target.collections.get(collection.key, {})
    if identity != "Global" and identity.lower() not in stored:
        raise missing(collection, identity)
    values = collection.defaults() | stored.get(identity.lower(), {}) | _given(call, collection)
    if call.should_process(identity, f"Set-Cs{collection.noun}"):
        _write(target, collection, identity, values)
        changed(call, found)


def remove(call: Call, collection: Collection) -> None:
    found = store(call, write=True)
    target = found.configuration
    identity = _identity(call, collection, target.read_topology())
    stored = target.collections.get(collection.key, {})
    if identity != "Global" and identity.lower() not in stored:
        raise missing(collection, identity)
    if not call.should_process(identity, f"Remove-Cs{collection.noun}"):
        return
    stored.pop(identity.lower(), None)
    if not stored:
        target.collections.pop(collection.key, None)
    if identity == "Global":
        call.warning(
            f'The Global configuration for "{collection.element}" cannot be removed. The configuration has been reset '
            "to the default values."
        )
    else:
        target.identities.pop(identity.lower(), None)
    changed(call, found)


def _parameters(collection: Collection, *absent: str) -> tuple[str, ...]:
    return tuple(spec.name for spec in collection.specs if spec.name not in absent)


_WEB = _parameters(WEB_SERVICE)
# Those of the new cmdlet as it is documented for 2013.
_WEB_NEW = _parameters(WEB_SERVICE, "UseDomainAuthInLWA", "CrossDomainAuthorizationList")
_PROXY = _parameters(PROXY, "ServerVersion")


@cmdlet("Get-CsWebServiceConfiguration", ("Identity", "Filter", "LocalStore"),
        net_class=class_of("Get-CsWebServiceConfiguration", "WritableConfig.Cmdlets"), module=MODULE)  # fmt: skip
@reported
def get_web(call: Call) -> None:
    get(call, WEB_SERVICE)


@cmdlet("New-CsWebServiceConfiguration", ("Identity", "InMemory", *_WEB_NEW),
        net_class=class_of("New-CsWebServiceConfiguration", "WritableConfig.Cmdlets"), module=MODULE,
        idle=QUIET)  # fmt: skip
@reported
def new_web(call: Call) -> None:
    new(call, WEB_SERVICE)


@cmdlet("Set-CsWebServiceConfiguration", ("Identity", *_WEB),
        net_class=class_of("Set-CsWebServiceConfiguration", "WritableConfig.Cmdlets"), module=MODULE,
        idle=QUIET)  # fmt: skip
@reported
def set_web(call: Call) -> None:
    change(call, WEB_SERVICE)


@cmdlet("Remove-CsWebServiceConfiguration", ("Identity",),
        net_class=class_of("Remove-CsWebServiceConfiguration", "WritableConfig.Cmdlets"), module=MODULE,
        idle=QUIET)  # fmt: skip
@reported
def remove_web(call: Call) -> None:
    remove(call, WEB_SERVICE)


@cmdlet("Get-CsProxyConfiguration", ("Identity", "Filter", "LocalStore"),
        net_class=class_of("Get-CsProxyConfiguration", "WritableConfig.Cmdlets"), module=MODULE)  # fmt: skip
@reported
def get_proxy(call: Call) -> None:
    get(call, PROXY)


@cmdlet("New-CsProxyConfiguration", ("Identity", "InMemory", *_PROXY),
        net_class=class_of("New-CsProxyConfiguration", "WritableConfig.Cmdlets"), module=MODULE,
        idle=QUIET)  # fmt: skip
@reported
def new_proxy(call: Call) -> None:
    new(call, PROXY)


@cmdlet("Set-CsProxyConfiguration", ("Identity", *_PROXY),
        net_class=class_of("Set-CsProxyConfiguration", "WritableConfig.Cmdlets"), module=MODULE,
        idle=QUIET)  # fmt: skip
@reported
def set_proxy(call: Call) -> None:
    change(call, PROXY)


@cmdlet("Remove-CsProxyConfiguration", ("Identity",),
        net_class=class_of("Remove-CsProxyConfiguration", "WritableConfig.Cmdlets"), module=MODULE,
        idle=QUIET)  # fmt: skip
@reported
def remove_proxy(call: Call) -> None:
    remove(call, PROXY)
