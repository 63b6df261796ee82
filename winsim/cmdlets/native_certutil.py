"""certutil.exe: stores, PFX import, hashes."""

from __future__ import annotations

import hashlib

from winsim.interpreter.command import CommandError, NativeCall, NotBuilt, native
from winsim.world.certificates import STORE_NAMES, CertificateEntry, Location
from winsim.world.keys import import_pfx
from winsim.world.pfx import PfxError


@native("certutil.exe")
def certutil(call: NativeCall) -> int:
    options: dict[str, str] = {}
    verb, words = "", []
    arguments = iter(call.args)
    for word in arguments:
        lower = word.lower().replace("/", "-", 1) if word.startswith("/") else word.lower()
        if lower in ("-f", "-user", "-enterprise", "-v", "-silent"):
            options[lower] = "1"
        elif lower in ("-p", "-csp"):
            options[lower] = next(arguments, "")
        elif lower.startswith("-") and not verb:
            verb = lower
        else:
            words.append(word)
    actions = {
        "-addstore": add_store,
        "-delstore": delete_from_store,
        "-store": show_store,
        "-importpfx": import_file,
        "-hashfile": hash_file,
    }
    if verb not in actions:
        raise NotBuilt(f"certutil {verb}")
    return actions[verb](call, options, words)


def _location(options: dict[str, str]) -> Location:
    return "CurrentUser" if "-user" in options else "LocalMachine"


def failed(call: NativeCall, verb: str, code: int, text: str) -> int:
    call.out(f"CertUtil: {verb} command FAILED: 0x{code:x} (WIN32: {code & 0xFFFF})")
    call.out(f"CertUtil: {text}")
    return code - (1 << 32) if code & 0x80000000 else code


def read(call: NativeCall, path: str) -> bytes | None:
    entry = call.host.files.find(path)
    return entry.content if entry is not None and not entry.is_directory else None


def add_store(call: NativeCall, options: dict[str, str], words: list[str]) -> int:
    from winsim.cmdlets.pki import read_certificate

    if len(words) != 2:
        raise NotBuilt(f"certutil -addstore {' '.join(words)}")
    content = read(call, words[1])
    if content is None:
        return failed(call, "-addstore", 0x80070002, "The system cannot find the file specified.")
    try:
        der = read_certificate(content)
    except CommandError:
        return failed(call, "-addstore", 0x8009310B, "ASN1 bad tag value met.")
    store = call.host.certificates.store(_location(options), words[0], call.session.identity.user)
    entry = CertificateEntry(der)
    known = store.find(entry.thumbprint) is not None
    store.add(entry)
    call.world.touch()
    call.out(f'{words[0]} "{STORE_NAMES.get(words[0].lower(), words[0])}"')
    subject = entry.certificate.subject.rfc4514_string()
    call.out(f'Certificate "{subject}" {"already in store." if known else "added to store."}')
    call.out("CertUtil: -addstore command completed successfully.")
    return 0


def _find(call: NativeCall, options: dict[str, str], words: list[str]) -> list[CertificateEntry]:
    store = call.host.certificates.store(_location(options), words[0], call.session.identity.user)
    if len(words) < 2:
        return list(store.entries.values())
    key = words[1].replace(" ", "").lower()
    return [
        entry
        for entry in store.entries.values()
        if key in (entry.thumbprint.lower(), f"{entry.certificate.serial_number:x}")
        or key in entry.certificate.subject.rfc4514_string().replace(" ", "").lower()
    ]


def delete_from_store(call: NativeCall, options: dict[str, str], words: list[str]) -> int:
    found = _find(call, options, words)
    if not found or len(words) < 2:
        return failed(call, "-delstore", 0x80092004, "Cannot find object or property.")
    store = call.host.certificates.store(_location(options), words[0], call.session.identity.user)
    for entry in found:
        store.remove(entry.thumbprint)
        call.out(f"Deleting Certificate {entry.certificate.subject.rfc4514_string()}")
    call.world.touch()
    call.out("CertUtil: -delstore command completed successfully.")
    return 0


def show_store(call: NativeCall, options: dict[str, str], words: list[str]) -> int:
    found = _find(call, options, words or ["CA"])
    if len(words) > 1 and not found:
        return failed(call, "-store", 0x80092004, "Cannot find object or property.")
    call.out((words or ["CA"])[0])
    for index, entry in enumerate(found):
        call.out(f"================ Certificate {index} ================")
        call.out(f"Serial Number: {entry.certificate.serial_number:x}")
        call.out(f"Issuer: {entry.certificate.issuer.rfc4514_string()}")
        call.out(f"Subject: {entry.certificate.subject.rfc4514_string()}")
        hexadecimal = entry.thumbprint.lower()
        call.out("Cert Hash(sha1): " + " ".join(hexadecimal[i : i + 2] for i in range(0, 40, 2)))
        container = call.host.certificates.key_of(entry)
        if container is None:
            call.out("No key provider information")
            continue
        call.out(f"  Key Container = {container.name}")
        call.out(f"  Provider = {container.provider}")
        call.out(f"  KeySpec = {container.key_spec}")
        if not container.exportable:
            call.out("Private key is NOT exportable")
        call.out("Encryption test passed")
    call.out("CertUtil: -store command completed successfully.")
    return 0


def import_file(call: NativeCall, options: dict[str, str], words: list[str]) -> int:
    modifiers = [part.upper() for part in words[-1].split(",")] if len(words) > 1 else []
    store = "My"
    if len(words) > 1 and not words[0].lower().endswith((".pfx", ".p12")):
        store, words = words[0], words[1:]
    content = read(call, words[0])
    if content is None:
        return failed(call, "-importPFX", 0x80070002, "The system cannot find the file specified.")
    try:
        entries = import_pfx(
            call.host, content, options.get("-p", ""), location=_location(options), store=store,
            user=call.session.identity.user, exportable="NOEXPORT" not in modifiers, provider=options.get("-csp", ""),
        )  # fmt: skip
    except PfxError as error:
        return failed(call, "-importPFX", error.code, error.message.strip())
    if "AT_SIGNATURE" in modifiers:
        for entry in entries:
            container = call.host.certificates.key_of(entry)
            if container is not None and not container.is_cng:
                container.key_spec = 2
    call.world.touch()
    for entry in entries[:1]:
        call.out(f'Certificate "{entry.certificate.subject.rfc4514_string()}" added to store.')
    call.out("CertUtil: -importPFX command completed successfully.")
    return 0


def hash_file(call: NativeCall, options: dict[str, str], words: list[str]) -> int:
    content = read(call, words[0])
    if content is None:
        return failed(call, "-hashfile", 0x80070002, "The system cannot find the file specified.")
    name = (words[1] if len(words) > 1 else "SHA1").lower()
    digest = hashlib.new(name, content).hexdigest()
    call.out(f"{name.upper()} hash of file {words[0]}:")
    call.out(" ".join(digest[i : i + 2] for i in range(0, len(digest), 2)))
    call.out("CertUtil: -hashfile command completed successfully.")
    return 0
