"""What values may hold: the lab refuses what would fill the machine's memory.

One value has a limit of its own. What a pipeline keeps altogether is looked at only where the whole process has become
large, and then only the pipeline that made much is cut off: the other hosts of the lab run in the same process.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from winsim.interpreter.ambient import current_session
from winsim.interpreter.errors import LimitExceeded

COUNTED: Final = 64 * 1024  # from here on what a value holds is counted for its pipeline
LARGE: Final = 1024 * 1024  # from here on the size of what grows is watched
LARGEST: Final = 64 * 1024 * 1024
MUCH: Final = 512 * 1024 * 1024  # characters that a pipeline may make before it is held responsible
MANY_STATEMENTS: Final = 2_000_000  # the same for what is made of small values
LOOK_EVERY: Final = 65_536  # statements
MOST_MEMORY: Final = 3 * 1024 * 1024 * 1024  # bytes of the whole process

_STATUS: Final = Path("/proc/self/statm")


def check_size(size: int) -> None:
    """``size``: characters of a text, or four times the elements of a collection."""
    if size > LARGEST:
        raise LimitExceeded(f"a value of {size} elements or characters")
    if size > COUNTED:
        count_for_pipeline(size)


def count_for_pipeline(size: int) -> None:
    session = current_session()
    if session is None:
        return
    session.made += size
    if session.made > MUCH:
        session.made = MUCH // 2
        if resident() > MOST_MEMORY:
            raise out_of_memory()


def resident() -> int:
    """The bytes of memory that the process takes; 0 where the system does not tell."""
    try:
        return int(_STATUS.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


def out_of_memory() -> LimitExceeded:
    return LimitExceeded(f"more memory than the {MOST_MEMORY // 1024**3} GiB of the whole lab")


def joined(separator: str, texts: Sequence[str]) -> str:
    """The texts as one, which is not larger than a value may be."""
    size = sum(map(len, texts)) + len(separator) * len(texts)
    if size > COUNTED:
        check_size(size)
    return separator.join(texts)
