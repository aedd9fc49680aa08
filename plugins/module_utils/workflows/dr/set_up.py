# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The desired state ``present``: every volume has a replica that is kept up to date."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...client.errors import StorageError
from ...resources.shared_volume import AVAILABLE, lower
from .creations import refuse_zones
from .model import BLOCK, FILE, GROUP, TITLES, Found, Link, Volume
from .reading import ambiguous, going
from .run import Run, Stage

#: Healths with which a replication needs no look by its resource.
_SETTLED = ("ok", "paused", "stalled")


def set_up(run: Run) -> None:
    """Give all volumes a replica. What is there stays as it is; a paused replication stays paused."""
    found = run.begin("source")
    stage = Stage()
    blockers = {volume.key: _blocker(run, volume, found[volume.key]) for volume in run.volumes}
    new = [one for one in run.volumes if not blockers[one.key] and found[one.key].link is None]
    bare = run.gather(
        [one for one in new if one.kind == BLOCK], lambda volume: _is_bare(run, volume, found[volume.key])
    )
    to_create: list[tuple[Volume, Found]] = []
    for volume in run.volumes:
        here, outcome = found[volume.key], run.outcomes[volume.key]
        if blocker := blockers[volume.key]:
            outcome.fail(blocker)
        elif outcome.failures:
            continue
        elif here.link is None:
            to_create.append((volume, here))
            _create(run, stage, volume, here, bare=bool(bare.get(volume.key)))
        elif here.health == "ending":
            outcome.fail("its replication is being ended. Run it again when the replication has gone")
        elif _differs(volume, here.link) or not _as_asked(volume, here):
            _change(run, stage, volume, here)
    refuse_zones(run, to_create)
    run.converge(stage)
    run.ask_other_region()


def _blocker(run: Run, volume: Volume, found: Found) -> str:
    """Return why nothing is done for a volume; empty where something can be."""
    if found.message:
        return found.message
    if found.link is not None:
        return ""
    if blocker := ambiguous(volume, found.volumes):
        return blocker
    if not found.volumes:
        lost = _lost_file(run, volume) if volume.kind == FILE else _lost_block(volume)
    else:
        lost = _taken_name(run, volume, found)
    return lost or _without_password(run, volume, found)


def _taken_name(run: Run, volume: Volume, found: Found) -> str:
    """Return that other volumes have the names of the replica and its members; empty where none has.

    A lookup by name would find both, and the other one may be in use since a failover.
    """
    if volume.target_name is None or found.volume is None:
        return ""
    region, prefix = volume.target_region, volume.target_volume_prefix or ""
    wanted = [(volume.kind, volume.target_name)]
    try:
        if volume.kind == GROUP:
            members = run.reader.members(volume.region, str(found.volume["id"]))
            wanted += [(BLOCK, f"{prefix}{one['name']}") for one in members]
        there = [(kind, one) for kind, name in wanted for one in run.reader.named(kind, region, name)]
    except StorageError as error:
        unread = _unread(f"whether its replica's name is taken in {region}", error)
        return f"it was not replicated: {unread}"
    others = [one for kind, one in there if one["id"] != found.volume["id"] and not going(kind, one)]
    if not others:
        return ""
    names = ", ".join(f"{one['name']} ({one['id']})" for one in others)
    return (
        f"its replica would have the name of {names} in {region}, which is not shown as its replica. If a"
        " run set it up a moment ago, run it again in a minute. Otherwise choose another target_name"
        f"{' or target_volume_prefix' if volume.kind == GROUP else ''}, or remove what is not used any more"
    )


def _unread(what: str, error: StorageError) -> str:
    return f"{what} could not be read: {error.message.rstrip('.')}. Run the task again when the region answers"


def _without_password(run: Run, volume: Volume, found: Found) -> str:
    """Return that the password is missing which the volume, or its replica, gets at its creation."""
    protocol = str((found.volume or {}).get("protocol") or volume.protocol)
    if volume.kind != FILE or protocol.upper() != "CIFS" or _password(run, volume) is not None:
        return ""
    return f"a CIFS volume needs a password when it, or its replica, is created: set {run.prefix}cifs_passwords"


def _lost_block(volume: Volume) -> str:
    replica = volume.target_name or volume.target_id
    return (
        f"there is no {TITLES[volume.kind]} {volume.name} in {volume.region}. Check its name and the region. If it was"
        f" lost, its replica {replica} in {volume.target_region} may have its data"
    )


def _lost_file(run: Run, volume: Volume) -> str:
    """Return why a File Storage volume that is missing is not created; empty where it may be.

    A volume that was lost has left its replica behind. An empty volume in its place would hide that.
    """
    missing = f"{volume.title} does not exist and was not created"
    if volume.protocol is None or volume.type_name is None or volume.target_name is None or volume.source_id:
        return f"{missing}: to create it, protocol and type_name must be given. Check its name and the region"
    try:
        there = run.reader.named(FILE, volume.target_region, volume.target_name)
    except StorageError as error:
        unread = _unread(f"whether its replica exists in {volume.target_region}", error)
        return f"{missing}: {unread}"
    if there:
        names, ids = (", ".join(str(one[key]) for one in there) for key in ("name", "id"))
        return (
            f"{missing}: {volume.target_region} has {names} ({ids}), which can be the replica of a lost volume."
            ' If it was lost, restore the data from there first (see "The source is lost" in the README of'
            " dr_replication). If the volume is new, choose another target_name for it"
        )
    if not run.params["create"]:
        return (
            f"{missing}: {run.prefix}create is false. If the volume was lost, restore it. If it is new, set"
            f" {run.prefix}create to true"
        )
    return ""


def _differs(volume: Volume, link: Link) -> bool:
    return link.health not in _SETTLED or (volume.frequency or link.frequency) != link.frequency


def _as_asked(volume: Volume, found: Found) -> bool:
    """Whether the list shows the source as the list of volumes describes it."""
    source = found.volume
    if volume.kind != FILE or source is None:
        return True
    asked = {"protocol": volume.protocol, "type_name": volume.type_name}
    return lower(source, "state") == AVAILABLE and all(
        value is None or source.get(name) == value for name, value in asked.items()
    )


def _is_bare(run: Run, volume: Volume, found: Found) -> bool:
    """Whether a block volume gets space for snapshots. One that has some keeps it: it may be as large for a reason."""
    if volume.snapshot_rate is None or found.volume is None:
        return False
    shown = run.reader.by_id(BLOCK, volume.region, str(found.volume["id"])) or {}
    return not shown.get("snapshot_rate")


def _create(run: Run, stage: Stage, volume: Volume, found: Found, *, bare: bool) -> None:
    """Add what creates the replication, and what it needs first.

    :param bare: whether the source is to get space for snapshots.
    """
    source = found.volume
    needs: list[int] = []
    if volume.kind == FILE and not (source is not None and _as_asked(volume, found)):
        needs.append(_file_source(run, stage, volume, source))
    elif bare and source is not None:
        rate = volume.snapshot_rate
        needs.append(
            stage.add(volume, "source", BLOCK, region=volume.region, volume_id=str(source["id"]), snapshot_rate=rate)
        )
    _replication(run, stage, volume, str(source["id"]) if source else volume.name, needs)


def _change(run: Run, stage: Stage, volume: Volume, found: Found) -> None:
    needs = [] if _as_asked(volume, found) else [_file_source(run, stage, volume, found.volume)]
    _replication(run, stage, volume, found.link.source_id if found.link else volume.name, needs)


def _file_source(run: Run, stage: Stage, volume: Volume, source: Mapping[str, Any] | None) -> int:
    return stage.add(
        volume,
        "source",
        FILE,
        region=volume.region,
        volume_id=str(source["id"]) if source else None,
        name=None if source else volume.name,
        protocol=volume.protocol,
        type_name=volume.type_name,
        cifs_password=_password(run, volume),
    )


def _replication(run: Run, stage: Stage, volume: Volume, source: str, needs: list[int]) -> None:
    common = {
        "region": volume.region,
        "name": volume.target_name,
        "target_region": volume.target_region,
        "target_zone": volume.target_zone,
    }
    if volume.kind == FILE:
        stage.add(
            volume,
            "replication",
            "filestorage_replication",
            needs,
            volume=source,
            replication_type="replication",
            replication_frequency=volume.frequency,
            cifs_password=_password(run, volume),
            **common,
        )
        return
    cycle = volume.frequency.upper() if volume.frequency else None
    if volume.kind == BLOCK:
        stage.add(volume, "replication", "bm_volume_replication", needs, volume=source, cycle=cycle, **common)
        return
    stage.add(
        volume,
        "replication",
        "bm_volume_group_replication",
        needs,
        volume_group=source,
        cycle=cycle,
        replication_volume_name_prefix=volume.target_volume_prefix,
        **common,
    )


def _password(run: Run, volume: Volume) -> str | None:
    password = (run.params.get("cifs_passwords") or {}).get(volume.name)
    return None if password is None else str(password)
