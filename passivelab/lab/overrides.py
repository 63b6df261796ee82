"""overrides.yml: choices that commands write, so that the next build keeps them."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from passivelab.errors import InventoryErrors, Problem
from passivelab.lab.binding import Marks, bind
from passivelab.lab.documents import OverridesDocument
from passivelab.lab.nodes import plain, read_yaml

FILE = "overrides.yml"
HEADER = """\
# Written by enable-passive-auth and disable-passive-auth. What stands here wins over lab.yml.
"""


@dataclass(frozen=True)
class Overrides:
    document: OverridesDocument = field(default_factory=OverridesDocument)
    marks: Marks = field(default_factory=Marks)


def read_overrides(folder: Path, problems: list[Problem]) -> Overrides:
    """The lab's overrides; none where there is no file."""
    file = folder / FILE
    if not file.exists():
        return Overrides()
    node = read_yaml(file, problems)
    if node is None:
        return Overrides()
    document, marks = bind(OverridesDocument, node, problems)
    return Overrides(document, marks) if document else Overrides()


def write_passive(folder: Path, pool: str, passive: bool) -> Path:
    """Keep the choice for one pool. What else stands in the file stays."""
    problems: list[Problem] = []
    overrides = read_overrides(folder, problems)
    if problems:
        raise InventoryErrors(tuple(problems))
    document = overrides.document
    pools = {name: {"passive": choice.passive} for name, choice in document.pools.items()}
    pools[pool] = {"passive": passive}
    content: dict[str, object] = {"pools": pools}
    if document.variables:
        content["variables"] = {
            role: {name: plain(node) for name, node in values.items()} for role, values in document.variables.items()
        }
    return write_atomically(folder / FILE, HEADER + dump(content))


def dump(content: Mapping[str, object]) -> str:
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)


def write_atomically(file: Path, text: str) -> Path:
    """The whole new file or the whole old one, whatever happens meanwhile."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(file)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()
        raise
    return file
