# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module as data: its options, and the resource or info that they are for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ..client.settings import SOURCES
from .resource import Batch, Info, Resource
from .workflow import Workflow

#: The least time to wait that makes sense for a service where nothing takes long.
DEFAULT_WAIT_TIMEOUT = 600
#: How many resources of a list are worked on at the same time.
CONCURRENCY = 128


def _connection_options() -> dict[str, dict[str, Any]]:
    options: dict[str, dict[str, Any]] = {}
    for name, source in SOURCES.items():
        option: dict[str, Any] = {"type": source.kind}
        if source.choices:
            option["choices"] = list(source.choices)
        if source.secret:
            option["no_log"] = True
        options[name] = option
    return options


#: No defaults here: an option that is not given leaves the word to the environment and the files.
CONNECTION_OPTIONS = _connection_options()


@dataclass(frozen=True)
class ModuleSpec:
    """What a module is beside its documentation.

    :param load: returns the handler. It is called when the handler is first used, because one file has the specs of
        all modules of a service, and a module process imports its own handler only (``engine/deferred.py``).
    :param wait_timeout: default in seconds; only for modules that write one thing.
    """

    load: Callable[[], type[Resource[Any]] | type[Info] | type[Batch] | type[Workflow]]
    options: dict[str, dict[str, Any]] = field(default_factory=dict)
    wait_timeout: int = DEFAULT_WAIT_TIMEOUT
    rules: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def handler(self) -> type[Resource[Any]] | type[Info] | type[Batch] | type[Workflow]:
        """The resource that a module manages, the info that it reads, the kinds of a batch, or a workflow."""
        return self.load()

    @property
    def argument_spec(self) -> dict[str, dict[str, Any]]:
        """The whole option spec in Ansible's form."""
        common: dict[str, dict[str, Any]] = {"query": {"type": "str"}}
        if not issubclass(self.handler, Info):
            common = {"wait": {"type": "bool", "default": True}, "wait_timeout": {"type": "int"}}
        if issubclass(self.handler, Resource):
            common["wait_timeout"]["default"] = self.wait_timeout
        if issubclass(self.handler, Workflow):
            common["concurrency"] = {"type": "int", "default": CONCURRENCY}
        return {**CONNECTION_OPTIONS, **common, **self.options}
