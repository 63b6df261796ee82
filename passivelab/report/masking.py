"""Secrets out of everything that is shown or stored."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass, replace
from typing import Any

MASKED = "********"
_SHORTEST = 4  # shorter ones would blank out half of every text


class Mask:
    """Replaces the values of secrets; asked for them each time, since they are fetched during a run."""

    def __init__(self, values: Callable[[], Iterable[str]] = tuple) -> None:
        self._values = values

    def text(self, text: str) -> str:
        for value in self._forms():
            if value in text:
                text = text.replace(value, MASKED)
        return text

    def value(self, value: Any) -> Any:
        """A value with every text in it masked: containers and dataclasses are rebuilt only where that changes them."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.value(name): self.value(member) for name, member in value.items()}
        if isinstance(value, tuple | list):
            return type(value)(self.value(member) for member in value)
        if is_dataclass(value) and not isinstance(value, type) and not isinstance(value, Exception):
            return replace(value, **{item.name: self.value(getattr(value, item.name)) for item in fields(value)})
        return value

    def _forms(self) -> list[str]:
        """The secrets, longest first, also as they look inside JSON and Base64."""
        forms: set[str] = set()
        for value in self._values():
            if len(value) >= _SHORTEST:
                forms |= {value, value.replace("\\", "\\\\").replace('"', '\\"')}
                forms.add(base64.b64encode(value.encode()).decode())
        return sorted(forms, key=len, reverse=True)
