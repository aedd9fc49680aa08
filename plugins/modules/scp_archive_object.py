#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_archive_object
short_description: Delete archived objects or object versions
version_added: 0.1.0
description:
  - Delete objects of a bucket of Archive Storage, folders with their content, or versions of one object.
  - Missing objects are not an error. One call deletes all existing ones.
  - The API has no call to put an object into a bucket. Archiving does that, see M(scp.storage.scp_archive_policy).
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
  bucket:
    description:
      - Name or id of the bucket of Archive Storage.
    type: str
    required: true
  state:
    description:
      - Must be V(absent). It is required because deleted objects cannot be restored.
    type: str
    choices: [absent]
    required: true
  paths:
    description:
      - Paths of the objects to delete. The path of a folder ends with V(/). Its content is also deleted.
      - In a bucket with versioning, versions of deleted objects can remain.
    type: list
    elements: str
  path:
    description:
      - Path of the object whose O(versions) are deleted.
    type: str
  versions:
    description:
      - Ids of the versions to delete. M(scp.storage.scp_archive_object_info) with O(scp.storage.scp_archive_object_info#module:versions_of)
        lists them.
    type: list
    elements: str
notes:
  - "Operations that are called, in C(archivestorage): ListBuckets, ShowBucket; for O(paths) ListBucketObjects for each folder that they are in,
    DeleteBucketObjects; for O(versions) ListBucketObjectVersions, DeleteBucketObjectVersions. The names of the IAM actions that allow them are not
    published for this service."
seealso:
  - module: scp.storage.scp_archive_object_info
"""

EXAMPLES = r"""
---
- name: Delete a file, and a folder with its content
  scp.storage.scp_archive_object:
    bucket: app-archive
    state: absent
    paths:
      - app/2024-10-01.log
      - db/audit/

- name: List the versions of a file
  scp.storage.scp_archive_object_info:
    bucket: app-archive
    versions_of: readme.txt
    query: "versions[?!latest].object_version_id"
  register: older

- name: Delete older versions of the file
  scp.storage.scp_archive_object:
    bucket: app-archive
    state: absent
    path: readme.txt
    versions: "{{ older.result }}"
"""

RETURN = r"""
---
object:
  description: What the task was about.
  returned: success
  type: dict
  contains:
    bucket_id:
      description: Id of the bucket.
      type: str
    paths:
      description: The paths that were to go.
      returned: when O(paths) was given
      type: list
      elements: str
    path:
      description: The object whose versions were to go.
      returned: when O(path) was given
      type: str
    versions:
      description: The versions that were to go.
      returned: when O(versions) was given
      type: list
      elements: str
  sample:
    bucket_id: 3d036efe-f576-48b0-8375-6d3704a95b63
    paths: [app/2024-10-01.log, db/audit/]
deleted_paths:
  description: Those of them that were there.
  returned: when O(paths) was given
  type: list
  elements: str
  sample: [db/audit/]
deleted_versions:
  description: Those of them that were there.
  returned: when O(versions) was given
  type: list
  elements: str
  sample: [Oc9nEYWV.6VjzsIMXFZWM1zL8HcYvKl]
operations:
  description:
    - The API operations that changed something, in order, by their C(operationId). In check mode, the operations that a real run would send.
  returned: always
  type: list
  elements: str
  sample: [DeleteBucketObjects]
error:
  description: Details of the failed call.
  returned: when a call failed
  type: dict
  sample:
    service: archivestorage
    operation: DeleteBucketObjects
    region: kr-west1
    status: 401
    code: UNAUTHORIZED
    detail: HmacValidFail
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.archivestorage.specs import OBJECT as SPEC


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
