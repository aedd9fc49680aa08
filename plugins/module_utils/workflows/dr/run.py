# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run over a list of volumes: what all desired states have in common."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from ...client.errors import StorageError
from ...client.parallel import map_concurrently
from ...client.session import Client
from ...engine.workflow import Converged, Converging
from ..messages import group_alike
from . import assess, report
from .model import BLOCK, FILE, GROUP, TITLES, Found, Side, Volume
from .outcome import Outcome
from .reading import Reader

ResultT = TypeVar("ResultT")

#: Seconds to wait for one resource where the task does not say, by desired state.
WAIT_TIMEOUTS = {"present": 1800, "failed_over": 600, "failed_back": 600, "absent": 900}


@dataclass(frozen=True)
class Job:
    """A resource to converge for a volume.

    :ivar about: its role: ``source``, ``target``, ``replication``, or another one.
    :ivar needs: indices of the jobs of the same stage that it needs.
    """

    volume: Volume
    about: str
    resource: Mapping[str, Any]
    needs: Collection[int] = ()


@dataclass
class Stage:
    """Resources that are converged at the same time, as far as what they need allows it."""

    jobs: list[Job] = field(default_factory=list)

    def add(self, volume: Volume, about: str, kind: str, needs: Collection[int] = (), /, **options: Any) -> int:
        """Add a resource, and return its index. Options that are ``None`` are left out."""
        given = {name: value for name, value in options.items() if value is not None}
        self.jobs.append(Job(volume, about, {"kind": kind, **given}, tuple(needs)))
        return len(self.jobs) - 1


class Refused(Exception):  # It is a result, and not an error of the program.
    """Nothing is done, or nothing more.

    :param message: all blockers, and what to do.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Run:
    """A run: its options, what it has read, and what became of each volume.

    :ivar prefix: what the names of options begin with where users see them.
    :param batch: what converges resources; ``None`` for a run that only reads.
    """

    def __init__(
        self,
        params: Mapping[str, Any],
        volumes: Sequence[Volume],
        client: Client,
        prefix: str,
        batch: Converging | None = None,
    ) -> None:
        self.params = params
        self.volumes = volumes
        self._batch = batch
        self.prefix = prefix
        self.client = client
        self.reader = Reader.for_volumes(client, volumes)
        self._side: Side = "source"
        self.outcomes: dict[str, Outcome] = {volume.key: Outcome(volume, Found(unread=True)) for volume in volumes}

    def begin(self, side: Side) -> dict[str, Found]:
        """Read one end of all volumes.

        :raises Refused: one is in the list twice, and the run is to change something.
        """
        self._side = side
        found = self.reader.read(self.volumes, side)
        self.outcomes = {volume.key: Outcome(volume, found[volume.key]) for volume in self.volumes}
        if self._batch is not None:
            self._refuse_repeated(found)
        return found

    def _refuse_repeated(self, found: Mapping[str, Found]) -> None:
        """Refuse volumes that the list has twice, for example by name and by id: each would be worked on twice.

        :raises Refused: there are some.
        """
        why = assess.repeated(self.volumes, found, self._side)
        repeated = [(volume.label, why[volume.key]) for volume in self.volumes if volume.key in why]
        for key, text in why.items():
            self.outcomes[key].fail(text)
        if repeated:
            count = f"{len(repeated)} of {len(self.volumes)} volumes repeat others of the list"
            raise Refused(f"Nothing was changed: {count}. {' '.join(group_alike(repeated, 'volume'))}")

    def ask_other_region(self, *, missing: bool = False) -> None:
        """Let the regions of the replicas say how volumes are whose own region could not be read.

        :param missing: ask also about volumes whose own region has no replication of them.
        """
        unread = [
            one
            for one in self.outcomes.values()
            if one.before.unread or (missing and one.before.link is None and not one.before.message)
        ]
        found = self.reader.read([one.volume for one in unread], "target") if unread else {}
        for outcome in unread:
            outcome.before = _combine(outcome.volume, outcome.before, found[outcome.volume.key])
            outcome.link = outcome.before.link

    def gather(self, volumes: Sequence[Volume], read: Callable[[Volume], ResultT]) -> dict[str, ResultT]:
        """Read something for several volumes at the same time; the results by key.

        A volume for which that fails has failed, and is not among the results.
        """

        def attempt(volume: Volume) -> ResultT | StorageError:
            try:
                return read(volume)
            except StorageError as error:
                return error

        results: dict[str, ResultT] = {}
        for volume, result in zip(volumes, map_concurrently(attempt, volumes), strict=True):
            if isinstance(result, StorageError):
                self.outcomes[volume.key].fail(result.message)
            else:
                results[volume.key] = result
        return results

    def converge(self, stage: Stage, **common: Any) -> list[Converged]:
        """Converge a stage, and note what became of the volumes."""
        if self._batch is None:
            raise RuntimeError("Only states of a plan converge anything.")
        if self.params.get("wait_timeout") is None:
            common.setdefault("wait_timeout", WAIT_TIMEOUTS[self.params["state"]])
        done = self._batch.converge(
            [job.resource for job in stage.jobs], needs=[job.needs for job in stage.jobs], **common
        )
        will_settle = self._batch.dry_run and bool(self.params["wait"])
        for job, one in zip(stage.jobs, done, strict=True):
            self.outcomes[job.volume.key].add(one, job.about, will_settle=will_settle)
        if not self._batch.dry_run:
            self._read_again([job.volume for job, one in zip(stage.jobs, done, strict=True) if one.change == "failed"])
        return done

    def _read_again(self, volumes: Sequence[Volume]) -> None:
        """Read the replications of volumes that failed: what a failure shows can be older than what it is about."""
        if not volumes:
            return
        by_key = {volume.key: volume for volume in volumes}
        self.reader.forget()
        for key, found in self.reader.read(list(by_key.values()), self._side).items():
            if found.link is not None:
                self.outcomes[key].link = found.link

    # -- the result ---------------------------------------------------------------------------------------------------

    def result(self, refusal: str = "") -> dict[str, Any]:
        """Return the result of the task.

        :param refusal: why nothing, or nothing more, was done.
        """
        outcomes = list(self.outcomes.values())
        ends = self._ends(outcomes)
        dry_run = self._batch is not None and self._batch.dry_run
        replicas = [report.describe(one, ends[one.volume.key], dry_run=dry_run) for one in outcomes]
        failed = report.failure_lines(outcomes)
        lines = [*(report.plan_lines(outcomes) if dry_run else []), *report.note_lines(outcomes), *failed]
        summary = report.summary(outcomes, dry_run=dry_run)
        result: dict[str, Any] = {
            "replicas": replicas,
            "mounts": report.mounts(replicas),
            "failures": report.failures(outcomes),
            "table": [*report.table(replicas, lines, dry_run=dry_run), summary],
            "summary": summary,
            "diff": report.differences(outcomes),
        }
        if refusal:
            return {**result, "failed": True, "msg": refusal}
        if failed:
            count = sum(bool(one.failures) for one in outcomes)
            advice = "Run it again when the cause is removed: it continues from the current state."
            message = f"{count} of {len(outcomes)} volumes failed. {' '.join(failed)} {advice}"
            return {**result, "failed": True, "msg": message}
        return result

    def _ends(self, outcomes: Sequence[Outcome]) -> dict[str, dict[str, Any]]:
        """Return what servers need to use the volumes at both ends, by key, as far as it is known."""
        if any(one.operations for one in outcomes):
            self.reader.forget()
        known: dict[str, dict[str, Any]] = {one.volume.key: {} for one in outcomes}
        blocks = [one for one in outcomes if one.volume.kind != FILE and one.link is not None]
        shares = list(self._shares(outcomes)) if self._reads_paths else []
        self.reader.load(
            ((BLOCK, one.volume.target_region) for one in blocks),
            ((region, identifier) for _key, _side, region, identifier in shares),
        )
        for outcome in blocks:
            try:
                known[outcome.volume.key] = self._block_ends(outcome)
            except StorageError as error:
                self._note_unread(outcome, outcome.volume.target_region, error)
        for key, side, region, identifier in shares:
            try:
                known[key][f"{side}_path"] = self.reader.path(region, identifier)
            except StorageError as error:
                self._note_unread(self.outcomes[key], region, error)
        return known

    @staticmethod
    def _note_unread(outcome: Outcome, region: str, error: StorageError) -> None:
        """Note what could not be read. The health of the replication alone counts."""
        if region not in outcome.note:
            outcome.remark(f"how servers use it in {region} could not be read: {error.message.rstrip('.')}")

    def _block_ends(self, outcome: Outcome) -> dict[str, Any]:
        volume, link = outcome.volume, outcome.link
        if link is None or link.planned:
            return {}
        ends: dict[str, Any] = {}
        if volume.kind == GROUP:
            ends["members"] = [
                {"id": one["id"], "name": one["name"], "addresses": list(one.get("iscsi_target_ips") or ())}
                for one in self.reader.members(volume.target_region, link.target_id)
            ]
        else:
            ends["target_path"] = _address(self.reader.listed(BLOCK, volume.target_region), link.target_id)
        source = outcome.before.volume
        if volume.kind == BLOCK and source is not None and source["id"] == link.source_id:
            ends["source_path"] = _address([source], link.source_id)
        return ends

    @property
    def _reads_paths(self) -> bool:
        asked = self.params.get("paths")
        return self.params["state"] in ("failed_over", "failed_back") if asked is None else bool(asked)

    def _shares(self, outcomes: Sequence[Outcome]) -> Iterator[tuple[str, Side, str, str]]:
        """Yield key, end, region and id of each File Storage volume whose mount path is wanted."""
        # During an outage nothing is to be asked of the region that may be lost.
        sides: Sequence[Side] = ("target",) if self.params["state"] == "failed_over" else ("target", "source")
        for one in outcomes:
            if one.volume.kind == FILE and one.link is not None and not one.link.planned:
                for side in sides:
                    yield one.volume.key, side, one.volume.end_region(side), one.link.end(side)[0]


def _combine(volume: Volume, own: Found, other: Found) -> Found:
    """Return what is known of a volume once the region of its replica was asked as well.

    A region that could be read does not answer for one that could not: the volume can be replicated under another
    target_name, or to another region, and be in use there.
    """
    if other.link is not None:
        return other
    if own.unread and not other.unread:
        other_message = other.message or f"{volume.target_region} shows no replication of it"
        message = (
            f"{volume.region} could not be read: {own.message.rstrip('.')}. {other_message.rstrip('.')}. Whether it"
            f" exists and has a replica, and which end is in use, is unknown until {volume.region} answers. If it has"
            " one, check target_name and target_region"
        )
        return replace(own, message=message)
    if other.unread and not own.unread and not own.volumes:
        message = (
            f"{volume.region} has no {TITLES[volume.kind]} of this name, and whether {volume.target_region} has its"
            f" replica could not be read: {other.message.rstrip('.')}"
        )
        return replace(other, message=message)
    return own


def _address(volumes: Sequence[Mapping[str, Any]], identifier: str) -> str | None:
    """Return the iSCSI addresses of a block volume, with commas between them."""
    found = next((one for one in volumes if one["id"] == identifier), {})
    return ",".join(found.get("iscsi_target_ips") or ()) or None
