# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archiving policies: a bucket of Object Storage that a bucket archives every day.

A bucket archives one other bucket, which is set for good with its first policy, and all policies are for the path
``/`` (platform-behaviour.md §9). So a bucket has one policy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ...client.errors import NotFound, StorageError
from ...client.session import Client
from ...engine.lookup import immutable
from ...engine.plan import UNKNOWN_ID, Step
from ...engine.resource import Info, Resource
from ...operations import archivestorage as api
from .lookup import (
    ACTIVE,
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
_DAYS = "a number of days, 1 or more"


def read_policies(client: Client, bucket_id: str) -> list[dict[str, Any]]:
    """All policies of a bucket, each as the show operation gives it."""
    answers: list[Mapping[str, Any]] = []
    query = {"bucket_id": bucket_id}
    listed = client.read_list(api.LIST_ARCHIVING_POLICIES, query=query, on_answer=answers.append)
    source = answers[-1].get("archiving_source_bucket_name")
    return [
        {
            "id": policy["id"],
            "bucket_id": bucket_id,
            "archiving_source": {"bucket_name": source, "object_path": policy.get("object_path")},
            "object_lifecycle": policy.get("object_lifecycle"),
            "state": policy["state"],
        }
        for policy in listed
    ]


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
        return f"the archiving policy of bucket {self.params['bucket']!r} for {self.params['object_path']}"

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
        """The policy for the task's path; of several the one that is ACTIVE, as none can be deleted.

        :raises StorageError: there are several, and not one of them is ACTIVE alone.
        """
        fitting = [one for one in policies if one["archiving_source"]["object_path"] == self.params["object_path"]]
        active = [one for one in fitting if state_of(one) == ACTIVE]
        if len(fitting) < 2 or len(active) == 1:
            return next(iter(active or fitting), None)
        reported = "; ".join(f"{one['id']} ({one['state']}, {one['object_lifecycle']} days)" for one in fitting)
        raise StorageError(
            f"Bucket {describe_bucket(bucket)} has {len(fitting)} archiving policies for {self.params['object_path']}:"
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
        return replace(state, bucket=bucket, policy=shown)

    # -- planning -----------------------------------------------------------------------------------------------------

    def next_step(self, state: PolicyState) -> Step[PolicyState] | None:
        bucket, policy = state.bucket, state.policy
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
                f"Bucket {bucket['name']} archives that bucket for good. Archive the other into a separate bucket.",
            )
        if policy is None:
            return self._create(bucket, source)
        if self._days is not None and days_of(policy) != self._days:
            return self._set_days(bucket, policy, self._days)
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
                f"Bucket {describe_bucket(bucket)} has no archiving policy, and to create it the task must also give"
                f" {' and '.join(missing)}."
            )
        days = str(self._days)
        body = {
            "archiving_source_bucket_name": source,
            "object_lifecycle": days,
            "object_path": params["object_path"],
        }

        def effect(before: PolicyState, answer: Mapping[str, Any]) -> PolicyState:
            policy = {
                "id": UNKNOWN_ID,
                "bucket_id": bucket["id"],
                "archiving_source": {"bucket_name": source, "object_path": params["object_path"]},
                "object_lifecycle": days,
                "state": ACTIVE,
                **answer,
            }
            made_for = {**before.bucket, "archiving_source_bucket_name": source}
            return replace(before, bucket=made_for, policy=policy)

        return Step(
            api.CREATE_ARCHIVING_POLICY,
            effect,
            query={"bucket_id": bucket["id"]},
            body=body,
            done=lambda seen: seen.policy is not None,
            advice=f"Check that there is a bucket {source} in Object Storage of {self.region}, and that the account of"
            " the key may read it.",
        )

    @staticmethod
    def _set_days(bucket: Mapping[str, Any], policy: Mapping[str, Any], days: int) -> Step[PolicyState]:
        return Step(
            api.SET_ARCHIVING_POLICY,
            lambda before, _answer: replace(before, policy={**policy, "object_lifecycle": str(days)}),
            path={"archiving_policy_id": policy["id"]},
            query={"bucket_id": bucket["id"]},
            body={"object_lifecycle": str(days)},
            done=lambda seen: days_of(seen.policy or {}) == days,
        )

    def _set_state(self, bucket: Mapping[str, Any], policy: Mapping[str, Any]) -> Step[PolicyState]:
        wanted = self._state
        return Step(
            api.SET_ARCHIVING_POLICY_STATE,
            lambda before, _answer: replace(before, policy={**policy, "state": wanted}),
            path={"archiving_policy_id": policy["id"]},
            query={"bucket_id": bucket["id"]},
            body={"state": wanted},
            done=lambda seen: state_of(seen.policy) == wanted,
        )

    # -- telling ------------------------------------------------------------------------------------------------------

    def pending(self, state: PolicyState) -> str:
        return bucket_under_way(state.bucket)

    def failed(self, state: PolicyState) -> str:
        return bucket_failure(state.bucket)

    def view(self, state: PolicyState) -> dict[str, Any]:
        return dict(state.policy or {})

    def managed(self, state: PolicyState) -> dict[str, Any]:
        policy = state.policy or {}
        return {
            "bucket": state.bucket["name"],
            **(policy.get("archiving_source") or {"bucket_name": None, "object_path": None}),
            "object_lifecycle": days_of(policy),
            "state": policy.get("state"),
        }


class PolicyInfo(Info):
    """``scp_archive_policy_info``."""

    plural = "policies"

    def read(self) -> dict[str, Any]:
        bucket = find_bucket(self.client, self.params["bucket"])
        return {self.plural: read_policies(self.client, str(bucket["id"])) if bucket is not None else []}
