# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Second runs that change nothing, each answer 0.2 s later, compared with the least that they have to cost.

A real service is 0.1 to 0.3 s away, so what a run costs there is mostly the number of calls that wait for each other.
The simulator holds each answer back by ``LATENCY`` seconds; answers of concurrent calls are held back concurrently, as
by a network.

The least, in calls and in seconds, where ``empty`` is a playbook with the same number of tasks (or items of a loop)
that call nothing, measured in the same run::

    calls   = lists + reads
    seconds = empty + LATENCY x (lists + ceil(reads / CONCURRENCY))

``lists`` are pages of ``PAGE`` resources: a list that several resources need is read once, and page after page.
``reads`` are the calls for a single resource without which a change could be missed, by the API's contract:

* A File Storage volume: 0. Its list has the protocol and the type, which are all that the task sets.
* A File Storage replication: 2. Replications are listed for one volume only, and the list lacks policy and status;
  the show operation needs the id that this list gives.
* A replication of a block volume or of a volume group: 1, its show operation. It names both ends. Whether the other
  end failed is in one list of its region, which the collection reads and the least does not.
* A block volume with a snapshot rate: 1. The list has neither the rate nor the errors of calls to servers.
* A volume group with a snapshot schedule: 1. The list has neither the members nor the schedule.

The items of a loop do not know of each other, so the first one asks for its name only, and for its details; the second
one reads the whole list. That makes two calls more than the least.

What results show beyond this (paths, usage) is not counted. A task reads it only where its result is registered.

The calls of ``scp_*`` modules are judged, because they do not depend on the machine. Seconds, and runs of roles, are
shown and not judged.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.simulator.fixture import Simulator

from .options import Options
from .playbooks import Stage, Timed
from .tables import missed, print_table
from .workloads import Fleet, file_volumes, hundred

LATENCY = 0.2
#: Calls that a client may have under way at the same time.
CONCURRENCY = 48
#: What the collection asks for in one page of a list.
PAGE = 1000
ITEMS = 50
#: The list for the first item and its details, and the whole list.
MOST_LOOP_CALLS = 3
MOST_KINDS_CALLS = 120
#: What a batch may take of the calls that it cannot do without.
MOST_RATIO = 1.1
JUDGED = ("scp_storage_apply",)
VOLUMES, FULL_VOLUMES = 20, 100


@dataclass(frozen=True)
class Least:
    """The calls that a run cannot do without."""

    lists: int
    reads: int

    @property
    def calls(self) -> int:
        """Their number."""
        return self.lists + self.reads

    def seconds(self, empty: float) -> float:
        """Return the seconds of a run with these calls, given those of a run without any."""
        return empty + LATENCY * (self.lists + math.ceil(self.reads / CONCURRENCY))


@dataclass(frozen=True)
class Row:
    """A measured run.

    :ivar empty: seconds of a playbook with as many tasks that call nothing.
    :ivar most_calls: the calls that it may take; ``None`` where that is not judged.
    """

    name: str
    seconds: float
    calls: int
    tasks: int
    empty: float
    least: Least
    most_calls: int | None = None

    @property
    def check(self) -> tuple[bool, str]:
        """What is judged about it: whether it holds, and what to report otherwise."""
        held = self.most_calls is None or self.calls <= self.most_calls
        return held, f"{self.name}: {self.calls} calls, more than {self.most_calls}"

    def cells(self) -> tuple[str, ...]:
        """Return the cells of the table."""
        least = self.least.seconds(self.empty)
        return (
            self.name,
            f"{self.seconds:.1f}",
            f"{least:.1f}",
            f"{self.seconds / least:.1f}",
            str(self.calls),
            str(self.least.calls),
            f"{self.calls / self.least.calls:.1f}",
            f"{self.empty:.1f}",
        )


def measure(options: Options) -> list[str]:
    """Measure each run once, because it mostly waits, and return what takes too many calls."""
    count = FULL_VOLUMES if options.full else VOLUMES
    fleet = Fleet(count)
    size = f"{count} volumes" if options.full else f"{count} volumes (BENCH_FULL=1: {FULL_VOLUMES})"
    print(f"Second runs that change nothing, each answer {LATENCY:g} s later; {size}:")
    print(fleet.described, flush=True)
    rows = [_loop(options), _kinds(options), *_many(options, fleet)]
    print_table(
        ("second run", "s", "least s", "ratio", "calls", "least calls", "ratio", "empty s"), [r.cells() for r in rows]
    )
    print(f"least s = empty s + {LATENCY:g} x (lists + ceil(reads / {CONCURRENCY})), least calls = lists + reads, with")
    for row in rows:
        print(f"  {row.name}: lists = {row.least.lists}, reads = {row.least.reads}, tasks started = {row.tasks}")
    print(f"lists: each list once, in pages of {PAGE}. reads: 2 for a File Storage replication (its id, then its")
    print(
        "status), 1 for a replication of block storage, a block volume and a volume group, 0 for a File Storage volume."
    )
    print("empty: a playbook with as many tasks (or items) that call nothing.")
    return missed(*(row.check for row in rows))


def _loop(options: Options) -> Row:
    """Measure a loop over unchanged File Storage volumes."""
    loop = {"loop": [f"data_{number:02}" for number in range(ITEMS)]}
    empty: dict[str, Any] = {"ansible.builtin.debug": {"msg": "{{ item }}"}, **loop}
    volume = {"name": "{{ item }}", "protocol": "NFS", "type_name": "SSD"}
    with Simulator() as simulator:
        stage = Stage(simulator, options.folder)
        stage.play([{"scp.storage.scp_storage_apply": {"resources": file_volumes(loop["loop"])}}])
        start = stage.play([empty]).seconds
        run, calls = _unchanged(stage, lambda: stage.play([{"scp.storage.scp_filestorage_volume": volume, **loop}]))
    return Row(
        f"loop of {ITEMS} volumes", run.seconds, calls, run.started, start, Least(_pages(ITEMS), 0), MOST_LOOP_CALLS
    )


def _kinds(options: Options) -> Row:
    """Measure ``scp_storage_apply`` over a hundred resources of five kinds."""
    with Simulator("--time-scale", "100") as simulator:
        stage = Stage(simulator, options.folder)
        resources = hundred(str(simulator.server("west-db1")["id"]))
        task = {"scp.storage.scp_storage_apply": {"resources": resources}}
        stage.play([task])
        simulator.scale(1)
        empty = stage.play([{"ansible.builtin.debug": {"msg": ""}}]).seconds
        run, calls = _unchanged(stage, lambda: stage.play([task]))
    kinds = Counter(str(resource["kind"]) for resource in resources)
    # File Storage volumes, block volumes, and volume groups; a group and its schedule are in one answer.
    lists = sum(_pages(kinds[kind]) for kind in ("filestorage_volume", "bm_volume", "bm_volume_group"))
    reads = 2 * kinds["filestorage_replication"] + kinds["bm_volume"] + kinds["bm_volume_group"]
    name = f"scp_storage_apply, {len(resources)} of {len(kinds)} kinds"
    return Row(name, run.seconds, calls, run.started, empty, Least(lists, reads), MOST_KINDS_CALLS)


def _many(options: Options, fleet: Fleet) -> list[Row]:
    """Measure ``dr_replication``, ``dr_status`` and ``scp_storage_apply`` over the same replicated volumes."""
    task = {"scp.storage.scp_storage_apply": {"resources": fleet.resources()}}
    # File Storage volumes, block volumes (which those of groups are among), and volume groups.
    lists = _pages(fleet.files) + _pages(fleet.blocks + 2 * fleet.groups) + _pages(fleet.groups)
    least = Least(lists, reads=2 * fleet.files + fleet.blocks + fleet.groups)
    rows = []
    with Simulator("--time-scale", "100") as simulator:
        simulator.patch_world(fleet.block_storage())
        stage = Stage(simulator, options.folder)
        stage.play([task])
        simulator.scale(1)
        runs: Sequence[tuple[str, Callable[[], Timed]]] = (
            ("dr_replication", lambda: stage.run("scp.storage.dr_replication", fleet.dr_variables())),
            ("dr_status", lambda: stage.run("scp.storage.dr_status", fleet.dr_variables())),
            ("scp_storage_apply", lambda: stage.play([task])),
        )
        for name, start in runs:
            run, calls = _unchanged(stage, start)
            empty = stage.play([{"ansible.builtin.debug": {"msg": ""}}] * run.started).seconds
            most = math.ceil(MOST_RATIO * least.calls) if name in JUDGED else None
            rows.append(Row(f"{name}, {fleet.count} volumes", run.seconds, calls, run.started, empty, least, most))
    return rows


def _unchanged(stage: Stage, start: Callable[[], Timed]) -> tuple[Timed, int]:
    """Run with each answer held back; return the run and its number of calls."""
    simulator = stage.simulator
    simulator.clear_operations()
    simulator.fault("delay", seconds=LATENCY, times=None)
    run = start()
    simulator.clear_faults()
    assert run.changed == 0, f"the second run reports changed={run.changed}"
    assert not simulator.writes(), "the second run writes"
    return run, len(simulator.operations())


def _pages(count: int) -> int:
    return math.ceil(count / PAGE)
