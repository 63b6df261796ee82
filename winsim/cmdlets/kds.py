"""The Key Distribution Service's root keys, from which passwords of managed accounts are made."""

from __future__ import annotations

from datetime import UTC
from uuid import uuid4

from winsim.cmdlets.activedirectory_common import connect
from winsim.cmdlets.products import entity, guid, in_group, moment
from winsim.interpreter.command import Call, CommandError, cmdlet
from winsim.interpreter.net.datetimes import DateTime
from winsim.world.directory import KdsRootKey

_MODULE = "Kds"
_CLASS = "Microsoft.KeyDistributionService.Cmdlets."


@cmdlet("Add-KdsRootKey", ("EffectiveTime",), net_class=_CLASS + "AddKdsRootKeyCommand",
        module=_MODULE, idle=("EffectiveImmediately",))  # fmt: skip
def add_root_key(call: Call) -> None:
    """Even an immediate key is used by the controllers ten hours later only, so that it can replicate."""
    directory = connect(call)
    if not in_group(call, "Domain Admins", "Enterprise Admins"):
        raise CommandError("System.UnauthorizedAccessException", "Access is denied.", "PermissionDenied", None,
                           "System.UnauthorizedAccessException")  # fmt: skip
    now = call.world.clock.now()
    wanted = call.get("EffectiveTime")
    if isinstance(wanted, DateTime):
        effective = wanted.to_python()
        effective = effective.replace(tzinfo=UTC) if effective.tzinfo is None else effective.astimezone(UTC)
    else:
        effective = now
    if not call.should_process("Kds root key", "Add"):
        return
    key = KdsRootKey(str(uuid4()), effective, now, call.host.fqdn)
    directory.root_keys.append(key)
    call.write(guid(key.key_id))


@cmdlet("Get-KdsRootKey", net_class=_CLASS + "GetKdsRootKeyCommand", module=_MODULE)
def get_root_key(call: Call) -> None:
    directory = connect(call)
    for key in directory.root_keys:
        call.write(
            entity(
                ("Microsoft.KeyDistributionService.Cmdlets.KdsRootKey",),
                {
                    "AttributeOfWrongFormat": None,
                    "KeyValue": None,
                    "EffectiveTime": moment(key.effective_time),
                    "CreationTime": moment(key.creation_time),
                    "IsFormatValid": True,
                    "DomainController": key.controller,
                    "ServerConfiguration": None,
                    "KeyId": guid(key.key_id),
                    "VersionNumber": 1,
                },
            )
        )
