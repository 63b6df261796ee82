"""certreq.exe: new requests, submitting them, accepting the answer."""

from __future__ import annotations

from base64 import b64decode, b64encode
from textwrap import wrap

from winsim.cmdlets.native_arguments import Arguments, Unknown, told_apart
from winsim.cmdlets.pki import read_certificate
from winsim.interpreter.command import CommandError, NativeCall, NotBuilt, native
from winsim.world.adcs import authorities, find
from winsim.world.certificate_requests import RequestError, accept, create, read_inf, submit

# What each verb reads; -q asks for what is so anyway: there is no desktop for a question.
SWITCHES = {
    "-new": ("q", "f", "binary", "machine"),
    "-submit": ("q", "f", "binary", "config", "attrib"),
    "-retrieve": ("q", "f", "binary", "config"),
    "-accept": ("q", "machine", "user"),
}
UNBUILT = ("any", "adminforcemachine", "rpc", "kerberos", "anonymous", "username", "p", "clientcertificate", "pin",
           "cert", "policyserver", "crl", "config-", "unicode", "verbose", "v", "alternatesignaturealgorithm",
           "renewonbehalf", "xchg", "enroll", "sign", "policy", "attestation", "post")  # fmt: skip


@native("certreq.exe")
def certreq(call: NativeCall) -> int:
    verbs = [word for word in call.args if "-" + word[1:].lower() in SWITCHES and word[:1] in "-/"]
    if len(verbs) != 1:
        raise NotBuilt(f"certreq {' '.join(call.args)}")
    verb = "-" + verbs[0][1:].lower()
    rest = [word for word in call.args if word is not verbs[0]]
    try:
        given = told_apart(
            rest, ("q", "f", "binary", "machine", "user"), ("config", "attrib"), unbuilt=UNBUILT, program="certreq"
        )
    except Unknown as error:
        raise NotBuilt(f"certreq {error.word}") from None
    for name in given.switches:
        if name not in SWITCHES[verb]:
            raise NotBuilt(f"certreq {verb} -{name}")
    words = [word.strip('"') for word in given.words]
    actions = {"-new": new, "-submit": send, "-retrieve": fetch, "-accept": install}
    try:
        return actions[verb](call, given, words)
    except RequestError as error:
        call.out(f"Certificate Request Processor: {error.message} 0x{error.code:x}")
        return error.code - (1 << 32)


def read(call: NativeCall, path: str) -> bytes:
    entry = call.host.files.find(path)
    if entry is None or entry.is_directory:
        raise RequestError(0x80070002, "The system cannot find the file specified.")
    return entry.content


def write(call: NativeCall, given: Arguments, path: str, label: str, der: bytes) -> None:
    """Base64 between marks, or -binary; a file that is there is replaced with -f only."""
    need_free(call, given, path)
    lines = [f"-----BEGIN {label}-----", *wrap(b64encode(der).decode(), 64), f"-----END {label}-----", ""]
    call.host.files.write(path, der if "binary" in given else "\r\n".join(lines).encode())
    call.world.touch()


def need_free(call: NativeCall, given: Arguments, path: str) -> None:
    if call.host.files.exists(path) and "f" not in given:
        if "q" not in given:
            raise NotBuilt("certreq without -f over a file that is there: its question")
        raise RequestError(0x80070050, "The file exists.")


def new(call: NativeCall, given: Arguments, words: list[str]) -> int:
    if len(words) != 2:
        raise NotBuilt(f"certreq -new with {len(words)} files")
    content = read(call, words[0])
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "cp1252"
    inf = read_inf(content.decode(encoding))
    if "machine" in given and not inf.flag("MachineKeySet"):
        raise NotBuilt("certreq -new -machine with an INF that does not say MachineKeySet")
    need_free(call, given, words[1])
    request = create(call.host, inf, call.session.identity.user)
    write(call, given, words[1], "NEW CERTIFICATE REQUEST", request)
    call.out("")
    call.out("CertReq: Request Created")
    return 0


def send(call: NativeCall, given: Arguments, words: list[str]) -> int:
    if len(words) != 2 or "config" not in given:
        raise NotBuilt("certreq -submit without -config and two files")
    content = read(call, words[0])
    text = content.decode("ascii", "replace")
    body = "".join(line for line in text.splitlines() if not line.startswith("-----"))
    request = content if content[:1] == b"\x30" else b64decode(body)
    attributes = dict(part.split(":", 1) for part in given.get("attrib").split("\\n") if ":" in part)
    user = call.session.identity.user
    _reach(call, given.get("config"))
    need_free(call, given, words[1])
    der = submit(call.world, call.host, given.get("config"), request, attributes, user)
    write(call, given, words[1], "CERTIFICATE", der)
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


def fetch(call: NativeCall, given: Arguments, words: list[str]) -> int:
    """-retrieve: the certificate of an earlier request."""
    if len(words) != 2 or "config" not in given:
        raise NotBuilt("certreq -retrieve without -config, number and file")
    _reach(call, given.get("config"))
    found = find(call.world, given.get("config"))
    if found is None:
        raise RequestError(0x800706BA, "The RPC server is unavailable.")
    der = found[1].retrieve(words[0])
    if der is None:
        raise RequestError(0x80094003, "The request does not exist.")
    write(call, given, words[1], "CERTIFICATE", der)
    call.out(f"RequestId: {words[0]}")
    call.out("Certificate retrieved(Issued) Issued")
    return 0


def install(call: NativeCall, given: Arguments, words: list[str]) -> int:
    """-accept: into the store of the machine unless -user says otherwise."""
    if len(words) != 1 or {"machine", "user"} <= set(given.switches):
        raise NotBuilt(f"certreq {' '.join(call.args)}")
    try:
        der = read_certificate(read(call, words[0]))
    except CommandError:
        raise RequestError(0x8009310B, "ASN1 bad tag value met.") from None
    entry = accept(call.host, der, machine="user" not in given, user=call.session.identity.user)
    call.world.touch()
    call.out("Installed Certificate:")
    call.out(f"  Serial Number: {entry.certificate.serial_number:x}")
    call.out(f"  Subject: {entry.certificate.subject.rfc4514_string()}")
    call.out(f"  Thumbprint: {entry.thumbprint.lower()}")
    return 0
