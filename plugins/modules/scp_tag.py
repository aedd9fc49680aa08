#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_tag
short_description: Manage the tags of a resource
version_added: 0.1.0
description:
  - Add, change and remove tags of a resource of any service, with Resource Manager.
  - The modules that manage a resource also manage its tags, with their option O(tags). Use this module for resources that no module manages, for example
    servers, or if several teams have tags on the same resource.
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
  srn:
    description:
      - The SRN of the resource, such as C(srn:e::ACCOUNT:kr-west1::filestorage:volume/ID). M(scp.storage.scp_tag_info) returns it.
      - The region in the SRN is used, and O(region) is ignored.
    type: str
  service:
    description:
      - Service of the resource, as in its SRN, for example V(filestorage), V(baremetal-blockstorage), V(backup), or V(virtualserver). Required without
        O(srn).
    type: str
  resource_type:
    description:
      - Type of the resource, as in its SRN, for example V(volume), V(backup), or V(server). Required without O(srn).
    type: str
  resource_id:
    description:
      - Id of the resource.
    type: str
  name:
    description:
      - Name of the resource, as Resource Manager lists it. It must match exactly. The suffix that the service appends can be omitted.
    type: str
  state:
    description:
      - V(present) adds missing tags and changes different values.
      - V(absent) removes the tags with these keys, whatever their values are.
    type: str
    choices: [present, absent]
    default: present
  tags:
    description:
      - Tags of the resource, at most 50. Each key must be unique and not empty.
      - "A dictionary of keys and values is accepted as well, such as C({team: web})."
    type: list
    elements: dict
    required: true
    suboptions:
      key:
        description: Key of the tag, up to 128 characters.
        type: str
        required: true
      value:
        description: Value of the tag, up to 256 characters.
        type: str
  purge_tags:
    description:
      - Whether to remove the tags of the resource that O(tags) does not list.
    type: bool
    default: false
notes:
  - "Operations that are called, in C(resourcemanager): ListComponentsTags, with O(name) ListResources; to change UpdateComponentsTags and
    DeleteComponentsTag; for an O(srn) without a region ListResourceTags, UpdateResourceTags and DeleteResourceTag. The names of the IAM actions that
    allow them are not published for this service."
  - Resource Manager can list a resource for some time after its deletion.
seealso:
  - module: scp.storage.scp_tag_info
"""

EXAMPLES = r"""
---
- name: Tag a volume by its name
  scp.storage.scp_tag:
    service: filestorage
    resource_type: volume
    name: web_data
    tags:
      team: web
      stage: production

- name: Set exactly these tags of a volume
  scp.storage.scp_tag:
    service: filestorage
    resource_type: volume
    resource_id: "{{ web_volume_id }}"
    tags: {team: web}
    purge_tags: true

- name: Remove a tag
  scp.storage.scp_tag:
    service: filestorage
    resource_type: volume
    name: web_data
    tags: {team: ""}
    state: absent
"""

RETURN = r"""
---
resource:
  description: The resource and all of its tags after the task.
  returned: when the resource exists
  type: dict
  contains:
    id:
      description: Id of the resource.
      type: str
    region:
      description: Its region. It is empty if the service has no regions.
      type: str
    service:
      description: Its service.
      type: str
    resource_type:
      description: Its type.
      type: str
    srn:
      description: Its SRN.
      returned: for an O(srn) without a region
      type: str
    tags:
      description: Its tags, by key.
      type: dict
  sample:
    id: bfdbabf2-04d9-4e8b-a205-020f8e6da438
    region: kr-west1
    service: filestorage
    resource_type: volume
    tags: {team: web, stage: production}
operations:
  description: The API operations that changed something, in order; in check mode those that would.
  returned: always
  type: list
  elements: str
  sample: [UpdateComponentsTags]
error:
  description: Details of the failed call.
  returned: when a call failed
  type: dict
  sample:
    service: resourcemanager
    operation: UpdateComponentsTags
    region: kr-west1
    status: 403
    code: Forbidden
    detail: ""
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.specs import TAG as SPEC


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
