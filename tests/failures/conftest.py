"""Labs of these tests, each with a world of its own."""

from __future__ import annotations

import pytest

from tests.failures.browser import Browser
from tests.failures.published import published_lab
from tests.products.conftest import prepared_lab
from tests.products.running import Lab


@pytest.fixture
def lab() -> Lab:
    """The prepared baseline."""
    return prepared_lab()


@pytest.fixture
def published() -> Lab:
    """Everything built and published: what each test misbuilds."""
    return published_lab()


@pytest.fixture
def device(published: Lab) -> Browser:
    return Browser(published.world)
