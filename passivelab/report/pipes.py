"""A reader of our output who leaves early, as ``head`` does."""

from __future__ import annotations

import os
from typing import IO


def nobody_reads(stream: IO[str]) -> None:
    """Whatever is still written to the stream goes nowhere: Python would complain about it at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, stream.fileno())
    finally:
        os.close(nowhere)
