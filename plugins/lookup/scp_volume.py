# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look volumes up by name or id."""

from __future__ import annotations

DOCUMENTATION = r"""
name: scp_volume
short_description: Get a storage volume by name or id
description:
  - Finds volumes of File Storage, Parallel File Storage and Block Storage (BM) by their names or ids, and returns all fields of the service.
  - Names are exact, with or without the suffix that File Storage and Parallel File Storage append. If a name matches several volumes, the error lists
    them.
version_added: 0.1.0
author:
  - scp.storage authors (@scp-storage)
extends_documentation_fragment:
  - scp.storage.connection
options:
  _terms:
    description: Names or ids of volumes.
    type: list
    elements: str
    required: true
  kind:
    description:
      - Kind of the volumes. The short forms V(filestorage), V(pfs) and V(bm) are accepted as well.
      - If not given, all three are searched, in parallel. A service to which the account is not entitled then counts as having no volumes.
    type: str
    choices: [filestorage_volume, pfs_volume, bm_volume, filestorage, pfs, bm]
  default:
    description:
      - Value to return instead of a volume that does not exist.
      - If not given, a missing volume is an error.
    type: raw
  cache:
    description:
      - Whether to use the earlier result when the same process looks up the same volume again. The items of a loop run in one process, the next task
        in another one.
    type: bool
    default: false
notes:
  - The output of a task contains its result. AWX stores it as a job event, and truncates it at about 0.7 MB. Select what you need, for example one
    attribute of the volume.
  - An error ends the task, unless the option C(errors) of all lookups is C(warn) or C(ignore).
  - Lookups do not see the C(environment) of a task or play. Set environment variables before Ansible starts, or use options.
seealso:
  - plugin: scp.storage.scp_query
    plugin_type: lookup
  - module: scp.storage.scp_filestorage_volume_info
"""

EXAMPLES = r"""
- name: What to mount
  ansible.builtin.debug:
    msg: "{{ lookup('scp.storage.scp_volume', 'web_data').path }}"

- name: Sizes of block volumes, in another region
  ansible.builtin.debug:
    msg: "{{ query('scp.storage.scp_volume', 'app-data', 'app-log', region='kr-west1') | map(attribute='size_gb') | list }}"

- name: Whether there is such a volume
  ansible.builtin.debug:
    msg: "{{ lookup('scp.storage.scp_volume', 'no_such_volume', default=false) is mapping }}"
"""

RETURN = r"""
_raw:
  description:
    - The volumes, in the order of the terms. Each has the fields of its service, and C(kind), in its full form, and C(region).
    - Volumes of File Storage and Parallel File Storage also have C(base_name), the name without the service's suffix.
  type: list
  elements: dict
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from ansible_collections.scp.storage.plugins.module_utils.client.errors import NotEntitled, NotOffered, StorageError
from ansible_collections.scp.storage.plugins.module_utils.client.parallel import map_concurrently
from ansible_collections.scp.storage.plugins.module_utils.client.session import Client
from ansible_collections.scp.storage.plugins.module_utils.engine.lookup import (
    Finder,
    LookupSpec,
    ResourceNotFound,
    is_id,
)
from ansible_collections.scp.storage.plugins.module_utils.resources.baremetal_blockstorage.lookup import VOLUMES as BM
from ansible_collections.scp.storage.plugins.module_utils.resources.filestorage.lookup import VOLUMES as FILESTORAGE
from ansible_collections.scp.storage.plugins.module_utils.resources.kinds import full_kind
from ansible_collections.scp.storage.plugins.module_utils.resources.parallel_filestorage.lookup import VOLUMES as PFS
from ansible_collections.scp.storage.plugins.plugin_utils.lookups import Lookup

KINDS: dict[str, LookupSpec] = {"filestorage_volume": FILESTORAGE, "pfs_volume": PFS, "bm_volume": BM}


class LookupModule(Lookup):
    """Finds volumes."""

    own_options = ("kind", "default", "cache")
    wants = "names or ids of volumes"

    def found(self, client: Client, terms: list[str]) -> list[Any]:
        """A volume for each term, or the default."""
        given, default = self.get_option("kind"), self.get_option("default")
        kind = full_kind(given) if given else None
        client = client.apart().sharing(several=len(terms) > 1)
        volumes = map_concurrently(
            lambda term: self.once(client, (kind, term), partial(_look_up, client, kind, term)), terms
        )
        found = []
        for term, volume in zip(terms, volumes, strict=True):
            if volume is None and default is None:
                raise _missing(client, kind, term)
            found.append(default if volume is None else volume)
        return found


def _look_up(client: Client, kind: str | None, wanted: str) -> dict[str, Any] | None:
    """The volume of a name or id, of one kind or of any; none where there is none.

    :raises StorageError: several volumes fit; the message lists them.
    """
    if kind is not None:
        return _of_kind(client, kind, wanted)
    answers = map_concurrently(lambda one: _of_kind_if_entitled(client, one, wanted), list(KINDS))
    problems = [answer for answer in answers if isinstance(answer, StorageError)]
    if len(problems) == len(answers):
        raise problems[0]
    volumes = [answer for answer in answers if isinstance(answer, dict)]
    if len(volumes) > 1:
        candidates = "; ".join(f"{KINDS[one['kind']].title} {one['name']} ({one['id']})" for one in volumes)
        raise StorageError(
            f"{wanted!r} fits {len(volumes)} volumes in {client.settings.region}: {candidates}."
            " Give kind, or the id of the one you mean."
        )
    return volumes[0] if volumes else None


def _of_kind_if_entitled(client: Client, kind: str, wanted: str) -> dict[str, Any] | StorageError | None:
    """The same of one kind; what an account is not entitled to it has nothing of."""
    try:
        return _of_kind(client, kind, wanted)
    except (NotEntitled, NotOffered) as error:
        return error


def _of_kind(client: Client, kind: str, wanted: str) -> dict[str, Any] | None:
    finder = Finder(client, KINDS[kind])
    if is_id(wanted):
        volume = finder.by_id(wanted)
    else:
        listed = finder.one(wanted, leave_out=_leaving)
        # Lists leave out what a volume is looked up for: its path, for one.
        volume = None if listed is None else finder.by_id(str(listed["id"]))
    if volume is None or _state(volume) == "deleted":
        return None
    more = {"base_name": finder.kind.base_name(str(volume["name"]))} if finder.kind.suffixed else {}
    return {**volume, **more, "kind": kind, "region": client.settings.region}


def _state(volume: Mapping[str, Any]) -> str:
    """The word for a volume's state, which services write in upper or lower case (platform-behaviour.md §4)."""
    return str(volume.get("state")).lower()


def _leaving(volume: Mapping[str, Any]) -> bool:
    """Whether a volume is on its way out, so that its name may be another one's already."""
    return _state(volume).startswith("delet")


def _missing(client: Client, kind: str | None, wanted: str) -> ResourceNotFound:
    titles = [KINDS[kind].title] if kind else [one.title for one in KINDS.values()]
    named = " or ".join([", ".join(titles[:-1]), titles[-1]]) if len(titles) > 1 else titles[0]
    return ResourceNotFound(
        f"There is no {named} with the name or id {wanted!r} in {client.settings.region}. Check its spelling, the"
        " region, and the account of the key; or set default to what is to be returned."
    )
