# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The desired state ``absent``: replications are ended, and replicas deleted where that is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...client.parallel import map_concurrently
from ...resources.baremetal_blockstorage.lookup import leaving, replicated
from ..messages import group_alike
from .assess import READ_AGAIN
from .model import BLOCK, FILE, GROUP, Found, Volume
from .run import Refused, Run, Stage

#: Volumes of a replica that are to be deleted, and the ids of groups that have no others.
Doomed = tuple[list[dict[str, Any]], list[str]]


def tear_down(run: Run) -> None:
    """End all replications."""
    found = run.begin("source")
    unclear = [(volume.label, found[volume.key].message) for volume in run.volumes if found[volume.key].message]
    if unclear:
        for volume in run.volumes:
            if found[volume.key].message:
                run.outcomes[volume.key].fail(found[volume.key].message)
    _refuse(run, unclear)
    blocks = [volume for volume in run.volumes if volume.kind != FILE and run.params["delete_targets"]]
    doomed: dict[str, Doomed] = {volume.key: ([], []) for volume in run.volumes}
    doomed |= run.gather(blocks, lambda volume: _doomed(run, volume, found[volume.key]))
    _keep_what_is_used_or_unclear(run, blocks, found, doomed)
    stage = Stage()
    for volume in run.volumes:
        here = found[volume.key]
        if run.outcomes[volume.key].failures:
            continue
        if volume.kind == FILE:
            _end_file(run, stage, volume, here)
        elif volume.kind == BLOCK:
            _end_block(run, stage, volume, here, doomed[volume.key][0])
        else:
            _end_group(run, stage, volume, here, *doomed[volume.key])
    run.converge(stage)
    deletes = bool(run.params["delete_targets"])
    for outcome in run.outcomes.values():
        if not outcome.failures and run.params["wait"]:
            outcome.ended, outcome.target_deleted = True, deletes
        if deletes and outcome.operations:
            outcome.possible_loss = "the replica with its data"


def _refuse(run: Run, unclear: Sequence[tuple[str, str]]) -> None:
    """Refuse what is not clear, and what lacks consent, in one message."""
    parts = []
    if unclear:
        unread = [one for one in run.outcomes.values() if one.before.unread]
        remedies = [READ_AGAIN] if unread else []
        if len(unread) < len(unclear):
            remedies.append("Name the volumes and the regions as they are.")
        remedy = " ".join(remedies)
        parts.append(
            f"{len(unclear)} of {len(run.volumes)} volumes cannot be worked on."
            f" {' '.join(group_alike(unclear, 'volume'))} {remedy}"
        )
    if not run.params["confirm"]:
        action = (
            "delete the replicas with their data"
            if run.params["delete_targets"]
            else "keep the replicas as separate volumes"
        )
        for outcome in run.outcomes.values():
            if not outcome.failures:
                outcome.fail(f"to {action} requires {run.prefix}confirm: true")
        lines = group_alike(
            ((volume.label, f"would end the replication, and {action}") for volume in run.volumes), "volume"
        )
        parts.append(f"{' '.join(lines)} If that is what you want, set {run.prefix}confirm to true.")
    if parts:
        raise Refused(f"Nothing was changed. {' '.join(parts)}")


def _end_file(run: Run, stage: Stage, volume: Volume, found: Found) -> None:
    """Add the end of a replication, or what an interrupted run has left of one."""
    link = found.link
    if link is None and not found.volumes:
        return
    target = link.target_name if link else volume.target_name
    source = link.source_id if link else str(found.volume["id"]) if found.volume else volume.source_id or volume.name
    stage.add(
        volume,
        "replication",
        "filestorage_replication",
        region=volume.region,
        volume=source,
        # As the service shows it, where that is known: others may have the name that was asked for.
        name=target,
        target_region=volume.target_region,
        target_zone=volume.target_zone,
        delete_target_volume=bool(run.params["delete_targets"]),
        state="absent",
    )


def _end_block(run: Run, stage: Stage, volume: Volume, found: Found, doomed: Sequence[Mapping[str, Any]]) -> None:
    """Add the end of a replication; its target is known by its id only where that has gone already."""
    link = found.link
    if not found.volumes or (link is None and not doomed):
        return
    source = link.source_id if link else str(found.volume["id"]) if found.volume else volume.source_id or volume.name
    stage.add(
        volume,
        "replication",
        "bm_volume_replication",
        [_detach(stage, volume, one) for one in doomed if one.get("attachments")],
        region=volume.region,
        volume=source,
        # By its id, as others may have its name.
        name=str(doomed[0]["id"]) if doomed else None,
        target_region=volume.target_region,
        target_zone=volume.target_zone,
        delete_target_volume=bool(run.params["delete_targets"]),
        state="absent",
    )


def _detach(stage: Stage, volume: Volume, copy: Mapping[str, Any]) -> int:
    """Add that no server uses a volume of a replica any more."""
    identifier, region = str(copy["id"]), volume.target_region
    return stage.add(
        volume, "attachments", BLOCK, region=region, volume_id=identifier, attachments=[], purge_attachments=True
    )


def _keep_what_is_used_or_unclear(
    run: Run, blocks: Sequence[Volume], found: Mapping[str, Found], doomed: Mapping[str, Doomed]
) -> None:
    """Let those fail whose replica must not be deleted."""
    for volume in blocks:
        copies, _groups = doomed[volume.key]
        if reason := _not_deletable(run, volume, found[volume.key], copies):
            run.outcomes[volume.key].fail(reason)
        elif found[volume.key].link is None and volume.kind == BLOCK and volume.target_id is not None and not copies:
            run.outcomes[volume.key].note = (
                f"it has no replication, and {volume.target_id} in {volume.target_region} is not deleted: it has gone,"
                " or differs from the volume in type or size, or is in a group or replicated"
            )


def _not_deletable(run: Run, volume: Volume, found: Found, doomed: Sequence[Mapping[str, Any]]) -> str:
    """Return why volumes of a replica are not deleted; empty if they can be."""
    region = volume.target_region
    left = [one for one in doomed if not leaving(one)]
    if found.link is None and left and not _has_ids(volume):
        copies = ", ".join(f"{one['name']} ({one['id']})" for one in left)
        way = "its id as target_id" if volume.kind == BLOCK else "members, a list with the id of each,"
        # Block storage keeps no record of a replication that has ended.
        return (
            f"it has no replication, and {copies} in {region} may be what an interrupted run has left of its replica:"
            f" only name, type and size match. If it is the replica, give {way} to delete it. If it is not, leave the"
            f" volume out ({run.prefix}skip)"
        )
    if run.params["detach"]:
        return ""
    for one in doomed:
        if servers := ", ".join(str(server.get("name") or server["id"]) for server in one.get("attachments") or ()):
            return (
                f"The volume {one['name']} of the replica in {region} cannot be deleted, and nothing was changed: it is"
                f" attached to {servers}. Set {run.prefix}detach to true to detach it, or leave out"
                f" {run.prefix}delete_targets to keep the replicas"
            )
    return ""


def _end_group(
    run: Run,
    stage: Stage,
    volume: Volume,
    found: Found,
    doomed: Sequence[Mapping[str, Any]],
    groups: Sequence[str],
) -> None:
    """Add the end of a group's replication, and that of its replica.

    No call of the API deletes a group. Its volumes leave it, which may end it, and are deleted one by one.

    :param doomed: volumes of the replica that are to be deleted, and ``groups`` the groups that have no others.
    """
    link, region = found.link, volume.target_region
    needs = [_detach(stage, volume, one) for one in doomed if one.get("attachments")]
    if link is not None:
        needs = [
            stage.add(
                volume,
                "replication",
                "bm_volume_group_replication",
                needs,
                region=volume.region,
                volume_group=link.source_id,
                target_region=region,
                state="absent",
            )
        ]
    if groups:
        needs = [
            stage.add(volume, "group", GROUP, needs, region=region, volume_group_id=identifier, state="absent")
            for identifier in groups
        ]
    for one in doomed:
        stage.add(volume, "member", BLOCK, needs, region=region, volume_id=str(one["id"]), state="absent")


def _doomed(run: Run, volume: Volume, found: Found) -> Doomed:
    """Return the volumes of a replica of block storage in full, and the groups that have no other volumes.

    Of a replication that is still there, they are its target or the members of that. Otherwise they are those whose id
    the list gives, and for a group the members of the group whose id it gives. Without ids, they are known by their
    names only, which are those of the source's with the prefix before them, and are not deleted for that. Each must be
    like the volume that it was a copy of, not replicated, and in no other group.
    """
    region, link = volume.target_region, found.link
    if volume.kind == BLOCK:
        copy = _replica(run, volume, found)
        return ([copy] if copy else []), []
    if link is not None:
        group = run.reader.by_id(GROUP, region, link.target_id)
        members = (group or {}).get("member_volumes") or ()
        shown = map_concurrently(lambda one: run.reader.by_id(BLOCK, region, str(one["id"])), list(members))
        return [one for one in shown if one is not None], [link.target_id] if members else []
    source = found.volume and run.reader.by_id(GROUP, volume.region, str(found.volume["id"]))
    if not source:
        return [], []
    meant = set(volume.member_ids)
    if volume.target_id is not None:
        target = run.reader.by_id(GROUP, region, volume.target_id) or {}
        meant |= {str(one["id"]) for one in target.get("member_volumes") or ()}
    doomed = []
    for original in source.get("member_volumes") or ():
        named = run.reader.named(BLOCK, region, f"{volume.target_volume_prefix or ''}{original['name']}")
        if _has_ids(volume):
            named = [one for one in named if str(one["id"]) in meant]
        copy = run.reader.by_id(BLOCK, region, str(named[0]["id"])) if len(named) == 1 else None
        if copy is not None and _is_copy(copy, original, volume.target_name):
            doomed.append(copy)
    ids = {str(one["id"]) for one in doomed}
    groups = []
    for group in run.reader.named(GROUP, region, volume.target_name or ""):
        shown_group = run.reader.by_id(GROUP, region, str(group["id"])) or {}
        members_there = {str(one["id"]) for one in shown_group.get("member_volumes") or ()}
        if members_there and members_there <= ids:
            groups.append(str(group["id"]))
    return doomed, groups


def _replica(run: Run, volume: Volume, found: Found) -> dict[str, Any] | None:
    """Return the replica of a block volume, or what may be left of it."""
    region, link = volume.target_region, found.link
    if link is not None:
        return run.reader.by_id(BLOCK, region, link.target_id)
    if not found.volume:
        return None
    if volume.target_id is not None:
        named = [volume.target_id]
    else:
        named = [str(one["id"]) for one in run.reader.named(BLOCK, region, volume.target_name or "")]
    copy = run.reader.by_id(BLOCK, region, named[0]) if len(named) == 1 else None
    if copy is None or copy["id"] == found.volume["id"] or copy.get("volume_group"):
        return None
    return copy if _is_copy(copy, found.volume, None) else None


def _has_ids(volume: Volume) -> bool:
    """Return whether the list names the replica by ids."""
    return volume.target_id is not None or bool(volume.member_ids)


def _is_copy(copy: Mapping[str, Any], original: Mapping[str, Any], group_name: str | None) -> bool:
    group = copy.get("volume_group") or {}
    alike = all(copy.get(part) == original.get(part) for part in ("disk_type", "size_gb"))
    return alike and group.get("name", group_name) == group_name and not replicated(copy)
