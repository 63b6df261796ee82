"""Standard streams of a process that runs in a WinRS shell."""

from __future__ import annotations

import codecs
import threading
from collections.abc import Callable
from typing import Final

_CODE_PAGES: Final = {65001: "utf-8", 437: "cp437", 850: "cp850", 1252: "cp1252", 20127: "ascii", 1200: "utf-16-le"}


def encoding_of(code_page: int) -> str | None:
    """Python's name of a Windows code page; None for one that Windows does not have."""
    if code_page in _CODE_PAGES:
        return _CODE_PAGES[code_page]
    try:
        return codecs.lookup(f"cp{code_page}").name
    except LookupError:
        return None


class StandardInput:
    """Bytes from the network, text for the process. Reading waits until there is something, or the end."""

    def __init__(self, encoding: str) -> None:
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._condition = threading.Condition()
        self._text = ""
        self._ended = False
        self._touched = False

    @property
    def touched(self) -> bool:
        """Whether the client has sent anything."""
        return self._touched

    def put(self, data: bytes, end: bool) -> None:
        with self._condition:
            self._touched = True
            self._text += self._decoder.decode(data, end)
            self._ended = self._ended or end
            self._condition.notify_all()

    def close(self) -> None:
        with self._condition:
            self._ended = True
            self._condition.notify_all()

    def read_line(self) -> str | None:
        """The next line without its end, None after the last one."""
        with self._condition:
            self._condition.wait_for(lambda: "\n" in self._text or self._ended)
            if not self._text:
                return None
            line, _, self._text = self._text.partition("\n")
            return line.removesuffix("\r")

    def read(self, count: int) -> str:
        with self._condition:
            self._condition.wait_for(lambda: bool(self._text) or self._ended)
            taken, self._text = self._text[:count], self._text[count:]
            return taken

    def read_to_end(self) -> str:
        with self._condition:
            self._condition.wait_for(lambda: self._ended)
            taken, self._text = self._text, ""
            return taken


class ProcessStreams:
    """Implements Console. ``emit`` takes the stream's name and bytes; it may block while the client is far behind."""

    def __init__(self, page: int, emit: Callable[[str, bytes], None]) -> None:
        self.page = page
        self._encoding = encoding_of(page) or "ascii"
        self.input = StandardInput(self._encoding)
        self._emit = emit

    def change_page(self, page: int) -> bool:
        """What chcp does to the output; False for a code page that Windows does not have."""
        encoding = encoding_of(page)
        if encoding is None:
            return False
        self.page, self._encoding = page, encoding
        return True

    def read_line(self) -> str | None:
        return self.input.read_line()

    def read(self, count: int) -> str:
        return self.input.read(count)

    def read_to_end(self) -> str:
        return self.input.read_to_end()

    def write(self, text: str, *, error: bool = False) -> None:
        if text:
            self._emit("stderr" if error else "stdout", text.encode(self._encoding, "replace"))

    def line(self, text: str, *, error: bool = False) -> None:
        self.write(text + "\r\n", error=error)
