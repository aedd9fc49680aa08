# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control interface under ``/_control/``: the log, faults, the clock, switches and the state."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from aiohttp import web

from .behaviors import SwitchError
from .clock import Clock, next_time, stamp
from .faults import KINDS, FaultError
from .headers import ADVANCE, CALLER, DELAY, EVENT_WITHIN
from .tables import SeedError

if TYPE_CHECKING:
    from .app import Simulator

PREFIX = "/_control"
MOST = 1e9
"""The furthest that time can be advanced at once (seconds), and the fastest that it can run."""
INDEX = {
    "GET /_control/": "this page, with the number of simulator bugs and of broken contracts since the log was emptied",
    "DELETE /_control/": "everything as at the start: state, log, faults, switches, clock, no checkpoints",
    "GET /_control/operations[?since=N]": "the operation log, or what came after number N",
    "DELETE /_control/operations": "empty the log",
    f"header {ADVANCE}: SECONDS": "of any request, to a service too: so much time passes before it is handled",
    f"header {EVENT_WITHIN}: SECONDS": f"beside {ADVANCE}: time goes on to what happens next, if that is due so soon",
    f"header {CALLER}: NAME": "of any request to a service: the log repeats it",
    "GET /_control/faults": "all faults, how often each happened, and the kinds there are",
    "POST /_control/faults": 'set a fault, e.g. {"kind": "lost", "operation": "CreateVolume"}',
    "DELETE /_control/faults[/ID]": "end all faults, or one",
    "GET /_control/clock": "the simulated time and how fast it runs",
    "PUT /_control/clock": 'any of {"scale": x, "advance": seconds, "now": time in UTC, "korean_hour": the next time '
    f'that it is so late in Korea, "announce_delays": true sends delayed answers at once, with {DELAY}}}',
    "GET /_control/switches": "all switches with value, default, choices and meaning",
    "PUT /_control/switches": '{"name": value, ...}',
    "GET /_control/state": "everything there is, without secrets",
    "PUT /_control/state": "put a seed in place of everything",
    "PATCH /_control/state": 'add the parts of a seed; an object whose id exists is changed, "removed": true ends it',
    "DELETE /_control/state": "go back to the seed that the simulator was started with",
    "GET /_control/counts": "how many of everything the services have",
    "GET /_control/checkpoints": "the names of the states that are kept",
    "POST /_control/checkpoints": 'keep the present state, e.g. {"name": "before"}',
    "PUT /_control/checkpoints": 'go back to a state that was kept, e.g. {"name": "before"}; time does not go back',
    "DELETE /_control/checkpoints": "forget the states that are kept",
}


class ControlError(Exception):
    """A request to the control interface that cannot be done: an HTTP status and a text for users."""

    def __init__(self, status: int, text: str) -> None:
        """Answer with ``status``."""
        super().__init__(text)
        self.status = status
        self.text = text


def answer(simulator: Simulator, request: web.BaseRequest, body: bytes) -> web.Response:
    """Answer one request to the control interface, always in JSON; a mistake is ``{"error": text}``."""
    simulator.world.settle()
    try:
        _only_loopback(request)
        status, document = 200, _route(simulator, request, body)
    except ControlError as error:
        status, document = error.status, {"error": error.text}
    except (FaultError, SwitchError, SeedError) as error:
        status, document = 400, {"error": str(error)}
    return _answer(status, document)


def advance(simulator: Simulator, headers: Mapping[str, str]) -> web.Response | None:
    """Push the time forward, as the headers of a request want it; return an answer only if it cannot be done."""
    try:
        seconds, within = (_number(float(headers.get(name, 0))) for name in (ADVANCE, EVENT_WITHIN))
    except ValueError:
        return _answer(400, {"error": f"{ADVANCE} and {EVENT_WITHIN} must be numbers of seconds from 0 to {MOST:g}"})
    simulator.clock.advance(seconds)
    due = simulator.world.next_event()
    if due is not None and due <= simulator.clock.now() + within:
        simulator.clock.go_to(due)
    simulator.world.changes += 1
    return None


def too_large() -> web.Response:
    """Answer a body that is too large."""
    return _answer(413, {"error": "the body is too large"})


def _answer(status: int, document: Any) -> web.Response:
    data = json.dumps(document, ensure_ascii=False, indent=1).encode()
    return web.Response(status=status, body=data + b"\n", content_type="application/json")


def _only_loopback(request: web.BaseRequest) -> None:
    peer = request.transport.get_extra_info("peername") if request.transport else None
    if not peer or not ipaddress.ip_address(peer[0]).is_loopback:
        raise ControlError(403, "the control interface is for this machine only")


def _route(simulator: Simulator, request: web.BaseRequest, body: bytes) -> Any:
    path, _ignored, query = request.raw_path.partition("?")
    place = path[len(PREFIX) :].strip("/")
    name, _ignored, rest = place.partition("/")
    handlers = {
        "": _root,
        "operations": _operations,
        "faults": _faults,
        "clock": _clock,
        "switches": _switches,
        "state": _state,
        # The name before 0.1.0.
        "world": _state,
        "counts": _counts,
        "checkpoints": _checkpoints,
    }
    if name not in handlers or (rest and name != "faults"):
        raise ControlError(404, f"there is no {path}; GET {PREFIX}/ lists what there is")
    document = _document(body) if request.method in ("POST", "PUT", "PATCH") else rest
    done = handlers[name](simulator, request.method, document, query)
    if done is None:
        raise ControlError(405, f"{path} does not take {request.method}; GET {PREFIX}/ lists what there is")
    return done


def _document(body: bytes) -> Any:
    try:
        document = json.loads(body)
        json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise ControlError(400, f"the body must be JSON: {error}") from None
    return document


def _object(document: Any) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise ControlError(400, "the body must be a JSON object")
    return document


def _root(simulator: Simulator, method: str, document: Any, query: str) -> Any:
    if method == "DELETE":
        simulator.reset()
        return {"reset": True}
    if method != "GET":
        return None
    return {
        "simulator": "scp.storage",
        "bugs": simulator.log.bugs,
        "violations": simulator.log.violations,
        "control": INDEX,
    }


def _operations(simulator: Simulator, method: str, document: Any, query: str) -> Any:
    if method == "DELETE":
        simulator.log.clear()
        return {"operations": []}
    if method != "GET":
        return None
    since = dict(parse_qsl(query)).get("since", "0")
    if not since.isdigit():
        raise ControlError(400, f"since must be a sequence number, not {since!r}")
    return {"operations": simulator.log.since(int(since))}


def _faults(simulator: Simulator, method: str, document: Any, query: str) -> Any:
    if method == "POST":
        fault = simulator.faults.add(document)
        return {"id": fault.id, "fault": next(f for f in simulator.faults.describe() if f["id"] == fault.id)}
    if method == "DELETE":
        if not document:
            simulator.faults.clear()
        elif not (document.isdigit() and simulator.faults.remove(int(document))):
            raise ControlError(404, f"there is no fault {document!r}")
        return {"faults": simulator.faults.describe()}
    if method != "GET":
        return None
    return {"faults": simulator.faults.describe(), "kinds": KINDS}


def _clock(simulator: Simulator, method: str, document: Any, query: str) -> Any:
    clock = simulator.clock
    if method == "PUT":
        _set_clock(clock, _object(document))
        simulator.world.settle()
        simulator.world.changes += 1
    elif method != "GET":
        return None
    return {"now": stamp(clock.now()) + "Z", "scale": clock.scale, "announce_delays": clock.announce_delays}


def _set_clock(clock: Clock, values: dict[str, Any]) -> None:
    settings: dict[str, tuple[Callable[[Any], None], Callable[[Any], Any]]] = {
        "scale": (clock.set_scale, _number),
        "advance": (clock.advance, _number),
        "now": (clock.go_to, _moment),
        "korean_hour": (lambda hour: clock.go_to(next_time(clock.now(), hour)), _hour),
        "announce_delays": (lambda value: setattr(clock, "announce_delays", value), _flag),
    }
    checked = {}
    for name, value in values.items():
        if name not in settings:
            raise ControlError(400, f"the clock has no {name!r}; it takes {', '.join(settings)}")
        try:
            checked[name] = settings[name][1](value)
        except ValueError as error:
            raise ControlError(400, f"{name} must be {error}") from None
    for name, (change, _ignored) in settings.items():
        if name in checked:
            change(checked[name])


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= MOST:
        raise ValueError(f"a number from 0 to {MOST:g}: time does not go back")
    return float(value)


def _hour(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 24:
        raise ValueError("a number of hours from 0 to less than 24")
    return float(value)


def _moment(value: Any) -> float:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError("a time in ISO 8601") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def _switches(simulator: Simulator, method: str, document: Any, query: str) -> Any:
    if method == "PUT":
        values = _object(document)
        simulator.switches.set(values)
        # Lists that are kept for their next pages can have changed.
        simulator.world.changes += 1
        described = simulator.switches.describe()
        return {"switches": {name: described[name] for name in values}}
    if method != "GET":
        return None
    return {"switches": simulator.switches.describe()}


def _state(simulator: Simulator, method: str, document: Any, query: str) -> Any:
    world = simulator.world
    if method == "PUT":
        world.replace(document)
    elif method == "PATCH":
        world.merge(document)
    elif method == "DELETE":
        world.replace(simulator.seed)
    elif method != "GET":
        return None
    return world.dump(secrets=False)


def _counts(simulator: Simulator, method: str, document: Any, query: str) -> Any:
    return {"counts": simulator.world.counts()} if method == "GET" else None


def _checkpoints(simulator: Simulator, method: str, document: Any, query: str) -> Any:
    world = simulator.world
    if method in ("POST", "PUT"):
        name = _object(document).get("name")
        if not isinstance(name, str) or len(document) > 1:
            raise ControlError(400, 'the body must be a name, as in {"name": "before"}')
        if method == "POST":
            world.keep(name)
        elif name in world.checkpoints:
            world.go_back(name)
        else:
            kept = ", ".join(map(repr, world.checkpoints)) or "none"
            raise ControlError(404, f"there is no checkpoint {name!r}; there are: {kept}")
    elif method == "DELETE":
        world.forget_checkpoints()
    elif method != "GET":
        return None
    return {"checkpoints": world.checkpoints}
