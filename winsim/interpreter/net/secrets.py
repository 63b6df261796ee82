"""SecureString, PSCredential, NetworkCredential and the ways to read a secret back (Marshal)."""

from __future__ import annotations

import itertools

from winsim.interpreter.nettypes import NetError, TypeDef
from winsim.interpreter.values import AUTOMATION_NULL, Char, Int64, NetObject


class SecureString(NetObject):
    """A secret; its text never shows in ToString, JSON or CLIXML."""

    type_names = ("System.Security.SecureString", "System.Object")

    def __init__(self, text: str = "", read_only: bool = False) -> None:
        self.text = text
        self.read_only = read_only

    def __repr__(self) -> str:
        return "SecureString(***)"

    def change(self, text: str) -> None:
        if self.read_only:
            raise NetError("System.InvalidOperationException", "Instance is read-only.")
        self.text = text


SECURE = TypeDef("System.Security.SecureString", python=(SecureString,), accelerators=("securestring",))


@SECURE.constructor()
def empty() -> SecureString:
    return SecureString()


@SECURE.property("Length")
def length(this: SecureString) -> int:
    return len(this.text)


@SECURE.method("AppendChar", "System.Char")
def append_char(this: SecureString, value: Char) -> object:
    this.change(this.text + value)
    return AUTOMATION_NULL


@SECURE.method("Clear")
def clear(this: SecureString) -> object:
    this.change("")
    return AUTOMATION_NULL


@SECURE.method("InsertAt", "System.Int32", "System.Char")
def insert_at(this: SecureString, index: int, value: Char) -> object:
    this.change(this.text[:index] + value + this.text[index:])
    return AUTOMATION_NULL


@SECURE.method("RemoveAt", "System.Int32")
def remove_at(this: SecureString, index: int) -> object:
    this.change(this.text[:index] + this.text[index + 1 :])
    return AUTOMATION_NULL


@SECURE.method("SetAt", "System.Int32", "System.Char")
def set_at(this: SecureString, index: int, value: Char) -> object:
    this.change(this.text[:index] + value + this.text[index + 1 :])
    return AUTOMATION_NULL


@SECURE.method("MakeReadOnly")
def make_read_only(this: SecureString) -> object:
    this.read_only = True
    return AUTOMATION_NULL


@SECURE.method("IsReadOnly")
def is_read_only(this: SecureString) -> bool:
    return this.read_only


@SECURE.method("Copy")
def copy(this: SecureString) -> SecureString:
    return SecureString(this.text)


@SECURE.method("Dispose")
def dispose(this: SecureString) -> object:
    return AUTOMATION_NULL


class NetworkCredential(NetObject):
    type_names = ("System.Net.NetworkCredential", "System.Object")

    def __init__(self, user_name: str = "", password: str = "", domain: str = "") -> None:
        self.user_name = user_name
        self.password = password
        self.domain = domain


NETWORK = TypeDef("System.Net.NetworkCredential", python=(NetworkCredential,))
NETWORK.attribute("UserName", "Password", "Domain", readonly=False)


@NETWORK.constructor("System.String", "System.String", "System.String")
def network_of(user: str, password: str, domain: str) -> NetworkCredential:
    return NetworkCredential(user, password, domain)


@NETWORK.constructor("System.String", "System.Security.SecureString")
def network_of_secure(user: str, password: SecureString) -> NetworkCredential:
    return NetworkCredential(user, password.text)


@NETWORK.constructor("System.String", "System.String")
def network_of_two(user: str, password: str) -> NetworkCredential:
    return NetworkCredential(user, password)


@NETWORK.constructor()
def network_empty() -> NetworkCredential:
    return NetworkCredential()


@NETWORK.property("SecurePassword")
def secure_password(this: NetworkCredential) -> SecureString:
    return SecureString(this.password, True)


class PSCredential(NetObject):
    type_names = ("System.Management.Automation.PSCredential", "System.Object")

    def __init__(self, user_name: str, password: SecureString) -> None:
        if not user_name:
            raise NetError(
                "System.Management.Automation.PSArgumentException",
                'Cannot process argument because the value of argument "userName" is not valid. '
                'Change the value of the "userName" argument and run the operation again.',
            )
        self.user_name = user_name
        self.password = password

    def network(self) -> NetworkCredential:
        """What GetNetworkCredential gives: DOMAIN\\user is split, user@domain too."""
        if "\\" in self.user_name:
            domain, _, user = self.user_name.partition("\\")
        elif "@" in self.user_name:
            user, _, domain = self.user_name.rpartition("@")
        else:
            user, domain = self.user_name, ""
        return NetworkCredential(user, self.password.text, domain)


CREDENTIAL = TypeDef(
    "System.Management.Automation.PSCredential", python=(PSCredential,), accelerators=("pscredential",)
)


@CREDENTIAL.constructor("System.String", "System.Security.SecureString")
def credential_of(user: str, password: SecureString) -> PSCredential:
    if password is None:
        raise NetError(
            "System.Management.Automation.PSArgumentNullException",
            'Cannot process argument because the value of argument "password" is null. '
            'Change the value of argument "password" to a non-null value.',
        )
    return PSCredential(user, password)


@CREDENTIAL.property("UserName")
def user_name(this: PSCredential) -> str:
    return this.user_name


@CREDENTIAL.property("Password")
def password_of(this: PSCredential) -> SecureString:
    return this.password


@CREDENTIAL.method("GetNetworkCredential")
def get_network_credential(this: PSCredential) -> NetworkCredential:
    return this.network()


@CREDENTIAL.static_property("Empty")
def empty_credential() -> PSCredential:
    made = PSCredential("x", SecureString())
    made.user_name = ""
    return made


class IntPtr(Int64):
    """A pointer; ``text`` is what lies there."""

    text: str


_addresses = itertools.count(0x1F0000, 0x40)

INT_PTR = TypeDef("System.IntPtr", python=(), base="System.ValueType", value_type=True)
MARSHAL = TypeDef("System.Runtime.InteropServices.Marshal")


@INT_PTR.static_property("Size")
def pointer_size() -> int:
    return 8


@INT_PTR.static_property("Zero")
def zero() -> Int64:
    return Int64(0)


def allocate(secret: SecureString) -> IntPtr:
    if secret is None:
        raise NetError("System.ArgumentNullException", "Value cannot be null.\r\nParameter name: s")
    pointer = IntPtr(next(_addresses))
    pointer.text = secret.text
    return pointer


def _readers() -> None:
    for name in (
        "SecureStringToBSTR",
        "SecureStringToGlobalAllocUnicode",
        "SecureStringToCoTaskMemUnicode",
        "SecureStringToGlobalAllocAnsi",
        "SecureStringToCoTaskMemAnsi",
    ):
        MARSHAL.static_method(name, "System.Security.SecureString")(allocate)
    for name in ("PtrToStringAuto", "PtrToStringBSTR", "PtrToStringUni", "PtrToStringAnsi"):
        MARSHAL.static_method(name, "System.Object")(text_at)
    for name in (
        "ZeroFreeBSTR",
        "FreeBSTR",
        "ZeroFreeGlobalAllocUnicode",
        "ZeroFreeCoTaskMemUnicode",
        "FreeHGlobal",
        "ZeroFreeGlobalAllocAnsi",
        "ZeroFreeCoTaskMemAnsi",
        "FreeCoTaskMem",
    ):
        MARSHAL.static_method(name, "System.Object")(free)
    MARSHAL.static_method("ReleaseComObject", "System.Object")(release)


def text_at(pointer: object) -> object:
    return pointer.text if isinstance(pointer, IntPtr) else None


def free(pointer: object) -> object:
    if isinstance(pointer, IntPtr):
        pointer.text = ""
    return AUTOMATION_NULL


def release(value: object) -> int:
    return 0


_readers()

TYPES = (SECURE, NETWORK, CREDENTIAL, INT_PTR, MARSHAL)
