# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Buckets of Archive Storage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ...client.errors import NotFound, StorageError
from ...client.parallel import map_concurrently
from ...client.session import Call
from ...engine.lookup import Finder, immutable
from ...engine.plan import UNKNOWN_ID, Step
from ...operations import archivestorage as api
from ..tags import Taggable, TaggableInfo
from .lookup import (
    ACTIVE,
    BUCKETS,
    DELETING,
    JobKind,
    bucket_failure,
    bucket_under_way,
    describe_bucket,
    describe_job,
    running_jobs,
    state_of,
)
from .policy import read_policies

#: Options that are a separate call each: how they are read, and how they are set.
SETTINGS: dict[str, tuple[Call, Call]] = {
    "versioning": (api.SHOW_BUCKET_VERSIONING, api.SET_BUCKET_VERSIONING),
    "encryption": (api.SHOW_BUCKET_ENCRYPTION, api.SET_BUCKET_ENCRYPTION),
}
_NOT_MADE = (
    "A bucket of another account may have the name, or a bucket of that name was deleted in the last hour: a name is"
    " free again an hour after its bucket has gone. Run the task again then, or choose another name. An account can"
    " have 1,000 buckets; where it has them, delete one first."
)
_NOT_DELETED = (
    "A bucket may have to be without objects and their versions (scp_archive_object deletes them), without an ACTIVE"
    " policy (scp_archive_policy with state inactive), and without a run (scp_archive_job waits for one or cancels it)."
)


@dataclass(frozen=True)
class BucketState:
    """A bucket as the show operation gives it.

    :ivar settings: what the task asks for of :data:`SETTINGS`, as it is; ``None`` where that is not known.
    :ivar running: what runs in it; read only where it is to be deleted.
    """

    bucket: dict[str, Any] | None = None
    settings: Mapping[str, bool | None] | None = None
    running: tuple[tuple[JobKind, dict[str, Any]], ...] = ()


class Bucket(Taggable[BucketState]):
    """``scp_archive_bucket``."""

    kind = BUCKETS
    settled_state = ACTIVE
    result_key = "bucket"

    @property
    def _asked(self) -> dict[str, bool]:
        """What the task says of the settings."""
        return {name: self.params[name] for name in SETTINGS if self.params.get(name) is not None}

    # -- reading ------------------------------------------------------------------------------------------------------

    def check(self) -> None:
        name = self.params.get("name")
        if name and not (self.wants_absent or self.params.get("bucket_id")):
            BUCKETS.check_name(name)

    def find(self) -> BucketState:
        finder = Finder(self.client, BUCKETS)
        if identifier := self.params.get("bucket_id"):
            bucket = finder.by_id(identifier)
            if bucket is None and not self.wants_absent:
                raise finder.missing(identifier)
        else:
            found = finder.named(self.params["name"])
            bucket = finder.by_id(str(found[0]["id"])) if found else None
        return self._with_parts(bucket)

    def _with_parts(self, bucket: dict[str, Any] | None) -> BucketState:
        if bucket is None:
            return BucketState()
        if self.wants_absent:
            leaving = state_of(bucket) == DELETING
            return BucketState(bucket, running=() if leaving else tuple(running_jobs(self.client, str(bucket["id"]))))
        return BucketState(bucket, self._read_settings(bucket))

    def _read_settings(self, bucket: Mapping[str, Any]) -> dict[str, bool | None]:
        asked = list(self._asked)
        return dict(zip(asked, map_concurrently(lambda name: self._enabled(name, bucket), asked), strict=True))

    def _enabled(self, name: str, bucket: Mapping[str, Any]) -> bool:
        return bool(self.client.call(SETTINGS[name][0], path={"bucket_id": bucket["id"]})["enabled"])

    def refresh(self, state: BucketState) -> BucketState:
        if state.bucket is None:
            return state
        bucket = Finder(self.client, BUCKETS).by_id(str(state.bucket["id"]))
        if bucket is None or self.wants_absent:
            return BucketState(bucket)
        # A bucket that is being made need not answer for its settings yet.
        settings = state.settings if bucket_under_way(bucket) else self._read_settings(bucket)
        return BucketState(bucket, settings)

    # -- planning -----------------------------------------------------------------------------------------------------

    def next_step(self, state: BucketState) -> Step[BucketState] | None:
        bucket = state.bucket
        if self.wants_absent:
            return None if bucket is None or state_of(bucket) == DELETING else self._delete(bucket, state)
        if bucket is None:
            return self._create()
        if state_of(bucket) == DELETING:
            raise StorageError(
                f"Bucket {describe_bucket(bucket)} is being deleted, and its name is free again an hour after"
                " it has gone. Choose another name, or run the task again then."
            )
        if self.params.get("bucket_id"):
            immutable("name", bucket["name"], self.params.get("name"), "Leave out name, or give another bucket_id.")
        for name, wanted in self._asked.items():
            if (state.settings or {}).get(name) is not wanted:
                return self._set(bucket, name, wanted)
        return None

    def _create(self) -> Step[BucketState]:
        name = self.params["name"]
        body = {"name": name, **({"tags": self.params["tags"]} if self.params.get("tags") else {})}

        def effect(_before: BucketState, answer: Mapping[str, Any]) -> BucketState:
            bucket = {
                "id": answer.get("id", UNKNOWN_ID),
                "name": name,
                "state": "CREATING",
                "usage": "0",
                "archiving_source_bucket_name": None,
            }
            # Whether a new bucket is encrypted is documented nowhere, so that is set in any case.
            return BucketState(bucket, {"versioning": False, "encryption": None})

        return Step(api.CREATE_BUCKET, effect, body=body, listed=True, advice=_NOT_MADE)

    @staticmethod
    def _set(bucket: Mapping[str, Any], name: str, wanted: bool) -> Step[BucketState]:
        return Step(
            SETTINGS[name][1],
            lambda before, _answer: replace(before, settings={**(before.settings or {}), name: wanted}),
            path={"bucket_id": bucket["id"]},
            body={"enabled": wanted},
            done=lambda seen: (seen.settings or {}).get(name) is wanted,
        )

    @staticmethod
    def _delete(bucket: dict[str, Any], state: BucketState) -> Step[BucketState]:
        if state.running:
            reported = "; ".join(describe_job(kind, job) for kind, job in state.running)
            kinds = " and ".join(dict.fromkeys(kind.name for kind, _ignored in state.running))
            raise StorageError(
                f"Bucket {describe_bucket(bucket)} cannot be deleted while something runs in it: {reported}. Wait for"
                f" it (scp_archive_job with kind {kinds} and state finished), or cancel it (state cancelled), and run"
                " the task again."
            )
        return Step(
            api.DELETE_BUCKET,
            lambda _before, _answer: BucketState({**bucket, "state": DELETING}),
            path={"bucket_id": bucket["id"]},
            advice=_NOT_DELETED,
        )

    # -- messages -----------------------------------------------------------------------------------------------------

    def pending(self, state: BucketState) -> str:
        return bucket_under_way(state.bucket)

    def failed(self, state: BucketState) -> str:
        return bucket_failure(state.bucket)

    def view(self, state: BucketState) -> dict[str, Any]:
        if state.bucket is None:
            return {}
        settings = {name: value for name, value in (state.settings or {}).items() if name in self._asked}
        return {**state.bucket, **settings}

    def managed(self, state: BucketState) -> dict[str, Any] | None:
        if state.bucket is None or state_of(state.bucket) == DELETING:
            return None
        known = state.settings or {}
        return {"name": state.bucket["name"], **{name: known.get(name) for name in self._asked}}

    def listed(self, state: BucketState) -> Mapping[str, Any] | None:
        return state.bucket


class BucketInfo(TaggableInfo):
    """``scp_archive_bucket_info``."""

    kind = BUCKETS
    plural = "buckets"

    def read(self) -> dict[str, Any]:
        shown = map_concurrently(
            self._complete, sorted(self.select(self._found()), key=lambda bucket: str(bucket["name"]))
        )
        return {self.plural: [bucket for bucket in shown if bucket is not None]}

    def _found(self) -> list[dict[str, Any]]:
        """The buckets that are asked for, as the list or show operation gives them."""
        finder = Finder(self.client, BUCKETS)
        if identifier := self.params.get("bucket_id"):
            bucket = finder.by_id(identifier)
            return [bucket] if bucket is not None else []
        if name := self.params.get("name"):
            return finder.named(name)
        return self.client.read_list(BUCKETS.listing)

    def _complete(self, bucket: dict[str, Any]) -> dict[str, Any] | None:
        """One bucket with its details and what was gathered; ``None`` if it went in the meantime."""
        shown = bucket if "state" in bucket else Finder(self.client, BUCKETS).by_id(str(bucket["id"]))
        if shown is None:
            return None
        parts = sorted(self.gather)
        try:
            read = map_concurrently(lambda part: self._parts[part](shown), parts)
        except NotFound:
            return None
        return {**shown, **dict(zip(parts, read, strict=True))}

    @property
    def _parts(self) -> dict[str, Callable[[Mapping[str, Any]], Any]]:
        def enabled(name: str) -> Callable[[Mapping[str, Any]], bool]:
            show = SETTINGS[name][0]
            return lambda bucket: bool(self.client.call(show, path={"bucket_id": bucket["id"]})["enabled"])

        return {
            **{name: enabled(name) for name in SETTINGS},
            "policies": lambda bucket: read_policies(self.client, str(bucket["id"])),
        }
