"""ConvertTo-SecureString, ConvertFrom-SecureString, Get-Credential, the execution policy."""

from __future__ import annotations

import base64
import hashlib
import os
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from winsim.interpreter.collect import items_of, unwrap
from winsim.interpreter.command import CommandError, NotBuilt, cmdlet
from winsim.interpreter.net.secrets import PSCredential, SecureString
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import EnumValue, record

if TYPE_CHECKING:
    from winsim.interpreter.cmdlets import CommandCall
    from winsim.interpreter.session import Session

KEYED = "76492d1116743f0423413b16050a5345"  # how texts made with -Key begin
PROTECTED = "01000000d08c9ddf0115d1118c7a00c04fc297eb01000000"  # how texts of the data protection begin
CRYPTOGRAPHIC = "System.Security.Cryptography.CryptographicException"


def encrypt(key: bytes, text: str) -> tuple[bytes, bytes]:
    padder = PKCS7(128).padder()
    start = os.urandom(16)
    writer = Cipher(algorithms.AES(key), modes.CBC(start)).encryptor()
    data = padder.update(text.encode("utf-16-le")) + padder.finalize()
    return start, writer.update(data) + writer.finalize()


def decrypt(key: bytes, start: bytes, data: bytes) -> str:
    reader = Cipher(algorithms.AES(key), modes.CBC(start)).decryptor()
    unpadder = PKCS7(128).unpadder()
    plain = unpadder.update(reader.update(data) + reader.finalize()) + unpadder.finalize()
    return plain.decode("utf-16-le")


def user_key(session: Session) -> bytes:
    """What stands for the user's protection key on this machine."""
    return hashlib.sha256(f"{session.host.machine_guid}/{session.identity.user.lower()}".encode()).digest()


def protect(session: Session, text: str) -> str:
    start, data = encrypt(user_key(session), text)
    return PROTECTED + start.hex() + data.hex()


def unprotect(session: Session, text: str) -> str:
    body = text.strip().lower()
    try:
        raw = bytes.fromhex(body.removeprefix(PROTECTED))
        if not body.startswith(PROTECTED):
            raise ValueError
        return decrypt(user_key(session), raw[:16], raw[16:])
    except ValueError:
        raise CommandError(
            "ImportSecureString_InvalidArgument_CryptographicError",
            "Key not valid for use in specified state.\r\n",
            "InvalidArgument",
            None,
            CRYPTOGRAPHIC,
        ) from None


def key_of(call: CommandCall) -> bytes | None:
    if call.has("Key"):
        key = bytes(int(b) for b in items_of(call.get("Key")) or [])  # type: ignore[call-overload]
    elif call.has("SecureKey"):
        held = unwrap(call.get("SecureKey"))
        key = held.text.encode("utf-16-le") if isinstance(held, SecureString) else b""
    else:
        return None
    if len(key) not in (16, 24, 32):
        raise CommandError(
            "Argument",
            "Specified key is not a valid size for this algorithm.",
            "InvalidArgument",
            None,
            "System.ArgumentException",
        )
    return key


@cmdlet(
    "ConvertTo-SecureString",
    ("String", "AsPlainText", "Force", "Key", "SecureKey"),
    locks_world=False,
    by_value=("String",),
)
def convert_to_secure_string(call: CommandCall) -> None:
    text = call.text("String")
    if call.switch("AsPlainText"):
        if not call.switch("Force"):
            raise CommandError(
                "ImportSecureString_ForceRequired",
                "The system cannot protect plain text input. To suppress this warning and convert the plain text to a "
                "SecureString, reissue the command specifying the Force parameter. For more information ,type: "
                "get-help ConvertTo-SecureString.",
                "InvalidArgument",
                None,
                "System.ArgumentException",
            )
        call.write(SecureString(text, True))
        return
    key = key_of(call)
    call.write(SecureString(unprotect(call.session, text) if key is None else from_keyed(key, text), True))


def from_keyed(key: bytes, text: str) -> str:
    try:
        if not text.startswith(KEYED):
            raise ValueError
        fields = base64.b64decode(text.removeprefix(KEYED)).decode("utf-16-le").split("|")
        return decrypt(key, base64.b64decode(fields[1]), bytes.fromhex(fields[2]))
    except (ValueError, IndexError):
        raise CommandError(
            "ImportSecureString_InvalidArgument_CryptographicError",
            "Padding is invalid and cannot be removed.",
            "InvalidArgument",
            None,
            CRYPTOGRAPHIC,
        ) from None


@cmdlet("ConvertFrom-SecureString", ("SecureString", "Key", "SecureKey"), locks_world=False, by_value=("SecureString",))
def convert_from_secure_string(call: CommandCall) -> None:
    held = unwrap(call.get("SecureString"))
    assert isinstance(held, SecureString)
    key = key_of(call)
    if key is None:
        call.write(protect(call.session, held.text))
        return
    start, data = encrypt(key, held.text)
    fields = f"2|{base64.b64encode(start).decode()}|{data.hex()}"
    call.write(KEYED + base64.b64encode(fields.encode("utf-16-le")).decode())


@cmdlet("Get-Credential", ("Credential", "Message", "UserName"), locks_world=False)
def get_credential(call: CommandCall) -> None:
    given = unwrap(call.get("Credential"))
    if isinstance(given, PSCredential):
        call.write(given)
        return
    from winsim.interpreter.engine_host_ui import HOST_EXCEPTION, refusal
    from winsim.interpreter.hosting import HostUnavailable

    user = to_text(given) or call.text("UserName")
    try:
        if call.session.ui is None:
            raise HostUnavailable
        answer = call.session.ui.call(
            "PromptForCredential1",
            ("Windows PowerShell credential request", call.text("Message") or "Enter your credentials.", user, ""),
        )
    except HostUnavailable:
        message = refusal(call.text("Message"))
        raise CommandError("HostFunctionNotImplemented", message, "NotImplemented", None, HOST_EXCEPTION) from None
    if answer is not None:
        call.write(answer)


POLICY = r"HKLM\SOFTWARE\Microsoft\PowerShell\1\ShellIds\Microsoft.PowerShell"
SCOPES = ("MachinePolicy", "UserPolicy", "Process", "CurrentUser", "LocalMachine")
POLICIES = {"Unrestricted": 0, "RemoteSigned": 1, "AllSigned": 2, "Restricted": 3, "Bypass": 4, "Undefined": 5}
PLACES = {"LocalMachine": POLICY, "CurrentUser": POLICY.replace("HKLM", "HKCU")}


def policy_in(call: CommandCall, scope: str) -> str:
    if scope == "Process":
        return str(call.session.state.get("execution_policy", "Undefined"))
    held = call.host.registry.get(PLACES[scope], "ExecutionPolicy") if scope in PLACES else None
    return to_text(held) if held is not None else "Undefined"


def policy(name: str) -> EnumValue:
    return EnumValue("Microsoft.PowerShell.ExecutionPolicy", name, POLICIES[name])


@cmdlet("Get-ExecutionPolicy", ("Scope", "List"), locks_world=False, by_name=("Scope",))
def get_execution_policy(call: CommandCall) -> None:
    if call.switch("List"):
        for scope in SCOPES:
            call.write(record("Selected.Object", {"Scope": scope, "ExecutionPolicy": policy(policy_in(call, scope))}))
        return
    if call.has("Scope"):
        call.write(policy(policy_in(call, to_text(call.get("Scope")))))
        return
    found = next((name for name in (policy_in(call, scope) for scope in SCOPES) if name != "Undefined"), "RemoteSigned")
    call.write(policy(found))


@cmdlet(
    "Set-ExecutionPolicy",
    ("ExecutionPolicy", "Scope"),
    idle=("Force",),  # asks no questions
    by_value=("ExecutionPolicy",),
    by_name=("ExecutionPolicy", "Scope"),
)
def set_execution_policy(call: CommandCall) -> None:
    scope = to_text(call.get("Scope")) if call.has("Scope") else "LocalMachine"
    name = next((n for n in POLICIES if n.lower() == to_text(call.get("ExecutionPolicy")).lower()), "Undefined")
    name = {"Default": "RemoteSigned"}.get(name, name)
    if scope in ("MachinePolicy", "UserPolicy"):
        raise NotBuilt(f"Set-ExecutionPolicy -Scope {scope}")
    if not call.should_process(name, "Set-ExecutionPolicy"):
        return
    if scope == "Process":
        call.session.state["execution_policy"] = name
    elif name == "Undefined":
        key = call.host.registry.find(PLACES[scope])
        if key is not None:
            key.drop("ExecutionPolicy")
    else:
        call.host.registry.set(PLACES[scope], "ExecutionPolicy", name)
