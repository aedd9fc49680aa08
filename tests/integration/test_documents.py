# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What README.md and the guides show users to type really runs, in the order in which they say it.

One start of ansible-playbook runs all commands, playbooks and tasks of a document. Scripts, and what is sent to the
simulator, run as they stand.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.collection_path import ROOT
from tests.documents import GUIDES, README, blocks, commands, extra_variables
from tests.harness.playbooks import PROGRAMS, Controller
from tests.harness.tasks import Run
from tests.simulator.fixture import Simulator

pytestmark = pytest.mark.newest_core

#: Words that say that a command of Ansible's is not for this test: it needs a terminal or AWX, is about another thing,
#: or runs on servers.
LEFT_OUT = (
    *("ansible-builder", "ansible-doc", "ansible-galaxy", "ansible-runner", "ansible-vault"),
    *("awx_setup", "--check", "SCP_PROFILE=", " -i "),
)
#: Seconds for all that a document says.
LONGEST = 900.0
#: Simulated seconds in one real one, where much is waited for.
SCALE = 100.0
#: What the roles of disaster recovery say of a replica.
HEALTHS = {"ok", "creating", "paused", "stalled", "error", "ending", "missing", "unknown"}
NEEDS_CURL = pytest.mark.skipif(shutil.which("curl") is None, reason="the guide's commands call curl")


def on_localhost(tasks: list[dict[str, Any]], title: str) -> dict[str, Any]:
    """A play of some tasks."""
    return {"name": title, "hosts": "localhost", "gather_facts": False, "tasks": tasks}


def play_of(words: list[str], files: dict[str, Any], title: str) -> dict[str, Any]:
    """A command of Ansible's as a play."""
    if words[0] == "ansible":
        options = words[words.index("-a") + 1] if "-a" in words else None
        return on_localhost([{"name": title, words[words.index("-m") + 1]: options}], title)
    return {"import_playbook": words[1], "vars": extra_variables(words, files)}


def words_of(command: str, folder: Path) -> list[str]:
    """The words of a command; what it writes below ``/srv`` or at home goes into a folder of the test."""
    return shlex.split(command.replace("/srv/", f"{folder}/").replace('"~/', f'"{folder}/'))


def run_all(
    controller: Controller,
    document: Path,
    variables: dict[str, Any],
    before: dict[str, list[dict[str, Any]]] | None = None,
) -> Run:
    """Run all that a document says, without a failure: each command, and each playbook or task that no command names.

    :param variables: those that the document takes from elsewhere.
    :param before: tasks that change the world before the content of a file is shown, by the file's name.
    """
    shown = blocks(document)
    typed = [
        (block, command)
        for block in shown
        if block.language == "shell"
        for command in commands(block)
        if command.startswith("ansible") and not any(word in command for word in LEFT_OUT)
    ]
    files = {block.file: block.data for block in shown if block.language == "yaml" and block.file}
    named = {word.removeprefix("@") for _ignored, command in typed for word in shlex.split(command)}
    plays: list[dict[str, Any]] = []
    for block in shown:
        if block.file in (before or {}):
            plays.append(on_localhost((before or {})[block.file], f"before {block.file}"))
        if block.language == "yaml" and block.file in named:
            (controller.folder / block.file).write_text(block.content, encoding="utf-8")
        elif block.language == "yaml" and isinstance(block.data, list):
            given = block.data if "hosts" in block.data[0] else [on_localhost(block.data, str(block))]
            # What runs on servers, with modules of others, has neither here.
            plays += [play for play in given if play["hosts"] == "localhost" and "ansible.posix." not in str(play)]
        here = [text for of, text in typed if of is block]
        plays += [play_of(words_of(text, controller.folder), files, f"{block}: {text}") for text in here]
    return controller.playbook(plays, variables=variables, timeout=LONGEST).succeeded()


def test_readme(controller: Controller) -> None:
    """On a simulator with nothing but its servers: each command works, and the second run changes nothing."""
    run = run_all(controller, README, {})
    first = [result.changed for result in run if result.play == "Storage for the web servers"]
    assert first == [True, True, False, False, False, False]


def test_inventory(controller: Controller) -> None:
    """The lookup finds the volume, the inventory has hosts, and the playbook for servers would run on them."""
    guide = GUIDES / "guide_inventory.rst"
    # Access rules do not name servers; backups do.
    full = {"type": "FULL", "frequency": "WEEKLY", "start_day": "SUN", "start_time": "01:00"}
    backups = {"backup_schedules": [full], "backup_servers": ["west-web1", "west-web2"]}
    controller.playbook("scp.storage.backup_policy", variables=backups).succeeded()
    run = run_all(controller, guide, {})
    assert ":/scp_web_data_" in run["Show the address to mount"].message
    shown = blocks(guide)
    config = next(block for block in shown if block.file == "my.scp_storage.yml")
    found = controller.inventory(config.data).succeeded()
    assert found.group("mounting") == ["west-web1", "west-web2"]
    (mounting,) = [text for block in shown for text in commands(block) if block.language == "shell" and " -i " in text]
    (controller.folder / config.file).write_text(config.content, encoding="utf-8")
    words = shlex.split(mounting)[1:]
    listed = controller.start(words[0], arguments=words[1:]).finish()
    assert listed.rc == 0
    assert "west-web1" in listed.stdout


def test_many_resources(controller: Controller) -> None:
    """One task creates all resources of its list, and changes nothing when it is run again."""
    run = run_all(controller, GUIDES / "guide_many_resources.rst", {})
    first, second = [result for result in run if result.name == "Manage all storage of the shop"]
    assert sorted(first.operations) == [
        "CreateArchivingPolicy",
        "CreateBucket",
        "CreateSnapshotSchedule",
        "CreateVolume",
        "CreateVolumeReplication",
        "SetBucketVersioning",
    ]
    assert (second.changed, second.operations) == (False, [])


def test_playbook_for_servers_fails_without_hosts(controller: Controller) -> None:
    """A play without hosts ends green, as with an inventory file that does not exist."""
    for playbook in ("storage_mount", "backup_agent"):
        arguments = ["-i", "nowhere.yml", "-e", f"{playbook}_hosts=web"]
        run = controller.playbook(f"scp.storage.{playbook}", arguments=arguments)
        assert run.rc != 0
        assert f"No host matches {playbook}_hosts (web). Check the inventory (-i)" in run.results[0].message


def test_first_steps(controller: Controller) -> None:
    """From the first volume to its end."""
    run = run_all(
        controller,
        GUIDES / "guide_first_steps.rst",
        {"web1_id": controller.simulator.server("west-web1")["id"], "web1_name": "west-web2"},
    )
    assert [volume["name"][:-7] for volume in controller.simulator.world()["filestorage"]["volumes"]] == ["web_data"]
    assert run["Find the volumes that have no snapshot"].result["result"] == ["web_data"]


def test_credentials(controller: Controller) -> None:
    """Keys from the environment, from a task's own, and from variables."""
    simulator = controller.simulator
    keys = {
        f"{whose}_{kind}_key": key
        for whose in ("vault", "other")
        for kind, key in (("access", simulator.access_key), ("secret", simulator.secret_key))
    }
    run_all(controller, GUIDES / "guide_credentials.rst", keys)


def test_data_protection(controller: Controller) -> None:
    """Snapshots, backups and archives, with an upgrade that fails, and what comes back from each."""
    simulator = controller.simulator
    simulator.go_to_noon()
    simulator.patch_world(
        {
            "filestorage": {
                "volumes": [{"name": name, "type_name": "SSD"} for name in ("web_data_2m060u", "office_2m060u")]
            },
            "parallel-filestorage": {"volumes": [{"name": "train_data_7h2k1q", "capacity_tb": 10}]},
            "baremetal-blockstorage": {
                "volume_groups": [{"id": "d" * 32, "name": "orders"}],
                "volumes": [
                    {"name": "app-data", "snapshot_rate": 0},
                    *({"name": f"db-{of}", "snapshot_rate": 30, "group_id": "d" * 32} for of in ("data", "log")),
                ],
            },
        }
    )
    logs = next(bucket for bucket in simulator.world()["object_buckets"] if bucket["name"] == "west-app-logs")
    old = [{**item, "modified_at": "2024-10-01T00:00:00"} for item in logs["objects"]]
    simulator.patch_world({"object_buckets": [{**logs, "objects": old}]})
    (controller.folder / "upgrade.sh").write_text("#!/bin/sh\nexit 1\n")
    (controller.folder / "upgrade.sh").chmod(0o755)
    midnight = [{"name": "Archiving runs", "simulator_world": {"midnight": True}}]
    run = run_all(controller, GUIDES / "guide_data_protection.rst", {}, {"recover.yml": midnight})
    assert run["Restore the snapshot, and discard newer ones"].operations == ["RestoreSnapshot"]
    assert run["List the archived objects"].result["result"]


def test_disaster_recovery(controller: Controller) -> None:
    """Set up, over, back, over to new volumes, and the end."""
    simulator = controller.simulator
    simulator.patch_world(
        {
            "baremetal-blockstorage": {
                "volume_groups": [{"id": "b" * 32, "name": "billing"}],
                "volumes": [
                    {"name": "ledger"},
                    *({"name": f"billing-{of}", "snapshot_rate": 20, "group_id": "b" * 32} for of in ("data", "log")),
                ],
            }
        }
    )
    servers = {"east_vm_name": "east-web1", "east_bm_id": simulator.server("east-db1")["id"]}
    simulator.scale(SCALE)
    run = run_all(controller, GUIDES / "guide_disaster_recovery.rst", servers)
    shown = [
        line.split() for result in run if result.name.endswith("Show the replicas") for line in result.result["msg"][1:]
    ]
    healths: dict[str, list[str]] = {}
    for line in shown:
        # The other lines count volumes.
        if health := next((word for word in line[1:] if word in HEALTHS), ""):
            healths.setdefault(line[0], []).append(health)
    # Set up, shown by dr_status, set up again, failed over, failed back, ended; then the other way, and the end again.
    assert healths["web_data"] == ["ok", "ok", "ok", "paused", "ok", "missing", "ok", "paused", "missing"]
    assert healths["ledger"] == ["ok", "ok", "ok", "paused", "ok", "missing", "missing"]
    assert simulator.resources().get("baremetal-blockstorage.replications") is None


@NEEDS_CURL
def test_simulator(simulator: Simulator) -> None:
    """What is sent to the simulator is accepted by it, and at the end all is as at the start."""
    guide = blocks(GUIDES / "guide_simulator.rst")
    sent = [block for block in guide if block.language == "shell" and "/_control" in block.content and not block.file]
    script = "".join(block.content for block in sent).replace("http://127.0.0.1:8080", simulator.url)
    # A refusal is an answer too, of which curl makes a failure only if it is reported so.
    script = script.replace("curl ", "curl --fail ")
    command = ["bash", "-ec", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert len(sent) > 5
    assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
    control = simulator.control
    assert (simulator.world()["filestorage"]["volumes"], control("GET", "faults")["faults"]) == ([], [])


@NEEDS_CURL
@pytest.mark.parametrize("which", ["rehearse.sh", "rehearse_change.sh", "test_storage.py"])
def test_own_tests(which: str, tmp_path: Path) -> None:
    """The script for CI, and the tests in Python, with the first playbook."""
    for block in [*blocks(README), *blocks(GUIDES / "guide_simulator.rst")]:
        if block.file and "/" not in block.file:
            (tmp_path / block.file).write_text(block.content, encoding="utf-8")
    command = ["bash", which] if which.endswith(".sh") else [sys.executable, "-m", "pytest", which]
    environ = {
        **os.environ,
        "PATH": os.pathsep.join([str(PROGRAMS), os.environ["PATH"]]),
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
