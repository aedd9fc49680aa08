#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_connection_info
short_description: Get information about the connection to Samsung Cloud Platform
version_added: 0.1.0
description:
  - Shows the endpoints and the account that the collection uses, asks each service for its API versions, and tests whether it accepts the key.
  - A service that cannot be used is described in RV(services[].problem). The task fails only if the settings are incomplete.
  - The module was named C(scp) before. That name is redirected.
author:
  - the scp.storage authors (@scp-storage)
extends_documentation_fragment:
  - scp.storage.attributes
  - scp.storage.connection
  - scp.storage.info
options:
  services:
    description:
      - The services to check. The default is the five storage services.
      - Names of servers and networks are read from V(virtualserver), V(baremetal), V(multinodegpucluster) and V(vpc), and tags from
        V(resourcemanager).
    type: list
    elements: str
    choices: [archivestorage, backup, baremetal, baremetal-blockstorage, filestorage, multinodegpucluster, parallel-filestorage, resourcemanager,
      virtualserver, vpc]
notes:
  - "Operations that are called: ListBuckets of C(archivestorage), ListBackups of C(backup), and ListVolumes of each other storage service, which are
    also the IAM actions needed as far as these are known. With O(services) also ListVirtualServers, ListBaremetals, ListGpuNodes, ListSubnets and
    ListTags."
"""

EXAMPLES = r"""
---
- name: Check the connection
  scp.storage.scp_connection_info:
  register: look

- name: Continue only if File Storage can be used
  ansible.builtin.assert:
    that: look.services | selectattr('service', 'eq', 'filestorage') | map(attribute='usable') | first
    fail_msg: "{{ look.services | map(attribute='problem') | select | join(' ') }}"
"""

RETURN = r"""
---
connection:
  description: The settings of the connection, without secrets.
  returned: success
  type: dict
  contains:
    region:
      description: The region.
      type: str
    environment:
      description: The environment that serves it.
      type: str
    account_id:
      description: The account, where one was named.
      type: str
    temporary_credentials:
      description: Whether a session token is sent.
      type: bool
    language:
      description: Language of the services' messages.
      type: str
  sample:
    region: kr-west1
    environment: e
    account_id: ""
    temporary_credentials: false
    language: en-US
services:
  description: The services that were looked at.
  returned: success
  type: list
  elements: dict
  contains:
    service:
      description: Name of the service.
      type: str
    endpoint:
      description: Its address.
      type: str
    versions:
      description: The API versions that it lists.
      type: list
      elements: dict
    used_version:
      description: The version that the collection uses. It is V(null) if the service offers no known version, or not the one that O(api_versions) sets.
      type: str
    deprecation:
      description: A warning if the version in use is deprecated or ends within 60 days, otherwise V(null). The task shows it as well.
      type: str
    usable:
      description: Whether the service accepted a call.
      type: bool
    problem:
      description: Why it did not, and what to do.
      type: str
  sample:
    - service: filestorage
      endpoint: https://filestorage.kr-west1.e.samsungsdscloud.com
      versions:
        - id: v1.1
          status: CURRENT
          not_before: ""
          links: []
      used_version: "1.1"
      deprecation: null
      usable: true
      problem: null
result:
  description: Data that O(query) selects.
  returned: when O(query) is given
  type: raw
  sample: [filestorage]
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.resources.specs import CONNECTION_INFO as SPEC


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
