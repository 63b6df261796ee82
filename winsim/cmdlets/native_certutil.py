"""certutil.exe: stores, PFX import, hashes."""

from __future__ import annotations

import hashlib

from winsim.cmdlets.native_arguments import Arguments, Unknown, only, told_apart
from winsim.interpreter.command import CommandError, NativeCall, NotBuilt, native
from winsim.world.certificates import STORE_NAMES, CertificateEntry, Location
from winsim.world.keys import import_pfx
from winsim.world.pfx import PfxError

# What each verb reads. -silent asks for what is so anyway: nothing here opens a window.
SWITCHES = {
    "-addstore": ("f", "user", "silent"),
    "-delstore": ("user", "silent"),
    "-store": ("user", "silent"),
    "-importpfx": ("f", "user", "p", "csp", "silent"),
    "-hashfile": (),
}
MODIFIERS = ("AT_SIGNATURE", "AT_KEYEXCHANGE", "NOEXPORT")
HASHES = ("md5", "sha1", "sha256", "sha384", "sha512")


@native("certutil.exe")
def certutil(call: NativeCall) -> int:
    verbs = [word for word in call.args if word[:1] in "-/" and "-" + word[1:].lower() in SWITCHES]
    if len(verbs) != 1:
        raise NotBuilt(f"certutil {' '.join(call.args)}")
    verb = "-" + verbs[0][1:].lower()
    rest = [word for word in call.args if word is not verbs[0]]
    try:
        given = told_apart(rest, ("f", "user", "silent"), ("p", "csp"))
    except Unknown as error:
        raise NotBuilt(f"certutil {error.word}") from None
    for name in given.switches:
        if name not in SWITCHES[verb]:
            raise NotBuilt(f"certutil {verb} -{name}")
    actions = {
        "-addstore": add_store,
        "-delstore": delete_from_store,
        "-store": show_store,
        "-importpfx": import_file,
        "-hashfile": hash_file,
    }
    return actions[verb](call, given, list(given.words))


def _location(given: Arguments) -> Location:
    return "CurrentUser" if "user" in given else "LocalMachine"


def failed(call: NativeCall, verb: str, code: int, text: str) -> int:
    call.out(f"CertUtil: {verb} command FAILED: 0x{code:x} (WIN32: {code & 0xFFFF})")
    call.out(f"CertUtil: {text}")
    return code - (1 << 32) if code & 0x80000000 else code


def read(call: NativeCall, path: str) -> bytes | None:
    entry = call.host.files.find(path)
    return entry.content if entry is not None and not entry.is_directory else None


def add_store(call: NativeCall, given: Arguments, words: list[str]) -> int:
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
    store = call.host.certificates.store(_location(given), words[0], call.session.identity.user)
    entry = CertificateEntry(der)
    known = store.find(entry.thumbprint) is not None
    store.add(entry)
    call.world.touch()
    call.out(f'{words[0]} "{STORE_NAMES.get(words[0].lower(), words[0])}"')
    subject = entry.certificate.subject.rfc4514_string()
    kept = known and "f" not in given  # -f writes it anew
    call.out(f'Certificate "{subject}" {"already in store." if kept else "added to store."}')
    call.out("CertUtil: -addstore command completed successfully.")
    return 0


def _find(call: NativeCall, given: Arguments, words: list[str]) -> list[CertificateEntry]:
    store = call.host.certificates.store(_location(given), words[0], call.session.identity.user)
    if len(words) < 2:
        return list(store.entries.values())
    key = words[1].replace(" ", "").lower()
    return [
        entry
        for entry in store.entries.values()
        if key in (entry.thumbprint.lower(), f"{entry.certificate.serial_number:x}")
        or key in entry.certificate.subject.rfc4514_string().replace(" ", "").lower()
    ]


def delete_from_store(call: NativeCall, given: Arguments, words: list[str]) -> int:
    if len(words) != 2:
        raise NotBuilt(f"certutil -delstore {' '.join(words)}")
    found = _find(call, given, words)
    if not found:
        return failed(call, "-delstore", 0x80092004, "Cannot find object or property.")
    store = call.host.certificates.store(_location(given), words[0], call.session.identity.user)
    for entry in found:
        store.remove(entry.thumbprint)
        call.out(f"Deleting Certificate {entry.certificate.subject.rfc4514_string()}")
    call.world.touch()
    call.out("CertUtil: -delstore command completed successfully.")
    return 0


def show_store(call: NativeCall, given: Arguments, words: list[str]) -> int:
    only("certutil -store", words, 2)
    found = _find(call, given, words or ["CA"])
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


def import_file(call: NativeCall, given: Arguments, words: list[str]) -> int:
    store = "My"
    if len(words) > 1 and not words[0].lower().endswith((".pfx", ".p12")):
        store, words = words[0], words[1:]
    modifiers = [part.strip().upper() for part in words[1].split(",")] if len(words) > 1 else []
    strange = [part for part in modifiers if part not in MODIFIERS]
    if not words or len(words) > 2 or strange or {"AT_SIGNATURE", "AT_KEYEXCHANGE"} <= set(modifiers):
        raise NotBuilt(f"certutil -importPFX {' '.join(words[1:])}")
    content = read(call, words[0])
    if content is None:
        return failed(call, "-importPFX", 0x80070002, "The system cannot find the file specified.")
    try:
        entries = import_pfx(
            call.host, content, given.get("p"), location=_location(given), store=store,
            user=call.session.identity.user, exportable="NOEXPORT" not in modifiers, provider=given.get("csp"),
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


def hash_file(call: NativeCall, given: Arguments, words: list[str]) -> int:
    name = (words[1] if len(words) > 1 else "SHA1").lower()
    if len(words) not in (1, 2) or name not in HASHES:
        raise NotBuilt(f"certutil -hashfile {' '.join(words)}")
    content = read(call, words[0])
    if content is None:
        return failed(call, "-hashfile", 0x80070002, "The system cannot find the file specified.")
    digest = hashlib.new(name, content).hexdigest()
    call.out(f"{name.upper()} hash of file {words[0]}:")
    call.out(" ".join(digest[i : i + 2] for i in range(0, len(digest), 2)))
    call.out("CertUtil: -hashfile command completed successfully.")
    return 0
