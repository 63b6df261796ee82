"""role.yml as it is written: a role's variables and its steps in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from passivelab.blueprint.model import Identity, Rule
from passivelab.lab.binding import explained
from passivelab.lab.kinds import Identifier, Kind, Name, Text, matches
from passivelab.lab.nodes import Node

STEP = r"[a-z][a-z0-9_-]*/[a-z][a-z0-9_-]*"
PATH = r"(lab|host|role|item)(\.[A-Za-z_][A-Za-z0-9_]*)*"
SCALAR_TYPES = ("string", "boolean", "integer", "fqdn", "address", "cidr", "url", "choice", "host", "pool")
TYPE = rf"((list|map) of )*({'|'.join(SCALAR_TYPES)})"

StepName = Annotated[
    str, Kind("step", "a step such as adfs/trust, or one instance: adfs/trust[se01]", matches(rf"{STEP}(\[.+\])?"))
]
StepExport = Annotated[
    str, Kind("export", "role/step.Export, such as certificates/public.Thumbprint", matches(rf"{STEP}\.[A-Za-z_]\w*"))
]
ValuePath = Annotated[
    str, Kind("path", "a path such as lab.users, role.trusts or item.pool", matches(PATH), f"^{PATH}$")
]
Condition = Annotated[
    str, Kind("condition", "a path, or not and a path", matches(rf"(not )?{PATH}"), f"^(not )?{PATH}$")
]
VariableType = Annotated[
    str, Kind("type", f"one of {', '.join(SCALAR_TYPES)}, or list of .., map of ..", matches(TYPE), f"^{TYPE}$")
]


@dataclass(frozen=True)
class VariableDocument:
    type: VariableType = explained("string, boolean, integer, fqdn, choice, list of string ..")
    help: Text = explained("What it is for.")
    default: Node | None = explained("The value where the inventory sets none; without it, the inventory must.", None)
    choices: tuple[str, ...] = explained("What a choice can be.", ())
    minimum: int | None = explained("The smallest integer.", None)
    maximum: int | None = explained("The greatest integer.", None)
    unit: Text | None = explained("What the number counts.", None)


@dataclass(frozen=True)
class NeedDocument:
    from_: StepName = explained("The step that exports the value.")
    export: Text = explained("The export's name; {path} stands for a value.")
    host: ValuePath | None = explained("The host of that step: this one unless written.", None)
    item: Text | None = explained("The key of its instance: a path, or a text with {path}.", None)
    when: Condition | None = explained("The value is needed only where this is true.", None)


@dataclass(frozen=True)
class AfterDocument:
    step: StepName = explained("The step that must be converged first.")
    when: Condition = explained("It must be only where this is true.")


@dataclass(frozen=True)
class SecretUse:
    from_: Text = explained(
        "An entry of secrets.yml ({path} stands for a value); pki:<name> is key material, media:<name> an installer, "
        "lab:<file> a file of the lab."
    )
    kind: Literal["credential", "secure_string", "bytes"] = explained("What the script gets.", "credential")
    when: Condition | None = explained("The secret is fetched only where this is true.", None)


@dataclass(frozen=True)
class AwaitDocument:
    limit: float = explained("How long to wait for the change to show.", unit="seconds")
    interval: float = explained("How often to look.", 5.0, unit="seconds")


@dataclass(frozen=True)
class CompareDocument:
    rule: Rule = explained("How values are compared.", "exact")
    members: Literal["exclusive", "managed"] = explained(
        "Lists: managed ignores members that are not ours.", "exclusive"
    )


@dataclass(frozen=True)
class StepDocument:
    step: Name = explained("The step's name: the file steps/<name>.ps1.j2.")
    title: Text = explained("What holds when the step is converged; {path} stands for a value.")
    on: Literal["all", "first", "others"] = explained("Which of the role's hosts.", "all")
    when: Condition | None = explained("The step exists only where this is true.", None)
    each: ValuePath | None = explained("A list or map: an instance for each element, item in the step.", None)
    key: Text | None = explained("What names an instance; {path} stands for a value.", None)
    pool: ValuePath | None = explained("The pool whose passive authentication this belongs to.", None)
    identity: Identity = explained("delegated: the step reaches another machine.", "local")
    after: tuple[StepName | AfterDocument, ...] = explained("Steps of any host that must be converged first.", ())
    needs: Mapping[Identifier, StepExport | NeedDocument] = explained("Values that other steps export: $Needs.", {})
    exports: Mapping[Identifier, Identifier] = explained("What others may need: name and property of current.", {})
    secrets: Mapping[Identifier, SecretUse] = explained("$Secrets in apply and remove.", {})
    await_: AwaitDocument | None = explained("The change takes time to show.", None)
    reboot: Literal["before_next", "merge"] | None = explained("The change asks for a restart.", None)
    stays: Text | None = explained("Why what the step makes cannot be taken back: a teardown reports it.", None)
    waits_for: Text | None = explained(
        "What a step without apply waits for outside of the lab; {path} stands for a value. A run ends there.",
        None,
    )
    new_session: bool = explained("The change runs in a new session: after membership in groups has changed.", False)
    reconnects: bool = explained("Sessions are opened anew after the change: older ones do not know of it.", False)
    delivers: Text | None = explained(
        "Key material for the controller, pki:public.pfx or pki:public.csr: the last value of apply, in Base64.",
        None,
    )
    timeout: float = explained("How long apply may take.", 600.0, unit="seconds")
    compare: Mapping[Identifier, Rule | CompareDocument] = explained("How properties are compared.", {})


@dataclass(frozen=True)
class RoleFile:
    """What a host is for, as ordered steps."""

    role: Name = explained("The role's name: the name of its folder.")
    purpose: Text = explained("What it is for, in a sentence.")
    steps: tuple[StepDocument, ...] = explained("The steps in order.")
    variables: Mapping[Identifier, VariableDocument] = explained("Typed variables that the inventory may set.", {})
    requires: tuple[Name, ...] = explained("Roles that come before this one on the same host, when it has them.", ())
