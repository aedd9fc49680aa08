# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A world that has all that a report can show, for the simulator: what is well kept, and all sorts of trouble.

Its times are relative to a moment, so that a snapshot that should be two days old is so whenever it is looked at.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

WEST, EAST = "kr-west1", "kr-east1"
GIB = 1024**3
KOREAN_TIME = timezone(timedelta(hours=9))
#: A name that would run as a script, or as a template, wherever it is not escaped.
HOSTILE = "</td><script>document.title='broken into'</script>{{ 7 * 7 }}_a1b2c3"


def identifier(name: str) -> str:
    """The id that a thing of this name has, in the form of File Storage."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


def hexadecimal(name: str) -> str:
    """The id that a thing of this name has, in the form of Block Storage and Backup."""
    return uuid.uuid5(uuid.NAMESPACE_URL, name).hex


def build(now: datetime, servers: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Parts of a seed.

    :param now: the moment to which times are relative; with a zone.
    :param servers: the servers of the world, for the ids of those that use block volumes or have backups.
    """
    of = {str(server["name"]): server for server in servers}

    def ago(**span: float) -> str:
        return (now - timedelta(**span)).strftime("%Y-%m-%dT%H:%M:%S.000000")

    return {
        "filestorage": _file_storage(ago, now),
        "parallel-filestorage": _parallel(ago, now),
        "baremetal-blockstorage": _block_storage(ago, of, now),
        "backup": _backup(ago, of),
        "archivestorage": _archive(ago),
    }


def history(now: datetime, world: Mapping[str, Any], days: int = 45) -> dict[str, Any]:
    """What reports of earlier days have measured of this world, which grew until it is as it is.

    File volumes grew at a separate pace each, and one of them has doubled in a week.
    """
    volumes = world["filestorage"]["volumes"]
    paces = {volume["id"]: 0.001 + 0.0015 * (int(volume["id"][:2], 16) % 4) for volume in volumes}
    paces[identifier("mail_store")] = 0.1
    measurements = []
    for ago in range(days, 0, -1):
        moment = now - timedelta(days=ago)
        sizes = {volume["id"]: int(volume["usage"] / (1 + paces[volume["id"]] * ago)) for volume in volumes}
        totals: dict[str, int] = {}
        for volume in volumes:
            key = f"{volume.get('region', WEST)}/filestorage_volume"
            totals[key] = totals.get(key, 0) + sizes[volume["id"]]
        totals |= {f"{WEST}/pfs": (152 if ago > 20 else 172) * 1024 * GIB, f"{EAST}/pfs": 0}
        totals |= {f"{WEST}/bm_volume": (4250 + 800 * (ago < 30)) * GIB, f"{EAST}/bm_volume": 3700 * GIB}
        totals |= {f"{WEST}/archive": (259 - ago) * GIB, f"{EAST}/archive": 0}
        measured = {"day": moment.date().isoformat(), "at": moment.isoformat(timespec="seconds")}
        measurements.append({**measured, "totals": totals, "things": sizes})
    return {"format": 1, "measurements": measurements}


def _stamp(now: datetime, days: float) -> str:
    """A moment in the name of a snapshot, in Korean time as the services write it."""
    return (now - timedelta(days=days)).astimezone(KOREAN_TIME).strftime("%Y-%m-%d_%H%M%S")


def _file_storage(ago: Any, now: datetime) -> dict[str, Any]:
    def volume(name: str, gib: float, **fields: Any) -> dict[str, Any]:
        suffixed = name if name == HOSTILE else f"{name}_{hexadecimal(name)[:6]}"
        made = {"id": identifier(name), "name": suffixed, "usage": int(gib * GIB), "created_at": ago(days=120)}
        return {**made, **fields}

    def snapshot(of: str, days: float, origin: str = "user") -> dict[str, Any]:
        name = f"{'snapmirror' if origin == 'system' else of}.{_stamp(now, days)}"
        return {"volume_id": identifier(of), "name": name, "created_at": ago(days=days), "origin": origin}

    def replication(source: str, target: str, **fields: Any) -> dict[str, Any]:
        return {
            "id": identifier(f"{source} to {target}"),
            "source_id": identifier(source),
            "source_name": f"{source}_{hexadecimal(source)[:6]}",
            "target_id": identifier(target),
            "target_name": f"{target}_{hexadecimal(target)[:6]}",
            "frequency": "hourly",
            **fields,
        }

    return {
        "volumes": [
            volume("web_data", 812.5, purpose="original", type_name="SSD"),
            volume("web_copy", 812.5, purpose="replication", type_name="SSD", region=EAST),
            volume("erp_files", 2150, purpose="original", type_name="HighPerformanceSSD"),
            volume("erp_copy", 2100, purpose="replication", type_name="HighPerformanceSSD", region=EAST),
            volume("office", 640),
            volume("mail_store", 1480.25),
            volume("build_cache", 96),
            volume("new_share", 0.5, created_at=ago(hours=3)),
            volume("scratch_tmp", 310),
            volume("far_office", 205, region=EAST),
            volume(HOSTILE, 1),
        ],
        "snapshots": [
            *(snapshot("web_data", days) for days in (0.2, 1.2, 2.2)),
            snapshot("web_data", 0.01, "system"),
            snapshot("erp_files", 0.4),
            snapshot("office", 4.5),
            snapshot("mail_store", 0.3),
            snapshot("far_office", 0.6),
            snapshot(HOSTILE, 0.1),
        ],
        "schedules": [
            {"volume_id": identifier("web_data"), "hour": "3"},
            {"volume_id": identifier("mail_store"), "hour": "2", "frequency": "WEEKLY", "day_of_week": "SUN"},
            {"volume_id": identifier("new_share"), "hour": "3"},
        ],
        "replications": [
            replication("web_data", "web_copy"),
            replication("erp_files", "erp_copy", policy="paused", frequency="5min"),
        ],
    }


def _parallel(ago: Any, now: datetime) -> dict[str, Any]:
    names = {"train_data": 40, "models": 12, "simulation": 120}
    return {
        "volumes": [
            {
                "id": identifier(name),
                "name": f"{name}_{hexadecimal(name)[:6]}",
                "capacity_tb": capacity,
                "created_at": ago(days=60),
            }
            for name, capacity in names.items()
        ],
        "snapshots": [
            {"volume_id": identifier(name), "name": f"snapshot.{_stamp(now, days)}", "created_at": ago(days=days)}
            for name, days in (("train_data", 0.5), ("train_data", 1.5), ("models", 9))
        ],
    }


def _block_storage(ago: Any, of: Mapping[str, Mapping[str, Any]], now: datetime) -> dict[str, Any]:
    def volume(name: str, size: int, *servers: str, **fields: Any) -> dict[str, Any]:
        made = {"id": hexadecimal(name), "name": name, "size_gb": size, "snapshot_rate": 20}
        return {**made, "state": "IN_USE" if servers else "AVAILABLE", "created_at": ago(days=90), **fields}

    def snapshot(owner: str, days: float, part_of: str = "") -> dict[str, Any]:
        taken, group = ago(days=days), part_of and hexadecimal(f"{part_of} {days}")
        made = {"id": hexadecimal(f"{owner} {days}"), "owner_id": hexadecimal(owner), "created_at": taken}
        return {**made, "name": f"{owner}.{_stamp(now, days)}", "part_of": group}

    def replication(source: str, target: str, behind: float, **fields: Any) -> dict[str, Any]:
        made = {"id": hexadecimal(f"{source} to {target}"), "cycle": "HOURLY"}
        ends = {"source_id": hexadecimal(source), "target_id": hexadecimal(target)}
        return {**made, **ends, "synced_at": now.timestamp() - behind, **fields}

    used = {
        "app-data": ["west-db1"],
        "orders-data": ["west-db2"],
        "orders-log": ["west-db2"],
        "ledger": ["west-db3"],
        "reports": ["west-db4"],
        "legacy": ["west-db5"],
        "stage-data": ["west-db6"],
    }
    return {
        "volume_groups": [
            {"id": hexadecimal("orders"), "name": "orders", "created_at": ago(days=90)},
            {"id": hexadecimal("orders-copy"), "name": "orders-copy", "region": EAST, "purpose": "REPL"},
        ],
        "volumes": [
            volume("app-data", 500, "west-db1"),
            volume("app-copy", 500, region=EAST, purpose="REPL"),
            volume("orders-data", 1000, "west-db2", group_id=hexadecimal("orders")),
            volume("orders-log", 200, "west-db2", group_id=hexadecimal("orders")),
            volume("orders-data-copy", 1000, region=EAST, purpose="REPL", group_id=hexadecimal("orders-copy")),
            volume("orders-log-copy", 200, region=EAST, purpose="REPL", group_id=hexadecimal("orders-copy")),
            volume("ledger", 2000, "west-db3"),
            volume("ledger-copy", 2000, region=EAST, purpose="REPL"),
            volume("reports", 300, "west-db4", snapshot_rate=2),
            volume("legacy", 800, "west-db5", snapshot_rate=0),
            volume("stage-data", 150, "west-db6", snapshot_rate=0, disk_type="HDD"),
            volume("broken-disk", 100, snapshot_rate=0, state="ERROR"),
        ],
        "attachments": [
            {"volume_id": hexadecimal(name), "server_id": of[server]["id"]}
            for name, servers in used.items()
            for server in servers
        ],
        "snapshots": [
            *(snapshot("app-data", days) for days in (0.1, 1.1)),
            snapshot("orders", 0.25),
            snapshot("orders-data", 0.25, "orders"),
            snapshot("orders-log", 0.25, "orders"),
            snapshot("ledger", 0.7),
            *(snapshot("reports", days) for days in (0.5, 1, 1.5)),
        ],
        "snapshot_schedules": [{"owner_id": hexadecimal("app-data"), "hour": 4}],
        "replications": [
            replication("app-data", "app-copy", 600),
            replication("orders", "orders-copy", 1500),
            # Stopped for lack of space a day ago.
            replication("ledger", "ledger-copy", 93600, full=True),
        ],
    }


def _backup(ago: Any, of: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    #: Name, server, how jobs of the last days ended (the newest first), and how many days ago the newest was.
    listed: tuple[tuple[str, str, str, float], ...] = (
        ("web1-image", "west-web1", "SSSSSSSSSS", 0.3),
        ("web2-image", "west-web2", "FSSSFSSSSS", 0.4),
        ("db1-files", "west-db1", "SSSSSSSSSS", 0.2),
        ("db3-files", "west-db3", "PSSSSSS", 0.2),
        ("app1-image", "west-app1", "SS", 21),
        ("gpu1-image", "west-gpu1", "", 0),
    )
    words = {"S": "SUCCESS", "F": "FAILED", "P": "PARTIAL_SUCCESS"}
    backups, histories, points, schedules, agents = [], [], [], [], []
    for name, server, jobs, newest in listed:
        on_metal = of[server]["type"] == "BM"
        agent = f"BACKUP_AGENT-{hexadecimal(server)}" if on_metal else ""
        files: dict[str, Any] = {
            "policy_category": "AGENT",
            "policy_type": "FILESYSTEM",
            "server_category": "BAREMETAL_SERVER",
            "is_all_filesystem": True,
            "agent_id": agent,
        }
        backups.append(
            {
                "id": hexadecimal(name),
                "name": name,
                "server_uuid": of[server]["id"],
                "server_name": server,
                "created_at": ago(days=50),
                "retention_period": "MONTH_1",
                **(files if on_metal else {}),
            }
        )
        schedule = hexadecimal(f"schedule of {name}")
        schedules.append({"id": schedule, "backup_id": hexadecimal(name), "name": "full", "frequency": "DAILY"})
        if on_metal:
            agents.append(
                {
                    "id": agent,
                    "name": f"{server}-agent",
                    "server_uuid": of[server]["id"],
                    "server_name": server,
                    "server_category": "BAREMETAL_SERVER",
                    "server_backup_agent_ip": of[server]["ip"],
                    "connection_state": "SUCCESS",
                }
            )
        for number, word in enumerate(jobs):
            began = ago(days=newest + number)
            job = {
                "id": hexadecimal(f"{name} {number}"),
                "backup_id": hexadecimal(name),
                "backup_job_state": words[word],
                "backup_start_time": began,
                "backup_end_time": ago(days=newest + number - 0.02),
                "schedule_id": schedule,
                "schedule_name": "full",
            }
            histories.append(job)
            if word != "F":
                kept = {field: job[field] for field in ("id", "backup_id", "backup_start_time", "schedule_id")}
                points.append({**kept, "usage_gb": 42.5, "retention_period": "MONTH_1"})
    return {
        "backups": backups,
        "histories": histories,
        "restore_targets": points,
        "schedules": schedules,
        "agents": agents,
    }


def _archive(ago: Any) -> dict[str, Any]:
    return {
        "buckets": [
            {
                "id": identifier("app-archive"),
                "name": "app-archive",
                "source": "west-app-logs",
                "created_at": ago(days=30),
            },
            {"id": identifier("old-archive"), "name": "old-archive", "created_at": ago(days=300)},
            {"id": identifier("audit-archive"), "name": "audit-archive", "source": "west-recovered"},
        ],
        "policies": [
            {"bucket_id": identifier("app-archive"), "source": "west-app-logs", "lifecycle": "30"},
            {
                "bucket_id": identifier("audit-archive"),
                "source": "west-recovered",
                "lifecycle": "7",
                "state": "INACTIVE",
            },
        ],
        "objects": [
            {"bucket_id": identifier("app-archive"), "path": "2026/app.log", "size": 9 * GIB},
            {"bucket_id": identifier("old-archive"), "path": "old.tar", "size": 250 * GIB},
        ],
    }
