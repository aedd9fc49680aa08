# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that modules of several services have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..engine.resource import Resource
from ..engine.spec import ModuleSpec

#: Types of the servers that may mount a File Storage volume, and of those to which a block volume is attached.
ACCESS_RULE_TYPES = ("VM", "BM", "GPU", "GPU_NODE", "ENDPOINT")
ATTACHMENT_TYPES = ("BM", "MNGC")


def object_options(types: Sequence[str], *, default: str = "") -> dict[str, Any]:
    """Return an option that lists servers, or other things, of some types, each by its id or by its name."""
    kind: dict[str, Any] = {"type": "str", "choices": list(types)}
    kind |= {"default": default} if default else {"required": True}
    return {
        "type": "list",
        "elements": "dict",
        "options": {"object_type": kind, "object_id": {"type": "str"}, "object_name": {"type": "str"}},
        "mutually_exclusive": [("object_id", "object_name")],
        "required_one_of": [("object_id", "object_name")],
    }


def snapshot_spec(load: Callable[[], type[Resource[Any]]], owner: str) -> ModuleSpec:
    """Return the spec of a module that manages snapshots.

    :param owner: the option that names what the snapshots are of, for example ``volume``.
    """
    return ModuleSpec(
        load=load,
        options={
            owner: {"type": "str", "required": True},
            "snapshot": {"type": "str"},
            "state": {"type": "str", "choices": ["present", "absent", "restored"], "default": "present"},
            "max_age": {"type": "str"},
            "keep": {"type": "int"},
        },
        rules={
            "required_if": [("state", "absent", ("snapshot",)), ("state", "restored", ("snapshot",))],
            "mutually_exclusive": [("snapshot", "max_age"), ("snapshot", "keep")],
        },
    )
