"""What a person, a program and a log file see of a run."""

from passivelab.report.errors import show_error
from passivelab.report.jsonlines import JsonLines
from passivelab.report.live import Live
from passivelab.report.logs import LogFiles
from passivelab.report.masking import Mask
from passivelab.report.plan import plan_lines
from passivelab.report.screen import Lines, Screen, make_console

__all__ = [
    "JsonLines",
    "Lines",
    "Live",
    "LogFiles",
    "Mask",
    "Screen",
    "make_console",
    "plan_lines",
    "show_error",
]
