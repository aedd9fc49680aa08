#!/usr/bin/python
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: scp_mount_source_info
short_description: Get the information that servers need to mount volumes
version_added: 0.1.0
description:
  - Returns the mount paths and iSCSI addresses of a list of volumes, as lists for M(scp.storage.scp_mount) and M(scp.storage.scp_iscsi_session). It
    changes nothing.
  - Runs on the controller. The servers need neither credentials nor access to the API.
  - It reads one list for each kind and region, and each volume of File Storage and Parallel File Storage once, because no list has mount paths.
  - All invalid items are reported at once, before any call. The task fails if a volume cannot be mounted.
author:
  - the scp.storage authors (@scp-storage)
extends_documentation_fragment:
  - scp.storage.attributes
  - scp.storage.connection
  - scp.storage.info
options:
  volumes:
    description:
      - Volumes, each a dictionary with a C(name) and where to mount it.
      - "Keys of all kinds: C(name), a name or an id; C(volume_id), the id if C(name) is not unique; C(kind), V(filestorage_volume) by default,
        V(pfs_volume), V(bm_volume) or V(bm_volume_group), or a short form of these; C(region); C(state), V(present) or V(absent); C(lazy)."
      - "Keys of shares: C(path), the folder of the server (required); C(options) of the mount; C(source), the source to mount if you know it (the API is
        then not called); C(cifs_username), if C(source) is a CIFS share."
      - "Key of File Storage: C(endpoint), the name, address or id of a VPC endpoint in the region of the volume, for servers that reach the volume through
        it. In the source, its address replaces that of the volume."
      - "Keys of block volumes: C(portals), the addresses to log in at if you know them; and of V(bm_volume) also C(path), C(options), C(device), C(fstype)
        and C(format), see M(scp.storage.scp_mount)."
      - Entries of C(replicas) and C(mounts) of M(scp.storage.scp_dr_plan) are accepted unchanged. For a replica, the volume in the region where the data is
        in use is taken.
      - Text is also accepted, for example from a survey. It contains the list in JSON or YAML.
    type: raw
    required: true
  options:
    description: Options of the mount for volumes that have no C(options).
    type: str
    default: defaults,_netdev,nofail
  lazy:
    description: When to detach a mount whose server does not answer, for volumes with a name that have no C(lazy). See M(scp.storage.scp_mount).
    type: str
    choices: [never, moved, always]
    default: moved
  cifs_password_names:
    description: Names of the CIFS volumes whose passwords are set. Missing passwords are then reported before servers are changed.
    type: list
    elements: str
    default: []
  variable_prefix:
    description:
      - Prefix of the names of options in messages. Roles set it, so that messages name their variables.
    type: str
notes:
  - "IAM actions needed: ListVolumes and ShowVolume in C(filestorage), ListVolumes and ShowVolume in C(baremetal-blockstorage), and for groups
    ListVolumeGroups and ShowVolumeGroup, for the kinds in O(volumes); for C(endpoint) ListVpcEndpoints in C(vpc), unless it is an address."
seealso:
  - module: scp.storage.scp_mount
  - module: scp.storage.scp_iscsi_session
"""

EXAMPLES = r"""
---
- name: Get what servers need to mount a share and to log in to a group
  scp.storage.scp_mount_source_info:
    region: kr-west1
    volumes:
      - name: web_data
        path: /srv/web
      - name: orders
        kind: bm_volume_group
  register: sources

- name: Show the mounts
  ansible.builtin.debug:
    msg: "{{ sources.mounts }}"

- name: Get the addresses of a block volume
  scp.storage.scp_mount_source_info:
    volumes:
      - name: app-data
        kind: bm_volume
    query: logins[].portals[]
"""

RETURN = r"""
---
volumes:
  description: One dictionary for each item of O(volumes).
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name or id, as in O(volumes). Empty if only a source is set.
      type: str
    kind:
      description: Kind of the volume in its full form.
      type: str
    region:
      description: Region of the volume.
      type: str
    state:
      description: V(present) or V(absent).
      type: str
    path:
      description: Folder of the server, or V(null).
      type: str
    source:
      description: Source to mount, or V(null).
      type: str
    portals:
      description: iSCSI addresses. For an absent volume, those that no volume with V(present) has.
      type: list
      elements: str
mounts:
  description: A list for O(scp.storage.scp_mount#module:mounts).
  returned: success
  type: list
  elements: dict
  sample:
    - name: web_data
      path: /srv/web
      source: 10.10.1.5:/scp_web_data_x81k2a
      state: present
      options: defaults,_netdev,nofail
      lazy: moved
logins:
  description: A list of the volumes to log in to, for O(scp.storage.scp_iscsi_session#module:sessions).
  returned: success
  type: list
  elements: dict
  sample:
    - name: orders
      portals: [10.10.2.1, 10.10.2.2]
      state: present
logouts:
  description: A list of the volumes to log out of, for O(scp.storage.scp_iscsi_session#module:sessions).
  returned: success
  type: list
  elements: dict
needs:
  description: Protocols for which the servers need programs, out of V(cifs), V(iscsi) and V(nfs).
  returned: success
  type: list
  elements: str
  sample: [iscsi, nfs]
result:
  description: Data that O(query) selects.
  returned: when O(query) is given
  type: raw
"""

from ansible_collections.scp.storage.plugins.module_utils.engine.module_main import run_module
from ansible_collections.scp.storage.plugins.module_utils.workflows.specs import MOUNT_SOURCE_INFO as SPEC


def main() -> None:
    """Run the module as a separate process."""
    run_module(SPEC)


if __name__ == "__main__":
    main()
