"""The ActiveDirectory module's way to its server: connection, rights, errors, identities and objects."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps

from winsim.cmdlets.products import (
    credential,
    entity,
    guid,
    is_domain_account,
    items,
    may_leave,
    moment,
    plain,
    property_of,
    sid,
)
from winsim.interpreter.command import Call, CommandError
from winsim.interpreter.values import ArrayList, Int64, PSObject
from winsim.world.directory import Directory, DirectoryError, DirectoryObject, errors, names, objects, schema, state

NAMESPACE = "Microsoft.ActiveDirectory.Management"
AUTH = ("AuthType",)  # how the client authenticates makes no difference here
UNREACHABLE = (
    "Unable to contact the server. This may be because this server does not exist, it is currently down, or it does "
    "not have the Active Directory Web Services running."
)


@dataclass(frozen=True)
class Kind:
    """A noun of the module: its .NET type, the classes it covers, and what it shows without -Properties."""

    noun: str
    type_names: tuple[str, ...]
    classes: frozenset[str] | None
    defaults: tuple[str, ...]
    extended: tuple[str, ...] = ()


def _types(*names_: str) -> tuple[str, ...]:
    return tuple(f"{NAMESPACE}.{name}" for name in (*names_, "ADObject", "ADEntity"))


_BASE = ("DistinguishedName", "Name", "ObjectClass", "ObjectGUID")
_ACCOUNT = ("AccountExpirationDate", "CannotChangePassword", "CanonicalName", "Created", "Modified", "Description",
            "DisplayName", "HomePage", "LockedOut", "MemberOf", "PasswordNeverExpires", "PasswordNotRequired",
            "ServicePrincipalNames", "TrustedForDelegation", "AccountNotDelegated", "PrimaryGroup",
            "ProtectedFromAccidentalDeletion")  # fmt: skip

USER = Kind(
    "ADUser",
    _types("ADUser", "ADAccount", "ADPrincipal"),
    frozenset({"user"}),
    ("DistinguishedName", "Enabled", "GivenName", "Name", "ObjectClass", "ObjectGUID", "SamAccountName", "SID",
     "Surname", "UserPrincipalName"),
    (*_ACCOUNT, "City", "Company", "Country", "Department", "EmailAddress", "EmployeeID", "Fax", "Initials",
     "Manager", "MobilePhone", "Office", "OfficePhone", "Organization", "State", "StreetAddress", "Title"),
)  # fmt: skip
COMPUTER = Kind(
    "ADComputer",
    _types("ADComputer", "ADAccount", "ADPrincipal"),
    frozenset({"computer"}),
    ("DistinguishedName", "DNSHostName", "Enabled", "Name", "ObjectClass", "ObjectGUID", "SamAccountName", "SID",
     "UserPrincipalName"),
    (*_ACCOUNT, "IPv4Address", "OperatingSystem", "OperatingSystemVersion"),
)  # fmt: skip
SERVICE_ACCOUNT = Kind(
    "ADServiceAccount",
    _types("ADServiceAccount", "ADAccount", "ADPrincipal"),
    frozenset({"msDS-GroupManagedServiceAccount", "msDS-ManagedServiceAccount"}),
    ("DistinguishedName", "Enabled", "Name", "ObjectClass", "ObjectGUID", "SamAccountName", "SID",
     "UserPrincipalName"),
    (*_ACCOUNT, "DNSHostName", "HostComputers", "ManagedPasswordIntervalInDays",
     "PrincipalsAllowedToRetrieveManagedPassword"),
)  # fmt: skip
GROUP = Kind(
    "ADGroup",
    _types("ADGroup", "ADPrincipal"),
    frozenset({"group"}),
    ("DistinguishedName", "GroupCategory", "GroupScope", "Name", "ObjectClass", "ObjectGUID", "SamAccountName", "SID"),
    ("CanonicalName", "Created", "Modified", "Description", "DisplayName", "HomePage", "ManagedBy", "MemberOf",
     "Members", "ProtectedFromAccidentalDeletion"),
)  # fmt: skip
UNIT = Kind(
    "ADOrganizationalUnit",
    _types("ADOrganizationalUnit"),
    frozenset({"organizationalUnit"}),
    ("City", "Country", "DistinguishedName", "LinkedGroupPolicyObjects", "ManagedBy", "Name", "ObjectClass",
     "ObjectGUID", "PostalCode", "State", "StreetAddress"),
    ("CanonicalName", "Created", "Modified", "Description", "DisplayName", "ProtectedFromAccidentalDeletion"),
)  # fmt: skip
OBJECT = Kind(
    "ADObject", _types(), None, _BASE,
    ("CanonicalName", "Created", "Modified", "Description", "DisplayName", "ProtectedFromAccidentalDeletion"),
)  # fmt: skip
PRINCIPAL = Kind(
    "ADPrincipal", _types("ADPrincipal"), None,
    ("distinguishedName", "name", "objectClass", "objectGUID", "SamAccountName", "SID"),
)  # fmt: skip

_COLLECTIONS = frozenset({"memberof", "members", "serviceprincipalnames", "principalsallowedtoretrievemanagedpassword",
                          "hostcomputers", "linkedgrouppolicyobjects", "upnsuffixes"})  # fmt: skip


def class_of(command: str) -> str:
    """The .NET class of a cmdlet of this module, for its error ids."""
    return f"{NAMESPACE}.Commands.{command.replace('-', '')}"


def connect(call: Call, *, write: bool = False) -> Directory:
    """The directory behind the cmdlet's server; fails as the module does without a second hop."""
    directory = call.world.parts.find(Directory)
    controller = _controller(call, directory)
    local = call.host.is_domain_controller
    explicit = call.get("Credential") is not None
    reaches = explicit or (is_domain_account(call) and (local or may_leave(call)))
    if directory is None or not controller or not reaches:
        raise _down(call)
    if explicit:
        groups = _credential_groups(call, directory)
    else:
        groups = call.session.identity.groups
    if write and not _may_write(directory, groups):
        raise translate(errors.access_denied(), None)
    return directory


def _controller(call: Call, directory: Directory | None) -> bool:
    """Whether a domain controller with running web services can be found from here."""
    if directory is None:
        return False
    server = call.text("Server").partition(":")[0]
    member = call.host.is_member
    if not server and not member:
        return False
    wanted = server.lower()
    for name in directory.controllers:
        host = call.world.find_host(name)
        if host is None or not host.is_up(call.world.clock.now()) or not host.services.running("ADWS"):
            continue
        if not wanted or wanted in (directory.domain, directory.netbios.lower(), name, host.fqdn.lower(),
                                    *host.addresses):  # fmt: skip
            # The server is found by its name in DNS.
            return host is call.host or bool(call.world.resolve(call.host, server or host.fqdn))
    return False


def _down(call: Call) -> CommandError:
    return CommandError(
        "ActiveDirectoryServer:0", UNREACHABLE, "ResourceUnavailable", call.get("Identity"),
        f"{NAMESPACE}.ADServerDownException",
    )  # fmt: skip


def _credential_groups(call: Call, directory: Directory) -> frozenset[str]:
    user, password = credential(call.get("Credential"))
    domain, separator, name = user.rpartition("\\")
    logon = (
        directory.logon(call.world, domain, name)
        if separator or "@" in user
        else directory.logon(call.world, directory.netbios, user)
    )
    if logon is None or logon.password != password:
        raise CommandError(
            "ActiveDirectoryCmdlet:System.Security.Authentication.AuthenticationException",
            "The server has rejected the client credentials.", "SecurityError", call.get("Identity"),
            "System.Security.Authentication.AuthenticationException",
        )  # fmt: skip
    return logon.groups


def _may_write(directory: Directory, groups: frozenset[str]) -> bool:
    prefix = directory.netbios.lower()
    wanted = {f"{prefix}\\domain admins", f"{prefix}\\enterprise admins", "builtin\\account operators"}
    return bool(groups & wanted)


def translate(error: DirectoryError, target: object) -> CommandError:
    full = error.exception if "." in error.exception else f"{NAMESPACE}.{error.exception}"
    if error.code and error.code != 5:
        id_ = f"ActiveDirectoryServer:{error.code}"
    else:
        id_ = f"ActiveDirectoryCmdlet:{full}"
    return CommandError(id_, error.message, error.category, target, full)


def guarded(body: Callable[[Call], None]) -> Callable[[Call], None]:
    """Reports what the directory refuses as the module does: an error that ends the statement."""

    @wraps(body)
    def run(call: Call) -> None:
        try:
            body(call)
        except DirectoryError as error:
            raise translate(error, call.get("Identity")) from None

    return run


def identity_text(value: object) -> str:
    """An identity argument: text, or an object that names one."""
    named = property_of(value, "DistinguishedName", "ObjectGUID", "SID", "SamAccountName", "Identity")
    return plain(named if named is not None else value)


def find(directory: Directory, value: object, kind: Kind) -> DirectoryObject:
    text = identity_text(value)
    # The cmdlets of plain objects take distinguished names and GUIDs only.
    takes = kind.classes is not None or names.is_dn(text) or names.is_guid(text)
    found = objects.find(directory, text, kind.classes) if takes else None
    if found is None:
        raise errors.not_found(text, names.of_domain(directory.domain))
    return found


def principal(directory: Directory, value: object) -> DirectoryObject:
    """A user, computer, group or service account."""
    text = identity_text(value)
    found = objects.find(directory, text, None) or objects.find(directory, text + "$", None)
    if found is None or not found.sid:
        raise errors.not_found(text, names.of_domain(directory.domain))
    return found


def present(directory: Directory, found: DirectoryObject, kind: Kind, wanted: Iterable[str] = ()) -> PSObject:
    """The object as a cmdlet writes it: the default properties and those asked for."""
    asked = list(wanted)
    if "*" in asked:
        asked = [*kind.extended, *found.attributes, "CN", *(name for name in asked if name != "*")]
    shown: dict[str, object] = {}
    seen: set[str] = set()
    for name in (*kind.defaults, *asked):
        if name.lower() not in seen:
            seen.add(name.lower())
            shown[name] = value_of(directory, found, name)
    ordered = {name: shown[name] for name in sorted(shown, key=str.lower)}
    return entity(kind.type_names, ordered, found.dn)


def value_of(directory: Directory, found: DirectoryObject, name: str) -> object:
    """A property by its friendly name or an attribute by its LDAP name; None when it is not set."""
    key = name.lower()
    special = _SPECIAL.get(key)
    if special is not None:
        return special(directory, found)
    attribute = schema.attribute_of(name)
    if not schema.knows(attribute, objects.is_lync_ready(directory)) and key not in _COLLECTIONS:
        raise CommandError(
            "ActiveDirectoryCmdlet:System.ArgumentException",
            "One or more properties are invalid.\r\nParameter name: " + name, "InvalidArgument", found.dn,
            "System.ArgumentException",
        )  # fmt: skip
    values = [typed(schema.syntax(attribute), text) for text in found.values(attribute)]
    if schema.is_multivalued(attribute):
        return ArrayList(values)
    return values[0] if values else None


def typed(syntax: schema.Syntax, text: str) -> object:
    if syntax == "int":
        return int(text)
    if syntax in ("long", "filetime"):
        return Int64(text)
    return text.upper() == "TRUE" if syntax == "bool" else text


def _flag(mask: int) -> Callable[[Directory, DirectoryObject], object]:
    return lambda _, found: bool(found.number("userAccountControl") & mask)


def _scope(_: Directory, found: DirectoryObject) -> object:
    kind = found.number("groupType")
    return "Universal" if kind & state.UNIVERSAL_GROUP else "Global" if kind & state.GLOBAL_GROUP else "DomainLocal"


def _category(_: Directory, found: DirectoryObject) -> object:
    return "Security" if found.number("groupType") & 0x80000000 else "Distribution"


def _primary_group(directory: Directory, found: DirectoryObject) -> object:
    group = objects.primary_group(directory, found)
    return group.dn if group else None


def _enabled(_: Directory, found: DirectoryObject) -> object:
    return found.enabled if found.first("userAccountControl") else None


_SPECIAL: dict[str, Callable[[Directory, DirectoryObject], object]] = {
    "distinguishedname": lambda _, found: found.dn,
    "name": lambda _, found: found.first("name"),
    "cn": lambda _, found: names.relative(found.dn) if found.dn.upper().startswith("CN=") else None,
    "ou": lambda _, found: names.relative(found.dn) if found.dn.upper().startswith("OU=") else None,
    "objectclass": lambda _, found: found.object_class,
    "objectguid": lambda _, found: guid(found.guid),
    "sid": lambda _, found: sid(found.sid) if found.sid else None,
    "objectsid": lambda _, found: sid(found.sid) if found.sid else None,
    "enabled": _enabled,
    "groupscope": _scope,
    "groupcategory": _category,
    "memberof": lambda directory, found: ArrayList(g.dn for g in objects.groups_with(directory, found.dn)),
    "passwordneverexpires": _flag(state.PASSWORD_NEVER_EXPIRES),
    "passwordnotrequired": _flag(state.PASSWORD_NOT_REQUIRED),
    "trustedfordelegation": _flag(state.TRUSTED_FOR_DELEGATION),
    "accountnotdelegated": _flag(state.NOT_DELEGATED),
    "smartcardlogonrequired": _flag(state.SMARTCARD_REQUIRED),
    "lockedout": lambda _, __: False,
    "cannotchangepassword": lambda _, __: False,
    "accountexpirationdate": lambda _, __: None,
    "linkedgrouppolicyobjects": lambda _, __: ArrayList(),
    "ipv4address": lambda _, __: None,
    "protectedfromaccidentaldeletion": lambda _, found: found.protected,
    "canonicalname": lambda _, found: names.canonical(found.dn),
    "created": lambda _, found: moment(found.created),
    "whencreated": lambda _, found: moment(found.created),
    "modified": lambda _, found: moment(found.changed),
    "whenchanged": lambda _, found: moment(found.changed),
    "primarygroup": _primary_group,
    "hostcomputers": lambda directory, found: ArrayList(
        one.dn for one in directory.objects.values() if found.dn in one.values("msDS-HostServiceAccount")
    ),
    "managedpasswordintervalindays": lambda _, found: ArrayList(
        int(text) for text in found.values("msDS-ManagedPasswordInterval")
    ),
    "principalsallowedtoretrievemanagedpassword": lambda _, found: ArrayList(found.values("msDS-GroupMSAMembership")),
}


def texts(value: object) -> list[str]:
    return [plain(one) for one in items(value)]
