# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The word for a module that works on a whole list: it reads, decides, and lets the batch runner converge resources."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Protocol

from ..client.errors import StorageError
from ..client.session import Client

#: What became of a resource.
Change = Literal["created", "changed", "deleted", "unchanged", "failed", "skipped"]


@dataclass(frozen=True)
class Converged:
    """What became of one resource of a stage.

    :ivar operations: the writing calls, in order; in check mode those that would be sent.
    :ivar message: why it failed or was skipped; otherwise empty.
    :ivar result: what the module of its kind returns.
    """

    kind: str
    name: str
    region: str
    change: Change
    operations: tuple[str, ...] = ()
    message: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)

    @property
    def succeeded(self) -> bool:
        """Whether the resource is in the desired state, or would be."""
        return self.change not in ("failed", "skipped")


class Blocked(StorageError):
    """Not all resources of a stage can be converged, so none was.

    :ivar converged: what was planned for each resource, or why it cannot be converged.
    """

    def __init__(self, converged: Sequence[Converged]) -> None:
        self.converged = converged
        super().__init__(" ".join(dict.fromkeys(one.message for one in converged if one.change == "failed")))


class Stages(Protocol):
    """Converges resources in stages, as ``scp_storage_apply`` converges a list.

    In check mode nothing is sent. Later stages, and what is read through :attr:`client`, then see what earlier stages
    have planned.

    :ivar client: what a workflow reads with.
    :ivar dry_run: whether nothing is sent. Only results may differ by it.
    """

    client: Client
    dry_run: bool

    def mistakes(self, resources: Sequence[Mapping[str, Any]]) -> list[str]:
        """Return what is wrong with the options of resources, each thing once; sends nothing."""

    def converge(
        self,
        resources: Sequence[Mapping[str, Any]],
        needs: Sequence[Collection[int]] | None = None,
        labels: Sequence[str] = (),
        **common: Any,
    ) -> list[Converged]:
        """Converge resources, as many as possible at the same time, and return what became of each.

        :param resources: ``kind``, and options of the module of that kind, each.
        :param needs: for each resource the indices of those that it needs. By default this is found out from names, as
            ``scp_storage_apply`` does it.
        :param labels: what people call each resource, where its options have only ids.
        :param common: ``wait`` and ``wait_timeout`` for this stage, in place of those of the task.
        :raises StorageError: an option is invalid; nothing of this stage was sent.
        """

    def converge_all(self, resources: Sequence[Mapping[str, Any]], **common: Any) -> list[Converged]:
        """Converge resources, or none of them if one cannot be converged.

        All are planned first. Only those with something to do, or with something under way, are then converged.

        :param common: as in :meth:`converge`.
        :raises Blocked: a plan failed; nothing was sent.
        :raises StorageError: an option is invalid; nothing was sent.
        """


class Workflow(ABC):
    """What a module does with a whole list.

    :cvar kinds: by kind, what it converges; see ``engine.batch.kinds.ResourceKind``.
    :param params: validated module options.
    """

    kinds: ClassVar[Mapping[str, Any]]

    def __init__(self, params: Mapping[str, Any], batch: Stages) -> None:
        self.params = params
        self.batch = batch

    @abstractmethod
    def run(self) -> dict[str, Any]:
        """Read, decide, converge, and return the result beside what all workflows have in common.

        Where a part failed, or was refused, the result has ``failed`` and ``msg``, and all else that is known. It may
        have a ``diff`` of its own.

        :raises StorageError: there is nothing but the error to return.
        """
