"""Who a script runs as: WindowsIdentity, WindowsPrincipal, NTAccount, SecurityIdentifier."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winsim.interpreter.ambient import running_session
from winsim.interpreter.hosting import Identity
from winsim.interpreter.nettypes import NetError, NetType, TypeDef
from winsim.interpreter.values import Array, EnumValue, NetObject
from winsim.world.directory import Directory, objects

if TYPE_CHECKING:
    from winsim.interpreter.session import Session

SPACE = "System.Security.Principal"
WELL_KNOWN = {
    "S-1-1-0": "Everyone", "S-1-5-18": "NT AUTHORITY\\SYSTEM", "S-1-5-19": "NT AUTHORITY\\LOCAL SERVICE",
    "S-1-5-20": "NT AUTHORITY\\NETWORK SERVICE", "S-1-5-11": "NT AUTHORITY\\Authenticated Users",
    "S-1-5-32-544": "BUILTIN\\Administrators", "S-1-5-32-545": "BUILTIN\\Users", "S-1-5-32-546": "BUILTIN\\Guests",
    "S-1-5-32-551": "BUILTIN\\Backup Operators", "S-1-5-32-555": "BUILTIN\\Remote Desktop Users",
}  # fmt: skip
BUILT_IN_ROLES = {544: "builtin\\administrators", 545: "builtin\\users", 546: "builtin\\guests",
                  547: "builtin\\power users", 551: "builtin\\backup operators"}  # fmt: skip
NOT_MAPPED = "Some or all identity references could not be translated."


class WindowsIdentity(NetObject):
    type_names = (f"{SPACE}.WindowsIdentity", "System.Security.Claims.ClaimsIdentity", "System.Object")

    def __init__(self, identity: Identity) -> None:
        self.identity = identity


class WindowsPrincipal(NetObject):
    type_names = (f"{SPACE}.WindowsPrincipal", "System.Security.Claims.ClaimsPrincipal", "System.Object")

    def __init__(self, identity: Identity) -> None:
        self.identity = identity


class Account(NetObject):
    type_names = (f"{SPACE}.NTAccount", f"{SPACE}.IdentityReference", "System.Object")

    def __init__(self, name: str) -> None:
        self.name = name


class SecurityIdentifier(NetObject):
    type_names = (f"{SPACE}.SecurityIdentifier", f"{SPACE}.IdentityReference", "System.Object")

    def __init__(self, sid: str) -> None:
        self.sid = sid


IDENTITY = TypeDef(WindowsIdentity.type_names[0], python=(WindowsIdentity,))
PRINCIPAL = TypeDef(WindowsPrincipal.type_names[0], python=(WindowsPrincipal,))
ACCOUNT = TypeDef(Account.type_names[0], python=(Account,), to_text=lambda this: str(this.name))
SID = TypeDef(SecurityIdentifier.type_names[0], python=(SecurityIdentifier,), to_text=lambda this: str(this.sid))


@IDENTITY.static_method("GetCurrent")
def get_current() -> WindowsIdentity:
    return WindowsIdentity(running_session().identity)


@IDENTITY.property("Name")
def identity_name(this: WindowsIdentity) -> str:
    return this.identity.user


@IDENTITY.property("User")
def identity_user(this: WindowsIdentity) -> SecurityIdentifier:
    return SecurityIdentifier(this.identity.sid)


@IDENTITY.property("IsAuthenticated")
def is_authenticated(this: WindowsIdentity) -> bool:
    return True


@IDENTITY.property("IsSystem")
def is_system(this: WindowsIdentity) -> bool:
    return this.identity.sid == "S-1-5-18"


@IDENTITY.property("AuthenticationType")
def authentication_type(this: WindowsIdentity) -> str:
    return "CredSSP" if this.identity.delegated else "NTLM"


@IDENTITY.property("ImpersonationLevel")
def impersonation_level(this: WindowsIdentity) -> EnumValue:
    name, value = ("Delegation", 4) if this.identity.delegated else ("Impersonation", 3)
    return EnumValue(f"{SPACE}.TokenImpersonationLevel", name, value)


@IDENTITY.property("Groups")
def identity_groups(this: WindowsIdentity) -> Array:
    return Array(Account(group) for group in sorted(this.identity.groups))


@PRINCIPAL.constructor(f"{SPACE}.WindowsIdentity")
def principal_of(identity: WindowsIdentity) -> WindowsPrincipal:
    return WindowsPrincipal(identity.identity)


@PRINCIPAL.property("Identity")
def principal_identity(this: WindowsPrincipal) -> WindowsIdentity:
    return WindowsIdentity(this.identity)


@PRINCIPAL.method("IsInRole", f"{SPACE}.WindowsBuiltInRole")
def in_built_in_role(this: WindowsPrincipal, role: EnumValue) -> bool:
    if int(role) == 544:
        return this.identity.is_admin
    return BUILT_IN_ROLES.get(int(role), "") in this.identity.groups


@PRINCIPAL.method("IsInRole", "System.String")
def in_role(this: WindowsPrincipal, role: str) -> bool:
    wanted = role.lower()
    if wanted == "builtin\\administrators":
        return this.identity.is_admin
    return wanted in this.identity.groups or wanted == this.identity.user.lower()


@PRINCIPAL.method("IsInRole", f"{SPACE}.SecurityIdentifier", needs_session=True)
def in_sid_role(this: WindowsPrincipal, session: Session, sid: SecurityIdentifier) -> bool:
    return in_role(this, account_of(session, sid.sid))


@ACCOUNT.constructor("System.String", "System.String", optional=1)
def new_account(first: str, second: str | None = None) -> Account:
    return Account(first if second is None else f"{first}\\{second}")


@ACCOUNT.property("Value")
def account_value(this: Account) -> str:
    return this.name


@SID.constructor("System.String")
def new_sid(text: str) -> SecurityIdentifier:
    if not text.upper().startswith("S-1-"):
        raise NetError("System.ArgumentException", "Value was invalid.\r\nParameter name: sddlForm")
    return SecurityIdentifier(text.upper())


@SID.property("Value")
def sid_value(this: SecurityIdentifier) -> str:
    return this.sid


@SID.property("AccountDomainSid")
def account_domain(this: SecurityIdentifier) -> SecurityIdentifier | None:
    is_account = this.sid.startswith("S-1-5-21-")
    return SecurityIdentifier("-".join(this.sid.split("-")[:7])) if is_account else None


def account_of(session: Session, sid: str) -> str:
    """DOMAIN\\name of a SID, as the host finds it."""
    if sid in WELL_KNOWN:
        return WELL_KNOWN[sid]
    directory = session.world.parts.find(Directory)
    if directory is not None and session.host.domain:
        found = objects.find(directory, sid)
        if found is not None:
            return f"{directory.netbios}\\{found.first('sAMAccountName')}"
    raise NetError(f"{SPACE}.IdentityNotMappedException", NOT_MAPPED)


def sid_of(session: Session, name: str) -> str:
    for sid, known in WELL_KNOWN.items():
        if known.lower() in (name.lower(), f"builtin\\{name.lower()}"):
            return sid
    directory = session.world.parts.find(Directory)
    if directory is not None and session.host.domain:
        found = objects.account(directory, name)
        if found is not None:
            return found.sid
    raise NetError(f"{SPACE}.IdentityNotMappedException", NOT_MAPPED)


@ACCOUNT.method("Translate", "System.Type", needs_session=True)
def translate_account(this: Account, session: Session, target: NetType) -> object:
    return this if target.name.endswith("NTAccount") else SecurityIdentifier(sid_of(session, this.name))


@SID.method("Translate", "System.Type", needs_session=True)
def translate_sid(this: SecurityIdentifier, session: Session, target: NetType) -> object:
    return this if target.name.endswith("SecurityIdentifier") else Account(account_of(session, this.sid))


TYPES = (IDENTITY, PRINCIPAL, ACCOUNT, SID)
