"""The roles folder: every role.yml with its compiled templates and its checks.py."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from passivelab.blueprint.role import RoleFile, StepDocument
from passivelab.blueprint.template import Environment, StepTemplate, compile_template, make_environment
from passivelab.errors import Place, Problem
from passivelab.lab.binding import Marks, bind, did_you_mean
from passivelab.lab.nodes import read_yaml


@dataclass(frozen=True)
class Role:
    name: str
    folder: Path
    file: RoleFile
    marks: Marks
    templates: Mapping[str, StepTemplate]  # by step
    checks: ModuleType | None

    def step(self, name: str) -> StepDocument | None:
        return next((step for step in self.file.steps if step.step == name), None)

    def problem(self, path: tuple[str | int, ...], code: str, message: str, **notes: str | None) -> Problem:
        return self.marks.problem(path, code, message, **notes)


@dataclass(frozen=True)
class Catalogue:
    folder: Path
    roles: Mapping[str, Role]
    names: tuple[str, ...]  # of all folders, also of those with problems
    dormant: tuple[Problem, ...] = ()  # what is wrong with roles that the lab does not use

    def has_step(self, name: str) -> bool:
        role, _, step = name.partition("/")
        return role in self.roles and self.roles[role].step(step) is not None

    def step_names(self) -> tuple[str, ...]:
        return tuple(f"{role.name}/{step.step}" for role in self.roles.values() for step in role.file.steps)


def load_catalogue(folder: Path, wanted: Iterable[str], problems: list[Problem]) -> Catalogue:
    """The roles of the folder. Only the wanted ones have to be in order."""
    names = tuple(sorted(path.parent.name for path in folder.glob("*/role.yml")))
    environment = make_environment()
    roles: dict[str, Role] = {}
    wanted = set(wanted)
    dormant: list[Problem] = []
    for name in names:
        found: list[Problem] = []
        role = load_role(folder / name, environment, found)
        (problems if name in wanted else dormant).extend(found)
        if role is not None:
            roles[name] = role
    return Catalogue(folder, roles, names, tuple(dormant))


def load_role(folder: Path, environment: Environment, problems: list[Problem]) -> Role | None:
    node = read_yaml(folder / "role.yml", problems)
    if node is None:
        return None
    file, marks = bind(RoleFile, node, problems)
    if file is None:
        return None
    problems += check_role(folder, file, marks)
    templates = {}
    for index, step in enumerate(file.steps):
        path = folder / "steps" / f"{step.step}.ps1.j2"
        if not path.exists():
            message = f"the step {step.step!r} has no template"
            problems.append(marks.problem(("steps", index, "step"), "step", message, expected=f"the file {path}"))
            continue
        template = compile_template(environment, path, problems)
        if template is not None:
            templates[step.step] = template
    return Role(folder.name, folder, file, marks, templates, load_checks(folder, problems))


def check_role(folder: Path, file: RoleFile, marks: Marks) -> list[Problem]:
    problems = []
    if file.role != folder.name:
        message = f"the role's name {file.role!r} is not its folder's"
        problems.append(marks.problem(("role",), "role", message, expected=folder.name))
    seen: set[str] = set()
    for index, step in enumerate(file.steps):
        path = ("steps", index)
        if step.step in seen:
            problems.append(marks.problem((*path, "step"), "step", f"the step {step.step!r} stands here twice"))
        seen.add(step.step)
        if step.key and not step.each:
            problems.append(marks.problem((*path, "key"), "step", "key has no meaning without each"))
    known = {f"{step.step}.ps1.j2" for step in file.steps}
    for template in sorted((folder / "steps").glob("*")):
        if template.is_file() and template.name not in known:
            hint = did_you_mean(template.name, known) or "name it in role.yml or delete it"
            problems.append(Problem("step", f"no step uses {template.name}", Place(template), hint=hint))
    return problems


def load_checks(folder: Path, problems: list[Problem]) -> ModuleType | None:
    """The role's checks.py as a module of its own name."""
    path = folder / "checks.py"
    if not path.exists():
        return None
    tag = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:8]
    spec = importlib.util.spec_from_file_location(f"passivelab_role_{folder.name}_{tag}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up there
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        place = Place(path, error.lineno or 1, error.offset or 1)
        problems.append(Problem("checks", f"checks.py does not compile: {error.msg}", place))
        return None
    except Exception as error:
        problems.append(Problem("checks", f"checks.py fails: {error!r}", place_of(error, path)))
        return None
    return module


def place_of(error: Exception, file: Path) -> Place:
    """The last line of the file that the error passed through."""
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(file):
            line = trace.tb_lineno
        trace = trace.tb_next
    return Place(file, line)


def order_roles(roles: Sequence[str], catalogue: Catalogue, problems: list[Problem]) -> list[str]:
    """A host's roles: as lab.yml has them, but behind those that they require."""
    ordered: list[str] = []
    visiting: list[str] = []

    def visit(name: str) -> None:
        if name in ordered or name not in catalogue.roles:
            return
        if name in visiting:
            circle = " -> ".join([*visiting[visiting.index(name) :], name])
            role = catalogue.roles[name]
            problems.append(role.problem(("requires",), "requires", f"roles require each other: {circle}"))
            return
        visiting.append(name)
        for required in catalogue.roles[name].file.requires:
            if required in roles:
                visit(required)
        visiting.pop()
        ordered.append(name)

    for name in roles:
        visit(name)
    return ordered
