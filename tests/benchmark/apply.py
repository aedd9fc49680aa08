# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""scp_storage_apply with 100 resources, compared with the longest chain among them and with an empty playbook."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

from tests.simulator.fixture import Simulator

from .options import Options
from .playbooks import Stage
from .tables import missed, print_table
from .workloads import SWITCHES, hundred

CREATE_SECONDS = 3.0


def measure(options: Options) -> list[str]:
    """Create 100 resources in one task, run it again, and return what was missed."""
    print(f"scp_storage_apply with 100 resources of 5 kinds; each takes {CREATE_SECONDS:g} s to be created")
    switches = [text for name in SWITCHES for text in ("--switch", f"{name}={CREATE_SECONDS}")]
    with Simulator(*switches) as simulator:
        stage = Stage(simulator, options.folder)
        resources = hundred(str(simulator.server("west-db1")["id"]))
        task = {"scp.storage.scp_storage_apply": {"resources": resources}}
        first = stage.play([task])
        simulator.clear_operations()
        again = [stage.play([task]).seconds for _ignored in range(options.rounds)]
        writes = len(simulator.writes())
        calls = len(simulator.operations()) // options.rounds
        starts = [stage.play([{"ansible.builtin.debug": {}}]).seconds for _ignored in range(options.rounds)]
    start = statistics.median(starts)
    with Simulator(*switches) as simulator:
        # The longest chain, as single tasks: a volume, its group, the group's schedule.
        chain = Stage(simulator, options.folder).play(_chain(resources)).seconds - start
    cost = statistics.median(again) - start
    print_table(
        ("run", "s over an empty playbook", "against the longest chain"),
        [
            ("the longest chain, task by task", f"{chain:.1f}", "1"),
            ("all resources in one task", f"{first.seconds - start:.1f}", f"{(first.seconds - start) / chain:.2f}"),
            (f"second run, median of {options.rounds} rounds", f"{cost:.2f}", f"{cost / chain:.2f}"),
        ],
    )
    print(f"An empty playbook: {start:.2f} s. Second run: {writes} write calls, {calls} calls in all")
    return missed(
        (
            first.seconds - start <= 3 * chain,
            f"100 resources take {(first.seconds - start) / chain:.2f} times the chain",
        ),
        (writes == 0, f"the second run sends {writes} write calls"),
        # A start takes about a second on an idle machine, so this is two seconds.
        (cost <= 2 * start, f"the second run costs {cost / start:.2f} times the start of ansible-playbook"),
    )


def _chain(resources: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return tasks for one volume, a group of it and the group's schedule."""
    schedule, group, volume = (dict(resource) for resource in resources[:3])
    group["volumes"] = [volume["name"]]
    return [{f"scp.storage.scp_{resource.pop('kind')}": resource} for resource in (volume, group, schedule)]
