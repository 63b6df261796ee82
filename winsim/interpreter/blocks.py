"""Calling script blocks and commands from Python: from cmdlets, script properties, .NET methods."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from winsim.interpreter.binder import Argument
from winsim.interpreter.collect import collapse
from winsim.interpreter.errors import ReturnBlock
from winsim.interpreter.frames import Frame
from winsim.interpreter.pipeline import Stage, run_pipeline
from winsim.interpreter.scopes import MISSING, Scope
from winsim.interpreter.values import Array

if TYPE_CHECKING:
    from winsim.interpreter.frames import Emit
    from winsim.interpreter.scriptblocks import CompiledScript, ScriptBlock


def run_parts(code: CompiledScript, frame: Frame) -> None:
    """All parts of a block for one object; ``return`` ends it."""
    try:
        for run in (code.begin, code.process, code.end):
            if run is not None:
                run(frame)
    except ReturnBlock:
        pass


class Feed(Stage):
    """Objects that come from Python as the first stage of a pipeline."""

    def __init__(self, session: Any, values: Iterable[object]) -> None:
        super().__init__(session, session.streams)
        self.values = values

    def run(self) -> None:
        for value in self.values:
            self.emit(value)


class BlockRunner:
    """The part of a session that runs script blocks and commands for code in Python."""

    scope: Scope
    streams: Any
    command: Any
    in_try: int

    def current_frame(self) -> Frame:
        """The frame of the running function or script, the global one outside of any."""
        command = self.command
        frame = getattr(command, "frame", None)
        return frame if isinstance(frame, Frame) else Frame(self, self.scope, lambda value: None)  # type: ignore[arg-type]

    def call_block(
        self,
        block: ScriptBlock,
        *arguments: object,
        this: object = MISSING,
        underscore: object = MISSING,
        outside: bool = False,
    ) -> object:
        """Runs a block in a new scope and gives what it writes as a value."""
        return collapse(self.collect_block(block, arguments, this=this, underscore=underscore, outside=outside))

    def collect_block(
        self,
        block: ScriptBlock,
        arguments: Sequence[object] = (),
        *,
        this: object = MISSING,
        underscore: object = MISSING,
        values: Iterable[object] | None = None,
        dotted: bool = False,
        outside: bool = False,
    ) -> list[object]:
        """As ``call_block``, with the output as a list; ``values`` are its pipeline input.

        ``outside``: .NET code runs it, which has no error stream to go on with after an error: the first one ends it.
        """
        from winsim.interpreter.stages import block_stage

        out: list[object] = []
        frame = self.current_frame()
        words = [Argument(None, a) for a in arguments]
        stage = block_stage(frame.session, frame, block, words, None, dotted)
        stage.this = this
        stage.underscore = underscore
        stages: list[Stage] = [stage] if values is None else [Feed(self, values), stage]
        self.in_try += outside
        try:
            run_pipeline(self, stages, out.append)  # type: ignore[arg-type]
        finally:
            self.in_try -= outside
        return out

    def value_for(self, block: ScriptBlock, frame: Frame, underscore: object) -> object:
        """The value of a calculated property or a condition for one object: in a scope of its own, from outside."""
        code = block.code
        foreign = block.captured is not None or (block.module is not None and block.module is not frame.scope.module)
        if foreign or code.parameters.parameters or code.advanced:
            return collapse(self.collect_block(block, underscore=underscore, outside=True))
        out: list[object] = []
        inner = Frame(self, Scope(frame.scope), out.append, frame.cmdlet)  # type: ignore[arg-type]
        inner.scope.vars.update(_=underscore, args=Array())
        self.in_try += 1
        try:
            run_parts(code, inner)
        finally:
            self.in_try -= 1
        return collapse(out)

    def run_in_scope(self, block: ScriptBlock, frame: Frame, underscore: object) -> object:
        """Runs a block in the scope of the frame with ``$_`` set."""
        out: list[object] = []
        self.invoke_in_scope(block, frame, underscore, out.append)
        return collapse(out)

    def invoke_in_scope(self, block: ScriptBlock, frame: Frame, underscore: object, emit: Emit) -> None:
        """What ForEach-Object and Where-Object do: no scope of its own, output straight to ``emit``."""
        code = block.code
        scope = frame.scope
        if block.captured is not None or (block.module is not None and block.module is not scope.module):
            for value in self.collect_block(block, underscore=underscore):
                emit(value)
            return
        inner = Frame(self, scope, emit, frame.cmdlet)  # type: ignore[arg-type]
        variables = scope.vars
        outer = variables.get("_", MISSING)
        if underscore is not MISSING:
            variables["_"] = underscore
        try:
            run_parts(code, inner)
        finally:
            if underscore is not MISSING:
                if outer is MISSING:
                    variables.pop("_", None)
                else:
                    variables["_"] = outer

    def run_command(
        self, name: str, arguments: Sequence[Argument], values: Iterable[object] | None, frame: Frame | None = None
    ) -> list[object]:
        """Runs a command by name and gives its output."""
        out: list[object] = []
        caller = frame or self.current_frame()
        stage: Stage = self.stage_for(caller, name, arguments, None)  # type: ignore[attr-defined]
        stages = [stage] if values is None else [Feed(self, values), stage]
        run_pipeline(self, stages, out.append)  # type: ignore[arg-type]
        return out
