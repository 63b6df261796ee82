"""The lab's installation media: a share with stand-ins for the installers that machines.yml lists.

    media:
      host: dc01
      share: media
      files: [sxs\\, arr\\rewrite_amd64_en-US.msi, lync2013\\Setup\\amd64\\Setup\\ocscore.msi]

A path that ends with a backslash is a folder. Programs of the lab read the stand-ins; a package is known by its name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from winsim.world.packages import by_file
from winsim.world.shares import Share, Shares

if TYPE_CHECKING:
    from winsim.world.lab import World

ROOT = r"C:\Media"
# Programs that come in versions.
PROGRAMS = {"lyncserverupdateinstaller.exe": "5.0.8308.556"}  # the cumulative update of October 2013


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
    """What stands for an installer: a package's own text, or a line that names the program, and what it brings."""
    package = by_file(file)
    if package is not None:
        return package.stand_in()
    version = PROGRAMS.get(file.lower())
    lines = [f"Stand-in for the program {file}", *([f"ProductVersion={version}"] if version else [])]
    return "".join(f"{line}\r\n" for line in lines).encode()


def program_version(content: bytes) -> str:
    """The version that a program's stand-in brings; empty where it names none."""
    found = re.search(r"^ProductVersion=([\d.]+)", content.decode("utf-8", "replace"), re.M)
    return found[1] if found else ""
