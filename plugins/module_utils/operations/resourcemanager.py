# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resource Manager 1.0: tags of the resources of all services (platform-behaviour.md §10).

Its host has no region. A resource is named by region, service, type and id, or by the Base64 of its SRN.
"""

from __future__ import annotations

from functools import partial

from ..client.paging import Paging
from .table import Operation, Service

SERVICE = Service("resourcemanager", "1.0", "Resource Manager", regional=False)

_operation = partial(Operation, SERVICE)
_BY_PARTS = "/v1/tags/{region}/{service}/{resource_type}/{resource_identifier}"
_BY_SRN = "/v1/tags/{srn}"

LIST_TAGS = _operation(
    "ListTags",
    "GET",
    "/v1/tags",
    query=("size", "page", "key", "value", "resource_identifier", "resource_type", "service", "region"),
    paging=Paging("content", "count", "page", size="size", by_page=True, key=""),
)
LIST_RESOURCES = _operation(
    "ListResources",
    "GET",
    "/v1/resources",
    query=("size", "page", "id", "resource_name", "service_name", "resource_type", "region"),
    paging=Paging("resources", "count", "page", size="size", by_page=True),
)

LIST_COMPONENTS_TAGS = _operation("ListComponentsTags", "GET", _BY_PARTS, query=("size", "page", "key", "value"))
UPDATE_COMPONENTS_TAGS = _operation("UpdateComponentsTags", "PUT", f"{_BY_PARTS}/bulk", body=("tags",))
DELETE_COMPONENTS_TAG = _operation("DeleteComponentsTag", "DELETE", f"{_BY_PARTS}/{{key}}")

LIST_RESOURCE_TAGS = _operation("ListResourceTags", "GET", _BY_SRN, query=("size", "page", "key", "value"))
UPDATE_RESOURCE_TAGS = _operation("UpdateResourceTags", "PUT", f"{_BY_SRN}/bulk", body=("tags",))
DELETE_RESOURCE_TAG = _operation("DeleteResourceTag", "DELETE", f"{_BY_SRN}/{{key}}")
