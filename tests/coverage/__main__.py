# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The coverage table: ``python3 -m tests.coverage`` writes it from the evidence of the last tests.

``--check`` compares the one that is kept with it. It fails while an operation of the contract lacks a module or a test,
and when the table claims what the tests did not show.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from tests.collection_path import ROOT

from .coverage_log import Evidence, read

TABLE = Path(__file__).parent / "table.md"
TESTS = "tests/integration/"
CONTRACTS = ROOT / "tests" / "simulator" / "contract"
HEAD = """\
<!--
Copyright (c) 2026 the scp.storage authors
GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later
-->

# Operations, modules, tests

Written by `python3 -m tests.coverage` from what reached the simulator while the tests of `tests/integration` ran.
"""


def contracts() -> dict[str, list[str]]:
    """The operations of each service, by the contract."""
    found = {}
    for file in sorted(CONTRACTS.glob("*.openapi.json")):
        document = json.loads(file.read_text(encoding="utf-8"))
        calls = (call for path in document["paths"].values() for call in path.values())
        found[document["info"]["x-service"]] = sorted(call["operationId"] for call in calls)
    return found


def table(evidence: Iterable[Evidence]) -> tuple[str, list[str]]:
    """The table, and the operations that lack a row."""
    known = set(evidence)
    lines, missing, covered, total = [], [], 0, 0
    for service, operations in contracts().items():
        total += len(operations)
        lines.append(f"\n## {service}\n\n| Operation | Modules | Tests |\n|---|---|---|")
        for operation in operations:
            rows = [item for item in known if (item.service, item.operation) == (service, operation)]
            if not rows:
                missing.append(f"{service} {operation}")
                continue
            covered += 1
            modules = ", ".join(f"`{name}`" for name in sorted({row.module for row in rows}))
            tests = ", ".join(f"`{_short(name)}`" for name in sorted({row.test for row in rows}))
            lines.append(f"| {operation} | {modules} | {tests} |")
    return f"{HEAD}\n{covered} of {total} operations.\n" + "\n".join(lines) + "\n", missing


def unshown(text: str, evidence: Iterable[Evidence]) -> list[str]:
    """What a kept table claims and these tests did not show."""
    known = {(item.service, item.operation, name) for item in evidence for name in (item.module, _short(item.test))}
    service, claims = "", []
    for line in text.splitlines():
        if line.startswith("## "):
            service = line.removeprefix("## ")
        elif line.startswith("| ") and "`" in line:
            operation = line.split(" | ")[0].removeprefix("| ")
            claims += [(service, operation, name) for name in line.split("`")[1::2]]
    return [
        f"{name}: {operation} of {service}"
        for service, operation, name in claims
        if (service, operation, name) not in known
    ]


def _short(test: str) -> str:
    return test.removeprefix(TESTS)


def main() -> int:
    """Write or check the table; the exit code is 1 where something is missing."""
    parser = argparse.ArgumentParser(prog="python3 -m tests.coverage", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the table that is kept, and write nothing")
    arguments = parser.parse_args()
    evidence = read()
    if not evidence:
        print("There is no evidence: run the integration tests first.", file=sys.stderr)
        return 1
    text, missing = table(evidence)
    wrong = [f"{operation}: no module sent it in a test." for operation in missing]
    if arguments.check:
        kept = TABLE.read_text(encoding="utf-8")
        wrong += [f"{claim}: in {TABLE.relative_to(ROOT)}, but not seen." for claim in unshown(kept, evidence)]
        rows = set(re.findall(r"^\| (\w+) \| `", kept, re.MULTILINE))
        lacking = set(re.findall(r"^\| (\w+) \| `", text, re.MULTILINE)) - rows
        wrong += [f"{operation}: no row in {TABLE.relative_to(ROOT)}." for operation in sorted(lacking)]
    else:
        TABLE.write_text(text, encoding="utf-8")
        print(f"Wrote {TABLE.relative_to(ROOT)}.")
    for problem in wrong:
        print(problem, file=sys.stderr)
    print(next(line for line in text.splitlines() if line.endswith(" operations.")))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
