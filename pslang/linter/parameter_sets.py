"""What a call has bound so far, and which parameter sets are still possible.

Parameter sets are bits, as in the real binder: a parameter of all sets has none, and a call starts with all bits set.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pslang.linter.formals import ALL_SETS, Formal, Formals, InSet

EVERY_SET = (1 << 32) - 1


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


class BindingError(Exception):
    def __init__(
        self, error: str, subject: str = "", argument: Argument | None = None, candidates: Sequence[str] = ()
    ) -> None:
        super().__init__(error)
        self.error = error
        self.subject = subject
        self.argument = argument
        self.candidates = tuple(candidates)


@dataclass(slots=True)
class State:
    formals: Formals
    bound: dict[str, Formal] = field(default_factory=dict)
    current: int = EVERY_SET
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


def _count(flags: int) -> int:
    return 1 if flags == EVERY_SET else flags.bit_count()


def choose_set(state: State, *, before_pipeline: bool, set_default: bool) -> None:
    """Narrows the possible sets; raises where none or several are left."""
    count = _count(state.current)
    if count == 0:
        raise BindingError("AmbiguousParameterSet")
    if state.current == EVERY_SET:
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


def _takes_pipeline(state: State) -> bool:
    return any(facts.pipeline for formal in state.unbound() for _, facts in state.matching(formal, state.current))


def _by_mandatory(state: State) -> None:
    """The one set that has no mandatory parameter left over."""
    left = state.current & sum(state.bits.values())
    for formal in state.unbound():
        for name, facts in formal.sets.items():
            if facts.mandatory:
                left &= ~state.bits.get(name, 0)
    if _count(left) != 1:
        raise BindingError("AmbiguousParameterSet")
    state.current = left


def missing_mandatory(state: State, pipeline_input: bool) -> list[str]:
    """Mandatory parameters that nothing gives, in the sets that are still possible."""
    if not pipeline_input:
        return [
            formal.name
            for formal in state.unbound()
            if any(facts.mandatory for _, facts in state.matching(formal, state.current))
        ]
    possible = [bit for bit in state.bits.values() if bit & state.current] or [EVERY_SET]
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
