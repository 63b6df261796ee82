"""The digest of a simulated lab's world as it is saved: equal for worlds that are equal but for generated values.

python -m campaigns.digest .passivelab/simulated/machines [--text]
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from winsim.store import Store
from winsim.world.digest import at_rest, canonical
from winsim.world.digest import digest as digest_of_world
from winsim.world.lab import World


def digest(folder: Path) -> str:
    return digest_of_world(load(folder))


def load(folder: Path) -> World:
    """The saved world. A run may end while a host that has just started is still starting its services."""
    return at_rest(Store(folder / "world").load())


if __name__ == "__main__":
    place = Path(sys.argv[1])
    # As text, two worlds can be compared to see where they differ.
    print(json.dumps(canonical(load(place)), indent=1) if "--text" in sys.argv else digest(place))
