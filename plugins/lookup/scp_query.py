# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read any list of the API."""

from __future__ import annotations

DOCUMENTATION = r"""
name: scp_query
short_description: Query the lists of the SCP storage services, and lists of servers, subnets and tags
description:
  - Reads a list operation of File Storage, Parallel File Storage, Block Storage (BM), Backup or Archive Storage with all its pages, and returns all
    items, or the data that a JMESPath expression selects from them.
  - Reads also the lists of servers, VPC endpoints and subnets that modules use to find names, and the lists of Resource Manager.
version_added: 0.1.0
author:
  - scp.storage authors (@scp-storage)
extends_documentation_fragment:
  - scp.storage.connection
options:
  _terms:
    description:
      - List operations by their C(operationId) in the API reference, with their service and a dot before it if several services have an operation of
        that name, for example V(filestorage.ListVolumes).
      - Services are V(filestorage), V(parallel-filestorage) or V(pfs), V(baremetal-blockstorage) or V(bm), V(backup), and V(archivestorage) or
        V(archive).
      - Also V(virtualserver.ListVirtualServers), V(baremetal.ListBaremetals), V(multinodegpucluster.ListGpuNodes), V(vpc.ListVpcEndpoints),
        V(vpc.ListSubnets), V(resourcemanager.ListResources) and V(resourcemanager.ListTags). Resource Manager has no regions. The parameter C(region)
        of its lists is a filter.
    type: list
    elements: str
    required: true
  params:
    description:
      - Parameters of the path of the operation and its filters, by their names in the API reference. The plugin sets the parameters of pages.
      - If the operation does not have a parameter, the error lists the parameters that it has. Each service compares names with filters in its own
        manner. Most accept parts of names.
    type: dict
    default: {}
  query:
    description:
      - A JMESPath expression over the list of all items. If it selects a list, the items of the list are the results. If it selects nothing, the
        result is empty.
      - Needs the Python library C(jmespath).
    type: str
  cache:
    description:
      - Whether to use the earlier list when the same process requests it again, with any O(query). The items of a loop run in one process, the next
        task in another one.
    type: bool
    default: false
notes:
  - The output of a task contains its result. AWX stores it as a job event, and truncates it at about 0.7 MB. Select what you need with O(query).
  - An error ends the task, unless the option C(errors) of all lookups is C(warn) or C(ignore).
  - Lookups do not see the C(environment) of a task or play. Set environment variables before Ansible starts, or use options.
seealso:
  - plugin: scp.storage.scp_volume
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Names of all file volumes
  ansible.builtin.debug:
    msg: "{{ query('scp.storage.scp_query', 'filestorage.ListVolumes', query='[].name') }}"

- name: Backups whose agent cannot be reached, in another region
  ansible.builtin.debug:
    msg: "{{ query('scp.storage.scp_query', 'ListBackupAgents', region='kr-west1', query=lost) }}"
  vars:
    lost: "[?connection_state=='FAILED'].server_name"

- name: The newest snapshot of each volume
  ansible.builtin.debug:
    msg: "{{ query('scp.storage.scp_query', 'filestorage.ListSnapshots', params={'volume_id': item.id}, query=newest) }}"
  loop: "{{ query('scp.storage.scp_query', 'filestorage.ListVolumes', params={'type_name': 'SSD'}) }}"
  loop_control:
    label: "{{ item.name }}"
  vars:
    newest: "sort_by(@, &created_at)[-1].name"

- name: Names of all virtual servers that are running
  ansible.builtin.debug:
    msg: "{{ query('scp.storage.scp_query', 'ListVirtualServers', params={'state': 'ACTIVE'}, query='sort([].name)') }}"

- name: Values of a tag of the volumes of File Storage
  ansible.builtin.debug:
    msg: "{{ query('scp.storage.scp_query', 'ListTags', params={'service': 'filestorage', 'key': 'team'}, query='[].value') }}"

- name: How many block volumes there are
  ansible.builtin.debug:
    msg: "{{ lookup('scp.storage.scp_query', 'bm.ListVolumes', query='length(@)') }}"
"""

RETURN = r"""
_raw:
  description: The items of the list, or what O(query) finds.
  type: list
  elements: raw
"""

from functools import partial
from typing import Any

from ansible_collections.scp.storage.plugins.module_utils.client.errors import CallError, StorageError
from ansible_collections.scp.storage.plugins.module_utils.client.session import Client
from ansible_collections.scp.storage.plugins.module_utils.engine.query import Query
from ansible_collections.scp.storage.plugins.module_utils.operations.table import Operation
from ansible_collections.scp.storage.plugins.plugin_utils.lookups import Lookup
from ansible_collections.scp.storage.plugins.plugin_utils.operations_index import (
    full_name,
    list_operation,
    parameters,
    sorted_out,
)


class LookupModule(Lookup):
    """Reads lists."""

    own_options = ("params", "query", "cache")
    wants = "names of list operations, such as filestorage.ListVolumes"

    def found(self, client: Client, terms: list[str]) -> list[Any]:
        """The items of all lists, one list after the other."""
        # All of it is checked before anything is sent.
        expression = Query(self.get_option("query")) if self.get_option("query") else None
        asked = [
            (operation, *sorted_out(operation, self.get_option("params"))) for operation in map(list_operation, terms)
        ]
        results: list[Any] = []
        for operation, path, query in asked:
            question = (full_name(operation), repr(sorted({**path, **query}.items())))
            items = self.once(client, question, partial(_read, client, operation, path, query))
            results += items if expression is None else _as_list(expression.search(items))
        return results


def _read(client: Client, operation: Operation, path: dict[str, str], query: dict[str, Any]) -> list[dict[str, Any]]:
    try:
        return client.read_list(operation, path=path, query=query)
    except CallError as error:
        if error.status != 400:
            raise
        # The services do not name the parameter that they miss or do not like (platform-behaviour.md §2).
        known = ", ".join(name for names in parameters(operation) for name in names) or "none"
        raise StorageError(f"{error.message.rstrip('.')}. Its parameters are: {known}.", **error.facts) from None


def _as_list(found: Any) -> list[Any]:
    if found is None:
        return []
    return found if isinstance(found, list) else [found]
