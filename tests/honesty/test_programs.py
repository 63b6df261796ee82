"""Every word on the command line of a program is read: a made-up one is refused, and nothing is done."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.products.conftest import prepared_lab
from winsim.cmdlets.native_arguments import Unknown
from winsim.interpreter.command import NotBuilt
from winsim.interpreter.hosting import Identity
from winsim.interpreter.natives import ProgramCall
from winsim.interpreter.registry import registry
from winsim.interpreter.session import Session
from winsim.world import codec, feature_setup
from winsim.world.host import Host
from winsim.world.lab import World

MADE_UP = ("/madeup", "-madeup", "/madeup:1", "madeup=1")
BINDING = "ipport=0.0.0.0:443"
RULE = "netsh advfirewall firewall {} rule name=Lab"
# Command lines that are carried out, one for each verb that a program has.
LINES = {
    "appcmd.exe": [
        "list site",
        "list apppool /text:name",
        "list app",
        "list vdir /config",
        "list config -section:defaultDocument",
        "add apppool /name:Lab",
        "set apppool Lab /managedPipelineMode:Classic",
        "recycle apppool Lab",
        "stop apppool Lab",
        "start apppool Lab",
        "delete apppool Lab",
        "add site /name:Lab /bindings:http/*:82: /physicalPath:C:\\lab",
        "add app /site.name:Lab /path:/a",
        "add vdir /app.name:Lab/ /path:/v /physicalPath:C:\\v",
        "set site Lab /serverAutoStart:false",
        "set vdir Lab/v /physicalPath:C:\\w",
        "delete site Lab",
        "set config -section:defaultDocument /enabled:false /commit:apphost",
        "clear config -section:defaultDocument",
        "reset config -section:defaultDocument",
        "unlock config -section:access",
        "lock config -section:access",
    ],
    "arrv3_setup_amd64_en-us.exe": ["/q"],
    "bootstrapper.exe": ["/BootstrapLocalMgmt /SourceDirectory:C:\\"],
    "certreq.exe": [
        "-new -q -f C:\\r.inf C:\\r.csr",
        "-submit -q -f -config a\\b -attrib CertificateTemplate:x C:\\r.csr C:\\r.cer",
        "-retrieve -q -f -config a\\b 7 C:\\r.cer",
        "-accept -q -machine C:\\r.cer",
    ],
    "certutil.exe": [
        "-addstore -f Root C:\\r.cer",
        "-delstore My 00",
        "-store My",
        "-f -p x -importpfx My C:\\r.pfx NOEXPORT",
        "-hashfile C:\\r.cer SHA256",
    ],
    "gpupdate.exe": ["/target:computer /force"],
    "hostname.exe": [""],
    "icacls.exe": [
        "C:\\Windows /grant Users:(OI)(CI)RX /q /c",
        "C:\\Windows /remove:g Users",
        "C:\\Windows /inheritance:e",
        "C:\\Windows",
    ],
    "iisreset.exe": ["/status", "/restart /noforce /timeout:20"],
    "ipconfig.exe": ["", "/all", "/flushdns", "/registerdns"],
    "lyncserverupdateinstaller.exe": ["/silentmode"],
    "msiexec.exe": ["/i C:\\x.msi /qn /norestart REBOOT=ReallySuppress /l*v C:\\x.log", "/x C:\\x.msi /quiet"],
    "net.exe": [
        "start",
        "stop Spooler",
        "start Print Spooler",
        "stop RpcSs",
        "share",
        "share IPC",
    ],
    "netsh.exe": [
        f"http show sslcert {BINDING}",
        f"http add sslcert {BINDING} certhash=00 appid={{4dc3e181-e14b-4a21-b022-59fc669b0914}}",
        f"http delete sslcert {BINDING}",
        "http add urlacl url=http://+:81/ user=Everyone",
        "http show urlacl",
        "http delete urlacl url=http://+:81/",
        "advfirewall set allprofiles state on",
        "advfirewall show allprofiles state",
        "advfirewall firewall add rule name=Lab dir=in action=allow protocol=TCP localport=81",
        "advfirewall firewall show rule name=Lab",
        "advfirewall firewall set rule name=Lab new enable=no",
        "advfirewall firewall delete rule name=Lab",
        "interface ipv4 set dnsservers name=Ethernet source=static address=127.0.0.1 validate=no",
        "interface ipv4 add dnsservers name=Ethernet address=127.0.0.2 index=2 validate=no",
        "interface ipv4 set address name=Ethernet source=static address=192.168.50.11 mask=255.255.255.0",
        "interface ip show config",
        "interface ip show dnsservers name=Ethernet",
        "winhttp show proxy",
    ],
    "nslookup.exe": ["-type=A dc01.corp.contoso.com"],
    "netstat.exe": ["-ano"],
    "ping.exe": ["-n 1 dc01"],
    "reg.exe": [
        "add HKLM\\SOFTWARE\\Lab /v a /t REG_DWORD /d 1 /f",
        "query HKLM\\SOFTWARE\\Lab /v a",
        "query HKLM\\SOFTWARE\\Lab /s",
        "delete HKLM\\SOFTWARE\\Lab /f",
    ],
    "route.exe": ["print", "print -4"],
    "sc.exe": [
        "query W32Time",
        "queryex W32Time",
        "qc W32Time",
        "stop Spooler",
        "start Spooler",
        "config Spooler start= demand",
        "create Lab binPath= C:\\lab.exe",
        "description Lab text",
        "qdescription Lab",
        "delete Lab",
    ],
    "setspn.exe": [
        "-L adfs01",
        "-Q http/x",
        "-S http/x adfs01",
        "-A http/y adfs01",
        "-D http/y adfs01",
        "-X",
    ],
    "setup.exe": ["/config C:\\config.xml"],
    "shutdown.exe": ["/a", "/r /t 60 /f /c text /d p:2:4", "/r /m \\\\nowhere /t 0"],
    "systeminfo.exe": ["", "/fo csv /nh"],
    "taskkill.exe": ["/im spoolsv.exe /f", "/pid 99999"],
    "tasklist.exe": ["", "/svc", '/fi "imagename eq lsass.exe" /fo csv /nh'],
    "vcredist_x64.exe": ["/install /quiet /norestart"],
    "w32tm.exe": [
        "/query /source",
        "/query /status",
        "/config /manualpeerlist:dc01.corp.contoso.com /syncfromflags:manual /reliable:no /update",
        "/resync /nowait",
    ],
    "whoami.exe": ["", "/user", "/groups /fo csv /nh"],
}
# cmd.exe runs the rest of its command line: a word too much belongs to the command in it.
OF_THEIR_OWN = {"cmd.exe"}


class Machine:
    def __init__(self) -> None:
        lab = prepared_lab()
        self.world: World = lab.world
        self.host: Host = self.world.host("dc01")
        feature_setup.install(self.world, self.host, ["Web-Server"])
        groups = {"builtin\\administrators", "corp\\domain admins", "corp\\enterprise admins"}
        identity = Identity("CORP\\Administrator", frozenset(groups), is_admin=True, delegated=True)
        self.session = Session(self.world, self.host, identity)

    def state(self) -> object:
        return codec.encode([self.host, self.world.parts])

    def run(self, name: str, words: list[str]) -> tuple[int, list[tuple[bool, str]]] | None:
        """Exit code and lines, with whether each is output; None for an error of the lab."""
        info = registry().native(name)
        assert info is not None
        call = ProgramCall(self.session, words, [], name)
        try:
            return info.declaration.body(call), call.lines
        except NotBuilt:
            return None


@pytest.fixture(scope="module")
def machine() -> Machine:
    return Machine()


def split(line: str) -> list[str]:
    return shlex.split(line.replace("\\", "\\\\"))


def test_every_program_has_command_lines_here() -> None:
    assert set(LINES) | OF_THEIR_OWN == set(registry().natives)


@pytest.mark.parametrize("name", sorted(LINES))
def test_a_made_up_switch_is_refused_and_nothing_is_done(machine: Machine, name: str) -> None:
    for line in LINES[name]:
        for extra in MADE_UP:
            before = machine.state()
            words = [*split(line), extra]
            answer = machine.run(name, words)
            assert answer is None or answer[0] != 0 or not all(is_output for is_output, _ in answer[1]), words
            assert machine.state() == before, words


@pytest.mark.parametrize("name", sorted(LINES))
def test_what_is_written_in_full_is_carried_out_and_what_is_cut_off_breaks_nothing(machine: Machine, name: str) -> None:
    for line in LINES[name]:
        words = split(line)
        assert machine.run(name, words) is not None, words
        for end in range(len(words)):
            try:
                machine.run(name, words[:end])
            except Unknown as error:
                pytest.fail(f"{words[:end]}: {error}")


JUNK = ("", "/", "-", ":", "=", "[", "]", "/+[", "/[x='", "*", "\\\\x\\y", "-1", "/t", "C:", "name=", "'")
MIXED = st.tuples(
    st.sampled_from([(name, line) for name, lines in LINES.items() for line in lines]),
    st.lists(st.tuples(st.integers(0, 12), st.sampled_from(JUNK) | st.none()), min_size=1, max_size=3),
)


@pytest.fixture(scope="module")
def spoiled() -> Machine:
    return Machine()


@settings(max_examples=150)
@given(mixed=MIXED)
def test_no_words_break_a_program(
    spoiled: Machine, mixed: tuple[tuple[str, str], list[tuple[int, str | None]]]
) -> None:
    """Words are taken out (None), put in, or appended to: there is an answer, or an error of the lab."""
    (name, line), changes = mixed
    words = split(line)
    for position, junk in changes:
        at = position % (len(words) + 1)
        if junk is None:
            del words[at : at + 1]
        elif position % 2 and at < len(words):
            words[at] += junk
        else:
            words.insert(at, junk)
    spoiled.run(name, words)
