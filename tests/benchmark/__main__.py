# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark: every figure is compared with another one of the same run.

``python3 -m tests.benchmark [--rounds N]`` prints tables, and ends with 1 where a ratio is missed.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.scp.storage.plugins.module_utils.client.session import Client
from ansible_collections.scp.storage.plugins.module_utils.client.settings import resolve
from ansible_collections.scp.storage.plugins.module_utils.operations import (
    baremetal_blockstorage,
    filestorage,
    parallel_filestorage,
)
from ansible_collections.scp.storage.plugins.module_utils.operations.table import Operation
from tests.simulator.fixture import Simulator

from . import inventory
from .playbooks import PROGRAMS, Stage, Timed
from .tables import missed, print_table
from .things import SWITCHES, hundred

ITEMS = 50
VOLUMES = 20
CREATE_SECONDS = 5.0


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python3 -m tests.benchmark", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured; the median counts")
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        missed = [text for case in CASES for text in unchanged_items(Path(folder), rounds, case)]
        missed += protecting_many(Path(folder))
        missed += inventory.of_many(Path(folder), rounds)
        missed += one_task_for_many(Path(folder), rounds)
    for text in missed:
        print(f"MISSED: {text}")
    return 1 if missed else 0


@dataclass(frozen=True)
class Case:
    """A module and what it manages.

    :ivar listing: the list operation, and ``show`` the one that reads one thing: what a person would send by hand.
    """

    module: str
    args: Callable[[Simulator], dict[str, Any]]
    listing: Operation
    show: Operation

    def task(self, simulator: Simulator) -> dict[str, Any]:
        """The task."""
        return {f"scp.storage.{self.module}": {"name": "bench", **self.args(simulator)}}


def _attached(simulator: Simulator) -> dict[str, Any]:
    server = simulator.server("west-db1")
    return {
        "disk_type": "HDD",
        "size_gb": 10,
        "attachments": [{"object_type": server["type"], "object_id": server["id"]}],
    }


CASES = [
    Case(
        "scp_filestorage_volume",
        lambda _ignored: {"protocol": "NFS", "type_name": "SSD"},
        filestorage.LIST_VOLUMES,
        filestorage.SHOW_VOLUME,
    ),
    Case(
        "scp_pfs_volume",
        lambda _ignored: {"capacity_tb": 10},
        parallel_filestorage.LIST_VOLUMES,
        parallel_filestorage.SHOW_VOLUME,
    ),
    Case("scp_bm_volume", _attached, baremetal_blockstorage.LIST_VOLUMES, baremetal_blockstorage.SHOW_VOLUME),
]


def unchanged_items(folder: Path, rounds: int, case: Case) -> list[str]:
    """An unchanged thing in a loop, against what else a person could use."""
    print(f"\nAn unchanged {case.module} in a loop of {ITEMS}, median of {rounds} rounds")
    with Simulator() as simulator:
        stage = Stage(simulator, folder)
        task = case.task(simulator)
        stage.play([task])
        gets = _gets(stage, task)
        measured = [stage.play(_contest(simulator, case, gets)) for _ignored in range(rounds)]
    cost = {name: statistics.median(run.tasks[name] for run in measured) / ITEMS for name in measured[0].tasks}
    ours, uri, bare = cost["ours"], cost["uri"], cost["bare"]
    print_table(
        ("per item", "ms", "against ours"),
        [
            ("this collection, in the controller's process", f"{ours * 1000:.1f}", "1"),
            (f"a bare action with {gets} GETs over one requests session", f"{bare * 1000:.1f}", f"{bare / ours:.2f}"),
            ("ansible.builtin.uri, 1 GET", f"{uri * 1000:.1f}", f"{uri / ours:.1f}"),
            ("this collection, as a module process", f"{cost['module'] * 1000:.1f}", f"{cost['module'] / ours:.1f}"),
        ],
    )
    print(f"GETs for an unchanged item: {gets}")
    return missed(
        (ours <= uri / 15, f"an unchanged {case.module} costs {ours / uri:.3f} of uri's, more than a fifteenth"),
        (ours <= 2 * bare, f"an unchanged {case.module} costs {ours / bare:.2f} times the bare action"),
        (gets <= 2, f"an unchanged {case.module} takes {gets} GETs, more than two"),
    )


def _gets(stage: Stage, task: dict[str, Any]) -> int:
    stage.simulator.clear_operations()
    stage.play([task])
    calls = stage.simulator.operations()
    assert not [call for call in calls if call["write"]]
    return len(calls)


def _contest(simulator: Simulator, case: Case, gets: int) -> list[dict[str, Any]]:
    """The same thing looked at in four ways, after a warm-up."""
    task = case.task(simulator)
    client = Client(resolve({}, simulator.environ()))
    found = client.read_list(case.listing, query={"name": "bench"})[0]
    show = _signed(client, simulator, case.show, f"/v1/volumes/{found['id']}")
    listing = _signed(client, simulator, case.listing, "/v1/volumes?name=bench&offset=0&limit=1000")
    loop = {"loop": list(range(ITEMS)), "loop_control": {"label": "bench"}}
    uri = {"ansible.builtin.uri": {"url": show["url"], "headers": show["headers"], "return_content": True}}
    # The same interpreter under another name: the action plugin then hands the task over to the module.
    other = next(name for name in ("python3", "python") if str(PROGRAMS / name) != sys.executable)
    process = {"vars": {"ansible_python_interpreter": str(PROGRAMS / other)}}
    return [
        {"name": "warm-up", **task},
        {"name": "ours", **task, **loop},
        {"name": "bare", "bare_get": {"requests": [listing, show][-gets:] if gets < 3 else [listing, show]}, **loop},
        {"name": "uri", **uri, **loop},
        {"name": "module", **task, **loop, **process},
    ]


def _signed(client: Client, simulator: Simulator, operation: Operation, path: str) -> dict[str, Any]:
    url = f"{simulator.url}/{operation.service}/{simulator.region}{path}"
    request = client._sign("GET", url, None, f"{operation.service} {operation.version}")
    return {"url": request.url, "headers": dict(request.headers)}


def protecting_many(folder: Path) -> list[str]:
    """Disaster recovery set up for many volumes, against one."""
    print(f"\nThe role dr_replication; a volume takes {CREATE_SECONDS:g} s to be made, and so does its replication")
    runs = {count: _protect(folder, count) for count in (1, VOLUMES)}
    (one, _again, _writes), (many, again, writes) = runs[1], runs[VOLUMES]
    print_table(
        ("run", "s", "against one volume"),
        [
            ("1 volume", f"{one.seconds:.1f}", "1"),
            (f"{VOLUMES} volumes", f"{many.seconds:.1f}", f"{many.seconds / one.seconds:.2f}"),
            (f"{VOLUMES} volumes, run again", f"{again.seconds:.1f}", f"{again.seconds / one.seconds:.2f}"),
        ],
    )
    print(f"Second run: changed={again.changed}, {writes} writing calls")
    return missed(
        (many.seconds <= 2 * one.seconds, f"{VOLUMES} volumes take {many.seconds / one.seconds:.2f} times one volume"),
        (again.changed == 0, f"the second run reports changed={again.changed}"),
        (writes == 0, f"the second run sends {writes} writing calls"),
    )


def _protect(folder: Path, count: int) -> tuple[Timed, Timed, int]:
    """Set up ``count`` volumes, twice; the runs, and the writing calls of the second."""
    switches = ("filestorage_create_seconds", "replication_create_seconds")
    with Simulator(*[text for name in switches for text in ("--switch", f"{name}={CREATE_SECONDS}")]) as simulator:
        stage = Stage(simulator, folder)
        variables = {
            "dr_replication_volumes": [
                {"name": f"data_{number:02}", "protocol": "NFS", "type_name": "SSD"} for number in range(count)
            ],
            "dr_replication_region": "kr-west1",
            "dr_replication_target_region": "kr-east1",
            "dr_replication_frequency": "hourly",
        }
        first = stage.run("scp.storage.dr_replication", variables)
        simulator.clear_operations()
        second = stage.run("scp.storage.dr_replication", variables)
        return first, second, len(simulator.writes())


def one_task_for_many(folder: Path, rounds: int) -> list[str]:
    """A hundred things in one task, against their longest chain made one by one, and against an empty playbook."""
    print(f"\nscp_storage_apply with 100 things of 5 kinds; each takes {CREATE_SECONDS:g} s to settle")
    options = [text for name in SWITCHES for text in ("--switch", f"{name}={CREATE_SECONDS}")]
    with Simulator(*options) as simulator:
        stage = Stage(simulator, folder)
        things = hundred(str(simulator.server("west-db1")["id"]))
        task = {"scp.storage.scp_storage_apply": {"resources": things}}
        first = stage.play([task])
        simulator.clear_operations()
        again = [stage.play([task]) for _ignored in range(rounds)]
        writes = len(simulator.writes())
        calls = len(simulator.operations()) // rounds
        start = statistics.median(stage.play([{"ansible.builtin.debug": {}}]).seconds for _ignored in range(rounds))
    with Simulator(*options) as simulator:
        # The longest chain, as single tasks: a volume, its group, the group's schedule.
        chain = Stage(simulator, folder).play(_chain(things)).seconds - start
    cost = statistics.median(run.seconds for run in again) - start
    print_table(
        ("run", "s over an empty playbook", "against the longest chain"),
        [
            ("the longest chain, task by task", f"{chain:.1f}", "1"),
            ("all of it in one task", f"{first.seconds - start:.1f}", f"{(first.seconds - start) / chain:.2f}"),
            (f"again, median of {rounds} rounds", f"{cost:.2f}", f"{cost / chain:.2f}"),
        ],
    )
    print(f"An empty playbook: {start:.2f} s. Second run: {writes} writing calls, {calls} calls in all")
    return missed(
        (first.seconds - start <= 3 * chain, f"100 things take {(first.seconds - start) / chain:.2f} times the chain"),
        (writes == 0, f"the second run sends {writes} writing calls"),
        # A start takes about a second on a machine at rest, so this is two seconds.
        (cost <= 2 * start, f"the second run costs {cost / start:.2f} times ansible-playbook's own start"),
    )


def _chain(things: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Tasks of one volume, a group of it and the group's schedule."""
    schedule, group, volume = (dict(thing) for thing in things[:3])
    group["volumes"] = [volume["name"]]
    return [{f"scp.storage.scp_{thing.pop('kind')}": thing} for thing in (volume, group, schedule)]


if __name__ == "__main__":
    sys.exit(main())
