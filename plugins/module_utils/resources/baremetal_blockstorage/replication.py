# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replications of Block Storage (BM) volumes and volume groups to another region (platform-behaviour.md §7).

Volumes and groups differ in names and operations only, which are in a :class:`Table`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from ...client.errors import NotFound, StorageError
from ...client.session import Call
from ...engine.lookup import Finder, LookupSpec
from ...engine.overlay import ResponsePatch, created, deleted, updated
from ...engine.plan import UNKNOWN_ID, Step
from ...engine.resource import Resource
from ...operations import baremetal_blockstorage as api
from .. import snapshots
from .lookup import (
    GROUPS,
    NO_SCHEDULE,
    VOLUMES,
    changing,
    describe_failure,
    find_owner,
    in_error,
    leaving,
    replicated,
    schedule_of,
    show_owner,
)

#: What ``health`` can be.
OK = "ok"
BROKEN = "broken"
CREATING = "creating"
RESYNCING = "resyncing"
STALLED = "stalled"
ERROR = "error"
UNKNOWN = "unknown"
#: Parts of ``sync_state`` and what they mean. Only one spelling is printed, and that may be a misprint, so it is the
#: meaning that counts; the first part that is found decides.
_MEANINGS = (
    ("ERROR", ERROR),
    ("FAIL", ERROR),
    ("BROKEN", BROKEN),
    ("BREAK", BROKEN),
    ("RESYNC", RESYNCING),
    ("UNINIT", CREATING),
    ("CREAT", CREATING),
    ("PAUSE", STALLED),
    ("QUIESCE", STALLED),
    ("SUSPEND", STALLED),
    ("SNAPMIR", OK),
    ("SYNC", OK),
)
_NO_LETTER = re.compile(r"[^A-Z]")
_LAG = re.compile(r"(\d+):(\d\d):(\d\d)")
#: What the target of a replication lets servers do when it is broken.
_WRITABLE = "READ_WRITE"
#: Regions that have no replication begin so (platform-behaviour.md §1).
_WITHOUT = "kr-south"


@dataclass(frozen=True)
class Table:
    """What differs between the replications of volumes and of groups.

    :param label: what users call the owner.
    :param option: the module's option for the owner.
    :param related: field of the show answer that lists the ends.
    """

    kind: LookupSpec
    label: str
    option: str
    related: str
    create: Call
    show: Call
    set_cycle: Call
    set_policy: Call
    delete: Call


VOLUME_REPLICATIONS = Table(
    kind=VOLUMES,
    label="volume",
    option="volume",
    related="related_volumes",
    create=api.CREATE_VOLUME_REPLICATION,
    show=api.SHOW_VOLUME_REPLICATION,
    set_cycle=api.SET_VOLUME_REPLICATION_CYCLE,
    set_policy=api.SET_VOLUME_REPLICATION_POLICY,
    delete=api.DELETE_VOLUME_REPLICATION,
)
GROUP_REPLICATIONS = Table(
    kind=GROUPS,
    label="volume group",
    option="volume_group",
    related="related_volume_groups",
    create=api.CREATE_VOLUME_GROUP_REPLICATION,
    show=api.SHOW_VOLUME_GROUP_REPLICATION,
    set_cycle=api.SET_VOLUME_GROUP_REPLICATION_CYCLE,
    set_policy=api.SET_VOLUME_GROUP_REPLICATION_POLICY,
    delete=api.DELETE_VOLUME_GROUP_REPLICATION,
)


# -- reading ----------------------------------------------------------------------------------------------------------


def read_replication(
    client: Any, table: Table, owner_id: str, region: str = "", owner: Mapping[str, Any] | None = None
) -> dict[str, Any] | None:
    """The replication of a volume or a group as results show it, from either end; ``None`` where there is none.

    The API's fields, and ``source`` and ``target`` (``id``, ``name``, ``region``, ``auth`` each), ``health`` and
    ``lag_seconds``. Where there is none the service answers 404, or with nothing in it; and it may list both ends or
    the other one only (both unknown).

    :param owner: what ``owner_id`` shows, if that is known; read where it is needed and not given.
    """
    try:
        answer = client.call(table.show, region=region, path={table.kind.option: owner_id})
    except NotFound:
        return None
    shown = dict(answer.get("result") or {})
    ends: Sequence[Mapping[str, Any]] = shown.get(table.related) or ()
    other = next((end for end in ends if end.get("id") != owner_id), None)
    if other is None:
        return None
    near = next((end for end in ends if end.get("id") == owner_id), None)
    if near is None:
        known = owner or Finder(client, table.kind, region).by_id(owner_id) or {}
        near = {"id": owner_id, "name": known.get("name"), "region": region or client.settings.region}
    source, target = (other, near) if str(other.get("purpose")).upper() == "ORG" else (near, other)
    return judged(
        {
            "lag_time": shown.get("lag_time"),
            "sync_cycle": shown.get("sync_cycle"),
            "sync_state": shown.get("sync_state"),
            table.related: [dict(end) for end in ends],
            "source": {name: source.get(name) for name in ("id", "name", "region", "auth")},
            "target": {name: target.get(name) for name in ("id", "name", "region", "auth")},
        }
    )


def judged(replication: Mapping[str, Any]) -> dict[str, Any]:
    """A replication with ``health`` and ``lag_seconds``, and with what one end does not say of itself."""
    word = _NO_LETTER.sub("", str(replication.get("sync_state") or "").upper())
    target, source = dict(replication["target"]), dict(replication["source"])
    meaning = next((meaning for part, meaning in _MEANINGS if part in word), "")
    if target["auth"] == _WRITABLE and meaning != ERROR:
        health = BROKEN
    else:
        health = meaning or (OK if target["auth"] == "READ" else UNKNOWN)
    source["auth"] = source["auth"] or _WRITABLE
    target["auth"] = target["auth"] or {BROKEN: _WRITABLE, OK: "READ", STALLED: "READ"}.get(health, "UNKNOWN")
    lag = _LAG.fullmatch(str(replication.get("lag_time") or ""))
    seconds = int(lag[1]) * 3600 + int(lag[2]) * 60 + int(lag[3]) if lag else None
    return {**replication, "source": source, "target": target, "health": health, "lag_seconds": seconds}


def stopped(replication: Mapping[str, Any]) -> bool:
    """Whether a replication can be ended as it is: it is broken, or in error and takes no other change."""
    return replication["health"] in (BROKEN, ERROR)


def with_policy(replication: Mapping[str, Any], policy: str) -> dict[str, Any]:
    """What a replication is after BREAK or RESYNC."""
    health, auth = (BROKEN, _WRITABLE) if policy == "BREAK" else (OK, "READ")
    return {**replication, "target": {**replication["target"], "auth": auth}, "health": health}


def from_either_side(table: Table, replication: Mapping[str, Any], near_id: str, step: Step[Any]) -> Step[Any]:
    """Send a change of a replication to the end that a task names, else to the other (platform-behaviour.md §7)."""
    # Neither end need show that the replication itself is changing.
    step = replace(step, is_retryable=snapshots.busy)
    ends = sorted((replication["source"], replication["target"]), key=lambda end: bool(end["id"] != near_id))
    near, far = (replace(step, region=str(end["region"]), path={table.kind.option: str(end["id"])}) for end in ends)
    return replace(near, fallback=far)


# -- managing ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ReplicationState:
    """A replication as seen from the volume or group that the task names.

    :ivar near: the end that the task names; ``None`` where there is no such thing.
    :ivar far: the target, where ``near`` is the source and the target is known. The source is never read from the
        target's region, because it may be out of reach.
    :ivar far_region: region of the other end; empty where it is not known.
    :ivar near_is_target: whether ``near`` is, or was, the target.
    :ivar ending: the replication's deletion has been sent.
    """

    near: dict[str, Any] | None = None
    replication: dict[str, Any] | None = None
    far: dict[str, Any] | None = None
    far_region: str = ""
    near_is_target: bool = False
    ending: bool = False

    @property
    def target(self) -> dict[str, Any] | None:
        """The target volume or group as the service shows it, where it was read."""
        return self.near if self.near_is_target else self.far

    @property
    def health(self) -> str:
        """See :func:`judged`; empty where there is no replication."""
        return str(self.replication["health"]) if self.replication is not None else ""

    @property
    def policy(self) -> str:
        """The policy that was set last."""
        return "BREAK" if self.health == BROKEN else "RESYNC"


class Replication(Resource[ReplicationState]):
    """What ``scp_bm_volume_replication`` and ``scp_bm_volume_group_replication`` do."""

    result_key = "replication"
    table: ClassVar[Table]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: Region and id of the target, once this task has seen the replication.
        self._seen: tuple[str, str] | None = None

    @property
    def _deletes_target(self) -> bool:
        return self.wants_absent and bool(self.params.get("delete_target_volume"))

    def _finder(self, region: str = "") -> Finder:
        return Finder(self.client, self.table.kind, region or self.region)

    def check(self) -> None:
        if self.params.get("name") and not self.wants_absent:
            self.table.kind.check_name(self.params["name"])

    # -- reading ------------------------------------------------------------------------------------------------------

    def find(self) -> ReplicationState:
        wanted = str(self.params[self.table.option])
        near = find_owner(self._finder(), wanted, leaving_counts=self.wants_absent)
        if near is None or (leaving(near) and not self.wants_absent):
            if self.wants_absent:
                return ReplicationState()
            raise self._finder().missing(wanted)
        shown = self._read_replication(near)
        if shown is None:
            return self._with_former_target(near) if self._deletes_target else ReplicationState(near)
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
        return replace(state, far=show_owner(self._finder(region), identifier), far_region=region)

    def _with_former_target(self, near: dict[str, Any]) -> ReplicationState:
        """Add the volume that was the target of a replication that is gone.

        It is the one that this task saw, and after an interruption the one that the task names: the service keeps no
        trace of what was replicated.
        """
        if self._seen is not None:
            return self._with_far(ReplicationState(near, near_is_target=self._seen[1] == near["id"]))
        name, region = self.params.get("name"), self.params.get("target_region")
        if not name or not region:
            return ReplicationState(near)
        if region == self.region:
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

    # -- planning -----------------------------------------------------------------------------------------------------

    def next_step(self, state: ReplicationState) -> Step[ReplicationState] | None:
        if self.wants_absent:
            return self._next_removal(state)
        if state.replication is None:
            return self._create(state)
        self._check_unchangeable(state, state.replication)
        return self._next_change(state, state.replication)

    def _create(self, state: ReplicationState) -> Step[ReplicationState]:
        params, near = self.params, state.near or {}
        if obstacles := self._obstacles(near):
            raise StorageError(
                f"{self._called(near)} in {self.region} has no replication and cannot get one, and nothing was changed:"
                f" {'; '.join(obstacles)}."
            )
        body = {"name": params["name"], "region": params["target_region"], "cycle": params["cycle"]}
        if params.get("replication_volume_name_prefix") is not None:
            body["replication_volume_name_prefix"] = params["replication_volume_name_prefix"]

        def effect(before: ReplicationState, answer: Mapping[str, Any]) -> ReplicationState:
            made = answer.get("resource_id", UNKNOWN_ID)
            planned: dict[str, Any] = {
                "lag_time": None,
                "sync_cycle": params["cycle"],
                "sync_state": None,
                self.table.related: [],
                "source": {"id": near["id"], "name": near["name"], "region": self.region, "auth": _WRITABLE},
                "target": {
                    # Whose id the service answers is not documented.
                    "id": made if made != near["id"] else UNKNOWN_ID,
                    "name": params["name"],
                    "region": params["target_region"],
                    "auth": "UNKNOWN",
                },
                "health": CREATING,
                "lag_seconds": None,
            }
            return replace(before, replication=planned, far_region=params["target_region"])

        return Step(
            self.table.create,
            effect,
            path={self.table.kind.option: near["id"]},
            body=body,
            done=lambda seen: seen.replication is not None,
            # The target's id comes to light only when the replication is there.
            replan_after=True,
        )

    def _obstacles(self, near: Mapping[str, Any]) -> list[str]:
        """All that blocks a new replication, with what to do about each."""
        params, region = self.params, self.params.get("target_region")
        needed = ["name", "target_region", "cycle"]
        if self.table is GROUP_REPLICATIONS:
            needed.append("replication_volume_name_prefix")
        found: list[str] = []
        if missing := [option for option in needed if not params.get(option)]:
            found.append(f"to create it the task must also give {' and '.join(missing)}")
        if region == self.region:
            found.append(f"target_region is {region!r} too, and a replication goes to another region")
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
        region = self.params.get("target_region")
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
        target, params = replication["target"], self.params
        present = {"name": target["name"], "target_region": target["region"]}
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
        target = state.target if self._deletes_target else None
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
        return self._from_either_side(state, Step(self.table.delete, effect, replan_after=self._deletes_target))

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

    # -- telling ------------------------------------------------------------------------------------------------------

    def pending(self, state: ReplicationState) -> str:
        label = self.table.label
        for owner, region in ((state.near, self.region), (state.far, state.far_region)):
            if owner is not None and leaving(owner):
                if self._deletes_target and owner is state.target:
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

    def view(self, state: ReplicationState) -> dict[str, Any]:
        return dict(state.replication or {})

    def managed(self, state: ReplicationState) -> dict[str, Any] | None:
        if state.replication is not None and not state.ending:
            target = state.replication["target"]
            return {
                "name": target["name"],
                "target_region": target["region"],
                "cycle": state.replication["sync_cycle"],
                "policy": state.policy,
            }
        target = state.target if self._deletes_target else None
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


class GroupReplication(Replication):
    """``scp_bm_volume_group_replication``."""

    table = GROUP_REPLICATIONS
