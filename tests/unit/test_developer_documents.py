# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What CONTRIBUTING.md and docs/dev show is true: files, commands, the example of a kind, the supported versions."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ModuleArgumentSpecValidator

from ansible_collections.scp.storage.plugins.module_utils.engine.mode import Mode
from ansible_collections.scp.storage.plugins.module_utils.engine.runner import run
from ansible_collections.scp.storage.plugins.module_utils.engine.spec import ModuleSpec
from ansible_collections.scp.storage.plugins.module_utils.operations.table import Service
from tests.collection_path import ROOT
from tests.documents import blocks, commands
from tests.harness.properties import DEFAULT_PROFILE, EXAMPLES
from tests.simulator.fixture import Simulator

DEVELOPERS = ROOT / "docs" / "dev"
OPERATIONS = "ansible_collections.scp.storage.plugins.module_utils.operations"
#: The services of the printed reference.
STORAGE = ("archivestorage", "backup", "baremetal-blockstorage", "filestorage", "parallel-filestorage")
#: Mutation testing quotes files of a folder beside the clone.
DOCUMENTS = [
    ROOT / "CONTRIBUTING.md",
    *(file for file in sorted(DEVELOPERS.glob("*.md")) if file.stem != "mutation-testing"),
]
#: A path from the root, in backquotes; one below .nox or .cache is there only after a run.
_PATH = re.compile(r"`((?:[\w-]+/)+[\w.-]*|[\w-]+\.(?:py|txt|yml|toml))`")
ROOTED = ("changelogs/", "docs/", "extensions/", "meta/", "playbooks/", "plugins/", "roles/", "tests/")
#: Programs that the documents call and that no test here runs.
PROGRAMS = frozenset({"antsibull-changelog", "cd", "export", "git"})
NOXFILE = (ROOT / "noxfile.py").read_text(encoding="utf-8")


def ids(document: Path) -> str:
    """Return the name of a document."""
    return document.name


@pytest.mark.parametrize("document", DOCUMENTS, ids=ids)
def test_paths_exist(document: Path) -> None:
    named = [path for path in _PATH.findall(document.read_text(encoding="utf-8")) if path.startswith(ROOTED)]
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("document", [*DOCUMENTS, DEVELOPERS / "mutation-testing.md"], ids=ids)
def test_links_lead_to_files(document: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", re.sub(r"`[^`\n]*`", "", document.read_text(encoding="utf-8")))
    assert [link for link in links if "://" not in link and not (document.parent / link).exists()] == []


def test_contributing_links_to_all_documents() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert [file.name for file in DEVELOPERS.glob("*.md") if f"(docs/dev/{file.name})" not in text] == []


def unknown_names(text: str) -> list[str]:
    """Return the names such as ``Resource.find`` in a text that no class of the project has."""
    code = [
        file.read_text(encoding="utf-8") for folder in ("plugins", "tests") for file in (ROOT / folder).rglob("*.py")
    ]
    return [
        f"{name}.{attribute}"
        for name, attribute in re.findall(r"\b([A-Z]\w+)\.(?!md\b|rst\b)([A-Za-z_]+)\b", text)
        if not any(
            re.search(rf"^class {name}\b", file, re.MULTILINE)
            and re.search(rf"^    (?:def )?{attribute}\b", file, re.MULTILINE)
            for file in code
        )
    ]


@pytest.mark.parametrize(
    "name", ["CONTRIBUTING.md", "architecture.md", "adding-a-module.md", "testing.md", "releasing.md"]
)
def test_names_of_classes_exist(name: str) -> None:
    (document,) = [file for file in DOCUMENTS if file.name == name]
    assert unknown_names(document.read_text(encoding="utf-8")) == []


def test_unknown_name_is_found() -> None:
    assert unknown_names("`Resource.none_such`, `NoneSuch.find` and Resource.find(), see README.md") == [
        "Resource.none_such",
        "NoneSuch.find",
    ]


def sessions() -> set[str]:
    """Return the names of all sessions of noxfile.py."""
    functions = [node for node in ast.parse(NOXFILE).body if isinstance(node, ast.FunctionDef)]
    return {node.name for node in functions if any("own_session" in ast.unparse(item) for item in node.decorator_list)}


def wrong_with(command: str) -> list[str]:
    """Return what is wrong with a command of a developer."""
    words = re.findall(r'(?:[^\s"]|"[^"]*")+', command.partition(" #")[0])
    while words and re.fullmatch(r"[A-Z_]+=\S*", words[0]):
        name, _ignored, value = words.pop(0).partition("=")
        if name == "HYPOTHESIS_PROFILE" and value not in EXAMPLES:
            return [f"no profile {value}"]
    if words[0] != "make":
        return [] if words[0] in PROGRAMS or words[:2] == ["python3", "-m"] else [f"unknown program {words[0]}"]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    wrong = [] if re.search(rf"^{words[1]}:.*## ", makefile, re.MULTILINE) else [f"no target {words[1]}"]
    for word in words[2:]:
        name, _ignored, value = word.partition("=")
        value = value.strip('"')
        if name == "SESSIONS":
            wrong += [f"no session {session}" for session in value.split() if session not in sessions()]
        elif name == "T":
            paths = [path for path in value.split() if path.startswith("tests/")]
            wrong += [f"no file {path}" for path in paths if not (ROOT / path).exists()]
        elif name not in ("BENCH", "BENCH_FULL"):
            wrong.append(f"no variable {name}")
    return wrong


@pytest.mark.parametrize("document", DOCUMENTS, ids=ids)
def test_commands_exist(document: Path) -> None:
    shown = [line for block in blocks(document) if block.language == "shell" for line in commands(block)]
    inline = re.findall(r"`(make [a-z-]+[^`]*)`", document.read_text(encoding="utf-8"))
    assert {line: wrong for line in [*shown, *inline] if (wrong := wrong_with(line))} == {}


@pytest.mark.parametrize(
    "command",
    [
        "make chekc",
        "make test SESSIONS=unti",
        "make check T=tests/unit/none.py",
        "make check X=1",
        "nix run",
        "HYPOTHESIS_PROFILE=daily make check",
    ],
)
def test_wrong_command_is_found(command: str) -> None:
    assert wrong_with(command)


def test_modules_of_the_tests_that_are_called_exist() -> None:
    named = {
        name for file in DOCUMENTS for name in re.findall(r"python3 -m ([\w.]+)", file.read_text(encoding="utf-8"))
    }
    assert named
    for name in named:
        path = ROOT / Path(*name.split("."))
        assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file(), name


def test_one_test_is_selected_as_documented() -> None:
    (command,) = re.findall(r'T="([^"]+ -k \w+)"', (DEVELOPERS / "testing.md").read_text(encoding="utf-8"))
    words = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *command.split()]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert "1/" in done.stdout.splitlines()[-1], done.stdout + done.stderr


def test_profiles_are_those_of_the_harness() -> None:
    text = (DEVELOPERS / "testing.md").read_text(encoding="utf-8")
    shown = {name: int(number) for name, number in re.findall(r"`(\w+)` \((\d+)", text)}
    assert shown == EXAMPLES
    assert f"`{DEFAULT_PROFILE}` ({EXAMPLES[DEFAULT_PROFILE]}, the\ndefault)" in text


# The example of a kind


def example() -> tuple[str, ModuleSpec]:
    """Return the example of adding-a-module.md, as text and as the spec that it makes."""
    (text,) = [block.content for block in blocks(DEVELOPERS / "adding-a-module.md") if block.language == "python"]
    module = ModuleType("example")
    exec(compile(text, "adding-a-module.md", "exec"), vars(module))  # noqa: S102
    spec: ModuleSpec = module.SPEC
    return text, spec


def call(simulator: Simulator, spec: ModuleSpec, *, check: bool = False, **params: Any) -> dict[str, Any]:
    """Run the example as its module would be run."""
    checked = ModuleArgumentSpecValidator(spec.argument_spec, **spec.rules).validate(params)
    assert checked.error_messages == []
    return run(spec, checked.validated_parameters, simulator.environ(), Mode(check=check, diff=True)).result


def test_example_of_a_kind_converges(simulator: Simulator) -> None:
    text, spec = example()
    assert len(text.splitlines()) < 60
    simulator.patch_world({"filestorage": {"volumes": [{"name": "web_data_2m060u", "type_name": "SSD"}]}})
    task = {"volume": "web_data", "enabled": True}
    planned = call(simulator, spec, check=True, **task)
    assert (planned["changed"], planned["operations"], simulator.writes()) == (True, ["SetVolume"], [])
    real = call(simulator, spec, **task)
    assert (real["changed"], real["operations"]) == (True, ["SetVolume"])
    assert real["diff"] == planned["diff"]
    assert real["volume"]["file_unit_recovery_enabled"] is True
    again = call(simulator, spec, **task)
    assert (again["changed"], again["operations"]) == (False, [])
    missing = call(simulator, spec, volume="none_such", enabled=True)
    assert missing["failed"] is True
    assert "'none_such'" in missing["msg"]


# Support


def test_support_matrix_is_that_of_noxfile() -> None:
    assigned = [node for node in ast.parse(NOXFILE).body if isinstance(node, ast.Assign)]
    (cores,) = [ast.literal_eval(node.value) for node in assigned if ast.unparse(node.targets[0]) == "CORES"]
    text = (DEVELOPERS / "support.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (2\.\d+) \| ([\d., ]+) \|$", text, re.MULTILINE)
    assert {core: tuple(pythons.split(", ")) for core, pythons in rows} == cores
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert (
        f"| ansible-core | {min(cores, key=float)} and newer | {min(cores, key=float)} and {max(cores, key=float)} |"
        in readme
    )
    pipeline = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    oldest, newest = re.findall(r"^ +(3\.\d+)$", pipeline, re.MULTILINE)
    assert f"| Python of the controller | {oldest} and newer | {oldest} and {newest} |" in readme
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    assert runtime["requires_ansible"] == f">={min(cores, key=float)}.0"


def test_api_versions_are_those_of_the_tables() -> None:
    """support.md names all versions of each service, README.md and platform-behaviour.md the printed reference's."""
    folder = ROOT / "plugins" / "module_utils" / "operations"
    tables = [file.stem for file in sorted(folder.glob("[!_]*.py")) if file.stem != "table"]
    services: list[Service] = [import_module(f"{OPERATIONS}.{name}").SERVICE for name in tables]
    support = (DEVELOPERS / "support.md").read_text(encoding="utf-8")
    rows = [f"| {one.title} | {', '.join((one.version, *one.newer))} |" for one in services]
    assert [row for row in rows if row not in support] == []
    printed = [f"{one.title} {one.version}" for one in services if one.name in STORAGE]
    assert len(printed) == len(STORAGE)
    for file in (ROOT / "README.md", DEVELOPERS / "platform-behaviour.md"):
        text = " ".join(file.read_text(encoding="utf-8").split())
        assert [service for service in printed if service not in text] == [], file.name
