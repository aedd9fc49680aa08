#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_archive_policy_info
short_description: Get information about the archiving policies of a bucket
version_added: 0.1.0
description:
  - Read the archiving policies of a bucket of Archive Storage.
  - Nothing found is an empty list, not an error, also where there is no such bucket.
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
notes:
  - "Operations that are called, in C(archivestorage): ListBuckets, ShowBucket, ListArchivingPolicies. The names of the IAM actions that allow them
    are not published for this service."
seealso:
  - module: scp.storage.scp_archive_policy
"""

EXAMPLES = r"""
---
- name: The policies of a bucket
  scp.storage.scp_archive_policy_info:
    bucket: app-archive
  register: found

- name: Whether the bucket archives anything
  scp.storage.scp_archive_policy_info:
    bucket: app-archive
    query: "length(policies[?state=='ACTIVE']) > `0`"
  register: archives
"""

RETURN = r"""
---
policies:
  description: The policies.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Id of the policy.
      type: str
    bucket_id:
      description: Id of the bucket that archives.
      type: str
    name:
      description: Name of the policy. It is V(null) up to API version 1.2.
      type: str
    archiving_source:
      description: What is archived. C(bucket_name) is the bucket of Object Storage, C(zone) is its zone if it is known, and C(object_path) is the path in it.
      type: dict
    object_lifecycle:
      description: Age in days at which an object is archived. The service returns it as a text.
      type: str
    state:
      description: V(ACTIVE), or V(INACTIVE) if it does not run.
      type: str
  sample:
    - id: SCH-02d48456-0f35-47e2-8056-b00e09366cac
      bucket_id: 3d036efe-f576-48b0-8375-6d3704a95b63
      name: nightly
      archiving_source:
        bucket_name: west-app-logs
        object_path: /
        zone: kr-west1-sds
      object_lifecycle: "30"
      state: ACTIVE
result:
  description: Data that O(query) selects.
  returned: when O(query) is given
  type: raw
  sample: true
error:
  description: Details of the failed call.
  returned: when a call failed
  type: dict
  sample:
    service: archivestorage
    operation: ListArchivingPolicies
    region: kr-west1
    status: 401
    code: UNAUTHORIZED
    detail: HmacValidFail
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.archivestorage.specs import POLICY_INFO as SPEC


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
