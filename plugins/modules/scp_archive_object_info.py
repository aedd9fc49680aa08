#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_archive_object_info
short_description: Get information about archived objects and their versions
version_added: 0.1.0
description:
  - Read the objects of a bucket of Archive Storage, all of them or those that fit, or the versions of one.
  - Nothing found is an empty list, not an error, also where there is no such bucket. Lists are read to their end, however long they are.
author:
  - the scp.storage authors (@scp-storage)
extends_documentation_fragment:
  - scp.storage.attributes
  - scp.storage.connection
  - scp.storage.info
options:
  bucket:
    description:
      - Name or id of the bucket of Archive Storage.
    type: str
    required: true
  object_path:
    description:
      - Only what is in this folder, V(/) for the root. Left out, the service decides how deep it looks.
    type: str
  object_name:
    description:
      - Only objects with this in their names, compared as the service does.
    type: str
  object_type:
    description:
      - Only files, or only folders.
    type: str
    choices: [FILE, FOLDER]
  versions_of:
    description:
      - Path of an object whose versions are read in place of a list of objects.
    type: str
notes:
  - "Operations that are called, in C(archivestorage): ListBuckets, ShowBucket, ListBucketObjects; for O(versions_of) ListBucketObjectVersions. The
    names of the IAM actions that allow them are not published for this service."
seealso:
  - module: scp.storage.scp_archive_object
  - module: scp.storage.scp_archive_recovery
"""

EXAMPLES = r"""
---
- name: All that is archived
  scp.storage.scp_archive_object_info:
    bucket: app-archive
  register: archived

- name: The files of one folder
  scp.storage.scp_archive_object_info:
    bucket: app-archive
    object_path: app/
    object_type: FILE

- name: The versions of a file, the newest first
  scp.storage.scp_archive_object_info:
    bucket: app-archive
    versions_of: readme.txt
    query: "reverse(sort_by(versions, &modified_at))[].object_version_id"
  register: versions
"""

RETURN = r"""
---
objects:
  description: The objects, in the order of the service.
  returned: when O(versions_of) was not given
  type: list
  elements: dict
  contains:
    object_name:
      description: Path of the object.
      type: str
    object_type:
      description: V(FILE) or V(FOLDER).
      type: str
    object_size:
      description: Size of a file, as a text; V(null) for a folder.
      type: str
    modified_at:
      description: When it was modified.
      type: str
  sample:
    - object_name: app/2024-10-01.log
      object_type: FILE
      object_size: "52480"
      modified_at: "2026-04-09T05:54:46.244000+00:00"
versions:
  description: The versions of the object, in the order of the service.
  returned: when O(versions_of) was given
  type: list
  elements: dict
  contains:
    object_path:
      description: Path of the object.
      type: str
    object_version_id:
      description: Id of the version.
      type: str
    latest:
      description: Whether it is the current version of the object.
      type: bool
    modified_at:
      description: When it was modified.
      type: str
    etag:
      description: A sum of what is in it.
      type: str
    size:
      description: Its size, as a text.
      type: str
  sample:
    - object_path: readme.txt
      object_version_id: Oc9nEYWV.6VjzsIMXFZWM1zL8HcYvKl
      latest: true
      modified_at: "2026-04-09T05:54:46.244000+00:00"
      etag: 4f6094f1e0619a6504efcb5e69e63bec
      size: "1024"
result:
  description: Data that O(query) selects.
  returned: when O(query) is given
  type: raw
  sample: [Oc9nEYWV.6VjzsIMXFZWM1zL8HcYvKl]
error:
  description: Details of the failed call.
  returned: when a call failed
  type: dict
  sample:
    service: archivestorage
    operation: ListBucketObjects
    region: kr-west1
    status: 401
    code: UNAUTHORIZED
    detail: HmacValidFail
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.archivestorage.specs import OBJECT_INFO as SPEC


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
