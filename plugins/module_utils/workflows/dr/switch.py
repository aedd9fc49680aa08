# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The desired states ``failed_over`` and ``failed_back``: which end of a replication is in use."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ...client.errors import StorageError
from ..messages import group_alike
from . import assess
from .model import BLOCK, FILE, Found, Health, Link, Volume
from .options import lag_limit
from .run import Refused, Run, Stage
from .servers import with_server_ids

#: With force, a replica that is still being set up is tried as well, and so is one whose state is not known.
_TRIED_BY_FORCE: tuple[Health, ...] = (*assess.USABLE, "creating", "unknown")
#: Answers that refuse a server, which a second attempt does not change.
_REFUSALS = (400, 403, 404, 422)


# -- failing over -----------------------------------------------------------------------------------------------------


def fail_over(run: Run) -> None:
    """Pause or break all replications, and let servers use the replicas. Only their regions are called."""
    limit = lag_limit(run.params.get("max_lag"), run.prefix)
    run.volumes, unknown = with_server_ids(run.client, run.volumes)
    found = run.begin("target")
    unknown = _answered(unknown, found)
    if unknown and not run.params["force"]:
        _refuse_servers(run, unknown, "fail over without them")
    late = {} if run.params["accept_lag"] else _late(run, found, limit)
    blocked = {**assess.blockers(run.volumes, found, assess.USABLE), **late}
    for volume in run.volumes:
        run.outcomes[volume.key].possible_loss = assess.possible_loss(found[volume.key].link)
    if blocked and not run.params["force"]:
        _refuse_failover(run, blocked, found, late)
    for key, why in blocked.items():
        outcome = run.outcomes[key]
        if found[key].unread:
            outcome.fail(why)
        else:
            outcome.note = why
    for key, why in unknown.items():
        run.outcomes[key].fail(why)
    usable = _TRIED_BY_FORCE if run.params["force"] else assess.USABLE
    ready = [
        (volume, link)
        for volume in run.volumes
        if (link := found[volume.key].link) is not None and link.health in usable and volume.key not in late
    ]
    for key in blocked.keys() - {volume.key for volume, _link in ready}:
        run.outcomes[key].possible_loss = None
    changing = _allow_mounting(run, ready)
    stage = Stage()
    for volume, link in ready:
        needs = [] if link.health == "paused" else [_set_policy(stage, volume, link, "paused", "BREAK")]
        for identifier in _block_volumes(run, volume, link) if volume.target_attachments else []:
            stage.add(
                volume,
                "attachments",
                BLOCK,
                needs,
                region=volume.target_region,
                volume_id=identifier,
                attachments=list(volume.target_attachments),
            )
        if volume.key in changing:
            # These were sent before, and only have to take effect.
            _add_rules(stage, volume, link)
    run.converge(stage)


def _answered(unknown: Mapping[str, str], found: Mapping[str, Found]) -> dict[str, str]:
    """Leave out volumes whose servers cannot be found because their region does not answer: that is reported."""
    return {key: why for key, why in unknown.items() if not found[key].unread}


def _refuse_servers(run: Run, unknown: Mapping[str, str], without: str) -> None:
    for key, why in unknown.items():
        run.outcomes[key].fail(why)
    remedy = f"Correct the servers, or set {run.prefix}force to true to {without}."
    raise Refused(_refusal(run, unknown, "name servers that cannot be found.", remedy))


def _late(run: Run, found: Mapping[str, Found], limit: int | None) -> dict[str, str]:
    text = str(run.params.get("max_lag") or "")
    reasons = {key: assess.too_late(one.link, limit, text) for key, one in found.items() if not one.message}
    return {key: why for key, why in reasons.items() if why}


def _refuse_failover(run: Run, blocked: Mapping[str, str], found: Mapping[str, Found], late: Collection[str]) -> None:
    for key, why in blocked.items():
        run.outcomes[key].fail(why)
    links = [found[key].link for key in blocked if key not in late]
    tried = any(link is not None and link.health in _TRIED_BY_FORCE for link in links)
    remedies = _remedies(run, blocked, found, "fail over whatever can be failed over", tried=tried)
    if late:
        remedies.append(
            f"What was written since the last synchronization would be lost. If it may be, set"
            f" {run.prefix}accept_lag to true."
        )
    raise Refused(_refusal(run, blocked, "cannot be failed over.", " ".join(remedies)))


def _remedies(
    run: Run,
    blocked: Mapping[str, str],
    found: Mapping[str, Found],
    what_force_does: str,
    *,
    tried: bool = False,
    unread: Collection[str] = (),
) -> list[str]:
    """Return what can be done about volumes that block a run: only what helps with them.

    :param tried: with force, some of them are tried all the same.
    :param unread: keys of volumes of which another end than the one in ``found`` could not be read.
    """
    remedies = []
    if any(found[key].unread or key in unread for key in blocked):
        remedies.append(assess.READ_AGAIN)
    if len(blocked) < len(run.volumes):
        ways = f"Leave these volumes out ({run.prefix}skip), or set {run.prefix}force to true to {what_force_does}."
        remedies.append(ways)
    elif tried:
        remedies.append(f"To {what_force_does}, set {run.prefix}force to true.")
    return remedies


def _allow_mounting(run: Run, ready: Sequence[tuple[Volume, Link]]) -> Collection[str]:
    """Let servers mount the replicas of File Storage volumes.

    The service alone knows which servers there are. So the rules come before the first replication is paused: a server
    that is refused is a mistake in the list, and no reason to have failed over half of it.

    :return: keys of the volumes whose rules change.
    """
    stage = Stage()
    for volume, link in ready:
        if volume.kind == FILE and volume.target_access_rules:
            _add_rules(stage, volume, link)
    done = run.converge(stage, wait=False)
    refused = [
        (job.volume.label, one.message)
        for job, one in zip(stage.jobs, done, strict=True)
        if one.change == "failed" and (one.result.get("error") or {}).get("status") in _REFUSALS
    ]
    if refused and not run.params["force"]:
        raise Refused(
            "No replication was paused, because the service refused servers of target_access_rules."
            f" {' '.join(group_alike(refused, 'volume'))} Name servers of the region of the replica, or set"
            f" {run.prefix}force to true to fail over without them. Rules that were added stay."
        )
    return {job.volume.key for job, one in zip(stage.jobs, done, strict=True) if one.change == "changed"}


def _add_rules(stage: Stage, volume: Volume, link: Link) -> int:
    return stage.add(
        volume,
        "rules",
        FILE,
        region=volume.target_region,
        volume_id=link.target_id,
        access_rules=list(volume.target_access_rules),
    )


def _block_volumes(run: Run, volume: Volume, link: Link) -> list[str]:
    """Return the ids of the volumes of a replica of block storage."""
    if volume.kind == BLOCK:
        return [link.target_id]
    try:
        return [str(one["id"]) for one in run.reader.members(volume.target_region, link.target_id)]
    except StorageError as error:
        run.outcomes[volume.key].fail(error.message)
        return []


def _set_policy(
    stage: Stage, volume: Volume, link: Link, file_policy: str, block_policy: str, needs: Collection[int] = ()
) -> int:
    """Add a change of the policy, sent to the region of the replica."""
    region, replica = volume.target_region, link.target_id
    if volume.kind == FILE:
        return stage.add(
            volume,
            "replication",
            "filestorage_replication",
            needs,
            region=region,
            volume=replica,
            replication_policy=file_policy,
        )
    option = "volume" if volume.kind == BLOCK else "volume_group"
    kind = "bm_volume_replication" if volume.kind == BLOCK else "bm_volume_group_replication"
    return stage.add(volume, "replication", kind, needs, region=region, policy=block_policy, **{option: replica})


# -- failing back -----------------------------------------------------------------------------------------------------


def fail_back(run: Run) -> None:
    """Resume all replications, after servers have lost the replicas where that is asked for."""
    closes = run.params["remove_access_rules"] or run.params["remove_attachments"]
    run.volumes, unknown = with_server_ids(run.client, run.volumes) if closes else (run.volumes, {})
    found = run.begin("target")
    unknown = _answered(unknown, found)
    if unknown and not run.params["force"]:
        _refuse_servers(run, unknown, "fail back the other volumes")
    # One that is being resumed, by a run that was interrupted, is waited for.
    blocked = assess.blockers(run.volumes, found, (*assess.USABLE, "creating"))
    paused = [volume for volume in run.volumes if found[volume.key].health == "paused" and volume.key not in blocked]
    unread = _unread_sources(run, paused)
    blocked |= unread
    unconsented = {} if run.params["discard_target_changes"] else {volume.key: "paused" for volume in paused}
    if unconsented or (blocked and not run.params["force"]):
        _refuse_failback(run, {} if run.params["force"] else blocked, found, list(unconsented), unread)
    for key, why in blocked.items():
        if found[key].unread or key in unread:
            run.outcomes[key].fail(why)
        else:
            run.outcomes[key].note = why
    # If servers of a volume cannot be found, the volume is left alone: one of them could continue to write.
    for key, why in unknown.items():
        run.outcomes[key].fail(why)
    stage = Stage()
    links = {
        volume.key: link
        for volume in run.volumes
        if (link := found[volume.key].link) is not None and volume.key not in (*blocked, *unknown)
    }
    # A server that still has the replica could go on writing, and lose it.
    closing = run.gather(
        [volume for volume in run.volumes if volume.key in links],
        lambda volume: _take_away(run, volume, links[volume.key]),
    )
    for volume in run.volumes:
        if volume.key not in closing:
            continue
        link = links[volume.key]
        needs = [
            stage.add(volume, "servers", kind, region=volume.target_region, **options)
            for kind, options in closing[volume.key]
        ]
        if link.health == "paused":
            run.outcomes[volume.key].possible_loss = "what was written to the replica since the failover"
        if link.health in ("paused", "creating"):
            _set_policy(stage, volume, link, "use", "RESYNC", needs)
    run.converge(stage)


def _unread_sources(run: Run, paused: Sequence[Volume]) -> dict[str, str]:
    """Return the volumes whose own region cannot be read. Their replicas may be all that servers can use."""
    run.reader.load((volume.kind, volume.region) for volume in paused)
    unread = {}
    for volume in paused:
        try:
            run.reader.listed(volume.kind, volume.region)
        except StorageError as error:
            unread[volume.key] = (
                f"{volume.region}, where its servers would use it after a failback, could not be read:"
                f" {error.message.rstrip('.')}"
            )
    return unread


def _refuse_failback(
    run: Run,
    blocked: Mapping[str, str],
    found: Mapping[str, Found],
    unconsented: Sequence[str],
    unread: Collection[str],
) -> None:
    why = dict(blocked)
    for key in unconsented:
        why[key] = "its replication is paused, and to resume it overwrites what was written to the replica"
    for key, reason in why.items():
        run.outcomes[key].fail(reason)
    remedies = _remedies(run, blocked, found, "fail back whatever can be failed back", unread=unread) if blocked else []
    if any(found[key].health == "missing" and not found[key].message for key in blocked):
        remedies.append("Volumes without a replication need a new one (role dr_replication, or state present).")
    if unconsented:
        remedies.append(
            "Resuming a replication overwrites all that was written to the replica since the failover. If that may be"
            f" lost, set {run.prefix}discard_target_changes to true. If not, see the README of dr_failback for how to"
            " bring it back."
        )
    raise Refused(_refusal(run, why, "cannot be failed back.", " ".join(remedies)))


def _take_away(run: Run, volume: Volume, link: Link) -> list[tuple[str, dict[str, Any]]]:
    """Return what takes the replica away from the servers that the failover let in; others keep it.

    :return: kinds and options of resources.
    :raises StorageError: which servers have it could not be read.
    """
    region = volume.target_region
    if volume.kind == FILE:
        if not (run.params["remove_access_rules"] and volume.target_access_rules):
            return []
        mine = _keys(volume.target_access_rules)
        rules = run.reader.access_rules(region, link.target_id)
        if not mine & _keys(rules):
            return []
        kept = [_object(one["object_type"], one["object_id"]) for one in rules if not _keys([one]) & mine]
        # The servers are those that the task lists, so that who made them does not matter.
        purge = {"purge_access_rules": True, "purge_platform_access_rules": True}
        return [(FILE, {"volume_id": link.target_id, "access_rules": kept, **purge})]
    if not (run.params["remove_attachments"] and volume.target_attachments):
        return []
    servers = {one["object_id"] for one in volume.target_attachments}
    members = [{"id": link.target_id}] if volume.kind == BLOCK else run.reader.members(region, link.target_id)
    found: list[tuple[str, dict[str, Any]]] = []
    for identifier in (str(one["id"]) for one in members):
        attached = (run.reader.by_id(BLOCK, region, identifier) or {}).get("attachments") or []
        if any(one["id"] in servers for one in attached):
            kept = [_object(one["type"], one["id"]) for one in attached if one["id"] not in servers]
            found.append((BLOCK, {"volume_id": identifier, "attachments": kept, "purge_attachments": True}))
    return found


def _keys(rules: Sequence[Mapping[str, Any]]) -> set[tuple[str, str]]:
    return {(str(one["object_type"]), str(one["object_id"])) for one in rules}


def _object(kind: Any, identifier: Any) -> dict[str, str]:
    return {"object_type": str(kind), "object_id": str(identifier)}


def _refusal(run: Run, blocked: Mapping[str, str], verdict: str, remedy: str) -> str:
    """Return the message about all volumes that block a run."""
    labels = {volume.key: volume.label for volume in run.volumes}
    lines = group_alike(((labels[key], why) for key, why in blocked.items()), "volume")
    count = f"{len(blocked)} of {len(run.volumes)} volumes"
    return f"Nothing was changed: {count} {verdict} {' '.join(lines)} {remedy}".rstrip()
