# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests are found by module: the marker ``module`` with ``-k``, and the option ``--module``."""

from __future__ import annotations

import pytest

from tests.selection import is_about

pytest_plugins = ["pytester"]

TESTS = """
import pytest

@pytest.mark.module("scp_filestorage_volume")
def test_marked(): pass

@pytest.mark.module("scp_filestorage_volume_info")
def test_info(): pass

@pytest.mark.parametrize("module", ["scp_filestorage_volume", "scp_filestorage_volume_info"])
def test_named(module): pass

@pytest.mark.module("scp_bm_volume", "scp_bm_volume_group")
@pytest.mark.parametrize("case", [pytest.param(1, marks=pytest.mark.module("scp_backup"), id="one"), 2])
def test_several(case): pass

def test_none(): pass
"""
VOLUME = {"test_marked", "test_named[scp_filestorage_volume]"}
INFO = {"test_info", "test_named[scp_filestorage_volume_info]"}
SEVERAL = {"test_several[one]", "test_several[2]"}


def _collect(pytester: pytest.Pytester, *options: str) -> pytest.RunResult:
    """Collect the tests above."""
    pytester.makepyfile(test_it=TESTS)
    return pytester.runpytest_inprocess("-p", "tests.selection", "--strict-markers", "--collect-only", "-q", *options)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), {*VOLUME, *INFO, *SEVERAL, "test_none"}),
        (("--module", "scp_filestorage_volume"), VOLUME),
        (("--module=scp_filestorage_volume_info",), INFO),
        (("--module", "scp_bm_volume_group"), SEVERAL),
        (("--module", "scp_backup"), {"test_several[one]"}),
        (("--module", "scp_backup", "--module", "scp_filestorage_volume"), {"test_several[one]", *VOLUME}),
        (("--module", "scp_bm_volume", "-k", "scp_backup"), {"test_several[one]"}),
        (("-k", "scp_bm_volume_group"), SEVERAL),
        (("-k", "scp_filestorage_volume"), VOLUME | INFO),
    ],
)
def test_selection_with_options_keeps_tests_of_module(
    pytester: pytest.Pytester, options: tuple[str, ...], expected: set[str]
) -> None:
    """Markers of a file, a test and a case count, and so do ids."""
    result = _collect(pytester, *options)
    assert result.ret == pytest.ExitCode.OK
    assert {line.partition("::")[2] for line in result.outlines if "::" in line} == expected


def test_selection_of_unknown_module_is_usage_error(pytester: pytest.Pytester) -> None:
    """A misspelt name must not select nothing."""
    result = _collect(pytester, "--module", "scp_bm_volum")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "ERROR: not a module of this collection: scp_bm_volum" in result.errlines


def test_marker_with_unknown_module_is_usage_error(pytester: pytest.Pytester) -> None:
    """A misspelt name in a marker would hide the test."""
    pytester.makepyfile(test_other='import pytest\n@pytest.mark.module("scp_bm_volum")\ndef test_other(): pass\n')
    result = _collect(pytester)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "ERROR: not a module of this collection: scp_bm_volum" in result.errlines


@pytest.mark.parametrize(
    ("nodeid", "expected"),
    [
        ("tests/modules/test_it.py::test_it[scp_pfs_volume]", True),
        ("tests/modules/test_it.py::test_it[scp_pfs_volume-no capacity]", True),
        ("tests/modules/scp_pfs_volume.py::test_it", True),
        ("tests/modules/test_it.py::test_it[scp_pfs_volume_info]", False),
        ("tests/modules/test_it.py::test_scp_pfs_volume_it", False),
    ],
)
def test_node_id_selects_by_whole_word(nodeid: str, expected: bool) -> None:
    """A name that only begins or ends with the module's name is another word."""
    assert is_about(["scp_pfs_volume"], [], nodeid) is expected
