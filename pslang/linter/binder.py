"""PowerShell's parameter binder for calls that are only read: the parameters that a call binds, or the binding error.

The steps are those of the real binder: arguments are paired with their parameters, named ones bind, then positional
ones, then the parameter set is chosen and mandatory parameters are looked for. Parameter sets are bits, as there: a
parameter of all sets has none, and a call starts with all bits set.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pslang.linter.formals import ALL_SETS, Formal, Formals, InSet

_EVERY = (1 << 32) - 1


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a call. ``-Name`` has a name and no value, ``-Name:x`` both, ``x`` only a value."""

    name: str | None
    has_value: bool
    #: .NET type of the value where the text shows it ("String", "Int32"), "" where only a run would.
    type: str = ""
    #: Where it stands; the binder passes it through.
    at: int = 0
    #: The text of a constant string.
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Binding:
    bound: tuple[str, ...]
    error: str | None = None
    #: The name that the error is about, and the argument (None: the whole call).
    subject: str = ""
    argument: Argument | None = None
    candidates: tuple[str, ...] = ()


class _BindingError(Exception):
    def __init__(
        self, error: str, subject: str = "", argument: Argument | None = None, candidates: Sequence[str] = ()
    ) -> None:
        super().__init__(error)
        self.error = error
        self.subject = subject
        self.argument = argument
        self.candidates = tuple(candidates)


def bind(
    formals: Formals, arguments: Sequence[Argument], *, pipeline_input: bool = False, splatted: bool = False
) -> Binding:
    """Bind a call. With ``splatted``, more may be bound than is seen: nothing is then missing or undecided."""
    state = _State(formals)
    try:
        _bind(state, arguments, pipeline_input, splatted)
    except _BindingError as error:
        return Binding(tuple(state.bound), error.error, error.subject, error.argument, error.candidates)
    return Binding(tuple(state.bound))


@dataclass(slots=True)
class _State:
    formals: Formals
    bound: dict[str, Formal] = field(default_factory=dict)
    current: int = _EVERY
    #: Whether the text does not tell which of several parameters takes a position.
    undecided: bool = False
    bits: dict[str, int] = field(init=False)
    default: int = field(init=False)

    def __post_init__(self) -> None:
        self.bits = {name: 1 << index for index, name in enumerate(self._used_sets())}
        wanted = (self.formals.default_set or "").lower()
        self.default = next((bit for name, bit in self.bits.items() if name.lower() == wanted), 0)

    def _used_sets(self) -> list[str]:
        used = {name for formal in self.formals.parameters for name in formal.sets}
        names = [name for name in self.formals.sets if name in used and name != ALL_SETS]
        default = self.formals.default_set
        if default and default != ALL_SETS and default not in names:
            names.append(default)
        return names

    def flags(self, formal: Formal) -> int:
        return sum(self.bits.get(name, 0) for name in formal.sets)

    def matching(self, formal: Formal, flags: int) -> list[tuple[int, InSet]]:
        """The sets of a parameter that are still possible, as (bit, facts); bit 0 for all sets."""
        found = []
        for name, facts in formal.sets.items():
            bit = self.bits.get(name, 0)
            if name == ALL_SETS or bit & flags:
                found.append((bit, facts))
        return found

    def unbound(self) -> list[Formal]:
        return [formal for formal in self.formals.parameters if formal.name not in self.bound]

    def take(self, formal: Formal) -> None:
        flags = self.flags(formal)
        if flags and ALL_SETS not in formal.sets:
            self.current &= flags
        self.bound[formal.name] = formal


def _bind(state: _State, arguments: Sequence[Argument], pipeline_input: bool, splatted: bool) -> None:
    rest = _named(state, _paired(state, arguments))
    rest = _positional(state, rest)
    splatted = splatted or state.undecided
    if not state.formals.simple:
        if not splatted:
            _choose_set(state, before_pipeline=True, set_default=False)
        elif state.current == 0:
            raise _BindingError("AmbiguousParameterSet")
    rest = _remaining(state, rest)
    if state.formals.simple:
        return
    _all_processed(rest)
    if splatted:
        return
    if pipeline_input:
        _choose_set(state, before_pipeline=True, set_default=False)
    else:
        _choose_set(state, before_pipeline=False, set_default=True)
    missing = _missing(state, pipeline_input)
    if missing:
        raise _BindingError("MissingMandatoryParameter", " ".join(missing))


# -- arguments and names --------------------------------------------------------------------------------------------


def match(formals: Formals, name: str) -> Formal | None:
    """The parameter of that name, alias or unique beginning; raises where the beginning is not unique.

    What a provider adds is looked at only where the command itself has nothing of the kind.
    """
    own = [formal for formal in formals.parameters if not formal.dynamic]
    found = _match(own, name)
    if found is None and len(own) < len(formals.parameters):
        return _match(formals.parameters, name)
    return found


def _match(parameters: Sequence[Formal], name: str) -> Formal | None:
    wanted = name.lower()
    found: list[Formal] = []
    for formal in parameters:
        if formal.name.lower() == wanted:
            return formal
        if formal.name.lower().startswith(wanted):
            found.append(formal)
    for formal in parameters:
        for alias in formal.aliases:
            if alias.lower() == wanted:
                return formal
            if alias.lower().startswith(wanted) and formal not in found:
                found.append(formal)
    if len(found) > 1:
        declared = [formal for formal in found if not formal.common]
        if len(declared) != 1:
            raise _BindingError("AmbiguousParameter", name, candidates=[formal.name for formal in found])
        return declared[0]
    return found[0] if found else None


def _matched(state: _State, argument: Argument) -> Formal | None:
    assert argument.name is not None
    try:
        return match(state.formals, argument.name)
    except _BindingError as error:
        error.argument = argument
        raise


def _paired(state: _State, arguments: Sequence[Argument]) -> list[Argument]:
    """Each parameter that needs one gets the argument behind it."""
    found: list[Argument] = []
    index = 0
    while index < len(arguments):
        argument = arguments[index]
        index += 1
        if argument.name is None or argument.has_value:
            found.append(argument)
            continue
        formal = _matched(state, argument)
        if formal is None:
            found.append(argument)
            continue
        if formal.is_switch:
            found.append(Argument(formal.name, True, "SwitchParameter", argument.at))
            continue
        if index == len(arguments):
            raise _BindingError("MissingArgument", formal.name, argument)
        following = arguments[index]
        if following.name is not None and (following.has_value or _matched(state, following) is not None):
            raise _BindingError("MissingArgument", formal.name, argument)
        index += 1
        kind = following.type if following.name is None else "String"
        found.append(Argument(formal.name, True, kind, argument.at))
    return found


def _named(state: _State, arguments: Sequence[Argument]) -> list[Argument]:
    rest: list[Argument] = []
    for argument in arguments:
        formal = _matched(state, argument) if argument.name is not None else None
        if formal is None:
            rest.append(argument)
        elif formal.name in state.bound:
            raise _BindingError("ParameterAlreadyBound", argument.name or "", argument)
        else:
            state.take(formal)
    return rest


# -- positions ------------------------------------------------------------------------------------------------------


def _positional(state: _State, arguments: list[Argument]) -> list[Argument]:
    """Gives the arguments without names to the positional parameters, position by position."""
    if not any(argument.name is None for argument in arguments):
        return arguments
    places: dict[int, list[Formal]] = {}
    for formal in state.unbound():
        if formal.remaining:
            continue
        for position in {facts.position for _, facts in state.matching(formal, state.current)}:
            if position is not None:
                places.setdefault(position, []).append(formal)
    rest: list[Argument] = []
    pending = list(arguments)
    for position in sorted(places):
        candidates = [formal for formal in places[position] if _stands_at(state, formal, position, state.current)]
        if not candidates:
            continue
        while pending and pending[0].name is not None:  # an unknown parameter keeps what looks like its value
            rest.append(pending.pop(0))
            if pending and pending[0].name is None:
                rest.append(pending.pop(0))
        if not pending:
            break
        argument = pending.pop(0)
        if not _take_position(state, candidates, position, argument):
            rest.append(argument)
    return rest + pending


def _stands_at(state: _State, formal: Formal, position: int, flags: int) -> bool:
    return any(facts.position == position for _, facts in state.matching(formal, flags))


def _take_position(state: _State, candidates: Sequence[Formal], position: int, argument: Argument) -> bool:
    """The default set first, then any; each first for a parameter that needs no conversion of the value."""
    valid = state.current
    state.undecided = state.undecided or (not argument.type and len(candidates) > 1)
    for exact in (True, False):
        for flags in (state.default & valid, valid):
            if not flags:
                continue
            for formal in candidates:
                if formal.name in state.bound or not _stands_at(state, formal, position, flags):
                    continue
                if argument.text is not None and argument.text.lower() in formal.refused:
                    continue
                if not exact or fits(formal.type, argument.type):
                    state.take(formal)
                    return True
    return False


_INTERFACES = {"Hashtable": "idictionary"}


def fits(parameter: str, value: str) -> bool:
    """Whether a value of a type goes into a parameter as it is; types that the text does not show do."""
    wanted = parameter.lower().rpartition(".")[2]
    return not value or wanted in ("object", "psobject", value.lower(), _INTERFACES.get(value))


def _remaining(state: _State, arguments: list[Argument]) -> list[Argument]:
    """A parameter that takes what is left over."""
    if not arguments:
        return arguments
    for formal in state.unbound():
        if formal.remaining and state.matching(formal, state.current):
            state.take(formal)
            return []
    return arguments


def _all_processed(rest: Sequence[Argument]) -> None:
    if not rest:
        return
    first = rest[0]
    if first.name is not None:
        raise _BindingError("NamedParameterNotFound", first.name, first)
    raise _BindingError("PositionalParameterNotFound", "", first)


# -- parameter sets -------------------------------------------------------------------------------------------------


def _count(flags: int) -> int:
    return 1 if flags == _EVERY else flags.bit_count()


def _choose_set(state: _State, *, before_pipeline: bool, set_default: bool) -> None:
    """Narrows the possible sets; raises where none or several are left."""
    count = _count(state.current)
    if count == 0:
        raise _BindingError("AmbiguousParameterSet")
    if state.current == _EVERY:
        if before_pipeline and _takes_pipeline(state):
            return
        if state.default:
            if set_default:
                state.current = state.default
        elif len(state.bits) > 1:
            _by_mandatory(state)
        return
    if count == 1:
        return
    if state.default and state.current & state.default:
        if set_default:
            state.current = state.default
    elif not (before_pipeline and _takes_pipeline(state)):
        _by_mandatory(state)


def _takes_pipeline(state: _State) -> bool:
    return any(facts.pipeline for formal in state.unbound() for _, facts in state.matching(formal, state.current))


def _by_mandatory(state: _State) -> None:
    """The one set that has no mandatory parameter left over."""
    left = state.current & sum(state.bits.values())
    for formal in state.unbound():
        for name, facts in formal.sets.items():
            if facts.mandatory:
                left &= ~state.bits.get(name, 0)
    if _count(left) != 1:
        raise _BindingError("AmbiguousParameterSet")
    state.current = left


def _missing(state: _State, pipeline_input: bool) -> list[str]:
    """Mandatory parameters that nothing gives, in the sets that are still possible."""
    if not pipeline_input:
        return [
            formal.name
            for formal in state.unbound()
            if any(facts.mandatory for _, facts in state.matching(formal, state.current))
        ]
    possible = [bit for bit in state.bits.values() if bit & state.current] or [_EVERY]
    lacking = [
        [
            formal.name
            for formal in state.unbound()
            if any(facts.mandatory and not facts.pipeline for _, facts in state.matching(formal, bit))
        ]
        for bit in possible
    ]
    # Which set a pipeline will choose is not known; only what every set lacks is missing for certain.
    return min(lacking, key=len) if all(lacking) else []
