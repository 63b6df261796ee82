"""A runspace: global state, command look-up, running pipelines and stopping them."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from winsim.interpreter.ambient import running
from winsim.interpreter.binder import Argument
from winsim.interpreter.blocks import BlockRunner
from winsim.interpreter.command import NotBuilt
from winsim.interpreter.convert import to_bool
from winsim.interpreter.errors import (
    BreakLoop,
    ContinueLoop,
    ErrorRecord,
    ExceptionObject,
    ExitScript,
    LimitExceeded,
    PipelineStopped,
    Position,
    ReturnBlock,
    TerminatingError,
    escaping,
)
from winsim.interpreter.frames import Frame
from winsim.interpreter.globals import GlobalState
from winsim.interpreter.history import HistoryEntry
from winsim.interpreter.hosting import HostUI, Identity, Limits, Outcome, PipelineRequest, Sink
from winsim.interpreter.lookup import Lookup
from winsim.interpreter.pipeline import Stage
from winsim.interpreter.providers import attach
from winsim.interpreter.scopes import Scope
from winsim.interpreter.sizes import LOOK_EVERY, MANY_STATEMENTS, MOST_MEMORY, out_of_memory, resident
from winsim.interpreter.streams import InformationalRecord, Streams
from winsim.interpreter.texts import to_text

if TYPE_CHECKING:
    from winsim.interpreter.binder import Binding
    from winsim.world.host import Host
    from winsim.world.lab import World

CHECK_EVERY = 256
LOG = logging.getLogger(__name__)


class Session(GlobalState, Lookup, BlockRunner):
    """One runspace on a host under an identity. ``invoke`` runs in the calling thread, ``stop`` may come from another.

    ``state`` is for command families that keep something per runspace (locations, drives, jobs ...).
    """

    def __init__(self, world: World, host: Host, identity: Identity, ui: HostUI | None = None) -> None:
        self.world = world
        self.host = host
        self.identity = identity
        self.ui = ui
        self.state: dict[str, Any] = {}
        self.import_seconds: Callable[[], float] = float  # what loading a module costs; nothing by default
        self.limits = Limits()
        self.streams = Streams(*(lambda record: None,) * 4)
        self.budget = CHECK_EVERY
        self.statements = 0
        self.made = 0  # characters and elements of large values that the pipeline made
        self.deadline: float | None = None
        self.stopping = threading.Event()
        self.stop_asked = False  # as ``stopping``, for places that look at it for each object
        self.stop_later = False  # when the last finally block has ended
        self.finishing = 0  # finally blocks that run
        self.in_try = 0
        self.history: list[HistoryEntry] = []
        self.loops = 0
        self.depth = 0
        self.caught: list[TerminatingError] = []
        self.last_ok = True
        self.command: Any = None
        self.exit_code: int | None = None
        self.sink: Sink | None = None
        self.scope = Scope(None)
        self.fill_global_scope()
        attach(self)

    # -- pipelines ----------------------------------------------------------------------------------------------------

    def invoke(self, request: PipelineRequest, sink: Sink) -> Outcome:
        """Runs one pipeline to its end."""
        from winsim.interpreter.requests import run_request

        sys.setrecursionlimit(max(sys.getrecursionlimit(), 60_000))
        self.prepare(request.limits, sink)
        entry = HistoryEntry.of(request) if request.add_to_history else None
        try:
            with running(self):
                run_request(self, request, sink)
        except TerminatingError as problem:
            self.last_ok = False
            self.remember(problem)
            return Outcome("failed", problem.record, escaping(problem))
        except ExitScript as leaving:
            self.exit_code = leaving.code
            self.set_exit_code(leaving.code)
            if self.ui is not None:
                self.ui.set_should_exit(leaving.code)
        except (BreakLoop, ContinueLoop, ReturnBlock):
            pass
        except PipelineStopped:
            return Outcome("stopped")
        except NotBuilt as problem:
            return Outcome("failed", lab_error("NotBuilt", str(problem)))
        except LimitExceeded as problem:
            return Outcome("failed", lab_error("LimitExceeded", f"the simulated lab cut the pipeline off: {problem}"))
        except RecursionError:
            from winsim.interpreter.compile_statements import too_deep

            return Outcome("failed", too_deep().record)
        except Exception as problem:  # a defect of the lab must not take the endpoint down, and must not pass silently
            LOG.exception("defect while running a pipeline on %s", getattr(self.host, "name", ""))
            return Outcome("failed", lab_error("Defect", f"defect of the simulated lab: {problem!r}"))
        if entry is not None:
            self.history.append(entry)
        return Outcome("completed")

    def prepare(self, limits: Limits, sink: Sink) -> None:
        self.limits = limits
        self.sink = sink
        self.streams = Streams(sink.error, sink.warning, sink.verbose, sink.debug)
        self.statements = self.made = 0
        self.budget = CHECK_EVERY
        self.deadline = time.monotonic() + limits.seconds if limits.seconds is not None else None
        self.stopping.clear()
        self.stop_asked = self.stop_later = False
        self.in_try = self.loops = self.depth = self.finishing = 0
        self.caught = []
        self.exit_code = None

    def charge_imports(self, seconds: Callable[[], float]) -> None:
        """From now on the first command of a module waits as long as loading it takes."""
        self.import_seconds = seconds

    def stop(self) -> None:
        """Asks the running pipeline to stop; takes effect at the next statement or object, and wakes what sleeps.

        It comes from any thread.
        """
        if self.finishing:
            self.stop_later = True
            return
        self.stopping.set()
        self.stop_asked = True
        self.budget = -1  # lost when the interpreter is just writing it; then a few hundred statements later

    def check(self) -> None:
        """Called every few hundred statements, and at once after a stop request: stop requests and limits."""
        self.statements += CHECK_EVERY
        self.budget = CHECK_EVERY
        if self.stopping.is_set():
            raise PipelineStopped
        if self.limits.statements is not None and self.statements > self.limits.statements:
            raise LimitExceeded(f"more than {self.limits.statements} statements")
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise LimitExceeded(f"more than {self.limits.seconds} seconds")
        if self.statements % LOOK_EVERY == 0 and self.statements > MANY_STATEMENTS and resident() > MOST_MEMORY:
            raise out_of_memory()

    def pause_stop(self) -> None:
        """A finally block runs to its end, whether the pipeline is being stopped or is asked to while it runs."""
        self.finishing += 1
        if self.stopping.is_set():
            self.stop_later = True
            self.stop_asked = False
            self.stopping.clear()

    def resume_stop(self) -> None:
        self.finishing -= 1
        if self.stop_later and not self.finishing:
            self.stop_later = False
            self.stop()

    def sleep(self, seconds: float) -> None:
        """Waits on the lab clock; a stop request ends it."""
        self.pause(self.world.clock.wall_seconds(seconds) if self.world is not None else seconds)

    def pause(self, seconds: float) -> None:
        """Waits in this computer's time, at most as long as the pipeline may run."""
        left = seconds if self.deadline is None else self.deadline - time.monotonic()
        with self.lock_laid_down():
            stopped = self.stopping.wait(max(0.0, min(seconds, left)))
        if stopped:
            raise PipelineStopped
        if left < seconds:
            raise LimitExceeded(f"more than {self.limits.seconds} seconds")

    def lock_laid_down(self) -> AbstractContextManager[None]:
        """For waiting: while somebody is asked or time passes, the world belongs to the others."""
        return nullcontext() if self.world is None else self.world.lock.laid_down()

    # -- errors and other records -------------------------------------------------------------------------------------

    def preference(self, name: str, scope: Scope) -> str:
        """The value of a preference variable as the name of an ActionPreference."""
        value = scope.lookup(name, "Continue")
        if type(value) is str:
            return PREFERENCE_NAMES.get(value.lower(), value)
        if isinstance(value, int) and not hasattr(value, "name"):
            return ("SilentlyContinue", "Stop", "Continue", "Inquire", "Ignore")[int(value) % 5]
        return to_text(value)

    def whatif(self, scope: Scope) -> bool:
        return to_bool(scope.lookup("whatifpreference", False))

    def remember(self, problem: TerminatingError) -> None:
        """Puts a terminating error into $Error, once."""
        if not problem.recorded:
            problem.recorded = True
            self.add_error(problem.record)
            self.streams.collect_error(problem.record)

    def add_error(self, record: ErrorRecord) -> None:
        if self.errors and self.errors[0] is record:
            return
        self.errors.insert(0, record)
        del self.errors[256:]

    def write_error(self, record: ErrorRecord, scope: Scope) -> None:
        """A non-terminating error of a script."""
        action = self.preference("erroractionpreference", scope)
        if action == "Stop":
            raise TerminatingError(record, stop=True)
        if action == "Ignore":
            return
        self.add_error(record)
        self.streams.collect_error(record)
        if action != "SilentlyContinue":
            self.streams.error(record)

    def write_note(self, record: InformationalRecord, kind: str, action: str) -> None:
        """A warning, verbose or debug record, as its preference says."""
        if action in ("SilentlyContinue", "Ignore"):
            return
        write = {"Warning": self.streams.warning, "Verbose": self.streams.verbose, "Debug": self.streams.debug}[kind]
        write(record)
        asks = action == "Inquire" and self.ui is not None and self.ui.interactive
        if asks and self.choose("Confirm", "Continue with this operation?", (YES, YES_TO_ALL, HALT)) == 2:
            action = "Stop"
        if action == "Stop":
            message = (
                f'The running command stopped because the preference variable "{kind}Preference" or common parameter '
                f"is set to Stop: {record.message}"
            )
            exception = ExceptionObject("System.Management.Automation.ActionPreferenceStopException", message)
            raise TerminatingError(ErrorRecord(exception, "ActionPreferenceStop", "OperationStopped"), stop=True)

    def ui_line(self, text: str) -> None:
        """A line for the client's host, such as what -WhatIf says."""
        if self.ui is not None:
            with self.lock_laid_down():
                self.ui.write_line("output", text)

    def confirm(self, text: str) -> bool:
        """Asks as ShouldProcess does."""
        question = f"Are you sure you want to perform this action?\r\n{text}"
        return self.choose("Confirm", question, (YES, YES_TO_ALL, NO, NO_TO_ALL)) in (0, 1)

    def choose(self, caption: str, message: str, choices: Sequence[Mapping[str, str]]) -> object:
        """The number of the choice that the client's user made."""
        from winsim.interpreter.hosting import HostUnavailable

        try:
            if self.ui is None:
                raise HostUnavailable
            with self.lock_laid_down():
                return self.ui.call("PromptForChoice", (caption, message, choices, 0))
        except HostUnavailable:
            exception = ExceptionObject(
                "System.Management.Automation.PSInvalidOperationException",
                "Windows PowerShell is in NonInteractive mode. Read and Prompt functionality is not available.",
            )
            raise TerminatingError(ErrorRecord(exception, "InvalidOperation", "InvalidOperation")) from None

    def set_exit_code(self, code: int) -> None:
        self.scope.vars["lastexitcode"] = code

    def command_name(self, binding: Binding) -> str:
        return binding.label.rpartition(".")[2].removesuffix("Command") if binding.command.is_cmdlet else binding.label

    # -- commands -----------------------------------------------------------------------------------------------------

    def stage_for(
        self,
        frame: Frame,
        target: object,
        arguments: Sequence[Argument],
        position: Position | None,
        *,
        dotted: bool = False,
        called: bool = False,
    ) -> Stage:
        """The pipeline stage for what stands in command position."""
        from winsim.interpreter.stages import stage_for

        return stage_for(self, frame, target, arguments, position, dotted=dotted, called=called)


YES = {"label": "&Yes", "helpMessage": "Continue with only the next step of the operation."}
YES_TO_ALL = {"label": "Yes to &All", "helpMessage": "Continue with all the steps of the operation."}
NO = {"label": "&No", "helpMessage": "Skip this operation and proceed with the next operation."}
NO_TO_ALL = {"label": "No to A&ll", "helpMessage": "Skip this operation and all subsequent operations."}
HALT = {"label": "&Halt Command", "helpMessage": "Stop this command."}

PREFERENCE_NAMES = {
    name.lower(): name for name in ("SilentlyContinue", "Stop", "Continue", "Inquire", "Ignore", "Suspend")
}


def lab_error(id: str, message: str) -> ErrorRecord:
    """An error of the lab itself, not of Windows."""
    exception = ExceptionObject("System.NotImplementedException", message)
    return ErrorRecord(exception, f"Lab{id}", "NotImplemented")
