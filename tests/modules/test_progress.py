# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting of one module: it ends with its time, and the user reads what is waited for."""

from __future__ import annotations

import re

import pytest

from tests.harness.modules import ModuleRunner

pytestmark = [pytest.mark.module("scp_pfs_volume"), pytest.mark.every_look]

TRAIN = {"name": "train", "capacity_tb": 10}


def test_wait_ends_with_the_wait_timeout(runner: ModuleRunner) -> None:
    runner.simulator.switch(pfs_create_seconds=1000)
    result = runner.run_task("scp_pfs_volume", {**TRAIN, "wait_timeout": 60})
    assert result.failed
    assert result.message.startswith("Waited 60 seconds (wait_timeout) for volume train")
    assert result.operations == ["CreateVolume"]
    assert result.result["volume"]["state"] == "creating"


def test_wait_reports_what_is_waited_for(runner: ModuleRunner) -> None:
    """After three seconds, and every fifteen then."""
    runner.simulator.switch(pfs_create_seconds=60)
    result = runner.run_task("scp_pfs_volume", TRAIN)
    assert not result.failed, result.message
    assert 3 <= len(runner.reported) <= 5
    for line in runner.reported:
        assert re.fullmatch(r"\[localhost\] waiting for volume train\w*: creating \(\d+s\), done: CreateVolume", line)
