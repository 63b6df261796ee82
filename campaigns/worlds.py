"""Where two worlds differ, for a person to read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

from winsim.world.digest import canonical
from winsim.world.lab import World

SHOWN = 3
NUMBER = re.compile(r"#\d+")


def difference(wanted: World, got: World) -> str:
    """The first places that differ; empty for worlds with the same digest."""
    return "; ".join(islice(differences(wanted, got), SHOWN))


def differences(wanted: World, got: World) -> Iterator[str]:
    """Every place that differs, generated values aside, with both values."""
    yield from _differing(canonical(wanted), canonical(got), "")


def leaves(world: World) -> Counter[str]:
    """Every single value, and of texts every line, with its place.

    Generated ones are all alike: how many there are counts, and not which.
    """
    return Counter(NUMBER.sub("#", leaf) for leaf in _leaves(canonical(world), ""))


def _leaves(value: Any, path: str) -> Iterator[str]:
    if _is_map(value):
        for key, member in value:
            yield from _leaves(member, f"{path}/{key}")
    elif isinstance(value, list):
        for member in value:
            yield from _leaves(member, path)
    else:
        yield from (f"{path}: {line}" for line in str(value).splitlines() or [""])


def _differing(wanted: Any, got: Any, path: str) -> Iterator[str]:
    if wanted == got:
        return
    if _is_map(wanted) and _is_map(got):
        left, right = dict(wanted), dict(got)
        for key in dict.fromkeys([*left, *right]):
            if key not in left or key not in right:
                yield f"{path}/{key} is {'new' if key in right else 'gone'}"
            else:
                yield from _differing(left[key], right[key], f"{path}/{key}")
    elif isinstance(wanted, list) and isinstance(got, list) and len(wanted) == len(got):
        for number, (one, other) in enumerate(zip(wanted, got, strict=True)):
            yield from _differing(one, other, f"{path}/{number}")
    else:
        yield f"{path}: {_short(wanted)}, then {_short(got)}"


def _is_map(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(one, list) and len(one) == 2 and isinstance(one[0], str) for one in value)
        and len({one[0] for one in value}) == len(value)
    )


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) < 160 else f"{text[:80]} .. {text[-60:]}"
