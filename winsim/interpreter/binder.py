"""Parameter binding: which argument goes to which parameter, in which parameter set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from winsim.interpreter.asking import ask_for
from winsim.interpreter.binding_values import bind_value, binding_error, takes_text, with_types
from winsim.interpreter.collect import unwrap
from winsim.interpreter.command import NotBuilt
from winsim.interpreter.containers import GenericList
from winsim.interpreter.convert import SwitchParameter
from winsim.interpreter.errors import Position, TerminatingError
from winsim.interpreter.parameters import ALL_SETS, CommandParameters, Parameter
from winsim.interpreter.scriptblocks import ScriptBlock
from winsim.interpreter.values import AUTOMATION_NULL, Array, ParameterWord

if TYPE_CHECKING:
    from winsim.interpreter.session import Session

NO_VALUE: Final = object()


@dataclass(frozen=True, slots=True)
class Argument:
    """One element of a command: ``-name``, ``-name:value`` or a value. ``text`` is how it was written."""

    name: str | None
    value: object = NO_VALUE
    text: str = ""
    splatted: bool = False
    place: Position | None = None  # where it stands, which errors of binding point at
    literal: str | None = None  # a number as it was written, where that is not its text: text parameters get that


@dataclass(frozen=True, slots=True)
class Origin:
    """What is called, how it was called and where."""

    info: object = None
    position: Position | None = None
    called_as: str = ""


NOWHERE: Final = Origin()


BLOCK_TYPES = frozenset(
    {
        "System.Object",
        "System.Object[]",
        "System.Management.Automation.PSObject",
        "System.Management.Automation.PSObject[]",
        "System.Management.Automation.ScriptBlock",
        "System.Management.Automation.ScriptBlock[]",
    }
)


@dataclass
class Binding:
    """What is bound so far. ``valid`` are the parameter sets that are still possible."""

    command: CommandParameters
    label: str  # the last part of error ids
    session: Session
    values: dict[str, object] = field(default_factory=dict)  # canonical name -> value
    unbound: list[object] = field(default_factory=list)
    valid: tuple[str, ...] = ()
    position: Position | None = None
    bound_keys: set[str] = field(default_factory=set)
    given: dict[str, object] = field(default_factory=dict)
    expecting_input: bool = False
    delayed: dict[str, object] = field(default_factory=dict)  # script blocks that give the value for each object
    info: object = None  # the command, as errors name it
    called_as: str = ""
    place: Position | None = None  # of the argument that is being bound; None: of the command
    literal: str | None = None  # of the argument that is being bound

    def has(self, parameter: Parameter) -> bool:
        return parameter.key in self.bound_keys

    def fits(self, parameter: Parameter) -> bool:
        return ALL_SETS in parameter.sets or not self.command.sets or any(s in parameter.sets for s in self.valid)

    def common_given(self) -> bool:
        return any(self.command.names[key].common for key in self.bound_keys if key in self.command.names)

    def put(self, parameter: Parameter, value: object, *, coerce: bool = True) -> None:
        """What the command line gives; a script block may stand for a value of each object to come."""
        if self.expecting_input and is_delayed(parameter, value):
            self.need_built(parameter)
            self.delayed[parameter.name] = value
            self.note(parameter)
        else:
            self.put_object(parameter, value, coerce=coerce)

    def put_object(self, parameter: Parameter, value: object, *, coerce: bool) -> None:
        """The value itself, as an object of the pipeline gives it."""
        self.need_built(parameter)
        self.values[parameter.name] = bind_value(self, parameter, value, coerce)
        self.note(parameter)

    def need_built(self, parameter: Parameter) -> None:
        built = self.command.built
        if built is not None and not parameter.common and parameter.key not in built:
            raise NotBuilt(f"the parameter -{parameter.name} of {self.session.command_name(self)}")

    def note(self, parameter: Parameter) -> None:
        self.bound_keys.add(parameter.key)
        if ALL_SETS not in parameter.sets and self.command.sets:
            self.valid = tuple(s for s in self.valid if s in parameter.sets)

    def error(
        self, id: str, message: str, parameter: str | None = None, argument: Argument | None = None
    ) -> TerminatingError:
        self.place = argument.place if argument is not None else None
        return binding_error(self, id, message, parameter)


def is_delayed(parameter: Parameter, value: object) -> bool:
    """A script block for a parameter that takes pipeline input and is no script block runs for each object."""
    if not isinstance(value, ScriptBlock) or parameter.type is None:
        return False
    if parameter.type.full_name in BLOCK_TYPES:
        return False
    return any(data.by_value or data.by_name for data in parameter.sets.values())


def bind(
    session: Session,
    command: CommandParameters,
    label: str,
    arguments: Sequence[Argument],
    expecting_input: bool,
    defaults: Sequence[tuple[str, object]] = (),
    origin: Origin = NOWHERE,
) -> Binding:
    """Binds everything that the command line gives; mandatory parameters that the pipeline may give stay open."""
    binding = Binding(command, label, session, valid=command.sets, expecting_input=expecting_input)
    binding.info, binding.position, binding.called_as = origin.info, origin.position, origin.called_as
    left = bind_named(binding, arguments)
    if left:
        rest = bind_positional(binding, left)
        if command.strict and not command.takes_rest:
            refuse_unknown(binding, left)
        if rest:
            bind_rest(binding, [word for argument in rest for word in words(argument)])
    for name, value in defaults:
        parameter = command.names.get(name.lower())
        if parameter is not None and not binding.has(parameter) and binding.fits(parameter):
            binding.put(parameter, value)
    if command.sets:
        check_sets(binding, expecting_input)
    if not expecting_input or not (command.takes_value or command.takes_name):
        require_mandatory(binding)
    elif command.has_mandatory:
        require_mandatory(binding, pipeline=True)
    binding.place = None
    return binding


def bind_named(binding: Binding, arguments: Sequence[Argument]) -> list[Argument]:
    """Binds the named arguments; what is left is positional or has a name that does not exist."""
    pairs, left = match_names(binding, arguments)
    for parameter, value, argument in pairs:
        if binding.has(parameter):
            if argument.splatted:
                continue
            message = (
                f"Cannot bind parameter because parameter '{parameter.name}' is specified more than once. To provide "
                "multiple values to parameters that can accept multiple values, use the array syntax. For example, "
                '"-parameter value1,value2,value3".'
            )
            raise binding.error("ParameterAlreadyBound", message, parameter.name, argument)
        binding.place, binding.literal = argument.place, argument.literal
        binding.put(parameter, value)
        binding.literal = None
    return left


def match_names(
    binding: Binding, arguments: Sequence[Argument]
) -> tuple[list[tuple[Parameter, object, Argument]], list[Argument]]:
    """Which parameter every name means and which value it gets from where, before any value is converted."""
    pairs: list[tuple[Parameter, object, Argument]] = []
    left: list[Argument] = []
    index = 0
    verbatim = False
    while index < len(arguments):
        argument = arguments[index]
        index += 1
        if argument.name == "-" and not verbatim:
            verbatim = True
            continue
        if argument.name is None or verbatim:
            left.append(argument if argument.name is None else Argument(None, argument.text, argument.text))
            continue
        parameter = find_parameter(binding, argument)
        if parameter is None:
            left.append(argument)
        elif argument.value is not NO_VALUE:
            pairs.append((parameter, argument.value, argument))
        elif parameter.is_switch:
            pairs.append((parameter, SwitchParameter(True), argument))
        elif index < len(arguments) and arguments[index].name is None:
            pairs.append((parameter, arguments[index].value, arguments[index]))
            index += 1
        else:
            message = (
                f"Missing an argument for parameter '{parameter.name}'. Specify a parameter of type '{parameter.type}' "
                "and try again."
            )
            raise with_types(binding.error("MissingArgument", message, parameter.name, argument), parameter)
    return pairs, left


def words(argument: Argument) -> list[Argument]:
    """What an argument is among the further arguments of a simple function: a name becomes a word."""
    if argument.name is None:
        return [argument]
    if argument.value is NO_VALUE:
        return [Argument(None, ParameterWord(argument.text or f"-{argument.name}"), argument.text)]
    return [Argument(None, ParameterWord(f"-{argument.name}:")), Argument(None, argument.value)]


def refuse_unknown(binding: Binding, arguments: list[Argument]) -> None:
    for argument in arguments:
        if argument.name is not None:
            message = f"A parameter cannot be found that matches parameter name '{argument.name}'."
            raise binding.error("NamedParameterNotFound", message, argument.name, argument)


def find_parameter(binding: Binding, argument: Argument) -> Parameter | None:
    name = argument.name or ""
    key = name.lower()
    names = binding.command.names
    found = names.get(key)
    if found is not None:
        return found
    candidates = list(dict.fromkeys(p.key for n, p in names.items() if n.startswith(key)))
    if not candidates:
        return None
    if len(candidates) > 1:
        own = [c for c in candidates if not names[c].common]
        if len(own) == 1:  # the command's own parameters come before the common ones
            return names[own[0]]
        matches = " ".join(f"-{names[c].name}" for c in candidates)
        message = (
            f"Parameter cannot be processed because the parameter name '{name}' is ambiguous. "
            f"Possible matches include: {matches}."
        )
        raise binding.error("AmbiguousParameter", message, name, argument)
    return names[candidates[0]]


# -- positions --------------------------------------------------------------------------------------------------------


def bind_positional(binding: Binding, arguments: list[Argument]) -> list[Argument]:
    """Binds values by position; gives back what found no place.

    A name that no parameter has stays outside, together with the value behind it.
    """
    pending = list(arguments)
    outside: list[Argument] = []
    if not binding.command.is_cmdlet:
        for place in binding.command.shared_places:
            refuse_shared(binding, place)
    for place in binding.command.places:
        candidates = candidates_at(binding, place)
        if not candidates:
            continue
        while pending and pending[0].name is not None:
            outside.append(pending.pop(0))
            if pending and pending[0].name is None:
                outside.append(pending.pop(0))
        if not pending:
            break
        argument = pending.pop(0)
        binding.place, binding.literal = argument.place, argument.literal
        bind_first(binding, candidates, argument.value)
        binding.literal = None
    return outside + pending


def candidates_at(binding: Binding, place: int) -> list[Parameter]:
    """Unbound parameters at a position in a possible set, those of the default set first."""
    default = binding.command.default_set
    found = []
    for parameter in binding.command.positional:
        if binding.has(parameter) or not binding.fits(parameter):
            continue
        sets = [s for s, d in parameter.sets.items() if d.position == place and (s == ALL_SETS or s in binding.valid)]
        if sets and not any(parameter.sets[s].remaining for s in sets):
            found.append((default not in sets and ALL_SETS not in sets, parameter))
    found.sort(key=lambda pair: pair[0])
    return [parameter for _, parameter in found]


def refuse_shared(binding: Binding, place: int) -> None:
    """Two parameters that are not bound cannot have one position in the same set."""
    seen: set[str] = set()
    for parameter in binding.command.positional:
        if binding.has(parameter) or not binding.fits(parameter):
            continue
        here = {s for s, d in parameter.sets.items() if d.position == place and (s == ALL_SETS or s in binding.valid)}
        if seen and here and (seen & here or ALL_SETS in seen | here):
            message = "Cannot bind positional parameters because no names were given."
            raise binding.error("AmbiguousPositionalParameterNoName", message)
        seen |= here


def bind_first(binding: Binding, candidates: list[Parameter], value: object) -> None:
    """Without conversion where that works in any set, else with conversion, the default set first."""
    if len(candidates) > 1:
        for coerce in (False, True):
            for candidate in candidates:
                try:
                    binding.put(candidate, value, coerce=coerce)
                    return
                except TerminatingError:
                    continue
    binding.put(candidates[0], value)


def bind_rest(binding: Binding, arguments: list[Argument]) -> None:
    """What is left goes to the parameter that takes the rest, to $args, or is an error."""
    for parameter in binding.command.parameters if binding.command.takes_rest else ():
        if not binding.has(parameter) and any(d.remaining for d in parameter.sets.values()) and binding.fits(parameter):
            values = [a.value if a.literal is None or not takes_text(parameter.type) else a.literal for a in arguments]
            values = [value for value in values if value is not AUTOMATION_NULL]
            only = unwrap(values[0]) if len(values) == 1 else None
            value = values[0] if isinstance(only, Array) else GenericList(values)
            binding.put(parameter, value)
            return
    if binding.command.strict:
        from winsim.interpreter.texts import to_text

        text = to_text(arguments[0].value)
        message = f"A positional parameter cannot be found that accepts argument '{text}'."
        raise with_types(binding.error("PositionalParameterNotFound", message, text), None, arguments[0].value)
    binding.unbound = [None if a.value is AUTOMATION_NULL else a.value for a in arguments]


# -- sets and mandatory parameters ------------------------------------------------------------------------------------


def check_sets(binding: Binding, expecting_input: bool) -> None:
    if not binding.valid:
        raise ambiguous(binding)
    if len(binding.valid) > 1 and not expecting_input:
        binding.valid = (resolve_set(binding),)


def ambiguous(binding: Binding) -> TerminatingError:
    message = "Parameter set cannot be resolved using the specified named parameters."
    return binding.error("AmbiguousParameterSet", message)


def resolve_set(binding: Binding) -> str:
    """The one parameter set: the default, or the only one whose mandatory parameters are all there."""
    default = binding.command.default_set
    if default in binding.valid and default is not None:
        return default
    satisfied = [s for s in binding.valid if not missing_in(binding, s)]
    if len(satisfied) == 1:
        return satisfied[0]
    if default is None and satisfied:
        return satisfied[0] if binding.command.is_cmdlet else raise_ambiguous(binding)
    if not satisfied and len(binding.valid) == 1:
        return binding.valid[0]
    raise ambiguous(binding)


def raise_ambiguous(binding: Binding) -> str:
    raise ambiguous(binding)


def missing_in(binding: Binding, set_name: str) -> list[Parameter]:
    found = []
    for parameter in binding.command.parameters:
        data = parameter.in_set(set_name)
        if data is not None and data.mandatory and not binding.has(parameter):
            found.append(parameter)
    return found


def current_set(binding: Binding) -> str:
    """The name of the parameter set, as ``$PSCmdlet.ParameterSetName`` says it."""
    if not binding.command.sets:
        return ALL_SETS
    default = binding.command.default_set
    if len(binding.valid) == 1:
        return binding.valid[0]
    if default is not None and (default in binding.valid or default not in binding.command.sets):
        return default
    return binding.valid[0] if binding.valid else ALL_SETS


def require_mandatory(binding: Binding, pipeline: bool = False) -> None:
    """A missing mandatory parameter is asked of the client's user; where nobody can be asked it is an error."""
    if not binding.command.has_mandatory:
        return
    if pipeline:
        chosen = binding.valid or (ALL_SETS,)
        if any(all(from_pipeline(p, s) for p in missing_in(binding, s)) for s in chosen):
            return
        missing = [p for p in missing_in(binding, current_set(binding)) if not from_pipeline(p, current_set(binding))]
    else:
        missing = missing_in(binding, current_set(binding))
    origin = binding.called_as or binding.label
    if missing and (answers := ask_for(binding.session, origin, missing)) is not None:
        for parameter in missing:
            binding.put(parameter, answers.get(parameter.name))
    elif missing:
        names = " ".join(p.name for p in missing)
        message = f"Cannot process command because of one or more missing mandatory parameters: {names}."
        raise binding.error("MissingMandatoryParameter", message, names)


def from_pipeline(parameter: Parameter, set_name: str) -> bool:
    data = parameter.in_set(set_name)
    return data is not None and (data.by_value or data.by_name)
