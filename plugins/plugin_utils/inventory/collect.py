# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading an inventory: all sources in all regions in parallel, then who is who."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import TypeVar

from ansible_collections.scp.storage.plugins.module_utils.client.errors import StorageError, is_refusal
from ansible_collections.scp.storage.plugins.module_utils.client.parallel import map_concurrently
from ansible_collections.scp.storage.plugins.module_utils.client.session import Client
from ansible_collections.scp.storage.plugins.module_utils.client.settings import Settings

from ..connection import report
from .merge import ServerFacts, merge
from .sources import SOURCES, TAGS, Reader, Server, Use

FoundT = TypeVar("FoundT")


class Unreadable(StorageError):
    """Something of an inventory cannot be read; the message begins with what.

    :ivar refused: whether the account is denied it. Only that may be tolerated: hosts that a failure hides would be
        deleted by an AWX source with ``overwrite``.
    """

    def __init__(self, what: str, error: StorageError) -> None:
        super().__init__(f"{what}: {error.message}", **error.facts)
        self.refused = is_refusal(error)


@contextmanager
def reader_of(settings: Settings, gather: Iterable[str], server_name: str | None = None) -> Iterator[Reader]:
    """A reader with a separate client, for as long as it is needed; see :class:`.sources.Reader`."""
    with closing(Client(settings)) as client:
        client.begin(report, ())
        yield Reader(client, frozenset(gather), server_name)


def read_servers(
    reader: Reader, sources: Sequence[str], regions: Sequence[str], tolerated: list[Unreadable] | None = None
) -> list[ServerFacts]:
    """The servers that these sources know in these regions.

    :param tolerated: gets what the account is refused, and the rest is returned; without it that is an error.
    :raises StorageError: a source cannot be read, or none of them.
    """
    asked = [(source, region) for source in dict.fromkeys(sources) for region in regions]
    answers = map_concurrently(lambda one: _read(reader, *one), asked)
    problems = [answer for answer in answers if isinstance(answer, Unreadable)]
    if problems and len(problems) == len(asked):
        raise _failure(problems, len(asked))
    if fatal := [problem for problem in problems if tolerated is None or not problem.refused]:
        raise _failure(fatal, len(asked), advice=_way_out(fatal[0]))
    if tolerated is not None:
        tolerated += problems
    uses = [use for answer in answers if not isinstance(answer, Unreadable) for use in answer]

    def tolerantly(what: str, read: Callable[[], FoundT], nothing: FoundT) -> FoundT:
        """What is read to distinguish servers; without it they are less well known."""
        try:
            return read()
        except StorageError as error:
            problem = Unreadable(what, error)
            if tolerated is None or not problem.refused:
                raise _failure([problem], 1, advice=_way_out(problem)) from None
            tolerated.append(problem)
            return nothing

    def directory(region: str) -> list[Server]:
        return tolerantly(f"the names of servers in {region}", lambda: reader.directory(region), [])

    def identify(use: Use) -> tuple[str, str]:
        what = f"whose {use.thing['name']} of {use.source} in {use.region} is"
        return tolerantly(what, lambda: reader.identify(use), ("", ""))

    if TAGS in reader.gather:
        places = list(dict.fromkeys((use.source, use.region) for use in uses))

        def tags_of(place: tuple[str, str]) -> dict[str, dict[str, str]]:
            return tolerantly(f"the tags of {place[0]} in {place[1]}", lambda: reader.tags(*place), {})

        tags = dict(zip(places, map_concurrently(tags_of, places), strict=True))
        for use in uses:
            use.thing[TAGS] = tags[use.source, use.region].get(str(use.thing["id"]), {})
    return merge(uses, directory, identify)


def _read(reader: Reader, source: str, region: str) -> list[Use] | Unreadable:
    try:
        return SOURCES[source](reader, region)
    except StorageError as error:
        return Unreadable(f"{source} in {region}", error)


def _failure(problems: Sequence[Unreadable], asked: int, *, advice: str = "") -> StorageError:
    """Return one error for everything that cannot be read."""
    first, others = problems[0], len(problems) - 1
    more = f" The same or something else keeps {others} more of {asked} from being read." if others else ""
    # Sentences follow, and a message ends with a request id, or in the service's own words.
    return StorageError(f"Cannot read {first.message.rstrip('.')}.{more}{advice}", **first.facts)


def _way_out(problem: Unreadable) -> str:
    """Return how to read the rest of an inventory."""
    if problem.refused:
        return " Where a source cannot be read at all, leave it out of sources, or set unreadable to warn."
    return (
        " The inventory fails so that no host is lost, because unreadable tolerates only what the account is refused."
        " Update the inventory again later, or leave the source out of sources."
    )
