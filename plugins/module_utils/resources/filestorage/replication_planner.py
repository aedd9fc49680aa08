# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan changes of replications of File Storage, without reading (platform-behaviour.md §5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ...client.errors import StorageError
from ...engine.lookup import all_immutable, immutable
from ...engine.plan import UNKNOWN_ID, Step, TaskPlanner
from ...operations import filestorage as api
from .. import snapshots, zones
from ..shared_volume import DELETING, lower, rule_key
from .lookup import (
    DISK_BACKUP,
    VOLUMES,
    delete_leftover,
    delete_volume,
    set_access_rule,
)
from .replication_state import End, ReplicationState


def in_use(state: ReplicationState) -> bool:
    """A new replication is ready when its policy is ``use`` (platform-behaviour.md §5.2)."""
    replication = state.replication
    return lower(replication, "replication_policy") == "use" and lower(replication, "replication_status") != "creating"


class ReplicationPlanner(TaskPlanner[ReplicationState]):
    """Plans for ``scp_filestorage_replication``."""

    @property
    def deletes_target(self) -> bool:
        return bool(self.params.get("delete_target_volume"))

    def next_step(self, state: ReplicationState) -> Step[ReplicationState] | None:
        if self.wants_absent:
            return self._next_removal(state)
        if state.replication is None:
            return self._create(state)
        self._check_unchangeable(state.replication)
        return self._next_change(state.replication)

    def _create(self, state: ReplicationState) -> Step[ReplicationState]:
        params, volume = self.params, state.volume or {}
        region = zones.target_region(params)
        given = {**params, "target_region": region}
        missing = [name for name in ("name", "target_region", "replication_frequency") if not given.get(name)]
        if region is None or missing:
            raise StorageError(
                f"Volume {volume['name']} in {self.region} has no replication, and to create it the task must also give"
                f" {' and '.join(missing)}."
            )
        self._check_target(state, region)
        if lower(volume, "protocol") == "cifs" and params.get("cifs_password") is None:
            raise StorageError("The replication of a CIFS volume needs cifs_password, for the volume it makes.")
        if lower(volume, "protocol") == "nfs" and params.get("cifs_password") is not None:
            raise StorageError(f"cifs_password goes with CIFS volumes only, and {volume['name']} is NFS. Leave it out.")
        kind = params.get("replication_type") or "replication"
        if params.get("backup_retention_count") is not None and kind != "backup":
            raise StorageError(
                "backup_retention_count goes with replication_type backup only. Leave it out, or ask for backup."
            )
        body = {
            "volume_id": volume["id"],
            "name": params["name"],
            "region": region,
            zones.ZONE: zones.chosen(params, self.default_zone, region, zones.TARGET_ZONE),
            "replication_type": kind,
            "replication_frequency": params["replication_frequency"],
        }
        body |= {
            name: params[name] for name in ("cifs_password", "backup_retention_count") if params.get(name) is not None
        }

        def effect(before: ReplicationState, answer: Mapping[str, Any]) -> ReplicationState:
            planned = {
                "replication_id": UNKNOWN_ID,
                "replication_type": kind,
                "replication_frequency": params["replication_frequency"],
                "backup_retention_count": params.get("backup_retention_count"),
                "replication_policy": "use",
                "replication_status": "creating",
                "source_volume_id": volume["id"],
                "source_volume_name": volume["name"],
                "source_volume_region": self.region,
                "replication_volume_id": UNKNOWN_ID,
                "replication_volume_name": params["name"],
                "replication_volume_region": region,
                **zones.shown(volume, "source_volume_zone"),
                **zones.shown(answer, "replication_volume_zone"),
                **{name: value for name, value in answer.items() if name not in ("protocol", zones.ZONE)},
            }
            return replace(before, replication=planned)

        insist = zones.explicit(params, zones.TARGET_ZONE)
        return Step(api.CREATE_VOLUME_REPLICATION, effect, body=body, done=in_use, listed=True, insist=insist)

    def _check_target(self, state: ReplicationState, region: str) -> None:
        """Refuse a target where the volume cannot be replicated to."""
        volume, zone = state.volume or {}, self.params.get(zones.TARGET_ZONE)
        if region == self.region and (not zone or zone == volume.get(zones.ZONE)):
            raise StorageError(
                "The target of a replication must be in another region, or in another zone: target_region is"
                f" {region!r}, which is also the region of the volume. Set another target_region, or a target_zone that"
                " is not the zone of the volume. scp_filestorage_replication_info with gather: [regions] lists both."
            )
        chosen = zones.chosen(self.params, self.default_zone, region, zones.TARGET_ZONE)
        name = f"{volume['name']} in {self.region}"
        if refusal := state.targets.refusal(name, region, chosen, explicit=bool(zone)):
            raise StorageError(refusal)

    def _check_unchangeable(self, replication: Mapping[str, Any]) -> None:
        params = self.params
        way_out = "End this replication first (state absent)."
        name = params.get("name")
        shown = str(replication["replication_volume_name"])
        if name and name != shown and not VOLUMES.matches(shown, name):
            immutable("name", VOLUMES.base_name(shown), name, way_out)
        immutable("target_region", replication["replication_volume_region"], zones.target_region(params), way_out)
        all_immutable(zones.unlike(replication.get("replication_volume_zone"), params, zones.TARGET_ZONE), way_out)
        immutable("replication_type", replication["replication_type"], params.get("replication_type"), way_out)

    def _next_change(self, replication: dict[str, Any]) -> Step[ReplicationState] | None:
        schedule = {
            name: self.params[name]
            for name in ("replication_frequency", "backup_retention_count")
            if self.params.get(name) is not None and replication.get(name) != self.params[name]
        }
        if schedule:
            if "backup_retention_count" in schedule and replication["replication_type"] != "backup":
                raise StorageError(
                    "backup_retention_count goes with a disk backup only; this is a replication. Leave it out."
                )
            frequency = {
                "replication_frequency": self.params.get("replication_frequency")
                or replication["replication_frequency"]
            }
            return self._set(replication, "modify_schedule", {**frequency, **schedule})
        policy = self.params.get("replication_policy")
        if policy and replication["replication_policy"] != policy:
            return self._set(replication, "policy", {"replication_policy": policy})
        return None

    def _set(self, replication: dict[str, Any], kind: str, values: dict[str, Any]) -> Step[ReplicationState]:
        """Change a replication on the target's host, with the target's volume id (platform-behaviour.md §5.4, §5.5)."""

        def effect(before: ReplicationState, _answer: Mapping[str, Any]) -> ReplicationState:
            return replace(before, replication={**(before.replication or {}), **values})

        def done(seen: ReplicationState) -> bool:
            return seen.replication is not None and all(seen.replication.get(name) == values[name] for name in values)

        return Step(
            api.SET_VOLUME_REPLICATION,
            effect,
            region=replication["replication_volume_region"],
            path={"replication_id": replication["replication_id"]},
            query={"volume_id": replication["replication_volume_id"]},
            body={"replication_update_type": kind, **values},
            done=done,
            is_retryable=snapshots.busy,
        )

    def _next_removal(self, state: ReplicationState) -> Step[ReplicationState] | None:
        replication = state.replication
        if replication is not None and lower(replication, "replication_status") != DELETING:
            if replication["replication_type"] == DISK_BACKUP:
                return self._end_disk_backup(state, replication)
            # One that ended in error takes no change any more, but for its end.
            failed = "error" in lower(replication, "replication_status")
            if replication["replication_policy"] != "paused" and not failed:
                return self._set(replication, "policy", {"replication_policy": "paused"})
            return self._delete(replication)
        for end in state.ends:
            if end.phase == "there" and (step := self._clear(state, end)) is not None:
                return step
        return None

    def _delete(self, replication: dict[str, Any]) -> Step[ReplicationState]:
        def effect(before: ReplicationState, _answer: Mapping[str, Any]) -> ReplicationState:
            return replace(before, replication={**replication, "replication_status": DELETING})

        return Step(
            api.DELETE_VOLUME_REPLICATION,
            effect,
            region=replication["replication_volume_region"],
            path={"replication_id": replication["replication_id"]},
            query={"volume_id": replication["replication_volume_id"]},
            replan_after=True,
            is_retryable=snapshots.busy,
        )

    def _end_disk_backup(self, state: ReplicationState, replication: Mapping[str, Any]) -> Step[ReplicationState]:
        """A disk backup ends with its backup volume (platform-behaviour.md §5.8)."""
        if not self.deletes_target:
            raise StorageError(
                f"The disk backup of volume {replication['source_volume_name']} ends only with its backup volume"
                f" {replication['replication_volume_name']} in {replication['replication_volume_region']}, which holds"
                " the backups. Set delete_target_volume to true if they may go."
            )
        target = next(end for end in state.ends if end.is_target)
        for rule in target.rules:
            return self._remove_rule(target, rule)

        def effect(before: ReplicationState) -> ReplicationState:
            leaving = replace(target, phase="going", leftovers=())
            return replace(before, replication={**replication, "replication_status": DELETING}).with_end(leaving)

        return replace(delete_volume(target.volume_id, effect, target.region), replan_after=True)

    def _clear(self, state: ReplicationState, end: End) -> Step[ReplicationState] | None:
        """Remove what the replication left on one end, and the target volume where that was asked for."""
        for snapshot in end.leftovers:

            def drop(before: ReplicationState, dropped: Mapping[str, Any]) -> ReplicationState:
                left = tuple(item for item in end.leftovers if item["id"] != dropped["id"])
                return before.with_end(replace(end, leftovers=left, dropped=end.dropped | {str(dropped["id"])}))

            return delete_leftover(end.volume_id, snapshot, drop, end.region)
        if not (end.is_target and self.deletes_target):
            return None
        for rule in end.rules:
            return self._remove_rule(end, rule)
        # What is left on the other end need not wait until the volume has gone.
        leaving = replace(end, phase="going")
        return replace(delete_volume(end.volume_id, lambda before: before.with_end(leaving), end.region), no_wait=True)

    @staticmethod
    def _remove_rule(end: End, rule: Mapping[str, Any]) -> Step[ReplicationState]:
        left = replace(end, rules=tuple(other for other in end.rules if rule_key(other) != rule_key(rule)))
        return set_access_rule(
            end.volume_id, rule_key(rule), "remove", lambda before: before.with_end(left), region=end.region
        )
