"""Text and CLIXML as PowerShell recorded them."""

from __future__ import annotations

import gzip
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.core.conftest import Machine

DATA = Path(__file__).parent / "data"
DIFFERS = {
    "format_049": "a decimal shows as many digits as it has",
    "clixml_041": "generic types name mscorlib, the library of .NET Framework",
    "clixml_070": "the recording carried notes of an earlier expression on cached numbers",
    "clixml_071": "the recording carried notes of an earlier expression on cached numbers",
}


def recorded(name: str) -> list[tuple[str, str, str]]:
    rows = json.loads(gzip.decompress((DATA / f"{name}.json.gz").read_bytes()))
    return [(key, row["script"], row["text"]) for key, row in rows.items()]


def lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.replace("\r\n", "\n").strip("\n").split("\n")]


def tree(element: ET.Element) -> object:
    tag = element.tag.rpartition("}")[2]
    attributes = sorted((k, v) for k, v in element.attrib.items() if k != "RefId" or tag in ("Ref", "TNRef"))
    text = (element.text or "").strip("\n ") if len(element) else element.text or ""
    return tag, attributes, text, [tree(child) for child in element]


def test_formatted_text_is_as_recorded() -> None:
    machine = Machine()
    wrong = [key for key, script, text in recorded("format") if lines("".join(machine.run(script))) != lines(text)]
    assert wrong == [key for key in wrong if key in DIFFERS]


@pytest.mark.parametrize("depth", [2])
def test_clixml_is_as_recorded(depth: int) -> None:
    machine = Machine()
    wrong = []
    for key, script, text in recorded("clixml"):
        call = f"[System.Management.Automation.PSSerializer]::Serialize((& {{\n{script}\n}}), {depth})"
        if tree(ET.fromstring("".join(machine.run(call)))) != tree(ET.fromstring(text)):
            wrong.append(key)
    assert wrong == [key for key in wrong if key in DIFFERS]
