# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""File Storage replications and disk backups to another region (platform-behaviour.md §5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from ...client.errors import CallError, NotFound, StorageError, is_refusal
from ...client.session import Client
from ...engine.lookup import Finder, immutable
from ...engine.overlay import ResponsePatch, created, deleted, updated
from ...engine.plan import UNKNOWN_ID, Step
from ...engine.resource import Info, Resource
from ...operations import filestorage as api
from .. import snapshots
from ..shared_volume import AVAILABLE, DELETING, going, lower, rule_key
from .lookup import (
    DISK_BACKUP,
    NO_PURPOSE,
    REPLICATING,
    VOLUMES,
    check_cifs_password,
    delete_leftover,
    delete_volume,
    read_access_rules,
    read_replication,
    read_replications,
    set_access_rule,
)


@dataclass(frozen=True)
class End:
    """One end of a replication.

    :ivar leftovers: its system snapshots (``snapmirror.*``).
    :ivar dropped: ids of those that this task deleted, which may show for a while.
    :ivar rules: its access rules, read only where the volume is to be deleted.
    :ivar phase: whether its volume is there, on its way out, or gone.
    """

    region: str
    volume_id: str
    leftovers: tuple[dict[str, Any], ...] = ()
    dropped: frozenset[str] = frozenset()
    rules: tuple[dict[str, Any], ...] = ()
    is_target: bool = False
    phase: Literal["there", "going", "gone"] = "there"


@dataclass(frozen=True)
class ReplicationState:
    """A replication as seen from the volume that the task names.

    :ivar near: the end that the task names; ``None`` where that volume does not exist.
    :ivar far: the other end, where it is known.
    :ivar volume: the near volume as the service shows it.
    """

    near: End | None = None
    far: End | None = None
    replication: dict[str, Any] | None = None
    volume: dict[str, Any] | None = None

    @property
    def ends(self) -> tuple[End, ...]:
        """Both ends, the far one first: the near one keeps the trace of a removal that was interrupted."""
        return tuple(end for end in (self.far, self.near) if end is not None)

    def with_end(self, end: End) -> ReplicationState:
        """The state with one end replaced."""
        if self.near is not None and self.near.volume_id == end.volume_id:
            return replace(self, near=end)
        return replace(self, far=end)


class Replication(Resource[ReplicationState]):
    """``scp_filestorage_replication``."""

    result_key = "replication"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._far: End | None = None
        self._possible: list[str] | None = None

    @property
    def _deletes_target(self) -> bool:
        return bool(self.params.get("delete_target_volume"))

    def check(self) -> None:
        params = self.params
        if params.get("name") and not self.wants_absent:
            VOLUMES.check_name(params["name"])
        check_cifs_password(params.get("cifs_password"))
        count = params.get("backup_retention_count")
        if count is not None and not 1 <= count <= 128:
            raise StorageError(f"backup_retention_count must be from 1 to 128, not {count}.")
        if count is not None and params.get("replication_type") == "replication":
            raise StorageError(
                "backup_retention_count goes with replication_type backup only. Leave it out, or ask for backup."
            )

    # -- reading ------------------------------------------------------------------------------------------------------

    def find(self) -> ReplicationState:
        finder = Finder(self.client, VOLUMES)
        volume = finder.one(self.params["volume"]) if self.wants_absent else finder.required(self.params["volume"])
        if volume is None:
            return ReplicationState()
        if not self.wants_absent and lower(volume, "purpose") == NO_PURPOSE and finder.list_will_do():
            # An end of a replication has another purpose (platform-behaviour.md §5). A list can lag behind, so that a
            # second look follows before one is created.
            return self._located(volume, None)
        listed = self.client.read_list(api.LIST_VOLUME_REPLICATIONS, query={"volume_id": volume["id"]})
        chosen = self._choose(volume, listed)
        shown = read_replication(self.client, str(chosen["replication_id"]), volume["id"]) if chosen else None
        if shown is None and not self.wants_absent:
            self._read_possible(volume)
        state = self._located(volume, shown)
        return self._with_remains(state, alone=not listed or len(listed) == 1) if self.wants_absent else state

    def _read_possible(self, volume: Mapping[str, Any]) -> None:
        """Read once where a new replication can go; a user who may not read that finds it out at the creation."""
        if self._possible is None and self.params.get("target_region"):
            kind = self.params.get("replication_type") or "replication"
            try:
                self._possible = possible_regions(self.client, volume, kind)
            except CallError as error:
                if not is_refusal(error):
                    raise

    def _choose(self, volume: Mapping[str, Any], listed: list[dict[str, Any]]) -> dict[str, Any] | None:
        """The replication that is meant, where a volume has several."""
        if len(listed) < 2:
            return listed[0] if listed else None
        region = self.params.get("target_region")
        fitting = [item for item in listed if region in (None, item["replication_volume_region"])]
        if len(fitting) > 1:
            reported = "; ".join(
                f"{item['replication_id']} to {item['replication_volume_id']} in {item['replication_volume_region']}"
                for item in fitting
            )
            raise StorageError(
                f"Volume {volume['name']} has {len(fitting)} replications that fit: {reported}."
                " Name the target volume (its id) as volume, with its region, or give target_region."
            )
        return fitting[0] if fitting else None

    def _located(self, volume: dict[str, Any], shown: dict[str, Any] | None) -> ReplicationState:
        if shown is None:
            return ReplicationState(near=End(self.region, volume["id"]), volume=volume)
        source = End(shown["source_volume_region"], shown["source_volume_id"])
        target = End(shown["replication_volume_region"], shown["replication_volume_id"], is_target=True)
        near, far = (target, source) if target.volume_id == volume["id"] else (source, target)
        self._far = far
        return ReplicationState(near, far, shown, volume)

    def _with_remains(self, state: ReplicationState, *, alone: bool) -> ReplicationState:
        """Add what is left, or will be left, of the replication on both ends.

        The target's system snapshots show only when the replication has gone (platform-behaviour.md §5.7); until then
        they are taken to be as many as the source's.
        """
        near = state.near
        if near is None or not alone:
            return state
        near = replace(near, leftovers=self._leftovers(near))
        far = state.far or self._far
        if state.replication is None and far is None and near.leftovers:
            far = self._far_by_name()
            near = replace(near, is_target=False)
        elif state.replication is None and far is not None:
            near = replace(near, is_target=not far.is_target)
        if far is not None:
            far = self._with_rules(self._with_phase(replace(far, leftovers=self._leftovers(far))))
        near = self._with_rules(self._with_phase(near))
        if state.replication is not None and far is not None:
            near, far = _mirrored(near, far)
        return replace(state, near=near, far=far)

    def _with_phase(self, end: End) -> End:
        """See whether a target volume that is to be deleted is still there."""
        if not (end.is_target and self._deletes_target):
            return end
        volume = Finder(self.client, VOLUMES, end.region).by_id(end.volume_id)
        if volume is None:
            return replace(end, phase="gone", leftovers=())
        return replace(end, phase="going", leftovers=()) if going(volume) else end

    def _leftovers(self, end: End) -> tuple[dict[str, Any], ...]:
        try:
            listed = self.client.read_list(api.LIST_SNAPSHOTS, region=end.region, query={"volume_id": end.volume_id})
        except NotFound:
            return ()
        return tuple(item for item in listed if snapshots.is_system(item))

    def _with_rules(self, end: End) -> End:
        if not (end.is_target and self._deletes_target) or end.phase != "there":
            return end
        try:
            return replace(end, rules=read_access_rules(Finder(self.client, VOLUMES, end.region), end.volume_id))
        except NotFound:
            return end

    def _far_by_name(self) -> End | None:
        """The former target, for a removal that was interrupted after the replication had gone."""
        name, region = self.params.get("name"), self.params.get("target_region")
        if not name or not region or region == self.region:
            return None
        found = Finder(self.client, VOLUMES, region).one(name)
        return End(region, found["id"], is_target=True) if found else None

    def refresh(self, state: ReplicationState) -> ReplicationState:
        near = state.near
        if near is None:
            return state
        for end in state.ends:
            if end.phase == "going":
                state = state.with_end(self._with_phase(end))
            elif end.dropped:
                shown = {str(snapshot["id"]) for snapshot in self._leftovers(end)}
                state = state.with_end(replace(end, dropped=end.dropped & shown))
        if state.replication is None:
            return state
        identifier = str(state.replication["replication_id"])
        return replace(state, replication=read_replication(self.client, identifier, near.volume_id, near.region))

    # -- planning -----------------------------------------------------------------------------------------------------

    def next_step(self, state: ReplicationState) -> Step[ReplicationState] | None:
        if self.wants_absent:
            return self._next_removal(state)
        if state.replication is None:
            return self._create(state)
        self._check_unchangeable(state.replication)
        return self._next_change(state.replication)

    def _create(self, state: ReplicationState) -> Step[ReplicationState]:
        params, volume = self.params, state.volume or {}
        missing = [name for name in ("name", "target_region", "replication_frequency") if not params.get(name)]
        if missing:
            raise StorageError(
                f"Volume {volume['name']} in {self.region} has no replication, and to create it the task must also give"
                f" {' and '.join(missing)}."
            )
        if params["target_region"] == self.region:
            raise StorageError(
                f"A replication goes to another region: target_region is {params['target_region']!r}, and so is the"
                " region of the volume. Choose another target_region; scp_filestorage_replication_info with gather"
                " regions lists them."
            )
        if self._possible is not None and params["target_region"] not in self._possible:
            raise StorageError(
                f"Volume {volume['name']} in {self.region} cannot be replicated to target_region"
                f" {params['target_region']!r}. The service lists these regions for its type:"
                f" {', '.join(self._possible) or 'none'}."
            )
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
            "region": params["target_region"],
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
                "replication_volume_region": params["target_region"],
                **{name: value for name, value in answer.items() if name != "protocol"},
            }
            return replace(before, replication=planned)

        return Step(api.CREATE_VOLUME_REPLICATION, effect, body=body, done=_in_use)

    def _check_unchangeable(self, replication: Mapping[str, Any]) -> None:
        params = self.params
        way_out = "End this replication first (state absent)."
        name = params.get("name")
        shown = str(replication["replication_volume_name"])
        if name and name != shown and not VOLUMES.matches(shown, name):
            immutable("name", VOLUMES.base_name(shown), name, way_out)
        immutable("target_region", replication["replication_volume_region"], params.get("target_region"), way_out)
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
        if not self._deletes_target:
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
        if not (end.is_target and self._deletes_target):
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

    # -- telling ------------------------------------------------------------------------------------------------------

    def pending(self, state: ReplicationState) -> str:
        if self.wants_absent:
            if state.replication is not None and lower(state.replication, "replication_status") == DELETING:
                return f"replication {state.replication['replication_id']} to go"
            leaving = [f"volume {end.volume_id} in {end.region} to go" for end in state.ends if end.phase == "going"]
            leaving += [
                f"system snapshots of volume {end.volume_id} in {end.region} to go"
                for end in state.ends
                if end.dropped and end.phase == "there"
            ]
            return " and ".join(leaving)
        if (
            state.replication is not None
            and not _in_use(state)
            and lower(state.replication, "replication_policy") != "paused"
        ):
            return f"replication {state.replication['replication_id']}: {state.replication.get('replication_status')}"
        return ""

    def failed(self, state: ReplicationState) -> str:
        status = lower(state.replication, "replication_status")
        if "error" in status:
            replication = state.replication or {}
            return (
                f"Replication {replication['replication_id']} is in state {replication['replication_status']}."
                " End it (state absent) and set it up again, or ask the provider's support."
            )
        return ""

    def view(self, state: ReplicationState) -> dict[str, Any]:
        return dict(state.replication or {})

    def managed(self, state: ReplicationState) -> dict[str, Any] | None:
        if state.replication is None or (
            self.wants_absent and lower(state.replication, "replication_status") == DELETING
        ):
            return None
        fields = (
            "replication_type",
            "replication_frequency",
            "replication_policy",
            "backup_retention_count",
            "source_volume_region",
            "replication_volume_region",
        )
        name = VOLUMES.base_name(str(state.replication["replication_volume_name"]))
        return {"name": name, **{field: state.replication.get(field) for field in fields}}

    def planned_responses(self, before: ReplicationState, after: ReplicationState) -> Iterable[ResponsePatch]:
        if self.wants_absent:
            return [trace for end in after.ends for trace in _without_replication(end)]
        replication, volume = after.replication, after.volume or {}
        if replication is None:
            return ()
        if before.replication is not None:
            return [trace for end in after.ends for trace in _with_changes(before.replication, replication, end)]
        source, target = REPLICATING
        region = str(replication["replication_volume_region"])
        copied = {name: volume.get(name) for name in ("protocol", "type_name")}
        copy = {**copied, "id": UNKNOWN_ID, "name": replication["replication_volume_name"]}
        return [
            *updated(VOLUMES, volume["id"], {"purpose": source}),
            *created(VOLUMES, {**copy, "state": AVAILABLE, "purpose": target}, region),
            *_with_replication(replication, str(volume["id"])),
            *_with_replication(replication, UNKNOWN_ID, region),
            # A first transfer leaves a snapshot (platform-behaviour.md §5.7).
            ResponsePatch(api.LIST_SNAPSHOTS, lambda items: [*items, _SYSTEM_SNAPSHOT], {"volume_id": volume["id"]}),
        ]


_SYSTEM_SNAPSHOT = {"id": UNKNOWN_ID, "name": f"{snapshots.SYSTEM_PREFIX}{UNKNOWN_ID}", "state": AVAILABLE}


def _with_replication(replication: Mapping[str, Any], volume_id: str, region: str = "") -> list[ResponsePatch]:
    """What one end of a planned replication shows when it has settled."""
    settled = {**replication, "replication_status": AVAILABLE}
    return [
        ResponsePatch(api.LIST_VOLUME_REPLICATIONS, lambda _items: [settled], {"volume_id": volume_id}, region),
        ResponsePatch(
            api.SHOW_VOLUME_REPLICATION,
            lambda _answer: settled,
            {"replication_id": replication["replication_id"], "volume_id": volume_id},
            region,
        ),
    ]


def _with_changes(before: Mapping[str, Any], after: Mapping[str, Any], end: End) -> list[ResponsePatch]:
    """What one end shows of a replication that a plan changes, when it has settled."""
    changes = {name: value for name, value in after.items() if before.get(name) != value}
    changes.pop("replication_status", None)

    def changed(answer: dict[str, Any] | None) -> dict[str, Any] | None:
        return None if answer is None else {**answer, **changes}

    about = {"replication_id": after["replication_id"], "volume_id": end.volume_id}
    return [ResponsePatch(api.SHOW_VOLUME_REPLICATION, changed, about, end.region)]


def _without_replication(end: End) -> Iterable[ResponsePatch]:
    """What is left of one end when the replication and its remains have gone."""
    if end.phase != "there":
        return deleted(VOLUMES, end.volume_id, end.region)

    def users(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [item for item in items if not snapshots.is_system(item)]

    about = {"volume_id": end.volume_id}
    return [
        *updated(VOLUMES, end.volume_id, {"purpose": "none"}, end.region),
        ResponsePatch(api.LIST_VOLUME_REPLICATIONS, lambda _items: [], about, end.region),
        ResponsePatch(api.LIST_SNAPSHOTS, users, about, end.region),
    ]


def _in_use(state: ReplicationState) -> bool:
    """A new replication is ready when its policy is ``use`` (platform-behaviour.md §5.2)."""
    replication = state.replication
    return lower(replication, "replication_policy") == "use" and lower(replication, "replication_status") != "creating"


def _mirrored(near: End, far: End) -> tuple[End, End]:
    """Give the target as many system snapshots as the source, while its own do not show."""
    source = far if near.is_target else near
    copies = tuple({**item, "id": f"{UNKNOWN_ID} ({number})"} for number, item in enumerate(source.leftovers, 1))
    if near.is_target:
        return replace(near, leftovers=near.leftovers or copies), far
    return near, replace(far, leftovers=far.leftovers or copies)


def possible_regions(client: Client, volume: Mapping[str, Any], kind: str) -> list[str]:
    """Read where a volume of the client's region can be replicated to; ``kind`` is a ``replication_type``."""
    region = client.settings.region
    answer = client.call(
        api.LIST_VOLUME_REPLICATION_REGION,
        query={"type_name": volume["type_name"], "source_region_name": region, "replication_type": kind},
    )
    return list(answer.get("regions") or [])


class ReplicationInfo(Info):
    """``scp_filestorage_replication_info``."""

    plural = "replications"

    def read(self) -> dict[str, Any]:
        volume = Finder(self.client, VOLUMES).one(self.params["volume"])
        if volume is None:
            return {self.plural: [], **({"regions": {}} if "regions" in self.gather else {})}
        result: dict[str, Any] = {self.plural: read_replications(self.client, volume["id"])}
        if "regions" in self.gather:
            kinds = ("replication", "backup")
            result["regions"] = {kind: possible_regions(self.client, volume, kind) for kind in kinds}
        return result
