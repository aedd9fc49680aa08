# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user sees when a list is wrong, or cannot be as listed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.modules import ModuleRunner
from tests.modules.messages import Case, check_messages

pytestmark = pytest.mark.module("scp_storage_apply")

VOLUME = {"kind": "bm_volume", "name": "shop-data"}
SCHEDULE = {"kind": "bm_volume_snapshot_schedule", "volume": "shop-data", "hour": 3}
GONE = {"state": "absent"}
NOTHING = "Nothing was changed, because the list of resources has mistakes: "


def _case(title: str, things: list[dict[str, Any]], *says: str, **more: Any) -> Case:
    args = {"resources": things, **more.pop("args", {})}
    return Case(title, "scp_storage_apply", args, says, **more)


CASES = [
    _case(
        "a kind with a typo",
        [{"kind": "bm_volum", "name": "shop-data"}],
        NOTHING + "resource 1: there is no kind 'bm_volum' (do you mean bm_volume?)",
    ),
    _case(
        "a module in full with a typo",
        [{"kind": "scp.storage.scp_pfs_volum", "name": "train"}],
        "resource 1: there is no kind 'scp.storage.scp_pfs_volum' (do you mean pfs_volume?)",
    ),
    _case("a kind that acts", [{"kind": "backup_run", "backup": "x"}], "there is no kind 'backup_run' (do you mean "),
    _case("no kind", [{"name": "shop-data"}], "resource 1: it has no kind (there are: filestorage_volume, "),
    _case(
        "an option with a typo",
        [{**VOLUME, "size": 10}],
        "resource 1 (bm_volume shop-data): ",
        "there is no option size. Supported parameters include: ",
        "size_gb",
    ),
    _case(
        "a value that is none",
        [{**VOLUME, "disk_type": "NVME"}],
        "resource 1 (bm_volume shop-data): value of disk_type must be one of: SSD, HDD, got: NVME",
    ),
    _case(
        "all mistakes at once",
        [{**VOLUME, "name": "x"}, {"kind": "pfs_snapshot"}, {**SCHEDULE, "hour": 25}],
        "resource 1 (bm_volume x): 'x' cannot be the name",
        "resource 2 (pfs_snapshot without a name): missing required arguments: volume",
        "resource 3 (bm_volume_snapshot_schedule shop-data): hour must be from 0 to 23",
    ),
    _case(
        "a separate key",
        [{**VOLUME, "secret_key": "quite-another-secret"}],
        "resource 1 (bm_volume shop-data): secret_key cannot be given for one resource, but for the whole task",
    ),
    _case(
        "a region that is none",
        [{**VOLUME, "region": "kr west"}],
        "resource 1 (bm_volume shop-data): region 'kr west' is not a name of a region",
    ),
    _case(
        "the same twice",
        [VOLUME, SCHEDULE, VOLUME],
        "resource 3 (bm_volume shop-data) is the same as resource 1 (bm_volume shop-data); list it once",
    ),
    _case(
        "the same by its suffix",
        [{"kind": "pfs_volume", "name": "train"}, {"kind": "pfs_volume", "name": "train_ab12cd"}],
        "resource 2 (pfs_volume train_ab12cd) is the same as resource 1 (pfs_volume train)",
    ),
    _case(
        "needed and removed",
        [SCHEDULE, {**VOLUME, **GONE}],
        NOTHING
        + "resource 1 (bm_volume_snapshot_schedule shop-data) needs resource 2 (bm_volume shop-data), which is to be"
        " absent (remove both, or keep both, or take one out of the list).",
    ),
    _case(
        "made and removed",
        [
            {"kind": "bm_volume_recovery", "volume": "shop-data", "snapshot": "latest", "name": "shop-copy"},
            {**VOLUME, "name": "shop-copy", **GONE},
        ],
        "resource 2 (bm_volume shop-copy) is to be absent, and resource 1 (bm_volume_recovery shop-copy) makes it",
    ),
    _case(
        "in a circle",
        [
            {"kind": "bm_volume_recovery", "volume": "copy-1", "snapshot": "latest", "name": "copy-2"},
            {"kind": "bm_volume_recovery", "volume": "copy-2", "snapshot": "latest", "name": "copy-1"},
        ],
        "resource 1 (bm_volume_recovery copy-2) and resource 2 (bm_volume_recovery copy-1) wait for each other",
    ),
    _case(
        "a snapshot in every run",
        [{"kind": "pfs_snapshot", "volume": "train", "keep": 3}],
        "resource 1 (pfs_snapshot train): without max_age a snapshot would be taken in every run; say how old",
    ),
    _case(
        "going back in every run",
        [{"kind": "pfs_snapshot", "volume": "train", "snapshot": "x", "state": "restored"}],
        "going back to a snapshot acts in every run; use the module of this kind in a separate task",
    ),
    _case("no workers", [VOLUME], "concurrency must be at least 1, not 0.", args={"concurrency": 0}),
    _case(
        "a reference to nothing",
        [{**SCHEDULE, "volume": "shop-dta"}],
        "1 of 1 resources failed, 0 were not tried, and 0 are in the desired state. resource 1"
        " (bm_volume_snapshot_schedule shop-dta): There is no Block Storage (BM) volume with the name or id"
        " 'shop-dta' in kr-west1. Check its",
    ),
    _case("a text", ["bm_volume"], "resources", "dict"),  # type: ignore[list-item]
    _case(
        "a wrong key",
        [VOLUME, SCHEDULE, {**VOLUME, "name": "shop-log"}],
        "resource 1 (bm_volume shop-data), resource 3 (bm_volume shop-log): ListVolumes of baremetal-blockstorage in ",
        "Not tried because of that: resource 2",
        args={"secret_key": "quite-another-secret"},
    ),
]


def test_messages(runner: ModuleRunner) -> None:
    """Each says what is wrong, where, and what to do; and nothing was written."""
    check_messages(runner, CASES, "messages-apply.txt")
    assert runner.simulator.writes() == []
