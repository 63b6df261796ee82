"""Rebuilds the signature tables from a folder of cmdlet facts: ``python -m pslang.signatures.refresh FOLDER``.

FOLDER holds modules/*.json, later_only.json and provider_parameters.json, drawn from the public cmdlet references of
Windows Server 2012 R2, PowerShell 4.0, AD FS 3.0, IIS 8.5 and Lync Server 2013.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


def compact(command: dict[str, Any]) -> dict[str, Any]:
    """Keeps what binding needs: sets, default set, and per parameter type, aliases, required, position, pipeline."""
    parameters = {}
    for name, facts in command["parameters"].items():
        row: list[Any] = [facts.get("type", "Object"), facts.get("required", False), facts.get("position", "Named")]
        row += [facts.get("pipeline", False), facts.get("aliases") or [], facts.get("accepted") or []]
        while row and (row[-1] is False or row[-1] in ("Named", [])):  # position 0 stays
            row.pop()
        parameters[name] = row
    slim = {"sets": command["parameterSets"], "parameters": parameters}
    if command.get("defaultSet"):
        slim["default"] = command["defaultSet"]
    if command.get("supportsShouldProcess"):
        slim["shouldProcess"] = True
    if command.get("kind"):
        slim["kind"] = command["kind"]
    return slim


def write(path: Path, value: object) -> None:
    text = json.dumps(value, separators=(",", ":"))  # not sorted: the first parameter set is the default one
    path.write_bytes(gzip.compress(text.encode(), mtime=0))


def main(folder: Path) -> None:
    DATA.mkdir(exist_ok=True)
    index: dict[str, str] = {}
    for file in sorted((folder / "modules").glob("*.json")):
        facts = json.loads(file.read_text(encoding="utf-8"))
        module = facts["module"]
        cmdlets = {name: compact(command) for name, command in facts["cmdlets"].items()}
        aliases = facts.get("commandAliases", {})
        write(DATA / f"{module}.json.gz", {"source": facts["source"], "cmdlets": cmdlets, "aliases": aliases})
        for name in [*cmdlets, *aliases]:
            index.setdefault(name.lower(), module)
    write(DATA / "index.json.gz", index)
    for name in ("later_only", "provider_parameters"):
        write(DATA / f"{name}.json.gz", json.loads((folder / f"{name}.json").read_text(encoding="utf-8")))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
