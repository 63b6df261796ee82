from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pypsrp.powershell import RunspacePool
from pypsrp.wsman import WSMan

from tests.endpoint.lab import PASSWORD, USER, ToyLab


@pytest.fixture(scope="module")
def lab() -> Iterator[ToyLab]:
    with ToyLab() as running:
        yield running


@pytest.fixture
def wsman(lab: ToyLab) -> Iterator[WSMan]:
    with connect(lab) as connection:
        yield connection


@pytest.fixture
def pool(wsman: WSMan) -> Iterator[RunspacePool]:
    with RunspacePool(wsman) as opened:
        yield opened


def connect(lab: ToyLab, *, tls: bool = False, auth: str = "negotiate", **options: Any) -> WSMan:
    settings: dict[str, Any] = {"username": USER, "password": PASSWORD, "operation_timeout": 5, **options}
    return WSMan(
        "127.0.0.1",
        port=lab.https if tls else lab.http,
        ssl=tls,
        auth=auth,
        cert_validation=False,
        no_proxy=True,
        **settings,
    )
