"""Lync users: Get-, Enable-, Disable-, Set- and Move-CsUser, client certificates."""

from __future__ import annotations

from winsim.cmdlets.lync_common import (
    BASE,
    MODULE,
    USER_WRITERS,
    class_of,
    directory,
    failed,
    reported,
    store,
    topology,
)
from winsim.cmdlets.products import QUIET, entity, guid, in_group, moment, plain, property_of, sid, variable
from winsim.interpreter.command import Call, CommandError, NotBuilt, cmdlet
from winsim.world.directory import (
    Directory,
    DirectoryObject,
    conditions,
    ldap_filter,
    names,
    objects,
    powershell_filter,
)
from winsim.world.lync import LyncServer, users
from winsim.world.lync.topology import Cluster

_AREA = "AD.Cmdlets"
_TYPE = f"{BASE}.ADConnect.Schema"

# Properties that -Filter may name, and the attribute behind each.
_FILTER = {
    "sipaddress": users.ADDRESS, "enabled": users.ENABLED, "registrarpool": "RegistrarPool", "name": "name",
    "displayname": "displayName", "samaccountname": "sAMAccountName", "userprincipalname": "userPrincipalName",
    "firstname": "givenName", "lastname": "sn", "windowsemailaddress": "mail", "lineuri": "msRTCSIP-Line",
    "city": "l", "company": "company", "department": "department", "title": "title", "identity": "distinguishedName",
}  # fmt: skip


def missing(identity: str) -> CommandError:
    exception = f"{BASE}.AD.ManagementException"
    return CommandError(exception, f'Management object not found for identity "{identity}".', "NotSpecified", None,
                        exception)  # fmt: skip


def _identity(value: object) -> str:
    named = property_of(value, "DistinguishedName", "Identity", "SipAddress", "UserPrincipalName")
    return plain(named if named is not None else value)


def shown(found: DirectoryObject, directory_: Directory) -> object:
    home = users.pool_of(found)
    values = {
        "SamAccountName": found.sam,
        "UserPrincipalName": found.first("userPrincipalName"),
        "FirstName": found.first("givenName"),
        "LastName": found.first("sn"),
        "WindowsEmailAddress": found.first("mail"),
        "Sid": sid(found.sid),
        "LineServerURI": "",
        "OriginatorSid": None,
        "AudioVideoDisabled": False,
        "IPPBXSoftPhoneRoutingEnabled": False,
        "RemoteCallControlTelephonyEnabled": False,
        "PrivateLine": None,
        "AcpInfo": None,
        "HostedVoiceMail": None,
        "DisplayName": found.first("displayName"),
        "HomeServer": found.first(users.HOME) or None,
        "TargetServerIfMoving": None,
        "EnabledForFederation": found.first("msRTCSIP-FederationEnabled") == "TRUE",
        "EnabledForInternetAccess": found.first("msRTCSIP-InternetAccessEnabled") == "TRUE",
        "PublicNetworkEnabled": True,
        "EnterpriseVoiceEnabled": False,
        "EnabledForRichPresence": True,
        "LineURI": found.first("msRTCSIP-Line"),
        "SipAddress": found.first(users.ADDRESS) or None,
        "Enabled": found.first(users.ENABLED) == "TRUE",
        "TenantId": guid("00000000-0000-0000-0000-000000000000"),
        "RegistrarPool": entity((f"{BASE}.ADConnect.Core.ProxyPool",), {"FriendlyName": home}, home) if home else None,
        "HostingProvider": found.first(users.LOCATOR) or None,
        "VoicePolicy": None,
        "ConferencingPolicy": None,
        "ClientPolicy": None,
        "MobilityPolicy": None,
        "ExternalAccessPolicy": None,
        "ObjectId": guid(found.guid),
        "Identity": found.dn,
        "Name": found.first("name"),
        "DistinguishedName": found.dn,
        "Guid": guid(found.guid),
        "ObjectClass": list(objects.hierarchy(found.object_class)),
        "WhenChanged": moment(found.changed),
        "WhenCreated": moment(found.created),
        "OriginatingServer": f"{directory_.controllers[0]}.{directory_.domain}",
        "IsValid": True,
        "ObjectState": "Unchanged",
    }
    return entity((f"{_TYPE}.OCSADUser", f"{_TYPE}.ADUser"), values, found.dn)


@cmdlet("Get-CsUser", ("Identity", "Filter", "LdapFilter", "OU", "ResultSize", "OnLyncServer", "UnAssignedUser"),
        net_class=class_of("Get-CsUser", _AREA), module=MODULE)  # fmt: skip
@reported
def get_user(call: Call) -> None:
    found = directory(call)
    store(call)
    if call.has("Identity"):
        user = users.find(found, _identity(call.get("Identity")))
        if user is None or not users.is_lync_user(user):
            raise missing(_identity(call.get("Identity")))
        call.write(shown(user, found))
        return
    limit = call.text("ResultSize")
    count = int(limit) if limit.isdigit() else -1
    for user in _matching(call, found):
        if count == 0:
            return
        count -= 1
        call.write(shown(user, found))


def _matching(call: Call, found: Directory) -> list[DirectoryObject]:
    rows = users.all_users(found)
    if call.has("OU"):
        rows = [one for one in rows if names.is_below(one.dn, call.text("OU"))]
    if call.switch("UnAssignedUser"):
        rows = [one for one in rows if not users.pool_of(one)]
    try:
        if call.has("LdapFilter"):
            condition = ldap_filter.parse(call.text("LdapFilter"))
        elif call.has("Filter"):
            condition = powershell_filter.parse(call.text("Filter"), lambda name: variable(call, name))
        else:
            return rows
    except conditions.FilterError as error:
        raise CommandError(f"{BASE}.AD.ManagementException", str(error), "InvalidArgument", None,
                           f"{BASE}.AD.ManagementException") from None  # fmt: skip
    return [one for one in rows if _holds(found, one, condition)]


def _holds(found: Directory, user: DirectoryObject, condition: conditions.Condition) -> bool:
    if isinstance(condition, conditions.Combination):
        parts = [_holds(found, user, part) for part in condition.parts]
        return all(parts) if condition.kind == "and" else any(parts) if condition.kind == "or" else not parts[0]
    key = condition.attribute.lower()
    attribute = _FILTER.get(key)
    if attribute is None:
        raise NotBuilt(f"Get-CsUser -Filter on {condition.attribute}")
    values = [users.pool_of(user)] if attribute == "RegistrarPool" else conditions.searchable(found, user, attribute)
    wanted = condition.value
    if attribute == users.ADDRESS and not wanted.lower().startswith("sip:") and not wanted.startswith("*"):
        wanted = f"sip:{wanted}"
    return any(
        conditions.value_matches(conditions.Match(attribute, condition.operator, wanted), value)
        for value in values
        if value
    )


def _target(call: Call, found: Directory, *, lync: bool) -> DirectoryObject:
    identity = _identity(call.get("Identity"))
    user = users.find(found, identity)
    if user is None or (lync and not users.is_lync_user(user)):
        raise missing(identity)
    return user


def _pool(call: Call, parameter: str) -> Cluster:
    """A pool with a registrar that homes users: a Director does not."""
    parsed = topology(call, store(call).configuration)
    wanted = call.text(parameter)
    cluster = parsed.pool(wanted)
    if cluster is None or parsed.service("UserServer", wanted) is None:
        raise failed(f'Cannot find registrar pool. Verify that "{wanted}" is a valid registrar pool.', "InvalidData",
                     f"{BASE}.AD.ManagementException", f"{BASE}.AD.ManagementException")  # fmt: skip
    return cluster


def _may_change(call: Call) -> Directory:
    found = directory(call)
    store(call)
    if not in_group(call, *USER_WRITERS):
        raise failed("Insufficient access rights to perform the operation.", "PermissionDenied",
                     f"{BASE}.ADConnect.Core.ADOperationException",
                     f"{BASE}.ADConnect.Core.ADOperationException")  # fmt: skip
    return found


@cmdlet("Enable-CsUser", ("Identity", "RegistrarPool", "SipAddress", "SipAddressType", "SipDomain", "PassThru"),
        net_class=class_of("Enable-CsUser", _AREA), module=MODULE)  # fmt: skip
@reported
def enable_user(call: Call) -> None:
    found = _may_change(call)
    user = _target(call, found, lync=False)
    pool = _pool(call, "RegistrarPool")
    address = _address(call, user)
    parsed = topology(call, store(call).configuration)
    if address.partition("@")[2].lower() not in (name.lower() for name in parsed.domains):
        raise failed(f'The SIP domain of "{address}" is not supported in this deployment.', "InvalidData",
                     f"{BASE}.AD.ManagementException", f"{BASE}.AD.ManagementException")  # fmt: skip
    other = users.by_address(found, address)
    if other is not None and other is not user:
        raise failed(f'The SIP address "{address}" is already used by "{other.dn}".', "ResourceExists",
                     f"{BASE}.AD.ManagementException", f"{BASE}.AD.ManagementException")  # fmt: skip
    if users.is_lync_user(user):
        raise failed(f'The user "{user.dn}" has already been enabled for Lync.', "ResourceExists",
                     f"{BASE}.AD.ManagementException", f"{BASE}.AD.ManagementException")  # fmt: skip
    if call.should_process(user.dn, "Enable-CsUser"):
        users.enable(found, user, address, pool.fqdn, call.world.clock.now())
        call.world.touch()
        if call.switch("PassThru"):
            call.write(shown(user, found))


def _address(call: Call, user: DirectoryObject) -> str:
    if call.has("SipAddress"):
        text = call.text("SipAddress")
        if not text.lower().startswith("sip:") or "@" not in text:
            raise failed(f'The SIP address "{text}" is not valid: it must begin with "sip:".', "InvalidData",
                         f"{BASE}.AD.ManagementException", f"{BASE}.AD.ManagementException")  # fmt: skip
        return text
    kind = call.text("SipAddressType").lower()
    domain = call.text("SipDomain")
    if kind == "emailaddress":
        return f"sip:{user.first('mail')}"
    if kind == "userprincipalname":
        return f"sip:{user.first('userPrincipalName')}"
    if kind == "samaccountname":
        return f"sip:{user.sam}@{domain}"
    if kind == "firstlastname":
        return f"sip:{user.first('givenName')}.{user.first('sn')}@{domain}"
    raise NotBuilt(f"Enable-CsUser -SipAddressType {call.text('SipAddressType')}")


@cmdlet("Disable-CsUser", ("Identity", "PassThru"), net_class=class_of("Disable-CsUser", _AREA), module=MODULE)
@reported
def disable_user(call: Call) -> None:
    found = _may_change(call)
    user = _target(call, found, lync=True)
    if call.should_process(user.dn, "Disable-CsUser"):
        users.disable(found, user, call.world.clock.now())
        call.world.touch()
        if call.switch("PassThru"):
            call.write(shown(user, found))


@cmdlet("Set-CsUser", ("Identity", "Enabled", "SipAddress", "LineURI", "PassThru"),
        net_class=class_of("Set-CsUser", _AREA), module=MODULE)  # fmt: skip
@reported
def set_user(call: Call) -> None:
    found = _may_change(call)
    user = _target(call, found, lync=True)
    if not call.should_process(user.dn, "Set-CsUser"):
        return
    now = call.world.clock.now()
    if call.has("Enabled"):
        objects.replace(found, user, users.ENABLED, ["TRUE" if call.switch("Enabled") else "FALSE"], now)
    if call.has("SipAddress"):
        address = _address(call, user)
        other = users.by_address(found, address)
        if other is not None and other is not user:
            raise failed(f'The SIP address "{address}" is already used by "{other.dn}".', "ResourceExists")
        objects.replace(found, user, users.ADDRESS, [address], now)
    if call.has("LineURI"):
        text = call.text("LineURI")
        objects.replace(found, user, "msRTCSIP-Line", [text] if text else [], now)
    call.world.touch()
    if call.switch("PassThru"):
        call.write(shown(user, found))


@cmdlet("Move-CsUser", ("Identity", "Target", "Force", "PassThru"),
        net_class=class_of("Move-CsUser", _AREA), module=MODULE)  # fmt: skip
@reported
def move_user(call: Call) -> None:
    """Both pools take part: data moves with the user unless -Force gives it up."""
    found = _may_change(call)
    user = _target(call, found, lync=True)
    pool = _pool(call, "Target")
    if not call.should_process(user.dn, "Move-CsUser"):
        return
    if not call.switch("Force"):
        for fqdn in (users.pool_of(user), pool.fqdn):
            host = call.world.find_host(fqdn) if fqdn else None
            if host is None or not host.is_up(call.world.clock.now()) or not host.services.running("RTCSRV"):
                raise failed(
                    f'Cannot move the user: the Front End service of pool "{fqdn}" cannot be reached.',
                    "ResourceUnavailable", f"{BASE}.AD.ManagementException", f"{BASE}.AD.ManagementException",
                )  # fmt: skip
    users.move(found, user, pool.fqdn, call.world.clock.now())
    call.world.touch()
    if call.switch("PassThru"):
        call.write(shown(user, found))


@cmdlet("Invoke-CsUcsRollback", ("Identity",), net_class=class_of("Invoke-CsUcsRollback", _AREA),
        module=MODULE, idle=QUIET)  # fmt: skip
@reported
def rollback_contacts(call: Call) -> None:
    """Contacts of this lab are always on the pool, never in Exchange: the request is checked and changes nothing."""
    found = _may_change(call)
    _target(call, found, lync=True)


def _certificates(call: Call, user: DirectoryObject) -> tuple[LyncServer, list[str]]:
    """The client certificates that the user's pool has published; SQL Express takes no remote callers by default."""
    pool = users.pool_of(user)
    host = call.world.find_host(pool) if pool else None
    server = host.parts.find(LyncServer) if host else None
    if host is None or server is None:
        raise failed(f'The user "{user.dn}" has no registrar pool.', "InvalidData")
    if host is not call.host:
        raise failed(
            f"Cannot open a connection to the database of {pool}: the firewall of SQL Server Express does not allow "
            "remote connections. Run this cmdlet on the server itself.", "ConnectionError",
            "System.Data.SqlClient.SqlException", "SqlConnection",
        )  # fmt: skip
    address = user.first(users.ADDRESS).lower()
    return server, server.client_certificates.setdefault(address, [])


@cmdlet("Get-CsClientCertificate", ("Identity",), net_class=class_of("Get-CsClientCertificate", _AREA), module=MODULE)
@reported
def get_client_certificate(call: Call) -> None:
    user = _target(call, directory(call), lync=True)
    for serial in _certificates(call, user)[1]:
        call.write(
            entity(
                (f"{BASE}.UserServices.ClientCertificate",),
                {"PublicationId": serial, "SipUri": user.first(users.ADDRESS), "DeviceId": serial},
            )
        )


@cmdlet("Revoke-CsClientCertificate", ("Identity",), net_class=class_of("Revoke-CsClientCertificate", _AREA),
        module=MODULE)  # fmt: skip
@reported
def revoke_client_certificate(call: Call) -> None:
    user = _target(call, _may_change(call), lync=True)
    _, serials = _certificates(call, user)
    if call.should_process(user.dn, "Revoke-CsClientCertificate"):
        serials.clear()
        call.world.touch()
