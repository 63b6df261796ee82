"""``GetSteppablePipeline``: a pipeline that a proxy function runs object by object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pslang import syntax
from winsim.interpreter.cmdlet_object import PSCmdletObject
from winsim.interpreter.compile_pipelines import Build, stage_builder
from winsim.interpreter.compiling import Unit
from winsim.interpreter.convert import to_bool
from winsim.interpreter.errors import error
from winsim.interpreter.frames import Frame
from winsim.interpreter.pipeline import Stage, begin_all, connect, finish, prepare_all
from winsim.interpreter.scriptblocks import ScriptBlock
from winsim.interpreter.values import AUTOMATION_NULL, Array, NetObject

if TYPE_CHECKING:
    from winsim.interpreter.session import Session


class SteppablePipeline(NetObject):
    type_names = ("System.Management.Automation.SteppablePipeline", "System.Object")

    def __init__(self, session: Session, block: ScriptBlock) -> None:
        self.session = session
        self.frame: Frame = session.current_frame()
        self.stages: list[Stage] = [build(self.frame) for build in builders(block)]
        self.output: list[object] = []
        self.direct = False

    def begin(self, target: object) -> object:
        """``Begin($PSCmdlet)`` writes to the function's own output, ``Begin($true)`` returns what is written."""
        emit = self.output.append
        expecting = to_bool(target)
        if isinstance(target, PSCmdletObject):
            emit, self.direct = target.stage.frame.emit, True
            expecting = target.stage.expecting_input
        connect(self.session, self.stages, emit)
        self.stages[0].expecting_input = expecting
        prepare_all(self.session, self.stages)
        begin_all(self.session, self.stages)
        return AUTOMATION_NULL

    def process(self, values: list[object]) -> object:
        outer = self.session.streams
        try:
            if values:
                self.stages[0].process(values[0])
            else:
                self.stages[0].run()
        finally:
            self.session.streams = outer
        return self.taken()

    def end(self) -> object:
        outer = self.session.streams
        try:
            finish(self.session, self.stages, 0)
        finally:
            self.session.streams = outer
            for stage in self.stages:
                stage.close()
        return self.taken()

    def taken(self) -> object:
        made = Array(self.output)
        self.output.clear()
        return made


def builders(block: ScriptBlock) -> list[Build]:
    """What makes the stages of the one pipeline of the block."""
    body = block.code.script.end_block
    statement = body.statements[0] if body is not None and len(body.statements) == 1 else None
    if not isinstance(statement, syntax.Pipeline):
        message = "Only a script block that contains exactly one pipeline or command can be converted."
        raise error("CanConvertOneClauseOnly", message, "InvalidOperation")
    unit = Unit(block.code.source)
    return [stage_builder(unit, element)[0] for element in statement.elements]
