"""Parse a folder of real scripts: how many parse, how fast, and how many broken ones are noticed.

    python benchmarks/parse_real_files.py FOLDER [--mutants 1900]

Every file that parses is also broken in five ways, one place at a time: a bracket, a brace, a quote, an ``in`` or an
``=`` is dropped. A broken script that still parses is a miss.
"""

from __future__ import annotations

import argparse
import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pslang import syntax
from pslang.parser import parse
from pslang.walk import walk

NOT_4_0 = frozenset(
    ("ConfigurationNotSupported", "ReservedKeywordNotAllowed", "LabLaterVersion")
    + ("InvalidEndOfLine", "AmpersandNotAllowed")
)
PLACES_A_FILE = 12  # of one kind, so that a few long files do not decide


def texts(folder: Path) -> Iterator[tuple[Path, str]]:
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in (".ps1", ".psm1") and path.is_file():
            data = path.read_bytes()
            if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
                yield path, data.decode("utf-16", "replace")
                continue
            try:
                yield path, data.decode("utf-8-sig")
            except UnicodeDecodeError:
                yield path, data.decode("cp1252", "replace")


def places(text: str, script: syntax.Script) -> dict[str, list[tuple[int, int]]]:
    """What can be dropped: (start, end) by kind, only where it is syntax and not text of a string or comment."""
    found: dict[str, list[tuple[int, int]]] = {kind: [] for kind in ("bracket", "brace", "quote", "in", "=")}
    inside: set[int] = set()  # where a dropped ) of $( ) is still a string that PowerShell accepts
    for node in walk(script):
        start, end = node.start, node.end
        if isinstance(node, syntax.ExpandableString):
            inside.update(part.end for part in node.parts if isinstance(part, syntax.Expression))
        last = text[end - 1 : end]
        if isinstance(node, (syntax.Paren, syntax.SubExpression, syntax.ArrayExpression)) and last == ")":
            if end in inside:
                continue
            found["bracket"].append((end - 1, end))
        elif isinstance(node, (syntax.Block, syntax.ScriptBlock, syntax.Hashtable)) and last == "}":
            found["brace"].append((end - 1, end))
        elif isinstance(node, (syntax.String, syntax.ExpandableString)) and node.kind in ("single", "double"):
            if end - start >= 2 and last in "'\"":
                found["quote"].append((end - 1, end))
        elif isinstance(node, syntax.ForEach):
            match = re.compile(r"\s(in)\s", re.IGNORECASE).search(text, node.variable.end, node.collection.start)
            if match:
                found["in"].append(match.span(1))
        if isinstance(node, syntax.Hashtable):
            for key, value in node.pairs:
                match = re.compile("=").search(text, key.end, value.start)
                if match:
                    found["="].append(match.span())
    return found


def mutants(parsed: list[tuple[Path, str, syntax.Script]], wanted: int, shown: int) -> None:
    rng = random.Random(2012)
    pool: dict[str, list[tuple[int, int, int]]] = {}
    for index, (_, text, script) in enumerate(parsed):
        for kind, spans in places(text, script).items():
            for start, end in rng.sample(spans, min(len(spans), PLACES_A_FILE)):
                pool.setdefault(kind, []).append((index, start, end))
    for kind, spots in pool.items():
        chosen = rng.sample(spots, min(wanted, len(spots)))
        missed = []
        for index, start, end in chosen:
            path, text, _ = parsed[index]
            if not parse(text[:start] + text[end:]).errors:
                missed.append(f"{path}: {text[max(0, start - 60) : start]!r} | {text[end : end + 40]!r}")
        rate = 100 * len(missed) / len(chosen)
        print(f"dropped {kind:8}{len(chosen):6} mutants, {len(missed):4} accepted ({rate:.2f} %)")
        for line in missed[:shown]:
            print("   ", line)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path)
    options.add_argument("--mutants", type=int, default=1900, help="broken scripts of each kind")
    options.add_argument("--show", type=int, default=0, help="how many misses and rejected files to show")
    arguments = options.parse_args()
    files = list(texts(arguments.folder))
    reasons: Counter[str] = Counter()
    parsed: list[tuple[Path, str, syntax.Script]] = []
    rejected: list[str] = []
    started, busy = time.perf_counter(), time.process_time()
    for _, text in files:
        parse(text)
    seconds, busy = time.perf_counter() - started, time.process_time() - busy
    results = [parse(text) for _, text in files]
    for (path, text), result in zip(files, results, strict=True):
        if result.errors:
            first = result.errors[0]
            reasons[first.id] += 1
            if first.id not in NOT_4_0:
                line, column = syntax.Source(text).line_column(first.start)
                rejected.append(f"{path}:{line}:{column}: {first.id} {first.message}")
        elif result.script is not None:
            parsed.append((path, text, result.script))
    size = sum(len(text) for _, text in files) / 1e6
    valid = len(parsed) + len(rejected)
    print(f"{len(files)} files, {size:.1f} MB, {size / seconds:.2f} MB/s, {size / busy:.2f} MB/s of processor time")
    print(f"{len(files) - valid} use what 4.0 does not have (or are DSC configurations): {dict(reasons)}")
    print(f"{len(parsed)} of the other {valid} parse ({100 * len(parsed) / max(1, valid):.2f} %)")
    for text in rejected[: arguments.show]:
        print("   ", text)
    mutants(parsed, arguments.mutants, arguments.show)


if __name__ == "__main__":
    main()
