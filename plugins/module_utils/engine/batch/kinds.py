# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the kinds of resources are described to a batch: what identifies them, and what depends on what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from ..resource import Batch
from ..spec import ModuleSpec

Params = Mapping[str, Any]


def nothing(_params: Params) -> str:
    """There is nothing to object to."""
    return ""


def always(_params: Params) -> bool:
    """Whatever the options are."""
    return True


@dataclass(frozen=True)
class Reference:
    """An option that names things of another kind, by name or id; a list names several.

    :param owner: whether that thing is also a part of what this one is called by.
    :param when: whether it does, for some options.
    """

    option: str
    kind: str
    owner: bool = True
    when: Callable[[Params], bool] = always


@dataclass(frozen=True)
class Product:
    """A thing of another kind that comes with a thing.

    :param option: the option that names it, or with which its name begins.
    :param region: the option that says where it is; empty for the region of the thing itself.
    :param prefix: whether the option is only the beginning of the name.
    :param zone: the option whose zone says the region as well.
    """

    kind: str
    option: str
    region: str = ""
    prefix: bool = False
    zone: str = ""


@dataclass(frozen=True)
class ResourceKind:
    """One kind of thing: how its entries are checked, what they are called, and what they have to do with others.

    :param spec: that of its module.
    :param identified_by: options that identify it, together with its owners; the first one is its name for users.
    :param references: what it depends on. It comes after it, and goes before it.
    :param produces: what comes with it.
    :param requires: kinds of things that depend on the same and that it is made from.
    :param releases: kinds of things that others of this kind may hold until they have been changed or removed.
    :param purge_option: the option with which a change lets others go.
    :param suffixed: the service appends a suffix to its name.
    :param short: a short form of the kind, which lists accept as well.
    :param reject_if: why an entry has no place among many things; empty where it has.
    """

    spec: ModuleSpec
    identified_by: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    produces: tuple[Product, ...] = ()
    requires: tuple[str, ...] = ()
    releases: tuple[str, ...] = ()
    purge_option: str = ""
    suffixed: bool = False
    short: str = ""
    reject_if: Callable[[Params], str] = field(default=nothing)

    @property
    def owners(self) -> tuple[str, ...]:
        """Options that say whose it is."""
        return tuple(reference.option for reference in self.references if reference.owner)


class KindRegistry(Batch):
    """What a module manages that takes many things in one task.

    :cvar kinds: all kinds of things; of those that depend on the same thing, the first are done first.
    """

    kinds: ClassVar[Mapping[str, ResourceKind]]
