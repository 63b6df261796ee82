"""reg.exe: query, add and delete."""

from __future__ import annotations

import re
from collections.abc import Iterator

from winsim.cmdlets.native_arguments import Arguments, Unknown, told_apart
from winsim.interpreter.command import NativeCall, NotBuilt, native
from winsim.world.registry import HIVES, Kind, RegistryKey, RegistryValue, split

KINDS: dict[str, Kind] = {
    "REG_SZ": "String",
    "REG_EXPAND_SZ": "ExpandString",
    "REG_DWORD": "DWord",
    "REG_QWORD": "QWord",
    "REG_MULTI_SZ": "MultiString",
    "REG_BINARY": "Binary",
    "REG_NONE": "None",
}
MISSING = "ERROR: The system was unable to find the specified registry key or value."
VERBS = {"query": (("ve", "s"), ("v", "t")), "add": (("ve", "f"), ("v", "t", "d", "s")),
         "delete": (("ve", "va", "f"), ("v",))}  # fmt: skip
UNBUILT_VERBS = ("copy", "save", "load", "unload", "restore", "compare", "export", "import", "flags")
UNBUILT = {"query": ("f", "k", "d", "c", "e", "z", "se"), "add": (), "delete": ()}


@native("reg.exe")
def reg(call: NativeCall) -> int:
    verb = call.args[0].lower() if call.args else ""
    if verb in UNBUILT_VERBS or (verb not in VERBS and verb in ("", "/?", "-?")):
        raise NotBuilt(f"reg {verb}")
    if verb not in VERBS:
        call.err(f"ERROR: Invalid Argument/Option - '{call.args[0]}'.")
        call.err('Type "REG /?" for usage.')
        return 1
    flags, following = VERBS[verb]
    words = [word for word in call.args[1:] if word.lower() != "/reg:64"]  # the view that a 64-bit program has anyway
    if any(word.lower() == "/reg:32" for word in words):
        raise NotBuilt(f"reg {verb} /reg:32")
    try:
        given = told_apart(words, flags, following, unbuilt=UNBUILT[verb], signs="/", program=f"reg {verb}")
    except Unknown:
        return _syntax(call, verb)
    path = given.words[0] if given.words else ""
    if len(given.words) != 1 or sum(name in given for name in ("v", "ve", "va")) > 1:
        return _syntax(call, verb)
    if path.startswith("\\\\"):
        raise NotBuilt(f"reg {verb} of another machine")
    if split(path)[0] not in HIVES or ":" in path.partition("\\")[0]:
        call.err("ERROR: Invalid key name.")
        call.err(f'Type "REG {verb.upper()} /?" for usage.')
        return 1
    return {"query": _query, "add": _add, "delete": _delete}[verb](call, path, given)


def _syntax(call: NativeCall, verb: str) -> int:
    call.err("ERROR: Invalid syntax.")
    call.err(f'Type "REG {verb.upper()} /?" for usage.')
    return 1


def _done(call: NativeCall) -> int:
    call.world.touch()
    call.out("The operation completed successfully.")
    call.out("")
    return 0


def _add(call: NativeCall, path: str, given: Arguments) -> int:
    kind = KINDS.get(given.get("t", "REG_SZ").upper())
    valued = "v" in given or "ve" in given
    if kind is None or (not valued and set(given.switches) - {"f"}):
        return _syntax(call, "add")
    known = call.host.registry.find(path)
    if known is not None and valued and given.get("v").lower() in known.values and "f" not in given:
        raise NotBuilt("reg add without /f over a value that is there: its question")
    data: str | int | bytes | list[str] = given.get("d")
    text = given.get("d")
    try:
        if kind in ("DWord", "QWord"):
            data = int(text or "0", 16 if text.lower().startswith("0x") else 10)
        elif kind == "MultiString":
            data = [part for part in text.split(given.get("s", "\\0")) if part]
        elif kind in ("Binary", "None"):
            data = bytes.fromhex(text)
    except ValueError:
        return _syntax(call, "add")
    key = call.host.registry.create(path)
    if valued:
        key.set(given.get("v"), data, kind)
    return _done(call)


def _delete(call: NativeCall, path: str, given: Arguments) -> int:
    key = call.host.registry.find(path)
    name = given.get("v").lower()
    if key is None or (("v" in given or "ve" in given) and name not in key.values):
        call.err(MISSING)
        return 1
    if "f" not in given:
        raise NotBuilt("reg delete without /f: its question")
    if "va" in given:
        key.values = {}
    elif "v" in given or "ve" in given:
        key.drop(name)
    else:
        call.host.registry.remove(path)
    return _done(call)


def _query(call: NativeCall, path: str, given: Arguments) -> int:
    key = call.host.registry.find(path)
    kinds = [part.strip().upper() for part in given.get("t").split(",")] if "t" in given else []
    if any(kind not in KINDS for kind in kinds):
        return _syntax(call, "query")
    if key is None:
        call.err(MISSING)
        return 1
    hive, parts = split(path)
    found = 0
    for name, one in _below("\\".join([HIVES[hive], *parts]), key, "s" in given):
        values = [value for value in one.values.values() if _wanted(value, given, kinds)]
        found += len(values)
        if values or not ("v" in given or "ve" in given or kinds):
            call.out("")
            call.out(name)
            for value in values:
                call.out(f"    {value.name or '(Default)'}    {_type(value)}    {_text(value)}")
        if one is key and "s" not in given and not ("v" in given or "ve" in given):
            call.out("")
            for child in key.keys.values():
                call.out(f"{name}\\{child.name}")
    if ("v" in given or "ve" in given) and "s" not in given and not found:
        call.err(MISSING)
        return 1
    call.out("")
    if "s" in given and ("v" in given or "ve" in given or kinds):
        call.out(f"End of search: {found} match(es) found.")
        return 0 if found else 1
    return 0


def _below(name: str, key: RegistryKey, deep: bool) -> Iterator[tuple[str, RegistryKey]]:
    yield name, key
    for child in key.keys.values() if deep else ():
        yield from _below(f"{name}\\{child.name}", child, True)


def _wanted(value: RegistryValue, given: Arguments, kinds: list[str]) -> bool:
    if kinds and _type(value) not in kinds:
        return False
    if "ve" in given:
        return not value.name
    if "v" not in given:
        return True
    pattern = ".*".join(re.escape(part) for part in given.get("v").split("*"))
    return re.fullmatch(pattern, value.name, re.I) is not None


def _type(value: RegistryValue) -> str:
    return next(text for text, kind in KINDS.items() if kind == value.kind)


def _text(value: RegistryValue) -> str:
    data = value.data
    if isinstance(data, int):
        return hex(data)
    if isinstance(data, list):
        return "\\0".join(data)
    return data.hex().upper() if isinstance(data, bytes) else data
