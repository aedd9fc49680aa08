# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parallel File Storage volumes, their capacity and their access rules (platform-behaviour.md §6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from ...client.errors import StorageError
from ...engine.plan import UNKNOWN_ID, Step
from ...operations import parallel_filestorage as api
from .. import shared_volume, snapshots, zones
from ..shared_volume import DELETING, IN_FORCE, RuleChanges, as_rule, going, leaving, lower, with_rules
from ..tags import Taggable
from .lookup import VOLUMES, read_access_rules, read_snapshots

#: A field that the show operation gives, and the list does not.
SHOW_ONLY = "mount_path"
#: From the smallest to the largest volume, in terabytes.
CAPACITY = range(1, 1001)
#: For refusals of calls that name GPU nodes.
ABOUT_NODES = "Check object_id: the GPU nodes must exist in the region of the volume."
#: How a rule in force is spelt: the reference prints ``all`` for the rule and ``active`` for its addresses.
_IN_FORCE = ("active", "all")


@dataclass(frozen=True)
class VolumeState(shared_volume.VolumeState):
    """A volume and its dependents.

    :ivar snapshots: read only where the volume is to be deleted.
    :ivar dropped: ids of snapshots that this task deleted; they may show for a while.
    """

    snapshots: tuple[dict[str, Any], ...] = ()
    dropped: frozenset[str] = frozenset()


def state_of(rule: Mapping[str, Any]) -> str:
    """The state of an access rule in one word.

    What ``access_state`` means is not documented, so the states of the node's addresses count where there are any.
    """
    shown = lower(rule, "access_state")
    addresses = [lower(address, "access_ip_state") for address in rule.get("access_ip_list") or ()]
    wrong = [word for word in (shown, *addresses) if "error" in word]
    if wrong:
        return wrong[0]
    if leaving(shown):
        return shown
    if addresses and all(map(leaving, addresses)):
        return addresses[0]
    staying = [word for word in addresses if not leaving(word)]
    unfinished = [word for word in staying or [shown] if word not in _IN_FORCE]
    return unfinished[0] if unfinished else IN_FORCE


class Volume(Taggable[VolumeState], shared_volume.Volume[VolumeState]):
    """``scp_pfs_volume``."""

    kind = VOLUMES
    show_only = SHOW_ONLY
    nothing = VolumeState()
    managed_fields = ("capacity_tb",)

    def check(self) -> None:
        super().check()
        capacity = self.params.get("capacity_tb")
        if capacity is not None and capacity not in CAPACITY:
            raise StorageError(f"capacity_tb must be from {CAPACITY[0]} to {CAPACITY[-1]}, not {capacity}.")

    # -- reading ------------------------------------------------------------------------------------------------------

    def read_rules(self, volume_id: str) -> tuple[dict[str, Any], ...]:
        return tuple(read_access_rules(self.client, volume_id))

    def rule_state(self, rule: Mapping[str, Any]) -> str:
        return state_of(rule)

    def with_blockers(self, state: VolumeState, volume: dict[str, Any]) -> VolumeState:
        state = super().with_blockers(state, volume)
        return replace(state, snapshots=tuple(read_snapshots(self.client, volume["id"])))

    def refresh(self, state: VolumeState) -> VolumeState:
        seen = super().refresh(state)
        if not (seen.snapshots or seen.dropped):
            return seen
        if seen.volume is None or going(seen.volume):
            return replace(seen, snapshots=())
        return replace(seen, snapshots=tuple(read_snapshots(self.client, seen.volume["id"])))

    # -- planning -----------------------------------------------------------------------------------------------------

    def create(self) -> Step[VolumeState]:
        params = self.params
        self.demand_for_creation("name", "capacity_tb")
        body = {name: params[name] for name in ("name", "capacity_tb", "tags") if params.get(name) is not None}
        body[zones.ZONE] = self.zone

        def effect(before: VolumeState, answer: Mapping[str, Any]) -> VolumeState:
            volume = {
                "id": answer.get("id", UNKNOWN_ID),
                "name": params["name"],
                "base_name": params["name"],
                "state": "creating",
                "capacity_tb": params["capacity_tb"],
                "mount_path": None,
                **zones.shown(answer),
            }
            return replace(before, volume=volume)

        return Step(api.CREATE_VOLUME, effect, body=body, insist=zones.explicit(params))

    def next_change(self, state: VolumeState, volume: dict[str, Any]) -> Step[VolumeState] | None:
        present, wanted = volume["capacity_tb"], self.params.get("capacity_tb")
        if wanted is not None and wanted < present:
            raise StorageError(
                f"capacity_tb of volume {volume['name']} is {present} and cannot be changed to {wanted}: a volume grows"
                f" and never shrinks. Ask for {present} or more, or leave capacity_tb out. To have a smaller one, make"
                " another volume and copy the data."
            )
        if wanted is not None and wanted > present:
            return self._grow(volume, wanted)
        changes = self.rule_changes(state)
        return self._set_rules(volume, changes) if any(changes) else None

    def _grow(self, volume: Mapping[str, Any], wanted: int) -> Step[VolumeState]:
        def effect(before: VolumeState, _answer: Mapping[str, Any]) -> VolumeState:
            return replace(before, volume={**(before.volume or {}), "capacity_tb": wanted})

        def done(seen: VolumeState) -> bool:
            return bool((seen.volume or {}).get("capacity_tb", 0) >= wanted)

        return Step(
            api.SET_VOLUME_CAPACITY,
            effect,
            path={"volume_id": volume["id"]},
            body={"capacity_tb": wanted},
            done=done,
            is_retryable=snapshots.busy,
        )

    def _set_rules(self, volume: Mapping[str, Any], changes: RuleChanges, *, no_wait: bool = True) -> Step[VolumeState]:
        """Add and remove access rules, all in one call."""
        return Step(
            api.SET_ACCESS_RULE,
            lambda before, _answer: with_rules(before, changes, access_state="", access_ip_list=[]),
            path={"volume_id": volume["id"]},
            body={
                "add_access_rules": [as_rule(key) for key in changes.add],
                "remove_access_rules": [as_rule(key) for key in changes.remove],
            },
            is_retryable=snapshots.busy,
            no_wait=no_wait,
            advice=ABOUT_NODES if changes.add else "",
        )

    def next_removal(self, state: VolumeState, volume: dict[str, Any]) -> Step[VolumeState]:
        """Rules and snapshots go first: whether the service deletes a volume that has any is not known."""
        changes = self.rule_changes(state)
        if any(changes):
            return self._set_rules(volume, changes, no_wait=False)
        for snapshot in state.snapshots:
            if not going(snapshot):
                return self._delete_snapshot(state, volume, snapshot)
        return Step(
            api.DELETE_VOLUME,
            lambda before, _answer: replace(before, volume={**volume, "state": DELETING}),
            path={"volume_id": volume["id"]},
            is_retryable=snapshots.busy,
        )

    def _delete_snapshot(
        self, state: VolumeState, volume: Mapping[str, Any], snapshot: Mapping[str, Any]
    ) -> Step[VolumeState]:
        left = tuple(other for other in state.snapshots if other["id"] != snapshot["id"])
        return Step(
            api.DELETE_SNAPSHOT,
            lambda before, _answer: replace(before, snapshots=left, dropped=before.dropped | {str(snapshot["id"])}),
            path={"snapshot_id": snapshot["id"]},
            query={"volume_id": volume["id"]},
            is_retryable=snapshots.busy,
            no_wait=any(not going(other) for other in left),
        )

    # -- waiting ------------------------------------------------------------------------------------------------------

    def pending(self, state: VolumeState) -> str:
        under_way = super().pending(state)
        if under_way or not self.wants_absent:
            return under_way
        leaving_snapshots = [one for one in state.snapshots if going(one) or one["id"] in state.dropped]
        return f"snapshot {leaving_snapshots[0]['name']}: {leaving_snapshots[0]['state']}" if leaving_snapshots else ""


class VolumeInfo(shared_volume.VolumeInfo):
    """``scp_pfs_volume_info``."""

    kind = VOLUMES
    show_only = SHOW_ONLY
    parts: ClassVar = {"access_rules": read_access_rules, "snapshots": read_snapshots}
