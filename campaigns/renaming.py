"""Renames every step file, variable and function of a lab's roles: the lab must come out the same.

    python -m campaigns.renaming [--seed 1]

The simulated lab runs the text that it is sent. If it recognised a step by its name, or by how its text looks, a lab
of renamed roles would not build, or would end differently.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import sys
import tempfile
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path

from campaigns.inprocess import STACK, building, new_world
from campaigns.kills import ROOT, copy_lab
from passivelab.blueprint import compile_lab
from passivelab.commands.paths import state
from passivelab.commands.terminal import Terminal
from passivelab.commands.workshop import Workshop, open_workshop
from passivelab.lab.certificates import wanted_certificates
from passivelab.pki import Pki
from winsim.world.digest import digest

# What the frame gives, and what PowerShell itself names.
GIVEN = frozenset(
    """
    desired current needs secrets before true false null _ args input this matches lastexitcode error home pid host
    erroractionpreference progresspreference warningpreference confirmpreference psitem foreach switch ofs
    psboundparameters pscmdlet myinvocation executioncontext psversiontable env
    """.split()  # noqa: SIM905  # a list of names reads better as words
)
VARIABLE = re.compile(r"(?<![`\w])(\$|(?<=\s)@(?!\w+ =))(\{?)([A-Za-z_]\w*)(?!\w|:\w)")
FUNCTION = re.compile(r"^\s*function\s+([A-Za-z][\w-]*)", re.MULTILINE)
JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)


@dataclass
class Renaming:
    """New names for old ones, different for each seed."""

    chance: random.Random
    known: dict[str, str] = field(default_factory=dict)

    def name(self, old: str) -> str:
        key = old.lower()
        if key not in self.known:
            self.known[key] = "v" + "".join(self.chance.choices("abcdefghijklmnopqrstuvwxyz", k=9))
        return self.known[key]

    def template(self, text: str) -> str:
        """A template with other names: the text between its Jinja tags is PowerShell."""
        parts, cursor = [], 0
        functions = FUNCTION.findall(JINJA.sub("", text))
        for tag in [*JINJA.finditer(text), None]:
            end = tag.start() if tag else len(text)
            parts.append(self._script(text[cursor:end], functions))
            if tag:
                parts.append(tag.group())
                cursor = tag.end()
        return "".join(parts)

    def _script(self, text: str, functions: list[str]) -> str:
        for function in functions:
            text = re.sub(rf"\b{re.escape(function)}\b", f"Invoke-{self.name(function).capitalize()}", text)
        return VARIABLE.sub(self._variable, text)

    def _variable(self, match: re.Match[str]) -> str:
        sigil, brace, name = match.groups()
        return match.group() if name.lower() in GIVEN else f"{sigil}{brace}{self.name(name)}"


def rename_roles(folder: Path, seed: int) -> Path:
    """A copy of roles/ in which every step's file and every variable and function has another name."""
    renaming = Renaming(random.Random(seed))
    roles = folder / "roles"
    shutil.copytree(ROOT / "roles", roles)
    steps = {file: renaming.name(f"step {file.parts[-3]} {file.name}") for file in roles.glob("*/steps/*.ps1.j2")}
    for file, name in steps.items():
        file.with_name(f"{name}.ps1.j2").write_text(renaming.template(file.read_text("utf-8")), "utf-8")
        file.unlink()
    new = {f"{file.parts[-3]}/{file.name.removesuffix('.ps1.j2')}": name for file, name in steps.items()}
    for file in roles.glob("*/role.yml"):
        role = file.parent.name
        text = file.read_text("utf-8")
        for step in re.findall(r"^ *- step: (\w+)", text, flags=re.MULTILINE):
            text = re.sub(rf"^( *- step: ){step}\b", rf"\g<1>{new[f'{role}/{step}']}", text, flags=re.MULTILINE)
        text = re.sub(
            r"\b(\w+)/(\w+)(?=[\[.,\]\s])",
            lambda match: f"{match[1]}/{new.get(match.group(), match[2])}",
            text,
        )
        file.write_text(text, "utf-8")
    return roles


def with_roles(lab: Path, roles: Path) -> Workshop:
    """A workshop whose blueprint comes from other roles."""
    workshop = open_workshop(str(lab), Terminal())
    keys = Pki.open(state(workshop.lab.folder) / "pki", wanted_certificates(workshop.lab))
    return replace(workshop, blueprint=compile_lab(workshop.lab, roles, keys).blueprint)


def build(workshop: Workshop, lab: Path, journal: Path) -> str:
    """Build in this process; the digest of the lab."""
    world = new_world(lab / "machines.yml")
    with building(workshop, world, journal) as run:
        run.read()
        if not (run.apply() and run.prove()):
            raise SystemExit("; ".join(str(error) for error in run.tally.errors.values()) or "not proved")
    return digest(world)


def campaign(folder: Path, seed: int) -> tuple[str, str]:
    """The digests of the lab with its roles, and with renamed ones."""
    lab = copy_lab(folder / "lab")
    plain = build(open_workshop(str(lab), Terminal()), lab, folder / "plain.jsonl")
    roles = rename_roles(folder, seed)
    return plain, build(with_roles(lab, roles), lab, folder / "renamed.jsonl")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    threading.stack_size(STACK)
    with tempfile.TemporaryDirectory() as folder:
        plain, renamed = campaign(Path(folder), arguments.seed)
    print(f"plain {plain[:16]}, renamed {renamed[:16]}: {'the same lab' if plain == renamed else 'DIFFERENT'}")
    return 0 if plain == renamed else 1


if __name__ == "__main__":
    sys.exit(main())
