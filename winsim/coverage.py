"""What of the core modules of 2012 R2 is built: ``python -m winsim.coverage``.

One line for each cmdlet that is not built or lacks parameters.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pslang.signatures import tables
from winsim.interpreter.registry import CORE_MODULES, registry


@dataclass(frozen=True)
class Coverage:
    """One module: its cmdlets, those that are not built, and what others lack."""

    module: str
    cmdlets: int
    absent: tuple[str, ...]
    parameters: int  # of the built cmdlets
    lacking: tuple[tuple[str, tuple[str, ...]], ...]

    def lines(self) -> Iterator[str]:
        built = self.cmdlets - len(self.absent)
        lacking = sum(len(names) for _, names in self.lacking)
        parameters = f"{self.parameters - lacking} of {self.parameters} of their parameters"
        yield f"{self.module}: {built} of {self.cmdlets} cmdlets, {parameters}"
        yield from (f"  {name}" for name in self.absent)
        yield from (f"  {name} -{' -'.join(names)}" for name, names in self.lacking)


def coverage(module: str) -> Coverage:
    names = sorted(name for name, home in tables.index().items() if home.lower() == module.lower())
    absent: list[str] = []
    lacking: list[tuple[str, tuple[str, ...]]] = []
    count = 0
    for name in names:
        info = registry().cmdlets.get(name)
        signature = tables.find(name)
        if info is None:
            absent.append(signature.name if signature is not None else name)
            continue
        own = [parameter for parameter in info.parameters.parameters if not parameter.common]
        count += len(own)
        missing = tuple(one.name for one in own if one.key not in (info.parameters.built or ()))
        if missing:
            lacking.append((info.name, missing))
    return Coverage(module, len(names), tuple(absent), count, tuple(lacking))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", help="modules of the signature tables; without any, the core modules")
    options = parser.parse_args(arguments)
    homes = sorted({home for home in tables.index().values() if home.lower() in CORE_MODULES}, key=str.lower)
    for module in options.modules or homes:
        print("\n".join(coverage(module).lines()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
