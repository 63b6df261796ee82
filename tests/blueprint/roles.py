"""Small roles for tests, written to a folder of the test's own."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path

import pytest

from passivelab.blueprint import Compilation, compile_lab
from passivelab.errors import InvalidError, Problem
from passivelab.lab import Lab
from tests.lab.inventories import load

ROLE = """
role: web
purpose: A role for tests.
steps:
  - step: site
    title: A site
"""

STEP = """
{% extends "step.ps1.j2" %}
{% block desired %}
@{ Name = {{ host.name }} }
{% endblock %}
{% block current %}
@{ Name = 'x' }
{% endblock %}
{% block apply %}
Write-Output $Desired.Name
{% endblock %}
"""


def step(desired: str = "@{ Name = 'a' }", current: str = "@{ Name = 'x' }", **blocks: str) -> str:
    """A template with these blocks."""
    texts = {"desired": desired, "current": current} | blocks
    body = "".join(f"{{% block {name} %}}\n{text}\n{{% endblock %}}\n" for name, text in texts.items())
    return f'{{% extends "step.ps1.j2" %}}\n{body}'


def write_role(folder: Path, role: str, text: str, steps: Mapping[str, str], checks: str | None = None) -> None:
    home = folder / "roles" / role
    (home / "steps").mkdir(parents=True, exist_ok=True)
    (home / "role.yml").write_text(textwrap.dedent(text).lstrip("\n"))
    for name, source in steps.items():
        (home / "steps" / f"{name}.ps1.j2").write_text(source.lstrip("\n"))
    if checks is not None:
        (home / "checks.py").write_text(textwrap.dedent(checks))


def compile_role(
    folder: Path,
    text: str = ROLE,
    steps: Mapping[str, str] | None = None,
    checks: str | None = None,
    lab: Lab | None = None,
    other: tuple[str, Mapping[str, str]] | None = None,
) -> Compilation:
    """The role ``web`` of the small inventory (on arr01), and ``other`` as ``lync`` (on se01 and se02)."""
    lab = lab or load(folder)
    write_role(folder, "web", text, steps if steps is not None else {"site": STEP}, checks)
    lync = other or ("role: lync\npurpose: Another one.\nsteps: []\n", {})
    write_role(folder, "lync", *lync)
    return compile_lab(lab, folder / "roles")


def problems(folder: Path, *args: object, **kwargs: object) -> tuple[Problem, ...]:
    with pytest.raises(InvalidError) as caught:
        compile_role(folder, *args, **kwargs)  # type: ignore[arg-type]
    return caught.value.problems()
