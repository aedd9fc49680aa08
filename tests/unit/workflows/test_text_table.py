# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables for a terminal."""

from __future__ import annotations

import unicodedata

import pytest

from ansible_collections.scp.storage.plugins.module_utils.workflows.text_table import display_width, format_table


@pytest.mark.parametrize(
    ("text", "width"),
    [("web", 3), ("", 0), ("주문", 4), (unicodedata.normalize("NFD", "주문"), 4), ("e\u0301", 1), ("a주\u200b", 3)],
)
def test_display_width_counts_columns(text: str, width: int) -> None:
    assert display_width(text) == width


def test_format_table_aligns_hangul_with_latin() -> None:
    lines = format_table(["VOLUME", "HEALTH"], [["주문_db", "ok"], ["orders_database", "paused"]])
    assert lines == ["VOLUME           HEALTH", "주문_db          ok", "orders_database  paused"]
    places = zip(lines, ("HEALTH", "ok", "paused"), strict=True)
    assert {display_width(line[: line.index(word)]) for line, word in places} == {17}


def test_format_table_fills_empty_cells_and_keeps_rows_on_one_line() -> None:
    assert format_table(["A", "B"], [["", "two\nlines"]]) == ["A  B", "-  two lines"]
