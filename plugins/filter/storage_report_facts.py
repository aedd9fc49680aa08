# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: storage_report_facts
short_description: Evaluate the results of info modules for a storage report
version_added: 0.1.0
description:
  - Works out the facts of a storage report from what the info modules of this collection returned, what it is measured against, and what the
    reports of earlier days have measured. It calls nothing and reads no file.
  - The role P(scp.storage.storage_report#role) makes its page and its JSON of it.
author:
  - the scp.storage authors (@scp-storage)
positional: _input
options:
  _input:
    description:
      - What was read of each kind, with C(filestorage_volume), C(pfs_volume), C(bm_volume), C(bm_volume_group), C(backup) and C(archive_bucket) as
        keys, or their short forms.
      - Each is the C(results) of a task that called the info module of this kind in a loop over regions.
    type: dict
    required: true
  limits:
    description: As P(scp.storage.storage_report_plan#filter) returns them.
    type: dict
    required: true
  now:
    description: The moment from which ages are counted, in ISO 8601 with a zone.
    type: str
    required: true
  jobs:
    description: The C(results) of a task that called M(scp.storage.scp_archive_job_info) in a loop over ids of buckets.
    type: list
    elements: dict
    default: []
  history:
    description: The C(history) that the report before returned, as JSON. Empty for a first report.
    type: str
    default: ""
  keep:
    description: For how many days measurements are kept.
    type: int
    default: 90
seealso:
  - plugin: scp.storage.storage_report_plan
    plugin_type: filter
"""

EXAMPLES = r"""
---
- name: Read volumes
  scp.storage.scp_filestorage_volume_info:
    region: "{{ item }}"
    gather: [snapshots, snapshot_schedule, replications]
  loop: [kr-west1, kr-east1]
  register: there

- name: Which of them are unprotected
  ansible.builtin.debug:
    msg: "{{ facts.report.volumes | selectattr('unprotected') | map(attribute='name') }}"
  vars:
    # The options of the role, each with its value.
    limits: "{{ (my_options | scp.storage.storage_report_plan).limits }}"
    facts: "{{ {'filestorage_volume': there.results} | scp.storage.storage_report_facts(limits, now(utc=true).isoformat() ~ '+00:00') }}"
"""

RETURN = r"""
---
_value:
  description:
    - The C(report), whose keys the README of the role explains, and the C(history) to keep for the next one, which is empty where O(history)
      could not be read.
  type: dict
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from ansible_collections.scp.storage.plugins.plugin_utils.storage_report.report import facts


def storage_report_facts(
    readings: Mapping[str, Sequence[Mapping[str, Any]]],
    limits: Mapping[str, Any],
    now: str,
    jobs: Sequence[Mapping[str, Any]] = (),
    history: str = "",
    keep: int = 90,
) -> dict[str, Any]:
    """See the documentation above."""
    return facts(readings, jobs, limits, datetime.fromisoformat(now), history, keep)


class FilterModule:
    """The filter of this file's name."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return it by its name."""
        return {"storage_report_facts": storage_report_facts}
