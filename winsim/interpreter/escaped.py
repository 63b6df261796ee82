"""Exceptions that escape from the body of a cmdlet, as the errors that PowerShell makes of them."""

from __future__ import annotations

from winsim.interpreter.command import CommandError
from winsim.interpreter.nettypes import NetError


def escaped(problem: NetError | OSError) -> CommandError | None:
    """The error that is named after the exception. None for an exception of this computer: that is a defect."""
    if isinstance(problem, NetError):
        return CommandError(problem.type_name, problem.message, exception=problem.type_name)
    if problem.errno is not None or not problem.args:  # the files of a host know no error numbers
        return None
    kind, message = _of_file(problem, str(problem.args[0]))
    return CommandError(kind, message, exception=kind)


def _of_file(problem: OSError, path: str) -> tuple[str, str]:
    if isinstance(problem, FileNotFoundError):
        return "System.IO.FileNotFoundException", f"Could not find file '{path}'."
    if isinstance(problem, NotADirectoryError):
        return "System.IO.DirectoryNotFoundException", f"Could not find a part of the path '{path}'."
    if isinstance(problem, FileExistsError):
        return "System.IO.IOException", f"The file '{path}' already exists."
    return "System.UnauthorizedAccessException", f"Access to the path '{path}' is denied."
