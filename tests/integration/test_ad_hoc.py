# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that are typed: ``ansible -m … -a``, ``key=value`` in a task, ``-e``, and texts of a survey."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from tests.examples import MODULES, examples, key_value
from tests.harness.playbooks import PROGRAMS, Controller, other_spelling
from tests.harness.tasks import task
from tests.integration.example_fixtures import block_id, seed, variables
from tests.simulator.fixture import Simulator

VOLUME = "scp_filestorage_volume"
INFO = "scp_filestorage_volume_info"
#: What other modules make in the examples before one predicts something.
SNAPSHOTS = [
    {"id": "app-data-s", "owner_id": block_id("app-data"), "name": "before"},
    {"id": "orders-s", "owner_id": block_id("orders"), "name": "before"},
    *({"id": f"{name}-s", "owner_id": f"{name}0", "part_of": "orders-s"} for name in ("db-data", "db-log")),
]


def _ad_hoc(controller: Controller, module: str, options: str, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Run ``ansible localhost -m … -a …``; its exit code and the result."""
    command = [sys.executable, str(PROGRAMS / "ansible"), "localhost", "-m", f"scp.storage.{module}", "-a", options]
    if controller.route == "module":
        command += ["-e", json.dumps({"ansible_python_interpreter": other_spelling()})]
    done = subprocess.run(
        [*command, *arguments],
        cwd=controller.folder,
        env=controller.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    _status, arrow, result = done.stdout.partition("=>")
    assert arrow, done.stdout + done.stderr
    return done.returncode, json.loads(result)


def test_ad_hoc_calls(routed: Controller) -> None:
    """Numbers, booleans, lists, dictionaries, and lists of them; and a text that is none."""
    simulator = routed.simulator
    ids = [simulator.server(name)["id"] for name in ("west-web1", "west-db1")]
    rules = f'[{{"object_type": "VM", "object_id": "{ids[0]}"}}, {{"object_type": "BM", "object_id": "{ids[1]}"}}]'
    typed = f"name=typed protocol=NFS type_name=SSD wait_timeout=60 access_rules='{rules}' purge_access_rules=no"
    version = "1.2" if simulator.generations == "new" else "1.1"
    more = f"tags='[{{key: team, value: web}}, {{key: empty}}]' api_versions='{{\"filestorage\": \"{version}\"}}'"
    code, result = _ad_hoc(routed, VOLUME, f"{typed} {more}")
    assert (code, result["operations"]) == (0, ["CreateVolume", "SetAccessRule", "SetAccessRule"])
    code, result = _ad_hoc(
        routed, INFO, "gather=access_rules,snapshots name=typed query=volumes[].access_rules[].object_id"
    )
    assert (code, set(result["result"])) == (0, set(ids))
    code, result = _ad_hoc(routed, VOLUME, "name=typed access_rules={{wanted}}", "-e", f"wanted='{rules[:-1]}'")
    assert code != 0
    assert result["msg"].startswith("access_rules is a text that cannot be read as a list of dictionaries (line 1, ")
    assert len(simulator.writes()) == 3


def test_texts_of_surveys_and_extra_variables(routed: Controller) -> None:
    """What a variable holds as text is taken unchanged typed, in every way that Ansible hands it over."""
    server = routed.simulator.server("west-web1")["id"]
    survey = {"rules": f"- object_type: VM\n  object_id: {server}\n", "timeout": "60", "purge": "yes", "no_rules": "[]"}
    asked = {"access_rules": "{{ rules }}", "purge_access_rules": "{{ purge }}", "wait_timeout": "{{ timeout }}"}
    made = {"name": "surveyed", "protocol": "NFS", "type_name": "SSD"}
    run = routed.run(
        [
            task(VOLUME, {**made, **asked}, name="made"),
            task(VOLUME, {**made, **asked}, name="again"),
            task(VOLUME, {**made, **asked, "access_rules": "{{ no_rules }}"}, name="none left"),
        ],
        variables=survey,
    ).succeeded()
    assert [result.operations for result in run] == [["CreateVolume", "SetAccessRule"], [], ["SetAccessRule"]]


def test_every_module_takes_typed_options(fast_simulator: Simulator, controller: Controller) -> None:
    """The first example of every module predicts the same, typed or not (a unit test has them all)."""
    fast_simulator.patch_world(seed(fast_simulator))
    fast_simulator.patch_world({"baremetal-blockstorage": {"snapshots": SNAPSHOTS}})
    fast_simulator.scale(0)
    first = {
        module: next(example for example in examples(module) if f"scp.storage.{module}" in example)
        for module in MODULES
    }
    # What takes the result of an example before it cannot run alone.
    registered = {module: {example.get("register") for example in examples(module)} - {None} for module in MODULES}
    first = {
        module: example
        for module, example in first.items()
        if not any(f"{{{{ {name}." in str(example) for name in registered[module])
    }
    assert len(first) > 40
    tasks = []
    for module, example in first.items():
        args = example[f"scp.storage.{module}"] or {}
        keywords = {"check": True, "ignore_errors": True, **({"loop": example["loop"]} if "loop" in example else {})}
        tasks += [
            task(f"scp.storage.{module}", form, name=f"{name} {module}", **keywords)
            for name, form in (("written", args), ("typed", key_value(args)))
        ]
    run = controller.run(tasks, variables=variables(fast_simulator)).succeeded()
    assert not fast_simulator.writes()
    for module in first:
        written, typed = run[f"written {module}"], run[f"typed {module}"]
        assert typed.result == written.result, module
        assert not typed.failed, typed.message
