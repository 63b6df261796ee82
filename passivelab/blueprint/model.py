"""The blueprint: every step instance of every host, rendered and ordered, made without a host.

Values only: they can be printed, compared and tested without a machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from passivelab.errors import Place

__all__ = [
    "Await",
    "Blueprint",
    "Comparison",
    "DesiredValue",
    "Identity",
    "Key",
    "Need",
    "Place",
    "Plain",
    "Rule",
    "Scripts",
    "Secret",
    "StepInstance",
    "Unknown",
]

# What a property can be: the same over both transports.
Plain = str | bool | int | None | list["Plain"] | dict[str, "Plain"]

Rule = Literal["exact", "ignore_case", "set", "ordered", "uri", "claim_rules", "fqdn", "thumbprint", "path", "timespan"]
Identity = Literal["local", "delegated"]


@dataclass(frozen=True, order=True)
class Key:
    """Names one step instance: on adfs01, ``adfs/trust[se01/external]``."""

    host: str
    step: str  # role/step or role/step[item]

    def __str__(self) -> str:
        return f"{self.host} {self.step}"


@dataclass(frozen=True)
class Unknown:
    """A value that another step will give: "known after certificates/public"."""

    key: Key
    export: str

    def __str__(self) -> str:
        return f"known after {self.key.step}"


DesiredValue = str | bool | int | None | Unknown | list["DesiredValue"] | dict[str, "DesiredValue"]


@dataclass(frozen=True)
class Need:
    """``$Needs.<name>`` in the scripts of a step is the export of another instance."""

    name: str
    source: Key
    export: str


@dataclass(frozen=True)
class Secret:
    """``$Secrets.<name>`` in apply and remove; never given to current, never in script text."""

    name: str
    kind: Literal["credential", "secure_string", "bytes"]
    reference: str  # an entry of secrets.yml, or pki:<name> for key material made on the controller


@dataclass(frozen=True)
class Await:
    """How long a change may take to show, in seconds of the lab."""

    limit: float
    interval: float


@dataclass(frozen=True)
class Comparison:
    rule: Rule = "exact"
    members: Literal["exclusive", "managed"] = "exclusive"  # lists: managed ignores members that are not ours
    without: tuple[Plain, ...] = ()  # lists: members that must not be there, because they are ours and have to go


@dataclass(frozen=True)
class Scripts:
    """The rendered blocks: bodies of script blocks. They see $Desired, $Current, $Needs, $Secrets, $Before."""

    desired: str
    current: str
    apply: str | None  # None: a gate, a step that only waits
    remove: str | None


@dataclass(frozen=True)
class StepInstance:
    key: Key
    role: str
    step: str  # the step's name in role.yml
    item: str | None  # the instance's key where the step has ``each``
    title: str  # one line for a person: what holds when this step is converged
    template: Place
    scripts: Scripts
    desired: dict[str, DesiredValue] | None  # None: the thing must not exist
    after: tuple[Key, ...]  # instances that must be converged first (same host order included)
    identity: Identity = "local"
    needs: tuple[Need, ...] = ()
    exports: Mapping[str, str] = field(default_factory=dict)  # export name -> property of current
    secrets: tuple[Secret, ...] = ()
    wait: Await | None = None
    reboot: Literal["before_next", "merge"] | None = None
    comparison: Mapping[str, Comparison] = field(default_factory=dict)
    pool: str | None = None  # the pool whose passive authentication this instance belongs to
    timeout: float = 600.0  # seconds that apply may take
    stays: str | None = None  # why what it makes cannot be taken back
    waits_for: str | None = None  # what somebody outside of the lab has to do first
    new_session: bool = False  # apply needs a logon that knows of groups that were just joined
    reconnects: bool = False  # sessions that were opened before do not know of the change
    delivers: str | None = None  # key material that apply hands to the controller: the last value it emits, in Base64

    @property
    def is_gate(self) -> bool:
        return self.scripts.apply is None


@dataclass(frozen=True)
class Blueprint:
    """Instances in a valid order: every instance stands behind those it comes after."""

    lab: str
    instances: tuple[StepInstance, ...]

    def of_host(self, host: str) -> tuple[StepInstance, ...]:
        return tuple(instance for instance in self.instances if instance.key.host == host)

    def find(self, key: Key) -> StepInstance | None:
        return next((instance for instance in self.instances if instance.key == key), None)
