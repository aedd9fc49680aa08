# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``scp_dr_drill``: copies that prove that replicas can be used, made, measured, compared, and removed again."""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, ClassVar

from ...client.errors import StorageError
from ...client.parallel import map_concurrently
from ...client.session import Client
from ...engine.durations import parse_age
from ...engine.results import failure_of
from ...engine.workflow import Change, Converged, Workflow
from ...resources.kinds import Storage
from ...resources.objects import ObjectFinder, with_ids
from ...resources.snapshots import SnapshotRecord
from ...resources.zones import ZONE
from ..dr import assess
from ..dr.creations import ZoneCheck, file_volume, replication
from ..dr.model import BLOCK, FILE, GROUP, Found, Volume
from ..dr.options import DRILL, likely_region, read_volumes
from ..dr.reading import Reader
from ..messages import group_alike
from ..report import Failure, Report, Row, failure_from, join_messages
from .copies import MAX_PREFIX, MIN_PREFIX, CopyPlan, Rules, Sources, compare, plan_copy
from .leftovers import Own, look, protected_ids, removal, unrecognizable
from .report import data_age, drilled, highest, judged, made_from, refused, span, target

WAIT_TIMEOUT = 1800
#: How often the replication of a copy is updated: as rarely as possible, because nothing is written to it.
FREQUENCY = "monthly"
_PREFIX = re.compile(rf"[a-z][a-z0-9]{{{MIN_PREFIX - 1},{MAX_PREFIX - 1}}}")
_PASSWORD_LENGTH = 16
_MADE_HEADER = ("VOLUME", "FROM", "TO", "MADE FROM", "RECOVERED IN", "DATA LOSS", "RESULT")
_REMOVED_HEADER = ("VOLUME", "FROM", "TO", "REMOVED", "RESULT")


@dataclass(frozen=True)
class Options:
    """The options of a task, read.

    :ivar rto: in seconds; ``None`` where there is none. ``rpo`` likewise.
    """

    volumes: Sequence[Volume]
    rules: Rules
    rto: int | None = None
    rpo: int | None = None

    @property
    def asks_source(self) -> bool:
        """Whether the regions of the volumes may be called."""
        return self.rules.origin != "replica"


def read_options(params: Mapping[str, Any], client: Client) -> Options:
    """Read the options of a task.

    :param client: reads only if an item selects by tags.

    :raises StorageError: there are mistakes; the message has all of them.
    """
    options = params.get("variable_prefix") or ""
    mistakes: list[str] = []
    prefix = params["prefix"]
    if not _PREFIX.fullmatch(prefix):
        mistakes.append(
            f"{options}prefix {prefix!r} is invalid. Use {MIN_PREFIX} to {MAX_PREFIX} lower-case letters and digits, a"
            " letter first."
        )
    targets: dict[str, int | None] = {}
    for name in ("rto", "rpo"):
        text = str(params.get(name) or "").strip()
        try:
            targets[name] = int(parse_age(f"{options}{name}", text).total_seconds()) if text else None
        except StorageError as error:
            mistakes.append(error.message)
    try:
        # The state only says whether volumes may be created, which a drill never does.
        volumes = read_volumes({**params, "state": DRILL}, client, options)
    except StorageError as error:
        raise StorageError(" ".join([error.message, *mistakes])) from None
    if mistakes:
        raise StorageError(f"The options have mistakes, and nothing was changed. {' '.join(mistakes)}")
    return Options(volumes, Rules(params["from"], prefix, options), **targets)


@dataclass
class Outcome:
    """A volume of the list, and all that a run found and did.

    :ivar failures: why something failed.
    :ivar target_id: of the copy in the region of the replica, as soon as it is known.
    """

    plan: CopyPlan
    failures: list[Failure] = field(default_factory=list)
    operations: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    left_behind: list[str] = field(default_factory=list)
    target_id: str = ""
    copy: dict[str, Any] | None = None
    recovery_seconds: float | None = None
    checks: list[dict[str, Any]] = field(default_factory=list)
    made: bool = False

    @property
    def drillable(self) -> bool:
        """Whether a copy can be made, as far as is known by now."""
        return self.plan.way is not None and not self.failures

    @property
    def change(self) -> Change:
        """What became of the volume's copy."""
        if self.failures:
            return "failed"
        if self.plan.blocker:
            return "skipped"
        if not self.operations:
            return "unchanged"
        return "created" if self.made else "deleted"

    def note(self, done: Converged) -> None:
        """Note what became of one resource."""
        self.operations += done.operations
        if done.change == "failed":
            self.failures.append(failure_from(done))

    def identity(self) -> dict[str, Any]:
        """Return what results say of any volume."""
        volume = self.plan.volume
        return {
            "kind": volume.kind,
            "name": volume.name,
            "region": volume.region,
            "target_region": volume.target_region,
            "source_id": self.plan.source_id,
            "replica_id": self.plan.replica.get("id"),
            "left_behind": list(self.left_behind),
            "operations": list(self.operations),
            "change": self.change,
            "error": join_messages(self.failures),
        }

    def view(self, started: datetime) -> dict[str, Any]:
        """Return the volume as :func:`report.judged` takes it."""
        plan = self.plan
        age = data_age(started, plan.taken_at)
        loss = age if plan.lag_seconds is None else plan.lag_seconds
        return {
            **self.identity(),
            "way": plan.way,
            "blocker": plan.blocker,
            "snapshot": plan.shown_snapshot,
            "recovered": self.copy,
            "recovery_seconds": self.recovery_seconds,
            "replica_lag_seconds": plan.lag_seconds,
            "data_age_seconds": age,
            "data_loss_seconds": loss if plan.way else None,
            "checks": list(self.checks),
        }


@dataclass
class _Stage:
    """Resources that are converged at the same time, and the volumes that they are for."""

    about: list[Outcome] = field(default_factory=list)
    resources: list[dict[str, Any]] = field(default_factory=list)
    needs: list[Collection[int]] = field(default_factory=list)
    creates: list[bool] = field(default_factory=list)

    def create(self, outcome: Outcome, kind: str, needs: Collection[int] = (), /, **options: Any) -> int:
        """Add a resource that does not exist yet, and return its index."""
        index = self.add(outcome, kind, needs, **options)
        self.creates[index] = True
        return index

    def add(self, outcome: Outcome, kind: str, needs: Collection[int] = (), /, **options: Any) -> int:
        """Add a resource, and return its index. Options that are ``None`` or empty are left out."""
        self.about.append(outcome)
        self.creates.append(False)
        given = {name: value for name, value in options.items() if value not in (None, [], "")}
        self.resources.append({"kind": kind, **given})
        self.needs.append(needs)
        return len(self.resources) - 1


class Drill(Workflow):
    """``scp_dr_drill``."""

    kinds: ClassVar = Storage.kinds

    @classmethod
    def default_region(cls, params: Mapping[str, Any]) -> str:
        return likely_region(params)

    def run(self) -> dict[str, Any]:
        try:
            self._options = read_options(self.params, self.batch.client)
        except StorageError as error:
            return {**failure_of(error), "began": False}
        self._reader = Reader.for_volumes(self.batch.client, self._options.volumes)
        self._passwords = dict(self.params.get("cifs_passwords") or {})
        self._found = self._reader.read(self._options.volumes, "target")
        self._began = self._now()
        return self._present() if self.params["state"] == "present" else self._absent()

    # -- state: present -----------------------------------------------------------------------------------------------

    def _present(self) -> dict[str, Any]:
        outcomes = [Outcome(plan, made=True) for plan in self._plan()]
        hopeless = [one.plan for one in outcomes if one.plan.blocker]
        if hopeless and (not self.params["force"] or len(hopeless) == len(outcomes)):
            return self._refused(outcomes, hopeless)
        own = self._remove(outcomes)
        self._began = self._now()
        self._prepare(outcomes)
        self._recover(outcomes)
        if self.batch.dry_run:
            return {**self._made(outcomes, own), "removal_operations": self._planned_removal(outcomes)}
        self._read_copies(outcomes)
        return {**self._made(outcomes, own), "removal_operations": []}

    def _plan(self) -> list[CopyPlan]:
        """Read what copies can be made from, of all volumes at the same time."""
        volumes, found = self._options.volumes, self._found
        unfit = {**assess.blockers(volumes, found, assess.USABLE), **assess.repeated(volumes, found, "target")}

        def plan(volume: Volume) -> CopyPlan:
            one, why = found[volume.key], unfit.get(volume.key, "")
            try:
                replica = self._replica(volume, one)
            except StorageError as error:
                replica, why = one.volume or {}, why or error.message
            sources = Sources() if why else self._sources(volume, one)
            return self._with_zones(plan_copy(volume, one, replica, sources, self._options.rules, why), one)

        self._servers = self._find_servers([volume for volume in volumes if volume.key not in unfit])
        zones = ZoneCheck(self.batch.client, self._options.rules.options)
        return [self._with_usable_zones(self._with_servers(plan), zones) for plan in map_concurrently(plan, volumes)]

    def _with_zones(self, plan: CopyPlan, found: Found) -> CopyPlan:
        """Add the zones of what a drill makes: those of the volume and of its replica, where their regions show them.

        The host of each region decides whether a zone can be given there.
        """
        volume, link = plan.volume, found.link
        if volume.kind != FILE or link is None or plan.way is None:
            return plan
        if plan.way == "replica":
            return replace(plan, target_zone=plan.replica.get(ZONE) or None)
        source_zone = None
        if link.source_zone:
            try:
                source_zone = (self._reader.by_id(FILE, volume.region, link.source_id) or {}).get(ZONE) or None
            except StorageError as error:
                return replace(plan, way=None, blocker=error.message.rstrip("."))
        target_zone = volume.target_zone or (link.target_zone if source_zone else None)
        return replace(plan, source_zone=source_zone, target_zone=target_zone)

    def _with_usable_zones(self, plan: CopyPlan, zones: ZoneCheck) -> CopyPlan:
        """The same plan, or one that is blocked because something that it makes has no zone that can be used."""
        volume, client = plan.volume, self.batch.client
        if plan.way is None or volume.kind != FILE:
            return plan
        if plan.way == "replica":
            creations = [file_volume(client, volume.target_region, plan.target_zone)]
        else:
            of_source = file_volume(client, volume.region, plan.source_zone)
            creations = [of_source, replication(client, volume, plan.target_zone)]
        source = {**plan.replica, ZONE: plan.source_zone}
        why = next(filter(None, (zones.explain(one, source, volume.name) for one in creations)), "")
        return replace(plan, way=None, blocker=why.rstrip(".")) if why else plan

    def _find_servers(self, volumes: Sequence[Volume]) -> dict[tuple[str, str], list[dict[str, str]] | StorageError]:
        """Return the servers that may use copies, with ids, by option and region; an error where one is not found."""
        wanted = dict.fromkeys((_server_option(volume), volume.target_region) for volume in volumes)
        found: dict[tuple[str, str], list[dict[str, str]] | StorageError] = {}
        for option, region in wanted:
            finder = ObjectFinder(self.batch.client, region)
            try:
                listed = self.params.get(option) or ()
                found[option, region] = with_ids(finder, listed, f"{self._options.rules.options}{option}")[0]
            except StorageError as error:
                found[option, region] = error
        return found

    def _servers_of(self, volume: Volume) -> list[dict[str, str]]:
        servers = self._servers.get((_server_option(volume), volume.target_region))
        return servers if isinstance(servers, list) else []

    def _with_servers(self, plan: CopyPlan) -> CopyPlan:
        """The same plan, or one that is blocked because servers for the copy cannot be found."""
        servers = self._servers.get((_server_option(plan.volume), plan.volume.target_region))
        if plan.blocker or not isinstance(servers, StorageError):
            return plan
        return replace(plan, way=None, blocker=servers.message.rstrip("."))

    def _replica(self, volume: Volume, found: Found) -> Mapping[str, Any]:
        """Return the replica; a group with its members."""
        if volume.kind == GROUP and found.link is not None:
            return self._reader.by_id(GROUP, volume.target_region, found.link.target_id) or {}
        return (found.volume or {}) if found.link is not None else {}

    def _sources(self, volume: Volume, found: Found) -> Sources:
        """Return the snapshots that a copy of a volume can be made from; those of the volume only where needed."""
        link, origin = found.link, self._options.rules.origin
        if link is None:
            return Sources()
        of_replica, replica_error = (
            ([], "") if origin == "source" else self._snapshots(volume, volume.target_region, found.volume or {})
        )
        if of_replica or volume.kind != FILE or not self._options.asks_source:
            return Sources(of_replica, replica_error=replica_error)
        of_source, source_error = self._snapshots(volume, volume.region, {"id": link.source_id})
        return Sources((), of_source, replica_error, source_error)

    def _snapshots(self, volume: Volume, region: str, owner: Mapping[str, Any]) -> tuple[Sequence[SnapshotRecord], str]:
        try:
            return self._reader.snapshots(volume.kind, region, owner), ""
        except StorageError as error:
            return (), error.message.rstrip(".")

    def _refused(self, outcomes: Sequence[Outcome], hopeless: Sequence[CopyPlan]) -> dict[str, Any]:
        for outcome in outcomes:
            if outcome.plan.blocker:
                outcome.failures.append(Failure(outcome.plan.blocker, self._found[outcome.plan.volume.key].facts))
        lines = group_alike(((plan.volume.label, plan.blocker) for plan in hopeless), "volume")
        option = f"{self._options.rules.options}force"
        others = len(hopeless) < len(outcomes)
        advice = f" Leave these volumes out, or set {option} to true to drill the others." if others else ""
        count = f"{len(hopeless)} of {len(outcomes)} volumes"
        message = f"Nothing was changed: {count} cannot be drilled. {' '.join(lines)}{advice}"
        return {**self._made(outcomes, Own(), blocked=True), "msg": message, "began": False, "removal_operations": []}

    # -- copies of earlier drills -------------------------------------------------------------------------------------

    def _look(self, outcomes: Sequence[Outcome]) -> Own:
        plans = [outcome.plan for outcome in outcomes]
        protected = protected_ids(plans, self._found)
        return look(self._reader, plans, protected, asks_source=self._options.asks_source)

    def _remove(self, outcomes: Sequence[Outcome]) -> Own:
        """Remove what drills of these volumes have made, look again, and return what is left."""
        by_key = {outcome.plan.volume.key: outcome for outcome in outcomes}
        before = left = self._look(outcomes)
        about, resources, needs = removal(before)
        errors: dict[str, list[str]] = {}
        if resources:
            labels = [one.label for one in about]
            for one, done in zip(about, self._converge(resources, needs, labels), strict=True):
                by_key[one.key].operations += done.operations
                if done.change == "failed":
                    errors.setdefault(one.key, []).append(done.message.rstrip("."))
            if self._waits:
                self._reader.forget()
                left = self._look(outcomes)
        remaining = {one.id for one in left.volumes} if self._waits else set()
        for key, outcome in by_key.items():
            mine = [one for one in before.volumes if one.key == key]
            outcome.removed = [one.label for one in mine if one.id not in remaining]
            outcome.left_behind = left.labels(key) if self._waits else []
            said = "; ".join(dict.fromkeys(errors.get(key, ())))
            why = left.why_not(key, said, self._options.rules.options, asks_source=self._options.asks_source)
            if not self._waits:
                why = said
            if why:
                outcome.failures.append(Failure(why))
        return left

    @property
    def _waits(self) -> bool:
        """Whether what is removed is waited for, which only a removal alone can leave out."""
        return bool(self.params["wait"]) or self.params["state"] == "present"

    def _planned_removal(self, outcomes: Sequence[Outcome]) -> list[str]:
        """Return in check mode what the removal of the planned copies would send."""
        self._reader.forget()
        about, resources, needs = removal(self._look(outcomes))
        if not resources:
            return []
        done = self._converge(resources, needs, [one.label for one in about])
        return [operation for one in done for operation in one.operations]

    # -- making copies ------------------------------------------------------------------------------------------------

    def _prepare(self, outcomes: Sequence[Outcome]) -> None:
        """Give copies of volumes whose replicas show no snapshot a replica, which does not count as recovery."""
        stage = _Stage()
        for outcome in outcomes:
            plan, volume = outcome.plan, outcome.plan.volume
            if not (outcome.drillable and plan.way == "source"):
                continue
            password = self._password(plan)
            copied = stage.create(
                outcome,
                FILE,
                region=volume.region,
                zone=plan.source_zone,
                name=plan.source_name,
                protocol=plan.replica.get("protocol"),
                type_name=plan.replica.get("type_name"),
                snapshot_id=plan.snapshot.id if plan.snapshot else None,
                cifs_password=password,
            )
            stage.create(
                outcome,
                "filestorage_replication",
                [copied],
                region=volume.region,
                volume=plan.source_name,
                name=plan.name,
                target_region=volume.target_region,
                target_zone=plan.target_zone,
                replication_type="replication",
                replication_frequency=FREQUENCY,
                cifs_password=password,
            )
        for outcome, done in self._converge_stage(stage):
            if shown := done.result.get("replication"):
                outcome.target_id = str(shown["replication_volume_id"])

    def _recover(self, outcomes: Sequence[Outcome]) -> None:
        """Make the copies that count, and let servers use them; the clock runs from here on."""
        stage = _Stage()
        for outcome in outcomes:
            if outcome.drillable:
                self._add_recovery(stage, outcome)
        begin = self.batch.client.clock.monotonic()
        ended: dict[int, float] = {}
        for outcome, done in self._converge_stage(stage):
            shown = done.result.get("recovery") or done.result.get("volume")
            if shown and not outcome.target_id:
                outcome.target_id = str(shown["id"])
            if done.ended is not None:
                ended[id(outcome)] = max(done.ended, ended.get(id(outcome), begin))
        for outcome in outcomes:
            if id(outcome) in ended and not outcome.failures and not self.batch.dry_run:
                outcome.recovery_seconds = round(ended[id(outcome)] - begin, 1)

    def _add_recovery(self, stage: _Stage, outcome: Outcome) -> None:
        plan, volume = outcome.plan, outcome.plan.volume
        region, snapshot = volume.target_region, plan.snapshot.id if plan.snapshot else None
        rules = self._servers_of(volume)
        if plan.way == "source":
            paused = stage.add(
                outcome, "filestorage_replication", region=region, volume=plan.name, replication_policy="paused"
            )
            stage.add(outcome, FILE, [paused], region=region, name=plan.name, access_rules=rules)
        elif volume.kind == FILE:
            stage.create(
                outcome,
                FILE,
                region=region,
                zone=plan.target_zone,
                name=plan.name,
                protocol=plan.replica.get("protocol"),
                type_name=plan.replica.get("type_name"),
                snapshot_id=snapshot,
                cifs_password=self._password(plan),
                access_rules=rules,
            )
        elif volume.kind == BLOCK:
            made = stage.create(
                outcome,
                "bm_volume_recovery",
                region=region,
                volume=plan.replica["id"],
                snapshot=snapshot,
                name=plan.name,
            )
            self._add_attachments(stage, outcome, made, [plan.name])
        else:
            made = stage.create(
                outcome,
                "bm_volume_group_recovery",
                region=region,
                volume_group=plan.replica["id"],
                snapshot=snapshot,
                block_storage_name_prefix=plan.name,
            )
            self._add_attachments(stage, outcome, made, [f"{plan.name}{member['name']}" for member in plan.members])

    def _add_attachments(self, stage: _Stage, outcome: Outcome, made: int, names: Iterable[str]) -> None:
        servers = self._servers_of(outcome.plan.volume)
        for name in names if servers else ():
            stage.add(outcome, BLOCK, [made], region=outcome.plan.volume.target_region, name=name, attachments=servers)

    def _password(self, plan: CopyPlan) -> str | None:
        """Return the password of the copy of a CIFS volume; one that is not given is random and not returned."""
        if str(plan.replica.get("protocol")).upper() != "CIFS":
            return None
        if plan.volume.name not in self._passwords:
            letters = string.ascii_letters + string.digits
            chosen = "".join(secrets.choice(letters) for _letter in range(_PASSWORD_LENGTH))
            self._passwords[plan.volume.name] = f"{chosen}-a1"
        return str(self._passwords[plan.volume.name])

    def _read_copies(self, outcomes: Sequence[Outcome]) -> None:
        """Read all copies in full, and compare them with the replicas."""
        ready = [outcome for outcome in outcomes if outcome.drillable and outcome.target_id]

        def read(outcome: Outcome) -> dict[str, Any] | StorageError:
            try:
                return self._read_copy(outcome)
            except StorageError as error:
                return error

        for outcome, copy in zip(ready, map_concurrently(read, ready), strict=True):
            if isinstance(copy, StorageError):
                outcome.failures.append(failure_from(copy))
            else:
                outcome.copy = copy
                outcome.checks = compare(outcome.plan, copy)

    def _read_copy(self, outcome: Outcome) -> dict[str, Any]:
        plan, volume = outcome.plan, outcome.plan.volume
        owner = self._reader.by_id(volume.kind, volume.target_region, outcome.target_id)
        if owner is None:
            raise StorageError(f"the copy {plan.name} ({outcome.target_id}) is no longer in {volume.target_region}.")
        if volume.kind != GROUP:
            return plan.describe_copy(owner, [owner])
        members = [str(one["id"]) for one in owner.get("member_volumes") or ()]
        shown = [self._reader.by_id(BLOCK, volume.target_region, identifier) for identifier in members]
        return plan.describe_copy(owner, [one for one in shown if one is not None])

    def _converge(
        self, resources: Sequence[Mapping[str, Any]], needs: Sequence[Collection[int]], labels: Sequence[str]
    ) -> list[Converged]:
        timeout = self.params.get("wait_timeout") or WAIT_TIMEOUT
        return self.batch.converge(resources, needs=needs, labels=labels, wait=self._waits, wait_timeout=timeout)

    def _converge_stage(self, stage: _Stage) -> list[tuple[Outcome, Converged]]:
        """Converge a stage, note what became of the volumes, and return it."""
        results = self._converge(stage.resources, stage.needs, ()) if stage.resources else []
        for outcome, done, creates in zip(stage.about, results, stage.creates, strict=True):
            outcome.note(done)
            if creates and done.succeeded and done.change != "created":
                # Nothing of this name was there a moment ago. It is not known to be made from the snapshot.
                why = f"{done.name} in {done.region} was created by another process in the meantime"
                outcome.failures.append(Failure(why))
        return list(zip(stage.about, results, strict=True))

    # -- state: absent ------------------------------------------------------------------------------------------------

    def _absent(self) -> dict[str, Any]:
        outcomes = []
        for volume in self._options.volumes:
            one = self._found[volume.key]
            try:
                replica = self._replica(volume, one)
                why = unrecognizable(volume, one)
            except StorageError as error:
                replica, why = {}, error.message
            # What a copy could be made from does not matter here.
            outcome = Outcome(plan_copy(volume, one, replica, Sources(), self._options.rules, "not drilled"))
            if why:
                outcome.failures.append(Failure(why.rstrip("."), one.facts))
            outcomes.append(outcome)
        left = self._remove(outcomes)
        entries = []
        rows = []
        for outcome in outcomes:
            identity = outcome.identity()
            entry = {
                **identity,
                "change": _removed_change(outcome),
                "checks": [],
                "way": None,
                "result": "failed" if outcome.failures else "removed",
                "message": identity["error"],
            }
            entries.append(entry)
            volume = outcome.plan.volume
            cells = (
                volume.name,
                volume.region,
                volume.target_region,
                ", ".join(outcome.removed) or "-",
                entry["result"],
            )
            rows.append(Row(volume.name, volume.region, cells, entry["change"], outcome.operations, outcome.failures))
        report = Report("volume", _REMOVED_HEADER, rows, dry_run=self.batch.dry_run)
        return {**self._common(outcomes, left), **report.result(), "volumes": entries, "diff": _diff(outcomes)}

    # -- results ------------------------------------------------------------------------------------------------------

    def _now(self) -> datetime:
        return self.batch.client.now()

    def _common(self, outcomes: Sequence[Outcome], left: Own) -> dict[str, Any]:
        """Return what both states return beside the volumes."""
        return {
            "began": True,
            "planned": self.batch.dry_run,
            "started_at": _stamp(self._began),
            "finished_at": _stamp(self._now()),
            "removed": [label for outcome in outcomes for label in outcome.removed],
            "left_behind": [label for outcome in outcomes for label in outcome.left_behind],
            "empty_groups": list(dict.fromkeys(left.empty_groups)),
        }

    def _made(self, outcomes: Sequence[Outcome], left: Own, *, blocked: bool = False) -> dict[str, Any]:
        rto, rpo = self._options.rto, self._options.rpo
        dry_run = self.batch.dry_run
        views = [one.view(self._began) for one in outcomes]
        entries = [refused(one) if blocked else judged(one, rto, rpo, planned=dry_run) for one in views]
        for outcome, entry in zip(outcomes, entries, strict=True):
            if entry["result"] in ("failed", "missed") and not outcome.failures:
                outcome.failures.append(Failure(entry["message"]))
        rows = [_row(outcome, entry) for outcome, entry in zip(outcomes, entries, strict=True)]
        report = Report("volume", _MADE_HEADER, rows, dry_run=dry_run, blocked=blocked)
        tried = drilled(entries)
        shown = report.result()
        notes = group_alike(
            ((one.plan.volume.label, one.plan.blocker) for one in outcomes if one.change == "skipped"), "volume"
        )
        return {
            **self._common(outcomes, left),
            **shown,
            "table": [*shown["table"], *notes],
            "volumes": [{**entry, "change": outcome.change} for outcome, entry in zip(outcomes, entries, strict=True)],
            "copies": [entry["recovered"] for entry in entries if entry["recovered"] and not entry["error"]],
            "recovery_seconds": highest(entry["recovery_seconds"] for entry in tried),
            "data_loss_seconds": highest(entry["data_loss_seconds"] for entry in tried),
            "rto": target(rto, [entry["recovery_seconds"] for entry in tried]),
            "rpo": target(rpo, [entry["data_loss_seconds"] for entry in tried]),
            "diff": _diff(outcomes),
        }


def _server_option(volume: Volume) -> str:
    """Return the option that lists the servers for copies of a volume."""
    return "access_rules" if volume.kind == FILE else "attachments"


def _removed_change(outcome: Outcome) -> Change:
    if outcome.failures:
        return "failed"
    return "deleted" if outcome.operations else "unchanged"


def _row(outcome: Outcome, entry: Mapping[str, Any]) -> Row:
    volume = outcome.plan.volume
    cells = (
        volume.name,
        volume.region,
        volume.target_region,
        made_from(entry),
        span(entry["recovery_seconds"]),
        span(entry["data_loss_seconds"]),
        entry["result"],
    )
    return Row(volume.name, volume.region, cells, outcome.change, outcome.operations, outcome.failures)


def _diff(outcomes: Iterable[Outcome]) -> list[dict[str, Any]]:
    """Return by volume what is made and removed, in the order of the calls."""
    found = []
    for outcome in outcomes:
        if not outcome.operations:
            continue
        plan = outcome.plan
        made = f"{plan.name} in {plan.volume.target_region}" if outcome.made and plan.way else None
        snapshot = plan.snapshot.name if plan.snapshot else None
        header = plan.volume.label
        found.append(
            {
                "before_header": header,
                "after_header": header,
                "before": {"copies": outcome.removed, "made_from": None, "steps": []},
                "after": {"copies": [made] if made else [], "made_from": snapshot, "steps": list(outcome.operations)},
            }
        )
    return found


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
