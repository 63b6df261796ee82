"""What a command's parameters are: metadata for the binder, from scripts and from signature tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Final

from pslang.signatures import tables
from winsim.interpreter.cmdlet_input import input_of
from winsim.interpreter.nettypes import NetType
from winsim.interpreter.typetable import table

if TYPE_CHECKING:
    from winsim.interpreter.command import CmdletDeclaration

ALL_SETS: Final = "__AllParameterSets"


@dataclass(frozen=True)
class InSet:
    """What a parameter is in one parameter set."""

    mandatory: bool = False
    position: int | None = None
    by_value: bool = False
    by_name: bool = False
    remaining: bool = False
    help: str = ""


Validator = Callable[[Any, str, object], None]
"""(session, name, value); raises the error of a failed validation."""


@dataclass(frozen=True)
class Parameter:
    name: str
    type: NetType | None = None
    sets: Mapping[str, InSet] = field(default_factory=lambda: {ALL_SETS: InSet()})
    aliases: tuple[str, ...] = ()
    default: Callable[..., object] | None = None
    validators: tuple[Validator, ...] = ()
    allow_null: bool = False
    allow_empty_text: bool = False
    allow_empty_collection: bool = False
    accepted: tuple[str, ...] = ()
    is_enum: bool = False
    array: bool = False  # a collection whose element type the lab does not know
    type_names: tuple[NetType, ...] = ()  # further conversions of a script parameter, innermost first
    common: bool = False
    declared: tuple[object, ...] = ()  # the validation attributes of a script parameter as values

    @cached_property
    def key(self) -> str:
        return self.name.lower()

    @cached_property
    def is_switch(self) -> bool:
        return self.type is not None and self.type.name == "System.Management.Automation.SwitchParameter"

    def in_set(self, name: str) -> InSet | None:
        return self.sets.get(name) or self.sets.get(ALL_SETS)

    @cached_property
    def mandatory_anywhere(self) -> bool:
        return any(data.mandatory for data in self.sets.values())


@dataclass(frozen=True)
class CommandParameters:
    """All parameters of a command. ``strict``: unknown ones are errors (cmdlets and advanced functions)."""

    parameters: tuple[Parameter, ...]
    default_set: str | None = None
    strict: bool = True
    is_cmdlet: bool = False
    built: frozenset[str] | None = None  # lower-case names; None: all
    names: Mapping[str, Parameter] = field(default_factory=dict)
    sets: tuple[str, ...] = ()
    positional: tuple[Parameter, ...] = ()
    takes_value: tuple[Parameter, ...] = ()
    takes_name: tuple[Parameter, ...] = ()
    has_mandatory: bool = False

    @cached_property
    def places(self) -> tuple[int, ...]:
        """The positions, in order."""
        found = {d.position for p in self.positional for d in p.sets.values() if d.position is not None}
        return tuple(sorted(found))

    @cached_property
    def shared_places(self) -> tuple[int, ...]:
        """The positions that several parameters have."""
        counts = Counter(place for p in self.positional for place in {d.position for d in p.sets.values()})
        return tuple(place for place in self.places if counts[place] > 1)

    @cached_property
    def takes_rest(self) -> bool:
        return any(d.remaining for p in self.parameters for d in p.sets.values())


def assemble(
    parameters: tuple[Parameter, ...],
    default_set: str | None,
    *,
    strict: bool,
    is_cmdlet: bool = False,
    built: frozenset[str] | None = None,
    sets: tuple[str, ...] | None = None,
) -> CommandParameters:
    names: dict[str, Parameter] = {}
    for parameter in parameters:
        for alias in parameter.aliases:
            names.setdefault(alias.lower(), parameter)
    for parameter in parameters:
        names[parameter.key] = parameter
    if sets is None:
        named = dict.fromkeys(s for p in parameters for s in p.sets if s != ALL_SETS)
        if default_set is not None and default_set != ALL_SETS and named:
            named.setdefault(default_set)
        sets = tuple(named)
    return CommandParameters(
        parameters,
        default_set,
        strict,
        is_cmdlet,
        built,
        names,
        sets,
        tuple(p for p in parameters if any(d.position is not None for d in p.sets.values())),
        tuple(p for p in parameters if any(d.by_value for d in p.sets.values())),
        tuple(p for p in parameters if any(d.by_name for d in p.sets.values())),
        any(p.mandatory_anywhere for p in parameters),
    )


@cache
def named_type(text: str) -> NetType | None:
    """The type that a signature names (``String[]``, ``SwitchParameter``), None where the lab does not know it."""
    if text.endswith("[]"):
        element = named_type(text[:-2])
        from winsim.interpreter.typetable import array_of

        return array_of(element) if element is not None else None
    if text.startswith("Nullable"):
        return None
    short = text.rpartition(".")[2]
    namespaces = ("System.Management.Automation", "Microsoft.PowerShell.Commands", "System.Collections")
    for candidate in (text, *(f"{namespace}.{short}" for namespace in namespaces)):
        found = table().parse(candidate) if "`" not in candidate else None
        if found is not None:
            return found
    for name in table().definitions:
        if name.rpartition(".")[2].lower() == short.lower():
            return NetType(name)
    return None


@cache
def common_parameters() -> tuple[Parameter, ...]:
    switch = table().parse("switch")
    text = table().parse("string")
    preference = table().parse("System.Management.Automation.ActionPreference")
    number = table().parse("int")
    rows: tuple[tuple[str, str, NetType | None], ...] = (
        ("Verbose", "vb", switch),
        ("Debug", "db", switch),
        ("ErrorAction", "ea", preference),
        ("WarningAction", "wa", preference),
        ("ErrorVariable", "ev", text),
        ("WarningVariable", "wv", text),
        ("OutVariable", "ov", text),
        ("OutBuffer", "ob", number),
        ("PipelineVariable", "pv", text),
    )
    return tuple(Parameter(name, kind, aliases=(alias,), common=True) for name, alias, kind in rows)


@cache
def should_process_parameters() -> tuple[Parameter, ...]:
    switch = table().parse("switch")
    return (
        Parameter("WhatIf", switch, aliases=("wi",), common=True),
        Parameter("Confirm", switch, aliases=("cf",), common=True),
    )


COMMON_NAMES: Final = frozenset(
    {
        *("verbose", "debug", "erroraction", "warningaction", "errorvariable", "warningvariable", "outvariable"),
        *("outbuffer", "pipelinevariable", "whatif", "confirm", "usetransaction"),
    }
)


@cache
def cmdlet_parameters(declaration: CmdletDeclaration) -> CommandParameters:
    """The parameters of a cmdlet as the signature tables have them, with what the declaration adds."""
    signature = tables.find(declaration.name)
    if signature is None:
        raise LookupError(f"no signature of {declaration.name}")
    sets_of: dict[str, list[str]] = {}
    for set_name, members in signature.sets.items():
        for member in members:
            sets_of.setdefault(member, []).append(set_name)
    parameters = tuple(
        table_parameter(row, sets_of.get(name, []), len(signature.sets), declaration)
        for name, row in signature.parameters.items()
        if name.lower() not in COMMON_NAMES
    )
    default = signature.default_set or next(iter(signature.sets), None)
    extra = should_process_parameters() if signature.should_process else ()
    built = frozenset(name.lower() for name in declaration.built)
    return assemble(
        (*parameters, *provider_parameters(declaration, signature), *common_parameters(), *extra),
        default,
        strict=True,
        is_cmdlet=True,
        built=built,
        sets=table_sets(signature),
    )


PROVIDER_SWITCHES: Final = frozenset({"deletekey", "codesigningcert", "sslserverauthentication"})


def provider_parameters(declaration: CmdletDeclaration, signature: tables.Signature) -> tuple[Parameter, ...]:
    """What providers add to a cmdlet, of that what is built; the tables of the cmdlets themselves lack it."""
    known = {name.lower() for name in signature.parameters}
    built = {name.lower() for name in declaration.built}
    found: dict[str, Parameter] = {}
    for commands in tables.provider_parameters()["providers"].values():
        for name in commands.get(declaration.name, ()):
            if name.lower() in built - known:
                kind = "switch" if name.lower() in PROVIDER_SWITCHES else "object"
                found.setdefault(name.lower(), Parameter(name, table().parse(kind), {ALL_SETS: InSet()}))
    return tuple(found.values())


def table_sets(signature: tables.Signature) -> tuple[str, ...]:
    """The parameter sets of a cmdlet; a single set is no choice."""
    return tuple(signature.sets) if len(signature.sets) > 1 else ()


def table_parameter(
    row: tables.ParameterSignature, sets: list[str], count: int, declaration: CmdletDeclaration
) -> Parameter:
    kind = named_type((declaration.types or {}).get(row.name, row.type))
    position = declaration.positions.get(row.name, row.position) if declaration.positions else row.position
    by_value, by_name = pipeline_ways(row, declaration)
    remaining = row.name in declaration.remaining

    def data(set_name: str) -> InSet:
        return InSet(row.required_in(set_name), position, by_value, by_name, remaining)

    if count <= 1 or everywhere(row, sets, count):
        in_sets = {ALL_SETS: data(next(iter(sets), ALL_SETS))}
    else:
        in_sets = {s: data(s) for s in sets}
    from winsim.interpreter.cmdlet_ranges import range_of

    own = (declaration.validate or {}).get(row.name)
    definition = table().definition(kind.full_name) if kind is not None else None
    unknown_list = kind is None and row.type.endswith("[]")
    return Parameter(
        row.name,
        kind,
        in_sets,
        row.aliases,
        validators=(*((own,) if own is not None else ()), *range_of(declaration.name, row.name)),
        accepted=row.accepted if definition is None or definition.enum is None else (),
        is_enum=kind is None,
        array=unknown_list,
        allow_null=row.name in declaration.nullable,
        allow_empty_text=row.name in declaration.nullable | declaration.empties,
        allow_empty_collection=row.name in declaration.nullable | declaration.empties,
    )


def everywhere(row: tables.ParameterSignature, sets: list[str], count: int) -> bool:
    return (len(sets) == count or not sets) and isinstance(row.required, bool)


def pipeline_ways(row: tables.ParameterSignature, declaration: CmdletDeclaration) -> tuple[bool, bool]:
    """(by value, by property name): the tables only say that a parameter takes pipeline input."""
    known = input_of(declaration.name, row.name)
    if known is not None:
        return known
    if declaration.by_value or declaration.by_name:
        return row.name in declaration.by_value, row.name in declaration.by_name
    if not row.pipeline:
        return False, False
    if row.name in ("InputObject", "Instance"):
        return True, False
    by_value = row.position == 0 or row.name == "Identity"
    return by_value and row.name != "LiteralPath", True
