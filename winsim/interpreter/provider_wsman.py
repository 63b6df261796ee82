"""The WSMan provider: the basic settings of the WinRM service, and its listeners."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winsim.interpreter import wsman_listeners as listeners
from winsim.interpreter.command import CommandError, NotBuilt
from winsim.interpreter.providers import Provider
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import PSObject
from winsim.world.winrm import WinRmService

if TYPE_CHECKING:
    from winsim.interpreter.session import Session

DEFAULTS = {
    "MaxEnvelopeSizekb": "500",
    "MaxTimeoutms": "60000",
    "MaxBatchItems": "32000",
    "MaxProviderRequests": "4294967295",
    "Client\\NetworkDelayms": "5000",
    "Client\\URLPrefix": "wsman",
    "Client\\AllowUnencrypted": "false",
    "Client\\Auth\\Basic": "true",
    "Client\\Auth\\Digest": "true",
    "Client\\Auth\\Kerberos": "true",
    "Client\\Auth\\Negotiate": "true",
    "Client\\Auth\\Certificate": "true",
    "Client\\Auth\\CredSSP": "false",
    "Client\\TrustedHosts": "",
    "Service\\MaxConcurrentOperationsPerUser": "1500",
    "Service\\EnumerationTimeoutms": "240000",
    "Service\\MaxConnections": "300",
    "Service\\AllowUnencrypted": "false",
    "Service\\Auth\\Basic": "false",
    "Service\\Auth\\Kerberos": "true",
    "Service\\Auth\\Negotiate": "true",
    "Service\\Auth\\Certificate": "false",
    "Service\\Auth\\CredSSP": "false",
    "Shell\\AllowRemoteShellAccess": "true",
    "Shell\\IdleTimeout": "7200000",
    "Shell\\MaxConcurrentUsers": "10",
    "Shell\\MaxShellRunTime": "2147483647",
    "Shell\\MaxProcessesPerShell": "25",
    "Shell\\MaxMemoryPerShellMB": "1024",
    "Shell\\MaxShellsPerUser": "30",
    "Plugin\\Microsoft.PowerShell\\Enabled": "true",
    "Plugin\\Microsoft.PowerShell\\RunAsUser": "",
    "Plugin\\Microsoft.PowerShell\\Quotas\\IdleTimeoutms": "7200000",
    "Plugin\\Microsoft.PowerShell\\Quotas\\MaxConcurrentUsers": "10",
    "Plugin\\Microsoft.PowerShell\\Quotas\\MaxMemoryPerShellMB": "1024",
    "Plugin\\Microsoft.PowerShell\\Quotas\\MaxProcessesPerShell": "25",
    "Plugin\\Microsoft.PowerShell\\Quotas\\MaxShells": "25",
    "Plugin\\Microsoft.PowerShell\\Quotas\\MaxShellsPerUser": "25",
}
# Settings that the service itself obeys: where it keeps them.
LIVE = {
    "service\\allowunencrypted": "allow_unencrypted",
    "service\\auth\\basic": "basic",
    "service\\auth\\certificate": "certificate",
    "service\\auth\\credssp": "credssp",
    "maxenvelopesizekb": "max_envelope_kb",
    "shell\\maxshellsperuser": "max_shells_per_user",
    "shell\\maxmemorypershellmb": "max_memory_mb",
}
BASE = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN"

KEPT_DEPTH = BASE.count("\\") + 1  # keys of set-up itself


def clean(path: str) -> str:
    """Without the name of the computer."""
    head, _, rest = path.strip("\\").partition("\\")
    return rest if head.lower() == "localhost" else path.strip("\\")


def setting(session: Session, path: str) -> str | None:
    name = next((known for known in DEFAULTS if known.lower() == path.lower()), None)
    if name is None:
        return None
    service = session.host.parts.find(WinRmService)
    if name.lower() in LIVE and service is not None:
        live = getattr(service, LIVE[name.lower()])
        return str(live).lower()
    folder, _, leaf = name.rpartition("\\")
    held = session.host.registry.get(f"{BASE}\\{folder}" if folder else BASE, leaf)
    return to_text(held) if held is not None else DEFAULTS[name]


def set_live(session: Session, field: str, text: str) -> None:
    service = session.host.parts.need(WinRmService)
    flag = isinstance(getattr(service, field), bool)
    if text.lower() not in ("true", "false") if flag else not text.isdigit():
        raise CommandError(
            "WsManError",
            "The WS-Management service cannot process the request: the value is invalid.",
            "InvalidArgument",
            text,
            "System.InvalidOperationException",
        )
    setattr(service, field, text.lower() == "true" if flag else int(text))
    session.world.touch()


def forget(session: Session, place: str, leaf: str) -> None:
    """Only what differs from the defaults is kept: a value goes, with the keys that it leaves empty."""
    registry = session.host.registry
    held = registry.find(place)
    if held is not None:
        held.drop(leaf)
    while held is not None and not held.values and not held.keys and place.count("\\") > KEPT_DEPTH:
        registry.remove(place)
        place = place.rpartition("\\")[0]
        held = registry.find(place)


class WSManProvider(Provider):
    name = "WSMan"
    module = "Microsoft.WSMan.Management"

    def exists(self, session: Session, path: str) -> bool:
        key = clean(path).lower()
        if listeners.is_below(key):
            return listeners.exists(session.host, key)
        return not key or any(n.lower() == key or n.lower().startswith(key + "\\") for n in DEFAULTS)

    def is_container(self, session: Session, path: str) -> bool:
        if listeners.is_below(clean(path)):
            return listeners.is_container(session.host, clean(path))
        return setting(session, clean(path)) is None

    def item(self, session: Session, path: str) -> object:
        key = clean(path)
        if listeners.is_below(key):
            return listeners.item(session.host, key)
        value = setting(session, key)
        kind = "Leaf" if value is not None else "Container"
        return PSObject(
            {"Name": key.rpartition("\\")[2] or "localhost", "SourceOfValue": "", "Value": value},
            (f"Microsoft.WSMan.Management.WSManConfig{kind}Element", "System.Object"),
        )

    def child_names(self, session: Session, path: str) -> list[str]:
        if not path:
            return ["localhost"]
        key = clean(path).lower()
        if listeners.is_below(key):
            return listeners.child_names(session.host, key)
        depth = len(key.split("\\")) if key else 0
        hits = [n for n in DEFAULTS if not key or n.lower().startswith(key + "\\")]
        names = list(dict.fromkeys(n.split("\\")[depth] for n in hits))
        if not key:
            names.insert(names.index("Plugin"), listeners.FOLDER)
        return names

    def set_item(self, session: Session, path: str, value: object) -> object:
        key = clean(path)
        text = to_text(value).strip()
        if listeners.is_below(key):
            found, leaf = listeners.parts_of(session.host, key)
            if found is None or not leaf:
                raise self.refuse("set")
            listeners.change(session, found, leaf, text)
            return self.item(session, path)
        name = next((known for known in DEFAULTS if known.lower() == key.lower()), None)
        if name is None:
            raise self.refuse("set")
        if name.lower() in LIVE:
            set_live(session, LIVE[name.lower()], text)
        elif text != setting(session, key):
            folder, _, leaf = name.rpartition("\\")
            place = f"{BASE}\\{folder}" if folder else BASE
            session.host.registry.set(place, leaf, text)
            if text == DEFAULTS[name]:
                forget(session, place, leaf)
        return self.item(session, path)

    def new_item(self, session: Session, path: str, kind: str, value: object, options: dict[str, object]) -> object:
        if clean(path).lower() != listeners.FOLDER.lower():
            raise NotBuilt(f"New-Item WSMan:\\{path}")
        chosen = {name: given for name, given in options.items() if name not in ("Path", "Force", "ItemType", "Type")}
        question = "This command creates a new listener, which opens the computer to remote requests."
        if not options.get("Force") and not session.confirm(question):
            return None
        made = listeners.create(session, chosen)
        return listeners.item(session.host, f"{listeners.FOLDER}\\{made.name}")

    def remove_item(self, session: Session, path: str, options: dict[str, object]) -> None:
        key = clean(path)
        found, leaf = listeners.parts_of(session.host, key) if listeners.is_below(key) else (None, "")
        if found is None or leaf:
            raise self.refuse("remove")
        listeners.remove(session, found)
