# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that say which volumes of disaster recovery a task is about."""

from __future__ import annotations


class ModuleDocFragment:
    """``scp.storage.dr_volumes``."""

    DOCUMENTATION = r"""
options:
  volumes:
    description:
      - Volumes and volume groups. Each item is a name, or a dictionary with C(name) and keys that override the options for all volumes.
      - The list C(replicas) that M(scp.storage.scp_dr_plan) returns is accepted unchanged, and so is the fact C(dr_replicas) of a role.
      - "C(name): name or id of the volume. Required."
      - "C(kind): V(filestorage_volume) (the default, also V(filestorage)), V(bm_volume) (also V(bm)), or V(bm_volume_group) (also V(bm_group))."
      - "C(region): region of the volume. C(target_region): region of its replica. It must be another region, unless C(target_zone) is another zone of the
        same region."
      - "C(target_zone): zone of the replica. With it, C(target_region) can be omitted."
      - "C(target_name): name of the replica. The default is the name of the volume. Required if C(name) is an id."
      - "C(source_id), C(target_id): ids of the volume and of its replica, for ambiguous names."
      - "C(members): for a volume group, a list with the C(id) of each volume of its replica, as C(replicas) have it."
      - "C(mount_path): the folder where servers mount the volume, for the list C(mounts) of M(scp.storage.scp_dr_plan)."
      - "C(frequency), C(protocol), C(type_name), C(snapshot_rate), C(target_volume_prefix), C(target_access_rules), C(target_attachments): like the
        options of M(scp.storage.scp_dr_plan) with the same names."
      - "Instead of C(name), an item can have C(tagged), a dictionary of tags such as C({dr: gold}). It selects all volumes of its C(kind) and C(region) that
        have these tags and that no other item names. If there is none, the task fails. If the region does not answer, the names are read from Resource
        Manager."
      - Text is also accepted, for surveys. It contains the list in JSON or YAML, or names separated by commas or blanks.
      - All mistakes in the list are reported at once, before any call.
    type: raw
    required: true
  region:
    description:
      - Region of volumes that have no C(region). It is never read from the environment, because the region must be explicit in a disaster.
    type: str
  target_region:
    description: Region of the replicas, for volumes that have no C(target_region).
    type: str
  target_zone:
    description:
      - Zone of the replicas, for volumes that have no C(target_zone), for example V(kr-east1-a). With this option, API versions with zones are used.
      - If not given and the API version requires a zone, the entry of O(zones) for the region is used, or E(SCP_ZONE).
    type: str
  only:
    description:
      - Names of the volumes in O(volumes) to work on. The others are skipped. Names of replicas and ids are also accepted.
      - A name that is not in O(volumes) is an error.
    type: list
    elements: str
  skip:
    description: Names of volumes in O(volumes) to skip. A name that is not in O(volumes) is an error.
    type: list
    elements: str
  variable_prefix:
    description:
      - Prefix of the names of options in messages. Roles set it, so that messages name their variables, for example V(dr_failover_).
    type: str
"""
