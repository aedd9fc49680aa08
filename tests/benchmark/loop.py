# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unchanged resources in a loop, compared with the alternatives: ansible.builtin.uri and an action of a few lines.

The bare action sends for each item what the module sends for an item alone. Items of the module share the list from the
second one on, and their results are not registered, so that what is compared is the cost of the engine.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass
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

from .options import Options
from .playbooks import PROGRAMS, Stage
from .tables import missed, print_table

ITEMS = 50
#: Items of what takes half a second each.
SLOW_ITEMS = 5


@dataclass(frozen=True)
class Case:
    """A module and what it manages.

    :ivar listing: the list operation, and ``show`` the one that reads one resource: what a user would send by hand.
    """

    module: str
    args: Callable[[Simulator], dict[str, Any]]
    listing: Operation
    show: Operation

    def task(self, simulator: Simulator) -> dict[str, Any]:
        """Return the task."""
        return {f"scp.storage.{self.module}": {"name": "bench", **self.args(simulator)}}


def _attached(simulator: Simulator) -> dict[str, Any]:
    server = simulator.server("west-db1")
    return {
        "disk_type": "HDD",
        "size_gb": 10,
        "attachments": [{"object_type": server["type"], "object_id": server["id"]}],
    }


CASES = (
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
)


def measure(options: Options) -> list[str]:
    """Measure all modules in one playbook a round, and return what was missed."""
    print(f"An unchanged resource in a loop of {ITEMS} ({SLOW_ITEMS} where an item starts a process),")
    print(f"median of {options.rounds} rounds")
    with Simulator() as simulator:
        stage = Stage(simulator, options.folder)
        stage.play([case.task(simulator) for case in CASES])
        gets = {case.module: _gets(stage, case.task(simulator)) for case in CASES}
        tasks = [task for case in CASES for task in _compared(simulator, case, gets[case.module])]
        tasks += _slow(simulator, CASES[0])
        runs = [stage.play(tasks).tasks for _ignored in range(options.rounds)]
    cost = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
    uri, process = cost["uri"] / SLOW_ITEMS, cost["module process"] / SLOW_ITEMS
    rows, checks = [], []
    for case in CASES:
        module, count = case.module, gets[case.module]
        ours, bare = cost[module] / ITEMS, cost[f"bare {module}"] / ITEMS
        rows.append((module, f"{ours * 1000:.1f}", f"{count}", f"{ours / bare:.2f}", f"{ours / uri:.3f}"))
        rows.append((f"  bare action, {count} GETs", f"{bare * 1000:.1f}", f"{count}", "1", f"{bare / uri:.3f}"))
        checks += [
            (ours <= uri / 15, f"an unchanged {module} costs {ours / uri:.3f} of uri's, more than a fifteenth"),
            (ours <= 2 * bare, f"an unchanged {module} costs {ours / bare:.2f} times the bare action"),
            (count <= 2, f"an unchanged {module} takes {count} GETs, more than two"),
        ]
    rows.append((f"{CASES[0].module} as a module process", f"{process * 1000:.1f}", "", "", f"{process / uri:.3f}"))
    rows.append(("ansible.builtin.uri", f"{uri * 1000:.1f}", "1", "", "1"))
    print_table(("per item", "ms", "GETs alone", "against bare", "against uri"), rows)
    return missed(*checks)


def _gets(stage: Stage, task: dict[str, Any]) -> int:
    """Return the number of calls for an unchanged item."""
    stage.simulator.clear_operations()
    stage.play([task])
    assert not stage.simulator.writes(), "the second run writes"
    return len(stage.simulator.operations())


def _compared(simulator: Simulator, case: Case, gets: int) -> list[dict[str, Any]]:
    """Return the tasks that read the same resource with the collection and with as many bare GETs, after a warm-up."""
    listing, show = _requests(simulator, case)
    task = case.task(simulator)
    loop = {"loop": list(range(ITEMS)), "loop_control": {"label": "bench"}}
    return [
        {"name": f"warm-up {case.module}", **task},
        {"name": case.module, **task, **loop},
        {"name": f"bare {case.module}", "bare_get": {"requests": [listing, show][-gets:]}, **loop},
    ]


def _slow(simulator: Simulator, case: Case) -> list[dict[str, Any]]:
    """Return the tasks that start a process for each item."""
    _listing, show = _requests(simulator, case)
    loop = {"loop": list(range(SLOW_ITEMS)), "loop_control": {"label": "bench"}}
    uri = {"url": show["url"], "headers": show["headers"], "return_content": True}
    # The same interpreter under another name: the action plugin then hands the task over to the module.
    other = next(name for name in ("python3", "python") if str(PROGRAMS / name) != sys.executable)
    process = {"vars": {"ansible_python_interpreter": str(PROGRAMS / other)}}
    return [
        {"name": "uri", "ansible.builtin.uri": uri, **loop},
        {"name": "module process", **case.task(simulator), **loop, **process},
    ]


def _requests(simulator: Simulator, case: Case) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the signed requests of the list and of the show operation."""
    client = Client(resolve({}, simulator.environ()))
    found = client.read_list(case.listing, query={"name": "bench"})[0]
    listing = _signed(client, simulator, case.listing, "/v1/volumes?name=bench&offset=0&limit=1000")
    return listing, _signed(client, simulator, case.show, f"/v1/volumes/{found['id']}")


def _signed(client: Client, simulator: Simulator, operation: Operation, path: str) -> dict[str, Any]:
    url = f"{simulator.url}/{operation.service}/{simulator.region}{path}"
    request = client._request("GET", url, None, f"{operation.service} {operation.version}", signed=True)
    return {"url": request.url, "headers": dict(request.headers)}
