# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each section, decision and rule of docs/dev that the project cites exists, and so does each document it names."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.collection_path import ROOT

FOLDERS = ("plugins", "roles", "playbooks", "tests", "docs")
FILES = (*ROOT.glob("*.md"), ROOT / "pyproject.toml", ROOT / "noxfile.py")
DEVELOPERS = ROOT / "docs" / "dev"
#: What ends a line of a comment and begins the next one.
_BETWEEN = r"(?:[\s#:]|\{#-)*"
_MORE = rf"(?:,|{_BETWEEN}(?:and|to){_BETWEEN}){_BETWEEN}"
SECTION = re.compile(rf"platform-behaviour\.md`?{_BETWEEN}(§[\d.]*\d(?:{_MORE}§[\d.]*\d)*)")
NUMBERED = re.compile(rf"architecture\.md`?,{_BETWEEN}(decision|rule)s?{_BETWEEN}(\d+(?:{_MORE}\d+)*)")
#: A document, with the folders that are named before it.
DOCUMENT = re.compile(r"(?<![\w./{*<…-])((?:[\w.-]+/)*[\w-]+\.(?:md|rst))\b(?![\w*])")
#: Documents that are not files of this project: what a tool, a test or a role writes, and what other projects have.
WRITTEN = frozenset({"CHANGELOG.md", "CHANGELOG.rst", "report.md"})
TEXTS = (".cfg", ".css", ".j2", ".md", ".py", ".rst", ".toml", ".yml")


def files() -> list[Path]:
    """Return the files that can cite a document; not those that a run has left."""
    found = [file for folder in FOLDERS for file in (ROOT / folder).rglob("*") if file.suffix in TEXTS]
    return [*FILES, *(file for file in found if "__pycache__" not in file.parts and "output" not in file.parts)]


def texts() -> Iterator[tuple[str, str]]:
    """Yield the path of each file, and its text; without this one, which has citations that are wrong on purpose."""
    for file in files():
        if file != Path(__file__).resolve():
            yield str(file.relative_to(ROOT)), file.read_text(encoding="utf-8")


def headings() -> dict[str, set[str]]:
    """Return what can be cited: sections of platform-behaviour.md, decisions and rules of architecture.md."""
    behaviour = (DEVELOPERS / "platform-behaviour.md").read_text(encoding="utf-8")
    architecture = (DEVELOPERS / "architecture.md").read_text(encoding="utf-8")
    rules = architecture.partition("## Interface rules")[2]
    return {
        "§": set(re.findall(r"^##+ (\d+(?:\.\d+)?)\.? ", behaviour, re.MULTILINE)),
        "decision": set(re.findall(r"^### Decision (\d+): ", architecture, re.MULTILINE)),
        "rule": set(re.findall(r"^(\d+)\. ", rules, re.MULTILINE)),
    }


def citations(text: str) -> list[tuple[str, str]]:
    """Return the citations in a text, each as its sort (``§``, ``decision`` or ``rule``) and its number."""
    sections = [("§", number) for found in SECTION.finditer(text) for number in re.findall(r"[\d.]*\d", found[1])]
    return sections + [
        (found[1], number) for found in NUMBERED.finditer(text) for number in re.findall(r"\d+", found[2])
    ]


def problems(text: str) -> list[str]:
    """Return what is wrong with the citations in a text."""
    known = headings()
    wrong = [f"{sort} {number} does not exist" for sort, number in citations(text) if number not in known[sort]]
    # Sections that no document is named for, and documents of the design that are not in the repository.
    rest = NUMBERED.sub("", SECTION.sub("", text))
    wrong += [f"{found}: name the document" for found in re.findall(r"§ ?[\d.]*\d", rest)]
    wrong += re.findall(r"(?<![\w-])behaviour\.md|architecture, decisions? \d+|rules? \d+ of the interface", rest)
    return wrong


@functools.cache
def names() -> set[str]:
    """Return the names of all documents of this project."""
    return {file.name for file in files() if file.suffix in (".md", ".rst")}


def missing_documents(path: str, text: str) -> list[str]:
    """Return the documents that a text names and that do not exist, from its folder, the root or by their name."""
    folder = (ROOT / path).parent
    return [
        found
        for found in DOCUMENT.findall(text)
        if found.rpartition("/")[2] not in WRITTEN
        and not any((base / found).exists() for base in (folder, ROOT))
        and ("/" in found or found not in names())
    ]


def test_every_citation_names_an_existing_section() -> None:
    assert {path: wrong for path, text in texts() if (wrong := problems(text))} == {}


def test_every_document_that_is_named_exists() -> None:
    """In comments and documents; not the names in code, which can be files of a test."""
    found = {}
    for path, text in texts():
        if path.endswith(".py"):
            text = "\n".join([*re.findall(r'"""(.*?)"""', text, re.DOTALL), *re.findall(r"#:? (.*)", text)])
        if missing := missing_documents(path, text):
            found[path] = missing
    assert found == {}


def test_citations_are_found_at_all() -> None:
    assert len([citation for path, text in texts() for citation in citations(text) if path.startswith("plugins/")]) > 60


def test_sections_have_anchors() -> None:
    """Each section of platform-behaviour.md, and each decision, has an anchor that stays if its title changes."""
    text = (DEVELOPERS / "platform-behaviour.md").read_text(encoding="utf-8")
    anchored = re.findall(r'^<a id="s([\d.]+)"></a>\n\n##+ ([\d.]*\d)\.? ', text, re.MULTILINE)
    assert {number for _anchor, number in anchored} == headings()["§"]
    assert [pair for pair in anchored if pair[0] != pair[1]] == []
    text = (DEVELOPERS / "architecture.md").read_text(encoding="utf-8")
    assert (
        set(re.findall(r'^<a id="decision-(\d+)"></a>\n\n### Decision \1: ', text, re.MULTILINE))
        == headings()["decision"]
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(platform-behaviour.md §5)", [("§", "5")]),
        ("(platform-behaviour.md §5.4, §5.5)", [("§", "5.4"), ("§", "5.5")]),
        ("(platform-behaviour.md §5.1 to §5.9)", [("§", "5.1"), ("§", "5.9")]),
        ("(platform-behaviour.md\n    #: §5 and\n    #: §7)", [("§", "5"), ("§", "7")]),
        ("(architecture.md, decisions 4 and 7)", [("decision", "4"), ("decision", "7")]),
        ("(architecture.md, rule 3)", [("rule", "3")]),
    ],
)
def test_citation_is_read(text: str, expected: list[tuple[str, str]]) -> None:
    assert citations(text) == expected
    assert problems(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "(platform-behaviour.md §99)",
        "(platform-behaviour.md §5.4, §5.99)",
        "(behaviour.md §5)",
        "(§5)",
        "(architecture.md, decision 99)",
        "(architecture, decision 4)",
        "(rule 3 of the interface)",
    ],
)
def test_wrong_citation_is_found(text: str) -> None:
    assert problems(text)


def test_missing_document_is_found() -> None:
    assert missing_documents("plugins/action/scp_connection_info.py", "(docs/dev/none.md, none.md)") == [
        "docs/dev/none.md",
        "none.md",
    ]
    assert (
        missing_documents("plugins/action/scp_connection_info.py", "(docs/dev/architecture.md, guide_limits.rst)") == []
    )
