"""A digest of a world: what two runs that did the same have in common.

Generated ids, keys, certificates and times are replaced by numbers in order of appearance; logs and counters that
record the past are left out. File contents count as text where they are text.
"""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64decode
from typing import Any

from winsim.world.certificates import parse
from winsim.world.codec import TAG, encode
from winsim.world.lab import World

HISTORY = frozenset(
    {"clock", "events", "revision", "boots", "boot_time", "down_until", "recycles", "created", "modified", "accessed"}
    | {"agents_at_start", "binding_at_start", "started", "synchronised", "next_rid"}
    | {"issued", "next_request"}  # an authority's record of requests
)
LOG_FOLDERS = frozenset({"logs", "logfiles"})
LOG_FILES = (".log", ".html")  # in the folders for temporary files
PROFILES = frozenset({"administrator", "default", "public"})  # those of set-up; others tell who has logged on
GENERATED = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"  # GUID
    r"|S-1-5-21(?:-\d+){3,4}"  # SID of a machine, of a domain or of someone in it
    r"|\d{4}-\d\d-\d\d[T ][\d:.]+(?:Z|[+-]\d\d:\d\d)?"  # time
    r"|\b[0-9a-f]{64}\b|\b[0-9a-f]{40}\b|\b[0-9a-f]{32}(?=_|\b)"  # hashes, thumbprints, serial numbers, containers
    r"|[A-Za-z0-9+/=]{300,}",  # encoded keys and certificates inside of text
    re.IGNORECASE,
)
SETTLING = 300.0  # lab seconds: services with a delayed start come two minutes after a boot
SHORTEST = 12  # no generated text has fewer characters


def at_rest(world: World) -> World:
    """A world that was put aside while something was still under way, once that has happened."""
    world.clock.skip(SETTLING)
    world.run_due()
    return world


class _Names:
    """Numbers for generated texts."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def replace(self, text: str) -> str:
        if len(text) < SHORTEST:
            return text
        return GENERATED.sub(lambda match: self._known.setdefault(match.group().lower(), f"#{len(self._known)}"), text)

    def number(self, text: str) -> int:
        """The number that a text begins with once it is replaced; behind all others while it has none."""
        found = GENERATED.search(text)
        known = self._known.get(found.group().lower()) if found else None
        return int(known[1:]) if known else len(GENERATED.pattern) * 1_000_000

    def opaque(self, kind: str, data: bytes) -> str:
        key = hashlib.sha256(data).hexdigest()
        return f"{kind} {self._known.setdefault(key, f'#{len(self._known)}')}"


def digest(world: World) -> str:
    return hashlib.sha256(json.dumps(canonical(world)).encode()).hexdigest()


def canonical(world: World) -> Any:
    """The state as lists and texts that are equal for equal worlds: compare it to see where two differ."""
    return _canonical(_without_history(encode(world)), _Names())


def _without_history(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_history(member) for member in value]
    if not isinstance(value, dict):
        return value
    if value.get(TAG) == "bytes":
        return _readable(b64decode(value["v"]))
    if value.get(TAG) == "time":
        return "<time>"
    if value.get(TAG) == "winsim.world.files:FileEntry" and value["name"].lower() in LOG_FOLDERS:
        return {TAG: "logs"}
    if value.get(TAG) == "winsim.world.files:FileEntry":
        value = value | {"children": _lasting(value["name"].lower(), value["children"])}
    kept = {key: _without_history(member) for key, member in value.items() if key not in HISTORY}
    if value.get(TAG) == "winsim.world.services:Service" and kept["delayed"]:
        kept["state"] = "with a delay"  # whether it has come up yet only tells how long ago the boot was
    if value.get(TAG) == "winsim.world.dns:DnsZone":
        kept["records"] = sorted(kept["records"], key=lambda record: json.dumps(record, sort_keys=True))
    return kept


def _lasting(folder: str, children: dict[str, Any] | None) -> dict[str, Any] | None:
    """The members of a folder that tell what is, and not what was."""
    if folder == "users":
        return {key: child for key, child in (children or {}).items() if key in PROFILES}
    if folder == "temp":
        return {key: child for key, child in (children or {}).items() if not key.endswith(LOG_FILES)}
    return children


def _readable(data: bytes) -> Any:
    """Text as text; DER and other binary data by what it is, so that only its identity counts."""
    for encoding in ("utf-8", "utf-16"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if all(char.isprintable() or char in "\r\n\t\ufeff" for char in text):
            return text
    return {TAG: "opaque", "data": data}


def _shape(value: Any) -> str:
    """A value without anything generated: the order of members whose keys were generated."""
    return GENERATED.sub("#", json.dumps(value, sort_keys=True, default=_kind))


def _kind(data: bytes) -> str:
    """What binary data is: a certificate by its subject. Lengths would not do, they differ from key to key."""
    try:
        return f"certificate of {parse(data).subject.rfc4514_string()}"
    except ValueError:
        return "bytes"


def _order(key: str, value: Any, names: _Names) -> tuple[str, str, int, str]:
    """By the key; where the key was generated, by what it stands for, then by where it was seen first."""
    if len(key) < SHORTEST:
        return key, "", 0, key
    masked = GENERATED.sub("#", key)
    return masked, _shape(value) if masked != key else "", names.number(key), key


def _canonical(value: Any, names: _Names) -> Any:
    if isinstance(value, dict):
        if value.get(TAG) == "opaque":
            return names.opaque("der" if value["data"][:1] == b"0" else "binary", value["data"])
        if TAG in value:  # what stands in a store is seen before the keys, and before the files that hold them
            members = sorted(value.items(), key=lambda item: item[0] != "certificates")
        else:
            members = sorted(value.items(), key=lambda item: _order(item[0], item[1], names))
        return [[names.replace(key), _canonical(member, names)] for key, member in members]
    if isinstance(value, list):
        return [_canonical(member, names) for member in value]
    return names.replace(value) if isinstance(value, str) else value
