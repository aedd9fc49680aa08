# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""API versions: what a host offers, and which version of an operation is called (architecture.md, decision 10)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol, Self

from .errors import CallError, StorageError, TransientError, Unreachable
from .version_numbers import number

#: Words in place of a version.
AUTO, OLDEST, NEWEST = WORDS = ("auto", "oldest", "newest")
#: The key for all services that have no entry.
ALL_SERVICES = "*"
#: Versions that end within this number of days are reported.
WARNED_DAYS = 60
DEPRECATED = "DEPRECATED"
#: The status of a version that is announced and not offered yet.
PLANNED = "PLANNED"


@dataclass(frozen=True)
class Offer:
    """A version that a host offers.

    :ivar ends: the day from which it may no longer be supported; empty where none is listed.
    """

    version: str
    status: str = ""
    ends: str = ""

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Self:
        """Return the offer that an entry of ``GET /`` describes."""
        return cls(
            str(entry.get("id") or "").removeprefix("v"),
            str(entry.get("status") or ""),
            str(entry.get("not_before") or "").strip("- "),
        )

    @property
    def last_day(self) -> date | None:
        """The day :attr:`ends` as a date; ``None`` where it is none."""
        digits = "".join(character for character in self.ends if character.isdigit())[:8]
        try:
            return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
        except ValueError:
            return None

    def ending(self, today: date) -> bool:
        """Whether it is deprecated, or ends soon."""
        last = self.last_day
        return self.status.upper() == DEPRECATED or (last is not None and (last - today).days <= WARNED_DAYS)

    def __str__(self) -> str:
        known = ", ".join(part for part in (self.status, self.ends and f"until {self.ends}") if part)
        return f"{self.version} ({known})" if known else self.version


class Versioned(Protocol):
    """What the choice of a version needs to know of an API operation; see ``operations.table.Operation``."""

    @property
    def name(self) -> str:
        """Its ``operationId``."""

    @property
    def service(self) -> str:
        """The service's host name."""

    @property
    def versions(self) -> tuple[str, ...]:
        """All known versions that have it, in ascending order."""

    @property
    def differs(self) -> bool:
        """Whether the version decides what is sent, or whether there is such an operation."""

    @property
    def since(self) -> str:
        """The first version that has it; empty for the service's first one."""

    @property
    def until(self) -> str:
        """The last version that has it; empty where there is none."""

    @property
    def doubtful(self) -> bool:
        """Whether ``until`` is not certain."""

    @property
    def prefers_older(self) -> bool:
        """Whether the oldest version that is offered is used."""

    @property
    def successor(self) -> Any:
        """The operation that answers the same question after ``until``."""

    def takes(self, version: str) -> frozenset[str]:
        """Return the names of the fields and parameters that it has in a version."""

    def shows(self, version: str) -> frozenset[str]:
        """Return the names of the fields that newer versions began to show."""

    def requires(self, version: str) -> tuple[str, ...]:
        """Return the names of those that newer versions began to require."""


@dataclass(frozen=True)
class Place:
    """A host of a service: ``url`` is its address."""

    service: str
    region: str
    url: str

    def __str__(self) -> str:
        return f"{self.service} in {self.region}"


class MissingFields(StorageError):
    """A version requires something that is not given.

    :ivar names: the names of the fields and parameters.
    """

    def __init__(self, operation: str, place: Place, version: str, names: Sequence[str]) -> None:
        self.operation, self.place, self.version, self.names = operation, place, version, tuple(names)
        super().__init__(
            f"{operation} of {place} was not sent: version {version} requires {' and '.join(names)}."
            " Give it, or use an older version (api_versions) as long as the service offers one."
        )


@dataclass(frozen=True)
class Attempt:
    """One way to call an operation.

    :ivar version: empty for a call without a version, which the newest answers.
    """

    operation: Any
    version: str


class Offers:
    """The versions that hosts offer, for a whole process. Each host is asked once. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read: dict[str, Future[list[dict[str, Any]]]] = {}

    def read(self, url: str, fetch: Callable[[], list[dict[str, Any]]]) -> list[dict[str, Any]]:
        """Return the versions of a host. If another thread is reading them, wait for it.

        :raises StorageError: they could not be read. The next call tries again.
        """
        with self._lock:
            result = self._read.get(url)
            mine = result is None
            if result is None:
                result = self._read[url] = Future()
        if mine:
            try:
                result.set_result(fetch())
            except BaseException as error:
                with self._lock:
                    self._read.pop(url, None)
                interrupted = StorageError("The reading of the API versions was interrupted. Run the task again.")
                result.set_exception(error if isinstance(error, StorageError) else interrupted)
                raise
        return result.result()

    def forget(self, url: str) -> None:
        """Let the next one that needs the versions of a host ask again."""
        with self._lock:
            result = self._read.get(url)
            if result is not None and result.done():
                del self._read[url]

    def known(self, url: str) -> list[dict[str, Any]] | None:
        """Return the versions of a host; ``None`` where they were not read yet."""
        with self._lock:
            result = self._read.get(url)
        return result.result() if result is not None and result.done() and result.exception() is None else None


class Negotiation:
    """Chooses the versions that a client calls.

    :param wanted: a version or one of :data:`WORDS` by service; the key :data:`ALL_SERVICES` is for all others.
    :param offers: shared by all clients of a process.
    :param fetch: reads the versions of a host (``GET /``).
    """

    def __init__(
        self, wanted: Mapping[str, str], offers: Offers, fetch: Callable[[Place], list[dict[str, Any]]]
    ) -> None:
        self._wanted = dict(wanted)
        self._offers = offers
        self._fetch = fetch
        self._lock = threading.Lock()
        self._refused: set[tuple[str, str, str]] = set()
        self._silent: set[str] = set()
        self._doubted: set[tuple[str, str]] = set()

    def wanted(self, service: str) -> str:
        """Return the setting for a service: a version, or one of :data:`WORDS`."""
        return self._wanted.get(service) or self._wanted.get(ALL_SERVICES) or AUTO

    def offers(self, place: Place) -> list[dict[str, Any]]:
        """Return what a host offers, as it lists it.

        :raises StorageError: it could not be read.
        """
        return self._offers.read(place.url, lambda: self._fetch(place))

    def prepare(self, operation: Versioned, place: Place) -> None:
        """Read what a host offers, if a call depends on it."""
        if operation.differs and self.wanted(operation.service) in WORDS:
            self._learn(place)

    def choose(
        self,
        operation: Versioned,
        place: Place,
        given: Mapping[str, Any],
        insist: Sequence[str] = (),
        wanting: Collection[str] = (),
    ) -> Attempt:
        """Return how to call an operation.

        :param given: what is known of its fields and parameters.
        :param insist: names of those that must be sent, which excludes versions without them.
        :param wanting: names of fields for which a version is preferred that takes or shows them.
        :raises MissingFields: the version requires more than is given.
        :raises StorageError: there is no version that the host offers and this collection knows.
        """
        insist = tuple(insist)
        candidates = self._candidates(operation, place, insist)
        if not candidates and self._doubt(operation, place):
            candidates = self._candidates(operation, place, insist)
        if wanting:
            # The sort is stable: equal versions keep their order.
            candidates.sort(key=lambda one: -len((operation.takes(one) | operation.shows(one)) & set(wanting)))
        for version in candidates:
            missing = [name for name in operation.requires(version) if given.get(name) is None]
            if missing:
                raise MissingFields(operation.name, place, version, missing)
            return Attempt(operation, version)
        successor: Versioned | None = operation.successor
        no_header = (place.url, operation.name, "")
        usable = operation.doubtful and not insist and no_header not in self._refused
        if successor is not None:
            try:
                return self.choose(successor, place, given, insist, wanting)
            except MissingFields:
                if not usable:
                    raise
        if usable:
            return Attempt(operation, "")
        raise self._none_left(operation, place, insist)

    def refuse(self, attempt: Attempt, place: Place, error: CallError) -> None:
        """Note that a host refused a version of an operation (406); the next choice is another one.

        :raises CallError: there is no other one, because a version without a header was refused.
        """
        if not attempt.version:
            raise error
        with self._lock:
            self._refused.add((place.url, attempt.operation.name, attempt.version))
        was_known = self._offers.known(place.url) is not None
        self._learn(place)
        stale = was_known and (place.url, attempt.operation.name) not in self._doubted
        if stale and not self._candidates(attempt.operation, place, ()):
            self._offers.forget(place.url)
            self._learn(place)

    def in_use(self, operation: Versioned, place: Place) -> str:
        """Return the version in which an operation is called; empty where there is none."""
        return next(iter(self._candidates(operation, place, ())), "")

    def offer(self, place: Place, version: str) -> Offer | None:
        """Return what a host lists about a version, if it was asked."""
        return next((one for one in self._offered(place) or () if one.version == version), None)

    # -- choosing -----------------------------------------------------------------------------------------------------

    def _candidates(self, operation: Versioned, place: Place, insist: Sequence[str]) -> list[str]:
        """Return the versions in which an operation can be called, the preferred one first."""
        wanted = self.wanted(operation.service)
        known = list(operation.versions)
        if wanted not in WORDS:
            # An unknown version is used too, with the fields of the nearest known one.
            if operation.until and number(wanted) > number(operation.until):
                known = [] if operation.successor is not None else known[-1:]
            else:
                known = [] if operation.since and number(wanted) < number(operation.since) else [wanted]
        elif wanted == NEWEST and not operation.prefers_older:
            known.reverse()
        offered = self._offered(place)
        names = {one.version for one in offered or ()}
        return [
            version
            for version in known
            if (place.url, operation.name, version) not in self._refused
            and (not names or version in names)
            and all(name in operation.takes(version) for name in insist)
        ]

    def _offered(self, place: Place) -> list[Offer] | None:
        listed = self._offers.known(place.url)
        offers = [Offer.of(entry) for entry in listed or ()]
        return None if listed is None else [offer for offer in offers if offer.status.upper() != PLANNED]

    def _doubt(self, operation: Versioned, place: Place) -> bool:
        """Let refused versions of an operation be tried once more, and return whether there are such.

        Where none is left, a refusal may be from before the list was read, and what the host offers has changed.
        """
        key = (place.url, operation.name)
        with self._lock:
            refused = {one for one in self._refused if one[:2] == key}
            if not refused or key in self._doubted or operation.successor is not None or operation.doubtful:
                return False
            self._doubted.add(key)
            self._refused -= refused
        return True

    def _learn(self, place: Place) -> None:
        """Read what a host offers. If it does not return this, the known versions are tried."""
        if place.url in self._silent:
            return
        try:
            self.offers(place)
        except (TransientError, Unreachable):
            raise
        except CallError:
            with self._lock:
                self._silent.add(place.url)

    def _none_left(self, operation: Versioned, place: Place, insist: Sequence[str]) -> StorageError:
        """Return why an operation cannot be called in any version, and what to do."""
        wanted, offered = self.wanted(operation.service), self._offered(place)
        listed = ", ".join(map(str, offered or ())) or "unknown"
        beginning = f"{operation.name} of {place} cannot be called:"
        if insist and not any(name in operation.takes(one) for one in operation.versions for name in insist):
            return StorageError(f"{beginning} no version that this collection knows accepts {' and '.join(insist)}.")
        if insist and self._candidates(operation, place, ()):
            versions = [one for one in operation.versions if all(name in operation.takes(one) for name in insist)]
            cause = f"api_versions sets {wanted}" if wanted not in WORDS else f"the service offers {listed}"
            return StorageError(
                f"{beginning} {' and '.join(insist)} requires version {versions[0]} or newer, and {cause}."
                " Leave out the option, or use a newer version."
            )
        first = operation.versions[0]
        if wanted in WORDS and offered and all(number(one.version) < number(first) for one in offered):
            return StorageError(f"{beginning} it exists from version {first} on, and {place.url} offers {listed}.")
        if wanted in WORDS:
            return StorageError(
                f"{beginning} {place.url} offers the versions {listed}, and this collection knows"
                f" {' and '.join(operation.versions)}. Update the collection scp.storage."
            )
        if offered is not None and wanted not in {one.version for one in offered}:
            return StorageError(
                f"{beginning} api_versions sets version {wanted} of {operation.service}, which {place.url} does not"
                f" offer. It offers {listed}. Correct or leave out api_versions."
            )
        return StorageError(
            f"{beginning} it is not available in version {wanted}, which api_versions sets for {operation.service}."
            f" This collection knows it in {' and '.join(operation.versions)}, and the service offers {listed}. Correct"
            " or leave out api_versions."
        )
