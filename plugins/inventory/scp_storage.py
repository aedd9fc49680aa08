# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inventory of the servers that storage knows."""

from __future__ import annotations

DOCUMENTATION = r"""
name: scp_storage
short_description: Inventory of the servers that use SCP storage
description:
  - Hosts are the servers that use storage in one or more regions. They are attached to volumes of Block Storage (BM), may mount volumes of File Storage or
    Parallel File Storage, have a backup agent, or are backed up.
  - Host variables contain the storage that each server uses. Their names begin with C(scp_). The notes list them.
  - The name of the inventory file must end in C(scp_storage.yml) or C(scp_storage.yaml).
version_added: 0.1.0
author:
  - scp.storage authors (@scp-storage)
extends_documentation_fragment:
  - scp.storage.connection
  - constructed
  - inventory_cache
options:
  plugin:
    description: The name of this plugin.
    type: str
    required: true
    choices: [scp.storage.scp_storage]
  regions:
    description:
      - Regions to read, in parallel.
      - If not given, only O(region) is read.
    type: list
    elements: str
    default: []
  sources:
    description:
      - The lists in which servers are searched. No call is made for a source that is not set here.
      - V(bm_volumes), V(backups) and V(backup_agents) cost one call for each 1000 volumes, backups or agents of a region.
      - V(filestorage_volumes) and V(pfs_volumes) cost one additional call for each volume, because only its access rules show which servers may mount it.
        Each volume with access rules costs another call, for its path.
    type: list
    elements: str
    choices: [bm_volumes, filestorage_volumes, pfs_volumes, backup_agents, backups]
    default: [bm_volumes, filestorage_volumes, pfs_volumes, backup_agents, backups]
  gather:
    description:
      - Additional parts to read. They cost more calls.
      - V(replication) adds C(replication) to volumes of Block Storage (BM). It costs one call for each volume with a replication and for each volume group.
        It also adds C(replications) to volumes of File Storage. It costs one call for each volume that has a purpose.
      - V(last_job) adds C(last_job) to backups. It costs one call for each backup.
      - V(tags) adds C(tags) to volumes, agents and backups, and fills C(scp_tags). It costs one call to Resource Manager for each thousand tags of a source
        in a region.
    type: list
    elements: str
    choices: [replication, last_job, tags]
    default: []
  filters:
    description:
      - Which servers become hosts. A server must match at least one pattern of each criterion that is set.
      - Criteria are C(server_name), C(server_id), C(server_type) (V(VM), V(BM), V(GPU), V(GPU_NODE), V(MNGC), V(ENDPOINT)), C(address), C(volume_name),
        C(volume_group_name), C(backup_name), C(tag) and C(agent_connection_state). Patterns are shell patterns. They are case-sensitive.
      - "C(tag) is a tag of a volume, an agent or a backup that the server uses, such as V(team=web), or V(team) for a tag without a value. With this
        criterion, O(gather) includes V(tags)."
      - Filters do not shorten host variables. With a single C(server_name) without wildcards, the services return shorter lists.
    type: dict
    default: {}
  hostnames:
    description:
      - Sources of the name of a host, in order of preference. If a server does not have a value, or the value is not a valid name of a host, the next source
        is used, and finally the id.
      - If several servers have the same name, the region is appended to each, for example C(web1.kr-west1), or the id if the region does not distinguish
        them. V(name_and_region) always appends the region, so that no name changes when another region gets a server with the same name.
      - If a server has the same name as a group of this file, or of an inventory that was read earlier, its region or id is also appended, because Ansible
        would confuse the two. A warning shows the name.
      - Names such as V(localhost) or V(all) are not valid names of hosts. Neither are names with characters other than letters, digits, dots, hyphens and
        underscores.
    type: list
    elements: str
    choices: [name, name_and_region, id, address]
    default: [name]
  unreadable:
    description:
      - What to do if the account may not read a source in a region. The service then answers 401 or 403, or the account does not have the service.
      - V(fail) fails the inventory. V(warn) and V(ignore) continue without the source, with or without a warning. The incomplete result is then not cached.
      - Any other failure, for example a timeout or an answer with 503, always fails the inventory. Otherwise its hosts would disappear, and an inventory
        source of AWX with C(overwrite) would delete them.
      - An inventory always fails if no source can be read.
    type: str
    choices: [fail, warn, ignore]
    default: fail
notes:
  - >-
    B(Variables of each host): C(scp_id), C(scp_name), C(scp_region), C(scp_type) (C(VM), C(BM), C(GPU), C(GPU_NODE), C(MNGC) or C(ENDPOINT); empty if no
    list shows it), C(scp_addresses), C(scp_sources) (the O(sources) that list the server), C(scp_zones) (the zones of its volumes; empty with API versions
    that have no zones, see O(api_versions)), C(scp_bm_volumes), C(scp_mounts), C(scp_agent) (V(none) without an agent), C(scp_backups) and C(scp_tags) (with
    V(tags) in O(gather), the tags of all of these resources as texts such as C(team=web)). A list is empty if there are no such resources, or if O(sources)
    does not contain their source.
  - >-
    C(scp_bm_volumes) has C(id), C(name), C(state), C(purpose), C(disk_type), C(size_gb), C(iscsi_target_ips), C(volume_group) (C(id) and C(name), or
    V(none)), C(has_relation) (whether it has a replication) and C(zone).
  - >-
    C(scp_mounts) has C(service) (C(filestorage) or C(parallel-filestorage)), C(id), C(name), C(base_name), C(path), C(protocol) (File Storage only),
    C(state), C(access_state), and more fields that its service returns.
  - >-
    C(scp_agent) has C(id), C(name), C(state), C(connection_state), C(server_backup_agent_ip), C(server_category) and C(backup_policy_count).
    C(scp_backups) has C(id), C(name), C(region) (where it is kept), C(state), C(policy_type), C(retention_period), C(role_type) and C(created_at).
  - C(ansible_host) is set if an address is known. It is the address of the agent, or of an access rule of Parallel File Storage. O(compose) can set another
    one.
  - >-
    B(Identification of servers): a server is identified by its id, in any of the forms that the services use, so that one host combines the data of all
    services. The lists of Backup contain only names. Their entries are assigned to the server with that name in the region. If a server has no name yet, or
    a name matches several servers, the lists of servers of Backup are read (six calls for each region). Entries that are still ambiguous are then read one
    by one. Without V(backup_agents) and V(backups) in O(sources), Backup is not called, and servers that only access rules of File Storage contain are named
    by their id.
  - A replica of a backup belongs to the server of its original, which is in another region.
  - Text options of the connection, and O(regions), can be templates and vaulted values. Templates can use only extra variables. A template in O(regions) can
    return a list.
  - The cache contains the data before O(filters), O(hostnames) and constructed groups are applied, and never a key. If other options change, the cached data
    is not used.
  - If an inventory cannot be read, Ansible shows a warning and continues without it, unless E(ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED) is set.
"""

EXAMPLES = r"""# fmt: several YAML files
# The servers that use storage in one region, with all resources that they use. Keys and region come from the environment or from ~/.scpconf.
plugin: scp.storage.scp_storage

---
# Bare-metal servers of two regions, by region, zone and volume group. Only the lists of block volumes are read.
plugin: scp.storage.scp_storage
regions: [kr-west1, kr-east1]
sources: [bm_volumes]
keyed_groups:
  - key: scp_region
    prefix: region
  - key: scp_zones
    prefix: zone
  - key: scp_bm_volumes | map(attribute='volume_group') | select | map(attribute='name') | unique
    prefix: group
compose:
  storage_gb: scp_bm_volumes | sum(attribute='size_gb')
  iscsi_portals: scp_bm_volumes | map(attribute='iscsi_target_ips') | flatten | unique

---
# Servers whose agent is not connected, and servers whose last backup did not succeed. Read once an hour.
plugin: scp.storage.scp_storage
sources: [backup_agents, backups]
gather: [last_job]
groups:
  agent_lost: scp_agent is not none and scp_agent.connection_state == 'FAILED'
  backup_failed: scp_backups | map(attribute='last_job') | select | rejectattr('backup_job_state', 'eq', 'SUCCESS') | length > 0
strict: true
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/scp_storage
cache_timeout: 3600

---
# Servers that use tagged resources of a team, in groups by tag, for example tag_team_web.
plugin: scp.storage.scp_storage
gather: [tags]
filters:
  tag: team=*
keyed_groups:
  - key: scp_tags
    prefix: tag

---
# Servers that may mount certain volumes, with separate keys.
plugin: scp.storage.scp_storage
region: kr-west1
access_key: "{{ lookup('ansible.builtin.env', 'OTHER_ACCESS_KEY') }}"
secret_key: "{{ lookup('ansible.builtin.env', 'OTHER_SECRET_KEY') }}"
sources: [filestorage_volumes, pfs_volumes]
filters:
  volume_name: [web_*, train_*]
hostnames: [name, address]
"""

import gc
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable

from ansible_collections.scp.storage.plugins.module_utils.client.errors import StorageError
from ansible_collections.scp.storage.plugins.module_utils.client.settings import Settings, check_region
from ansible_collections.scp.storage.plugins.module_utils.client.suggestions import closest
from ansible_collections.scp.storage.plugins.plugin_utils.connection import ConnectionOptions, settings_of
from ansible_collections.scp.storage.plugins.plugin_utils.inventory.hostnames import Filters, host_names, tag_texts_of
from ansible_collections.scp.storage.plugins.plugin_utils.untrusted_text import make_inert

if TYPE_CHECKING:
    from ansible_collections.scp.storage.plugins.plugin_utils.inventory.merge import ServerFacts

PREFIX = "scp_"
#: How often hosts get other names because of groups that came out with the names of before.
MAX_ROUNDS = 4
FILES = ("scp_storage.yml", "scp_storage.yaml")


@contextmanager
def _all_is_kept() -> Iterator[None]:
    """Look for no garbage meanwhile, and in what is there then no more: a fleet makes a hundred thousand values that
    stay, and going through them takes long, afterwards in Ansible and in each of its forks too."""
    if not gc.isenabled():
        yield
        return
    # An inventory that is read once more leaves the hosts of the first reading.
    gc.unfreeze()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


class InventoryModule(ConnectionOptions, BaseInventoryPlugin, Constructable, Cacheable):  # type: ignore[misc]
    """Reads servers, and makes hosts of them."""

    NAME = "scp.storage.scp_storage"

    def verify_file(self, path: str) -> bool:
        """Whether a file is meant for this plugin, by its name."""
        return bool(super().verify_file(path)) and path.endswith(FILES)

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Fill the inventory from a file."""
        super().parse(inventory, loader, path, cache=cache)
        self._settings: list[Settings] = []
        config = self._read_config_data(path)
        try:
            for option in config:
                if option not in self.option_definitions:
                    raise StorageError(f"There is no option {option!r}{closest(option, self.option_definitions)}.")
            with _all_is_kept():
                self._fill(path, cache)
        except StorageError as error:
            raise AnsibleParserError(self.redacted(error.message, *self._settings)) from None

    def _fill(self, path: str, cache: bool) -> None:
        """Add all hosts."""
        filters = Filters(self.get_option("filters"))
        settings, regions = self._where()
        self._settings.append(settings)
        self._gather = {*self.get_option("gather"), *(["tags"] if filters.needs_tags else [])}
        servers = self._servers(settings, regions, filters.server_name, path, cache)
        chosen = [server for server in servers if filters.fit(server)]
        make_inert(chosen)
        self._add_hosts(chosen)

    # -- reading ------------------------------------------------------------------------------------------------------

    def _where(self) -> tuple[Settings, list[str]]:
        """How the platform is reached, and the regions to read."""
        rendered = [self._rendered(region) for region in self.get_option("regions")]
        # A template can make one region, or a list of them.
        regions = [str(region) for one in rendered for region in (one if isinstance(one, list) else [one])]
        for region in regions:
            check_region(region)
        settings = settings_of(
            lambda name: self._rendered(self.get_option(name)), region=regions[0] if regions else None
        )
        return settings, list(dict.fromkeys(regions or [settings.region]))

    def _rendered(self, value: Any) -> Any:
        """An option's value; a text can be a template."""
        if not isinstance(value, str):
            return value
        self.templar.available_variables = self._vars
        return self.templar.template(value)

    def _servers(
        self, settings: Settings, regions: list[str], server_name: str | None, path: str, cache: bool
    ) -> list[ServerFacts]:
        """The servers, from the cache where that may be used and is of the same options."""
        caching = self.get_option("cache")
        key, question = self.get_cache_key(path), self._question(settings, regions, server_name)
        if caching and cache:
            # One text: cache plugins take long over many small values.
            kept = self._cache.get(key)
            if isinstance(kept, Mapping) and kept.get("question") == question:
                servers: list[ServerFacts] = json.loads(kept["servers"])
                return servers
        servers, complete = self._read(settings, regions, server_name)
        if caching and complete:
            self._cache[key] = {"question": question, "servers": json.dumps(servers)}
        return servers

    def _question(self, settings: Settings, regions: list[str], server_name: str | None) -> str:
        """What was asked, in a form that shows nothing of it: where another thing is asked, no cache is an answer."""
        asked = [
            settings.access_key,
            settings.account_id,
            settings.environment,
            settings.endpoint_url,
            settings.auth_url,
            regions,
            server_name,
            sorted(self.get_option("sources")),
            sorted(self._gather),
        ]
        return hashlib.sha256(json.dumps(asked).encode()).hexdigest()

    def _read(self, settings: Settings, regions: list[str], server_name: str | None) -> tuple[list[ServerFacts], bool]:
        """Ask the services; whether all of them answered."""
        # Not needed where a cache answers, and takes long to load.
        from ansible_collections.scp.storage.plugins.plugin_utils.inventory.collect import (
            Unreadable,
            read_servers,
            reader_of,
        )

        problems: list[Unreadable] = []
        with reader_of(settings, self._gather, server_name) as reader:
            tolerated = None if self.get_option("unreadable") == "fail" else problems
            servers = read_servers(reader, self.get_option("sources"), regions, tolerated)
        if self.get_option("unreadable") == "warn":
            for problem in problems:
                self.display.warning(
                    self.redacted(f"scp.storage.scp_storage goes on without {problem.message}", settings)
                )
        return servers, not problems

    # -- hosts --------------------------------------------------------------------------------------------------------

    def _add_hosts(self, servers: Sequence[ServerFacts]) -> None:
        """Add a host for each server, with a name that no group has: Ansible would take the one for the other."""
        preference, inventory = self.get_option("hostnames"), self.inventory
        plain = host_names(servers, preference)
        taken = {*inventory.groups, *map(self._sanitize_group_name, self.get_option("groups") or ())}
        names = [""] * len(servers)
        for _round in range(MAX_ROUNDS):
            chosen = host_names(servers, preference, taken)
            changed = [number for number, name in enumerate(chosen) if name != names[number]]
            for number in changed:
                if names[number]:
                    inventory.remove_host(inventory.hosts[names[number]])
            for number in changed:
                self._add_host(chosen[number], servers[number])
            names = chosen
            # What keyed groups are called comes out only with their hosts.
            taken.update(inventory.groups)
            if taken.isdisjoint(names):
                break
        else:
            raise StorageError(
                "keyed_groups has a key that makes a group of the name of each host. Give it a prefix, so that groups"
                " and hosts can be distinguished."
            )
        for before, after in zip(plain, names, strict=True):
            if before in taken:
                self.display.warning(f"Host {before} is called {after}, because there is a group {before} too.")

    def _add_host(self, name: str, server: ServerFacts) -> None:
        """Add a host with its variables, and to its groups."""
        inventory = self.inventory
        host = inventory.get_host(inventory.add_host(name))
        facts = {f"{PREFIX}{field}": value for field, value in server.items()}
        facts[f"{PREFIX}tags"] = tag_texts_of(server)
        if server["addresses"]:
            facts["ansible_host"] = server["addresses"][0]
        # All at once: looking at each takes as long as all the rest, and what an earlier inventory showed is past.
        host.vars.update(facts)
        facts["inventory_hostname"] = host.name
        strict = self.get_option("strict")
        # Ansible looks a name up among groups first. This one is of no group, whatever those to come are called.
        alias = f"{name} (server {server['id']})"
        inventory.hosts[alias] = host
        try:
            self._set_composite_vars(self.get_option("compose"), facts, alias, strict=strict)
            self._add_host_to_composed_groups(self.get_option("groups"), facts, alias, strict=strict)
            self._add_host_to_keyed_groups(self.get_option("keyed_groups"), facts, alias, strict=strict)
        finally:
            del inventory.hosts[alias]
