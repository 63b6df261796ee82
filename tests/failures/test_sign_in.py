"""Sign-in by AD FS, and the rows of the failure table that show in it."""

from __future__ import annotations

import json
import re
from datetime import datetime
from html import unescape

import pytest

from tests.failures.browser import PASSIVE, WEB, Browser
from tests.products.running import Lab


def test_a_lab_that_is_built_well_signs_the_user_in(device: Browser) -> None:
    """No row: the way that the misbuilt labs of this folder leave."""
    page = device.submit(device.sign_in())
    assert (page.status, device.url) == (200, PASSIVE)
    granted = json.loads(device.ticket().body)
    assert granted["access_token"].startswith("cwt=")
