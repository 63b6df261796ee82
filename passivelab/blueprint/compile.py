"""roles/ and a lab become the blueprint: every script of every host rendered, parsed and ordered, no host touched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from passivelab.blueprint.catalogue import Catalogue, load_catalogue, order_roles
from passivelab.blueprint.context import KeyMaterial, LabView, view_lab
from passivelab.blueprint.edges import Edges, all_edges
from passivelab.blueprint.expand import Draft, RoleOnHost, expand, hosts_in_order, put_on_host, scope_names
from passivelab.blueprint.graph import find_circle, stable_order
from passivelab.blueprint.keys import delivery_of, secrets_of
from passivelab.blueprint.marking import BLOCKS
from passivelab.blueprint.model import (
    Await,
    Blueprint,
    Comparison,
    DesiredValue,
    Key,
    Need,
    Scripts,
    StepInstance,
    Unknown,
)
from passivelab.blueprint.role import CompareDocument
from passivelab.blueprint.scripts import ScriptChecker, evaluate_desired, names_variable, undeclared
from passivelab.blueprint.template import Rendered
from passivelab.blueprint.variables import Value, resolve_variables
from passivelab.errors import InvalidError, Place, Problem, RoleErrors, TemplateErrors, in_order
from passivelab.lab.binding import did_you_mean
from passivelab.lab.load import ROLES
from passivelab.lab.model import Lab
from pslang.literal import literal
from pslang.syntax import Script


@dataclass(frozen=True)
class Compilation:
    """The blueprint and what it was made of: for preflight, ``invoke render`` and ``invoke check``."""

    blueprint: Blueprint
    lab: Lab
    view: LabView
    catalogue: Catalogue
    placed: tuple[RoleOnHost, ...]
    drafts: Mapping[Key, Draft]
    rendered: Mapping[Key, Mapping[str, Rendered]]

    def variables(self, host: str, role: str) -> Mapping[str, Value]:
        """The role's variables on the host, each with its origin."""
        return next((at.values for at in self.placed if (at.host.name, at.role.name) == (host, role)), {})


def compile_blueprint(lab: Lab, roles: Path = ROLES, keys: KeyMaterial | None = None) -> Blueprint:
    """The blueprint of the lab. Raises RoleErrors or TemplateErrors with every problem found."""
    return compile_lab(lab, roles, keys).blueprint


def compile_lab(lab: Lab, roles: Path = ROLES, keys: KeyMaterial | None = None) -> Compilation:
    return Compiler(lab, roles, keys).compile()


@dataclass
class Compiler:
    lab: Lab
    roles: Path
    keys: KeyMaterial | None
    problems: list[Problem] = field(default_factory=list)
    checker: ScriptChecker = field(default_factory=ScriptChecker)

    def compile(self) -> Compilation:
        view = view_lab(self.lab, self.keys)
        catalogue = load_catalogue(self.roles, (use.name for use in self.lab.roles), self.problems)
        self._check_roles(catalogue)
        self._stop_on(RoleErrors)
        placed = tuple(self._place(view, catalogue))
        self._stop_on(RoleErrors)
        drafts = [draft for at in placed for draft in expand(at, self.problems)]
        edges = Edges(drafts, catalogue, self.problems)
        needs = {draft.key: edges.needs(draft) for draft in drafts}
        after = all_edges(edges, needs)
        self._check_circle(drafts, after)
        self._stop_on(RoleErrors)
        rendered = {draft.key: self._render(draft) for draft in drafts}
        instances = {draft.key: self._instance(draft, rendered[draft.key], needs[draft.key], after) for draft in drafts}
        self._stop_on(TemplateErrors)
        self._check_comparisons(drafts, instances)
        self._stop_on(RoleErrors)
        ordered = [instances[key] for key in stable_order([draft.key for draft in drafts], after)]
        blueprint = Blueprint(self.lab.name, tuple(instance for instance in ordered if instance))
        return Compilation(
            blueprint, self.lab, view, catalogue, placed, {draft.key: draft for draft in drafts}, rendered
        )

    def _stop_on(self, error: type[InvalidError]) -> None:
        """What follows would only repeat a problem in other words."""
        if self.problems:
            raise error(in_order(self.problems))

    # -- roles --------------------------------------------------------------------------------------------------------

    def _check_roles(self, catalogue: Catalogue) -> None:
        for use in self.lab.roles:
            if use.name not in catalogue.names:
                expected = "one of " + ", ".join(catalogue.names)
                hint = did_you_mean(use.name, catalogue.names)
                message = f"unknown role {use.name!r}"
                length = len(use.name)
                self.problems.append(Problem("unknown-role", message, use.place, expected, hint=hint, length=length))
        for role in catalogue.roles.values():
            for index, name in enumerate(role.file.requires):
                if name not in catalogue.names:
                    hint = did_you_mean(name, catalogue.names)
                    message = f"unknown role {name!r}"
                    self.problems.append(role.problem(("requires", index), "unknown-role", message, hint=hint))

    def _place(self, view: LabView, catalogue: Catalogue) -> Iterable[RoleOnHost]:
        for host in hosts_in_order(self.lab, view):
            for name in order_roles(host.roles, catalogue, self.problems):
                role = catalogue.roles[name]
                values = resolve_variables(self.lab, view, role, host.name, self.problems)
                at = put_on_host(role, host, self.lab, view, values, self.problems) if values is not None else None
                if at is not None:
                    yield at

    def _check_circle(self, drafts: list[Draft], after: Mapping[Key, set[Key]]) -> None:
        circle = find_circle([draft.key for draft in drafts], after)
        if circle:
            draft = next(draft for draft in drafts if draft.key == circle[0])
            found = ", which waits for ".join(str(key) for key in circle)
            hint = "on a host, steps follow each other; look at after: and needs: of the others"
            self.problems.append(draft.problem("circle", "steps wait for each other", found=found, hint=hint))

    # -- scripts ------------------------------------------------------------------------------------------------------

    def _render(self, draft: Draft) -> dict[str, Rendered]:
        template = draft.at.role.templates[draft.step.step]
        scope = scope_names(draft.scope)
        rendered = {}
        for block in BLOCKS:
            if block in template.blocks:
                text = template.render(block, scope, literal, self.problems)
                if text is not None:
                    rendered[block] = text
        return rendered

    def _instance(
        self, draft: Draft, rendered: Mapping[str, Rendered], needs: tuple[Need, ...], after: Mapping[Key, set[Key]]
    ) -> StepInstance | None:
        scripts = {block: self.checker.check(text, self.problems) for block, text in rendered.items()}
        parsed = {block: script for block, script in scripts.items() if script is not None}
        self._check_use(draft, rendered, parsed)
        if draft.waits_for and "apply" in rendered:
            message = "a step that waits for somebody outside of the lab has no apply"
            self.problems.append(draft.problem("gate", message, "waits_for"))
        desired = self._desired(rendered, parsed, needs)
        if not {"desired", "current"} <= parsed.keys():
            return None
        step = draft.step
        return StepInstance(
            key=draft.key,
            role=draft.at.role.name,
            step=step.step,
            item=draft.item,
            title=draft.title,
            template=Place(draft.at.role.templates[step.step].file),
            scripts=Scripts(
                rendered["desired"].text,
                rendered["current"].text,
                rendered["apply"].text if "apply" in rendered else None,
                rendered["remove"].text if "remove" in rendered else None,
            ),
            desired=desired,
            after=tuple(sorted(after[draft.key])),
            identity=step.identity,
            needs=needs,
            exports=step.exports,
            secrets=secrets_of(draft, self.lab, self.problems),
            wait=Await(step.await_.limit, step.await_.interval) if step.await_ else None,
            reboot=step.reboot,
            new_session=step.new_session,
            reconnects=step.reconnects,
            delivers=delivery_of(draft, self.problems),
            stays=step.stays,
            waits_for=draft.waits_for,
            comparison={name: as_comparison(document) for name, document in step.compare.items()},
            pool=draft.pool,
            timeout=step.timeout,
        )

    def _check_use(self, draft: Draft, rendered: Mapping[str, Rendered], scripts: Mapping[str, Script]) -> None:
        for block, script in scripts.items():
            place = rendered[block].place
            self.problems += undeclared(script, place, "Needs", draft.step.needs)
            if block in ("apply", "remove"):
                self.problems += undeclared(script, place, "Secrets", draft.step.secrets)
                continue
            offset = names_variable(script, "Secrets")
            if offset is not None:
                message = f"{block} sees no secrets"
                self.problems.append(Problem("secret", message, place(offset), "$Secrets in apply or remove", length=8))

    def _desired(
        self, rendered: Mapping[str, Rendered], scripts: Mapping[str, Script], needs: tuple[Need, ...]
    ) -> dict[str, DesiredValue] | None:
        if "desired" not in scripts:
            return None
        unknown = {need.name: Unknown(need.source, need.export) for need in needs}
        return evaluate_desired(scripts["desired"], rendered["desired"].place, unknown, self.problems)

    def _check_comparisons(self, drafts: list[Draft], instances: Mapping[Key, StepInstance | None]) -> None:
        """A comparison of a property that no instance of the step has is a misspelt name."""
        properties: dict[tuple[str, int], set[str]] = {}
        for draft in drafts:
            instance = instances[draft.key]
            known = properties.setdefault((draft.at.role.name, draft.index), set())
            known |= set(instance.desired or ()) if instance else set()
        for draft in {(draft.at.role.name, draft.index): draft for draft in drafts}.values():
            known = properties[draft.at.role.name, draft.index]
            for name in draft.step.compare:
                if known and name not in known:
                    message, hint = f"desired has no property {name!r}", did_you_mean(name, known)
                    self.problems.append(draft.problem("compare", message, "compare", name, hint=hint))


def as_comparison(document: object) -> Comparison:
    if isinstance(document, CompareDocument):
        return Comparison(document.rule, document.members)
    return Comparison(document)  # type: ignore[arg-type]
