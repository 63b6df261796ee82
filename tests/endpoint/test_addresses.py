"""Where 127.0.0.1 is the only loopback address, hosts are ports of it."""

from __future__ import annotations

import asyncio
import socket
import threading
from pathlib import Path

import pytest
from pypsrp.powershell import RunspacePool
from pypsrp.wsman import WSMan

from tests.endpoint.test_pypsrp import run
from tests.endpoint.test_server import MACHINES
from winsim.endpoint import addresses
from winsim.endpoint.addresses import Place
from winsim.endpoint.control import FaultControl
from winsim.server import LabServer, Options, Saver, open_world


def test_without_a_loopback_network_every_host_has_ports_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addresses, "has_loopback_network", lambda: False)
    (tmp_path / "machines.yml").write_text(MACHINES)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def start() -> LabServer:
        world, store = open_world(Options(tmp_path / "machines.yml", tmp_path / "state"))
        server = LabServer(world, Saver(world, store), tmp_path / "state", FaultControl())
        await server.start()
        return server

    try:
        first = asyncio.run_coroutine_threadsafe(start(), loop).result(30)
        places = first.places
        assert {place.address for place in places.values()} == {"127.0.0.1"}
        ports = {port for place in places.values() for port in (place.http, place.https)}
        assert len(ports) == 2 * len(places)
        names = []
        for name in places:
            with WSMan(
                "127.0.0.1", port=places[name].http, ssl=False, username="Administrator", password="Start-2012-R2",
                no_proxy=True,
            ) as connection, RunspacePool(connection) as pool:  # fmt: skip
                names += run(pool, "$env:COMPUTERNAME").output
        assert names == ["ONE", "TWO"]
        asyncio.run_coroutine_threadsafe(first.stop(), loop).result(30)
        again = asyncio.run_coroutine_threadsafe(start(), loop).result(30)
        assert again.places == places  # where they are free, the ports of the last time
        asyncio.run_coroutine_threadsafe(again.stop(), loop).result(30)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


def test_addresses_that_are_taken_are_not_chosen() -> None:
    chosen = addresses.choose(["a", "b"], "some folder")
    assert chosen == addresses.choose(["a", "b"], "some folder")
    if not addresses.has_loopback_network():
        return
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as taken:
        taken.bind((chosen["a"].address, addresses.HTTP_PORT))
        taken.listen()
        assert not addresses.is_free(chosen["a"])
        assert not set(addresses.choose(["a", "b"], "some folder").values()) & set(chosen.values())
    assert addresses.is_free(Place(chosen["b"].address))
