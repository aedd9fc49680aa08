# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The check of wording finds what the rules replace, and nothing else."""

from __future__ import annotations

import pytest

from tests.style import check, find


@pytest.mark.parametrize(
    "text",
    [
        "The way is told in one error.",
        "Nobody can mount the volume.",
        "'x' is no region",
        "This can't be changed.",
        "what hangs on it",
        "nobody can mount the volume",
        "a process of its own",
        "short_description: Read volumes",
    ],
)
def test_style_reports_wording_that_the_rules_replace(text: str) -> None:
    assert len(list(find("guide.rst", f"First line.\n{text}"))) == 1


@pytest.mark.parametrize("text", ["There is no volume.", "It is no longer there.", "story.tell()", "a mendicant"])
def test_style_accepts_other_wording(text: str) -> None:
    assert list(find("guide.rst", text)) == []


def test_style_finding_names_the_line_and_the_replacement() -> None:
    (finding,) = find("guide.rst", "One.\nTwo.\nIt can't be.")
    assert str(finding) == 'guide.rst:3: "can\'t"; write cannot'


@pytest.mark.parametrize(("allowed", "problems"), [(0, 2), (1, 0), (2, 1)])
def test_style_allowance_only_shrinks(allowed: int, problems: int) -> None:
    found = {"guide.rst": list(find("guide.rst", "It can't be."))}
    assert len(check(found, {"guide.rst": allowed})) == problems
