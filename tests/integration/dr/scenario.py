# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A few volumes to protect, the playbooks that do it, and what there is in the cloud afterwards."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import Any

from tests.harness.playbooks import Controller
from tests.harness.tasks import Run, TaskResult, task
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
#: A block volume without space for snapshots, one with, and a group of two.
BLOCK_WORLD: dict[str, Any] = {
    "volumes": [
        {"id": "1" * 32, "name": "ledger"},
        {"id": "2" * 32, "name": "billing-data", "snapshot_rate": 20, "group_id": "c" * 32},
        {"id": "3" * 32, "name": "billing-log", "snapshot_rate": 20, "group_id": "c" * 32, "size_gb": 20},
    ],
    "volume_groups": [{"id": "c" * 32, "name": "billing"}],
}
LEDGER = {"name": "ledger", "kind": "bm_volume", "snapshot_rate": 20}
BILLING = {"name": "billing", "kind": "bm_volume_group", "target_name": "billing-copy"}
#: One of each kind.
ALL_KINDS: dict[str, Any] = {"dr_volumes": ["web_data", LEDGER, BILLING]}
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
    """Assert that what the run printed are messages for users."""
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
    """Assert that there are the two volumes, their former replicas if ``targets``, and nothing that depends on them."""
    expected = Counter(
        (name, region, "none") for name, region, purpose in PROTECTED_VOLUMES if targets or purpose == "original"
    )
    assert volumes(simulator) == expected
    world = simulator.world()["filestorage"]
    assert not world["replications"]
    assert not world["snapshots"]


def block_storage(simulator: Simulator) -> None:
    """Let there be the volumes and the group of ``BLOCK_WORLD``."""
    simulator.patch_world({"baremetal-blockstorage": BLOCK_WORLD})


def blocks(simulator: Simulator) -> Counter[VolumeSeen]:
    """All block volumes and groups that there are."""
    world = simulator.world()["baremetal-blockstorage"]
    found = (*world["volumes"], *world["volume_groups"])
    return Counter((item["name"], item["region"], item["purpose"]) for item in found)


#: What ``BLOCK_WORLD`` is before and after.
UNPROTECTED_BLOCKS: Counter[VolumeSeen] = Counter(
    (item["name"], WEST, "ORG") for item in (*BLOCK_WORLD["volumes"], *BLOCK_WORLD["volume_groups"])
)
#: The names of copies.
BLOCK_COPIES = {"bm_volume": ["ledger"], "bm_volume_group": ["billing-copy", "dr-billing-data", "dr-billing-log"]}


def protected_blocks(*kinds: str, purpose: str = "REPL") -> Counter[VolumeSeen]:
    """What there is with replicas of these kinds, or of both; their purpose is ORG when the replication is gone."""
    copies = [(name, EAST, purpose) for kind in kinds or BLOCK_COPIES for name in BLOCK_COPIES[kind]]
    return UNPROTECTED_BLOCKS + Counter(copies)


def block_replications(simulator: Simulator) -> list[str]:
    """The states of all replications of block storage."""
    found: list[str] = sorted(item["state"] for item in simulator.world()["baremetal-blockstorage"]["replications"])
    return found


def attached(simulator: Simulator) -> Counter[tuple[str, str]]:
    """Which servers use which block volumes, by names."""
    world = simulator.world()
    part = world["baremetal-blockstorage"]
    names = {item["id"]: item["name"] for item in (*world["servers"], *part["volumes"])}
    return Counter((names[item["volume_id"]], names[item["server_id"]]) for item in part["attachments"])


def servers(simulator: Simulator, *names: str) -> list[dict[str, str]]:
    """Servers as access rules and attachments name them."""
    return [{"object_type": found["type"], "object_id": found["id"]} for found in map(simulator.server, names)]


def replicas(run: Run) -> list[dict[str, Any]]:
    """The fact ``dr_replicas`` that the run ended with."""
    found: list[dict[str, Any]] = [
        result.result["ansible_facts"]["dr_replicas"]
        for result in run
        if "dr_replicas" in (result.result.get("ansible_facts") or {})
    ][-1]
    return found


def table(run: Run) -> list[str]:
    """The lines that show the user how the replicas are."""
    lines: list[str] = run["scp.storage.dr_common : Show the replicas"].result["msg"]
    return lines


def failure(run: Run) -> str:
    """The message with which the run failed."""
    assert run.rc != 0, run.output
    failed: TaskResult = [result for result in run if result.failed][-1]
    return failed.message
