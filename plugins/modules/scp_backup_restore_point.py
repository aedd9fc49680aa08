#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_backup_restore_point
short_description: Delete restore points by id, age or number
version_added: 0.1.0
description:
  - Delete restore points of a backup before their retention period is over, with one call. The API calls them restore targets.
  - A deletion by age or by number always keeps the newest restore point that can be restored. It also keeps the restore points on which a remaining
    incremental one depends, back to its full one. The name of the schedule shows whether a restore point is incremental. To delete such a restore
    point anyway, list it in O(restore_points).
author:
  - the scp.storage authors (@scp-storage)
extends_documentation_fragment:
  - scp.storage.attributes
  - scp.storage.connection
  - scp.storage.wait
attributes:
  idempotent:
    description: When run twice in a row without anything else changing, the second run does not report C(changed).
    support: full
options:
  backup:
    description:
      - Name or id of the backup.
    type: str
    required: true
  state:
    description:
      - V(absent) deletes restore points. There is no other state. M(scp.storage.scp_backup_run) creates restore points.
      - A backup that does not exist has no restore points.
    type: str
    choices: [absent]
    required: true
  restore_points:
    description:
      - Ids of the restore points to delete, which can include the newest. Ids that do not exist are ignored.
      - Dependent incremental restore points may also be deleted, or may no longer be restorable. See RV(dropped_restore_points).
      - Exactly one of O(restore_points), O(older_than) and O(keep) is required.
    type: list
    elements: str
  older_than:
    description:
      - Delete restore points that are older than this. A number of seconds, or a number with V(s), V(m), V(h), V(d) or V(w).
    type: str
  keep:
    description:
      - Number of the newest restore points to keep. Older ones are deleted. Restore points that cannot be restored do not count.
    type: int
  otp_session_id:
    description:
      - Id of a session with a one-time password, to delete with API version 1.4. How to create one is not published.
      - Versions up to 1.3 do not need it. The collection deletes with these versions as long as the service offers them.
    type: str
notes:
  - "IAM actions needed, in C(backup): ListBackups, ShowBackup, ListRestoreTargets; to delete DeleteRestoreTarget."
seealso:
  - module: scp.storage.scp_backup_restore_point_info
  - module: scp.storage.scp_backup
    description: Its C(retention_period) sets how long restore points are kept.
"""

EXAMPLES = r"""
---
- name: Delete restore points that are older than 90 days
  scp.storage.scp_backup_restore_point:
    backup: web-image
    state: absent
    older_than: 90d

- name: Keep only the newest three, and the restore points on which they depend
  scp.storage.scp_backup_restore_point:
    backup: web-image
    state: absent
    keep: 3

- name: List the restore points
  scp.storage.scp_backup_restore_point_info:
    backup: web-image
  register: web_image

- name: Delete the restore point that was created while the disk was full
  scp.storage.scp_backup_restore_point:
    backup: web-image
    state: absent
    restore_points:
      - "{{ web_image.restore_points[0].restore_target_id }}"
"""

RETURN = r"""
---
restore_point:
  description: The newest remaining restore point. Empty if there is none.
  returned: success
  type: dict
  contains:
    restore_target_id:
      description: Id of the restore point.
      type: str
    backup_id:
      description: Id of the backup.
      type: str
    backup_start_time:
      description: The time of the data, which is the time when the job began.
      type: str
    schedule_id:
      description: Id of the schedule that it is of.
      type: str
    schedule_name:
      description: Name of the schedule, which begins with its type.
      type: str
    retention_period:
      description: How long it is kept, for example V(MONTH_1).
      type: str
    usage_gb:
      description: How many GB it takes.
      type: float
    is_restore_available:
      description: Whether the service reports that it can be restored.
      type: bool
  sample:
    restore_target_id: ca1a8e76-af49-40ea-93f8-a5989ffe138b
    backup_id: 00cd2538fbf94d12b36aabbdd607e974
    backup_start_time: "2026-10-01T15:00:00Z"
    schedule_id: f5b8e22b-0d88-4698-9996-fb44217c8227
    schedule_name: INCREMENTAL_DAILY_15:00:00-chg4By
    retention_period: MONTH_1
    usage_gb: 24.2
    is_restore_available: true
deleted_restore_points:
  description: The restore points that were deleted, or would be, the oldest first.
  returned: success
  type: list
  elements: dict
  sample:
  - restore_target_id: ca1a8e76-af49-40ea-93f8-a5989ffe138b
    backup_id: 00cd2538fbf94d12b36aabbdd607e974
    backup_start_time: "2026-10-01T15:00:00Z"
    schedule_id: f5b8e22b-0d88-4698-9996-fb44217c8227
    schedule_name: INCREMENTAL_DAILY_15:00:00-chg4By
    retention_period: MONTH_1
    usage_gb: 24.2
    is_restore_available: true
dropped_restore_points:
  description: Restore points that the service deleted in the meantime without a request, for example those that depend on a deleted one. Empty in check mode.
  returned: success
  type: list
  elements: dict
  sample: []
operations:
  description:
    - The API operations that changed something, in order, by their C(operationId). In check mode, the operations that a real run would send.
  returned: always
  type: list
  elements: str
  sample: [DeleteBackupRestoreTarget]
error:
  description: Details of the failed call.
  returned: when a call failed
  type: dict
  sample:
    service: backup
    operation: DeleteBackupRestoreTarget
    region: kr-west1
    status: 401
    code: UNAUTHORIZED
    detail: HmacValidFail
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.backup.specs import RESTORE_POINT as SPEC


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
