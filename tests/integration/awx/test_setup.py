# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the playbook ``awx_setup`` makes fits the modules of ``awx.awx``, the playbooks, and itself."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.collection_path import ROOT
from tests.harness.playbooks import Controller
from tests.integration.awx.awx import Awx
from tests.integration.awx.setting_up import ANSWERS, Made, set_up
from tests.integration.awx.specs import stored, used

#: Playbooks that are not job of AWX: the one that sets it up.
NO_JOBS = {"awx_setup"}
PLAYBOOKS = sorted({file.stem for file in (ROOT / "playbooks").glob("*.yml")} - NO_JOBS)
KEYS = {"access_key": "AK-made-up", "secret_key": "SK-made-up-secret", "auth_token": "token-made-up-secret"}


def _takes(playbook: str) -> set[str]:
    """The variables that a playbook takes: those of its roles, and those that it names itself."""
    text = (ROOT / "playbooks" / f"{playbook}.yml").read_text()
    variables = set(re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", text))
    for role in re.findall(r"role: scp\.storage\.(\w+)", text):
        spec = yaml.safe_load((ROOT / "roles" / role / "meta" / "argument_specs.yml").read_text())
        variables |= spec["argument_specs"]["main"]["options"].keys()
        # Roles read variables that several of them share in their defaults.
        defaults = (ROOT / "roles" / role / "defaults" / "main.yml").read_text()
        variables |= set(re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", defaults))
    return variables


def test_the_stored_argument_specs_are_of_the_modules_in_use() -> None:
    assert sorted(stored()["modules"]) == used()


def test_everything_is_made_and_fits(made: Made) -> None:
    assert "WARNING" not in made.run.output
    _references(made)
    templates = {Path(template["playbook"]).stem: template for template in made.all("job_template")}
    assert sorted(templates) == PLAYBOOKS
    for playbook, template in templates.items():
        asked = [question["variable"] for question in template["survey_spec"]["spec"]]
        assert len(asked) == len(set(asked))
        assert set(asked) <= _takes(playbook), playbook
        for question in template["survey_spec"]["spec"]:
            _question(question)
    assert made.one("job_template", "backup agents")["credentials"] == ["SCP storage key pair", "Server login"]
    assert (ROOT / made.one("inventory_source")["source_path"]).is_file()


def _question(question: dict[str, Any]) -> None:
    """Assert that AWX takes a question."""
    assert question.keys() <= {
        *("variable", "question_name", "question_description", "type", "required", "default", "choices", "min", "max")
    }
    assert question["question_name"]
    assert question["type"] in ("text", "textarea", "password", "multiplechoice", "integer")
    if question["type"] == "multiplechoice":
        assert all(isinstance(choice, str) for choice in question["choices"])
        assert question["default"] in (["", *question["choices"]], question["choices"])[question["required"]]
    elif question["type"] == "integer":
        assert isinstance(question["default"], int)
    else:
        assert isinstance(question["default"], str)


def _references(made: Made) -> None:
    """Assert that all that is named was made before it was named, and every node once."""
    kinds = {
        "credential_type": "credential_type",
        "credential": "credential",
        "execution_environment": "execution_environment",
        "default_environment": "execution_environment",
        "project": "project",
        "source_project": "project",
        "inventory": "inventory",
        "unified_job_template": "job_template",
        "workflow_job_template": "workflow_job_template",
    }
    there: set[tuple[str, str]] = set()
    for module, options in made.calls:
        for option, kind in kinds.items():
            if option in options:
                assert (kind, options[option]) in there, (module, options)
        workflow = options.get("workflow_job_template", "")
        for node in (*options.get("success_nodes", ()), *options.get("always_nodes", ())):
            assert (workflow, node) in there, (module, options)
        assert options.get("approval_node", {}).keys() <= {"name", "description", "timeout"}
        key = (workflow or module, options.get("identifier") or options["name"])
        assert key not in there
        there.add(key)


def test_the_credential(controller: Controller) -> None:
    """What is written down counts before the environment; every input of the type reaches the jobs, and only so.

    Names can be chosen, for two setups in one AWX.
    """
    inputs = {
        **KEYS,
        "region": "kr-east1",
        "endpoint_url": "https://{service}.example.com",
        "zones": '{"kr-east1": "kr-east1-b"}',
        "skip_certificate_checks": True,
    }
    chosen = {"awx_setup_credential": inputs, "awx_setup_name": "Test", "awx_setup_organization": "Lab"}
    made = set_up(controller, {**ANSWERS, **chosen}, verbosity=3)
    made.run.succeeded()
    names = [options["name"] for module, options in made.calls if "name" in options and module != "credential_type"]
    assert all(name.startswith("Test") for name in names)
    assert {options.get("organization", "Lab") for _module, options in made.calls} == {"Lab"}
    kind = made.one("credential_type")
    assert made.one("credential")["inputs"] == {**inputs, "auth_url": controller.environ["SCP_AUTH_URL"]}
    environment = Awx(made, controller.folder).environment()
    assert environment == {
        "SCP_ACCESS_KEY": KEYS["access_key"],
        "SCP_SECRET_KEY": KEYS["secret_key"],
        "SCP_AUTH_TOKEN": KEYS["auth_token"],
        "SCP_ACCOUNT_ID": "",
        "SCP_REGION": "kr-east1",
        "SCP_ENVIRONMENT": "",
        "SCP_ENDPOINT_URL": "https://{service}.example.com",
        "SCP_AUTH_URL": controller.environ["SCP_AUTH_URL"],
        "SCP_ZONES": '{"kr-east1": "kr-east1-b"}',
        "SCP_VALIDATE_CERTS": "false",
    }
    fields = {field["id"]: field for field in kind["inputs"]["fields"]}
    assert {name for name, field in fields.items() if field.get("secret")} == {"secret_key", "auth_token"}
    assert set(kind["inputs"]["required"]) <= fields.keys()
    assert kind["injectors"].keys() == {"env"}
    templates = " ".join(kind["injectors"]["env"].values())
    assert all(re.search(rf"\b{name}\b", templates) for name in fields)


@pytest.mark.parametrize(
    ("changed", "missing"),
    [
        ({"awx_setup_image": None, "awx_setup_scm_url": ""}, "awx_setup_image, awx_setup_scm_url"),
        (
            {"awx_setup_applications": [{"volumes": ["x"]}, {"name": "Web shop"}]},
            "name of the application {'volumes': ['x']}, volumes of the application Web shop",
        ),
        ({"awx_setup_applications": '[{"name": "Web shop"}]'}, "volumes of the application Web shop"),
    ],
)
def test_what_is_missing_is_said_before_anything_is_made(
    controller: Controller, changed: dict[str, Any], missing: str
) -> None:
    answers = {name: value for name, value in {**ANSWERS, **changed}.items() if value is not None}
    made = set_up(controller, answers)
    assert made.run.rc != 0
    assert made.run[-1].message.startswith(f"Not set: {missing}. The file playbooks/awx_setup.yml begins with")
    assert made.calls == []
