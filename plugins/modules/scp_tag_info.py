#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_tag_info
short_description: Get the tags of resources
version_added: 0.1.0
description:
  - Returns the resources of a region that have tags, for all services, from Resource Manager. Resources without tags are not in the result.
  - If nothing is found, the result is an empty list and not an error.
author:
  - the scp.storage authors (@scp-storage)
extends_documentation_fragment:
  - scp.storage.attributes
  - scp.storage.connection
  - scp.storage.info
  - scp.storage.tag_filter
options:
  service:
    description:
      - Return only resources of this service, as in SRNs, for example V(filestorage) or V(virtualserver).
    type: str
  resource_type:
    description:
      - Return only resources of this type, as in SRNs, for example V(volume) or V(server).
    type: str
  resource_id:
    description:
      - Return only the resource with this id.
    type: str
notes:
  - "Operations that are called, in C(resourcemanager): ListTags, one call for each thousand tags. The name of the IAM action that allows it is not
    published."
  - Resource Manager can list a resource for some time after its deletion, and a new one only after some time.
seealso:
  - module: scp.storage.scp_tag
"""

EXAMPLES = r"""
---
- name: Get all volumes of File Storage that belong to a team
  scp.storage.scp_tag_info:
    service: filestorage
    resource_type: volume
    tags: {team: web}
  register: web_volumes

- name: Get the keys that are in use
  scp.storage.scp_tag_info:
    query: "resources[].keys(tags)[]"
  register: keys
"""

RETURN = r"""
---
resources:
  description: The resources that match the options and have tags.
  returned: success
  type: list
  elements: dict
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
      type: str
    tags:
      description: Its tags, by key.
      type: dict
  sample:
    - id: bfdbabf2-04d9-4e8b-a205-020f8e6da438
      region: kr-west1
      service: filestorage
      resource_type: volume
      srn: srn:e::0e3dffc50eb247a1adf4f2e5c82c4f99:kr-west1::filestorage:volume/bfdbabf2-04d9-4e8b-a205-020f8e6da438
      tags: {team: web}
result:
  description: Data that O(query) selects.
  returned: when O(query) is given
  type: raw
  sample: [team]
error:
  description: Details of the failed call.
  returned: when a call failed
  type: dict
  sample:
    service: resourcemanager
    operation: ListTags
    region: kr-west1
    status: 403
    code: Forbidden
    detail: ""
    request_id: ""
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.specs import TAG_INFO as SPEC


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
