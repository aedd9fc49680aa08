# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The front: what stands before all services. Routing, signatures, versions, contract checks, faults and the log."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

from aiohttp import web

from . import discovery, signature
from .behaviors import REGIONS
from .clock import stamp
from .contract import Operation, Request, Versions, check_answer, check_request
from .credentials import KeyPair
from .errors import (
    ApiError,
    GatewayError,
    Refusal,
    Unroutable,
    WrongHost,
    contact_admin,
    envelope_a,
    envelope_b,
    envelope_c,
    envelope_d,
    reason,
)
from .faults import Fault, Faults, Target
from .headers import CALLER, DELAY
from .request_log import OperationLog, censor
from .service import Call, Reply
from .state import World

LANGUAGES = ("en-US", "ko-KR")
IAM = "iam"


#: Names of services in older clients.
OLDER_NAMES = {"baremetalblockstorage": "baremetal-blockstorage"}


def canonical_name(service: str) -> str:
    """The name of a service, also from the one that older clients have for it."""
    return OLDER_NAMES.get(service, service)


@dataclass(slots=True)
class Exchange:
    """One request on its way through the front, and what the log will say of it."""

    method: str
    raw: str
    headers: Any
    body: bytes
    service: str | None = None
    region: str | None = None
    operation: str | None = None
    version: str | None = None
    fault: str | None = None
    violations: list[str] = field(default_factory=list)
    document: Any = None
    bug: str | None = None
    delay: float = 0.0

    @property
    def path(self) -> str:
        """The raw path without the query."""
        return self.raw.partition("?")[0]

    @property
    def query(self) -> str:
        """The raw query."""
        return self.raw.partition("?")[2]

    @property
    def root(self) -> str:
        """The URL of this simulator as the caller sees it, without a slash at the end."""
        return f"http://{self.headers.get('Host', '')}"

    def target(self) -> Target:
        """What faults are matched with."""
        return Target(self.service or "", self.region or "", self.operation, self.method)


class Gateway:
    """Answers all requests that are not for the control interface."""

    def __init__(
        self,
        services: dict[str, Versions],
        world: World,
        faults: Faults,
        log: OperationLog,
        keep: Callable[[], None],
        *,
        verbose: bool,
    ) -> None:
        """Stand before the services of ``world``.

        :param keep: called when the work of a request is done, before anything of its answer goes out.
        :param verbose: print a line for each request.
        """
        self.keep = keep
        self.services = services
        self.world = world
        self.faults = faults
        self.log = log
        self.verbose = verbose

    async def answer(self, request: web.BaseRequest, body: bytes) -> web.StreamResponse:
        """Answer one request. All of the work is done before anything is awaited, so that no two mix."""
        exchange = Exchange(request.method, request.raw_path, request.headers, body)
        self.world.settle()
        moment = self.world.now
        try:
            reply, fault = self._serve(exchange)
        except ApiError as error:
            reply, fault = envelope_a(error), None
        except GatewayError as error:
            reply, fault = envelope_b(error), None
            moment = signature.gateway_time(self.world.switches)
        except Unroutable:
            reply, fault = envelope_c(exchange.path, stamp(self.world.now)), None
        except WrongHost:
            reply, fault = envelope_d(), None
        except Exception:  # noqa: BLE001  # whatever it is, it is a bug to be reported of, and not the service's answer
            reply, fault = self._bug(exchange, traceback.format_exc()), None
        cut = fault.kind if fault and fault.kind in ("lost", "reset") else None
        self._record(exchange, 0 if cut else reply.status)
        self.keep()
        response = _response(reply, fault)
        if exchange.delay and self.world.clock.announce_delays:
            response.headers[DELAY] = f"{exchange.delay:g}"
        elif exchange.delay:
            await asyncio.sleep(exchange.delay)
        # Services live in simulated time; the gateway, which checks signatures, in real time.
        response.headers["Date"] = formatdate(moment, usegmt=True)
        if cut:
            _hang_up(request, reset=cut == "reset")
        elif fault and fault.kind == "truncated":
            return await _truncate(request, response)
        return response

    def refuse_too_large(self, request: web.BaseRequest) -> web.Response:
        """Answer a request whose body is larger than the gateway takes; no service sees it."""
        exchange = Exchange(request.method, request.raw_path, request.headers, b"")
        exchange.violations.append("the body is too large")
        self._record(exchange, 413)
        return _response(envelope_a(ApiError(413, "RequestEntityTooLarge", reason(413))), None)

    # --- routing ------------------------------------------------------------------------------------------------

    def _serve(self, exchange: Exchange) -> tuple[Refusal | Reply, Fault | None]:
        parts = exchange.path.split("/", 3)
        if len(parts) > 1 and parts[1] == IAM:
            return self._catalogue(exchange)
        name = canonical_name(parts[1]) if len(parts) > 1 else ""
        versions = self.services.get(name)
        if versions is not None and not versions.regional:
            parts = exchange.path.split("/", 2)
            parts.insert(2, "")
        if versions is None or len(parts) < 3 or (versions.regional and parts[2] not in REGIONS):
            raise WrongHost
        exchange.service, exchange.region = name, parts[2]
        rest = parts[3] if len(parts) > 3 else ""
        if not rest and exchange.method == "GET":
            return self._versions(exchange, versions)
        return self._operation(exchange, versions, f"/{rest}")

    def _versions(self, exchange: Exchange, versions: Versions) -> tuple[Refusal | Reply, Fault | None]:
        region = exchange.region or ""
        root = f"{exchange.root}/{exchange.service}/{region}".rstrip("/")
        return self._with_faults(exchange, lambda: Reply(200, discovery.listed(versions, self.world, region, root)))

    def _catalogue(self, exchange: Exchange) -> tuple[Refusal | Reply, Fault | None]:
        exchange.service = IAM
        pair = self._signed(exchange)
        if (exchange.method, exchange.path) != ("GET", "/iam/v1/endpoints"):
            raise _no_such_operation()
        exchange.operation = "ListEndpoints"
        return self._with_faults(
            exchange, lambda: Reply(200, discovery.endpoints(self.services, self.world, exchange.root, pair))
        )

    def _operation(self, exchange: Exchange, versions: Versions, path: str) -> tuple[Refusal | Reply, Fault | None]:
        found = self._find(exchange, versions, path)
        if found is not None:
            exchange.operation = found[0].id
        pair = self._signed(exchange)
        signature.check_entitlement(pair, versions.service)
        if not path.startswith("/v1/"):
            raise Unroutable
        if found is None:
            exchange.violations.append(f"{versions.service} has no operation {exchange.method} {path}")
            return self._with_faults(exchange, _refuse_operation)
        check_permission(pair, versions.service, found[0].id, self.world.switches.text("denied"))
        names = found[1]
        operation = self._version(exchange, versions, found[0])
        if operation is None:
            return self._with_faults(exchange, lambda: self._refuse_version(exchange))
        exchange.version = operation.version
        service = self.world.services.get(versions.service)
        checked = check_request(
            operation,
            exchange.query,
            exchange.body,
            exchange.headers.get("Content-Type"),
            service.optional_fields(operation) if service else (),
        )
        exchange.document = checked.body
        if checked.violation:
            exchange.violations.append(checked.violation)
        return self._with_faults(exchange, lambda: self._call(exchange, operation, names, pair.account_id, checked))

    def _find(self, exchange: Exchange, versions: Versions, path: str) -> tuple[Operation, dict[str, str]] | None:
        """The operation of a path in the newest version that has it, out of those of the region."""
        known = discovery.offered(versions, self.world, exchange.region or "")
        for contract in reversed([versions.oldest, *known]):
            found = contract.find(exchange.method, path)
            if found is not None:
                return found
        return None

    def _version(self, exchange: Exchange, versions: Versions, operation: Operation) -> Operation | None:
        """The operation in the version that answers, None where the one asked for is not offered."""
        language = exchange.headers.get("Accept-Language")
        if language is not None and language not in LANGUAGES:
            exchange.violations.append(f"Accept-Language is {language!r}, not one of {', '.join(LANGUAGES)}")
        header = exchange.headers.get("Scp-Api-Version")
        region = exchange.region or ""
        if header is None:
            newer = (contract.ceilings for contract in versions.contracts.values())
            # An operation that a newer version no longer has is called without a version where its own is refused.
            if not any(operation.id in ceilings for ceilings in newer):
                exchange.violations.append("Scp-Api-Version is missing, the newest version answers")
            return discovery.choose(versions, self.world, region, operation.id, None)
        name, _ignored, number = header.partition(" ")
        if canonical_name(name) == versions.service:
            found = discovery.choose(versions, self.world, region, operation.id, number)
            if found is not None:
                return found
            if number in versions.contracts:
                return None
        exchange.violations.append(
            f"Scp-Api-Version is {header!r}; {versions.service} has {', '.join(versions.contracts)}"
        )
        return None

    def _refuse_version(self, exchange: Exchange) -> Reply:
        """Refuse a version in the words seen live (platform-behaviour.md §1)."""
        status = int(self.world.switches.text("unknown_version_status"))
        header = exchange.headers.get("Scp-Api-Version") or ""
        detail = f"API version {header.rpartition(' ')[2]} is not supported on this method"
        raise ApiError(status, "NoSuchVersion", detail)

    def _signed(self, exchange: Exchange) -> KeyPair:
        if "Host" not in exchange.headers:
            raise Unroutable
        url = exchange.root + exchange.raw
        return signature.check(exchange.method, url, exchange.headers, self.world.keys.rows, self.world.switches)

    # --- the work -----------------------------------------------------------------------------------------------

    def _with_faults(self, exchange: Exchange, work: Any) -> tuple[Refusal | Reply, Fault | None]:
        """Do the work, unless a fault says otherwise."""
        target = exchange.target()
        fault = self.faults.answering(target)
        exchange.delay = self.faults.delay(target)
        exchange.fault = fault.kind if fault else "delay" if exchange.delay else None
        if fault and fault.kind in ("status", "reset", "html", "redirect"):
            return _faulty(fault), fault
        reply: Refusal | Reply
        try:
            reply = work()
        except ApiError as error:
            reply = envelope_a(error)
        if fault and fault.kind in ("error_after", "html_after"):
            return _faulty(fault), fault
        return reply, fault

    def _call(
        self,
        exchange: Exchange,
        operation: Operation,
        names: dict[str, str],
        account_id: str,
        checked: Request,
    ) -> Refusal | Reply:
        if checked.error is not None:
            raise checked.error
        if "Accept-Language" in exchange.headers and exchange.headers["Accept-Language"] not in LANGUAGES:
            raise ApiError(400, "ValidationError", [f"Input should be {' or '.join(map(repr, LANGUAGES))}"])
        service = self.world.services.get(operation.service)
        handler = service.handlers.get(operation.id) if service else None
        if handler is None:
            return Refusal(501, f"the simulator does not do {operation.service} {operation.id} yet\n", "text/plain")
        assert exchange.region is not None
        call = Call(
            region=exchange.region,
            version=operation.version,
            account_id=account_id,
            path=names,
            query=checked.query,
            body=checked.body,
            target=exchange.target(),
            faults=self.faults,
            world=self.world,
        )
        changed = exchange.method != "GET"
        try:
            reply = handler(call)
        finally:
            # A refused write may have changed something too: it can use up an attempt, for one.
            self.world.changes += changed
        wrong = check_answer(operation, reply.status, reply.body)
        if wrong:
            return self._bug(exchange, wrong)
        # Not before: the contract has only the words of today's platforms.
        return Reply(reply.status, service.worded(reply.body)) if service else reply

    def _bug(self, exchange: Exchange, what: str) -> Refusal:
        """The answer where the simulator itself is wrong."""
        exchange.bug = what
        print(f"simulator bug: {what}", file=sys.stderr, flush=True)
        return Refusal(500, f"simulator bug: {what.strip().splitlines()[-1]}\n", "text/plain")

    def _record(self, exchange: Exchange, status: int) -> None:
        violation = "; ".join(exchange.violations) or None
        self.log.add(
            {
                "time": stamp(self.world.now),
                "service": exchange.service,
                "region": exchange.region,
                "operation": exchange.operation,
                "version": exchange.version,
                "method": exchange.method,
                "path": exchange.raw,
                "status": status,
                "write": exchange.method != "GET",
                "fault": exchange.fault,
                "violation": violation,
                "bug": exchange.bug,
                "body": censor(exchange.document),
                "caller": exchange.headers.get(CALLER),
            }
        )
        if self.verbose:
            notes = [f"fault {exchange.fault}"] if exchange.fault else []
            notes += [f"contract broken: {violation}"] if violation else []
            line = f"{stamp(self.world.now)} {status} {exchange.method} {exchange.raw} {exchange.operation or '-'}"
            print(" | ".join([line, *notes]), file=sys.stderr, flush=True)


def check_permission(pair: KeyPair, service: str, operation: str, denied: str) -> None:
    """Refuse a service or an operation that the key pair, or every user, may not use.

    :raises ApiError: 403 [assumed text].
    """
    names = {*pair.denied, *(name.strip() for name in denied.split(","))}
    if {service, f"{service}:{operation}"} & names:
        raise ApiError(403, "Forbidden", f"You are not authorized to perform {service}:{operation}")


def _no_such_operation() -> ApiError:
    """Seen live for an operation that does not exist (platform-behaviour.md §2)."""
    return ApiError(403, "Forbidden", "Action definition is not found")


def _refuse_operation() -> Reply:
    raise _no_such_operation()


def _faulty(fault: Fault) -> Refusal:
    """The answer that a fault gives in place of the real one."""
    if fault.kind in ("html", "html_after"):
        return envelope_d(fault.status)
    if fault.kind == "redirect":
        return Refusal(302, "", "text/plain")
    if fault.status in (502, 503, 504):
        return Refusal(fault.status, f"{reason(fault.status)}\n", "text/plain")
    if fault.status == 500:
        return envelope_a(contact_admin())
    return envelope_a(ApiError(fault.status, reason(fault.status).replace(" ", ""), reason(fault.status)))


def _response(reply: Refusal | Reply, fault: Fault | None) -> web.Response:
    headers = {}
    if fault and fault.kind in ("status", "error_after") and fault.retry_after is not None:
        headers["Retry-After"] = f"{fault.retry_after:g}"
    if fault and fault.kind == "redirect":
        headers["Location"] = fault.location
    if isinstance(reply, Refusal) and isinstance(reply.body, str):
        return web.Response(status=reply.status, text=reply.body, content_type=reply.content_type, headers=headers)
    if reply.body is None:
        return web.Response(status=reply.status, headers=headers)
    data = json.dumps(reply.body, ensure_ascii=False, separators=(",", ":")).encode()
    return web.Response(status=reply.status, body=data, content_type="application/json", headers=headers)


def _hang_up(request: web.BaseRequest, *, reset: bool) -> None:
    """Close the connection without an answer; with ``reset`` the peer sees a reset and not an end."""
    transport = request.transport
    if transport is None:
        return
    if reset:
        plain = transport.get_extra_info("socket")
        if plain is not None:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    else:
        transport.close()


async def _truncate(request: web.BaseRequest, whole: web.Response) -> web.StreamResponse:
    """Announce the whole answer, send the first half of it, and close."""
    data = whole.body if isinstance(whole.body, bytes) else b""
    # An answer without a body has nothing to cut; announcing one that never comes is the nearest thing.
    length = len(data) or 2
    part = web.StreamResponse(status=whole.status, headers={"Content-Type": "application/json"})
    part.content_length = length
    part.force_close()
    await part.prepare(request)
    await part.write(data[: len(data) // 2])
    if request.transport is not None:
        request.transport.close()
    return part
