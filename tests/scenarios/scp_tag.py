# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags of a volume are added, changed and removed, by its name, its id and its SRN."""

from __future__ import annotations

from typing import Any

from tests.harness.tasks import task
from tests.scenarios.filestorage import NFS
from tests.scenarios.steps import Step
from tests.simulator.fixture import Simulator

VOLUME = {"service": "filestorage", "resource_type": "volume"}


def _tag(name: str, args: dict[str, Any], *operations: str, before: tuple[dict[str, Any], ...] = ()) -> Step:
    return Step(name, "scp_tag", args, operations, before=before)


def scenario(_simulator: Simulator) -> list[Step]:
    """Return the steps."""
    module = "scp_filestorage_volume"
    created = task(module, {"name": "tagged", **NFS, "tags": {"owner": "storage"}}, name="a volume", register="made")
    deleted = Step("the volume goes", module, {"name": "tagged", "state": "absent"}, ("DeleteVolume",))
    by_name = {**VOLUME, "name": "tagged"}
    by_id = {**VOLUME, "resource_id": "{{ made.volume.id }}"}
    return [
        _tag(
            "add tags", {**by_name, "tags": {"team": "web", "stage": "test"}}, "UpdateComponentsTags", before=(created,)
        ),
        _tag("change one", {**by_id, "tags": [{"key": "stage", "value": "live"}]}, "UpdateComponentsTags"),
        _tag("remove one", {**by_name, "tags": {"stage": ""}, "state": "absent"}, "DeleteComponentsTag"),
        _tag(
            "exactly these",
            {**by_id, "tags": {"team": "db", "path/a b": "x"}, "purge_tags": True},
            "DeleteComponentsTag",
            "UpdateComponentsTags",
        ),
        _tag("the key with a slash", {**by_id, "tags": {"path/a b": ""}, "state": "absent"}, "DeleteComponentsTag"),
        deleted,
    ]
