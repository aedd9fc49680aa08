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
    :ivar ended: when it was done, on the monotonic clock of the client; ``None`` where it was not tried.
    """

    kind: str
    name: str
    region: str
    change: Change
    operations: tuple[str, ...] = ()
    message: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)
    ended: float | None = None

    @property
    def succeeded(self) -> bool:
        """Whether the resource is in the desired state, or would be."""
        return self.change not in ("failed", "skipped")


class Blocked(StorageError):
    """Not all resources of a stage can be converged, so none was.

    :ivar converged: for each resource why it cannot be converged, or that it was skipped, or is unchanged.
    """

    def __init__(self, converged: Sequence[Converged]) -> None:
        self.converged = converged
        super().__init__(" ".join(dict.fromkeys(one.message for one in converged if one.change == "failed")))


class Converging(Protocol):
    """What a workflow reads and converges resources with; see :class:`engine.stages.Stages`."""

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
        """Converge resources, as many as possible at the same time, and return what became of each."""

    def converge_all(self, resources: Sequence[Mapping[str, Any]], **common: Any) -> list[Converged]:
        """Converge resources, or none of them if one cannot be converged."""


class Workflow(ABC):
    """What a module does with a whole list.

    :cvar kinds: kinds of resources that it converges.
    :param params: validated module options.
    """

    kinds: ClassVar[Mapping[str, Any]]

    def __init__(self, params: Mapping[str, Any], batch: Converging) -> None:
        self.params = params
        self.batch = batch

    @classmethod
    def default_region(cls, params: Mapping[str, Any]) -> str:
        """Return the region of a task for which none is set; empty where one must be."""
        return ""

    @abstractmethod
    def run(self) -> dict[str, Any]:
        """Read, decide, converge, and return the result beside what :meth:`engine.stages.Stages.result` has.

        Where a part failed, or was refused, the result has ``failed`` and ``msg``, and all else that is known. It may
        have its own ``diff``.

        :raises StorageError: there is nothing but the error to return.
        """
