# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan changes of replications of Block Storage (BM), without reading (platform-behaviour.md §7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from ...client.errors import StorageError
from ...engine.plan import UNKNOWN_ID, Step, TaskPlanner
from ...operations import baremetal_blockstorage as api
from .. import snapshots, zones
from .lookup import (
    VOLUMES,
    changing,
    leaving,
    schedule_of,
)
from .replication_state import (
    _WITHOUT,
    _WRITABLE,
    CREATING,
    GROUP_REPLICATIONS,
    VOLUME_REPLICATIONS,
    ReplicationState,
    Table,
    from_either_side,
    stopped,
    with_policy,
)


class ReplicationPlanner(TaskPlanner[ReplicationState]):
    """Plans for ``scp_bm_volume_replication`` and ``scp_bm_volume_group_replication``."""

    table: ClassVar[Table]

    @property
    def deletes_target(self) -> bool:
        return self.wants_absent and bool(self.params.get("delete_target_volume"))

    def next_step(self, state: ReplicationState) -> Step[ReplicationState] | None:
        if self.wants_absent:
            return self._next_removal(state)
        if state.replication is None:
            return self._create(state)
        self._check_unchangeable(state, state.replication)
        return self._next_change(state, state.replication)

    def _create(self, state: ReplicationState) -> Step[ReplicationState]:
        params, near = self.params, state.near or {}
        if blockers := self._blockers(near):
            raise StorageError(
                f"{self._called(near)} in {self.region} has no replication and cannot get one, and nothing was changed:"
                f" {'; '.join(blockers)}."
            )
        region = zones.target_region(params) or ""
        body = {
            "name": params["name"],
            "region": region,
            zones.ZONE: zones.chosen(params, self.default_zone, region, zones.TARGET_ZONE),
            "cycle": params["cycle"],
        }
        if params.get("replication_volume_name_prefix") is not None:
            body["replication_volume_name_prefix"] = params["replication_volume_name_prefix"]

        def effect(before: ReplicationState, answer: Mapping[str, Any]) -> ReplicationState:
            made = answer.get("resource_id", UNKNOWN_ID)
            planned: dict[str, Any] = {
                "lag_time": None,
                "sync_cycle": params["cycle"],
                "sync_state": None,
                self.table.related: [],
                "source": {"id": near["id"], "name": near["name"], "region": self.region, "auth": _WRITABLE}
                | zones.shown(near),
                "target": {
                    # Whose id the service answers is not documented.
                    "id": made if made != near["id"] else UNKNOWN_ID,
                    "name": params["name"],
                    "region": region,
                    "auth": "UNKNOWN",
                    **zones.shown(answer),
                },
                "health": CREATING,
                "lag_seconds": None,
            }
            return replace(before, replication=planned, far_region=region)

        return Step(
            self.table.create,
            effect,
            path={self.table.kind.option: near["id"]},
            body=body,
            done=lambda seen: seen.replication is not None,
            # The target's id comes to light only when the replication is there.
            replan_after=True,
            # The target, which other modules look up in its region.
            listed=True,
            insist=zones.explicit(params, zones.TARGET_ZONE),
        )

    def _blockers(self, near: Mapping[str, Any]) -> list[str]:
        """All that blocks a new replication, with what to do about each."""
        region, zone = zones.target_region(self.params), self.params.get(zones.TARGET_ZONE)
        params = {**self.params, "target_region": region}
        needed = ["name", "target_region", "cycle"]
        if self.table is GROUP_REPLICATIONS:
            needed.append("replication_volume_name_prefix")
        found: list[str] = []
        if missing := [option for option in needed if not params.get(option)]:
            found.append(f"to create it the task must also give {' and '.join(missing)}")
        if region == self.region and (not zone or zone == near.get(zones.ZONE)):
            found.append(
                f"target_region is also {region!r}, but the target must be in another region, or in another zone"
                " (target_zone)"
            )
        if without := [each for each in dict.fromkeys((self.region, region)) if each and each.startswith(_WITHOUT)]:
            found.append(f"the platform has no replication in {' and '.join(without)}")
        if changing(self.table.kind, near):
            return found  # what it is when that has ended counts, and is read then
        if near["purpose"] != "ORG":
            found.append(f"its purpose is {near['purpose']}, and only one of purpose ORG can be replicated")
        return found + (self._of_group if self.table is GROUP_REPLICATIONS else self._of_volume)(near)

    @staticmethod
    def _of_volume(volume: Mapping[str, Any]) -> list[str]:
        found = []
        if not volume.get("snapshot_rate"):
            found.append("it has no snapshot rate (set one first: snapshot_rate of scp_bm_volume)")
        if group := volume.get("volume_group"):
            found.append(
                f"it is a member of the volume group {group['name']} ({group['id']}) (take it out with"
                " scp_bm_volume_group, or replicate the whole group with scp_bm_volume_group_replication)"
            )
        return found

    def _of_group(self, group: Mapping[str, Any]) -> list[str]:
        members = group.get("member_volumes") or ()
        if not members:
            return ["it has no member (add volumes first: scp_bm_volume_group)"]
        found = []
        if bare := [f"{member['name']} ({member['id']})" for member in members if not member.get("snapshot_rate")]:
            verb = "has" if len(bare) == 1 else "have"
            found.append(f"{', '.join(bare)} {verb} no snapshot rate (set one first: snapshot_rate of scp_bm_volume)")
        prefix = self.params.get("replication_volume_name_prefix") or ""
        names = [f"{prefix}{member['name']}" for member in members]
        if unfit := [name for name in names if prefix and not VOLUMES.rule.fullmatch(name)]:
            found.append(
                f"with replication_volume_name_prefix {prefix!r} copies would have names that cannot be:"
                f" {', '.join(unfit)} ({VOLUMES.rule_text})"
            )
        return found

    def _called(self, owner: Mapping[str, Any]) -> str:
        return f"{self.table.label.capitalize()} {owner['name']} ({owner['id']})"

    def _check_unchangeable(self, state: ReplicationState, replication: Mapping[str, Any]) -> None:
        source, target = replication["source"], replication["target"]
        region = zones.target_region(self.params)
        if state.near_is_target and region not in (None, self.region):
            raise StorageError(
                f"{self._called(target)} in {self.region} is itself the target of the replication of {source['name']}"
                f" ({source['id']}) in {source['region']}, so it cannot be replicated to {region}. End that replication"
                " first (state absent)."
            )
        self._check_meant(replication, "cannot be changed to {}: the service sets it at creation only")

    def _check_meant(self, replication: Mapping[str, Any], words: str) -> None:
        """Refuse a task that names another target than there is.

        :param words: what to say of the value that was asked for.
        """
        target = replication["target"]
        params = {**self.params, "target_region": zones.target_region(self.params)}
        present = {"name": target["name"], "target_region": target["region"]}
        if self.wants_absent and params.get("name") == target["id"]:
            present["name"] = target["id"]
        present |= zones.shown(target, zones.TARGET_ZONE)
        differing = [
            f"{option} is {value!r} and {words.format(repr(params[option]))}"
            for option, value in present.items()
            if params.get(option) is not None and params[option] != value
        ]
        if differing:
            source = replication["source"]
            raise StorageError(
                f"{self._called(source)} in {source['region']} is replicated to {target['name']} ({target['id']}) in"
                f" {target['region']}. {'; '.join(differing)}. Ask for the target as it is, or end this replication"
                " first (state absent)."
            )

    def _next_change(self, state: ReplicationState, replication: Mapping[str, Any]) -> Step[ReplicationState] | None:
        cycle, policy = self.params.get("cycle"), self.params.get("policy")
        wanted_cycle = cycle if cycle is not None and replication["sync_cycle"] != cycle else None
        wanted_policy = policy if policy is not None and state.policy != policy else None
        # The cycle is changed while the replication runs: before a BREAK, and after a RESYNC.
        if wanted_cycle and wanted_policy != "RESYNC":
            return self._set_cycle(state, wanted_cycle)
        if wanted_policy:
            return self._set_policy(state, wanted_policy)
        return None

    def _set_cycle(self, state: ReplicationState, cycle: str) -> Step[ReplicationState]:
        def effect(before: ReplicationState, _answer: Mapping[str, Any]) -> ReplicationState:
            return replace(before, replication={**(before.replication or {}), "sync_cycle": cycle})

        def done(seen: ReplicationState) -> bool:
            return seen.replication is not None and seen.replication["sync_cycle"] == cycle

        return self._from_either_side(state, Step(self.table.set_cycle, effect, body={"cycle": cycle}, done=done))

    def _set_policy(self, state: ReplicationState, policy: str) -> Step[ReplicationState]:
        def effect(before: ReplicationState, _answer: Mapping[str, Any]) -> ReplicationState:
            return replace(before, replication=with_policy(before.replication or {}, policy))

        def done(seen: ReplicationState) -> bool:
            return seen.replication is not None and seen.policy == policy

        return self._from_either_side(state, Step(self.table.set_policy, effect, body={"policy": policy}, done=done))

    def _from_either_side(self, state: ReplicationState, step: Step[ReplicationState]) -> Step[ReplicationState]:
        return from_either_side(self.table, state.replication or {}, str((state.near or {})["id"]), step)

    def _next_removal(self, state: ReplicationState) -> Step[ReplicationState] | None:
        replication = state.replication
        if replication is not None and not state.ending:
            self._check_meant(replication, "not {}")
        target = state.target if self.deletes_target else None
        if target is not None and leaving(target):
            target = None
        if target is not None:
            self._check_deletable(target, self.region if state.near_is_target else state.far_region)
        if replication is not None and not state.ending:
            # One in error takes no change any more, but for its end.
            if not stopped(replication):
                return self._set_policy(state, "BREAK")
            return self._delete(state)
        return self._delete_target(state, target) if target is not None else None

    def _delete(self, state: ReplicationState) -> Step[ReplicationState]:
        def effect(before: ReplicationState, _answer: Mapping[str, Any]) -> ReplicationState:
            return replace(before, ending=True)

        # A task that does not wait has to leave the target volume to the next one.
        return self._from_either_side(state, Step(self.table.delete, effect, replan_after=self.deletes_target))

    def _check_deletable(self, volume: Mapping[str, Any], region: str) -> None:
        found = []
        if servers := [f"{server.get('name') or '?'} ({server['id']})" for server in volume.get("attachments") or ()]:
            found.append(f"it is attached to {', '.join(servers)} (detach it first: attachments of scp_bm_volume)")
        if schedule_of(volume) is not None:
            found.append("it has a snapshot schedule (end that first: scp_bm_volume_snapshot_schedule)")
        if found:
            raise StorageError(
                f"The target volume {volume['name']} ({volume['id']}) in {region} cannot be deleted, and nothing was"
                f" changed: {'; '.join(found)}. Or leave out delete_target_volume to keep it."
            )

    def _delete_target(self, state: ReplicationState, target: dict[str, Any]) -> Step[ReplicationState]:
        def effect(before: ReplicationState, _answer: Mapping[str, Any]) -> ReplicationState:
            going = {**target, "state": "DELETING"}
            return replace(before, near=going) if state.near_is_target else replace(before, far=going)

        return Step(
            api.DELETE_VOLUME,
            effect,
            region=self.region if state.near_is_target else state.far_region,
            path={"volume_id": str(target["id"])},
            is_retryable=snapshots.busy,
        )


class VolumeReplicationPlanner(ReplicationPlanner):
    """Plans for ``scp_bm_volume_replication``."""

    table = VOLUME_REPLICATIONS


class GroupReplicationPlanner(ReplicationPlanner):
    """Plans for ``scp_bm_volume_group_replication``."""

    table = GROUP_REPLICATIONS
