# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A few volumes to protect, the playbooks that do it, and what there is in the cloud afterwards."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import Any

from tests.integration.harness import Controller, Run, TaskResult, task
from tests.simulator.fixture import Simulator

WEST, EAST = "kr-west1", "kr-east1"
#: Two volumes, one in each region, with their replicas in the other.
VARIABLES: dict[str, Any] = {
    "dr_region": WEST,
    "dr_target_region": EAST,
    "dr_protocol": "NFS",
    "dr_type_name": "SSD",
    "dr_volumes": [
        "web_data",
        {"name": "office", "region": EAST, "target_region": WEST, "target_name": "office_copy", "frequency": "daily"},
    ],
}
CONFIRMED = {"dr_teardown_confirm": True}
DELETING = {**CONFIRMED, "dr_teardown_delete_targets": True}
DISCARDING = {"dr_failback_discard_target_changes": True}
#: What must not be seen in any output, as the user did nothing wrong that these could explain.
CRASHES = ("Traceback", "MODULE FAILURE", "unexpected", "object has no attribute", "is undefined")
_SUFFIX = re.compile(r"_[a-z0-9]{6}$")

#: A volume: name without suffix, region, purpose.
VolumeSeen = tuple[str, str, str]
#: A replication: names and regions of source and target, policy.
ReplicationSeen = tuple[str, str, str, str, str]


def play(controller: Controller, playbook: str, variables: dict[str, Any] | None = None, **options: Any) -> Run:
    """Run a playbook of the collection with ``VARIABLES`` and others; it may fail, but not with a traceback."""
    run = controller.playbook(f"scp.storage.{playbook}", variables={**VARIABLES, **(variables or {})}, **options)
    assert_no_crash(run)
    return run


def story(controller: Controller, *steps: tuple[str, dict[str, Any]], **options: Any) -> list[Run]:
    """Run playbooks of the collection, all well, one after the other in one start of Ansible.

    :param steps: of each the playbook, and variables beside ``VARIABLES``.
    :return: for each step what it did; ``rc``, output and counts are those of the whole.
    """
    plays: list[dict[str, Any]] = []
    for number, (playbook, variables) in enumerate(steps):
        mark = task("ansible.builtin.debug", {"msg": ""}, name=f"step {number}")
        plays += [
            {"hosts": "localhost", "gather_facts": False, "tasks": [mark]},
            {"import_playbook": f"scp.storage.{playbook}", "vars": {**VARIABLES, **variables}},
        ]
    run = controller.playbook(plays, **options).succeeded()
    assert_no_crash(run)
    starts = [position for position, result in enumerate(run) if result.name.startswith("step ")]
    return [
        replace(run, results=run.results[start:end]) for start, end in zip(starts, [*starts[1:], None], strict=True)
    ]


def changed(run: Run) -> list[str]:
    """The names of the tasks that say that they changed something."""
    return [result.name for result in run if result.changed]


def assert_no_crash(run: Run) -> None:
    """Assert that what the run printed are messages for people."""
    assert not [word for word in CRASHES if word in run.output], run.output


def writes(run: Run) -> list[str]:
    """The writing calls of a run, by operation."""
    return [call["operation"] for call in run.calls if call["write"]]


def volumes(simulator: Simulator) -> Counter[VolumeSeen]:
    """All volumes that there are."""
    found = simulator.world()["filestorage"]["volumes"]
    return Counter((_SUFFIX.sub("", item["name"]), item["region"], item["purpose"]) for item in found)


def replications(simulator: Simulator) -> Counter[ReplicationSeen]:
    """All replications that there are."""
    found = simulator.world()["filestorage"]["replications"]
    return Counter(
        (
            _SUFFIX.sub("", item["source_name"]),
            item["source_region"],
            _SUFFIX.sub("", item["target_name"]),
            item["target_region"],
            item["policy"],
        )
        for item in found
    )


PROTECTED_VOLUMES: Counter[VolumeSeen] = Counter(
    [
        ("web_data", WEST, "original"),
        ("web_data", EAST, "replication"),
        ("office", EAST, "original"),
        ("office_copy", WEST, "replication"),
    ]
)


def protected(policy: str = "use") -> Counter[ReplicationSeen]:
    """The replications of the two volumes."""
    return Counter([("web_data", WEST, "web_data", EAST, policy), ("office", EAST, "office_copy", WEST, policy)])


def assert_protected(simulator: Simulator, policy: str = "use") -> None:
    """Assert that there are the two volumes with their replicas, and nothing else."""
    assert volumes(simulator) == PROTECTED_VOLUMES
    assert replications(simulator) == protected(policy)


def assert_unprotected(simulator: Simulator, *, targets: bool) -> None:
    """Assert that there are the two volumes, their former replicas if ``targets``, and nothing that hangs on them."""
    expected = Counter(
        (name, region, "none") for name, region, purpose in PROTECTED_VOLUMES if targets or purpose == "original"
    )
    assert volumes(simulator) == expected
    world = simulator.world()["filestorage"]
    assert not world["replications"]
    assert not world["snapshots"]


def replicas(run: Run) -> list[dict[str, Any]]:
    """The fact ``dr_replicas`` that the run ended with."""
    found: list[dict[str, Any]] = [
        result.result["ansible_facts"]["dr_replicas"]
        for result in run
        if "dr_replicas" in (result.result.get("ansible_facts") or {})
    ][-1]
    return found


def table(run: Run) -> list[str]:
    """The lines that show a person how the replicas are."""
    lines: list[str] = run["scp.storage.dr : Show the replicas"].result["msg"]
    return lines


def failure(run: Run) -> str:
    """The message with which the run failed."""
    assert run.rc != 0, run.output
    failed: TaskResult = [result for result in run if result.failed][-1]
    return failed.message
