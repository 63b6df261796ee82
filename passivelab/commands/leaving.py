"""No traceback where invoke itself prints, and its reader leaves early: its list of tasks, the help of a task.

The signal SIGPIPE stays ignored: at its default it would end a build whose connection to a host has dropped.
"""

from __future__ import annotations

import atexit
import sys
from types import TracebackType


def leave_quietly() -> None:
    former = sys.excepthook

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, BrokenPipeError):
            _forget()
        else:
            former(kind, error, trace)

    sys.excepthook = hook
    atexit.register(_flush)


def _flush() -> None:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _forget()


def _forget() -> None:
    from passivelab.report.pipes import nobody_reads  # late: a list of tasks needs no screen

    nobody_reads(sys.stdout)
