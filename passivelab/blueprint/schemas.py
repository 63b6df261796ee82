"""Writes docs/schema: ``python -m passivelab.blueprint.schemas``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from passivelab.blueprint.role import RoleFile
from passivelab.lab.documents import (
    ClientsDocument,
    LabDocument,
    MachinesDocument,
    MediaDocument,
    OverridesDocument,
    SecretDocument,
)
from passivelab.lab.kinds import Name
from passivelab.lab.load import ROOT
from passivelab.lab.schema import schema_of

FOLDER = ROOT / "docs" / "schema"
FILES: Mapping[str, Any] = {
    "lab": LabDocument,
    "machines": MachinesDocument,
    "secrets": Mapping[Name, SecretDocument],
    "overrides": OverridesDocument,
    "media": MediaDocument,
    "clients": ClientsDocument,
    "role": RoleFile,
}


def texts() -> dict[str, str]:
    """The schema of each file, by the schema's file name."""
    schemas = {name: schema_of(declared, f"{name}.yml of passivelab") for name, declared in FILES.items()}
    return {f"{name}.json": json.dumps(schema, indent=2) + "\n" for name, schema in schemas.items()}


def write(folder: Path = FOLDER) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
