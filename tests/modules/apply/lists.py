# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of things as the user would write them, and how they are played."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Sequence
from typing import Any

from tests.harness.modules import ModuleRunner
from tests.harness.playbooks import Controller
from tests.harness.tasks import Run, TaskResult, task
from tests.simulator.fixture import Simulator

UNKNOWN = "known after creation"

EAST = "kr-east1"
Things = list[dict[str, Any]]
#: How many resources there are that are alike, by table.
Shape = dict[str, Counter[Any]]
#: What of the world says what was made.
TELLING = ("name", "server_name", "hour", "snapshot_rate", "state")
#: What comes by itself: what schedules and replications take, and what is remembered.
BY_ITSELF = ("snapshots", "restore_targets", "histories", "used_names")


def servers(simulator: Simulator, *names: str) -> list[dict[str, str]]:
    """Servers as attachments and access rules name them."""
    found = map(simulator.server, names)
    return [{"object_type": server["type"], "object_id": server["id"]} for server in found]


def blocks(simulator: Simulator, *names: str, **more: Any) -> Things:
    """Block volumes."""
    common = {"disk_type": "HDD", "size_gb": 10, "attachments": servers(simulator, "west-db1")}
    return [{"kind": "bm_volume", "name": name, **common, **more} for name in names]


WEEKLY = {"type": "FULL", "frequency": "WEEKLY", "start_day": "SUN", "start_time": "01:00"}


def whole(simulator: Simulator) -> Things:
    """Something of every kind, with all ways in which one needs another; children stand before their parents."""
    group = {"volume_group": "shop-db"}
    far = {"region": EAST}
    return [
        {"kind": "bm_volume_group_snapshot_schedule", **group, "hour": 3},
        {
            "kind": "bm_volume_group_recovery",
            **group,
            "snapshot": "latest",
            "block_storage_name_prefix": "copy-",
        },
        {
            "kind": "bm_volume_group_replication",
            **group,
            "name": "shop-dr",
            "target_region": EAST,
            "replication_volume_name_prefix": "dr-",
            "cycle": "HOURLY",
        },
        {"kind": "bm_volume_group_snapshot", **group, "max_age": "1d"},
        {"kind": "bm_volume_group", "name": "shop-db", "volumes": ["shop-data", "shop-log"]},
        *blocks(simulator, "shop-data", "shop-log", snapshot_rate=30),
        # What a replication and a recovery make gets separate servers.
        {"kind": "bm_volume", "name": "dr-shop-data", **far, "attachments": servers(simulator, "east-db1")},
        {"kind": "bm_volume", "name": "solo-dr", **far, "attachments": servers(simulator, "east-db1")},
        {"kind": "bm_volume", "name": "solo-copy", "attachments": servers(simulator, "west-db2")},
        {"kind": "bm_volume_recovery", "volume": "solo", "snapshot": "latest", "name": "solo-copy"},
        {
            "kind": "bm_volume_replication",
            "volume": "solo",
            "name": "solo-dr",
            "target_region": EAST,
            "cycle": "HOURLY",
        },
        {"kind": "bm_volume_snapshot_schedule", "volume": "solo", "hour": 4},
        {"kind": "bm_volume_snapshot", "volume": "solo", "max_age": "1d"},
        *blocks(simulator, "solo", snapshot_rate=30),
        {
            "kind": "filestorage_volume",
            "name": "media_dr",
            **far,
            "access_rules": servers(simulator, "east-web1"),
        },
        {
            "kind": "filestorage_replication",
            "volume": "media",
            "name": "media_dr",
            "target_region": EAST,
            "replication_frequency": "hourly",
            "cifs_password": "Pa55word!",
        },
        {"kind": "filestorage_snapshot", "volume": "media", "max_age": "1d", "keep": 3},
        {"kind": "filestorage_snapshot_schedule", "volume": "media", "frequency": "DAILY", "hour": "5"},
        {
            "kind": "filestorage_volume",
            "name": "media",
            "protocol": "CIFS",
            "type_name": "SSD",
            "cifs_password": "Pa55word!",
            "access_rules": servers(simulator, "west-web1"),
        },
        {"kind": "pfs_snapshot", "volume": "train", "max_age": "1d"},
        {"kind": "pfs_volume", "name": "train", "capacity_tb": 10},
        {
            "kind": "backup",
            "name": "db-files",
            "server": "west-db2",
            "server_category": "BAREMETAL_SERVER",
            "policy_category": "AGENT",
            "filesystem_paths": ["/data"],
            "schedules": [WEEKLY],
        },
        {
            "kind": "backup",
            "name": "web-image",
            "server": "west-web1",
            "server_category": "VIRTUAL_SERVER",
            "policy_category": "AGENTLESS",
            "schedules": [WEEKLY],
        },
        {"kind": "backup_agent", "server": "west-db2"},
        {
            "kind": "archive_policy",
            "bucket": "shop-archive",
            "archiving_source_bucket_name": "west-app-logs",
            "object_lifecycle": 30,
        },
        {"kind": "archive_bucket", "name": "shop-archive", "versioning": True},
    ]


def changes(simulator: Simulator) -> Things:
    """Of what :func:`whole` made, something of each kind that can change."""
    return [
        {"kind": "bm_volume_snapshot_schedule", "volume": "solo", "state": "absent"},
        {"kind": "bm_volume_replication", "volume": "solo", "state": "absent"},
        {"kind": "bm_volume", "name": "solo-dr", "region": EAST, "state": "absent", "detach": True},
        # It joins the group when it has got rid of all that members cannot have.
        {"kind": "bm_volume_group", "name": "third-db", "volumes": ["solo", "extra"]},
        {"kind": "bm_volume_group_snapshot_schedule", "volume_group": "third-db", "hour": 1},
        *blocks(simulator, "extra", snapshot_rate=20),
        {"kind": "bm_volume", "name": "solo", "snapshot_rate": 40},
        {"kind": "filestorage_snapshot_schedule", "volume": "media", "hour": "6"},
        {"kind": "filestorage_volume", "name": "media", "access_rules": [], "purge_access_rules": True},
        {"kind": "filestorage_replication", "volume": "media", "replication_policy": "paused"},
        {"kind": "pfs_volume", "name": "train", "capacity_tb": 20},
        # One takes over what another one keeps.
        {
            "kind": "backup",
            "name": "all-files",
            "server": "west-db2",
            "server_category": "BAREMETAL_SERVER",
            "policy_category": "AGENT",
            "filesystem_paths": ["/data"],
            "schedules": [WEEKLY],
        },
        {"kind": "backup", "name": "db-files", "state": "absent"},
        {"kind": "archive_policy", "bucket": "shop-archive", "state": "inactive"},
        {"kind": "archive_bucket", "name": "shop-archive", "encryption": True},
    ]


def nothing_left() -> Things:
    """All that :func:`whole` and :func:`changes` made goes."""
    gone = {"state": "absent"}
    far = {"region": EAST}
    volumes = ["shop-data", "shop-log", "solo", "extra", "solo-copy", "copy-shop-data", "copy-shop-log"]
    return [
        *({"kind": "bm_volume", "name": name, "detach": True, **gone} for name in volumes),
        {"kind": "bm_volume", "name": "solo-dr", "detach": True, **far, **gone},
        {"kind": "bm_volume_snapshot_schedule", "volume": "solo", **gone},
        {"kind": "bm_volume_replication", "volume": "solo", **gone},
        *({"kind": "bm_volume", "name": f"dr-shop-{end}", "detach": True, **far, **gone} for end in ("data", "log")),
        *({"kind": "bm_volume_group", "name": name, **gone} for name in ("shop-db", "copy-shop-db", "third-db")),
        {"kind": "bm_volume_group", "name": "shop-dr", **far, **gone},
        {"kind": "bm_volume_group_snapshot_schedule", "volume_group": "shop-db", **gone},
        {"kind": "bm_volume_group_snapshot_schedule", "volume_group": "third-db", **gone},
        {"kind": "bm_volume_group_replication", "volume_group": "shop-db", "target_region": EAST, **gone},
        {"kind": "filestorage_volume", "name": "media", **gone},
        {"kind": "filestorage_volume", "name": "media_dr", **far, **gone},
        {"kind": "filestorage_snapshot_schedule", "volume": "media", **gone},
        {"kind": "filestorage_replication", "volume": "media", **gone},
        {"kind": "pfs_volume", "name": "train", **gone},
        {"kind": "backup_agent", "server": "west-db2", **gone},
        *({"kind": "backup", "name": name, **gone} for name in ("db-files", "all-files", "web-image")),
        {"kind": "archive_bucket", "name": "shop-archive", **gone},
    ]


def some(simulator: Simulator) -> Things:
    """A few things of each service that depend on each other."""
    return [
        {"kind": "filestorage_snapshot_schedule", "volume": "media", "frequency": "DAILY", "hour": "5"},
        {
            "kind": "filestorage_replication",
            "volume": "media",
            "name": "media_dr",
            "target_region": EAST,
            "replication_frequency": "hourly",
        },
        {"kind": "filestorage_volume", "name": "media", "protocol": "NFS", "type_name": "SSD"},
        {"kind": "bm_volume_group_snapshot_schedule", "volume_group": "shop-db", "hour": 3},
        {"kind": "bm_volume_group", "name": "shop-db", "volumes": ["shop-data", "shop-log"]},
        *blocks(simulator, "shop-data", "shop-log", snapshot_rate=30),
        {"kind": "pfs_volume", "name": "train", "capacity_tb": 10},
        {
            "kind": "backup",
            "name": "db-files",
            "server": "west-db2",
            "server_category": "BAREMETAL_SERVER",
            "policy_category": "AGENT",
            "filesystem_paths": ["/data"],
            "schedules": [WEEKLY],
        },
        {"kind": "backup_agent", "server": "west-db2"},
        {"kind": "archive_bucket", "name": "shop-archive", "versioning": True},
    ]


def none_of_some() -> Things:
    """All that :func:`some` lists goes."""
    gone = {"state": "absent"}
    return [
        {"kind": "filestorage_volume", "name": "media", **gone},
        {"kind": "filestorage_replication", "volume": "media", "delete_target_volume": True, **gone},
        {"kind": "filestorage_snapshot_schedule", "volume": "media", **gone},
        {"kind": "bm_volume", "name": "shop-data", "detach": True, **gone},
        {"kind": "bm_volume", "name": "shop-log", "detach": True, **gone},
        {"kind": "bm_volume_group", "name": "shop-db", **gone},
        {"kind": "pfs_volume", "name": "train", **gone},
        {"kind": "backup_agent", "server": "west-db2", **gone},
        {"kind": "backup", "name": "db-files", **gone},
        {"kind": "archive_bucket", "name": "shop-archive", **gone},
    ]


def shuffled(things: Sequence[dict[str, Any]]) -> Things:
    """The same in another order, the same in every run."""
    return random.Random(5).sample(list(things), len(things))


def played(name: str, things: Things) -> list[dict[str, Any]]:
    """A list in check mode, for real, again, and again in check mode; all with a diff."""
    args = {"resources": things}
    return [
        task("scp_storage_apply", args, name=f"check {name}", check=True, diff=True, ignore_errors=True),
        task("scp_storage_apply", args, name=name, diff=True, ignore_errors=True),
        task("scp_storage_apply", args, name=f"again {name}", diff=True, ignore_errors=True),
        task("scp_storage_apply", args, name=f"unchanged {name}", check=True, diff=True, ignore_errors=True),
    ]


def each(result: TaskResult) -> list[tuple[str, str, str, list[str]]]:
    """What was done for each entry."""
    return [
        (entry["kind"], entry["name"], entry["region"], entry["operations"]) for entry in result.result["resources"]
    ]


def check_played(run: Run, name: str) -> None:
    """Assert that a list was made, that check mode predicted all of it, and that it was done once."""
    done, dry_run = run[name], run[f"check {name}"]
    for result in (dry_run, done):
        assert not result.failed, result.message
        assert result.changed, result.result
    assert dry_run.writes == []
    assert each(dry_run) == each(done)
    assert Counter(dry_run.operations) == Counter(done.operations)
    # Calls that are under way at the same time may be answered in another order than they came.
    assert Counter(done.operations) == Counter(done.accepted)
    changed = [entry for entry in done.result["resources"] if entry["changed"]]
    assert Counter(done.operations) == Counter(name for entry in changed for name in entry["operations"])
    headers = [[diff["before_header"] for diff in result.result["diff"]] for result in (dry_run, done)]
    assert headers[0] == headers[1]
    assert len(headers[0]) >= len(changed) - 1  # All but a password or the like shows.
    for repeated in (run[f"again {name}"], run[f"unchanged {name}"]):
        assert not repeated.failed, repeated.message
        assert (repeated.changed, repeated.operations, repeated.writes) == (False, [], [])
        assert repeated.result["diff"] == []


def shape(simulator: Simulator) -> Shape:
    """Return what there is, without what differs between two runs that do the same."""
    return {
        table: Counter(tuple(str(record.get(field, "")).partition("_")[0] for field in TELLING) for record in records)
        for table, records in simulator.resources().items()
        if table.rpartition(".")[2] not in BY_ITSELF
    }


def apply(runner: ModuleRunner | Controller, things: Things, **keywords: Any) -> TaskResult:
    """Run a list, and return the result; it may have failed."""
    run = runner.run([task("scp_storage_apply", {"resources": things}, ignore_errors=True, **keywords)])
    assert "Traceback" not in run.output
    return run[0]


def settle(runner: ModuleRunner | Controller, things: Things) -> None:
    """Run a list as often as you would by hand, and assert that it is done then."""
    result = apply(runner, things)
    assert not result.failed, result.message
    again = apply(runner, things)
    assert (again.failed, again.operations, again.writes) == (False, [], [])


def shape_of_undisturbed_run(runner: ModuleRunner | Controller) -> Shape:
    """Return what :func:`some` makes when nothing goes wrong; nothing of it is left afterwards."""
    simulator = runner.simulator
    begin = simulator.checkpoint()
    assert not apply(runner, some(simulator)).failed
    made = shape(simulator)
    simulator.go_back(begin)
    return made


def check_whole_lifecycle(runner: Controller | ModuleRunner) -> None:
    """Assert that something of every kind is created, changed and removed, and that check mode predicts every entry."""
    simulator = runner.simulator
    lists = {"made": whole(simulator), "changed": changes(simulator), "gone": shuffled(nothing_left())}
    run = runner.run([step for name, things in lists.items() for step in played(name, things)])
    for name in lists:
        check_played(run, name)
    # Ids of what is only planned are shown as everywhere.
    predicted = json.dumps(run["check made"].result)
    assert UNKNOWN in predicted
    assert f"{UNKNOWN} [" not in predicted
    entries = run["made"].result["resources"]
    assert [entry["kind"] for entry in entries] == [thing["kind"] for thing in lists["made"]]
    objects = [next(value for value in entry.values() if isinstance(value, dict)) for entry in entries]
    assert all(objects)
    assert simulator.resources() == {}
