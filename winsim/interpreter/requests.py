"""One remote pipeline: its commands, their parameters and its input."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from winsim.interpreter.binder import Argument
from winsim.interpreter.blocks import Feed
from winsim.interpreter.collect import LiveInput
from winsim.interpreter.frames import Frame
from winsim.interpreter.functions import INPUT, ScriptStage
from winsim.interpreter.hosting import PipelineRequest, RemoteCommand, Sink
from winsim.interpreter.pipeline import Stage, run_pipeline
from winsim.interpreter.scriptblocks import compiled

if TYPE_CHECKING:
    from winsim.interpreter.session import Session


def run_request(session: Session, request: PipelineRequest, sink: Sink) -> None:
    frame = Frame(session, session.scope, sink.output)
    groups = statements(request)
    for position, commands in enumerate(groups):
        values = request.input if position == 0 else None
        # No statement of a script stands around a pipeline of commands: what ends a statement inside ends the pipeline.
        session.in_try += not (request.own_errors or any(command.is_script for command in commands))
        run_statement(session, frame, commands, values, sink)


def statements(request: PipelineRequest) -> list[list[RemoteCommand]]:
    groups: list[list[RemoteCommand]] = [[]]
    for command in request.commands:
        groups[-1].append(command)
        if command.end_of_statement:
            groups.append([])
    return [group for group in groups if group]


def run_statement(
    session: Session, frame: Frame, commands: list[RemoteCommand], values: Iterator[object] | None, sink: Sink
) -> None:
    stages: list[Stage] = []
    base = session.streams
    for command in commands:
        session.streams = base.copy() if command.merge_errors or command.merge_others else base
        stage = remote_stage(session, frame, command)
        merge(stage, command)
        if values is not None and not stages:
            if isinstance(stage, RemoteScript) and stage.reads_input:
                stage.live = values  # it reads $input while the objects come
            else:
                stages.append(Feed(session, values))
        stages.append(stage)
    session.streams = base
    run_pipeline(session, stages, sink.output)


def merge(stage: Stage, command: RemoteCommand) -> None:
    streams = (("2",) if command.merge_errors else ()) + tuple(command.merge_others)
    for stream in streams:
        stage.streams.replaced(stream, partial(emit_late, stage))


def emit_late(stage: Stage, record: object) -> None:
    """The stage is connected to its successor only when the pipeline runs."""
    stage.merged(record)


def remote_stage(session: Session, frame: Frame, command: RemoteCommand) -> Stage:
    arguments = [Argument(None, value) if name is None else Argument(name, value) for name, value in command.parameters]
    if not command.is_script:
        return session.stage_for(frame, command.text, arguments, None)
    code = compiled(command.text)
    return RemoteScript(session, session.streams, code, frame, arguments, shared=not command.local_scope, called_as="")


class RemoteScript(ScriptStage):
    """A script sent by a client: ``exit`` ends the pipeline."""

    live: Iterator[object] | None = None

    @property
    def reads_input(self) -> bool:
        """Whether the input comes as $input to the only block of the script."""
        code = self.code
        return code.process is None and code.begin is None and not code.parameters.parameters and not code.advanced

    def prepare(self) -> None:
        super().prepare()
        if self.live is not None:
            self.frame.scope.vars["input"] = LiveInput(self.live, INPUT)

    def end(self) -> None:
        super().end()
        self.failed = self.failed or not self.session.last_ok  # $? of its last statement is that of the whole

    def close(self) -> None:
        self.saved = {}
        super().close()
