"""Sessions over the PowerShell Remoting Protocol: one runspace pool for a whole run.

Client.execute_ps of pypsrp opens a pool on every call; a pool of our own costs two requests a pipeline.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any, cast

from pypsrp.complex_objects import ObjectMeta, PSCredential, PSInvocationState
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import WSMan
from spnego.exceptions import SpnegoError

from passivelab.errors import ConnectionGone, TimedOut
from passivelab.transport.adapters import prepare
from passivelab.transport.faults import FAMILIES, Trouble, in_between, trouble, while_opening
from passivelab.transport.session import (
    Connection,
    Credential,
    ErrorRecord,
    Output,
    Parameter,
    SecureText,
    Statistics,
)

POLL_SECONDS = 20
RECOVERIES = 4  # of a dropped connection, within one script
KEEP_PIPELINES = 200  # Windows refuses the 1001st pipeline of a pool that are not closed
RESUMABLE = 60_000  # characters that surely fit into the Command message: nothing of it can be half sent
_MAKING = threading.Lock()


def client(where: Connection, open_timeout: int) -> WSMan:
    """The library's client. Each one registers its prefixes in the table of ElementTree, which is for one thread."""
    with _MAKING:
        return WSMan(
            where.address,
            port=where.port,
            ssl=where.tls,
            username=where.user,
            password=where.password,
            auth=where.authentication,
            cert_validation=cast(bool, where.verify),  # takes the path of a file, too
            connection_timeout=open_timeout,
            read_timeout=POLL_SECONDS + 10,
            operation_timeout=POLL_SECONDS,
            reconnection_backoff=0.1,
            no_proxy=True,
        )


class PsrpSession:
    """A Session over PSRP. ``prelude`` is sent once in each pool, together with the first script."""

    def __init__(self, connection: Connection, prelude: str = "", open_timeout: float = 30.0) -> None:
        self.connection = connection
        self.statistics = Statistics()
        self._prelude = prelude
        self._open_timeout = open_timeout
        self._pool: RunspacePool | None = None
        self._prepared = False
        self._finished: list[PowerShell] = []

    @property
    def batches(self) -> bool:
        return True

    def run(self, script: str, parameters: Mapping[str, Parameter], timeout: float) -> Output:
        started = time.monotonic()
        pool = self._open()
        try:
            try:
                pipeline = self._submit(pool, script, parameters)
            except FAMILIES as error:
                if trouble(error) is not Trouble.UNKNOWN_SHELL:
                    raise
                self.reset()  # expired or rebooted since the last script: this one has surely not run
                pool = self._open()
                pipeline = self._submit(pool, script, parameters)
            self._wait(pool, pipeline, started, timeout)
        except FAMILIES as error:
            self.reset()
            raise in_between(error, self.connection) from error
        except BaseException:
            # Interrupted, or out of time: what the pool does now is unknown.
            self._abandon(pool)
            raise
        self._prepared = True
        self._finished.append(pipeline)
        self._close_finished(KEEP_PIPELINES)
        return _output(pipeline)

    def reset(self) -> None:
        pool, self._pool = self._pool, None
        self._prepared = False
        self._finished.clear()
        if pool is not None:
            pool.connection.transport.close()

    def close(self) -> None:
        pool = self._pool
        if pool is not None:
            with contextlib.suppress(*FAMILIES):
                pool.close()
        self.reset()

    # -- the life of a pool ---------------------------------------------------------------------------------------

    def _open(self) -> RunspacePool:
        if self._pool is not None:
            return self._pool
        wsman = client(self.connection, int(self._open_timeout))
        self._authenticate_anew(wsman)
        pool = RunspacePool(wsman, configuration_name=self.connection.configuration)
        try:
            pool.open()
        except FAMILIES as error:
            wsman.transport.close()
            raise while_opening(error, self.connection) from error
        self.statistics.count(sessions=1)
        self._pool = pool
        return pool

    def _authenticate_anew(self, wsman: WSMan) -> None:
        """A new HTTP session without a security context: the next request authenticates itself.

        Needed whenever the TCP connection may have changed: the library would go on sealing with the old context, and
        the host would answer every later request with 400.
        """
        transport = wsman.transport
        transport.close()
        transport.encryption = None
        session = transport._build_session()
        session.trust_env = False  # the library has read the environment already; requests would do so each time
        prepare(session, self.connection, self.statistics)
        transport.session = session

    def _abandon(self, pool: RunspacePool) -> None:
        with contextlib.suppress(*FAMILIES):
            pool.close()
        self.reset()

    def _close_finished(self, limit: int) -> None:
        if len(self._finished) < limit:
            return
        for pipeline in self._finished:
            with contextlib.suppress(*FAMILIES):
                pipeline.close()
        self._finished.clear()

    # -- the life of a pipeline -----------------------------------------------------------------------------------

    def _pipeline(self, pool: RunspacePool, script: str, parameters: Mapping[str, Parameter]) -> PowerShell:
        pipeline = PowerShell(pool)
        if self._prelude and not self._prepared:
            pipeline.add_script(self._prelude, use_local_scope=False)
            pipeline.add_statement()
        pipeline.add_script(script, use_local_scope=True)
        for name, value in parameters.items():
            pipeline.add_parameter(name, _serialized(pool, value))
        return pipeline

    def _submit(self, pool: RunspacePool, script: str, parameters: Mapping[str, Parameter]) -> PowerShell:
        """Start a pipeline. One whose answer was lost is looked for on the host before it is sent again."""
        length = len(script) + sum(len(value) for value in parameters.values() if isinstance(value, str))
        length += 0 if self._prepared else len(self._prelude)
        for attempt in range(RECOVERIES + 1):
            pipeline = self._pipeline(pool, script, parameters)
            try:
                pipeline.begin_invoke()
            except FAMILIES as error:
                if trouble(error) is not Trouble.DROPPED or length > RESUMABLE or attempt == RECOVERIES:
                    raise
                self._authenticate_anew(pool.connection)
                if not self._was_started(pipeline):
                    continue
            self.statistics.count(pipelines=1)
            return pipeline
        raise ConnectionGone(host=self.connection.host, endpoint=self.connection.endpoint)

    def _was_started(self, pipeline: PowerShell) -> bool:
        pipeline._command_id = pipeline.id
        pipeline.state = PSInvocationState.RUNNING
        try:
            pipeline.poll_invoke(timeout=1)
        except FAMILIES as error:
            if trouble(error) is Trouble.UNKNOWN_SHELL:
                return False
            raise
        return True

    def _wait(self, pool: RunspacePool, pipeline: PowerShell, started: float, timeout: float) -> None:
        recoveries = 0
        while pipeline.state == PSInvocationState.RUNNING:
            remaining = started + timeout - time.monotonic()
            if remaining <= 0:
                self._stop(pipeline)
                elapsed = time.monotonic() - started
                raise TimedOut(
                    host=self.connection.host, endpoint=self.connection.endpoint, limit=timeout, elapsed=elapsed
                )
            try:
                pipeline.poll_invoke(timeout=max(1, min(POLL_SECONDS, int(remaining))))
            except FAMILIES as error:
                recoveries += 1
                if isinstance(error, SpnegoError):
                    raise  # the answer came and could not be read: the host will not give it again
                if trouble(error) is not Trouble.DROPPED or recoveries > RECOVERIES:
                    raise
                self._authenticate_anew(pool.connection)

    @staticmethod
    def _stop(pipeline: PowerShell) -> None:
        with contextlib.suppress(*FAMILIES):
            pipeline.stop()


def _serialized(pool: RunspacePool, value: Parameter) -> object:
    """A parameter as the library takes it. Secrets are encrypted with the key that the host and we agree upon."""
    if isinstance(value, Credential):
        pool.exchange_keys()
        credential: object = PSCredential(username=value.user, password=value.password)  # type: ignore[no-untyped-call]
        return credential
    if isinstance(value, SecureText):
        pool.exchange_keys()
        return pool.serialize(value.text, ObjectMeta("SS"))
    return value


def _output(pipeline: PowerShell) -> Output:
    streams = pipeline.streams
    return Output(
        values=tuple(str(value) for value in pipeline.output),
        errors=tuple(_errors(streams.error)),
        warnings=tuple(str(record) for record in streams.warning),
        verbose=tuple(str(record) for record in streams.verbose),
        completed=pipeline.state == PSInvocationState.COMPLETED,
    )


def _errors(records: list[Any]) -> Iterator[ErrorRecord]:
    for record in records:
        message = getattr(getattr(record, "exception", None), "adapted_properties", {}).get("Message") or str(record)
        yield ErrorRecord(str(getattr(record, "fq_error", None) or ""), str(message))
