"""certreq.exe: new requests, submitting them, accepting the answer."""

from __future__ import annotations

from base64 import b64decode, b64encode
from textwrap import wrap

from winsim.cmdlets.pki import read_certificate
from winsim.interpreter.command import CommandError, NativeCall, NotBuilt, native
from winsim.world.adcs import authorities, find
from winsim.world.certificate_requests import RequestError, accept, create, read_inf, submit


@native("certreq.exe")
def certreq(call: NativeCall) -> int:
    options: dict[str, str] = {}
    words: list[str] = []
    verb = ""
    arguments = iter(call.args)
    for word in arguments:
        lower = "-" + word[1:].lower() if word[:1] in "-/" else ""
        if lower in ("-config", "-attrib"):
            options[lower] = next(arguments, "").strip('"')
        elif lower in ("-machine", "-user", "-q", "-f", "-binary"):
            options[lower] = "1"
        elif lower and not verb:
            verb = lower
        else:
            words.append(word.strip('"'))
    try:
        if verb == "-new":
            return new(call, words)
        if verb == "-submit":
            return send(call, options, words)
        if verb == "-retrieve":
            return fetch(call, options, words)
        if verb == "-accept":
            return install(call, options, words)
    except RequestError as error:
        call.out(f"Certificate Request Processor: {error.message} 0x{error.code:x}")
        return error.code - (1 << 32)
    raise NotBuilt(f"certreq {' '.join(call.args)}")


def read(call: NativeCall, path: str) -> bytes:
    entry = call.host.files.find(path)
    if entry is None or entry.is_directory:
        raise RequestError(0x80070002, "The system cannot find the file specified.")
    return entry.content


def write_pem(call: NativeCall, path: str, label: str, der: bytes) -> None:
    lines = [f"-----BEGIN {label}-----", *wrap(b64encode(der).decode(), 64), f"-----END {label}-----", ""]
    call.host.files.write(path, "\r\n".join(lines).encode())
    call.world.touch()


def new(call: NativeCall, words: list[str]) -> int:
    if len(words) < 2:
        raise NotBuilt("certreq -new without files")
    content = read(call, words[0])
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "cp1252"
    request = create(call.host, read_inf(content.decode(encoding)), call.session.identity.user)
    write_pem(call, words[1], "NEW CERTIFICATE REQUEST", request)
    call.out("")
    call.out("CertReq: Request Created")
    return 0


def send(call: NativeCall, options: dict[str, str], words: list[str]) -> int:
    if len(words) < 2 or "-config" not in options:
        raise NotBuilt("certreq -submit without -config and files")
    text = read(call, words[0]).decode("ascii", "replace")
    body = "".join(line for line in text.splitlines() if not line.startswith("-----"))
    attributes = dict(part.split(":", 1) for part in options.get("-attrib", "").split("\\n") if ":" in part)
    user = call.session.identity.user
    _reach(call, options["-config"])
    der = submit(call.world, call.host, options["-config"], b64decode(body), attributes, user)
    write_pem(call, words[1], "CERTIFICATE", der)
    number = next((row.request_id for _, ca in authorities(call.world) for row in ca.issued if row.der == der), 0)
    call.out(f"RequestId: {number}")
    call.out(f'RequestId: "{number}"')
    call.out("Certificate retrieved(Issued) Issued")
    return 0


def _reach(call: NativeCall, config: str) -> None:
    """Another machine is asked under the caller's own name: without a second hop it refuses."""
    server = call.world.find_host(config.partition("\\")[0])
    identity = call.session.identity
    own = identity.user.partition("\\")[0].lower() == call.host.domain_netbios.lower()
    if server is not None and server is not call.host and not (own and identity.delegated):
        raise RequestError(0x80070005, "Access is denied.")


def fetch(call: NativeCall, options: dict[str, str], words: list[str]) -> int:
    """-retrieve: the certificate of an earlier request."""
    if len(words) < 2 or "-config" not in options:
        raise NotBuilt("certreq -retrieve without -config, number and file")
    _reach(call, options["-config"])
    found = find(call.world, options["-config"])
    if found is None:
        raise RequestError(0x800706BA, "The RPC server is unavailable.")
    der = found[1].retrieve(words[0])
    if der is None:
        raise RequestError(0x80094003, "The request does not exist.")
    write_pem(call, words[1], "CERTIFICATE", der)
    call.out(f"RequestId: {words[0]}")
    call.out("Certificate retrieved(Issued) Issued")
    return 0


def install(call: NativeCall, options: dict[str, str], words: list[str]) -> int:
    try:
        der = read_certificate(read(call, words[0]))
    except CommandError:
        raise RequestError(0x8009310B, "ASN1 bad tag value met.") from None
    entry = accept(call.host, der, machine="-user" not in options, user=call.session.identity.user)
    call.world.touch()
    call.out("Installed Certificate:")
    call.out(f"  Serial Number: {entry.certificate.serial_number:x}")
    call.out(f"  Subject: {entry.certificate.subject.rfc4514_string()}")
    call.out(f"  Thumbprint: {entry.thumbprint.lower()}")
    return 0
