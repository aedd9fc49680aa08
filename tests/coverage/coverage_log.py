# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evidence: what reached the simulator while a test ran a module through ``ansible-playbook``, one JSON line a module.

It is gathered while the tests run, and not by reading the code: an operation counts as covered only when a module sent
it and the simulator accepted it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass

from tests.collection_path import CACHE

FILE = CACHE / "evidence.jsonl"
#: The tests that show what modules do. Others (faults, crashes, every switch) go the same ways, but where an accident
#: leads a run is not an evidence.
SHOWING = ("test_lifecycles.py", "test_examples.py", "test_routes.py")
PREFIX = "scp.storage."
#: What the simulators of a test run offer.
VARIABLE = "SCP_TEST_GENERATIONS"


@dataclass(frozen=True, order=True)
class Evidence:
    """One operation of a service in a version, sent by a module (without its prefix) in a test file.

    ``generations`` is what the simulator of the test run offered.
    """

    service: str
    operation: str
    version: str
    module: str
    test: str
    generations: str = "both"


def record(action: str, calls: Iterable[dict[str, object]]) -> None:
    """Keep what a task of ``action`` sent, if it is a module of this collection and one of these tests runs."""
    test = os.environ.get("PYTEST_CURRENT_TEST", "").partition("::")[0]
    accepted = {
        (str(call["service"]), str(call["operation"]), str(call["version"]))
        for call in calls
        if call["operation"] and 200 <= int(str(call["status"])) < 300
    }
    if not (test.endswith(SHOWING) and accepted and action.startswith(PREFIX)):
        return
    line = {
        "test": test,
        "module": action.removeprefix(PREFIX),
        "generations": os.environ.get(VARIABLE) or "both",
        "operations": sorted(accepted),
    }
    FILE.parent.mkdir(parents=True, exist_ok=True)
    # One short write in append mode: several test processes share the file.
    with FILE.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def read() -> set[Evidence]:
    """All evidence so far; empty where no test ran."""
    if not FILE.exists():
        return set()
    found = set()
    for text in FILE.read_text(encoding="utf-8").splitlines():
        line = json.loads(text)
        found |= {
            Evidence(service, operation, version, line["module"], line["test"], line["generations"])
            for service, operation, version in line["operations"]
        }
    return found
