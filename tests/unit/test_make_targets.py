# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each documented make target runs starts in a fresh clone, far enough to see that it imports.

Programs are started with ``--help``, by a process that does not have the collection on its path.
"""

from __future__ import annotations

import ast
import functools
import itertools
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.collection_path import CACHE, ROOT
from tests.lanes import LANES

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = re.findall(r"^([a-z-]+):.*## ", MAKEFILE, re.MULTILINE)
#: What installs something before a target runs; it needs the package index.
INSTALLED = re.findall(r"^(\S+/installed):", MAKEFILE, re.MULTILINE)
NOX = CACHE / "nox" / "bin" / "python"
MAX_SECONDS = 60.0
_PYTHON = re.compile(r"(.*/)?python[0-9.]*")

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


def run(*words: str | Path) -> str:
    """Run a command in the root, as in a new shell, and return what it prints."""
    environ = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        words,
        cwd=ROOT,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=MAX_SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{shlex.join(map(str, words))} ended with {done.returncode}:\n{done.stderr}"
    return done.stdout


@functools.cache
def start(program: tuple[str, ...]) -> None:
    """Start a program (``-m MODULE`` or ``SCRIPT``) with ``--help``."""
    assert run(sys.executable, *program, "--help").startswith("usage: "), f"{shlex.join(program)} ignores --help"


def commands(target: str) -> Iterator[list[str]]:
    """Yield the words of each command that a target runs when everything is installed."""
    old = [option for file in INSTALLED for option in ("--old-file", file)]
    shown = run("make", "--no-print-directory", "--dry-run", *old, target)
    for line in shown.replace("\\\n", " ").splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        for separates, words in itertools.groupby(lexer, lambda word: set(word) <= set("();<>|&")):
            if not separates:
                yield list(words)


def python_arguments(target: str) -> Iterator[list[str]]:
    """Yield what a target passes to Python, each time that it runs it."""
    for words in commands(target):
        found = next((place for place, word in enumerate(words) if _PYTHON.fullmatch(word)), None)
        if found is not None:
            yield words[found + 1 :]


def named_sessions(arguments: Sequence[str]) -> list[str]:
    """Return the sessions that a command line of nox names."""
    found: list[str] = []
    names = False
    for word in arguments:
        if word.startswith("-"):
            names = word in ("-s", "-e", "--session", "--sessions")
        elif names:
            found.append(word)
    return found


def modules_run_by(function: ast.FunctionDef) -> set[str]:
    """Return the modules of the tests that a function of noxfile.py runs as ``python -m MODULE``."""
    found: set[str] = set()
    for call in ast.walk(function):
        if isinstance(call, ast.Call):
            words = [word.value if isinstance(word, ast.Constant) else None for word in call.args]
            found.update(
                module
                for option, module in itertools.pairwise(words)
                if option == "-m" and isinstance(module, str) and module.startswith("tests.")
            )
    return found


def noxfile() -> ast.Module:
    """Return noxfile.py, parsed: its sessions need nox, which is not among the libraries of the tests."""
    return ast.parse((ROOT / "noxfile.py").read_text(encoding="utf-8"))


def default_sessions() -> list[str]:
    """Return the sessions that nox runs where none is named."""
    (value,) = (
        line.value
        for line in noxfile().body
        if isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == "nox.options.sessions"
    )
    found: list[str] = ast.literal_eval(value)
    return found


@functools.cache
def sessions() -> dict[str, set[str]]:
    """Return the modules of the tests that each session in noxfile.py runs."""
    found: dict[str, set[str]] = {}
    for function in noxfile().body:
        if isinstance(function, ast.FunctionDef):
            for decorator in function.decorator_list:
                called = decorator.func if isinstance(decorator, ast.Call) else decorator
                if ast.unparse(called) == "own_session":
                    options = decorator.keywords if isinstance(decorator, ast.Call) else []
                    given = [ast.literal_eval(option.value) for option in options if option.arg == "name"]
                    found[given[0] if given else function.name] = modules_run_by(function)
    standard = tomllib.loads((ROOT / "antsibull-nox.toml").read_text(encoding="utf-8"))["sessions"]
    return found | {name.replace("_", "-"): set() for name in standard}


def test_make_help_lists_every_documented_target() -> None:
    listed = re.findall(r"^  make (\S+)\t", run("make", "--no-print-directory", "help"), re.MULTILINE)
    assert {"demo", "simulator", "test", "bench", "image", "test-wire", "clean"} <= set(TARGETS)
    assert listed == TARGETS


@pytest.mark.parametrize("target", TARGETS)
def test_target_starts_what_it_runs(target: str) -> None:
    assert list(commands(target))
    for option, *others in python_arguments(target):
        if option == "-m" and others[0] == "nox":
            named = named_sessions(others) or default_sessions()
            assert set(named) <= set(sessions())
            for module in set().union(*(sessions()[name] for name in named)):
                start(("-m", module))
        elif option == "-m" and others[0].startswith("tests."):
            start((option, others[0]))
            if others[0] == "tests.lanes":
                for module in set().union(*(sessions()[name] for lane in LANES.values() for name in lane)):
                    start(("-m", module))
        elif option.endswith(".py"):
            start((option,))


def test_sessions_of_targets_are_read() -> None:
    """The tests above would pass if they found nothing."""
    assert sessions()["benchmark"] == {"tests.benchmark"}
    named = [named_sessions(words) for words in python_arguments("bench") if words[:2] == ["-m", "nox"]]
    assert named == [["benchmark"]]


def test_lanes_have_all_sessions() -> None:
    """Each session that nox runs by default is in one lane."""
    assert sorted(name for lane in LANES.values() for name in lane) == sorted(default_sessions())


def test_benchmark_lists_its_sections() -> None:
    listed = run(sys.executable, "-m", "tests.benchmark", "--list")
    assert {"apply", "dr", "inventory", "latency", "loop"} <= {line.split()[0] for line in listed.splitlines()}


def test_benchmark_rejects_unknown_section() -> None:
    with pytest.raises(AssertionError, match=r"invalid section 'nothing'\. The sections are loop, "):
        run(sys.executable, "-m", "tests.benchmark", "loop", "nothing")


@pytest.mark.skipif(not NOX.exists(), reason="nox is not installed in .cache/nox; every make target that uses it does")
def test_nox_imports_its_file() -> None:
    listed = {entry["session"] for entry in json.loads(run(NOX, "-m", "nox", "--list", "--json"))}
    # Without a selection it lists those that it runs by default.
    assert listed == set(default_sessions())


@pytest.mark.parametrize("file", INSTALLED)
def test_interpreter_that_is_too_old_is_refused_before_anything_is_installed(file: str, tmp_path: Path) -> None:
    old = tmp_path / "python3.10"
    pretend = "import sys; sys.version_info = (3, 10, 4, 'final', 0); exec(sys.argv[1])"
    old.write_text(f'#!/bin/sh\n[ "$1" = -c ] || exit 99\nexec {sys.executable} -c "{pretend}" "$2"\n')
    old.chmod(0o755)
    for needed in [ROOT / "requirements.txt", *(ROOT / "tests" / "requirements").glob("*.txt")]:
        there = tmp_path / needed.relative_to(ROOT)
        there.parent.mkdir(parents=True, exist_ok=True)
        there.touch()
    done = subprocess.run(
        [str(shutil.which("make")), "-f", ROOT / "Makefile", f"PYTHON={old}", file],
        cwd=tmp_path,
        # Nothing of a make that runs this test.
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=MAX_SECONDS,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    reported = f"{sys.executable} is Python 3.10. Python 3.11 or newer is required, for example: make PYTHON=python3.11"
    assert done.stderr.splitlines()[0] == f"{reported} {file}"
