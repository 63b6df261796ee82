"""A digest of the simulated lab's world as it is saved: generated ids, keys and times by order of appearance.

    python -m campaigns.digest .passivelab/simulated/machines
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any

# What records the past and not the state: logs, counters and the clock.
HISTORY = frozenset({"clock", "events", "event_logs", "log", "history", "boot_time", "booted", "version", "usn"})
GENERATED = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"  # GUID
    r"|S-1-5-21(?:-\d+){3,4}"  # SID of a domain or of someone in it
    r"|(?:[0-9A-F]{2}-){5}[0-9A-F]{2}"  # MAC address
    r"|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)?"  # time
    r"|\b[0-9a-f]{64}\b|\b[0-9a-f]{40}\b|\b[0-9a-f]{32}\b"  # hashes, thumbprints, serial numbers
    r"|[A-Za-z0-9+/_=-]{200,}",  # keys, certificates
    re.IGNORECASE,
)


class Names:
    """Gives generated texts numbers by order of appearance."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def replace(self, text: str) -> str:
        return GENERATED.sub(lambda match: self._known.setdefault(match.group().lower(), f"#{len(self._known)}"), text)


def shape(value: Any) -> str:
    """A value without anything generated: what maps and sets are ordered by."""
    return GENERATED.sub("#", json.dumps(value, sort_keys=True))


def canonical(value: Any, names: Names) -> Any:
    if isinstance(value, dict):
        items = sorted(value.items(), key=lambda item: (GENERATED.sub("#", item[0]), shape(item[1])))
        return [[names.replace(key), canonical(member, names)] for key, member in items if key not in HISTORY]
    if isinstance(value, list):
        return [canonical(member, names) for member in value]
    if isinstance(value, str):
        return names.replace(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) > 10**9:
        return names.replace(f"{int(value):064x}")
    return value


def canonical_world(folder: Path) -> dict[str, Any]:
    names = Names()
    files = sorted((folder / "world").glob("*.json"))
    return {file.name: canonical(json.loads(file.read_text("utf-8")), names) for file in files}


def digest(folder: Path) -> str:
    return hashlib.sha256(json.dumps(canonical_world(folder)).encode()).hexdigest()


if __name__ == "__main__":
    print(digest(Path(sys.argv[1])))
