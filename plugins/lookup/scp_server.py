# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look up the ids of servers, VPC endpoints and subnets by name or address."""

from __future__ import annotations

DOCUMENTATION = r"""
name: scp_server
short_description: Get the id of a server by name or address
description:
  - Finds servers, VPC endpoints and subnets by their names or addresses, and returns their ids. O(object_type) selects VPC endpoints or subnets.
  - Names must match exactly. If a name or an address matches several servers, the error lists them with their ids, networks and addresses.
  - An id is returned unchanged, without a call.
version_added: 0.1.0
author:
  - scp.storage authors (@scp-storage)
extends_documentation_fragment:
  - scp.storage.connection
options:
  _terms:
    description: Names or addresses of servers. For subnets, also their CIDR.
    type: list
    elements: str
    required: true
  object_type:
    description:
      - Type of the servers. Only the list of this type is read.
      - If not given, virtual servers, GPU servers, bare-metal servers and GPU nodes are searched. If the account may not read one of these lists, this is an
        error only if the other lists do not contain the server.
    type: str
    choices: [VM, GPU, BM, GPU_NODE, ENDPOINT, SUBNET]
  default:
    description:
      - Value to return instead of the id of a server that does not exist.
      - If not given, a missing server is an error.
    type: raw
  cache:
    description:
      - Whether to use the earlier result when the same process looks up the same server again. The items of a loop run in one process, the next task
        in another one.
    type: bool
    default: false
notes:
  - An error ends the task, unless the option C(errors) of all lookups is C(warn) or C(ignore).
  - Lookups do not see the C(environment) of a task or play. Set environment variables before Ansible starts, or use options.
  - Modules that take C(object_name) need no lookup.
  - "IAM actions needed, for the types: ListVirtualServers in C(virtualserver), ListBaremetals in C(baremetal), ListGpuNodes in
    C(multinodegpucluster), ListVpcEndpoints and ListSubnets in C(vpc)."
seealso:
  - module: scp.storage.scp_server_info
  - plugin: scp.storage.scp_volume
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Show the id of a virtual server
  ansible.builtin.debug:
    msg: "{{ lookup('scp.storage.scp_server', 'west-web1', object_type='VM') }}"

- name: Show the ids of two bare-metal servers of another region
  ansible.builtin.debug:
    msg: "{{ query('scp.storage.scp_server', 'east-db1', 'east-db2', object_type='BM', region='kr-east1') }}"

- name: Show whether there is such a server
  ansible.builtin.debug:
    msg: "{{ lookup('scp.storage.scp_server', 'no-such-server', default='') != '' }}"
"""

RETURN = r"""
_raw:
  description: The ids, in the order of the terms.
  type: list
  elements: str
"""

from collections.abc import Sequence
from typing import Any

from ansible_collections.scp.storage.plugins.module_utils.client.parallel import map_concurrently
from ansible_collections.scp.storage.plugins.module_utils.client.session import Client
from ansible_collections.scp.storage.plugins.module_utils.engine.lookup import ResourceNotFound
from ansible_collections.scp.storage.plugins.module_utils.resources.objects import SERVER_TYPES, ObjectFinder
from ansible_collections.scp.storage.plugins.plugin_utils.lookups import Lookup


class LookupModule(Lookup):
    """Finds the ids of servers."""

    own_options = ("object_type", "default", "cache")
    wants = "names or addresses of servers"

    def found(self, client: Client, terms: list[str]) -> list[Any]:
        """An id for each term, or the default."""
        given, default = self.get_option("object_type"), self.get_option("default")
        types = (given,) if given else SERVER_TYPES
        finder = ObjectFinder(client.apart())

        def identify(term: str) -> Any:
            try:
                return self.once(client, (types, term), lambda: _identify(finder, term, types))
            except ResourceNotFound:
                if default is None:
                    raise
                return default

        return map_concurrently(identify, terms)


def _identify(finder: ObjectFinder, wanted: str, types: Sequence[str]) -> str:
    return finder.identify(wanted, types, option="scp_server", id_option="its id").id
