"""Running a pipeline: every command is bound, then gets begin, each object as it comes, and end.

A command that writes in its begin reaches commands that have not begun: these begin with their first object.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from winsim.interpreter.collect import emit_each
from winsim.interpreter.errors import StopUpstream, TerminatingError
from winsim.interpreter.streams import Streams

if TYPE_CHECKING:
    from winsim.interpreter.frames import Emit, Frame
    from winsim.interpreter.session import Session


class Stage:
    """One command of a pipeline. ``emit`` is where its output goes."""

    def __init__(self, session: Session, streams: Streams) -> None:
        self.session = session
        self.streams = streams
        self.emit: Emit = _unconnected
        self.merged: Emit = _unconnected  # for what is merged into the output, which -OutVariable does not collect
        self.expecting_input = False
        self.failed = False
        self.begun = False

    def prepare(self) -> None:
        """Binds what the command line gives, before any command of the pipeline begins."""

    def start(self) -> None:
        """Begins once, whoever comes first: the pipeline or an object."""
        if not self.begun:
            self.begun = True
            self.begin()

    def begin(self) -> None:
        """Before the first object."""

    def process(self, value: object) -> None:
        """One object from upstream."""

    def run(self) -> None:
        """Instead of ``process`` for the first command of a pipeline, which has no input."""

    def end(self) -> None:
        """After the last object."""

    def close(self) -> None:
        """Always, however the pipeline ended."""


def _unconnected(value: object) -> None:
    raise AssertionError("a stage ran before it was connected")


class ExpressionStage(Stage):
    """``1, 2, 3 | ...``: an expression as the first element."""

    def __init__(self, session: Session, streams: Streams, evaluate: Callable[[Frame], object], frame: Frame) -> None:
        super().__init__(session, streams)
        self.evaluate = evaluate
        self.frame = frame

    def run(self) -> None:
        emit_each(self.evaluate(self.frame), self.emit)


def run_pipeline(session: Session, stages: Sequence[Stage], emit: Emit) -> None:
    """Connects the stages and runs them; the last one writes to ``emit``."""
    connect(session, stages, emit)
    outer = session.streams
    try:
        prepare_all(session, stages)
        finish(session, stages, run_first(session, stages))
    except TerminatingError as problem:
        problem.downstream = False
        raise
    finally:
        session.streams = outer
        for stage in stages:
            stage.close()
    session.last_ok = not any(stage.failed for stage in stages)


def connect(session: Session, stages: Sequence[Stage], emit: Emit) -> None:
    target = emit
    for position in range(len(stages) - 1, -1, -1):
        stage = stages[position]
        stage.emit = stage.merged = target
        stage.expecting_input = position > 0
        target = receiver(session, stage)


def receiver(session: Session, stage: Stage) -> Emit:
    """Gives the stage an object with its own streams in force."""
    process = stage.process

    def first(value: object) -> None:
        nonlocal process
        process = stage.process
        stage.start()
        process(value)

    process = first

    def deliver(value: object) -> None:
        if session.stop_asked:
            session.check()
        streams, outer = stage.streams, session.streams
        try:
            if streams is outer:
                process(value)
                return
            session.streams = streams
            try:
                process(value)
            finally:
                session.streams = outer
        except TerminatingError as problem:
            problem.downstream = True
            raise

    return deliver


def prepare_all(session: Session, stages: Sequence[Stage]) -> None:
    for stage in stages:
        session.streams = stage.streams
        stage.prepare()


def begin_all(session: Session, stages: Sequence[Stage]) -> None:
    for stage in stages:
        session.streams = stage.streams
        stage.start()


def run_first(session: Session, stages: Sequence[Stage]) -> int:
    """Begins all and runs the first command; gives the number of stages that an early stop has ended."""
    try:
        begin_all(session, stages)
        session.streams = stages[0].streams
        stages[0].run()
    except StopUpstream as stop:
        return ended_by(stages, stop)
    return 0


def ended_by(stages: Sequence[Stage], stop: StopUpstream) -> int:
    for position, stage in enumerate(stages):
        if stage is stop.stage:
            return position + 1
    raise stop


def finish(session: Session, stages: Sequence[Stage], first: int) -> None:
    position = first
    while position < len(stages):
        stage = stages[position]
        session.streams = stage.streams
        try:
            stage.start()  # an early stop may have come before
            stage.end()
        except StopUpstream as stop:
            position = max(position + 1, ended_by(stages, stop))
            continue
        position += 1
