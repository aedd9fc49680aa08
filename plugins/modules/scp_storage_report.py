#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_storage_report
short_description: Get a report about the protection, capacity and growth of all storage
version_added: 0.1.0
description:
  - Reads all storage of an account in one or several regions concurrently, and returns unprotected resources, the state of replications and backups,
    the age of snapshots, and the capacity with its growth. It changes nothing.
  - If something cannot be read, the report lists it and evaluates the rest. The task then fails, and still returns the report.
  - The role P(scp.storage.storage_report#role) writes the report as a page and as JSON, and keeps the history. Its README describes how resources are
    evaluated, and the keys of RV(report).
author:
  - the scp.storage authors (@scp-storage)
extends_documentation_fragment:
  - scp.storage.attributes
  - scp.storage.connection
  - scp.storage.info
options:
  regions:
    description: Regions to report, as a list, or as a text with commas between them. The default is the region of the connection.
    type: raw
  kinds:
    description:
      - Kinds to report, as a list or as a text with commas, of V(filestorage_volume), V(pfs_volume), V(bm_volume), V(bm_volume_group), V(backup) and
        V(archive_bucket).
      - The short forms V(filestorage), V(pfs), V(bm), V(bm_group) and V(archive) are accepted as well, here and in the other options.
      - Without V(backup) and V(bm_volume_group), block volumes that only these protect count as unprotected. C(notes) of RV(report) mentions this.
    type: raw
    default: [filestorage_volume, pfs_volume, bm_volume, bm_volume_group, backup, archive_bucket]
  history:
    description: The RV(history) of the report before, as JSON. Growth is measured against it. A first report has none.
    type: str
  history_keep:
    description: Number of measurements to keep, one for each day on which there was a report.
    type: int
    default: 90
  snapshot_max_age:
    description:
      - Maximum age of the newest snapshot, for example V(12h) or V(1d), for volumes that no policy names.
      - Or a dictionary with an age for each of V(filestorage_volume), V(pfs_volume), V(bm_volume) and V(bm_volume_group).
    type: raw
    default: 1d
  snapshot_grace:
    description: How much older it may be in each case, because a snapshot that is due takes some time.
    type: str
    default: 2h
  snapshot_space_percent:
    description:
      - Usage of the space for snapshots of a Block Storage (BM) volume, in percent, from which there is a warning. From 90 percent on, it is
        critical, because the service then deletes the oldest snapshots.
    type: int
    default: 80
  policies:
    description:
      - Volumes with a separate age, in the format of O(scp.storage.scp_snapshot_policy#module:volumes). That list is accepted unchanged.
      - Only C(name), C(kind), C(region), C(max_age) and C(schedule) are used. A daily schedule allows an age of one day, a weekly one seven days.
      - A volume that is named here and does not exist is a warning.
    type: raw
  policy_kind:
    description: Kind of the volumes in O(policies) that have no C(kind).
    type: str
    choices: [filestorage_volume, pfs_volume, bm_volume, bm_volume_group, filestorage, pfs, bm, bm_group]
    default: filestorage_volume
  exempt:
    description: Names of volumes that need no protection, as a list or as a text with commas. V(scratch*) matches all names with this beginning.
    type: raw
  replication_max_lag:
    description: Maximum lag of a replica, for example V(15m). The default is twice the cycle of its replication, and at least 15 minutes.
    type: str
  backup_max_age:
    description: Maximum age of the last backup that kept data.
    type: str
    default: 8d
  capacity_gb:
    description:
      - Maximum number of GB of each kind, over all regions of the report, as a dictionary with kinds as keys. Kinds that are not listed have no
        limit.
      - From 80 percent on there is a warning, and also where the limit will be reached within 30 days at the current pace.
    type: raw
  growth_percent:
    description: A file volume or a bucket that grew by this many percent, and by 1 GB at least, is a warning. V(0) turns this off.
    type: int
    default: 50
  growth_period:
    description: How long ago the measurement to compare with was taken. If none is that old, the oldest is used.
    type: str
    default: 7d
  gather_tags:
    description:
      - Whether to read the tags of volumes, groups, backups and buckets as well. Each of them then has C(tags) in RV(report).
      - It costs a call to Resource Manager for each thousand tags of a kind in a region. If they cannot be read, the report shows the error and no tags.
    type: bool
    default: false
  fail_on:
    description:
      - Findings that make the task fail. The task still returns the complete result.
      - With V(unprotected) it is a volume or server that is unprotected, with V(critical) any critical finding, with V(warning) any finding.
    type: str
    choices: [never, unprotected, critical, warning]
    default: never
  require_services:
    description: Whether a service that the account is not entitled to makes the task fail.
    type: bool
    default: false
  variable_prefix:
    description:
      - Prefix of the names of options in messages. Roles set it, so that messages name their variables.
    type: str
notes:
  - Reading costs a few calls for each volume, group and backup. A thousand volumes are about 3,500 calls.
  - The result grows with the account. Set C(no_log) or register it where AWX keeps job events.
  - "IAM actions needed: those of the info modules of the kinds that are read, with their parts."
seealso:
  - module: scp.storage.scp_dr_plan_info
  - plugin: scp.storage.storage_report_page
    plugin_type: filter
"""

EXAMPLES = r"""
---
- name: Get the report of two regions
  scp.storage.scp_storage_report:
    regions: [kr-west1, kr-east1]
    exempt: scratch*
  register: storage

- name: Show the most severe findings
  ansible.builtin.debug:
    msg: "{{ storage.table }}"

- name: Get the names of unprotected file volumes
  scp.storage.scp_storage_report:
    kinds: [filestorage_volume, pfs_volume]
    snapshot_max_age: 2d
    query: report.volumes[?unprotected].name
"""

RETURN = r"""
---
report:
  description:
    - The report. C(findings) contains the findings, sorted by severity, each with C(severity), C(area), C(kind), C(region), C(zone), C(name), C(id)
      and C(message). C(zone) is empty where the API version shows none. The README of the role P(scp.storage.storage_report#role) explains the other keys.
    - Sizes are in bytes, ages in seconds, times in UTC.
  returned: if anything could be read
  type: dict
history:
  description: Value of O(history) for the next report. Empty if O(history) could not be read. In this case, keep the existing history.
  returned: if anything could be read
  type: dict
table:
  description: Lines for users. RV(summary) is followed by the 20 most severe findings and the notes.
  returned: if anything could be read
  type: list
  elements: str
summary:
  description: One line that counts the findings.
  returned: if anything could be read
  type: str
  sample: >-
    2 critical, 1 warnings: 1 unprotected, 1 of 4 replications and 0 of 3 backups in trouble, 1 of 20 volumes without a snapshot that is young enough
failures:
  description: What could not be read, and why.
  returned: if the options are valid
  type: list
  elements: str
result:
  description: Data that O(query) selects.
  returned: when O(query) is given
  type: raw
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.workflows.storage_report.specs import STORAGE_REPORT as SPEC


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
