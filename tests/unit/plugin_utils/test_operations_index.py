# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List operations by the names that users call them."""

from __future__ import annotations

from ansible_collections.scp.storage.plugins.plugin_utils.operations_index import (
    OPERATIONS,
    full_name,
    list_operation,
    parameters,
    sorted_out,
)

#: The services of the printed reference.
PRINTED = ("archivestorage", "backup", "baremetal-blockstorage", "filestorage", "parallel-filestorage")


def test_every_list_operation_has_a_name_of_its_own() -> None:
    lists = [operation for operation in OPERATIONS if operation.paging is not None]
    printed = [operation for operation in OPERATIONS if not operation.since and operation.service in PRINTED]
    assert len(printed) == 129
    for operation in lists:
        assert list_operation(full_name(operation)) is operation
        path, query = parameters(operation)
        given_all = dict.fromkeys((*path, *query), "x")
        assert sorted_out(operation, given_all) == (dict.fromkeys(path, "x"), dict.fromkeys(query, "x"))
    assert full_name(list_operation("bm.listvolumes")) == "baremetal-blockstorage.ListVolumes"
    assert full_name(list_operation("ListBuckets")) == "archivestorage.ListBuckets"
    others = {full_name(operation) for operation in lists if operation.service not in PRINTED}
    assert others == {
        "baremetal.ListBaremetals",
        "multinodegpucluster.ListGpuNodes",
        "resourcemanager.ListResources",
        "resourcemanager.ListTags",
        "virtualserver.ListVirtualServers",
        "vpc.ListSubnets",
        "vpc.ListVpcEndpoints",
    }
