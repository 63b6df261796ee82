"""An append-only record, one JSON object a line, on disk before what it announces happens."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from passivelab.errors import Defect, Place

Record = dict[str, Any]


class Journal:
    """The journal of one lab. Hosts work in parallel: ``append`` may be called from any thread.

    A line that a crash has torn is the last one, and announces nothing that has happened: it is dropped.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._file: int | None = None
        self.records: list[Record] = []
        if read_only:
            self.records = read(path)
        else:
            self._open(path)

    def _open(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self.records, length = _parse(path, path.read_bytes())
        os.ftruncate(self._file, length)
        _sync_folder(path.parent)

    def append(self, record: Mapping[str, Any], *, durable: bool = True) -> None:
        """Write a record; when ``durable`` it is on disk before this returns."""
        if self._file is None:
            raise Defect(reason="a journal that is only read was written to")
        stamped = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), **record}
        line = json.dumps(stamped, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass") + b"\n"
        with self._lock:
            # One write: O_APPEND keeps the line whole unless the machine stops in the middle of it.
            written = os.write(self._file, line)
            if written != len(line):
                os.write(self._file, line[written:])
            if durable:
                os.fsync(self._file)
            self.records.append(stamped)

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()


def read(path: Path) -> list[Record]:
    """The records of a journal, without opening it for writing."""
    return _parse(path, path.read_bytes())[0] if path.exists() else []


def _parse(path: Path, data: bytes) -> tuple[list[Record], int]:
    """The whole records, and the length of the file up to the last of them."""
    records: list[Record] = []
    length = 0
    lines = data.split(b"\n")
    for number, line in enumerate(lines, 1):
        is_last = number >= len(lines) - 1  # the last line ends the file with a newline, or is torn before it
        if number == len(lines):
            break
        try:
            record = json.loads(line.decode("utf-8", "surrogatepass"))
            if not isinstance(record, dict):
                raise ValueError("not an object")
        except ValueError as error:
            if is_last and not lines[-1]:
                break
            raise Defect(
                reason=f"the journal is damaged at line {number}",
                found=str(error),
                hint="put the file back from a copy, or move it away: the lab then owns nothing",
                place=Place(path, number),
            ) from error
        records.append(record)
        length += len(line) + 1
    return records, length


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
