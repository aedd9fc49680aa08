# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Archive Storage holds, in all regions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ...tables import Record

UNVERSIONED = "null"
"""The version id of what was archived without versioning."""

PREFIXES = "1.3"
"""The version from which on policies have names and prefixes, and Object Storage buckets zones."""


@dataclass(slots=True)
class Bucket(Record):
    """A bucket. ``state``: CREATING, ACTIVE, DELETING, ERROR. An empty ``source`` is none yet."""

    name: str = ""
    region: str = "kr-west1"
    state: str = "ACTIVE"
    source: str = ""
    versioning: bool = False
    encryption: bool = False
    tags: list[Any] = field(default_factory=list)


@dataclass(slots=True)
class UsedName(Record):
    """The name of a bucket that is gone, until ``free_at`` (seconds since the epoch)."""

    name: str = ""
    region: str = "kr-west1"
    free_at: float = 0.0


@dataclass(slots=True)
class Policy(Record):
    """An archiving policy. ``lifecycle`` is in days; ``planned`` shows that its next run is among the events.

    ``path`` is ``/`` for everything, or the prefix of what is archived. Only newer versions give a ``name``.
    """

    bucket_id: str = ""
    source: str = ""
    path: str = "/"
    lifecycle: str = "1"
    state: str = "ACTIVE"
    planned: bool = False
    name: str = ""


@dataclass(slots=True)
class Version(Record):
    """One version of an archived object; the current one is the object itself. ``size`` is in bytes."""

    bucket_id: str = ""
    path: str = ""
    version_id: str = UNVERSIONED
    size: int = 0
    etag: str = ""
    modified_at: str = ""
    current: bool = True


@dataclass(slots=True)
class Run(Record):
    """Archiving or recovery. ``state``: PENDING, RUNNING, CANCELLING, SUCCESS, FAILED, CANCELLED, SKIPPED.

    ``parts`` has an object with ``path`` and ``objects`` for each path asked for; of all objects together ``done`` are
    done. ``runs_at`` is when it began to run, in seconds since the epoch, 0 before that.
    """

    bucket_id: str = ""
    state: str = "SUCCESS"
    start_at: str = ""
    end_at: str | None = None
    parts: list[Any] = field(default_factory=list)
    done: int = 0
    runs_at: float = 0.0


@dataclass(slots=True)
class Archiving(Run):
    """One run of a policy, out of the bucket ``source``."""

    policy_id: str = ""
    source: str = ""
    policy_name: str = ""


@dataclass(slots=True)
class Recovery(Run):
    """One recovery into the Object Storage bucket ``target``; objects that were there and stayed are ``skipped``."""

    recovery_id: str = ""
    target: str = ""
    overwrite: bool = False
