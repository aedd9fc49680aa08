# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replications of Block Storage (BM) volumes and volume groups to another region (platform-behaviour.md §7).

Volumes and groups differ in names and operations only, which are in a :class:`Table`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from ...client.errors import StorageError
from ...client.versions import MissingFields
from ...engine.listing import ListEntry, entry_of, entry_of_all
from ...engine.lookup import Finder, LookupSpec
from ...engine.overlay import ResponsePatch, created, deleted, updated
from ...engine.plan import UNKNOWN_ID
from ...engine.resource import PlannedResource
from .. import zones
from .lookup import (
    DELETED,
    GROUPS,
    NO_SCHEDULE,
    VOLUMES,
    changing,
    describe_failure,
    find_owner,
    in_error,
    leaving,
    replicated,
    show_owner,
)
from .replication_planner import GroupReplicationPlanner, ReplicationPlanner, VolumeReplicationPlanner
from .replication_state import (
    CREATING,
    ERROR,
    GROUP_REPLICATIONS,
    RESYNCING,
    UNKNOWN,
    VOLUME_REPLICATIONS,
    ReplicationState,
    Table,
    read_replication,
)


class Replication(PlannedResource[ReplicationState]):
    """What ``scp_bm_volume_replication`` and ``scp_bm_volume_group_replication`` do."""

    result_key = "replication"
    shown_by: ClassVar = {zones.TARGET_ZONE: (zones.ZONE,)}
    table: ClassVar[Table]
    planner: ReplicationPlanner

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: Region and id of the target, once this task has seen the replication.
        self._seen: tuple[str, str] | None = None

    def _finder(self, region: str = "") -> Finder:
        return Finder(self.client, self.table.kind, region or self.region)

    def check(self) -> None:
        zones.check_target(self.params)
        if self.params.get("name") and not self.wants_absent:
            self.table.kind.check_name(self.params["name"])

    # -- reading ------------------------------------------------------------------------------------------------------

    def find(self) -> ReplicationState:
        wanted = str(self.params[self.table.option])
        # The states of both ends are listed. What a creation or a deletion needs beside them is read before that.
        near = find_owner(
            self._finder(), wanted, leaving_counts=self.wants_absent, listed=not self.planner.deletes_target
        )
        if near is None or (leaving(near) and not self.wants_absent):
            if self.wants_absent:
                return ReplicationState()
            raise self._finder().missing(wanted)
        shown = self._read_replication(near)
        if shown is None:
            return self._with_former_target(near) if self.planner.deletes_target else ReplicationState(near)
        return self._with_far(self._seen_from(near, shown))

    def _read_replication(self, near: Mapping[str, Any]) -> dict[str, Any] | None:
        return read_replication(self.client, self.table, str(near["id"]), self.region, near)

    def _seen_from(self, near: dict[str, Any], shown: dict[str, Any]) -> ReplicationState:
        is_target = shown["target"]["id"] == near["id"]
        self._seen = (str(shown["target"]["region"]), str(shown["target"]["id"]))
        other = shown["source" if is_target else "target"]
        return ReplicationState(near, shown, far_region=str(other["region"]), near_is_target=is_target)

    def _with_far(self, state: ReplicationState) -> ReplicationState:
        """Add the target where it is the other end: its state counts too."""
        if state.near_is_target or self._seen is None:
            return state
        region, identifier = self._seen
        far = self._finder(region).listed(identifier)
        return replace(state, far=None if far is None or far.get("state") == DELETED else far, far_region=region)

    def _with_former_target(self, near: dict[str, Any]) -> ReplicationState:
        """Add the volume that was the target of a replication that is gone.

        It is the one that this task saw, and after an interruption the one that the task names: the service keeps no
        trace of what was replicated.
        """
        if self._seen is not None:
            return self._with_far(ReplicationState(near, near_is_target=self._seen[1] == near["id"]))
        name, region = self.params.get("name"), zones.target_region(self.params)
        if not name or not region:
            return ReplicationState(near)
        if region == self.region and (near["name"] == name or not self.params.get(zones.TARGET_ZONE)):
            return ReplicationState(near, near_is_target=near["name"] == name and _stands_alone(near))
        found = find_owner(self._finder(region), name, leaving_counts=True)
        alike = found is not None and all(found.get(part) == near.get(part) for part in ("disk_type", "size_gb"))
        far = found if found is not None and alike and _stands_alone(found) else None
        return ReplicationState(near, far=far, far_region=region)

    def refresh(self, state: ReplicationState) -> ReplicationState:
        if state.near is None:
            return state
        near = show_owner(self._finder(), str(state.near["id"]))
        shown = self._read_replication(near) if near is not None else None
        if near is not None and shown is not None:
            seen = self._with_far(self._seen_from(near, shown))
            return replace(seen, ending=state.ending)
        far = state.far
        if far is not None:
            far = show_owner(self._finder(state.far_region), str(far["id"]))
        for before, after in ((state.near, near), (state.far, far)):
            if before is not None and after is not None and leaving(before) and in_error(after):
                raise StorageError(describe_failure(self.table.label, after))
        return replace(state, near=near, far=far, replication=None, ending=False)

    def explain(self, missing: MissingFields) -> StorageError:
        region = zones.target_region(self.params) or self.region
        return zones.explain_zone(missing, self.client, VOLUMES.listing, option=zones.TARGET_ZONE, region=region)

    # -- results ------------------------------------------------------------------------------------------------------

    def pending(self, state: ReplicationState) -> str:
        label = self.table.label
        for owner, region in ((state.near, self.region), (state.far, state.far_region)):
            if owner is not None and leaving(owner):
                if self.planner.deletes_target and owner is state.target:
                    return f"{label} {owner['name']} in {region} to go"
            elif busy := changing(self.table.kind, owner):
                return f"{busy} in {region}" if owner is state.far else busy
        replication = state.replication
        if replication is None:
            return ""
        target = replication["target"]
        reported = f"replication to {target['name']} in {target['region']}"
        if state.ending:
            return f"{reported} to go"
        passing = {CREATING, RESYNCING}
        # What is unknown must not prevent a failover.
        if not self.wants_absent and self.params.get("policy") != "BREAK":
            passing.add(UNKNOWN)
        return f"{reported}: {replication.get('sync_state') or 'no state yet'}" if state.health in passing else ""

    def failed(self, state: ReplicationState) -> str:
        # That a server could not be reached some time ago is not a reason not to fail over.
        ends = (owner for owner in (state.near, state.far) if owner is not None and in_error(owner))
        reasons = [describe_failure(self.table.label, owner) for owner in ends]
        if state.health == ERROR and state.replication is not None:
            source, target = state.replication["source"], state.replication["target"]
            reasons.insert(
                0,
                f"The replication of {self.table.label} {source['name']} in {source['region']} to {target['name']} in"
                f" {target['region']} failed: its sync_state is {state.replication['sync_state']}. End it (state"
                " absent) and set it up again, or ask the provider's support.",
            )
        return " ".join(reason for reason in reasons if reason)

    def list_entries(self, state: ReplicationState) -> Sequence[ListEntry]:
        # The replication itself is in no list.
        region = zones.target_region(self.params) or self.region
        replication = state.replication or {}
        # Whose id the service answers is not documented, so only one that was read counts.
        read = replication["target"]["id"] if replication.get(self.table.related) else UNKNOWN_ID
        entries = [entry_of(self._finder(region), {"id": read, "name": self.params["name"]})]
        if self.table is GROUP_REPLICATIONS:
            members = (state.far or {}).get("member_volumes") or ()
            entries += entry_of_all(Finder(self.client, VOLUMES, region), members)
        return entries

    def view(self, state: ReplicationState) -> dict[str, Any]:
        return dict(state.replication or {})

    def managed(self, state: ReplicationState) -> dict[str, Any] | None:
        if state.replication is not None and not state.ending:
            target = state.replication["target"]
            return {
                "name": target["name"],
                "target_region": target["region"],
                **zones.shown(target, zones.TARGET_ZONE),
                "cycle": state.replication["sync_cycle"],
                "policy": state.policy,
            }
        target = state.target if self.planner.deletes_target else None
        if target is None or leaving(target):
            return None
        region = self.region if state.near_is_target else state.far_region
        return {"name": target["name"], "target_region": region, "cycle": None, "policy": None}

    def planned_responses(self, before: ReplicationState, after: ReplicationState) -> Iterable[ResponsePatch]:
        near, replication = after.near, after.replication
        if near is None:
            return ()
        if self.wants_absent:
            return self._leaves_none(before, after)
        if replication is None:
            return ()
        source, target = replication["source"], replication["target"]
        ends = [{**source, "purpose": "ORG"}, {**target, "purpose": "REPL"}]
        answer = {"result": {**replication, self.table.related: ends, "sync_state": "SNAPMIRRORED"}}
        patches = [
            ResponsePatch(self.table.show, lambda _answer: answer, {self.table.kind.option: end["id"]}, end["region"])
            for end in ends
        ]
        if before.replication is None:
            patches += updated(self.table.kind, near["id"], {"has_replication": True})
            for kind, copy in self._copies(near, target):
                patches += created(kind, copy, target["region"])
        return patches

    def _leaves_none(self, before: ReplicationState, after: ReplicationState) -> Iterable[ResponsePatch]:
        """What is left when the replication has gone, and its target where that was to go too."""
        kind, replication = self.table.kind, before.replication or {}
        read = [(self.region, after.near), (after.far_region, after.far)]
        ends = {(end["region"], end["id"]) for end in (replication.get("source"), replication.get("target")) if end}
        ends |= {(region, owner["id"]) for region, owner in read if owner is not None}
        going = {owner["id"] for _region, owner in read if owner is not None and leaving(owner)}
        patches = []
        for region, identifier in ends:
            patches.append(ResponsePatch(self.table.show, lambda _answer: None, {kind.option: identifier}, region))
            if identifier in going:
                patches += deleted(kind, identifier, region)
            else:
                patches += updated(kind, identifier, {"has_replication": False, "has_origin": False}, region)
        return patches

    def _copies(
        self, near: Mapping[str, Any], target: Mapping[str, Any]
    ) -> Iterable[tuple[LookupSpec, dict[str, Any]]]:
        """What a new replication makes in the other region: a volume, or a group and its members."""
        new = {"purpose": "REPL", "state": "AVAILABLE", "has_origin": True, "snapshot_schedule": NO_SCHEDULE}
        copy = {"id": target["id"], "name": target["name"], **new}
        if self.table is VOLUME_REPLICATIONS:
            yield VOLUMES, {**near, **copy, "has_replication": False, "attachments": []}
            return
        prefix = self.params["replication_volume_name_prefix"]
        group = {"id": copy["id"], "name": copy["name"]}
        members = [
            {**member, **new, "id": f"{UNKNOWN_ID} ({number})", "name": f"{prefix}{member['name']}", "attachments": []}
            for number, member in enumerate(near.get("member_volumes") or (), 1)
        ]
        yield GROUPS, {**copy, "member_volumes": members}
        for member in members:
            yield VOLUMES, {**member, "volume_group": group}


def _stands_alone(volume: Mapping[str, Any]) -> bool:
    """Whether a volume can have been the target of a replication that is gone: nothing else has become of it."""
    return not (replicated(volume) or volume.get("volume_group")) and volume.get("purpose") in ("ORG", "REPL")


class VolumeReplication(Replication):
    """``scp_bm_volume_replication``."""

    table = VOLUME_REPLICATIONS
    planner_type = VolumeReplicationPlanner


class GroupReplication(Replication):
    """``scp_bm_volume_group_replication``."""

    table = GROUP_REPLICATIONS
    planner_type = GroupReplicationPlanner
