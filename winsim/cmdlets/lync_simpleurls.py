"""Simple URLs: new, set and reset."""

from __future__ import annotations

from winsim.cmdlets.lync_common import BASE, MODULE, changed, class_of, failed, reported, store
from winsim.cmdlets.products import QUIET, entity, items, plain, property_of
from winsim.interpreter.command import Call, NotBuilt, cmdlet
from winsim.interpreter.containers import Dictionary
from winsim.interpreter.values import ArrayList
from winsim.world.lync.state import SimpleUrl

_TYPE = "Microsoft.Rtc.Management.WritableConfig.Settings.SimpleUrl"
_AREA = "WritableConfig.Cmdlets"
COMPONENTS = ("Meet", "Dialin", "Cscp")


@cmdlet("New-CsSimpleUrlEntry", ("Url",), net_class=class_of("New-CsSimpleUrlEntry", _AREA), module=MODULE)
def new_entry(call: Call) -> None:
    call.write(entity((f"{_TYPE}.SimpleUrlEntry",), {"Url": call.text("Url")}, f"Url={call.text('Url')}"))


@cmdlet("New-CsSimpleUrl", ("Component", "Domain", "SimpleUrlEntry", "ActiveUrl"),
        net_class=class_of("New-CsSimpleUrl", _AREA), module=MODULE)  # fmt: skip
@reported
def new_url(call: Call) -> None:
    component = next((name for name in COMPONENTS if name.lower() == call.text("Component").lower()), None)
    if component is None:
        raise failed(f'"{call.text("Component")}" is not a component of simple URLs.', "InvalidData")
    entries = [plain(property_of(one, "Url")) for one in items(call.get("SimpleUrlEntry"))]
    active = call.text("ActiveUrl")
    for url in (*entries, active):
        if url and not url.lower().startswith("https://"):
            raise failed(f'The simple URL "{url}" must begin with https://.', "InvalidData")
    if active not in entries:
        raise failed(f'The active URL "{active}" is not one of the entries.', "InvalidData")
    call.write(
        entity(
            (f"{_TYPE}.SimpleUrl",),
            {
                "SimpleUrlEntry": ArrayList(items(call.get("SimpleUrlEntry"))),
                "Component": component,
                "Domain": call.text("Domain"),
                "ActiveUrl": active,
            },
        )
    )


def _read(value: object) -> SimpleUrl:
    entries = [plain(property_of(one, "Url")) for one in items(property_of(value, "SimpleUrlEntry"))]
    return SimpleUrl(
        plain(property_of(value, "Component")), plain(property_of(value, "Domain")),
        plain(property_of(value, "ActiveUrl")), entries,
    )  # fmt: skip


@cmdlet("Set-CsSimpleUrlConfiguration", ("Identity", "SimpleUrl"),
        net_class=class_of("Set-CsSimpleUrlConfiguration", _AREA), module=MODULE, idle=QUIET)  # fmt: skip
@reported
def set_configuration(call: Call) -> None:
    if call.text("Identity").lower() not in ("", "global"):
        raise NotBuilt("Set-CsSimpleUrlConfiguration -Identity other than Global")
    found = store(call, write=True)
    present = list(found.configuration.simple_urls)
    value = call.get("SimpleUrl")
    if isinstance(value, Dictionary):
        for key, rows in value.items():
            given = [_read(one) for one in items(rows)]
            action = plain(key).lower()
            if action == "add":
                present += given
            elif action == "remove":
                present = [one for one in present if one not in given]
            elif action == "replace":
                present = given
            else:
                raise failed(f'"{plain(key)}" is not Add, Remove or Replace.', "InvalidArgument")
    elif value is not None:
        present = [_read(one) for one in items(value)]
    _check(present)
    if call.should_process("Global", "Set-CsSimpleUrlConfiguration"):
        found.configuration.simple_urls = present
        changed(call, found)


def _check(urls: list[SimpleUrl]) -> None:
    """One Meet URL a domain, one Dialin; no URL twice."""
    keys = [(one.component, one.domain.lower()) for one in urls]
    for key in keys:
        if keys.count(key) > 1:
            raise failed(f"There is more than one simple URL for the component {key[0]} and the domain {key[1]}.",
                         "InvalidData", f"{BASE}.ManagementException")  # fmt: skip
    active = [one.active_url.lower() for one in urls]
    if len(set(active)) != len(active):
        raise failed("The same simple URL is used twice.", "InvalidData")


@cmdlet("Remove-CsSimpleUrlConfiguration", ("Identity",),
        net_class=class_of("Remove-CsSimpleUrlConfiguration", _AREA), module=MODULE, idle=QUIET)  # fmt: skip
@reported
def remove_configuration(call: Call) -> None:
    """The global settings are reset: no simple URL is left."""
    if call.text("Identity").lower() != "global":
        raise NotBuilt("Remove-CsSimpleUrlConfiguration -Identity other than Global")
    found = store(call, write=True)
    if call.should_process("Global", "Remove-CsSimpleUrlConfiguration"):
        found.configuration.simple_urls.clear()
        changed(call, found)
        call.warning(
            'The Global configuration for "SimpleUrlConfiguration" cannot be removed. The configuration has been reset '
            "to the default values."
        )
