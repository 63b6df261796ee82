"""Running functions, filters, script blocks and script files as pipeline commands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from winsim.interpreter.attributes import constrained
from winsim.interpreter.binder import Argument, Binding, Origin, bind, require_mandatory
from winsim.interpreter.cmdlet_object import PSCmdletObject
from winsim.interpreter.collect import Enumerator
from winsim.interpreter.common import COMMON, preference_values, with_variables
from winsim.interpreter.compile_statements import too_deep
from winsim.interpreter.containers import GenericDictionary
from winsim.interpreter.convert import SwitchParameter, convert
from winsim.interpreter.defaults import default_values
from winsim.interpreter.errors import ExitScript, InvocationInfo, Position, ReturnBlock, TerminatingError
from winsim.interpreter.frames import Frame
from winsim.interpreter.parameters import CommandParameters, Parameter
from winsim.interpreter.pipeline import Stage
from winsim.interpreter.pipeline_binding import bind_object, not_bound
from winsim.interpreter.scopes import MISSING, Scope, VariableInfo
from winsim.interpreter.scriptblocks import CommandInfo, CompiledScript
from winsim.interpreter.streams import Streams
from winsim.interpreter.typetable import NUMBER_TYPES
from winsim.interpreter.values import Array

if TYPE_CHECKING:
    from winsim.interpreter.compiling import Run
    from winsim.interpreter.session import Session


INPUT = "System.Collections.ArrayList+ArrayListEnumeratorSimple"


class BoundParameters(GenericDictionary):
    """``$PSBoundParameters``"""

    def __init__(self) -> None:
        super().__init__("System.String", "System.Object", ignore_case=True)
        self.type_names = ("System.Management.Automation.PSBoundParametersDictionary", *self.type_names)


class ScriptStage(Stage):
    """A script block or function in a pipeline. ``shared``: it runs in the scope of the caller (dot)."""

    def __init__(
        self,
        session: Session,
        streams: Streams,
        code: CompiledScript,
        caller: Frame,
        arguments: Sequence[Argument],
        info: CommandInfo | None = None,
        *,
        shared: bool = False,
        captured: Scope | None = None,
        module: object = None,
        position: Position | None = None,
        called_as: str = "",
        is_file: bool = False,
    ) -> None:
        super().__init__(session, streams)
        self.code = code
        self.caller = caller
        self.arguments = arguments
        self.info = info
        self.shared = shared
        self.captured = captured
        self.module = module
        self.position = position
        self.called_as = called_as
        self.is_file = is_file
        self.label = info.name if info is not None else ""
        self.input: list[object] = []
        self.this: object = MISSING
        self.underscore: object = MISSING
        self.frame: Frame
        self.binding: Binding
        self.command = code.parameters
        self.saved: dict[str, object] = {}
        self.from_pipeline: tuple[str, ...] = ()

    # -- life ---------------------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        session = self.session
        session.depth += 1
        if session.depth > session.limits.call_depth:
            raise too_deep()
        scope = self.caller.scope if self.shared else self.new_scope()
        self.frame = Frame(session, scope, self.emit, self.caller.cmdlet)
        command = self.code.parameters
        if self.code.script.dynamic is not None:
            command = self.with_dynamic(scope, command)
        self.command = command
        defaults = default_values(self.caller, self.label) if self.code.advanced and self.label else ()
        origin = Origin(self.info or self.code, self.position, self.called_as)
        self.binding = bind(session, command, self.label, self.arguments, self.expecting_input, defaults, origin)
        self.binding.position = self.position
        self.fill_scope(scope)

    def begin(self) -> None:
        if self.code.begin is not None:
            self.guarded(self.code.begin)

    def with_dynamic(self, scope: Scope, command: CommandParameters) -> CommandParameters:
        """The parameters with those that the dynamicparam block adds for the static arguments."""
        from winsim.interpreter.dynamic import added_parameters, lenient

        run = self.code.dynamic
        if run is None:
            return command
        self.command = command
        self.binding = bind(self.session, lenient(command), self.label, self.arguments, True)
        self.fill_scope(scope)
        out: list[object] = []
        self.frame.emit, outer = out.append, self.frame.emit
        try:
            self.guarded(run)
        finally:
            self.frame.emit = outer
        return added_parameters(command, out)

    def new_scope(self) -> Scope:
        parent = self.caller.scope
        if self.captured is not None:
            parent = self.captured
        elif self.module is not None and self.module is not parent.module:
            parent = self.module.scope  # type: ignore[attr-defined]
        scope = Scope(parent, is_script=self.is_file)
        if self.captured is not None or self.is_file:
            scope.strict = self.caller.scope.strict
        return scope

    def fill_scope(self, scope: Scope) -> None:
        """Automatic variables, preferences of common parameters, parameters and their defaults."""
        variables, binding, code = scope.vars, self.binding, self.code
        invocation = InvocationInfo(self.info or code, self.called_as or self.label, self.position)
        invocation.expecting_input = self.expecting_input
        invocation.unbound = binding.unbound
        if self.shared:
            self.saved = {name: variables.get(name, MISSING) for name in ("args", "input", "myinvocation")}
        variables["myinvocation"] = invocation
        if not code.advanced:
            variables["args"] = Array(binding.unbound)
        if not self.expecting_input:
            variables["input"] = Enumerator([], INPUT)
        if self.this is not MISSING:
            variables["this"] = self.this
        if self.underscore is not MISSING:
            variables["_"] = self.underscore
        if code.advanced:
            common = {name: value for name, value in binding.values.items() if name in COMMON}
            variables.update(preference_values(common))
            self.streams, self.emit = with_variables(common, self.caller.scope, self.streams, self.emit)
            self.session.streams = self.streams
            self.frame.emit = self.emit
            self.frame.cmdlet = PSCmdletObject(self)
            variables["pscmdlet"] = self.frame.cmdlet
        bound = BoundParameters()
        for name, value in binding.values.items():
            bound[name] = value
        variables["psboundparameters"] = invocation.bound = bound
        if self.command.parameters:
            self.fill_parameters(scope)

    def fill_parameters(self, scope: Scope) -> None:
        variables, values = scope.vars, self.binding.values
        parameters = self.code.parameters.parameters
        if self.command is not self.code.parameters:
            parameters = tuple(p for p in self.code.parameters.parameters if p.key in self.command.names)
        names = scope.names
        for parameter in parameters:
            names[parameter.key] = parameter.name
            if parameter.name in values and not parameter.common:
                variables[parameter.key] = values[parameter.name]
        for parameter in parameters:
            if parameter.common or parameter.name in values:
                if not parameter.common:
                    constrain(scope, parameter)
                continue
            variables[parameter.key] = self.default_of(parameter)
            constrain(scope, parameter)

    def default_of(self, parameter: Parameter) -> object:
        if parameter.default is not None:
            value = parameter.default(self.frame)
            return convert(value, parameter.type) if parameter.type is not None else value
        if parameter.type is None:
            return None
        if parameter.is_switch:
            return SwitchParameter(False)
        name = parameter.type.full_name
        if name in NUMBER_TYPES or name in ("System.Boolean", "System.String", "System.Char"):
            return convert(None, parameter.type)
        return None

    def run(self) -> None:
        if self.code.process is not None:
            self.guarded(self.code.process)

    def process(self, value: object) -> None:
        variables = self.frame.scope.vars
        if self.command.takes_value or self.command.takes_name:
            if not self.bind_pipeline(value):
                return
        elif self.code.advanced:
            self.report(not_bound(self.binding, value))
            return
        if self.code.process is None:
            self.input.append(value)
            return
        outer = variables.get("_", MISSING)
        variables["_"] = value
        variables["input"] = Enumerator([value], INPUT)
        try:
            self.guarded(self.code.process)
        finally:
            if outer is MISSING:
                variables.pop("_", None)
            else:
                variables["_"] = outer

    def bind_pipeline(self, value: object) -> bool:
        """Binds one pipeline object; what the last one gave goes back to its default first."""
        variables, view = self.frame.scope.vars, self.binding_view()
        for name in self.from_pipeline:
            view.remove(name)
            variables[name.lower()] = self.default_of(self.command.names[name.lower()])
        self.from_pipeline = ()
        try:
            bound = bind_object(self.binding, value)
        except TerminatingError as problem:
            self.report(problem)
            return False
        if bound is None:
            self.report(not_bound(self.binding, value))
            return False
        self.from_pipeline = tuple(bound)
        for parameter, item in bound.items():
            variables[parameter.lower()] = item
            view[parameter] = item
        return True

    def binding_view(self) -> GenericDictionary:
        view = self.frame.scope.vars["psboundparameters"]
        assert isinstance(view, GenericDictionary)
        return view

    def report(self, problem: TerminatingError) -> None:
        """A pipeline object that does not bind is a non-terminating error."""
        self.failed = True
        self.session.write_error(problem.record, self.frame.scope)

    def end(self) -> None:
        if self.expecting_input:
            self.frame.scope.vars["input"] = Enumerator(self.input if self.code.process is None else [], INPUT)
            if self.code.process is None and self.input and self.underscore is MISSING and not self.shared:
                self.frame.scope.vars.setdefault("_", None)
        if self.code.end is not None:
            if self.expecting_input and not self.input and self.code.process is None:
                require_mandatory(self.binding)
            self.guarded(self.code.end)

    def guarded(self, run: Run) -> None:
        """One block: ``return`` ends it, ``exit`` ends a script file."""
        session = self.session
        outer = session.command
        session.command = self
        try:
            run(self.frame)
        except ReturnBlock:
            pass
        except TerminatingError as problem:
            if problem.ends is self:
                problem.ends = None
            raise
        except ExitScript as leaving:
            if not self.is_file:
                raise
            session.set_exit_code(leaving.code)
        finally:
            session.command = outer

    def close(self) -> None:
        if hasattr(self, "frame"):
            self.session.depth -= 1
            for name, value in self.saved.items():
                if value is MISSING:
                    self.frame.scope.vars.pop(name, None)
                else:
                    self.frame.scope.vars[name] = value
        elif self.session.depth > self.session.limits.call_depth:
            self.session.depth -= 1


def constrain(scope: Scope, parameter: Parameter) -> None:
    """A typed parameter keeps its type for later assignments."""
    kind = parameter.type
    if kind is None or kind.full_name == "System.Object" or parameter.is_switch:
        return
    info = VariableInfo()
    info.convert = lambda value: constrained(value, kind)
    info.types = (kind,)
    scope.infos[parameter.key] = info
