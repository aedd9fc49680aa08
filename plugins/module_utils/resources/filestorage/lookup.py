# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the nouns of File Storage share: how volumes are found, and the calls that several of them make."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ...client.errors import CallError, NotFound, StorageError
from ...client.parallel import map_concurrently
from ...engine.lookup import Finder, LookupSpec
from ...engine.plan import Step
from ...operations import filestorage as api
from .. import snapshots
from ..shared_volume import NAME_RULE, NAME_RULE_TEXT, RuleKey, as_rule

VOLUMES = LookupSpec(
    title="File Storage volume",
    listing=api.LIST_VOLUMES,
    show=api.SHOW_VOLUME,
    option="volume_id",
    module="scp_filestorage_volume",
    rule=NAME_RULE,
    rule_text=NAME_RULE_TEXT,
    suffixed=True,
    resource_type="volume",
)
#: The only special characters that a CIFS password can have (official documentation of File Storage).
CIFS_SPECIAL = "!#&'*+,-.:;<=>?@^_`~/|"
_SPECIAL = re.escape(CIFS_SPECIAL)
_CIFS_PASSWORD = re.compile(rf"(?=.*[A-Za-z])(?=.*[0-9])(?=.*[{_SPECIAL}])[A-Za-z0-9{_SPECIAL}]{{6,20}}")
#: ``purpose`` of a volume that is an end of a replication, and of the target of a disk backup.
REPLICATING = ("original", "replication")
DISK_BACKUP = "backup"
#: ``purpose`` of a volume that is neither (platform-behaviour.md §5).
NO_PURPOSE = "none"


def check_cifs_password(password: str | None) -> None:
    """Refuse a password that the service would refuse, without repeating it."""
    if password is not None and not _CIFS_PASSWORD.fullmatch(password):
        raise StorageError(
            "cifs_password must have 6 to 20 characters, with a letter from A to Z or a to z, a digit, and one of the"
            f" special characters {CIFS_SPECIAL} and no other characters."
        )


def still_held(error: CallError) -> bool:
    """A delete that is refused for a moment after a snapshot or a replication went (platform-behaviour.md §5.7)."""
    return error.status in (400, 409)


def read_access_rules(finder: Finder, volume_id: str) -> tuple[dict[str, Any], ...]:
    return tuple(finder.client.read_list(api.LIST_ACCESS_RULES, region=finder.region, path={"volume_id": volume_id}))


def set_access_rule(
    volume_id: str,
    key: RuleKey,
    action: str,
    effect: Callable[[Any], Any],
    *,
    region: str = "",
    no_wait: bool = True,
) -> Step[Any]:
    """Add or remove one access rule.

    :param effect: the state after it.
    :param no_wait: the next step need not wait until it has taken effect.
    """
    return Step(
        api.SET_ACCESS_RULE,
        lambda before, _answer: effect(before),
        region=region,
        path={"volume_id": volume_id},
        body={**as_rule(key), "action": action},
        is_retryable=snapshots.busy,
        no_wait=no_wait,
    )


def delete_leftover(
    volume_id: str, snapshot: Mapping[str, Any], drop: Callable[[Any, Mapping[str, Any]], Any], region: str = ""
) -> Step[Any]:
    """Delete a system snapshot that a replication left behind."""
    return Step(
        api.DELETE_SNAPSHOT,
        lambda before, _answer: drop(before, snapshot),
        region=region,
        path={"snapshot_id": snapshot["id"]},
        query={"volume_id": volume_id},
        is_retryable=snapshots.busy,
        no_wait=True,
    )


def delete_volume(volume_id: str, effect: Callable[[Any], Any], region: str = "") -> Step[Any]:
    """Delete a volume; a refusal right after a snapshot or a replication went is taken as "not yet"."""
    return Step(
        api.DELETE_VOLUME,
        lambda before, _answer: effect(before),
        region=region,
        path={"volume_id": volume_id},
        is_retryable=still_held,
    )


def read_schedule(client: Any, volume_id: str) -> dict[str, Any] | None:
    """A volume's snapshot schedule as one flat object, or ``None`` (platform-behaviour.md §3: an array)."""
    answer = client.call(api.LIST_SNAPSHOT_SCHEDULE, query={"volume_id": volume_id})
    schedules = answer.get("snapshot_schedule") or []
    if not schedules:
        return None
    around = {name: answer.get(name) for name in ("snapshot_retention_count", "snapshot_policy_enabled")}
    return {"volume_id": volume_id, **around, **schedules[0]}


def read_replications(client: Any, volume_id: str, region: str = "") -> list[dict[str, Any]]:
    """A volume's replications in full, from either end (platform-behaviour.md §5.3)."""
    query = {"volume_id": volume_id}

    def show(item: Mapping[str, Any]) -> dict[str, Any] | None:
        return read_replication(client, str(item["replication_id"]), volume_id, region)

    listed = client.read_list(api.LIST_VOLUME_REPLICATIONS, region=region, query=query)
    return [shown for shown in map_concurrently(show, listed) if shown is not None]


def read_replication(client: Any, replication_id: str, volume_id: str, region: str = "") -> dict[str, Any] | None:
    """One replication in full, or ``None``."""
    try:
        return dict(
            client.call(
                api.SHOW_VOLUME_REPLICATION,
                region=region,
                path={"replication_id": replication_id},
                query={"volume_id": volume_id},
            )
        )
    except NotFound:
        return None
