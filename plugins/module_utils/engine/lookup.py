# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a name or an id to the thing that is meant (architecture.md, rule 3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..client.base_names import without_suffix
from ..client.errors import NotFound, StorageError
from ..client.session import Call, Client
from .durations import format_age, parse_moment

#: Ids of the platform: a UUID with or without its dashes. Names are shorter than either.
_ID = re.compile(r"^[0-9a-f]{32}$|^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.IGNORECASE)


def is_id(text: str) -> bool:
    """Whether a text looks like an id of the platform and not like a name."""
    return _ID.fullmatch(text) is not None


class ResourceNotFound(StorageError):
    """A name or an id fits nothing."""


class AmbiguousName(StorageError):
    """A name fits several resources.

    :param subject: the beginning of the message: what fits how many of what, and where.
    :param found: the resources as the service shows them.
    :param removal: what removes one of them (:attr:`LookupSpec.removal`).
    :param cause: why there can be several, and what to do, for a module that cannot remove one.
    """

    def __init__(
        self,
        subject: str,
        found: Iterable[Mapping[str, Any]],
        now: datetime,
        *,
        removal: str = "",
        created: str = "",
        cause: str = "",
    ) -> None:
        self._known = (subject, sorted(found, key=_by_age), now, removal)
        subject, found, now, removal = self._known
        candidates = [
            {name: item[name] for name in ("id", "name", "created_at") if item.get(name) is not None} for item in found
        ]
        described = [_described(item, now) for item in found]
        ids = [str(item["id"]) for item in found]
        message = f"{subject}: {'; '.join(described)}. "
        if created not in ids:
            message += "Give the id of the one you mean. " + (
                cause
                or "If two runs created them at the same time, see that nothing uses the younger one, and remove it by"
                f" its id ({removal})."
            )
            super().__init__(message, candidates=candidates)
            return
        message += f"This task has just created {created}, and another process has created the name as well. "
        if created == ids[-1]:
            message += (
                f"The one of this task is the younger one, and nothing uses it yet: remove it ({removal} {created}),"
                " and run the task again, which goes on with the older one."
            )
        else:
            message += (
                "The one of this task is the older one. See that nothing uses the younger one, remove it"
                f" ({removal} {ids[-1]}), and run the task again."
            )
        super().__init__(message, candidates=candidates, created=created)

    def with_created(self, identifier: str) -> AmbiguousName:
        """Return the error for a task that has created one of them."""
        subject, found, now, removal = self._known
        return AmbiguousName(subject, found, now, removal=removal, created=identifier)


def _by_age(item: Mapping[str, Any]) -> tuple[str, str]:
    """Sort the oldest first; of two of one second all tasks must take the same one for the younger."""
    return str(item.get("created_at") or ""), str(item["id"])


def _described(item: Mapping[str, Any], now: datetime) -> str:
    moment = parse_moment(str(item.get("created_at") or ""))
    age = f", created {format_age(now - moment)} ago" if moment else ""
    return f"{item['name']} ({item['id']}){age}"


@dataclass(frozen=True)
class LookupSpec:
    """How things of one kind are found.

    :param title: what users call it, as ``File Storage volume``.
    :param option: name of the id in the show operation's path, and of the option of its module that takes the id.
    :param module: the module that manages it.
    :param suffixed: the service appends a suffix to the name that was asked for.
    :param rule: what names may look like; also what makes a text a possible name.
    :param unwrap: field of the show answer that holds the object, empty for the answer itself.
    :param resource_type: what Resource Manager calls the kind within its service; empty where it has no tags.
    """

    title: str
    listing: Call
    show: Call
    option: str
    module: str
    rule: re.Pattern[str]
    rule_text: str
    suffixed: bool = False
    unwrap: str = ""
    resource_type: str = ""

    @property
    def removal(self) -> str:
        """What removes one of them, for messages that end with its id."""
        return f"{self.module}, state absent, {self.option}"

    def base_name(self, name: str) -> str:
        """The name that was asked for, from the name as the service shows it."""
        return without_suffix(name) if self.suffixed else name

    def matches(self, shown: str, wanted: str) -> bool:
        """Whether a shown name is exactly the wanted one, with or without the service's suffix."""
        return shown == wanted or (self.suffixed and self.base_name(shown) == wanted and shown != self.base_name(shown))

    def check_name(self, name: str) -> None:
        """Refuse a name that the service would refuse."""
        if not self.rule.fullmatch(name):
            raise StorageError(f"{name!r} cannot be the name of a {self.title}: {self.rule_text}.")


@dataclass(frozen=True)
class Finder:
    """Looks things of one kind up in one region."""

    client: Client
    kind: LookupSpec
    region: str = ""

    @property
    def where(self) -> str:
        """The region that is searched."""
        return self.region or self.client.settings.region

    def by_id(self, identifier: str) -> dict[str, Any] | None:
        """Show one thing; ``None`` where the service has none of that id."""
        try:
            answer = self.client.call(self.kind.show, region=self.region, path={self.kind.option: identifier})
        except NotFound:
            return None
        return dict(answer[self.kind.unwrap]) if self.kind.unwrap else answer

    def listed(self, identifier: str) -> dict[str, Any] | None:
        """Return one thing by its id from a list that is shared, and otherwise from the show operation."""
        if self.client.reads_whole(self.kind.listing, region=self.region):
            found = self.client.lookup_whole(self.kind.listing, identifier, region=self.region)
            if found and self.list_will_do():
                return found[0]
        return self.by_id(identifier)

    def list_will_do(self) -> bool:
        """Return whether what a list has of a resource may stand for what the show operation has.

        It may in a first look at one of several resources. Another look follows if there is something to do.
        """
        look = self.client.look
        if look is None or not look.whole:
            return False
        look.partial = True
        return True

    def named(self, name: str, **filters: Any) -> list[dict[str, Any]]:
        """All things of exactly that name, as the list shows them.

        :param filters: further filters of the list operation.
        """
        kind = self.kind
        return self.client.lookup(kind.listing, name, suffixed=kind.suffixed, region=self.region, query=filters or None)

    def one(
        self,
        wanted: str,
        *,
        leave_out: Callable[[Mapping[str, Any]], bool] | None = None,
        last_resort: bool = False,
        prefer: Callable[[Mapping[str, Any]], bool] | None = None,
    ) -> dict[str, Any] | None:
        """The one thing of that name or id, as the list or show operation gives it; ``None`` where there is none.

        :param leave_out: shows things that do not count when a name is looked up.
        :param last_resort: take one of these if there is no other.
        :param prefer: shows things that count before all others of the name.
        :raises StorageError: several things fit; the message lists them.
        """
        if is_id(wanted):
            return self.by_id(wanted)
        fitting = self.named(wanted)
        found = [item for item in fitting if leave_out is None or not leave_out(item)]
        if prefer is not None:
            found = [item for item in found if prefer(item)] or found
        if not found and last_resort:
            found = fitting[:1]
        if len(found) > 1:
            subject = f"{wanted!r} fits {len(found)} {self.kind.title}s in {self.where}"
            raise AmbiguousName(subject, found, self.client.now(), removal=self.kind.removal)
        if found:
            return found[0]
        return None if self.kind.rule.fullmatch(wanted) else self.by_id(wanted)

    def required(self, wanted: str) -> dict[str, Any]:
        """Like :meth:`one`, for a thing that must exist.

        :raises ResourceNotFound: there is none.
        """
        found = self.one(wanted)
        if found is None:
            raise self.missing(wanted)
        return found

    def lock_name(self, wanted: str) -> str:
        """Return what a lock on a thing is called, the same for its name, its name with the suffix, and its id.

        Things that share a name share the lock, which costs time only. For a name this takes no call.
        """
        shown = self.by_id(wanted) if is_id(wanted) else None
        return self.kind.base_name(str(shown["name"]) if shown else wanted)

    def missing(self, wanted: str) -> ResourceNotFound:
        """The error for a thing that must exist and does not."""
        return ResourceNotFound(
            f"There is no {self.kind.title} with the name or id {wanted!r} in {self.where}."
            " Check its spelling, the region, and the account of the key."
        )


def immutable(option: str, present: Any, wanted: Any, way_out: str) -> None:
    """Refuse a difference that cannot be changed after creation (architecture.md, rule 6).

    :param wanted: ``None`` where the task does not ask.
    """
    all_immutable({option: (present, wanted)}, way_out)


def all_immutable(values: Mapping[str, tuple[Any, Any]], way_out: str) -> None:
    """Refuse, all at once, differences that cannot be changed after creation and have one way out.

    :param values: by option, what there is and what the task asks for; ``None`` where it does not ask.
    """
    differing = [
        f"{option} is {present!r} and cannot be changed to {wanted!r}"
        for option, (present, wanted) in values.items()
        if wanted is not None and wanted != present
    ]
    if differing:
        them = "it" if len(differing) == 1 else "them"
        raise StorageError(f"{', and '.join(differing)}: the service sets {them} at creation only. {way_out}")
