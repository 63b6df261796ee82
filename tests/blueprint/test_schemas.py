"""The JSON schemas in docs/schema are what the declarations say, and they accept the files of this repository."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from passivelab.blueprint.schemas import FOLDER, texts
from passivelab.lab.load import ROOT
from passivelab.lab.nodes import parse_yaml, plain
from tests.lab.inventories import LAB, changed

GENERATED = texts()
FILES = [
    *(
        (name, path)
        for name in ("lab", "machines", "secrets", "media")
        for path in ROOT.glob(f"inventory/*/{name}.yml")
    ),
    *(("role", path) for path in ROOT.glob("roles/*/role.yml")),
    ("clients", ROOT / "roles" / "registrars" / "clients.yml"),
]


def validate(name: str, document: Any) -> None:
    schema = json.loads(GENERATED[f"{name}.json"])
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(document, schema)


def test_they_are_in_step_with_the_declarations() -> None:
    """After a change: python -m passivelab.blueprint.schemas"""
    assert {path.name: path.read_text() for path in FOLDER.glob("*.json")} == GENERATED


@pytest.mark.parametrize(("name", "path"), FILES, ids=lambda value: str(value).removeprefix(str(ROOT)))
def test_they_accept_our_files(name: str, path: Path) -> None:
    node = parse_yaml(path.read_text(), path, [])
    assert node is not None
    validate(name, plain(node))


@pytest.mark.parametrize(
    ("old", "new"),
    [("passive: true", "pasive: true"), ("servers: [se01]", "servers: se01"), ("CORP", "corp"), ("lab: small\n", "")],
)
def test_they_refuse_what_loading_refuses(old: str, new: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        validate("lab", yaml.safe_load(changed(LAB, old, new)))
