"""What a command takes: its parameters and parameter sets, from the signature tables or from a function's source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pslang.constant import NotConstant, evaluate
from pslang.signatures.tables import Signature
from pslang.syntax import Attribute, Expression, Parameter, Script

ALL_SETS = "__AllParameterSets"


@dataclass(frozen=True, slots=True)
class InSet:
    """What a parameter is in one parameter set."""

    mandatory: bool = False
    position: int | None = None
    pipeline: bool = False


@dataclass(frozen=True, slots=True)
class Formal:
    """A parameter. ``sets`` has the single key ALL_SETS where it belongs to every set alike."""

    name: str
    type: str = "Object"
    aliases: tuple[str, ...] = ()
    sets: Mapping[str, InSet] = field(default_factory=dict)
    common: bool = False
    remaining: bool = False
    #: A provider adds it, depending on the path.
    dynamic: bool = False
    #: Values (lower case) that its validation turns away while positions are tried.
    refused: frozenset[str] = frozenset()

    @property
    def is_switch(self) -> bool:
        return self.type.lower() in ("switchparameter", "switch")


@dataclass(frozen=True, slots=True)
class Formals:
    command: str
    parameters: tuple[Formal, ...]
    sets: tuple[str, ...]
    default_set: str | None
    #: A function without CmdletBinding: what nothing else takes goes to $args.
    simple: bool = False


def _common(name: str, alias: str, kind: str = "ActionPreference") -> Formal:
    return Formal(name, kind, (alias,), {ALL_SETS: InSet()}, common=True)


COMMON = (
    _common("Verbose", "vb", "SwitchParameter"),
    _common("Debug", "db", "SwitchParameter"),
    _common("ErrorAction", "ea"),
    _common("WarningAction", "wa"),
    _common("ErrorVariable", "ev", "String"),
    _common("WarningVariable", "wv", "String"),
    _common("OutVariable", "ov", "String"),
    _common("OutBuffer", "ob", "Int32"),
    _common("PipelineVariable", "pv", "String"),
)
SHOULD_PROCESS = (_common("WhatIf", "wi", "SwitchParameter"), _common("Confirm", "cf", "SwitchParameter"))
TRANSACTION = (_common("UseTransaction", "usetx", "SwitchParameter"),)
_AUTOMATIC = frozenset(item.name for item in (*COMMON, *SHOULD_PROCESS, *TRANSACTION))


# -- from the signature tables --------------------------------------------------------------------------------------


def of_signature(signature: Signature) -> Formals:
    """Where the reference names no default set, the first one is."""
    names = tuple(signature.sets) or (ALL_SETS,)
    declared = [
        _of_table(signature, name)
        for name in signature.parameters
        if name not in _AUTOMATIC or (name in ("WhatIf", "Confirm") and not signature.should_process)
    ]
    extra: tuple[Formal, ...] = SHOULD_PROCESS if signature.should_process else ()
    if "UseTransaction" in signature.parameters:
        extra += TRANSACTION
    return Formals(signature.name, (*declared, *COMMON, *extra), names, signature.default_set or names[0])


def _of_table(signature: Signature, name: str) -> Formal:
    facts = signature.parameters[name]
    members = [key for key, parameters in signature.sets.items() if name in parameters]
    sets = {key: InSet(facts.required_in(key), facts.position, facts.pipeline) for key in members}
    if len(members) == len(signature.sets) and len(set(sets.values())) <= 1:
        required = facts.required if isinstance(facts.required, bool) else any(facts.required.values())
        sets = {ALL_SETS: InSet(required, facts.position, facts.pipeline)}
    remaining = (signature.name, name) in _REMAINING
    refused = _REFUSED.get((signature.name, name), frozenset())
    return Formal(facts.name, facts.type, facts.aliases, sets, remaining=remaining, refused=refused)


#: ``Add-Member NoteProperty Name Value``: the kind of a member is no name for a note.
_MEMBER_TYPES = """
    aliasproperty codemethod codeproperty noteproperty parameterizedproperty property propertyset scriptmethod
    scriptproperty memberset properties methods method event dynamic all
"""
_REFUSED = {("Add-Member", "NotePropertyName"): frozenset(_MEMBER_TYPES.split())}

#: Parameters that take all arguments left over; the tables do not say it.
_REMAINING = frozenset(
    (
        ("ForEach-Object", "RemainingScripts"),
        ("ForEach-Object", "ArgumentList"),
        ("Read-Host", "Prompt"),
        ("Write-Output", "InputObject"),
        ("Write-Host", "Object"),
        ("Trace-Command", "ArgumentList"),
        ("Register-ObjectEvent", "ArgumentList"),
    )
)


# -- from the source of a function ----------------------------------------------------------------------------------


def of_function(name: str, body: Script) -> Formals:
    parameters = body.parameters or ()
    binding = _attribute(body.attributes, "cmdletbinding")
    advanced = binding is not None or any(_all(item.attributes, "parameter") for item in parameters)
    if not advanced:
        formals = _numbered([_simple(item) for item in parameters])
        return Formals(name, formals, (), None, simple=True)
    named = dict(binding.named) if binding else {}
    options = {key.lower(): _value(value) for key, value in named.items()}
    found = [_advanced(item) for item in parameters]
    explicit = any(
        key != ALL_SETS or facts.position is not None for formal in found for key, facts in formal.sets.items()
    )
    formals = tuple(found) if explicit or options.get("positionalbinding") is False else _numbered(found)
    sets = tuple(dict.fromkeys(key for formal in formals for key in formal.sets if key != ALL_SETS))
    default = options.get("defaultparametersetname")
    extra = SHOULD_PROCESS if options.get("supportsshouldprocess") is True else ()
    return Formals(name, (*formals, *COMMON, *extra), sets, str(default) if default else None)


def _attribute(attributes: Sequence[Attribute], name: str) -> Attribute | None:
    return next(iter(_all(attributes, name)), None)


def _all(attributes: Sequence[Attribute], name: str) -> list[Attribute]:
    return [item for item in attributes if item.type.name.lower() in (name, name + "attribute")]


def _value(node: Expression) -> object:
    try:
        return evaluate(node)
    except NotConstant:
        return None


def _simple(item: Parameter) -> Formal:
    return Formal(item.name, _type(item), _aliases(item), {ALL_SETS: InSet()})


def _numbered(formals: Sequence[Formal]) -> tuple[Formal, ...]:
    """Positions in the order of the text, for all but switches."""
    found: list[Formal] = []
    position = 0
    for formal in formals:
        if formal.is_switch:
            found.append(formal)
            continue
        facts = formal.sets[ALL_SETS]
        sets = {ALL_SETS: InSet(facts.mandatory, position, facts.pipeline)}
        found.append(Formal(formal.name, formal.type, formal.aliases, sets, remaining=formal.remaining))
        position += 1
    return tuple(found)


def _advanced(item: Parameter) -> Formal:
    sets: dict[str, InSet] = {}
    remaining = False
    for attribute in _all(item.attributes, "parameter"):
        options = {key.lower(): _value(value) for key, value in attribute.named}
        name = options.get("parametersetname")
        position = options.get("position")
        pipeline = options.get("valuefrompipeline") is True or options.get("valuefrompipelinebypropertyname") is True
        remaining = remaining or options.get("valuefromremainingarguments") is True
        sets[name if isinstance(name, str) else ALL_SETS] = InSet(
            options.get("mandatory") is True, position if isinstance(position, int) else None, pipeline
        )
    return Formal(item.name, _type(item), _aliases(item), sets or {ALL_SETS: InSet()}, remaining=remaining)


def _type(item: Parameter) -> str:
    if not item.types:
        return "Object"
    last = item.types[-1]
    short = last.name.rpartition(".")[2]
    return ("SwitchParameter" if short.lower() == "switch" else short) + "[]" * len(last.ranks)


def _aliases(item: Parameter) -> tuple[str, ...]:
    values = [_value(value) for attribute in _all(item.attributes, "alias") for value in attribute.args]
    return tuple(value for value in values if isinstance(value, str))
