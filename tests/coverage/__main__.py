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
from collections.abc import Iterable, Sequence
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
The last two columns have the version of the printed reference, and newer ones, in which an operation was answered.
`make test` checks all but the last column, which the session `generations` writes.
"""
COLUMNS = "| Operation | Modules | Tests | Printed | Newer |\n|---|---|---|---|---|"


def contracts() -> dict[str, dict[str, list[str]]]:
    """The operations of each service with the versions that have them, the oldest first, by the contracts.

    Operations of services that the printed reference does not have are there too.
    """
    found: dict[str, dict[str, list[str]]] = {}
    for file in sorted((*CONTRACTS.glob("*.openapi.json"), *CONTRACTS.glob("later/*.openapi.json")), key=_place):
        document = json.loads(file.read_text(encoding="utf-8"))
        versions = found.setdefault(document["info"]["x-service"], {})
        version = document["info"]["version"]
        for call in (call for path in document["paths"].values() for call in path.values()):
            if _number(call.get("x-version-ceiling", version)) >= _number(version):
                versions.setdefault(call["operationId"], []).append(version)
    return {service: dict(sorted(found[service].items())) for service in sorted(found)}


def printed() -> dict[str, str]:
    """The version of each service in the printed reference."""
    infos = (json.loads(file.read_text(encoding="utf-8"))["info"] for file in CONTRACTS.glob("*.openapi.json"))
    return {info["x-service"]: info["version"] for info in infos}


def _place(file: Path) -> tuple[str, tuple[int, ...]]:
    service, _dash, version = file.name.removesuffix(".openapi.json").rpartition("-")
    return (service, _number(version)) if file.parent.name == "later" else (file.name.split(".")[0], ())


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def table(evidence: Iterable[Evidence]) -> tuple[str, list[str]]:
    """The table, and the operations without a row. Newer versions count only if a run was for them."""
    known = set(evidence)
    reference = printed()
    demanded = any(item.generations == "new" for item in known)
    lines, missing, covered, newer = [], [], [0, 0], [0, 0]
    for service, operations in contracts().items():
        section = []
        for operation, versions in operations.items():
            rows = [item for item in known if (item.service, item.operation) == (service, operation)]
            seen = {row.version for row in rows}
            old = reference.get(service, "")
            later = [version for version in versions if version != old]
            if old in versions:
                covered[0] += old in seen
                covered[1] += 1
                missing += [f"{service} {operation}"] * (old not in seen)
            if old and later:
                newer[0] += bool(seen & set(later))
                newer[1] += 1
                missing += [f"{service} {operation} of {later[-1]}"] * (demanded and not seen & set(later))
            if rows:
                section.append(_row(operation, rows, old, later))
        if section or service in reference:
            lines.append(f"\n## {service}\n\n{COLUMNS}")
            lines += section
    counts = (
        f"{covered[0]} of {covered[1]} operations.\n"
        f"{newer[0]} of {newer[1]} operations of the five services in newer versions.\n"
    )
    return f"{HEAD}\n{counts}" + "\n".join(lines) + "\n", missing


def _row(operation: str, rows: Sequence[Evidence], old: str, later: Iterable[str]) -> str:
    seen = {row.version for row in rows}
    # What only newer versions have is shown by runs for them alone, and `make test` has no such run.
    found = [row for row in rows if row.generations != "new"] or rows
    modules = ", ".join(f"`{name}`" for name in sorted({row.module for row in found}))
    tests = ", ".join(f"`{_short(name)}`" for name in sorted({row.test for row in found}))
    newer = ", ".join(version for version in later if version in seen)
    return f"| {operation} | {modules} | {tests} | {old if old in seen else '-'} | {newer or '-'} |"


def unshown(text: str, evidence: Iterable[Evidence]) -> list[str]:
    """The claims of a kept table that these tests did not show.

    Newer versions, and operations that only they have, count only if a run was for them.
    """
    items = set(evidence)
    known = {(item.service, item.operation, name) for item in items for name in (item.module, _short(item.test))}
    known |= {(item.service, item.operation, item.version) for item in items}
    demanded = any(item.generations == "new" for item in items)
    service, claims, reference = "", [], printed()
    for line in text.splitlines():
        if line.startswith("## "):
            service = line.removeprefix("## ")
        elif line.startswith("| ") and "`" in line:
            operation, *_names, old, newer = line.strip("| ").split(" | ")
            if old == "-" and service in reference and not demanded:
                continue
            claims += [(service, operation, name) for name in line.split("`")[1::2]]
            versions = [old, *(newer.split(", ") if demanded else [])]
            claims += [(service, operation, version) for version in versions if version != "-"]
    return [
        f"{name}: {operation} of {service}"
        for service, operation, name in claims
        if (service, operation, name) not in known
    ]


def miscounted(text: str) -> list[str]:
    """The numbers at the top of a kept table that are not those of its rows."""
    reference, counted = printed(), [0, 0]
    service = ""
    for line in text.splitlines():
        if line.startswith("## "):
            service = line.removeprefix("## ")
        elif line.startswith("| ") and "`" in line and service in reference:
            *_names, old, newer = line.strip("| ").split(" | ")
            counted = [counted[0] + (old != "-"), counted[1] + (newer != "-")]
    stated = re.findall(r"^(\d+) of \d+ operations(?= of|\.)", text, re.MULTILINE)
    return [
        f"{number} operations: its rows have {count}."
        for number, count in zip(stated, counted, strict=True)
        if int(number) != count
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
        wrong += [f"{TABLE.relative_to(ROOT)} states {problem}" for problem in miscounted(kept)]
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
