"""The lock of the world."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class WorldLock:
    """A reentrant lock that its holder can lay down while it waits for time to pass or for somebody's answer.

    A command that asks the client's user keeps nobody else out of the world meanwhile: the answer itself may need it.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._owner: int | None = None
        self._depth = 0

    def __enter__(self) -> WorldLock:
        self._lock.acquire()
        self._owner = threading.get_ident()
        self._depth += 1
        return self

    def __exit__(self, *exception: object) -> None:
        self._depth -= 1
        if not self._depth:
            self._owner = None
        self._lock.release()

    @contextmanager
    def laid_down(self) -> Iterator[None]:
        """Without the lock inside, whether the caller held it or not; as before afterwards."""
        if self._owner != threading.get_ident():
            yield
            return
        depth, self._depth, self._owner = self._depth, 0, None
        for _ in range(depth):
            self._lock.release()
        try:
            yield
        finally:
            for _ in range(depth):
                self._lock.acquire()
            self._depth, self._owner = depth, threading.get_ident()
