"""``2>&1``, ``> file``, ``2>$null``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pslang import syntax
from winsim.interpreter.compiling import Unit, expression
from winsim.interpreter.frames import Frame
from winsim.interpreter.streams import Streams, nowhere
from winsim.interpreter.texts import to_text

if TYPE_CHECKING:
    from winsim.interpreter.frames import Emit
    from winsim.interpreter.pipeline import Stage


class Redirected:
    """The streams of one command of a pipeline and the files that must be written when it is done."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.streams: Streams = frame.session.streams.copy()
        self.stage: Stage | None = None
        self.is_last = False
        self.files: list[tuple[str, bool, list[object]]] = []
        self.discard_output = False
        self.output_file: list[object] | None = None

    def merge(self, stream: str) -> None:
        """Into the output of the command itself."""
        for one in ("2", "3", "4", "5") if stream == "*" else (stream,):
            self.streams.replaced(one, self.to_output)

    def to_output(self, record: object) -> None:
        assert self.stage is not None
        self.stage.merged(record)

    def to_file(self, stream: str, path: object, append: bool) -> None:
        if path is None or to_text(path) == "":
            lines: list[object] | None = None
        else:
            lines = []
            self.files.append((to_text(path), append, lines))
        write: Emit = nowhere if lines is None else lines.append
        for one in ("1", "2", "3", "4", "5") if stream == "*" else (stream,):
            if one == "1":
                self.discard_output = lines is None
                self.output_file = lines
            else:
                self.streams.replaced(one, write)

    def output(self, emit: Emit) -> Emit:
        if self.output_file is not None:
            return self.output_file.append
        return nowhere if self.discard_output else emit

    def finish(self) -> None:
        for path, append, lines in self.files:
            self.frame.session.write_file(path, lines, append)


def redirections(unit: Unit, nodes: tuple[syntax.Redirection, ...]) -> Callable[[Frame], Redirected]:
    targets = [
        (node.stream, None if isinstance(node.target, str) else expression(unit, node.target), node.append)
        for node in nodes
    ]

    def redirect(frame: Frame) -> Redirected:
        made = Redirected(frame)
        for stream, target, append in targets:
            if target is None:
                made.merge(stream)
            else:
                made.to_file(stream, target(frame), append)
        return made

    return redirect
