"""The lab's installation media: a share with stand-ins for the installers that machines.yml lists.

    media:
      host: dc01
      share: media
      files: [sxs\\, arr\\rewrite_amd64_en-US.msi, lync2013\\Setup\\amd64\\Setup\\ocscore.msi]

A path that ends with a backslash is a folder. Programs of the lab read the stand-ins; a package is known by its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from winsim.world.packages import by_file
from winsim.world.shares import Share, Shares

if TYPE_CHECKING:
    from winsim.world.lab import World

ROOT = r"C:\Media"


def place(world: World, rows: dict[str, Any]) -> None:
    """Makes the folder, its files and the share."""
    host = world.host(rows["host"])
    name = str(rows.get("share", "media"))
    host.files.make_directory(ROOT)
    for listed in rows.get("files", ()):
        path = rf"{ROOT}\{listed}".replace("/", "\\")
        if path.endswith("\\"):
            host.files.make_directory(path)
            continue
        folder, _, file = path.rpartition("\\")
        host.files.make_directory(folder)
        host.files.write(path, stand_in(file))
    host.parts.need(Shares).add(Share(name, ROOT, "Installation media", {"Everyone": "Read"}))


def stand_in(file: str) -> bytes:
    """What stands for an installer: a package's own text, or a line that names the program."""
    package = by_file(file)
    return package.stand_in() if package is not None else f"Stand-in for the program {file}\r\n".encode()
