"""New-, Set- and Remove- of users, computers and service accounts."""

from __future__ import annotations

import re
from collections.abc import Mapping

from winsim.cmdlets.activedirectory_common import (
    AUTH,
    COMPUTER,
    SERVICE_ACCOUNT,
    USER,
    Kind,
    class_of,
    connect,
    find,
    guarded,
    present,
    principal,
    texts,
)
from winsim.cmdlets.products import clear_text, items, plain
from winsim.interpreter.command import Call, NotBuilt, cmdlet
from winsim.interpreter.containers import Dictionary
from winsim.world.directory import Directory, DirectoryObject, errors, names, objects, schema, service_accounts, state

_MODULE = "ActiveDirectory"

# Parameters that set one attribute, and flags of userAccountControl (True: the flag is set when the value is false).
_TEXT = ("City", "Company", "Country", "Department", "Description", "DisplayName", "Division", "EmailAddress",
         "EmployeeID", "EmployeeNumber", "Fax", "GivenName", "HomePage", "HomePhone", "Initials", "MobilePhone",
         "Office", "OfficePhone", "Organization", "OtherName", "POBox", "PostalCode", "State", "StreetAddress",
         "Surname", "Title", "UserPrincipalName")  # fmt: skip
_FLAGS = {
    "Enabled": (state.DISABLED, True),
    "PasswordNeverExpires": (state.PASSWORD_NEVER_EXPIRES, False),
    "PasswordNotRequired": (state.PASSWORD_NOT_REQUIRED, False),
    "TrustedForDelegation": (state.TRUSTED_FOR_DELEGATION, False),
    "AccountNotDelegated": (state.NOT_DELEGATED, False),
    "SmartcardLogonRequired": (state.SMARTCARD_REQUIRED, False),
}
_CHANGES = ("Add", "Remove", "Replace", "Clear")
_COMMON = ("Server", "Credential", "AuthType", "PassThru")
_USER_BUILT = (*_TEXT, *_FLAGS, *_COMMON, "SamAccountName", "Manager", "ServicePrincipalNames", "CannotChangePassword",
               "ChangePasswordAtLogon")  # fmt: skip
_MEMBER_BUILT = ("Description", "DisplayName", "DNSHostName", "HomePage", "SamAccountName", "ServicePrincipalNames",
                 *_COMMON)  # fmt: skip


def secret(value: object) -> str:
    return clear_text(value)


def check_password(password: str, account: str) -> None:
    """The default password policy of a domain: seven characters, three kinds, not the account's name."""
    kinds = sum(bool(re.search(pattern, password)) for pattern in ("[a-z]", "[A-Z]", r"\d", r"[^A-Za-z0-9]"))
    if len(password) < 7 or kinds < 3 or (len(account) > 2 and account.lower() in password.lower()):
        raise errors.weak_password()


def _attributes(call: Call) -> dict[str, list[str]]:
    """What the given parameters say about plain attributes; an empty list clears."""
    found: dict[str, list[str]] = {}
    for name in (*_TEXT, "DNSHostName", "SamAccountName"):
        if call.has(name):
            text = call.text(name)
            found[schema.attribute_of(name)] = [text] if text else []
    if call.has("OtherAttributes"):
        for key, value in _table(call.get("OtherAttributes")).items():
            found[_known(call, key)] = texts(value)
    return found


def _known(call: Call, name: str) -> str:
    directory = call.world.parts.find(Directory)
    if directory is None or not schema.knows(name, objects.is_lync_ready(directory)):
        raise errors.no_such_attribute()
    return schema.spelling(name)


def _table(value: object) -> Mapping[str, object]:
    if not isinstance(value, Dictionary):
        raise TypeError("not a hashtable")
    return {plain(key): item for key, item in value.items()}


def _flags(call: Call, value: int) -> int:
    for name, (mask, inverted) in _FLAGS.items():
        if call.has(name):
            wanted = call.switch(name) != inverted
            value = value | mask if wanted else value & ~mask
    return value


def _container(call: Call, directory: Directory, default: str) -> str:
    return call.text("Path") or f"CN={default},{names.of_domain(directory.domain)}"


def _finish(call: Call, directory: Directory, found: DirectoryObject, kind: Kind) -> None:
    if call.switch("PassThru"):
        call.write(present(directory, found, kind))


@cmdlet(
    "New-ADUser",
    (*_USER_BUILT, "Name", "Path", "AccountPassword", "OtherAttributes", "Type"),
    net_class=class_of("New-ADUser"),
    module=_MODULE,
)
@guarded
def new_user(call: Call) -> None:
    directory = connect(call, write=True)
    name = call.text("Name")
    dn = f"CN={names.escape(name)},{_container(call, directory, 'Users')}"
    if call.has("Type") and call.text("Type").lower() != "user":
        raise NotBuilt("New-ADUser -Type other than user")
    if not call.should_process(dn, "New"):
        return
    attributes = {key: values for key, values in _attributes(call).items() if values}
    attributes.setdefault("sAMAccountName", [name])
    if call.has("Manager"):
        attributes["manager"] = [principal(directory, call.get("Manager")).dn]
    if call.has("ServicePrincipalNames"):
        attributes["servicePrincipalName"] = texts(call.get("ServicePrincipalNames"))
    password = secret(call.get("AccountPassword")) if call.has("AccountPassword") else None
    wants_enabled = call.switch("Enabled")
    # Without a password an account cannot be enabled; one with a weak password is left behind disabled.
    flags = _flags(call, state.NORMAL_ACCOUNT | state.DISABLED)
    attributes["userAccountControl"] = [str(flags | state.DISABLED)]
    found = objects.insert(directory, dn, "user", attributes, now=call.world.clock.now())
    if password is not None:
        check_password(password, found.sam)
        found.password = password
    if wants_enabled:
        if password is None and not flags & state.PASSWORD_NOT_REQUIRED:
            raise errors.weak_password()
        found.attributes["userAccountControl"] = [str(flags & ~state.DISABLED)]
    _finish(call, directory, found, USER)


@cmdlet(
    "New-ADComputer",
    (*_MEMBER_BUILT, "Name", "Path", "Enabled", "OtherAttributes", "ManagedBy", "TrustedForDelegation"),
    net_class=class_of("New-ADComputer"),
    module=_MODULE,
)
@guarded
def new_computer(call: Call) -> None:
    directory = connect(call, write=True)
    name = call.text("Name")
    dn = f"CN={names.escape(name)},{_container(call, directory, 'Computers')}"
    if not call.should_process(dn, "New"):
        return
    attributes = {key: values for key, values in _attributes(call).items() if values}
    sam = attributes.get("sAMAccountName", [name])[0]
    attributes["sAMAccountName"] = [sam if sam.endswith("$") else sam + "$"]
    if call.has("ServicePrincipalNames"):
        attributes["servicePrincipalName"] = texts(call.get("ServicePrincipalNames"))
    if call.has("ManagedBy"):
        attributes["managedBy"] = [principal(directory, call.get("ManagedBy")).dn]
    attributes["userAccountControl"] = [str(_flags(call, state.WORKSTATION_TRUST))]
    found = objects.insert(directory, dn, "computer", attributes, now=call.world.clock.now())
    _finish(call, directory, found, COMPUTER)


@cmdlet(
    "New-ADServiceAccount",
    (*_MEMBER_BUILT, "Name", "Path", "Enabled", "OtherAttributes", "PrincipalsAllowedToRetrieveManagedPassword",
     "ManagedPasswordIntervalInDays", "RestrictToSingleComputer", "KerberosEncryptionType"),
    net_class=class_of("New-ADServiceAccount"),
    module=_MODULE,
)  # fmt: skip
@guarded
def new_service_account(call: Call) -> None:
    directory = connect(call, write=True)
    now = call.world.clock.now()
    name = call.text("Name")
    single = call.switch("RestrictToSingleComputer")
    if not single and not service_accounts.has_usable_key(directory, now):
        # Without a root key that is in effect the controller cannot make a password: NTE_BAD_KEYSET family.
        raise errors.DirectoryError(-2146893811, "Key does not exist", "ADException", "NotSpecified")
    dn = f"CN={names.escape(name)},{_container(call, directory, 'Managed Service Accounts')}"
    if not call.should_process(dn, "New"):
        return
    attributes = {key: values for key, values in _attributes(call).items() if values}
    sam = attributes.get("sAMAccountName", [name])[0]
    attributes["sAMAccountName"] = [sam if sam.endswith("$") else sam + "$"]
    if call.has("ServicePrincipalNames"):
        attributes["servicePrincipalName"] = texts(call.get("ServicePrincipalNames"))
    if not single:
        attributes["msDS-ManagedPasswordInterval"] = [call.text("ManagedPasswordIntervalInDays") or "30"]
        allowed = call.get("PrincipalsAllowedToRetrieveManagedPassword")
        attributes["msDS-GroupMSAMembership"] = _principal_dns(directory, allowed)
    attributes["userAccountControl"] = [str(_flags(call, state.WORKSTATION_TRUST))]
    kind = "msDS-ManagedServiceAccount" if single else "msDS-GroupManagedServiceAccount"
    found = objects.insert(directory, dn, kind, attributes, now=now)
    _finish(call, directory, found, SERVICE_ACCOUNT)


def _principal_dns(directory: Directory, value: object) -> list[str]:
    """Those that a list of access names, each of them once."""
    return list(dict.fromkeys(principal(directory, one).dn for one in items(value)))


def _apply_changes(call: Call, directory: Directory, found: DirectoryObject) -> None:
    """The parameters that Set- of all accounts share."""
    now = call.world.clock.now()
    for attribute, values in _attributes(call).items():
        objects.replace(directory, found, attribute, values, now)
    if any(call.has(name) for name in _FLAGS):
        flags = _flags(call, found.number("userAccountControl"))
        if found.object_class == "user" and not flags & state.DISABLED and found.password is None:
            raise errors.weak_password()
        objects.replace(directory, found, "userAccountControl", [str(flags)], now)
    if call.has("Manager"):
        objects.replace(directory, found, "manager", [principal(directory, call.get("Manager")).dn], now)
    if call.has("PrincipalsAllowedToRetrieveManagedPassword"):
        allowed = _principal_dns(directory, call.get("PrincipalsAllowedToRetrieveManagedPassword"))
        objects.replace(directory, found, "msDS-GroupMSAMembership", allowed, now)
    if call.has("ServicePrincipalNames"):
        _change_table(call, directory, found, _table(call.get("ServicePrincipalNames")))
    modify_attributes(call, directory, found)


def _change_table(call: Call, directory: Directory, found: DirectoryObject, table: Mapping[str, object]) -> None:
    """``-ServicePrincipalNames @{Add=..; Remove=..; Replace=..}``."""
    now = call.world.clock.now()
    actions = {"add": objects.add_values, "remove": objects.remove_values, "replace": objects.replace}
    for key, value in table.items():
        if key.lower() not in actions:
            raise errors.unwilling("Invalid key. Valid keys are Add, Remove and Replace.")
        actions[key.lower()](directory, found, "servicePrincipalName", texts(value), now)


def modify_attributes(call: Call, directory: Directory, found: DirectoryObject) -> None:
    """-Remove, -Add, -Replace and -Clear, in the order in which the module applies them."""
    now = call.world.clock.now()
    if call.has("Remove"):
        for key, value in _table(call.get("Remove")).items():
            objects.remove_values(directory, found, _known(call, key), texts(value), now)
    if call.has("Add"):
        for key, value in _table(call.get("Add")).items():
            objects.add_values(directory, found, _known(call, key), texts(value), now)
    if call.has("Replace"):
        for key, value in _table(call.get("Replace")).items():
            objects.replace(directory, found, _known(call, key), texts(value), now)
    for key in call.texts("Clear"):
        objects.replace(directory, found, _known(call, key), [], now)


def _set(call: Call, kind: Kind) -> None:
    directory = connect(call, write=True)
    found = find(directory, call.get("Identity"), kind)
    if call.should_process(found.dn, "Set"):
        _apply_changes(call, directory, found)
        _finish(call, directory, found, kind)


@cmdlet("Set-ADUser", (*_USER_BUILT, *_CHANGES, "Identity"), net_class=class_of("Set-ADUser"), module=_MODULE)
@guarded
def set_user(call: Call) -> None:
    _set(call, USER)


@cmdlet(
    "Set-ADComputer", (*_MEMBER_BUILT, *_CHANGES, "Identity", "Enabled", "TrustedForDelegation"),
    net_class=class_of("Set-ADComputer"), module=_MODULE,
)  # fmt: skip
@guarded
def set_computer(call: Call) -> None:
    _set(call, COMPUTER)


@cmdlet(
    "Set-ADServiceAccount",
    (*_MEMBER_BUILT, *_CHANGES, "Identity", "Enabled", "PrincipalsAllowedToRetrieveManagedPassword"),
    net_class=class_of("Set-ADServiceAccount"), module=_MODULE,
)  # fmt: skip
@guarded
def set_service_account(call: Call) -> None:
    _set(call, SERVICE_ACCOUNT)


def _remove(call: Call, kind: Kind) -> None:
    directory = connect(call, write=True)
    found = find(directory, call.get("Identity"), kind)
    if call.should_process(found.dn, "Remove"):
        objects.remove(directory, found)


_REMOVE = ("Identity", "Server", "Credential", "AuthType")


@cmdlet("Remove-ADUser", _REMOVE, net_class=class_of("Remove-ADUser"), module=_MODULE, idle=AUTH)
@guarded
def remove_user(call: Call) -> None:
    _remove(call, USER)


@cmdlet("Remove-ADComputer", _REMOVE, net_class=class_of("Remove-ADComputer"), module=_MODULE, idle=AUTH)
@guarded
def remove_computer(call: Call) -> None:
    _remove(call, COMPUTER)


@cmdlet("Remove-ADServiceAccount", _REMOVE, net_class=class_of("Remove-ADServiceAccount"), module=_MODULE, idle=AUTH)
@guarded
def remove_service_account(call: Call) -> None:
    _remove(call, SERVICE_ACCOUNT)


_ACCOUNT = Kind("ADAccount", ("Microsoft.ActiveDirectory.Management.ADAccount",),
                frozenset({"user", "computer", "msDS-GroupManagedServiceAccount", "msDS-ManagedServiceAccount"}),
                ("DistinguishedName", "Enabled", "Name", "ObjectClass", "ObjectGUID", "SamAccountName", "SID",
                 "UserPrincipalName"))  # fmt: skip


def _switch_account(call: Call, enabled: bool) -> None:
    directory = connect(call, write=True)
    found = find(directory, call.get("Identity"), _ACCOUNT)
    if not call.should_process(found.dn, "Set"):
        return
    if enabled and found.object_class == "user" and found.password is None:
        raise errors.weak_password()
    flags = found.number("userAccountControl")
    flags = flags & ~state.DISABLED if enabled else flags | state.DISABLED
    objects.replace(directory, found, "userAccountControl", [str(flags)], call.world.clock.now())
    _finish(call, directory, found, _ACCOUNT)


@cmdlet("Enable-ADAccount", (*_REMOVE, "PassThru"), net_class=class_of("Enable-ADAccount"), module=_MODULE)
@guarded
def enable_account(call: Call) -> None:
    _switch_account(call, True)


@cmdlet("Disable-ADAccount", (*_REMOVE, "PassThru"), net_class=class_of("Disable-ADAccount"), module=_MODULE)
@guarded
def disable_account(call: Call) -> None:
    _switch_account(call, False)


@cmdlet(
    "Set-ADAccountPassword", (*_REMOVE, "NewPassword", "OldPassword", "Reset", "PassThru"),
    net_class=class_of("Set-ADAccountPassword"), module=_MODULE,
)  # fmt: skip
@guarded
def set_password(call: Call) -> None:
    directory = connect(call, write=True)
    found = find(directory, call.get("Identity"), _ACCOUNT)
    if not call.should_process(found.dn, "Set-ADAccountPassword"):
        return
    if not call.switch("Reset") and found.password != secret(call.get("OldPassword")):
        raise errors.DirectoryError(
            86, "The specified network password is not correct", "ADInvalidPasswordException", "InvalidData"
        )
    password = secret(call.get("NewPassword"))
    check_password(password, found.sam)
    found.password = password
    found.changed = call.world.clock.now()
    _finish(call, directory, found, _ACCOUNT)
