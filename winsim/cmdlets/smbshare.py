"""SmbShare: shared folders and who may use them."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator

from winsim.cmdlets.account_names import mapped
from winsim.interpreter.command import Call, CommandError, cmdlet
from winsim.interpreter.values import EnumValue, PSObject
from winsim.world.shares import Share, Shares

MODULE = "SmbShare"
CIM = "Microsoft.Management.Infrastructure.CimInstance"
EXCEPTION = "Microsoft.Management.Infrastructure.CimException"
RIGHTS = {"Full": 0, "Change": 1, "Read": 2, "Custom": 3}
GENERATED = "Microsoft.PowerShell.Cmdletization.GeneratedTypes.SmbShare."


def share_object(share: Share) -> PSObject:
    return PSObject(
        {
            "Name": share.name,
            "ScopeName": "*",
            "Path": share.path,
            "Description": share.description,
            "Special": share.special,
            "Temporary": False,
            "EncryptData": False,
            "PSComputerName": None,
        },
        (f"{CIM}#ROOT/Microsoft/Windows/SMB/MSFT_SmbShare", CIM, "System.Object"),
    )


def access_object(share: Share, account: str, right: str) -> PSObject:
    return PSObject(
        {
            "Name": share.name,
            "ScopeName": "*",
            "AccountName": account,
            "AccessControlType": EnumValue(GENERATED + "ShareAccessControlType", "Allow", 0),
            "AccessRight": EnumValue(GENERATED + "ShareAccessRight", right, RIGHTS[right]),
        },
        (f"{CIM}#ROOT/Microsoft/Windows/SMB/MSFT_SmbShareAccessControlEntry", CIM, "System.Object"),
    )


def chosen(call: Call) -> Iterator[Share]:
    table = call.host.parts.need(Shares)
    for name in call.texts("Name") or ["*"]:
        found = [share for share in table.shares.values() if fnmatch.fnmatchcase(share.name.lower(), name.lower())]
        if not found and "*" not in name:
            special = table.find(name)
            if special is None:
                message = (
                    f"No MSFT_SMBShare objects found with property 'Name' equal to '{name}'.  Verify the value of the "
                    "property and retry."
                )
                call.write_error(CommandError("CmdletizationQuery_NotFound_Name", message, "ObjectNotFound", name,
                                              "Microsoft.PowerShell.Cmdletization.Cim.CimJobException"))  # fmt: skip
                continue
            found = [special]
        yield from found


@cmdlet("Get-SmbShare", ("Name",), net_class="Get-SmbShare", module=MODULE)
def get_share(call: Call) -> None:
    call.write_all(share_object(share) for share in chosen(call))


@cmdlet("New-SmbShare", ("Name", "Path", "Description", "FullAccess", "ChangeAccess", "ReadAccess"),
        net_class="New-SmbShare", module=MODULE)  # fmt: skip
def new_share(call: Call) -> None:
    table, name, path = call.host.parts.need(Shares), call.text("Name"), call.text("Path")
    if table.find(name) is not None:
        raise CommandError("Windows System Error 2118", "The name has already been shared. ", "NotSpecified",
                           "MSFT_SMBShare", EXCEPTION)  # fmt: skip
    if not call.host.files.is_directory(path):
        raise CommandError("Windows System Error 2", "The system cannot find the file specified. ", "NotSpecified",
                           "MSFT_SMBShare", EXCEPTION)  # fmt: skip
    access: dict[str, str] = {}
    for parameter, right in (("ReadAccess", "Read"), ("ChangeAccess", "Change"), ("FullAccess", "Full")):
        for account in call.texts(parameter):
            access[_mapped(call, account)] = right
    if call.should_process(name, call.name):
        share = table.add(Share(name, path, call.text("Description"), access or {"Everyone": "Read"}))
        call.world.touch()
        call.write(share_object(share))


def _mapped(call: Call, account: str) -> str:
    full = mapped(call.world, call.host, account)
    if full is None:
        raise CommandError("Windows System Error 1332", "No mapping between account names and security IDs was done. ",
                           "NotSpecified", "MSFT_SMBShare", EXCEPTION)  # fmt: skip
    return full


@cmdlet("Remove-SmbShare", ("Name", "Force"), net_class="Remove-SmbShare", module=MODULE)
def remove_share(call: Call) -> None:
    for share in list(chosen(call)):
        if call.switch("Force") or call.should_process(share.name, "Remove-Share"):
            call.host.parts.need(Shares).shares.pop(share.name.lower(), None)
    call.world.touch()


@cmdlet("Get-SmbShareAccess", ("Name",), net_class="Get-SmbShareAccess", module=MODULE)
def get_access(call: Call) -> None:
    for share in chosen(call):
        call.write_all(access_object(share, account, right) for account, right in share.access.items())


@cmdlet("Grant-SmbShareAccess", ("Name", "AccountName", "AccessRight", "Force"), net_class="Grant-SmbShareAccess",
        module=MODULE)  # fmt: skip
def grant_access(call: Call) -> None:
    for share in chosen(call):
        for account in call.texts("AccountName"):
            share.access[_mapped(call, account)] = call.text("AccessRight")
        call.write_all(access_object(share, account, right) for account, right in share.access.items())
    call.world.touch()


@cmdlet("Revoke-SmbShareAccess", ("Name", "AccountName", "Force"), net_class="Revoke-SmbShareAccess", module=MODULE)
def revoke_access(call: Call) -> None:
    for share in chosen(call):
        for account in call.texts("AccountName"):
            full = (_mapped(call, account)).lower()
            share.access = {name: right for name, right in share.access.items() if name.lower() != full}
        call.write_all(access_object(share, account, right) for account, right in share.access.items())
    call.world.touch()
