# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles dr_replication and dr_failover for many volumes, compared with one volume."""

from __future__ import annotations

from tests.simulator.fixture import Simulator

from .options import Options
from .playbooks import Stage
from .tables import missed, print_table
from .workloads import Fleet

VOLUMES = 20
CREATE_SECONDS = 3.0
#: Seconds by which each answer is late, and how many volumes are set up and failed over.
LATENCY = 0.2
FLEET, FULL_FLEET = 20, 100
#: What the first set-up of all may take: this many times the slowest volume, and some seconds more.
SET_UP_RATIO, SET_UP_SECONDS = 1.5, 10.0


def measure(options: Options) -> list[str]:
    """Replicate one volume and many, many of them twice, fail over one and many, and return what was missed."""
    print(f"The role dr_replication; a volume takes {CREATE_SECONDS:g} s to be created, and so does its replication")
    with _simulator() as simulator:
        one = Stage(simulator, options.folder).run("scp.storage.dr_replication", _variables(1))
    with _simulator() as simulator:
        stage = Stage(simulator, options.folder)
        many = stage.run("scp.storage.dr_replication", _variables(VOLUMES))
        simulator.clear_operations()
        again = stage.run("scp.storage.dr_replication", _variables(VOLUMES))
        writes = len(simulator.writes())
    print_table(
        ("run", "s", "against one volume"),
        [
            ("1 volume", f"{one.seconds:.1f}", "1"),
            (f"{VOLUMES} volumes", f"{many.seconds:.1f}", f"{many.seconds / one.seconds:.2f}"),
            (f"{VOLUMES} volumes, second run", f"{again.seconds:.1f}", f"{again.seconds / one.seconds:.2f}"),
        ],
    )
    print(f"Second run: changed={again.changed}, {writes} write calls")
    late = _measure_set_up(options) + _measure_failover(options)
    return late + missed(
        (many.seconds <= 2 * one.seconds, f"{VOLUMES} volumes take {many.seconds / one.seconds:.2f} times one volume"),
        (again.changed == 0, f"the second run reports changed={again.changed}"),
        (writes == 0, f"the second run sends {writes} write calls"),
    )


def _measure_set_up(options: Options) -> list[str]:
    """Set up a volume of each kind, and then all, with late answers; return what was missed."""
    fleet = Fleet(FULL_FLEET if options.full else FLEET)
    variables = fleet.dr_variables()
    volumes = variables["dr_volumes"]
    print(f"The first run of dr_replication, each answer {LATENCY:g} s later; {fleet.described}", flush=True)
    firsts = {"file": 0, "block": fleet.files, "group": fleet.files + fleet.blocks}
    with _late(fleet) as simulator:
        stage = Stage(simulator, options.folder)
        each = {
            name: stage.run("scp.storage.dr_replication", {**variables, "dr_volumes": [volumes[index]]}).seconds
            for name, index in firsts.items()
        }
    with _late(fleet) as simulator:
        many = Stage(simulator, options.folder).run("scp.storage.dr_replication", variables).seconds
        calls = len(simulator.operations())
    most = SET_UP_RATIO * max(each.values()) + SET_UP_SECONDS
    print_table(
        ("run", "s", "calls"),
        [
            *((f"1 {name}", f"{seconds:.1f}", "") for name, seconds in each.items()),
            (f"{fleet.count} volumes (at most {most:.1f})", f"{many:.1f}", str(calls)),
        ],
    )
    return missed((many <= most, f"the first set-up of {fleet.count} volumes takes {many:.1f} s, more than {most:.1f}"))


def _late(fleet: Fleet) -> Simulator:
    """Return a simulator with block storage that is not replicated, whose answers are late."""
    simulator = Simulator()
    simulator.patch_world(fleet.block_storage())
    simulator.fault("delay", seconds=LATENCY, times=None)
    return simulator


def _measure_failover(options: Options) -> list[str]:
    """Fail over a volume, and then all, with late answers; return what was missed."""
    fleet = Fleet(FULL_FLEET if options.full else FLEET)
    variables = fleet.dr_variables()
    print(f"The role dr_failover, each answer {LATENCY:g} s later; {fleet.described}", flush=True)
    with Simulator("--time-scale", "100") as simulator:
        simulator.patch_world(fleet.block_storage())
        stage = Stage(simulator, options.folder)
        stage.run("scp.storage.dr_replication", variables)
        simulator.scale(1)
        simulator.fault("delay", seconds=LATENCY, times=None)
        accepting = {**variables, "dr_failover_accept_lag": True}
        one = stage.run("scp.storage.dr_failover", {**accepting, "dr_volumes": variables["dr_volumes"][:1]})
        simulator.clear_operations()
        many = stage.run("scp.storage.dr_failover", accepting)
        calls = len(simulator.operations())
    ratio = many.seconds / one.seconds
    print_table(
        ("run", "s", "against one volume", "calls"),
        [
            ("1 volume", f"{one.seconds:.1f}", "1", ""),
            (f"{fleet.count} volumes", f"{many.seconds:.1f}", f"{ratio:.2f}", str(calls)),
        ],
    )
    return missed((ratio <= 2, f"the failover of {fleet.count} volumes takes {ratio:.2f} times that of one"))


def _simulator() -> Simulator:
    switches = ("filestorage_create_seconds", "replication_create_seconds")
    return Simulator(*[text for name in switches for text in ("--switch", f"{name}={CREATE_SECONDS}")])


def _variables(count: int) -> dict[str, object]:
    return {
        "dr_replication_volumes": [
            {"name": f"data_{number:02}", "protocol": "NFS", "type_name": "SSD"} for number in range(count)
        ],
        "dr_replication_region": "kr-west1",
        "dr_replication_target_region": "kr-east1",
        "dr_replication_frequency": "hourly",
    }
