# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words in which a service's nouns are described to a task that takes many things at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from .spec import ModuleSpec

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
    """

    kind: str
    option: str
    region: str = ""
    prefix: bool = False


@dataclass(frozen=True)
class Noun:
    """One kind of thing: how its entries are checked, what they are called, and what they have to do with others.

    :param spec: that of its module.
    :param called: options that say which thing it is, together with its owners; the first is what people call it.
    :param refers: what it hangs on. It comes after it, and goes before it.
    :param makes: what comes with it.
    :param needs: kinds of things that hang on the same and that it is made from.
    :param frees: kinds of things that others of this kind may hold until they have been changed or removed.
    :param purge: the option with which a change lets others go.
    :param suffixed: the service appends a suffix to its name.
    :param short: a short form of the kind, which lists accept as well.
    :param objection: why an entry has no place among many things; empty where it has.
    """

    spec: ModuleSpec
    called: tuple[str, ...] = ()
    refers: tuple[Reference, ...] = ()
    makes: tuple[Product, ...] = ()
    needs: tuple[str, ...] = ()
    frees: tuple[str, ...] = ()
    purge: str = ""
    suffixed: bool = False
    short: str = ""
    objection: Callable[[Params], str] = field(default=nothing)

    @property
    def owners(self) -> tuple[str, ...]:
        """Options that say whose it is."""
        return tuple(reference.option for reference in self.refers if reference.owner)


class Topology:
    """What a module manages that takes many things in one task.

    :cvar nouns: all kinds of things; of those that hang on the same thing, the first are done first.
    """

    nouns: ClassVar[Mapping[str, Noun]]
