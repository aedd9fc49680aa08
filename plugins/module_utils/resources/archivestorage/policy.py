# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archiving policies: a bucket of Object Storage that a bucket archives every day.

A bucket archives one other bucket, which is set permanently with its first policy (platform-behaviour.md §9). Up to API
version 1.2, all policies are for the path ``/``, so that a bucket has one. Newer ones have a name and a prefix.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ...client.errors import NotFound, StorageError
from ...client.session import Client
from ...engine.lookup import Finder, immutable
from ...engine.plan import UNKNOWN_ID, Step, known_id
from ...engine.resource import Info, Resource
from ...operations import archivestorage as api
from .lookup import (
    ACTIVE,
    BUCKETS,
    DELETING,
    bucket_failure,
    bucket_under_way,
    describe_bucket,
    find_bucket,
    required_bucket,
    state_of,
)

INACTIVE = "INACTIVE"
#: The words of the option, and of the service.
STATES = {"active": ACTIVE, "inactive": INACTIVE}
#: The path of a policy for all objects.
WHOLE_BUCKET = "/"
#: What a policy of an API version without names cannot have.
_BY_NAME = ("archiving_policy_name",)
_DAYS = "a number of days, 1 or more"


def read_policies(client: Client, bucket_id: str) -> list[dict[str, Any]]:
    """Return all policies of a bucket."""
    answers: list[Mapping[str, Any]] = []
    query = {"bucket_id": bucket_id}
    listed = client.read_list(api.LIST_ARCHIVING_POLICIES, query=query, on_answer=answers.append)
    source = {name: answers[-1].get(name) for name in ("archiving_source_bucket_name", "archiving_source_zone")}
    return [_policy({**policy, **source, "bucket_id": bucket_id}) for policy in listed]


def _policy(shown: Mapping[str, Any]) -> dict[str, Any]:
    """Return a policy in one form, whichever operation and version showed it."""
    source = shown.get("archiving_source") or {}
    path = source.get("object_path") or shown.get("object_path") or shown.get("archiving_prefix")
    return {
        "id": shown["id"],
        "bucket_id": shown["bucket_id"],
        "name": shown.get("name"),
        "archiving_source": {
            "bucket_name": source.get("bucket_name") or shown.get("archiving_source_bucket_name"),
            "object_path": path,
            "zone": shown.get("archiving_source_zone"),
        },
        "object_lifecycle": shown.get("object_lifecycle"),
        "state": shown.get("state"),
    }


def default_name(source: str, path: str) -> str:
    """Return the name of a policy whose task gives none: that of its source, and its path if it has one."""
    return "-".join([source, *(part for part in path.split("/") if part)])


def days_of(policy: Mapping[str, Any]) -> int | None:
    """After how many days a policy archives; ``None`` where it does not say."""
    text = str(policy.get("object_lifecycle") or "").strip()
    return int(text) if text.isdecimal() else None


@dataclass(frozen=True)
class PolicyState:
    """A bucket, and its policy."""

    bucket: dict[str, Any]
    policy: dict[str, Any] | None = None


class Policy(Resource[PolicyState]):
    """``scp_archive_policy``."""

    result_key = "policy"

    @property
    def _days(self) -> int | None:
        """What the task says of ``object_lifecycle``."""
        asked = self.params.get("object_lifecycle")
        return None if asked is None else int(asked)

    @property
    def _state(self) -> str:
        return STATES[self.params["state"]]

    @property
    def exclusive_name(self) -> str:
        if self.wants_absent:
            return ""
        bucket = Finder(self.client, BUCKETS).lock_name(str(self.params["bucket"]))
        return f"the archiving policy of bucket {bucket!r} for {self._name or self._path}"

    @property
    def _path(self) -> str:
        return str(self.params.get("object_path") or WHOLE_BUCKET)

    @property
    def _name(self) -> str:
        return str(self.params.get("name") or "")

    # -- reading ------------------------------------------------------------------------------------------------------

    def check(self) -> None:
        asked = self.params.get("object_lifecycle")
        text = str(asked if asked is not None else 1).strip()
        if not (text.isascii() and text.isdecimal() and int(text) >= 1):
            raise StorageError(f"object_lifecycle {asked!r} must be {_DAYS}.")

    def find(self) -> PolicyState:
        bucket = required_bucket(self.client, self.params["bucket"])
        return PolicyState(bucket, self._meant(bucket, read_policies(self.client, str(bucket["id"]))))

    def _meant(self, bucket: Mapping[str, Any], policies: list[dict[str, Any]]) -> dict[str, Any] | None:
        """The policy with the task's name, or else for its path; of several the one that is ACTIVE.

        A policy for the path that has another name is renamed, and never deleted.

        :raises StorageError: there are several, and not one of them is ACTIVE alone.
        """
        named = [one for one in policies if self._name and one["name"] == self._name]
        by_path = not (self._name and self.wants_absent)
        for_path = [one for one in policies if one["archiving_source"]["object_path"] == self._path] if by_path else []
        fitting = named or for_path
        active = [one for one in fitting if state_of(one) == ACTIVE]
        if len(fitting) < 2 or len(active) == 1:
            return next(iter(active or fitting), None)
        reported = "; ".join(f"{one['id']} ({one['state']}, {one['object_lifecycle']} days)" for one in fitting)
        raise StorageError(
            f"Bucket {describe_bucket(bucket)} has {len(fitting)} archiving policies for {self._name or self._path}:"
            f" {reported}. Make one of them ACTIVE and all others INACTIVE in the console, and run the task again."
        )

    def refresh(self, state: PolicyState) -> PolicyState:
        bucket = required_bucket(self.client, str(state.bucket["id"])) if self.pending(state) else state.bucket
        policy = state.policy
        if policy is None or policy["id"] == UNKNOWN_ID:
            return replace(state, bucket=bucket)
        try:
            shown = self.client.call(
                api.SHOW_ARCHIVING_POLICY,
                path={"archiving_policy_id": policy["id"]},
                query={"bucket_id": bucket["id"]},
            )
        except NotFound:
            return replace(state, bucket=bucket, policy=None)
        return replace(state, bucket=bucket, policy=_policy({"bucket_id": bucket["id"], **shown}))

    # -- planning -----------------------------------------------------------------------------------------------------

    def next_step(self, state: PolicyState) -> Step[PolicyState] | None:
        bucket, policy = state.bucket, state.policy
        if self.wants_absent:
            return None if policy is None else self._delete(bucket, policy)
        if state_of(bucket) == DELETING:
            raise StorageError(
                f"Bucket {describe_bucket(bucket)} is being deleted. A policy needs a bucket that stays."
            )
        source = policy["archiving_source"]["bucket_name"] if policy else bucket.get("archiving_source_bucket_name")
        if source:
            immutable(
                "archiving_source_bucket_name",
                source,
                self.params.get("archiving_source_bucket_name"),
                f"Bucket {bucket['name']} archives that bucket permanently. Create a separate bucket for another one.",
            )
        if policy is None:
            return self._create(bucket, source)
        immutable(
            "object_path",
            policy["archiving_source"]["object_path"],
            self.params.get("object_path"),
            "Give another name to create a second policy, or remove this one first (state absent).",
        )
        days = days_of(policy) if self._days is None else self._days
        if days != days_of(policy) or (self._name and policy["name"] != self._name):
            return self._change(bucket, policy, days)
        if state_of(policy) != self._state:
            return self._set_state(bucket, policy)
        return None

    def _create(self, bucket: Mapping[str, Any], source: str | None) -> Step[PolicyState]:
        params = self.params
        source = source or params.get("archiving_source_bucket_name")
        missing = [name for name in ("object_lifecycle",) if params.get(name) is None]
        if not source:
            missing.insert(0, "archiving_source_bucket_name")
        if missing or not source:
            raise StorageError(
                f"Bucket {describe_bucket(bucket)} has no archiving policy {self._name or f'for {self._path}'}, and to"
                f" create it the task must also give {' and '.join(missing)}."
            )
        days, path, zone = str(self._days), self._path, params.get("archiving_source_zone")
        name = self._name or default_name(source, path)
        body = {
            "archiving_source_bucket_name": source,
            "archiving_source_zone": zone,
            "object_lifecycle": days,
            "object_path": path,
            "archiving_policy_name": name,
        }

        def effect(before: PolicyState, answer: Mapping[str, Any]) -> PolicyState:
            policy = {
                "id": answer.get("id", UNKNOWN_ID),
                "bucket_id": bucket["id"],
                "name": self._name or answer.get("archiving_policy_name"),
                "archiving_source": {"bucket_name": source, "object_path": path, "zone": zone},
                "object_lifecycle": days,
                "state": ACTIVE,
            }
            made_for = {**before.bucket, "archiving_source_bucket_name": source}
            return replace(before, bucket=made_for, policy=policy)

        return Step(
            api.CREATE_ARCHIVING_POLICY,
            effect,
            query={"bucket_id": bucket["id"]},
            body=body,
            insist=_BY_NAME if self._name or zone or path != WHOLE_BUCKET else (),
            done=lambda seen: seen.policy is not None,
            advice=f"Check that there is a bucket {source} in Object Storage of {self.region}, and that the account of"
            f" the key may read it{'' if zone else ', and whether archiving_source_zone is required'}.",
        )

    def _change(self, bucket: Mapping[str, Any], policy: Mapping[str, Any], days: int | None) -> Step[PolicyState]:
        """Set the number of days, and the name where policies have one."""
        source = policy["archiving_source"]
        name = self._name or policy["name"] or default_name(source["bucket_name"], source["object_path"])
        lifecycle = str(policy.get("object_lifecycle") if days is None else days)
        renamed = bool(self._name) and policy["name"] != self._name

        def effect(before: PolicyState, answer: Mapping[str, Any]) -> PolicyState:
            present = before.policy or policy
            named = self._name or answer.get("archiving_policy_name") or present["name"]
            return replace(before, policy={**present, "object_lifecycle": lifecycle, "name": named})

        def done(seen: PolicyState) -> bool:
            shown = seen.policy or {}
            return days_of(shown) == days and not (renamed and shown.get("name") != name)

        return Step(
            api.SET_ARCHIVING_POLICY,
            effect,
            path={"archiving_policy_id": policy["id"]},
            query={"bucket_id": bucket["id"]},
            body={"object_lifecycle": lifecycle, "archiving_policy_name": name},
            insist=_BY_NAME if renamed else (),
            done=done,
        )

    def _set_state(self, bucket: Mapping[str, Any], policy: Mapping[str, Any]) -> Step[PolicyState]:
        wanted = self._state
        return Step(
            api.SET_ARCHIVING_POLICY_STATE,
            lambda before, _answer: replace(before, policy={**(before.policy or policy), "state": wanted}),
            path={"archiving_policy_id": policy["id"]},
            query={"bucket_id": bucket["id"]},
            body={"state": wanted},
            done=lambda seen: state_of(seen.policy) == wanted,
        )

    @staticmethod
    def _delete(bucket: Mapping[str, Any], policy: Mapping[str, Any]) -> Step[PolicyState]:
        return Step(
            api.DELETE_ARCHIVING_POLICY,
            lambda before, _answer: replace(before, policy=None),
            path={"archiving_policy_id": policy["id"]},
            query={"bucket_id": bucket["id"]},
            done=lambda seen: seen.policy is None,
        )

    # -- messages -----------------------------------------------------------------------------------------------------

    def pending(self, state: PolicyState) -> str:
        return bucket_under_way(state.bucket)

    def failed(self, state: PolicyState) -> str:
        return bucket_failure(state.bucket)

    def identity(self, state: PolicyState) -> str:
        return known_id(state.policy or {})

    def view(self, state: PolicyState) -> dict[str, Any]:
        return dict(state.policy or {})

    def managed(self, state: PolicyState) -> dict[str, Any] | None:
        policy = state.policy
        if policy is None and self.wants_absent:
            return None
        policy = policy or {}
        source = policy.get("archiving_source") or {}
        named = {"name": policy["name"]} if policy.get("name") else {}
        return {
            "bucket": state.bucket["name"],
            **named,
            **{field: source.get(field) for field in ("bucket_name", "object_path")},
            "object_lifecycle": days_of(policy),
            "state": policy.get("state"),
        }


class PolicyInfo(Info):
    """``scp_archive_policy_info``."""

    plural = "policies"

    def read(self) -> dict[str, Any]:
        bucket = find_bucket(self.client, self.params["bucket"])
        return {self.plural: read_policies(self.client, str(bucket["id"])) if bucket is not None else []}
