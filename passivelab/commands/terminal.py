"""The boundary of every command: what it shows, and which exit code its end means. No traceback passes it."""

from __future__ import annotations

import contextlib
import logging
import platform
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from rich.console import Console

from passivelab.commands.paths import crashes
from passivelab.engine.events import Event
from passivelab.errors import Defect, Exit, Interrupted, PassivelabError
from passivelab.report import JsonLines, Lines, Live, Mask, Screen, make_console, show_error

Body = Callable[["Terminal"], Exit]


class Terminal:
    """What one command talks to. Standard output is for results; errors go to standard error."""

    def __init__(self, json: bool = False) -> None:
        self._secrets: list[Callable[[], Iterable[str]]] = []
        self.mask = Mask(lambda: [value for source in self._secrets for value in source()])
        self.console = make_console(sys.stdout)
        self.json = JsonLines(sys.stdout, self.mask) if json else None
        self._screen: Screen | None = None
        self._handlers: list[Callable[[Event], None]] = []
        self._lock = threading.Lock()

    @property
    def interactive(self) -> bool:
        """Whether a person can be asked."""
        return self.json is None and sys.stdin.isatty() and sys.stdout.isatty()

    def hide(self, values: Callable[[], Iterable[str]]) -> None:
        """Mask these values, whatever they will be, in everything from now on."""
        self._secrets.append(values)

    def watch(self, *, whole_plan: bool = False, records: str = "") -> None:
        """Show the events of a run."""
        if self.json is not None:
            self._handlers.append(self.json)
            return
        live = self.console.is_terminal and not self.console.is_dumb_terminal
        kind = Live if live else Lines
        self._screen = kind(self.console, self.mask, whole_plan, records)
        self._handlers.append(self._screen)

    def also(self, handler: Callable[[Event], None]) -> None:
        self._handlers.append(handler)

    def emit(self, event: Event) -> None:
        """From any thread."""
        with self._lock:
            for handler in self._handlers:
                handler(event)

    def say(self, text: str = "", style: str | None = None) -> None:
        """A line for people; programs get none."""
        if self.json is None:
            self.console.print(self.mask.text(text), style=style, soft_wrap=True)

    def pause(self) -> None:
        """Take moving things off the screen, to ask something."""
        self.close()

    def close(self) -> None:
        if self._screen is not None:
            self._screen.close()

    def error(self, error: PassivelabError) -> None:
        self.close()
        with contextlib.suppress(BrokenPipeError):
            if self.json is not None:
                self.json.error(error)
        with contextlib.suppress(BrokenPipeError):
            show_error(_error_console(), error, self.mask)


def run(body: Body, *, json: bool = False) -> int:
    """Run a command and give its exit code."""
    _quiet_libraries()
    _end_gently()
    terminal = Terminal(json)
    try:
        return int(body(terminal))
    except PassivelabError as error:
        terminal.error(error)
        return int(error.exit_code)
    except KeyboardInterrupt:
        terminal.error(Interrupted())
        return int(Exit.INTERRUPTED)
    except BrokenPipeError:
        return int(Exit.INTERRUPTED)  # whoever read along has left, and needs no words
    except Exception as error:
        terminal.error(_crash(error, terminal.mask))
        return int(Exit.DEFECT)
    finally:
        terminal.close()


def _end_gently() -> None:
    """A request to end is an interruption like Ctrl-C: what runs is finished and written down."""

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, interrupt)


def _crash(error: Exception, mask: Mask) -> Defect:
    folder = crashes()
    name = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f") + ".txt"
    versions = ", ".join(f"{package} {version(package)}" for package in ("passivelab", "pypsrp", "invoke"))
    text = f"{' '.join(sys.argv)}\nPython {platform.python_version()}, {platform.platform()}; {versions}\n\n"
    record: Path | None = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(mask.text(text + "".join(traceback.format_exception(error))), "utf-8")
    except OSError:
        record = None
    reason = f"{type(error).__name__}: {error}"
    return Defect(reason=reason, record=record, hint="please report it with the record; it holds no secrets")


def _error_console() -> Console:
    return make_console(sys.stderr)


def _quiet_libraries() -> None:
    """The libraries tell every retry; what matters of it is in our own errors."""
    for name in ("pypsrp", "spnego", "urllib3", "winrm"):
        logger = logging.getLogger(name)
        logger.addHandler(logging.NullHandler())
        logger.propagate = False
