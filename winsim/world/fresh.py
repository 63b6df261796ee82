"""A freshly installed Windows Server 2012 R2 (desktop, en-US, evaluation of Standard)."""

from __future__ import annotations

import hashlib
import uuid
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from winsim.world.accounts import LocalGroup
from winsim.world.certificates import CertificateEntry
from winsim.world.features import catalogue
from winsim.world.files import EPOCH, HIDDEN, SYSTEM
from winsim.world.firewall import Firewall
from winsim.world.host import Adapter, Address, Host
from winsim.world.http_sys import HttpSys
from winsim.world.power import apply_computer_name
from winsim.world.services import Service, StartType
from winsim.world.shares import Shares
from winsim.world.text_tables import rows
from winsim.world.time_service import TimeService
from winsim.world.winrm import WinRmService

DATA = Path(__file__).parent / "data"
SYSTEM32 = r"C:\Windows\System32"
POWERSHELL_HOME = SYSTEM32 + r"\WindowsPowerShell\v1.0"
GROUPS = {
    "Administrators": "S-1-5-32-544",
    "Users": "S-1-5-32-545",
    "Guests": "S-1-5-32-546",
    "Backup Operators": "S-1-5-32-551",
    "Event Log Readers": "S-1-5-32-573",
    "IIS_IUSRS": "S-1-5-32-568",
    "Network Configuration Operators": "S-1-5-32-556",
    "Performance Log Users": "S-1-5-32-559",
    "Performance Monitor Users": "S-1-5-32-558",
    "Power Users": "S-1-5-32-547",
    "Remote Desktop Users": "S-1-5-32-555",
    "Remote Management Users": "S-1-5-32-580",
    "WinRMRemoteWMIUsers__": "S-1-5-21-0-0-0-1000",
}


def make_host(lab: str, id: str, name: str, password: str, address: str = "", prefix: int = 24) -> Host:
    """A machine as the installation leaves it; ``address`` is the one it was given when it was set up."""
    host = Host(id, name.upper())
    seed = hashlib.sha256(f"{lab}/{id}".encode()).digest()  # the same machine has the same ids in every fresh world
    host.machine_guid = str(uuid.UUID(bytes=seed[:16], version=4))
    parts = [int.from_bytes(seed[at : at + 4], "big") for at in (16, 20, 24)]
    host.machine_sid = "S-1-5-21-" + "-".join(map(str, parts))
    mac = "00-15-5D-" + "-".join(f"{byte:02X}" for byte in seed[28:31])
    addresses = [Address(address, prefix)] if address else []
    host.adapters.append(Adapter("Ethernet", 12, mac, addresses, dhcp=not address))
    host.accounts.groups = {key.lower(): LocalGroup(key, sid) for key, sid in GROUPS.items()}
    host.accounts.add_built_in_users(password)
    host.features.installed = {name for name, f in catalogue().features.items() if f.default}
    host.features.removed = {name for name, f in catalogue().features.items() if f.removed}
    _services(host)
    _files(host)
    _registry(host)
    _environment(host)
    for der in public_roots():
        host.certificates.store("LocalMachine", "Root").add(CertificateEntry(der))
    for store in ("My", "CA", "AuthRoot", "REQUEST"):
        host.certificates.store("LocalMachine", store)
    for part in (Firewall, HttpSys, WinRmService, Shares, TimeService):
        host.parts.need(part)
    host.registry.create(r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Plugin")
    apply_computer_name(host)
    return host


@cache
def public_roots() -> tuple[bytes, ...]:
    """Certification authorities that Windows trusts from the start."""
    loaded = x509.load_pem_x509_certificates((DATA / "roots.pem.txt").read_bytes())
    return tuple(certificate.public_bytes(serialization.Encoding.DER) for certificate in loaded)


def _services(host: Host) -> None:
    for name, display, start, state, account, path, depends in rows(DATA / "services.txt", 7):
        mode: StartType = "Disabled" if start == "Disabled" else "Manual" if start == "Manual" else "Automatic"
        service = host.services.add(
            Service(name, display, "Running" if state == "R" else "Stopped", mode, start.endswith("-Delayed"),
                    depends.split(",") if depends else [], account or "LocalSystem",
                    path or r"C:\Windows\system32\svchost.exe -k netsvcs")
        )  # fmt: skip
        if mode != "Disabled" and (state == "R") != (mode == "Automatic"):
            service.trigger = mode
    host.services.services["w32time"].hook = "winsim.world.time_service"


def _files(host: Host) -> None:
    host.files.add_drive("C")
    for (line,) in rows(DATA / "files.txt", 1):
        path, _, content = line.partition(" = ")
        if path.endswith("\\"):
            host.files.make_directory(path)
        else:
            host.files.make_directory(path.rpartition("\\")[0])
            entry = host.files.write(path, content.replace("\\r\\n", "\r\n").replace("\\t", "\t").encode("ascii"))
            entry.version = "6.3.9600.16384" if path.lower().endswith((".exe", ".dll")) else ""
    for _, entry in host.files.walk("C:\\"):
        entry.created = entry.modified = entry.accessed = EPOCH
    for hidden in (r"C:\ProgramData", r"C:\Users\Default"):
        host.files.need(hidden).attributes |= HIDDEN
    host.files.need(r"C:\pagefile.sys").attributes |= HIDDEN | SYSTEM


def _registry(host: Host) -> None:
    for path, name, kind, data in rows(DATA / "registry.txt", 4):
        if kind == "Key":
            host.registry.create(path)
        elif kind == "DWord":
            host.registry.set(path, name, int(data, 0), "DWord")
        elif kind == "MultiString":
            host.registry.set(path, name, [part for part in data.split(";") if part], "MultiString")
        else:
            host.registry.set(path, name, data, "ExpandString" if kind == "ExpandString" else "String")
    host.registry.set(r"HKLM\SOFTWARE\Microsoft\Cryptography", "MachineGuid", host.machine_guid)


def _environment(host: Host) -> None:
    host.environment = {
        "ALLUSERSPROFILE": r"C:\ProgramData",
        "CommonProgramFiles": r"C:\Program Files\Common Files",
        "CommonProgramFiles(x86)": r"C:\Program Files (x86)\Common Files",
        "CommonProgramW6432": r"C:\Program Files\Common Files",
        "COMPUTERNAME": host.name,
        "ComSpec": SYSTEM32 + r"\cmd.exe",
        "FP_NO_HOST_CHECK": "NO",
        "NUMBER_OF_PROCESSORS": "2",
        "OS": "Windows_NT",
        "Path": rf"C:\Windows\system32;C:\Windows;C:\Windows\System32\Wbem;{POWERSHELL_HOME}" + "\\",
        "PATHEXT": ".COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH;.MSC",
        "PROCESSOR_ARCHITECTURE": "AMD64",
        "PROCESSOR_IDENTIFIER": "Intel64 Family 6 Model 63 Stepping 2, GenuineIntel",
        "PROCESSOR_LEVEL": "6",
        "ProgramData": r"C:\ProgramData",
        "ProgramFiles": r"C:\Program Files",
        "ProgramFiles(x86)": r"C:\Program Files (x86)",
        "ProgramW6432": r"C:\Program Files",
        "PSModulePath": r"C:\Program Files\WindowsPowerShell\Modules;" + POWERSHELL_HOME + r"\Modules" + "\\",
        "PUBLIC": r"C:\Users\Public",
        "SystemDrive": "C:",
        "SystemRoot": r"C:\Windows",
        "TEMP": r"C:\Windows\TEMP",
        "TMP": r"C:\Windows\TEMP",
        "windir": r"C:\Windows",
    }
