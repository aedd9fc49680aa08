# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark: every figure is compared with another one of the same run.

``python3 -m tests.benchmark [SECTION ...]`` prints tables, and ends with 1 where a ratio is missed. The machine's speed
and load change all figures of a run alike, so only ratios are judged.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from . import apply, dr, inventory, latency, loop
from .options import Options, Section

#: By name, in the order in which they run.
SECTIONS: dict[str, Section] = {"loop": loop, "dr": dr, "apply": apply, "inventory": inventory, "latency": latency}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    options = _arguments(arguments)
    if options.list:
        for name, section in SECTIONS.items():
            first_line = (section.__doc__ or "").partition("\n")[0]
            print(f"{name:10} {first_line}")
        return 0
    missed: list[str] = []
    began = time.monotonic()
    for name in options.sections or SECTIONS:
        print(f"\n== {name}", flush=True)
        since = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            missed += SECTIONS[name].measure(Options(Path(folder), options.rounds, options.full))
        print(f"Section {name}: {time.monotonic() - since:.0f} s", flush=True)
    print(f"\nTotal: {time.monotonic() - began:.0f} s")
    for text in missed:
        print(f"MISSED: {text}")
    return 1 if missed else 0


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python3 -m tests.benchmark",
        description=__doc__,
        epilog=f"The sections are {', '.join(SECTIONS)}.",
    )
    parser.add_argument("sections", nargs="*", metavar="SECTION", help="sections to run instead of all")
    parser.add_argument("--list", action="store_true", help="list the sections and exit")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured; the median counts")
    parser.add_argument("--full", action="store_true", help="use 100 volumes in the section latency (minutes)")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.sections if name not in SECTIONS]
    if unknown:
        parser.error(f"invalid section {', '.join(map(repr, unknown))}. The sections are {', '.join(SECTIONS)}.")
    if options.rounds < 1:
        parser.error(f"invalid number of rounds {options.rounds}. It must be at least 1.")
    return options


if __name__ == "__main__":
    sys.exit(main())
