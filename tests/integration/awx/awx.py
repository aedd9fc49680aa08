# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWX does with what the playbook ``awx_setup`` made in it: launch jobs through ansible-runner, and run workflows.

It does so by the rules of AWX: an injector's template sees the inputs that were filled in; a survey refuses what does
not fit; a node of a workflow gets its own answers, and the artifacts of all nodes before it count before these.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2.sandbox import ImmutableSandboxedEnvironment

from tests.collection_path import ROOT, place
from tests.harness.playbooks import COMPILED, PROGRAMS
from tests.integration.awx.setting_up import Made

#: What of this collection's sources the jobs use: a project of AWX has all of them.
PROJECT = ("playbooks", "extensions/awx")
#: Seconds after which a job counts as hanging.
LONGEST_JOB = 300.0


class Refused(Exception):
    """AWX would not launch this; the text says why."""


@dataclass(frozen=True)
class Job:
    """A job that has ended.

    :ivar extra_vars: what it was given.
    :ivar events: what AWX keeps of it and shows.
    """

    rc: int
    extra_vars: dict[str, Any]
    events: list[dict[str, Any]]
    shown: str

    @property
    def artifacts(self) -> dict[str, Any]:
        """What ``set_stats`` left to later nodes of a workflow."""
        found: dict[str, Any] = self._stats.get("artifact_data", {})
        return found

    @property
    def changed(self) -> int:
        """How many tasks changed something."""
        return sum(self._stats["changed"].values())

    @property
    def _stats(self) -> dict[str, Any]:
        found: dict[str, Any] = next(
            event["event_data"] for event in reversed(self.events) if event["event"] == "playbook_on_stats"
        )
        return found

    def succeeded(self) -> Job:
        """The job itself, after the assertion that it did not fail."""
        assert self.rc == 0, self.shown[:6000]
        return self


@dataclass
class Awx:
    """An AWX that was set up.

    :ivar isolation: further options of ansible-runner, for jobs in containers.
    :ivar hosts: the inventory, by name; ``localhost`` is there by itself.
    """

    made: Made
    folder: Path
    isolation: Sequence[str] = ()
    environ: Mapping[str, str] = field(default_factory=dict)
    hosts: Mapping[str, Any] = field(default_factory=dict)
    _jobs: int = 0

    def environment(self) -> dict[str, str]:
        """The environment variables that the credential puts into a job."""
        kind, inputs = self.made.one("credential_type"), self.made.one("credential")["inputs"]
        flags = {entry["id"]: False for entry in kind["inputs"]["fields"] if entry["type"] == "boolean"}
        sandbox = ImmutableSandboxedEnvironment()
        return {
            variable: sandbox.from_string(template).render(**{**flags, **inputs})
            for variable, template in kind["injectors"]["env"].items()
        }

    def launch(
        self,
        template: str,
        answers: Mapping[str, Any],
        artifacts: Mapping[str, Any] | None = None,
        *,
        check: bool = False,
    ) -> Job:
        """Launch a job template, by the end of its name, and wait for its end.

        :param answers: what was typed into its survey, by variable.
        :param artifacts: what earlier nodes of a workflow left.
        :raises Refused: the survey does not take these answers.
        """
        made = self.made.one("job_template", template)
        extra_vars = {**_answered(made["survey_spec"]["spec"], answers), **(artifacts or {})}
        self._jobs += 1
        private = self._private(extra_vars)
        command = [
            *(sys.executable, str(PROGRAMS / "ansible-runner"), "run", str(private)),
            *("--playbook", made["playbook"], "--ident", "job", "--quiet", *self.isolation),
            *(["--cmdline=--check"] if check else []),
        ]
        done = subprocess.run(
            command, env=self._environ(), capture_output=True, text=True, check=False, timeout=LONGEST_JOB
        )
        artifacts_folder = private / "artifacts" / "job"
        files = sorted((artifacts_folder / "job_events").glob("*.json"), key=lambda file: int(file.name.split("-")[0]))
        shown = "\n".join(file.read_text() for file in (artifacts_folder / "stdout", *files) if file.exists())
        events = [json.loads(file.read_text()) for file in files]
        assert events, done.stdout + done.stderr
        return Job(done.returncode, extra_vars, events, f"{shown}\n{done.stdout}{done.stderr}")

    def run_workflow(self, workflow: str, *, approve: Sequence[str]) -> dict[str, Job]:
        """Run a workflow, by the end of its name, and return its jobs by node.

        :param approve: the approval nodes that are approved; all others are denied.
        """
        name = self.made.one("workflow_job_template", workflow)["name"]
        nodes = [node for node in self.made.all("workflow_job_template_node") if node["workflow_job_template"] == name]
        by_id = {node["identifier"]: node for node in nodes}
        children = {
            child for node in nodes for child in (*node.get("success_nodes", ()), *node.get("always_nodes", ()))
        }
        (current,) = by_id.keys() - children
        artifacts: dict[str, Any] = {}
        jobs: dict[str, Job] = {}
        following: list[str] = [current]
        while following:
            node = by_id[following[0]]
            if "approval_node" in node:
                good = node["identifier"] in approve
            else:
                job = self.launch(node["unified_job_template"], node.get("extra_data", {}), artifacts)
                jobs[node["identifier"]] = job
                artifacts.update(job.artifacts)
                good = job.rc == 0
            following = [*node.get("always_nodes", ()), *(node.get("success_nodes", ()) if good else ())]
            assert len(following) <= 1, "these workflows are lines"
        return jobs

    def inventory(self) -> dict[str, Any]:
        """Update the inventory source, and return what it finds as ``ansible-inventory --list`` prints it."""
        source = self.made.one("inventory_source")["source_path"]
        private = self._private({})
        script = (
            "import json, sys, ansible_runner\n"
            "found, errors = ansible_runner.get_inventory(action='list', inventories=[sys.argv[1]], quiet=True,"
            " response_format='json', private_data_dir=sys.argv[2], envvars=json.loads(sys.argv[3]))\n"
            "print(json.dumps(found))\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", script, str(private / "project" / source), private, json.dumps(self.environment())],
            env=self._environ(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found

    def _environ(self) -> dict[str, str]:
        """The environment of ansible-runner: nothing of the credential."""
        return {
            "PATH": os.pathsep.join([str(PROGRAMS), os.environ["PATH"]]),
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "ANSIBLE_COLLECTIONS_PATH": str(place()),
            "PYTHONPATH": str(COMPILED),
            **self.environ,
        }

    def _private(self, extra_vars: Mapping[str, Any]) -> Path:
        """The folder that AWX makes for a job."""
        private = self.folder / f"job{self._jobs}"
        for name in ("env", "inventory", "project"):
            (private / name).mkdir(parents=True, exist_ok=True)
        for name in PROJECT:
            shutil.copytree(ROOT / name, private / "project" / name, dirs_exist_ok=True)
        (private / "env" / "envvars").write_text(json.dumps(self.environment()))
        (private / "env" / "extravars").write_text(json.dumps(extra_vars))
        (private / "inventory" / "hosts.json").write_text(json.dumps({"all": {"hosts": dict(self.hosts)}}))
        return private


def _answered(survey: Sequence[Mapping[str, Any]], answers: Mapping[str, Any]) -> dict[str, Any]:
    """The variables of a survey: defaults that fit, and the answers over them.

    :raises Refused: an answer does not fit, or one that is needed is missing.
    """
    variables: dict[str, Any] = {}
    for question in survey:
        name = question["variable"]
        if name in answers:
            if problem := _unfit(question, answers[name]):
                raise Refused(f"{name}: {problem}")
        elif question["required"] and question["default"] == "":
            raise Refused(f"{name}: is needed")
        elif not _unfit(question, question["default"]):
            variables[name] = question["default"]
    return {**variables, **answers}


def _unfit(question: Mapping[str, Any], answer: Any) -> str:
    """Why an answer does not fit its question; empty if it does."""
    kind = question["type"]
    if kind == "integer":
        return "" if isinstance(answer, int) and answer >= question.get("min", answer) else "must be a whole number"
    if not isinstance(answer, str):
        return "must be a text"
    if kind == "multiplechoice" and answer not in question["choices"]:
        return f"must be one of {question['choices']}"
    return "" if answer or not question["required"] else "must not be empty"
