# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ansible-playbook prints while a job of Archive Storage is waited for."""

from __future__ import annotations

import pytest

from tests.harness.playbooks import Controller
from tests.harness.tasks import task

pytestmark = pytest.mark.newest_core

BUCKET = "3d036efe-f576-48b0-8375-6d3704a95b63"
JOB = "EXE-8f35b491-a060-453b-b825-e78440ca46de"


@pytest.mark.module("scp_archive_job")
def test_playbook_waiting_for_job_prints_progress(controller: Controller) -> None:
    """The output has a line that shows how far the job is."""
    parts = [{"path": "/", "objects": [{"path": "x", "size": 1}]}]
    job = {"id": JOB, "bucket_id": BUCKET, "state": "PENDING", "parts": parts}
    bucket = {"id": BUCKET, "name": "app-archive"}
    controller.simulator.patch_world({"archivestorage": {"buckets": [bucket], "archiving_histories": [job]}})
    waiting = {"bucket": BUCKET, "kind": "archiving", "job": JOB, "wait_timeout": 4}
    run = controller.run([task("scp_archive_job", waiting, ignore_errors=True)]).succeeded()
    assert run[0].failed
    assert f"[localhost] waiting for archiving {JOB} since" in run.stderr
    assert "PENDING, 0 % (0 of 1 objects)" in run.stderr
