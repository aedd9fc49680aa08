# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What README.md and the guides show to be typed: their blocks of code, for tests that check and run them."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml
from ansible.parsing.splitter import parse_kv

from tests.collection_path import ROOT

README = ROOT / "README.md"
GUIDES = ROOT / "docs" / "docsite" / "rst"
_FENCED = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: A directive with its options, and all that is further to the right than it.
_DIRECTIVE = re.compile(
    r"^(?P<indent> *)\.\. code-block:: (?P<language>\S+)\n(?P<options>(?:(?P=indent) +:\w+:.*\n)*)"
    r"(?P<content>(?:(?:(?P=indent) .*)?\n)+)",
    re.MULTILINE,
)
_CAPTION = re.compile(r":caption: (.+)")
#: How README.md names the file that the next block is.
_NAMED = re.compile(r"`([\w.]+\.yml)`:\s*\Z")


@dataclass(frozen=True)
class Block:
    """A block of code in a document.

    :ivar line: of the document, from 1.
    :ivar file: the name of the file that it is the content of; empty where the document names none.
    """

    document: str
    line: int
    language: str
    content: str
    file: str = ""

    def __str__(self) -> str:
        return f"{self.document}:{self.line}"

    @property
    def data(self) -> Any:
        """What it holds, if it is YAML."""
        return yaml.safe_load(self.content)


def documents() -> list[Path]:
    """README.md and all guides."""
    return [README, *sorted(GUIDES.glob("*.rst"))]


def blocks(document: Path) -> list[Block]:
    """The blocks of a document, in their order."""
    text = document.read_text(encoding="utf-8")
    return list(_in_markdown(document.name, text) if document.suffix == ".md" else _in_rst(document.name, text))


def commands(block: Block) -> list[str]:
    """The commands of a shell block, one a line: without comments, and with continued lines as one."""
    lines = re.sub(r"\\\n\s*", "", block.content)
    # A quoted text may go on in the next line.
    lines = re.sub(r"'[^']*'", lambda quoted: quoted[0].replace("\n", " "), lines)
    return [line.split("   #")[0].strip() for line in lines.splitlines() if line.strip() and line.strip()[0] != "#"]


def extra_variables(words: Sequence[str], files: Mapping[str, Any]) -> dict[str, Any]:
    """What the ``-e`` of a command give: ``@file``, JSON or ``key=value``.

    :param files: what files of variables hold, by name.
    """
    given: dict[str, Any] = {}
    for option, value in pairwise(words):
        if option == "-e":
            given |= files[value[1:]] if value[0] == "@" else json.loads(value) if value[0] == "{" else parse_kv(value)
    return given


def _in_markdown(name: str, text: str) -> Iterator[Block]:
    for found in _FENCED.finditer(text):
        before = text[: found.start()]
        file = _NAMED.search(before)
        yield Block(name, before.count("\n") + 1, found[1], found[2], file[1] if file else "")


def _in_rst(name: str, text: str) -> Iterator[Block]:
    for found in _DIRECTIVE.finditer(text):
        caption = _CAPTION.search(found["options"])
        content = textwrap.dedent(found["content"]).strip("\n") + "\n"
        line = text[: found.start()].count("\n") + 1
        yield Block(name, line, found["language"], content, caption[1] if caption else "")
