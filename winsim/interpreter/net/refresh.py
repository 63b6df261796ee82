"""Rebuilds the facts about .NET types from the reference: ``python -m winsim.interpreter.net.refresh <folder>``.

The folder holds ``net45.json`` (members of the types of .NET Framework 4.5) and ``extended.json`` (what PowerShell
adds to types, and its default views).
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

DATA = Path(__file__).parent / "data"
NEWER = ("LinkType", "Target", "ModeWithoutHardLink", "NameString", "LengthString", "LastWriteTimeString")


def pack(source: Path, name: str) -> None:
    facts = json.loads(source.read_text())
    if name == "extended":
        for entry in facts["types"].values():
            for member in NEWER:
                entry.get("members", {}).pop(member, None)
    text = json.dumps(facts, separators=(",", ":"), sort_keys=False)
    (DATA / f"{name}.json.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def main() -> None:
    folder = Path(sys.argv[1])
    for name in ("net45", "extended"):
        pack(folder / f"{name}.json", name)


if __name__ == "__main__":
    main()
