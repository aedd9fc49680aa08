# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``scp_archive_lifecycle``: buckets of Archive Storage, and the buckets of Object Storage that they archive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from ..engine.workflow import Blocked, Change, Converged, Converging, Workflow
from ..resources.archivestorage.policy import STATES
from ..resources.kinds import Storage
from .items import (
    Item,
    ItemList,
    ItemSpec,
    bool_key,
    choice_key,
    number_key,
    read_items,
    region_key,
    tags_key,
    text_key,
)
from .report import Report, Row, failure_from, join_messages

BUCKET, POLICY = "archive_bucket", "archive_policy"
HEADER = ("BUCKET", "REGION", "STATE", "VERSIONING", "ENCRYPTION", "ARCHIVES", "AFTER DAYS")
#: The service documents no limit. A longer time is a mistake in a number.
MAX_DAYS = 36_500
SOURCE, DAYS = "archiving_source_bucket_name", "object_lifecycle"


@dataclass(frozen=True)
class Bucket:
    """What one bucket is to have.

    :ivar settings: ``versioning`` and ``encryption``, where they are not left as they are.
    :ivar source: the bucket of Object Storage that it archives; empty for none.
    """

    name: str
    region: str
    settings: Mapping[str, bool]
    tags: Sequence[Mapping[str, Any]] = ()
    source: str = ""
    days: int | None = None
    state: str = "active"

    def entries(self) -> list[dict[str, Any]]:
        """Return what the batch has to converge: the bucket, and its policy if it has one."""
        tags = {"tags": list(self.tags)} if self.tags else {}
        entries: list[dict[str, Any]] = [
            {"kind": BUCKET, "region": self.region, "name": self.name, **self.settings, **tags}
        ]
        if self.source:
            policy = {"bucket": self.name, SOURCE: self.source, DAYS: str(self.days or 1), "state": self.state}
            entries.append({"kind": POLICY, "region": self.region, **policy})
        return entries


def read_buckets(params: Mapping[str, Any], batch: Converging) -> list[Bucket]:
    """Read the list of a task, and apply the defaults of the task.

    :raises StorageError: there are mistakes; the message has all of them.
    """
    keys = (
        region_key("region"),
        bool_key("versioning"),
        bool_key("encryption"),
        tags_key(),
        text_key(SOURCE),
        number_key(DAYS, 1, MAX_DAYS, " of days"),
        choice_key("state", tuple(STATES)),
    )
    prefix = str(params.get("variable_prefix") or "")
    spec = ItemSpec(f"{prefix}buckets", (BUCKET,), keys, label="bucket")
    # What is for all of them does not make a bucket archive something.
    defaults = {name: params.get(name) for name in ("versioning", "encryption", "tags")}
    items = read_items(spec, params["buckets"], {**defaults, "region": batch.client.settings.region})
    days = number_key(DAYS, 1, MAX_DAYS, " of days")
    default_days = params.get(DAYS)
    if default_days not in (None, "") and (mistake := days.check(default_days)):
        items.mistakes.append((f"{prefix}{DAYS}", mistake.removeprefix(f"{DAYS} ")))
        default_days = 1
    buckets = [_bucket(items, item, default_days, prefix) for item in items.items]
    for item, bucket in zip(items.items, buckets, strict=True):
        for mistake in batch.mistakes(bucket.entries()):
            items.reject(item, mistake)
    items.validated()
    return buckets


def _bucket(items: ItemList, item: Item, default_days: Any, prefix: str) -> Bucket:
    source, own_days = item[SOURCE] or "", item[DAYS]
    days = own_days if own_days is not None else default_days
    if source and days in (None, "") and not items.has_mistake(item, DAYS):
        items.reject(item, f"it has no {DAYS} (days). Set it here, or for all buckets with {prefix}{DAYS}")
    if not source and (own_days is not None or item["state"] is not None):
        items.reject(item, f"{DAYS} and state need {SOURCE}, the bucket that it archives")
    settings = {name: item[name] for name in ("versioning", "encryption") if item[name] is not None}
    return Bucket(
        item.name,
        item["region"],
        settings,
        tuple(item["tags"] or ()),
        source,
        int(days) if source and days not in (None, "") else None,
        item["state"] or "active",
    )


@dataclass(frozen=True)
class Outcome:
    """What became of a bucket and its policy."""

    bucket: Bucket
    results: Sequence[Converged]

    def _shown(self, key: str) -> dict[str, Any]:
        return next((result.result[key] for result in self.results if result.result.get(key)), {})

    @property
    def change(self) -> Change:
        """What became of the bucket."""
        changes = [result.change for result in self.results]
        if "failed" in changes:
            return "failed"
        if "skipped" in changes:
            return "skipped"
        if changes[0] == "unchanged" and any(result.operations for result in self.results):
            return "changed"
        return changes[0]

    def row(self) -> Row:
        """Return the bucket as a row of the report."""
        view = self.view()
        policy = view["policy"] or {}
        source = str((policy.get("archiving_source") or {}).get("bucket_name") or "")
        inactive = source and str(policy.get("state")).upper() == STATES["inactive"]
        cells = (
            self.bucket.name,
            self.bucket.region,
            str(view["state"] or ""),
            "" if view["versioning"] is None else str(view["versioning"]).lower(),
            "" if view["encryption"] is None else str(view["encryption"]).lower(),
            f"{source} (inactive)" if inactive else source,
            str(policy.get(DAYS) or ""),
        )
        failures = [failure_from(result) for result in self.results if result.change == "failed"]
        return Row(self.bucket.name, self.bucket.region, cells, self.change, view["operations"], failures)

    def view(self) -> dict[str, Any]:
        """Return the bucket as results show it."""
        bucket = self._shown("bucket")
        failed = [failure_from(result) for result in self.results if result.change == "failed"]
        return {
            "name": self.bucket.name,
            "region": self.bucket.region,
            "id": bucket.get("id"),
            "state": bucket.get("state"),
            "versioning": bucket.get("versioning"),
            "encryption": bucket.get("encryption"),
            "policy": self._shown("policy") or None,
            "change": self.change,
            "operations": [operation for result in self.results for operation in result.operations],
            "message": join_messages(failed),
        }


class ArchiveLifecycle(Workflow):
    """``scp_archive_lifecycle``."""

    kinds: ClassVar = {kind: Storage.kinds[kind] for kind in (BUCKET, POLICY)}

    def run(self) -> dict[str, Any]:
        buckets = read_buckets(self.params, self.batch)
        entries = [bucket.entries() for bucket in buckets]
        blocked = False
        try:
            results = self.batch.converge_all([entry for one in entries for entry in one])
        except Blocked as error:
            results, blocked = list(error.converged), True
        outcomes, remaining = [], list(results)
        for bucket, own in zip(buckets, entries, strict=True):
            outcomes.append(Outcome(bucket, remaining[: len(own)]))
            remaining = remaining[len(own) :]
        report = Report("bucket", HEADER, [one.row() for one in outcomes], dry_run=self.batch.dry_run, blocked=blocked)
        return {"buckets": [one.view() for one in outcomes], **report.result()}
