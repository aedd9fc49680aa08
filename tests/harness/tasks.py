# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks, what they return, and which calls they made: the same for both ways to run them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

COLLECTION = "scp.storage"
#: The answer to a version that is not offered. A process that receives it sends its call again.
NOT_OFFERED = 406


def in_a_version(calls: Iterable[Mapping[str, Any]]) -> list[Any]:
    """Calls without those that only find out a version of the API, which a process that is new to a host sends.

    These are calls in a version that is not offered, and the question what the host offers.
    """
    return [
        call
        for call in calls
        if call["status"] != NOT_OFFERED
        and not (call["method"] == "GET" and not call["operation"] and str(call["path"]).endswith("/"))
    ]


def task(
    module: str,
    args: Mapping[str, Any] | str | None = None,
    *,
    check: bool | None = None,
    diff: bool | None = None,
    **keywords: Any,
) -> dict[str, Any]:
    """A task of a playbook.

    :param module: a name of this collection (``scp_``…) without its prefix, or any other.
    :param args: options; a string is passed as ``key=value``.
    :param keywords: keywords of the task, for example ``register``, ``loop``, ``ignore_errors``, ``environment``.
    """
    made: dict[str, Any] = {}
    if "name" in keywords:
        made["name"] = keywords.pop("name")
    made[f"{COLLECTION}.{module}" if module.startswith("scp_") else module] = (
        dict(args) if isinstance(args, Mapping) else args
    )
    modes = {"check_mode": check, "diff": diff}
    return {**made, **{keyword: value for keyword, value in modes.items() if value is not None}, **keywords}


def task_that_awaits(begun: str, **keywords: Any) -> dict[str, Any]:
    """A task that asks for an asynchronous one until that has ended.

    :param begun: what the asynchronous task registered.
    :param keywords: those of :func:`task`; ``register`` is needed.
    """
    return task(
        "ansible.builtin.async_status",
        {"jid": f"{{{{ {begun}.ansible_job_id }}}}"},
        until=f"{keywords['register']} is finished",
        retries=60,
        delay=1,
        **keywords,
    )


@dataclass(frozen=True)
class TaskResult:
    """What one task returned for one host.

    :ivar status: ``ok``, ``failed``, ``skipped`` or ``unreachable``.
    :ivar calls: entries of the simulator's operation log that came while it ran (with several hosts at once: while any
        of them did).
    :ivar items: one result for each item of a loop.
    """

    name: str
    action: str
    host: str
    play: str
    status: str
    result: dict[str, Any]
    calls: list[dict[str, Any]]
    items: list[TaskResult] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether the task says that it changed something."""
        return bool(self.result.get("changed"))

    @property
    def failed(self) -> bool:
        """Whether it failed, ignored or not."""
        return self.status == "failed"

    @property
    def message(self) -> str:
        """Its ``msg``."""
        return str(self.result.get("msg", ""))

    @property
    def operations(self) -> list[str] | None:
        """What it says that it did, by ``operationId``."""
        return self.result.get("operations")

    @property
    def writes(self) -> list[str]:
        """The writing calls that reached the simulator, by ``operationId``, refused ones too."""
        return [call["operation"] for call in self.calls if call["write"]]

    @property
    def accepted(self) -> list[str]:
        """The writing calls that the simulator accepted, by ``operationId``."""
        return [call["operation"] for call in self.calls if call["write"] and 200 <= call["status"] < 300]

    @property
    def in_a_version(self) -> list[dict[str, Any]]:
        """The calls without those that find out a version; see :func:`in_a_version`."""
        return in_a_version(self.calls)

    @property
    def reads(self) -> list[str]:
        """The reading calls that reached the simulator, by ``operationId``, without those that find out a version."""
        return [call["operation"] for call in self.in_a_version if not call["write"] and call["operation"]]


@dataclass(frozen=True)
class Run:
    """A run of ``ansible-playbook`` that has ended.

    :ivar rc: its exit code.
    :ivar results: in the order in which tasks ended; ``run[0]`` and ``run["name of the task"]`` are short for them.
    :ivar recap: the counts of each host: ok, changed, failures, skipped, unreachable, rescued, ignored.
    """

    rc: int
    stdout: str
    stderr: str
    results: list[TaskResult]
    recap: dict[str, dict[str, int]]

    def __getitem__(self, which: int | str) -> TaskResult:
        """One result, by its position or by the name of its task (the last one of this name)."""
        if isinstance(which, int):
            return self.results[which]
        return next(result for result in reversed(self.results) if result.name == which)

    def __iter__(self) -> Iterator[TaskResult]:
        """All results."""
        return iter(self.results)

    @property
    def output(self) -> str:
        """All that it printed."""
        return f"{self.stdout}\n{self.stderr}"

    @property
    def calls(self) -> list[dict[str, Any]]:
        """All calls, in their order."""
        return [call for result in self.results for call in result.calls]

    def count(self, which: str) -> int:
        """One of the recap's counts, over all hosts."""
        return sum(counts[which] for counts in self.recap.values())

    def succeeded(self) -> Run:
        """The run itself, after the assertion that it did not fail."""
        assert self.rc == 0, f"ansible-playbook ended with {self.rc}\n{self.output}"
        return self
