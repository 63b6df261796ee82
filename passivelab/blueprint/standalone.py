"""A step as a file that runs by hand in PowerShell 4.0: the frame with the step's blocks in it."""

from __future__ import annotations

from pathlib import Path

import jinja2

from passivelab.blueprint.marking import FRAME
from passivelab.blueprint.model import StepInstance
from passivelab.lab.load import ROOT
from pslang.linter import commands_used
from pslang.literal import literal
from pslang.parser import parse
from pslang.syntax import FunctionDefinition
from pslang.walk import walk

SCRIPTS = ROOT / "scripts"


def render_file(instance: StepInstance, lab: str, scripts: Path = SCRIPTS) -> str:
    """The whole file. Secrets are not in it: it asks for them, or takes them as a parameter."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(scripts),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )
    template = instance.template
    file = template.file.relative_to(ROOT) if template.file.is_relative_to(ROOT) else template.file
    comparison = {name: {"rule": found.rule, "members": found.members} for name, found in instance.comparison.items()}
    text = environment.get_template(FRAME).render(
        title=one_line(instance.title),
        step=one_line(instance.key.step),
        host=instance.key.host,
        lab=lab,
        template=file,
        commands=", ".join(commands_of(instance, scripts)),
        functions=(scripts / "functions.ps1").read_text(encoding="utf-8"),
        desired=instance.scripts.desired.rstrip() + "\n",
        current=instance.scripts.current.rstrip() + "\n",
        apply=(instance.scripts.apply or "").rstrip() + "\n",
        remove=(instance.scripts.remove or "").rstrip() + "\n",
        comparison=literal(comparison),
        needs=literal({need.name: f"{need.export} of {need.source}" for need in instance.needs}),
        secrets=literal({secret.name: secret.kind for secret in instance.secrets}),
    )
    return text.replace("\n", "\r\n")


def commands_of(instance: StepInstance, scripts: Path = SCRIPTS) -> tuple[str, ...]:
    """The cmdlets and programs that the step's own blocks call."""
    library = parse((scripts / "functions.ps1").read_text(encoding="utf-8")).script
    assert library is not None
    blocks = instance.scripts
    own = parse("\n".join(text for text in (blocks.desired, blocks.current, blocks.apply, blocks.remove) if text))
    assert own.script is not None  # rendered blocks have been parsed
    helpers = {node.name.lower() for node in walk(library) if isinstance(node, FunctionDefinition)}
    return tuple(name for name in commands_used(own.script) if name.lower() not in helpers)


def one_line(text: str) -> str:
    """Text for a comment: nothing in it may begin a line of code."""
    return " ".join(text.split())
