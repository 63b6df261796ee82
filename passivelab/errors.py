"""Every error that a user can meet, in one tree. They carry data and build their words late.

    LabError
    ├── UsageError            what was typed                                                        exit 1
    ├── DefinitionError       inventory, role or template is invalid; holds every problem found     exit 5
    │   ├── InventoryError
    │   ├── TemplateError
    │   └── PreflightError
    ├── TransportError        a host                                                                exit 4
    │   ├── Unreachable
    │   ├── Refused           the credentials
    │   ├── Gone              the connection, in the middle of something
    │   └── TimedOut
    ├── StepError             one step on one host                                                  exit 3
    │   ├── StepFailed
    │   └── NotConverged
    ├── VerificationFailed    the lab was read again and is not as wanted                           exit 6
    ├── Locked                another run works on this lab                                         exit 7
    ├── Denied                protection, no confirmation, someone would be locked out              exit 8
    └── StateError            a file of our own is damaged                                          exit 70
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    FINE = 0
    USAGE = 1
    CHANGES_PENDING = 2
    STEP_FAILED = 3
    UNREACHABLE = 4
    INVALID = 5
    NOT_VERIFIED = 6
    LOCKED = 7
    DENIED = 8
    DEFECT = 70
    INTERRUPTED = 130


# Which one a command ends with when several apply.
PRECEDENCE = (
    ExitCode.INTERRUPTED,
    ExitCode.DEFECT,
    ExitCode.UNREACHABLE,
    ExitCode.STEP_FAILED,
    ExitCode.NOT_VERIFIED,
)


class LabError(Exception):
    """An error with a stable code: what was expected, what was found, what to try, where the record is."""

    code: ClassVar[str] = "LAB-000"
    exit_code: ClassVar[ExitCode] = ExitCode.DEFECT

    def __init__(
        self,
        summary: str,
        *,
        expected: str | None = None,
        found: str | None = None,
        hint: str | None = None,
        record: str | None = None,
        place: object | None = None,
    ) -> None:
        super().__init__(summary)
        self.summary = summary
        self.expected = expected
        self.found = found
        self.hint = hint
        self.record = record
        self.place = place

    def __str__(self) -> str:
        return self.summary


class UsageError(LabError):
    code = "LAB-USE"
    exit_code = ExitCode.USAGE


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in a file: ``place`` prints as file:line:column."""

    place: object
    summary: str
    expected: str | None = None
    found: str | None = None
    hint: str | None = None
    code: str | None = None


class DefinitionError(LabError):
    """Inventory, role or template is invalid; every problem found is reported at once."""

    code = "LAB-DEF"
    exit_code = ExitCode.INVALID

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        super().__init__(f"{count} problem{'' if count == 1 else 's'} found; nothing was changed")


class InventoryError(DefinitionError):
    code = "LAB-INV"


class TemplateError(DefinitionError):
    code = "LAB-TPL"


class PreflightError(DefinitionError):
    code = "LAB-PRE"


class TransportError(LabError):
    """A host could not be worked with."""

    code = "LAB-NET"
    exit_code = ExitCode.UNREACHABLE

    def __init__(self, host: str, summary: str, **more: str | None) -> None:
        super().__init__(f"{host}: {summary}", **more)
        self.host = host


class Unreachable(TransportError):
    code = "LAB-NET-1"


class Refused(TransportError):
    code = "LAB-NET-2"


class Gone(TransportError):
    code = "LAB-NET-3"


class TimedOut(TransportError):
    code = "LAB-NET-4"


class StepError(LabError):
    """One step on one host; the others go on."""

    code = "LAB-STEP"
    exit_code = ExitCode.STEP_FAILED

    def __init__(self, host: str, step: str, summary: str, **more: object) -> None:
        place = more.pop("place", None)
        texts = {name: None if value is None else str(value) for name, value in more.items()}
        super().__init__(summary, place=place, **texts)
        self.host = host
        self.step = step


class StepFailed(StepError):
    code = "LAB-STEP-1"


class NotConverged(StepError):
    code = "LAB-STEP-2"


class VerificationFailed(LabError):
    code = "LAB-VER"
    exit_code = ExitCode.NOT_VERIFIED


class Locked(LabError):
    code = "LAB-LOCK"
    exit_code = ExitCode.LOCKED


class Denied(LabError):
    code = "LAB-DENY"
    exit_code = ExitCode.DENIED


class StateError(LabError):
    code = "LAB-STATE"
    exit_code = ExitCode.DEFECT
