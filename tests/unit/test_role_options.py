# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of roles and questions of AWX surveys fit the specs of the modules that they are passed to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import pytest
import yaml

from ansible_collections.scp.storage.plugins.module_utils.client.errors import StorageError
from ansible_collections.scp.storage.plugins.module_utils.engine.spec import ModuleSpec
from ansible_collections.scp.storage.plugins.module_utils.resources.kinds import SHORT_FORMS
from ansible_collections.scp.storage.plugins.module_utils.workflows.dr.run import WAIT_TIMEOUTS
from ansible_collections.scp.storage.plugins.module_utils.workflows.snapshot_policy.policies import read_policies
from tests.collection_path import ROOT
from tests.module_files import API_MODULES

MODULE = re.compile(r"scp\.storage\.(scp_\w+)$")
NAME = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
#: Options with choices that are passed to no module.
UNPASSED = {"dr_drill_from", "dr_drill_state"}


@dataclass(frozen=True)
class Passed:
    """A variable that a task passes to an option of a module.

    :ivar spec: the module's option.
    :ivar state: the state that the task gives; defaults may depend on it.
    :ivar optional: the option is omitted where the variable is empty.
    """

    variable: str
    module: str
    option: str
    spec: Mapping[str, Any]
    state: str
    optional: bool

    @property
    def default(self) -> Any:
        """The module's default, also where it depends on the state."""
        if (self.module, self.option) == ("scp_dr_plan", "wait_timeout"):
            return WAIT_TIMEOUTS[self.state]
        if (self.module, self.option) == ("scp_dr_plan", "paths"):
            return self.state in ("failed_over", "failed_back")
        return self.spec.get("default")


def _load(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def _tasks(node: Any) -> Iterator[Mapping[str, Any]]:
    """Yield all dictionaries in a document; tasks are among them."""
    if isinstance(node, Mapping):
        yield node
        for value in node.values():
            yield from _tasks(value)
    elif isinstance(node, list):
        for value in node:
            yield from _tasks(value)


def _passed(documents: list[Any], prefix: str) -> list[Passed]:
    """Return what tasks pass to modules, of variables whose names begin alike."""
    found = []
    for task in _tasks(documents):
        for action, options in task.items():
            named = MODULE.match(str(action))
            if not named or named[1] not in API_MODULES or not isinstance(options, Mapping):
                continue
            spec: ModuleSpec = import_module(f"ansible_collections.scp.storage.plugins.modules.{named[1]}").SPEC
            for option, value in options.items():
                variables = {name for name in NAME.findall(str(value)) if name.startswith(prefix)}
                if len(variables) == 1:
                    one = spec.argument_spec[option]
                    state = str(options.get("state", ""))
                    found.append(Passed(variables.pop(), named[1], option, one, state, "omit" in str(value)))
    return found


ROLES = {
    file.parent.parent.name: yaml.safe_load(file.read_text(encoding="utf-8"))["argument_specs"]["main"]["options"]
    for file in sorted((ROOT / "roles").glob("*/meta/argument_specs.yml"))
}
PASSED = {
    role: [
        one
        for one in _passed(
            [yaml.safe_load(file.read_text()) for file in sorted((ROOT / "roles" / role / "tasks").glob("*.yml"))],
            f"{role}_",
        )
        if one.variable in ROLES[role]
    ]
    for role in ROLES
}
OPTIONS = [pytest.param(role, one, id=f"{one.variable}-{one.module}") for role in ROLES for one in PASSED[role]]


def test_options_are_found() -> None:
    """What is compared below is there: roles pass most of their options to a module."""
    assert {role for role in ROLES if PASSED[role]} >= {
        *("archive_lifecycle", "backup_agent", "backup_policy", "snapshot_policy", "storage_report"),
        *("dr_failback", "dr_failover", "dr_replication", "dr_teardown"),
    }
    assert len(OPTIONS) > 80


@pytest.mark.parametrize(("role", "passed"), OPTIONS)
def test_role_option_has_the_choices_of_the_module(role: str, passed: Passed) -> None:
    """An empty text leaves the choice to the module, where the option is omitted then."""
    choices = ROLES[role][passed.variable].get("choices")
    expected = passed.spec.get("choices")
    given = [one for one in choices or [] if one != ""]
    assert ("" in (choices or [])) <= passed.optional
    assert sorted(given) == sorted(expected or [])


@pytest.mark.parametrize(("role", "passed"), OPTIONS)
def test_role_option_has_the_default_of_the_module(role: str, passed: Passed) -> None:
    """Where a role has a default other than nothing, it is the module's."""
    default = ROLES[role][passed.variable].get("default")
    if default in ("", [], {}, None):
        assert passed.optional or passed.default in (default, None)
    else:
        assert default == passed.default


@pytest.mark.parametrize("role", ROLES)
def test_role_options_with_choices_are_passed_to_a_module(role: str) -> None:
    passed = {one.variable for one in PASSED[role]}
    assert {name for name, option in ROLES[role].items() if "choices" in option} - passed <= UNPASSED


@pytest.mark.parametrize("role", ROLES)
def test_role_defaults_are_those_of_the_spec(role: str) -> None:
    """A default that refers to a variable ends in the same one, where that is not given."""
    defaults = _load(f"roles/{role}/defaults/main.yml")
    for name, option in ROLES[role].items():
        if option.get("required"):
            assert name not in defaults
        elif "default" not in option:
            assert "{{" in str(defaults[name]), name
        elif "{{" in str(defaults[name]):
            last = re.findall(r"default\((.*?)(?:, true)?\)", defaults[name])[-1]
            assert str(yaml.safe_load(last)).lower() == str(option["default"]).lower(), name
        else:
            assert defaults[name] == option["default"], name


# -- Surveys ----------------------------------------------------------------------------------------------------------

_TEMPLATES = _load("extensions/awx/job_templates.yml")


def _aliases(role: str) -> dict[str, str]:
    """Return the options of a role by the variables that a survey may ask for: their names, and what defaults use."""
    defaults = _load(f"roles/{role}/defaults/main.yml")
    names = {name: name for name in ROLES[role]}
    for name, value in defaults.items():
        names |= {used: name for used in NAME.findall(str(value)) if "{{" in str(value) and used.startswith("dr_")}
    return names


def _questions() -> Iterator[Any]:
    for template in _TEMPLATES["awx_setup_job_templates"]:
        playbook = template["playbook"]
        own = {one.variable: one for one in _passed([_load(f"playbooks/{playbook}.yml")], playbook.split("_")[0])}
        names = _aliases(playbook) if playbook in ROLES else {}
        by_option = {one.variable: one for one in PASSED.get(playbook, [])}
        for asked in template["survey"]:
            question = {**_TEMPLATES["awx_setup_questions"].get(asked.get("like"), {}), **asked}
            variable = question["variable"]
            option = ROLES[playbook].get(names.get(variable, "")) if playbook in ROLES else None
            passed = by_option.get(names.get(variable, "")) or own.get(variable)
            if option is not None or passed is not None:
                yield pytest.param(question, option or {}, passed, id=f"{playbook}-{variable}")


QUESTIONS = list(_questions())


def _choices(option: Mapping[str, Any], passed: Passed | None) -> list[str]:
    """Return what a question may offer: the choices of the module or the role, each in one form only."""
    spec = passed.spec if passed else option
    if spec.get("type") == "list":
        return []
    if "bool" in (spec.get("type"), option.get("type")):
        return ["false", "true"]
    return [one for one in spec.get("choices") or [] if one != "" and one not in SHORT_FORMS]


def test_questions_are_found() -> None:
    assert len(QUESTIONS) > 60


@pytest.mark.parametrize(("question", "option", "passed"), QUESTIONS)
def test_question_offers_the_choices_of_the_option(
    question: Mapping[str, Any], option: Mapping[str, Any], passed: Passed | None
) -> None:
    choices = _choices(option, passed)
    assert sorted(question.get("choices", [])) == sorted(choices)
    assert (question.get("type") == "multiplechoice") == bool(choices)


@pytest.mark.parametrize(("question", "option", "passed"), QUESTIONS)
def test_question_has_the_default_of_the_option(
    question: Mapping[str, Any], option: Mapping[str, Any], passed: Passed | None
) -> None:
    """A question without a default leaves it to the role; one that must be answered shows what the role would take."""
    default = option.get("default") if option else (passed.default if passed else None)
    if "default" in question:
        assert str(question["default"]).lower() == str(default).lower()
    elif question.get("required"):
        assert default in (None, [])


def _is_valid_policy(option: str, number: int) -> bool:
    """Whether a number is valid for a policy that it has a meaning for."""
    kind = "bm_volume" if option == "snapshot_rate" else "filestorage_volume"
    try:
        read_policies({"volumes": ["web"], "kind": kind, "schedule": {"hour": 3}, option: number}, "kr-west1")
    except StorageError as error:
        # Numbers are checked before how they fit the rest.
        return f"'{number}' is invalid" not in error.message
    return True


#: What shows whether a number is valid, by module.
NUMBER_CHECKS: dict[str, Callable[[str, int], bool]] = {"scp_snapshot_policy": _is_valid_policy}


@pytest.mark.parametrize(
    ("question", "option", "passed"), [one for one in QUESTIONS if one.values[0].get("type") == "integer"]
)
def test_question_has_the_limits_of_the_option(
    question: Mapping[str, Any], option: Mapping[str, Any], passed: Passed | None
) -> None:
    """The numbers at its limits are valid, those beyond are not; without a limit, any number is."""
    assert passed is not None
    assert (passed.spec["type"], option["type"]) == ("int", "int")
    is_valid = NUMBER_CHECKS[passed.module]
    for limit, step in (("min", -1), ("max", 1)):
        if limit in question:
            assert is_valid(passed.option, question[limit])
            assert not is_valid(passed.option, question[limit] + step)
        else:
            assert is_valid(passed.option, step * 10**6)
