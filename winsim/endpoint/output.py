"""What a shell or a command has to say, kept until the client fetches it with Receive."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from dataclasses import dataclass
from typing import Final

from winsim.endpoint import faults

_CAPACITY: Final = 8 * 1024 * 1024
_PER_CHUNK: Final = 220  # what the Stream element around a chunk costs


@dataclass(frozen=True)
class Chunk:
    stream: str
    data: bytes
    command_id: str | None = None


@dataclass(frozen=True)
class Batch:
    """The answer of one Receive. ``finished`` says that nothing will follow."""

    chunks: tuple[Chunk, ...]
    finished: bool
    exit_code: int | None
    ended: tuple[str, ...] = ()  # streams of a process that say that they are at their end


class OutputQueue:
    """Filled from any thread, emptied by the event loop.

    A batch stays here until the next Receive arrives: the same MessageID gets the same batch again, and a batch that
    could not be written is given out anew.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._room = threading.Condition()
        self._chunks: deque[Chunk] = deque()
        self._size = 0
        self._finished = False
        self._closed = False
        self._exit_code: int | None = None
        self._ended: tuple[str, ...] = ()
        self._waiter: asyncio.Future[bool] | None = None
        self._wake_pending = False
        self._last: tuple[str, Batch] | None = None

    def put(self, chunk: Chunk) -> None:
        """Adds data; blocks the caller (a worker thread) while the client is far behind."""
        with self._room:
            while self._size > _CAPACITY and not self._closed:
                self._room.wait()
            if self._closed or self._finished:
                return
            self._chunks.append(chunk)
            self._size += len(chunk.data)
            self._wake()

    def put_all(self, chunks: list[Chunk]) -> None:
        for chunk in chunks:
            self.put(chunk)

    def finish(self, exit_code: int | None = None, ended: tuple[str, ...] = ()) -> None:
        with self._room:
            self._finished = True
            self._ended = ended
            self._exit_code = exit_code
            self._wake()

    def close(self) -> None:
        """Nobody will fetch any more: what waits in ``put`` goes on, what waits in ``take`` fails."""
        with self._room:
            self._closed = True
            self._chunks.clear()
            self._size = 0
            self._room.notify_all()
            self._wake()

    def interrupt(self) -> None:
        """Ends a waiting Receive with a fault and keeps the data."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(False)

    def _wake(self) -> None:
        if not self._wake_pending:
            self._wake_pending = True
            try:
                self._loop.call_soon_threadsafe(self._awake)
            except RuntimeError:
                self._closed = True  # the loop has ended: the process is leaving

    def _awake(self) -> None:
        with self._room:
            self._wake_pending = False
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(True)

    @property
    def drained(self) -> bool:
        with self._room:
            return self._finished and not self._chunks

    async def take(self, message_id: str, timeout: float, limit: int) -> Batch:
        """Waits for output; raises the fault for a time-out. ``limit`` is the envelope size of the client."""
        if self._last is not None and self._last[0] == message_id:
            return self._last[1]
        self._last = None
        self.interrupt()
        deadline = self._loop.time() + timeout
        while True:
            batch = self._collect(limit)
            if batch is not None:
                self._last = (message_id, batch)
                return batch
            if self._closed:
                raise faults.aborted()
            remaining = deadline - self._loop.time()
            if remaining <= 0:
                raise faults.timed_out()
            waiter: asyncio.Future[bool] = self._loop.create_future()
            self._waiter = waiter
            handle = self._loop.call_later(remaining, _expire, waiter)
            try:
                going_on = await waiter
            finally:
                handle.cancel()
                if self._waiter is waiter:
                    self._waiter = None
            if not going_on:
                raise faults.aborted()

    def give_back(self, message_id: str) -> None:
        """The answer to this Receive never left: its data comes first in the next one."""
        if self._last is None or self._last[0] != message_id:
            return
        batch = self._last[1]
        self._last = None
        with self._room:
            self._chunks.extendleft(reversed(batch.chunks))
            self._size += sum(len(chunk.data) for chunk in batch.chunks)

    def _collect(self, limit: int) -> Batch | None:
        with self._room:
            if not self._chunks and not self._finished:
                return None
            taken: list[Chunk] = []
            room = limit - 4096
            while self._chunks:
                cost = (len(self._chunks[0].data) + 2) // 3 * 4 + _PER_CHUNK
                if taken and cost > room:
                    break
                room -= cost
                chunk = self._chunks.popleft()
                self._size -= len(chunk.data)
                taken.append(chunk)
            if self._size <= _CAPACITY:
                self._room.notify_all()
            done = self._finished and not self._chunks
            return Batch(tuple(taken), done, self._exit_code if done else None, self._ended if done else ())


def _expire(waiter: asyncio.Future[bool]) -> None:
    if not waiter.done():
        waiter.set_result(True)
