# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory of many servers, compared with what one would write without it.

That is a program that reads the same pages, one after the other, with nothing but requests, and an inventory script
that prints the hosts. Most of a run is Ansible's own work on hosts and their variables, for a script as well, so runs
on a simulator next door are compared with both. From a service that is further away, the reading is what takes long,
and the whole run is compared with that alone.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import requests

from ansible_collections.scp.storage.plugins.module_utils.client.session import Client
from ansible_collections.scp.storage.plugins.module_utils.client.settings import resolve
from ansible_collections.scp.storage.plugins.module_utils.operations.baremetal_blockstorage import LIST_VOLUMES
from tests.collection_path import place
from tests.integration.inventory_data import EAST, WEST, compared, crowd, crowd_as_hosts
from tests.simulator.fixture import Simulator

from .options import Options
from .playbooks import PROGRAMS
from .tables import missed, print_table

#: With fewer, what a run costs whatever their number decides the ratio.
SERVERS, VOLUMES = 2_000, 10_000
MAX_MEMORY_MB = 300
#: What a run may take of the bare reading's time, if each answer comes later.
MOST_AWAY = 1.5
#: What a cached run may take of the processor time that the same hosts take from a script.
MOST_CACHED = 0.5
PAGE = 1000
#: How much later than a simulator on the same machine a remote service answers.
AWAY_SECONDS = 0.2


@dataclass(frozen=True)
class Cost:
    """What one run of ansible-inventory took: by the clock, of the processor (both in seconds), and of memory (MB)."""

    seconds: float
    processor: float
    memory: float
    output: str


def measure(options: Options) -> list[str]:
    """Measure all in turns, of which the medians count, and return what was missed."""
    folder, rounds = options.folder, options.rounds
    print(f"An inventory of {SERVERS} servers with {VOLUMES} volumes in two regions,")
    print(f"median of {rounds} rounds", flush=True)
    seed = crowd(SERVERS, VOLUMES)
    file = folder / "crowd.json"
    file.write_text(json.dumps(seed), encoding="utf-8")
    config = folder / "crowd.scp_storage.yml"
    config_options = {
        "plugin": "scp.storage.scp_storage",
        "regions": [WEST, EAST],
        "sources": ["bm_volumes"],
        # The simulator answers one call after the other, so concurrent ones wait for their turn.
        "timeout": 600,
    }
    config.write_text(json.dumps(config_options), encoding="utf-8")
    cached = {
        "ANSIBLE_INVENTORY_CACHE": "1",
        "ANSIBLE_INVENTORY_CACHE_PLUGIN": "jsonfile",
        "ANSIBLE_INVENTORY_CACHE_CONNECTION": str(folder / "cache"),
    }
    with Simulator("--seed", str(file)) as simulator:
        _list(folder, simulator, str(config), cached)
        own, bare, whole, again, bare_away, away = [], [], [], [], [], []
        for _round in range(rounds):
            own.append(_list(folder, simulator, "localhost,"))
            bare.append(_read_bare(simulator))
            whole.append(_list(folder, simulator, str(config)))
            before = len(simulator.operations())
            again.append(_list(folder, simulator, str(config), cached))
            assert len(simulator.operations()) == before, "a cached run calls the service"
            simulator.fault("delay", seconds=AWAY_SECONDS, times=None)
            bare_away.append(_read_bare(simulator))
            away.append(_list(folder, simulator, str(config)))
            simulator.clear_faults()
    hosts = json.loads(whole[0].output, object_hook=lambda one: one.get("__ansible_unsafe", one))["_meta"]["hostvars"]
    assert compared(hosts) == crowd_as_hosts(seed), "the inventory is not right"
    # What Ansible itself does with these hosts and their variables.
    script = folder / "script"
    printed = json.dumps({"all": {"hosts": list(hosts)}, "_meta": {"hostvars": hosts}})
    script.with_suffix(".json").write_text(printed, encoding="utf-8")
    script.write_text(f"#!/bin/sh\ncat '{script}.json'\n", encoding="utf-8")
    script.chmod(0o755)
    scripted = _median([_list(folder, simulator, str(script)) for _round in range(rounds)])
    start, reading = _median(own), statistics.median(bare)
    whole_run, cached_run = _median(whole), _median(again)
    reading_away, away_run = statistics.median(bare_away), _median(away)
    memory = max(run.memory for run in whole)
    rows = [
        ("bare requests, page after page", f"{reading:.2f}", "", "1", ""),
        _row("ansible-inventory without hosts", start, reading, start),
        _row("ansible-inventory with this inventory", whole_run, reading, start),
        _row("the same, cached", cached_run, reading, start),
        _row("the same hosts, printed by a script", scripted, reading, start),
        (f"bare requests, each answer {AWAY_SECONDS:g} s later", f"{reading_away:.2f}", "", "1", ""),
        _row("ansible-inventory, likewise", away_run, reading_away, start),
    ]
    print_table(("run", "s", "processor s", "against bare", "over own start"), rows)
    print(f"Memory: {memory:.0f} MB at the most")
    by_hand = reading + scripted.seconds - start.seconds
    ratio = (whole_run.seconds - start.seconds) / by_hand
    ratio_away = (away_run.seconds - start.seconds) / reading_away
    # Of the processor: what the clock says depends on what else the machine does.
    ratio_cached = (cached_run.processor - start.processor) / (scripted.processor - start.processor)
    print("Over ansible-inventory's own start, it takes")
    print(f"  {ratio:.2f} of the bare reading and a script together (at most 1),")
    print(f"  {ratio_away:.2f} of the bare reading, each answer {AWAY_SECONDS:g} s later (at most {MOST_AWAY:g}),")
    print(f"  {ratio_cached:.2f} of a script's processor time, cached (at most {MOST_CACHED:g})")
    return missed(
        (ratio <= 1, f"the inventory takes {ratio:.2f} of the bare reading and a script together"),
        (
            ratio_away <= MOST_AWAY,
            f"with each answer {AWAY_SECONDS:g} s later, the inventory takes {ratio_away:.2f} of the bare reading",
        ),
        (memory < MAX_MEMORY_MB, f"the inventory takes {memory:.0f} MB, not less than {MAX_MEMORY_MB}"),
        (
            ratio_cached <= MOST_CACHED,
            f"a cached inventory takes {ratio_cached:.2f} of the processor time of a script",
        ),
    )


def _row(name: str, cost: Cost, reading: float, start: Cost) -> tuple[str, str, str, str, str]:
    over = (cost.seconds - start.seconds) / reading
    return name, f"{cost.seconds:.2f}", f"{cost.processor:.2f}", f"{cost.seconds / reading:.2f}", f"{over:.2f}"


def _median(runs: list[Cost]) -> Cost:
    return Cost(
        statistics.median(run.seconds for run in runs),
        statistics.median(run.processor for run in runs),
        statistics.median(run.memory for run in runs),
        runs[0].output,
    )


def _read_bare(simulator: Simulator) -> float:
    """Return the seconds to read the pages that the inventory reads, one after the other, with nothing but requests."""
    client = Client(resolve({}, simulator.environ()))
    version = f"{LIST_VOLUMES.service} {LIST_VOLUMES.version}"
    count = 0
    began = time.monotonic()
    with requests.Session() as session:
        session.trust_env = False
        for region in (WEST, EAST):
            for offset in range(0, VOLUMES // 2, PAGE):
                query = f"offset={offset}&limit={PAGE}&sort=created_at%3Aasc"
                url = f"{simulator.url}/{LIST_VOLUMES.service}/{region}{LIST_VOLUMES.path}?{query}"
                count += len(session.send(client._request("GET", url, None, version, signed=True)).json()["volumes"])
    seconds = time.monotonic() - began
    assert count == VOLUMES, f"the bare reading found {count} volumes"
    return seconds


def _list(folder: Path, simulator: Simulator, inventory: str, more: Mapping[str, str] | None = None) -> Cost:
    """Run ``ansible-inventory --list``.

    :raises RuntimeError: it failed; the text is what it printed.
    """
    environ = {
        "PATH": os.pathsep.join([str(PROGRAMS), "/usr/bin", "/bin"]),
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "ANSIBLE_COLLECTIONS_PATH": str(place()),
        "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "1",
        **simulator.environ(),
        **(more or {}),
    }
    output = folder / "inventory.json"
    began = time.monotonic()
    with output.open("w", encoding="utf-8") as file:
        process = subprocess.Popen(
            [str(PROGRAMS / "ansible-inventory"), "-i", inventory, "--list"],
            cwd=folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=file,
        )
        _pid, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"ansible-inventory ended with {process.returncode}")
    text = output.read_text(encoding="utf-8")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, text)
