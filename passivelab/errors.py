"""Every way in which passivelab says no: one tree of exceptions that carry data and build their message late.

PassivelabError
├── UsageError                    the command was called wrongly
├── InvalidError                  files of the user's: every problem found, each with its place
│   ├── InventoryErrors
│   ├── RoleErrors
│   └── TemplateErrors
├── SecretError                   a reference to a secret leads nowhere
├── TransportError                a host
│   ├── Unreachable               does not answer
│   ├── CredentialsRefused        answers, and refuses the credentials
│   ├── NoDelegation              answers, and has no way yet to work on a second machine from there
│   │   ├── NoSessionConfiguration    lets us in, and lacks the session configuration that was asked for
│   │   └── NoCredSsp             does not accept credentials that are handed over
│   ├── SimulatedLabGone          was simulated by a process that has ended
│   ├── ConnectionGone            was there and went away in the middle
│   └── TimedOut                  did not finish in time
├── StepFailed                    a script ended with an error
├── NotConverged                  a script ended well, and the host is still not as wanted
├── VerificationFailed            the proof found a difference
├── Locked                        another run holds the lab
├── Refused                       a change that would do harm: protection, no confirmation, someone locked out
├── Defect                        of ours
└── Interrupted
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import ClassVar


class Exit(IntEnum):
    """What a command's exit code means."""

    FINE = 0
    USAGE = 1
    CHANGES_PENDING = 2
    STEP_FAILED = 3
    UNREACHABLE = 4
    INVALID = 5
    VERIFICATION_FAILED = 6
    LOCKED = 7
    REFUSED = 8
    DEFECT = 70
    INTERRUPTED = 130


# Where several things went wrong in one run, the first of these decides; behind them the smallest.
PRECEDENCE = (Exit.INTERRUPTED, Exit.DEFECT, Exit.UNREACHABLE, Exit.STEP_FAILED, Exit.VERIFICATION_FAILED)


def worst(codes: Iterable[Exit]) -> Exit:
    """The exit code of a run in which all of these happened."""
    found = set(codes) - {Exit.FINE}
    first = next((code for code in PRECEDENCE if code in found), None)
    return first or min(found, default=Exit.FINE)


@dataclass(frozen=True)
class Place:
    """A place in a file of the user's; lines and columns count from 1."""

    file: Path
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{shown(self.file)}:{self.line}:{self.column}"

    def excerpt(self) -> str | None:
        """The line of the file, None where the file or the line cannot be read."""
        try:
            lines = self.file.read_text(encoding="utf-8-sig", errors="replace").splitlines()
        except OSError:
            return None
        return lines[self.line - 1] if 0 < self.line <= len(lines) else None


def shown(file: Path) -> Path:
    """The file as seen from the current folder, where that is shorter."""
    try:
        return file.relative_to(Path.cwd())
    except (ValueError, OSError):
        return file


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in a file: a value, so that all of them can be collected and shown at once."""

    code: str
    message: str
    place: Place | None = None
    expected: str | None = None
    found: str | None = None
    hint: str | None = None
    length: int = 1  # how many characters of the line are meant

    @property
    def notes(self) -> tuple[tuple[str, str], ...]:
        """(label, text) of what is known beyond the message."""
        labelled = (("expected", self.expected), ("found", self.found), ("hint", self.hint))
        return tuple((label, text) for label, text in labelled if text)

    def render_plain(self) -> str:
        """The problem as a screen of plain text: place, line, caret, expected, found, hint."""
        return "\n".join([f"error[{self.code}]: {self.message}", *self._where(), *self._notes()])

    def _where(self) -> list[str]:
        if self.place is None:
            return []
        line = self.place.excerpt()
        margin = " " * len(str(self.place.line))
        lines = [f"{margin}--> {self.place}"]
        if line is None:
            return lines
        # Tabs stay tabs above the caret, so that it stands under its character at any tab width.
        indent = "".join("\t" if char == "\t" else " " for char in line[: self.place.column - 1])
        width = max(1, min(self.length, len(line) - len(indent)))
        return [*lines, f"{margin} |", f"{self.place.line} | {line}", f"{margin} | {indent}{'^' * width}"]

    def _notes(self) -> list[str]:
        margin = " " * len(str(self.place.line)) if self.place else ""
        starts = ((f"{margin} = {label}: ", text) for label, text in self.notes)
        return [start + text.replace("\n", "\n" + " " * len(start)) for start, text in starts]


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Problems by file and position, each once."""

    def position(problem: Problem) -> tuple[str, int, int]:
        place = problem.place
        return (str(place.file), place.line, place.column) if place else ("", 0, 0)

    return tuple(sorted(dict.fromkeys(problems), key=position))


@dataclass(eq=False, kw_only=True)
class PassivelabError(Exception):
    """The root of the tree. ``code`` is stable; the texts say what was expected, what was found and what to try."""

    code: ClassVar[str] = "error"
    exit_code: ClassVar[Exit] = Exit.DEFECT

    expected: str | None = None
    found: str | None = None
    hint: str | None = None
    place: Place | None = None
    record: Path | None = None  # where the whole story is: a log, a journal, a report

    def message(self) -> str:
        """What went wrong, in one sentence."""
        raise NotImplementedError

    def problems(self) -> tuple[Problem, ...]:
        """The error as values for a screen: usually one."""
        return (Problem(self.code, self.message(), self.place, self.expected, self.found, self.hint),)

    def render_plain(self) -> str:
        text = "\n\n".join(problem.render_plain() for problem in self.problems())
        return f"{text}\n = record: {self.record}" if self.record else text

    def __str__(self) -> str:
        return self.message()


@dataclass(eq=False, kw_only=True)
class UsageError(PassivelabError):
    code: ClassVar[str] = "usage"
    exit_code: ClassVar[Exit] = Exit.USAGE

    reason: str

    def message(self) -> str:
        return self.reason


# -- files of the user's ----------------------------------------------------------------------------------------------


@dataclass(eq=False)
class InvalidError(PassivelabError):
    """Everything that is wrong with the user's files, found in one go."""

    code: ClassVar[str] = "invalid"
    exit_code: ClassVar[Exit] = Exit.INVALID
    subject: ClassVar[str] = "the files"

    found_problems: tuple[Problem, ...]

    def message(self) -> str:
        count = len(self.found_problems)
        first = self.found_problems[0]
        where = f"{first.place}: " if first.place else ""
        more = f" (and {count - 1} more)" if count > 1 else ""
        return f"{count} problem{'s' if count > 1 else ''} in {self.subject}: {where}{first.message}{more}"

    def problems(self) -> tuple[Problem, ...]:
        return in_order(self.found_problems)


@dataclass(eq=False)
class InventoryErrors(InvalidError):
    code: ClassVar[str] = "inventory"
    subject: ClassVar[str] = "the inventory"


@dataclass(eq=False)
class RoleErrors(InvalidError):
    code: ClassVar[str] = "role"
    subject: ClassVar[str] = "the roles"


@dataclass(eq=False)
class TemplateErrors(InvalidError):
    code: ClassVar[str] = "template"
    subject: ClassVar[str] = "the templates"


@dataclass(eq=False, kw_only=True)
class SecretError(PassivelabError):
    """A secret's reference leads nowhere. The error never holds a secret's value."""

    code: ClassVar[str] = "secret"
    exit_code: ClassVar[Exit] = Exit.INVALID

    name: str
    reason: str

    def message(self) -> str:
        return f"the secret {self.name!r} cannot be had: {self.reason}"


# -- hosts ------------------------------------------------------------------------------------------------------------


@dataclass(eq=False, kw_only=True)
class TransportError(PassivelabError):
    code: ClassVar[str] = "transport"
    exit_code: ClassVar[Exit] = Exit.UNREACHABLE

    host: str
    endpoint: str = ""
    reason: str = ""

    def happened(self) -> str:
        return "the connection failed"

    def message(self) -> str:
        where = f" ({self.endpoint})" if self.endpoint else ""
        why = f": {self.reason}" if self.reason else ""
        return f"{self.host}{where}: {self.happened()}{why}"


@dataclass(eq=False, kw_only=True)
class Unreachable(TransportError):
    code: ClassVar[str] = "unreachable"

    def happened(self) -> str:
        return "the host does not answer"


@dataclass(eq=False, kw_only=True)
class Untrusted(TransportError):
    """Somebody answers, and cannot show that it is the host."""

    code: ClassVar[str] = "untrusted"

    def happened(self) -> str:
        return "the host's certificate is not trusted"


@dataclass(eq=False, kw_only=True)
class CredentialsRefused(TransportError):
    code: ClassVar[str] = "credentials-refused"

    user: str = ""

    def happened(self) -> str:
        return f"the host refuses the credentials of {self.user}" if self.user else "the host refuses the credentials"


@dataclass(eq=False, kw_only=True)
class NoDelegation(TransportError):
    """A step that reaches a second machine has no way there: often one that another step makes."""

    code: ClassVar[str] = "no-delegation"


@dataclass(eq=False, kw_only=True)
class NoCredSsp(NoDelegation):
    code: ClassVar[str] = "no-credssp"

    def happened(self) -> str:
        return "the host does not accept CredSSP"


@dataclass(eq=False, kw_only=True)
class NoSessionConfiguration(NoDelegation):
    code: ClassVar[str] = "no-session-configuration"

    configuration: str = ""

    def happened(self) -> str:
        return f"the host has no session configuration {self.configuration}"


@dataclass(eq=False, kw_only=True)
class SimulatedLabGone(TransportError):
    code: ClassVar[str] = "simulated-lab-gone"

    def happened(self) -> str:
        return "the simulated lab has ended"


@dataclass(eq=False, kw_only=True)
class ConnectionGone(TransportError):
    code: ClassVar[str] = "connection-gone"

    def happened(self) -> str:
        return "the connection went away"


@dataclass(eq=False, kw_only=True)
class TimedOut(TransportError):
    code: ClassVar[str] = "timed-out"

    limit: float = 0.0
    elapsed: float = 0.0

    def happened(self) -> str:
        return f"no answer after {self.elapsed:.0f} s (the limit is {self.limit:.0f} s)"


# -- runs -------------------------------------------------------------------------------------------------------------


@dataclass(eq=False, kw_only=True)
class StepFailed(PassivelabError):
    code: ClassVar[str] = "step-failed"
    exit_code: ClassVar[Exit] = Exit.STEP_FAILED

    step: str
    host: str
    phase: str  # current, apply or remove
    reason: str
    error_id: str = ""  # PowerShell's FullyQualifiedErrorId

    def message(self) -> str:
        known = f" [{self.error_id}]" if self.error_id else ""
        return f"{self.host} {self.step}: {self.phase} failed: {self.reason}{known}"


@dataclass(eq=False, kw_only=True)
class NotConverged(PassivelabError):
    code: ClassVar[str] = "not-converged"
    exit_code: ClassVar[Exit] = Exit.STEP_FAILED

    step: str
    host: str
    differences: tuple[str, ...]  # one line each: property, wanted, got

    def message(self) -> str:
        return f"{self.host} {self.step}: still different after the change: {'; '.join(self.differences)}"


@dataclass(eq=False, kw_only=True)
class Waiting(PassivelabError):
    """Nothing is wrong: somebody outside has to do something before it can go on. The step is not done, though."""

    code: ClassVar[str] = "waiting"
    exit_code: ClassVar[Exit] = Exit.STEP_FAILED

    step: str
    host: str
    what: str

    def message(self) -> str:
        return f"{self.host} {self.step}: waits for {self.what}"


@dataclass(eq=False, kw_only=True)
class VerificationFailed(PassivelabError):
    code: ClassVar[str] = "verification-failed"
    exit_code: ClassVar[Exit] = Exit.VERIFICATION_FAILED

    failures: tuple[str, ...]

    def message(self) -> str:
        return f"the proof found {len(self.failures)} difference(s): {'; '.join(self.failures[:3])}"


@dataclass(eq=False, kw_only=True)
class Locked(PassivelabError):
    code: ClassVar[str] = "locked"
    exit_code: ClassVar[Exit] = Exit.LOCKED

    lab: str
    owner: str  # user, host, process and age of who holds it

    def message(self) -> str:
        return f"the lab {self.lab!r} is in use by {self.owner}"


@dataclass(eq=False, kw_only=True)
class Refused(PassivelabError):
    code: ClassVar[str] = "refused"
    exit_code: ClassVar[Exit] = Exit.REFUSED

    reason: str

    def message(self) -> str:
        return self.reason


@dataclass(eq=False, kw_only=True)
class Defect(PassivelabError):
    """Something that must not happen. Whoever sees it has found a mistake in passivelab."""

    code: ClassVar[str] = "defect"
    exit_code: ClassVar[Exit] = Exit.DEFECT

    reason: str

    def message(self) -> str:
        return f"a defect in passivelab: {self.reason}"


@dataclass(eq=False, kw_only=True)
class Interrupted(PassivelabError):
    code: ClassVar[str] = "interrupted"
    exit_code: ClassVar[Exit] = Exit.INTERRUPTED

    def message(self) -> str:
        return "interrupted; what was begun is in the journal, the next build goes on from there"
