# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``make demo``: disaster recovery of a handful of volumes, from beginning to end, against a simulator.

Runs the playbooks of the collection with ``playbooks/vars/dr.example.yml``, says what it is doing, and leaves nothing
running and nothing behind, however it ends. The exit code is 0 if all went as it says.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.collection_path import place  # noqa: E402
from tests.simulator.fixture import Simulator  # noqa: E402

INPUTS = ROOT / "playbooks" / "vars" / "dr.example.yml"
#: In simulated seconds: a volume takes 2 real seconds, a replica 3, and an ended replication vanishes after 5.
TIME_SCALE = 4
DURATIONS = {"filestorage_create_seconds": 8, "replication_create_seconds": 12}
#: What bare-metal servers use already when the demo begins; the playbooks do not make that.
BLOCK_STORAGE = {
    "volumes": [
        {"name": "ledger", "size_gb": 100},
        {"name": "billing-data", "snapshot_rate": 20, "group_id": "b" * 32},
        {"name": "billing-log", "snapshot_rate": 20, "group_id": "b" * 32},
    ],
    "volume_groups": [{"id": "b" * 32, "name": "billing"}],
}
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_RECAP = re.compile(r"changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)")


class DemoFailed(Exception):
    """Something did not go as the demo says; the text is meant for users."""


def say(text: str) -> None:
    """Print a paragraph that stands out between Ansible's lines."""
    mark = "\x1b[1m" if sys.stdout.isatty() else ""
    print(f"\n{mark}>>> {text}{mark and chr(27) + '[0m'}", flush=True)


class Stage:
    """A controller that knows nothing but the collection and one simulator, with a home that goes with it."""

    def __init__(self, simulator: Simulator, home: Path) -> None:
        """Set up the environment of all runs."""
        (home / "ansible.cfg").touch()
        self._environ = {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "TERM": os.environ.get("TERM", "dumb"),
            "ANSIBLE_CONFIG": str(home / "ansible.cfg"),
            "ANSIBLE_COLLECTIONS_PATH": str(place()),
            "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "0",
            "ANSIBLE_FORCE_COLOR": str(int(sys.stdout.isatty())),
            "ANSIBLE_LOCALHOST_WARNING": "0",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0",
            **simulator.environ(),
        }
        self._home = home

    def play(self, playbook: str, variables: Mapping[str, Any] | None = None) -> int:
        """Run a playbook of the collection with the inputs, and return its number of changed tasks.

        :raises DemoFailed: it did not end well.
        """
        command = ["ansible-playbook", f"scp.storage.{playbook}", "-e", f"@{INPUTS.relative_to(ROOT)}"]
        extra = ["-e", json.dumps(variables)] if variables else []
        print(f"$ {' '.join(command)}{' …' if extra else ''}", flush=True)
        running = subprocess.Popen(
            [sys.executable, str(Path(sys.executable).parent / command[0]), *command[1:], *extra],
            cwd=ROOT,
            env=self._environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # A separate group, so that all of it can be ended.
            start_new_session=True,
        )
        try:
            changed = self._follow(running)
            if running.wait() != 0 or changed is None:
                raise DemoFailed(f"{playbook} ended with exit code {running.returncode}")
        finally:
            _end(running)
        return changed

    def _follow(self, running: subprocess.Popen[str]) -> int | None:
        changed = None
        assert running.stdout is not None
        for line in running.stdout:
            print(line, end="", flush=True)
            if found := _RECAP.search(_COLOUR.sub("", line)):
                changed = int(found[1])
        return changed


def _end(running: subprocess.Popen[str]) -> None:
    """End a process and its children, if they still run."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(running.pid, number)
            running.wait(5)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


def demo(simulator: Simulator, stage: Stage) -> None:
    """Play the demo.

    :raises DemoFailed: it went otherwise.
    """
    inputs = yaml.safe_load(INPUTS.read_text(encoding="utf-8"))
    volumes = inputs["dr_volumes"]
    simulator.patch_world({"baremetal-blockstorage": BLOCK_STORAGE})
    say(f"1. Protect {len(volumes)} volumes: create what is missing, and give each a replica in the other region.")
    stage.play("dr_replication")

    say("2. The same once more. All is there, so nothing may change.")
    simulator.clear_operations()
    changed = stage.play("dr_replication")
    calls = len(simulator.operations())
    if changed or simulator.writes():
        raise DemoFailed(f"the second run changed {changed} tasks and sent {len(simulator.writes())} writing calls")
    say(f"changed=0: {calls} reading calls, and not one that writes.")

    lost = inputs["dr_region"]
    names = [item for item in volumes if isinstance(item, str) or item.get("region", lost) == lost]
    server, metal = simulator.server("east-web1"), simulator.server("east-db1")
    say(f"3. Disaster: {lost} is out of reach from now on. Fail over its {len(names)} volumes, let the server")
    print(
        f"    {server['name']} there mount the replicas, and attach those of block storage to {metal['name']}.",
        flush=True,
    )
    outage = {"region": lost, "times": None}
    simulator.fault("reset", **outage)
    handing_over = {
        "dr_volumes": names,
        "dr_target_access_rules": [{"object_type": server["type"], "object_id": server["id"]}],
        "dr_target_attachments": [{"object_type": metal["type"], "object_id": metal["id"]}],
    }
    stage.play("dr_failover", handing_over)
    say("The paths above are what to mount now. Once more, to see that failing over is safe to repeat:")
    again = stage.play("dr_failover", handing_over)
    if again:
        raise DemoFailed(f"failing over again changed {again} tasks")

    say(f"4. {lost} is back. End all protection, and delete the replicas, which requires an explicit option to each.")
    simulator.clear_faults()
    yes = ("dr_teardown_confirm", "dr_teardown_delete_targets", "dr_teardown_detach")
    stage.play("dr_teardown", dict.fromkeys(yes, True))
    left = simulator.resources()
    files = [item for item in volumes if isinstance(item, str) or "kind" not in item]
    counts = {name: len(rows) for name, rows in left.items()}
    if counts != {
        "filestorage.volumes": len(files),
        **{f"baremetal-blockstorage.{name}": len(rows) for name, rows in BLOCK_STORAGE.items()},
    }:
        raise DemoFailed("something was left behind")
    say(f"That was all. Left are the {len(volumes)} volumes, which go with the simulator.")


def _stop(number: int, _frame: object) -> NoReturn:
    raise SystemExit(128 + number)


def main() -> int:
    """Run the demo, and clean up behind it."""
    argparse.ArgumentParser(prog="make demo", description=__doc__).parse_args()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    switches = [f"--switch={name}={seconds}" for name, seconds in DURATIONS.items()]
    try:
        with (
            tempfile.TemporaryDirectory(prefix="scp-storage-demo-") as home,
            Simulator(f"--time-scale={TIME_SCALE}", *switches) as simulator,
        ):
            say(f"A simulator of the platform runs at {simulator.url}, {TIME_SCALE} times as fast as real time.")
            print("    No other machine is called, and nothing here is real.", flush=True)
            demo(simulator, Stage(simulator, Path(home)))
    except DemoFailed as failure:
        print(f"\nThe demo failed: {failure}.", file=sys.stderr)
        return 1
    print(f"The simulator has stopped. To protect your own volumes, copy {INPUTS.relative_to(ROOT)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
