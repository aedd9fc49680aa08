# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All checks of the collection. ``make test`` runs them; ``nox -s NAME`` runs one, ``nox -l`` lists them.

``antsibull-nox.toml`` configures the standard sessions of antsibull-nox; the sessions here are what it does not have.
They share virtual environments below ``.nox/environments``, made from the pins in ``tests/requirements``
and made again when the pins change: one for each ansible-core under test, one for each group of tools.
"""

from __future__ import annotations

import fcntl
import functools
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import antsibull_nox
import nox
import uv
from nox.command import CommandFailed

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))

from tests.collection_path import CACHE, COLLECTIONS, place  # noqa: E402
from tests.module_files import HOST_MODULES  # noqa: E402
from tests.suites import LONG, ON_THE_SIMULATOR, QUICK  # noqa: E402

WORK = ROOT / ".nox"
REQUIREMENTS = ROOT / "tests" / "requirements"
#: Where pytest leaves its counts, for the summary at the end of `make test`.
RESULTS = CACHE / "results"
#: The ansible-core versions with pins, oldest first, and the Pythons that the collection supports and they run on.
#: Those between the oldest and the newest stand in where a machine has no Python for these.
CORES = {
    "2.16": ("3.11", "3.12"),
    "2.18": ("3.11", "3.12", "3.13"),
    "2.19": ("3.11", "3.12", "3.13"),
    "2.21": ("3.12", "3.13", "3.14"),
}
#: Pins that are resolved beside another ansible-core than 2.19, the newest that the oldest Python can run.
BESIDE = {"collections": "2.18"}
PACKAGE = "ansible_collections.scp.storage"
UV = uv.find_uv_bin()
# As pip does: the certificates that this machine trusts, and not those that come with uv.
os.environ.setdefault("UV_SYSTEM_CERTS", "true")
#: Tests of ansible-test sanity whose findings depend on the version of a linter, which is the newest with the newest
#: ansible-core, and not on what that core makes of the files.
SAME_ON_EACH_CORE = ("changelog", "pep8", "pylint", "yamllint")
#: Python's own monitoring costs little; where it is missing, coverage takes what there is.
MEASURING_COVERAGE = {"COVERAGE_CORE": "sysmon", "COVERAGE_FILE": str(CACHE / "coverage")}

#: What goes into the artifact.
PACKED = re.compile(
    r"(changelogs|docs|extensions|LICENSES|meta|playbooks|plugins|roles)/"
    r"|(CONTRIBUTING\.md|COPYING|README\.md|requirements\.txt|tests/config\.yml)$"
)
#: Files as users leave them in a clone; none of them may go out with the artifact.
WRITTEN_BY_USERS = (
    "first.yml",
    "group_vars/all.yml",
    "inventory.ini",
    "my.scp_storage.yml",
    "playbooks/mine.yml",
    "roles/mine/tasks/main.yml",
    "state.json",
)

nox.needs_version = ">=2025.5"
# For the standard sessions.
nox.options.default_venv_backend = "uv"
nox.options.reuse_venv = "yes"
nox.options.sessions = [
    "lint",
    "license-check",
    "extra-checks",
    "docs",
    "docsite",
    "unit",
    "integration",
    "coverage_table",
    "sanity",
    "ansible_lint",
    "galaxy",
]

# The standard sessions, which antsibull-nox.toml configures.
antsibull_nox.load_antsibull_nox_toml()
#: For the sessions here, which share environments.
own_session = functools.partial(nox.session, venv_backend="none")


# Pythons, cores and environments


@functools.cache
def pythons() -> dict[str, Path]:
    """Return the supported Pythons of this machine that can make virtual environments, oldest first."""
    found = {}
    for version in sorted({version for versions in CORES.values() for version in versions}):
        for candidate in (f"python{version}", sys.executable):
            # Resolved: in an activated environment it would be that one's, which may be about to be made again.
            probe = (
                "import ensurepip, os, sys, venv;"
                "print('%d.%d' % sys.version_info[:2], os.path.realpath(sys.executable))"
            )
            try:
                answer = subprocess.run([candidate, "-c", probe], check=True, capture_output=True, text=True).stdout
            except (OSError, subprocess.CalledProcessError):
                continue
            real_version, path = answer.strip().split(" ", 1)
            if real_version == version:
                found[version] = Path(path)
                break
    return found


class Core(NamedTuple):
    """An ansible-core and the Python that it is run with."""

    version: str
    python: str


@functools.cache
def cores() -> dict[str, Core]:
    """Return what to test with on this machine: by name, ``newest`` and, if it is another, ``oldest``."""
    runnable = [Core(core, python) for core, can in CORES.items() for python in can if python in pythons()]
    if not runnable:
        raise RuntimeError(f"No Python among {', '.join(sorted(set().union(*CORES.values())))} with venv was found.")
    newest = max(runnable, key=lambda core: (float(core.version), float(core.python)))
    oldest = runnable[0]
    return {"newest": newest} if newest.version == oldest.version else {"newest": newest, "oldest": oldest}


class Environment:
    """A virtual environment with what some files of pins list."""

    def __init__(self, session: nox.Session, python: str, *pins: str) -> None:
        self.session = session
        self.folder = WORK / "environments" / "-".join((*pins, f"py{python}"))
        self.bin = self.folder / "bin"
        files = [REQUIREMENTS / f"{name}.txt" for name in pins]
        content = "".join(file.read_text() for file in files)
        made_from = hashlib.sha256(f"{pythons()[python]}\n{self.folder}\n{content}".encode()).hexdigest()
        stamp = self.folder / "made-from"
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        # `make test` runs two sessions at a time, which may want the same.
        with Path(f"{self.folder}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if stamp.is_file() and stamp.read_text() == made_from:
                return
            session.log(f"Installing {', '.join(pins)} for Python {python}")
            shutil.rmtree(self.folder, ignore_errors=True)
            session.run(UV, "venv", "--quiet", "--python", str(pythons()[python]), str(self.folder), external=True)
            self.install(*(option for file in files for option in ("-r", str(file))))
            stamp.write_text(made_from)

    def install(self, *arguments: str) -> None:
        """Install packages with uv, which takes a tenth of pip's time; ``arguments`` are those of pip."""
        python = str(self.bin / "python")
        self.session.run(UV, "pip", "install", "--quiet", "--python", python, *arguments, external=True)

    def run(
        self,
        command: str,
        *arguments: str | Path,
        cwd: Path = ROOT,
        env: dict[str, str] | None = None,
        silent: bool = False,
    ) -> str:
        """Run one of the environment's commands in it; return what it prints, if silent."""
        variables = {
            "PATH": os.pathsep.join([str(self.bin), os.environ["PATH"]]),
            "VIRTUAL_ENV": str(self.folder),
            "PYTHONDONTWRITEBYTECODE": None,
            "PYTHONHOME": None,
            "PYTHONPATH": None,
            "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
            # In a copy below .nox, tools that ask git would find this clone, and skip all as ignored by it.
            "GIT_CEILING_DIRECTORIES": str(WORK),
            **(env or {}),
        }
        words = [str(self.bin / command), *map(str, arguments)]
        with self.session.chdir(cwd):
            return str(self.session.run(*words, external=True, env=variables, silent=silent))

    def succeeds(self, command: str, *arguments: str, env: dict[str, str] | None = None) -> bool:
        """Run a command, and show whether it succeeded."""
        try:
            self.run(command, *arguments, env=env)
        except CommandFailed:
            return False
        return True


def core_environment(session: nox.Session, core: Core) -> Environment:
    """Return the environment of the tests on one ansible-core."""
    return Environment(session, core.python, f"core-{core.version}", "test", "awx", "coverage")


def tool_environment(session: nox.Session, *pins: str) -> Environment:
    """Return an environment of tools, beside the newest ansible-core."""
    core = cores()["newest"]
    return Environment(session, core.python, f"core-{core.version}", *pins)


def on_each_core(session: nox.Session, what: str, check: Callable[[str, Core, Environment], None]) -> None:
    """Do the same on the newest and the oldest ansible-core; on both, even if it fails on the first."""
    versions = list(CORES)
    here = [core.version for core in cores().values()]
    failed = []
    for name, core in cores().items():
        session.log(
            f"{what} on the {name} ansible-core that this machine can run: {core.version}, Python {core.python}"
        )
        try:
            check(name, core, core_environment(session, core))
        except CommandFailed:
            failed.append(core.version)
    for missed in {versions[0], versions[-1]}.difference(here):
        session.warn(f"NOT tested on ansible-core {missed}: that wants Python {' or '.join(CORES[missed])}")
    if failed:
        raise CommandFailed(f"{what} failed on ansible-core {' and '.join(failed)}")


def in_parallel(processes: int) -> tuple[str, ...]:
    """Return pytest's options to run in so many processes, which help each other until the last test."""
    return f"--numprocesses={processes}", "--dist=worksteal"


def pytest_on_each_core(
    session: nox.Session, folder: str, *options: str, newest: Iterable[str] = (), oldest: Iterable[str] = ()
) -> None:
    """Run the tests of a folder on the newest and the oldest ansible-core.

    :param newest: further arguments on the newest.
    :param oldest: further arguments on the oldest.
    """
    place()

    def check(name: str, core: Core, environment: Environment) -> None:
        report = RESULTS / f"{session.name}-{name}.xml"
        more = newest if name == "newest" else oldest
        environment.run(
            "pytest", folder, f"--junit-xml={report}", *options, *more, *session.posargs, env=MEASURING_COVERAGE
        )

    on_each_core(session, folder, check)


def files_of_the_project() -> list[Path]:
    """Return what a fresh clone would have, plus what is new and not ignored; paths are relative."""
    if (ROOT / ".git").exists():
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
        paths: Iterable[Path] = (Path(name) for name in listed.split("\0") if name)
    else:
        paths = (
            Path(folder).relative_to(ROOT) / name
            for folder, folders, names in os.walk(ROOT)
            for name in names
            if folders.__setitem__(slice(None), [f for f in folders if not f.startswith(".")]) is None
        )
    return sorted(path for path in paths if (ROOT / path).is_file())


def copy_of_the_project(parent: Path) -> Path:
    """Copy the project to ``parent/ansible_collections/scp/storage``, without the clone's own leftovers."""
    copy = parent / "ansible_collections" / "scp" / "storage"
    shutil.rmtree(parent / "ansible_collections", ignore_errors=True)
    for path in files_of_the_project():
        (copy / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, copy / path)
    return copy


# The checks


@own_session
def lint(session: nox.Session) -> None:
    """Check style and format (ruff), types (mypy), imports (import-linter), wording (tests/style.py) and spelling."""
    place()
    environment = tool_environment(session, "test", "lint")
    rooms = ("module_utils", "plugin_utils", "action", "filter", "inventory", "lookup")
    typed = ("benchmark", "harness", "scenarios", "simulator", "report")
    packages = (*(f"{PACKAGE}.plugins.{room}" for room in rooms), *(f"tests.{name}" for name in typed))
    imports = {"PYTHONPATH": os.pathsep.join([str(COLLECTIONS), str(ROOT)])}
    hosts = (f"--module={PACKAGE}.plugins.modules.{name}" for name in HOST_MODULES)
    # All of them, whatever the first one finds.
    good = environment.succeeds("ruff", "check", ".")
    good &= environment.succeeds("ruff", "format", "--check", ".")
    good &= environment.succeeds("mypy", *(f"--package={package}" for package in packages), *hosts)
    good &= environment.succeeds("lint-imports", "--no-cache", env=imports)
    good &= environment.succeeds("python", "-m", "tests.style")
    good &= environment.succeeds("codespell", *map(str, files_of_the_project()))
    if not good:
        raise CommandFailed("The code is not clean")


@own_session
def docs(session: nox.Session) -> None:
    """The plugins' documentation (antsibull-docs) and the changelog fragments."""
    place()
    environment = tool_environment(session, "docs")
    collection = COLLECTIONS / "ansible_collections" / "scp" / "storage"
    environment.run("antsibull-changelog", "lint", cwd=collection)
    # A dry run of the release: it takes all fragments in.
    copy = copy_of_the_project(WORK / "release")
    version = re.search(r"^version: (\S+)$", (ROOT / "galaxy.yml").read_text(encoding="utf-8"), re.MULTILINE)[1]
    environment.run("antsibull-changelog", "release", "--version", version, cwd=copy)
    if left := sorted((copy / "changelogs" / "fragments").glob("*.yml")):
        session.error(f"The release leaves changelog fragments: {', '.join(file.name for file in left)}")
    environment.run(
        "antsibull-docs",
        "lint-collection-docs",
        "--plugin-docs",
        "--validate-collection-refs=self",
        ".",
        cwd=collection,
    )


@own_session
def docsite(session: nox.Session) -> None:
    """The guides and the plugins' pages as a website without one warning; it is left in ``.nox/docsite/build/html``."""
    place()
    environment = tool_environment(session, "docs")
    home = WORK / "docsite"
    pages = home / "rst"
    shutil.rmtree(home, ignore_errors=True)
    # antsibull-docs writes only to folders that no other user can write to.
    pages.mkdir(mode=0o755, parents=True)
    titles = [f"--{kind}=scp.storage" for kind in ("project", "title", "html-short-title")]
    here = ("--use-current", "--squash-hierarchy", "scp.storage")
    environment.run("antsibull-docs", "sphinx-init", *titles, "--dest-dir", home, *here, silent=True)
    with (home / "conf.py").open("a", encoding="utf-8") as settings:
        settings.write((ROOT / "tests" / "docsite" / "conf.py").read_text(encoding="utf-8"))
    making = ("collection", "--fail-on-error", "--cleanup=everything", "--dest-dir", pages)
    environment.run("antsibull-docs", "--config-file", home / "antsibull-docs.cfg", *making, *here)
    # It takes the guides along, and leaves their pictures behind.
    pictures = ROOT / "docs" / "docsite" / "rst" / "images"
    if pictures.is_dir():
        shutil.copytree(pictures, pages / "docsite" / "images")
    strictly = ("--fail-on-warning", "--keep-going", "--quiet", "--jobs=2")
    environment.run("sphinx-build", "-b", "html", "-c", home, *strictly, pages, home / "build" / "html")


@own_session
def unit(session: nox.Session) -> None:
    """Unit tests with their properties, on the newest and the oldest ansible-core; modules in process on the newest."""
    # These know nothing of ansible-core: properties, which take most of the time, and what checks the project's files.
    files = ("citations", "coverage", "developer_documents", "documents", "lanes", "make_targets", "pipelines", "style")
    same = ("simulator", "report", "resources", "engine/test_converging.py", *(f"test_{name}.py" for name in files))
    oldest = [f"--ignore=tests/unit/{name}" for name in same]
    measured = ("--cov=plugins", f"--cov-report=json:{RESULTS / 'coverage.json'}", "--cov-report=")
    pytest_on_each_core(
        session,
        "tests/unit",
        *in_parallel(2),
        newest=("tests/modules", *measured),
        oldest=oldest,
    )


@own_session
def integration(session: nox.Session) -> None:
    """Playbooks against the simulator, in-process and through the modules, on the newest and the oldest core."""
    if not session.posargs and not os.environ.get("SCP_TEST_GENERATIONS"):
        # What earlier versions of the tests have shown is not an evidence. Runs for other API versions add to it.
        (CACHE / "evidence.jsonl").unlink(missing_ok=True)
    # Tests wait now and then, and some take minutes: four at a time keep two processors busy, to the end.
    pytest_on_each_core(session, "tests/integration", *in_parallel(4), oldest=("-m", "not newest_core"))


@own_session
def coverage_table(session: nox.Session) -> None:
    """Every API operation has a module and a test, as the integration tests before have shown (tests/coverage)."""
    place()
    core_environment(session, cores()["newest"]).run("python", "-m", "tests.coverage", "--check")


@own_session
def sanity(session: nox.Session) -> None:
    """Run ansible-test sanity, without ignore entries, on the newest and the oldest ansible-core."""

    def check(name: str, core: Core, environment: Environment) -> None:
        # A separate home: what ansible-test keeps (environments, pip) stays in the clone.
        home = WORK / "sanity" / core.version
        home.mkdir(parents=True, exist_ok=True)
        bring_pip(environment, core, home)
        copy = copy_of_the_project(home)
        env = {
            "HOME": str(home),
            "XDG_CACHE_HOME": users("XDG_CACHE_HOME", ".cache"),
            "XDG_CONFIG_HOME": users("XDG_CONFIG_HOME", ".config"),
            # Or it would look for a git repository in the folders above, and find this clone.
            "ANSIBLE_TEST_CONTENT_ROOT": str(copy),
        }
        # Through Python: before 2.17 it is a script whose first line cannot hold a path with spaces.
        ansible_test = ("python", environment.bin / "ansible-test")
        listed = environment.run(*ansible_test, "env", "--list-files", cwd=copy, env=env, silent=True).splitlines()
        if "galaxy.yml" not in listed:
            session.error("ansible-test does not see the collection's files")
        skipped = () if name == "newest" else [word for test in SAME_ON_EACH_CORE for word in ("--skip-test", test)]
        environment.run(*ansible_test, "sanity", "--python", core.python, *skipped, *session.posargs, cwd=copy, env=env)

    on_each_core(session, "ansible-test sanity", check)


def users(variable: str, folder: str) -> str:
    """Return one of the user's base directories, as it is before the home is another."""
    return os.environ.get(variable) or str(Path.home() / folder)


def bring_pip(environment: Environment, core: Core, home: Path) -> None:
    """Put pip where ansible-test looks for it.

    Its environments begin with a pip bootstrap script from a separate host. The same version of pip comes from
    the package index too, so nothing but the index is needed.
    """
    question = (
        "from types import SimpleNamespace as Python\n"
        "from ansible_test._internal.python_requirements import get_venv_packages\n"
        f"print(get_venv_packages(Python(version='{core.python}'))['pip'])"
    )
    version = environment.run("python", "-c", question, silent=True).strip()
    script = home / ".ansible" / "test" / "cache" / f"get_pip_{version.replace('.', '_')}.py"
    if script.exists():
        return
    folder = script.parent / f"pip-{version}"
    environment.install("--no-deps", f"--target={folder}", f"pip=={version}")
    script.write_text(
        "import sys\n"
        f"sys.path.insert(0, {str(folder)!r})\n"
        "from pip._internal.cli.main import main\n"
        "options = [a for a in sys.argv[1:] if a not in ('--no-setuptools', '--no-wheel')]\n"
        # Otherwise it would take itself for what is installed.
        "sys.exit(main(['install', '--ignore-installed', *options]))\n"
    )


@own_session
def ansible_lint(session: nox.Session) -> None:
    """Run ansible-lint with its production profile."""
    home = WORK / "ansible-lint"
    copy = copy_of_the_project(home)
    environment = tool_environment(session, "packaging", "build")
    environment.run("ansible-lint", "--nocolor", cwd=copy, env={"ANSIBLE_COLLECTIONS_PATH": str(home)})


@own_session
def galaxy(session: nox.Session) -> None:
    """Build the artifact, look at what is in it, and import it as Galaxy would."""
    environment = tool_environment(session, "packaging", "build")
    home = WORK / "galaxy"
    copy = copy_of_the_project(home)
    for name in WRITTEN_BY_USERS:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_text("password: secret\n")
    environment.run("ansible-galaxy", "collection", "build", "--force", "--output-path", home, cwd=copy)
    (artifact,) = home.glob("scp-storage-*.tar.gz")
    with tarfile.open(artifact) as archive:
        packed = {member.name for member in archive if member.isfile()}
    expected = {str(path) for path in files_of_the_project() if PACKED.match(str(path))}
    if differing := packed ^ {*expected, "FILES.json", "MANIFEST.json"}:
        session.error(f"These are packed and should not be, or the other way round: {', '.join(sorted(differing))}")
    # It would run ansible-lint once more, and only log what that finds.
    environment.run(
        "python", "-m", "galaxy_importer.main", artifact, cwd=home, env={"GALAXY_IMPORTER_RUN_ANSIBLE_LINT": "false"}
    )


# The inner loop, and what takes long


@own_session(default=False)
def check(session: nox.Session) -> None:
    """Run lint and the quick tests in parallel, on the newest core; ``-- FILE`` runs the tests of one file only."""
    place()
    environment = core_environment(session, cores()["newest"])
    env = {"HYPOTHESIS_PROFILE": "check"}
    if session.posargs:
        environment.run("pytest", "-q", *session.posargs, env=env)
        return
    tool_environment(session, "test", "lint")
    with tempfile.TemporaryFile("w+") as printed:
        linting = subprocess.Popen(
            [sys.executable, "-m", "nox", "--session", "lint"], cwd=ROOT, stdout=printed, stderr=subprocess.STDOUT
        )
        tested = environment.succeeds("pytest", "-q", *in_parallel(3), *QUICK, env=env)
        if linting.wait() != 0:
            printed.seek(0)
            sys.stdout.write(printed.read())
            raise CommandFailed("The code is not clean")
    if not tested:
        raise CommandFailed("Tests failed")


@own_session(default=False)
def full(session: nox.Session) -> None:
    """All faults at all calls, all crashes, switches and routes: what ``unit`` and ``integration`` take samples of."""
    place()
    environment = core_environment(session, cores()["newest"])
    report = RESULTS / "full-newest.xml"
    options = (*in_parallel(2), f"--junit-xml={report}", "-m", " or ".join(LONG))
    environment.run("pytest", *(session.posargs or ("tests/modules", "tests/integration")), *options)


@own_session(default=False)
def generations(session: nox.Session) -> None:
    """The whole suite with the older versions of the API alone, then with the newer ones; arguments are other tests.

    Without arguments, it also writes the coverage table from what these two runs have shown, and checks it.
    """
    place()
    environment = core_environment(session, cores()["newest"])
    if not session.posargs:
        (CACHE / "evidence.jsonl").unlink(missing_ok=True)
    failed = []
    for chosen in ("old", "new"):
        report = RESULTS / f"generations-{chosen}.xml"
        options = (*in_parallel(4), f"--junit-xml={report}", f"--generations={chosen}")
        if not environment.succeeds("pytest", *(session.posargs or ON_THE_SIMULATOR), *options):
            failed.append(chosen)
    if failed:
        raise CommandFailed(f"Tests failed with the versions: {' and '.join(failed)}")
    if not session.posargs:
        environment.run("python", "-m", "tests.coverage")


# For maintainers


@own_session(default=False)
def benchmark(session: nox.Session) -> None:
    """Measure speed; arguments are sections and options of tests/benchmark, such as ``--list``."""
    place()
    core_environment(session, cores()["newest"]).run("python", "-m", "tests.benchmark", *session.posargs)


@own_session(default=False)
def image(session: nox.Session) -> None:
    """Build an execution environment and run jobs in it, isolated as in AWX; wants root and podman (tests/image)."""
    place()
    core = next(Core("2.21", python) for python in reversed(CORES["2.21"]) if python in pythons())
    environment = Environment(session, core.python, f"core-{core.version}", "test", "awx", "coverage", "build")
    environment.run("python", "-m", "tests.image", *session.posargs)
    environment.run("pytest", "tests/image")


@own_session(default=False)
def wire(session: nox.Session) -> None:
    """Run the modules for managed hosts on virtual machines; wants root, qemu and debootstrap (tests/wire)."""
    place()
    environment = core_environment(session, cores()["newest"])
    environment.run("python", "-m", "tests.wire")
    # The boot is the setup of the first test.
    environment.run("pytest", "--durations=0", "--durations-min=1", *(session.posargs or ["tests/wire"]))


@own_session(default=False)
def awx_modules(session: nox.Session) -> None:
    """The stored argument specs of awx.awx are those of the collection itself (50 MB to install)."""
    place()
    python = next(python for python in reversed(CORES["2.18"]) if python in pythons())
    environment = Environment(session, python, "core-2.18", "test", "awx", "collections")
    environment.run("pytest", "tests/integration/awx/check_specs.py")


@own_session(default=False)
def audit(session: nox.Session) -> None:
    """Look the pins of tests/requirements up among the published vulnerabilities (pip-audit); needs PyPI itself."""
    environment = Environment(session, cores()["newest"].python, "audit")
    files = [f"--requirement={file}" for file in sorted(REQUIREMENTS.glob("*.txt"))]
    good = [environment.succeeds("pip-audit", "--strict", "--no-deps", "--disable-pip", file) for file in files]
    if not all(good):
        raise CommandFailed("Pins have known vulnerabilities, or could not be looked up")


@own_session(default=False)
def fix(session: nox.Session) -> None:
    """Let ruff format the code and fix what it can."""
    environment = tool_environment(session, "test", "lint")
    environment.run("ruff", "check", "--fix", *(session.posargs or ["."]))
    environment.run("ruff", "format", *(session.posargs or ["."]))


@own_session(default=False)
def pins(session: nox.Session) -> None:
    """Resolve tests/requirements/*.in again to exact pins; all, or those named after ``--``.

    Everything is resolved on the oldest supported Python that can run it, so that the pins fit all of them.
    """
    named = session.posargs or sorted(file.stem for file in REQUIREMENTS.glob("*.in"))
    for name in sorted(named, key=lambda name: not name.startswith("core-")):
        version = name.removeprefix("core-") if name.startswith("core-") else BESIDE.get(name, "2.19")
        python = next(python for python in CORES[version] if python in pythons())
        folder = WORK / "pins" / name
        shutil.rmtree(folder, ignore_errors=True)
        session.run(str(pythons()[python]), "-m", "venv", str(folder), external=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
        # Most tools live beside an ansible-core, whose own pins are in another file.
        beside = REQUIREMENTS / f"core-{version}.txt"
        constraints = [] if name.startswith("core-") or name in ("audit", "licenses", "nox") else ["-c", str(beside)]
        session.run(*pip, "install", "--quiet", "-r", str(REQUIREMENTS / f"{name}.in"), *constraints, external=True)
        frozen = session.run(*pip, "freeze", silent=True, external=True) or ""
        elsewhere = set(beside.read_text().splitlines()) if constraints else set()
        lines = [line for line in frozen.splitlines() if "==" in line and line not in elsewhere]
        head = f"# Exact pins made from {name}.in by `nox -s pins`.\n"
        (REQUIREMENTS / f"{name}.txt").write_text(head + "\n".join(lines) + "\n")
        session.log(f"{name}: {len(lines)} pins")
