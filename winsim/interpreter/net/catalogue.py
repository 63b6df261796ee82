"""Which .NET types and members exist on Windows Server 2012 R2, and what PowerShell adds to them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


@cache
def read(name: str) -> Any:
    return json.loads(gzip.decompress((DATA / f"{name}.json.gz").read_bytes()))


@dataclass(frozen=True)
class TypeFacts:
    """One type of the reference assemblies of .NET Framework 4.5 and System.Management.Automation."""

    name: str
    base: str | None
    interfaces: tuple[str, ...]
    static: Mapping[str, str]  # lower-case member -> as written
    instance: Mapping[str, str]
    raw: Mapping[str, Any]

    def has_member(self, name: str, *, static: bool) -> bool:
        return name.lower() in (self.static if static else self.instance)

    @property
    def enum(self) -> Mapping[str, int] | None:
        values: Mapping[str, int] | None = self.raw.get("values")
        return values

    def signatures(self, name: str, *, static: bool) -> list[str]:
        """``(System.Char value) System.Int32`` for each overload of a method."""
        group = self.raw.get("static" if static else "instance", {}).get("methods", {})
        found = next((key for key in group if key.lower() == name.lower()), None)
        return list(group[found]) if found else []

    def property_type(self, name: str, *, static: bool = False) -> str | None:
        """``System.Int32 get set``"""
        part = self.raw.get("static" if static else "instance", {})
        for group in ("properties", "fields"):
            for key, value in part.get(group, {}).items():
                if key.lower() == name.lower():
                    return str(value)
        return None


def members(part: Mapping[str, Any]) -> dict[str, str]:
    return {
        name.lower(): name for group in ("properties", "fields", "methods", "events") for name in part.get(group, {})
    }


@cache
def names() -> Mapping[str, str]:
    """Lower-case full name -> full name."""
    return {name.lower(): name for name in read("net45")}


@cache
def facts(full_name: str) -> TypeFacts | None:
    """What is known of a type by its full name (any case), None where the reference does not list it."""
    name = names().get(full_name.lower())
    if name is None:
        return None
    raw = read("net45")[name]
    return TypeFacts(
        name,
        raw.get("base"),
        tuple(raw.get("interfaces", ())),
        members(raw.get("static", {})),
        members(raw.get("instance", {})),
        raw,
    )


@dataclass(frozen=True)
class Extension:
    """What PowerShell's type table says of a type."""

    display: tuple[str, ...] = ()  # default display properties
    keys: tuple[str, ...] = ()
    display_property: str = ""
    members: Mapping[str, str] | None = None
    depth: int | None = None


@cache
def extensions() -> Mapping[str, Extension]:
    """By lower-case type name."""
    return {
        name.lower(): Extension(
            tuple(entry.get("defaultDisplay", ())),
            tuple(entry.get("defaultKeys", ())),
            entry.get("defaultDisplayProperty", ""),
            entry.get("members"),
            entry.get("serializationDepth"),
        )
        for name, entry in read("extended")["types"].items()
    }


@cache
def views() -> Mapping[str, list[dict[str, Any]]]:
    """Default views by lower-case type name, as the reference lists them."""
    table: dict[str, list[dict[str, Any]]] = {}
    for names_text, entries in read("extended")["views"].items():
        for name in names_text.split(", "):
            table.setdefault(name.lower(), []).extend(entries)
    return table


# Types of the assemblies that every session has loaded, which scripts use and the tables do not describe.
_UNDESCRIBED = frozenset(
    name.lower()
    for name in (
        *("System.Timers.Timer", "System.IO.FileSystemWatcher", "System.Threading.Timer", "System.Threading.Mutex"),
        *("System.Threading.Monitor", "System.Threading.ManualResetEvent", "System.Threading.Tasks.Task"),
        *("System.Threading.Semaphore", "System.Threading.ReaderWriterLockSlim", "System.Linq.Enumerable"),
        *("System.Collections.Concurrent.ConcurrentDictionary", "System.Collections.Concurrent.ConcurrentQueue"),
        *("System.Collections.Concurrent.ConcurrentBag", "System.Collections.ObjectModel.ObservableCollection"),
        *("System.IO.Pipes.NamedPipeServerStream", "System.IO.Pipes.NamedPipeClientStream"),
        *("System.IO.Ports.SerialPort", "System.Diagnostics.PerformanceCounter", "System.Diagnostics.Trace"),
        *("System.Diagnostics.Debug", "System.Diagnostics.StackTrace", "System.Net.HttpListener"),
        *("System.Net.Sockets.UdpClient", "System.Threading.Barrier"),
        *("System.Net.Sockets.TcpListener", "System.Net.Sockets.NetworkStream", "System.Net.FtpWebRequest"),
        *("System.Text.RegularExpressions.RegexCompilationInfo", "System.CodeDom.Compiler.CompilerParameters"),
        *("Microsoft.CSharp.CSharpCodeProvider", "System.Reflection.Emit.AssemblyBuilder", "System.AppDomain"),
        *("System.Runtime.Serialization.Formatters.Binary.BinaryFormatter", "System.Media.SoundPlayer"),
        *("System.Xml.Serialization.XmlSerializer", "System.Xml.Schema.XmlSchemaSet", "System.Lazy`1"),
    )
)


def undescribed(name: str) -> bool:
    """Whether .NET Framework 4.5 has a type of that name, of which nothing more is known here."""
    return name.partition("[")[0].partition("`")[0].strip().lower() in _UNDESCRIBED
