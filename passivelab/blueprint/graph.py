"""The order of work: a stable topological order, or the circle that makes one impossible."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence, Set

from passivelab.blueprint.model import Key


def stable_order(keys: Sequence[Key], after: Mapping[Key, Set[Key]]) -> tuple[Key, ...]:
    """Every key behind those that it comes after; otherwise as early as in ``keys``. Keys of a circle are left out."""
    rank = {key: index for index, key in enumerate(keys)}
    waiting = {key: len(after[key]) for key in keys}
    followers: dict[Key, list[Key]] = {key: [] for key in keys}
    for key in keys:
        for source in after[key]:
            followers[source].append(key)
    ready = [rank[key] for key in keys if not waiting[key]]
    heapq.heapify(ready)
    ordered = []
    while ready:
        key = keys[heapq.heappop(ready)]
        ordered.append(key)
        for follower in followers[key]:
            waiting[follower] -= 1
            if not waiting[follower]:
                heapq.heappush(ready, rank[follower])
    return tuple(ordered)


def find_circle(keys: Sequence[Key], after: Mapping[Key, Set[Key]]) -> tuple[Key, ...]:
    """A circle among the keys, each coming after the next; the first key stands at the end again."""
    left = set(keys) - set(stable_order(keys, after))
    if not left:
        return ()
    # What is left over waits for something that is left over: following it must come back.
    rank = {key: index for index, key in enumerate(keys)}
    trail = [min(left, key=rank.__getitem__)]
    while True:
        following = min(after[trail[-1]] & left, key=rank.__getitem__)
        if following in trail:
            return (*trail[trail.index(following) :], following)
        trail.append(following)
