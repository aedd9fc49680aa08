# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator put together: clock, state, gateway and control behind one server."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiohttp import web

from . import control, zones
from .behaviors import CORE, Switches
from .clock import Clock
from .contract import load_versions
from .faults import Faults
from .gateway import Gateway
from .headers import ADVANCE
from .persistence import StateFile
from .request_log import OperationLog
from .services import find_services
from .state import World, read_document

HOST = "127.0.0.1"


def known_switches() -> Switches:
    """All switches, the front's and the services'."""
    return Switches([*CORE, *zones.SWITCHES, *(switch for service in find_services() for switch in service.switches)])


class Simulator:
    """All of it. Build it, then :meth:`run` it."""

    def __init__(
        self, switches: Switches, *, seed: Path, state: Path | None = None, scale: float = 1.0, verbose: bool = False
    ) -> None:
        """Begin with what ``state`` holds where it exists, otherwise with ``seed``.

        :raises SeedError: the seed or the state cannot be read or does not fit.
        """
        self.switches = switches
        self.scale = scale
        self.seed = read_document(seed)
        self.log = OperationLog()
        self.faults = Faults()
        self.clock = Clock(scale)
        self.world = World(self.clock, switches, find_services())
        # The seed is tried even where the state wins, so that a bad one is found at the start and not at a reset.
        self.world.replace(self.seed)
        self.state = StateFile(state, self.world) if state else None
        if state and state.exists():
            self._continue(read_document(state))
        self.front = Gateway(load_versions(), self.world, self.faults, self.log, self._keep, verbose=verbose)

    def _continue(self, document: Any) -> None:
        ahead = document.get("clock", {}).get("ahead", 0.0) if isinstance(document, Mapping) else 0.0
        self.world.replace(document)
        self.clock.set_ahead(float(ahead))
        self.world.now = self.clock.now()
        self.world.settle()

    def reset(self) -> None:
        """Everything as at the start: state (the seed's), log, faults, switches and clock; no checkpoints."""
        self.switches.reset()
        self.faults.clear()
        self.log.clear()
        self.clock.set_scale(self.scale)
        self.clock.set_ahead(0.0)
        self.clock.announce_delays = False
        self.world.now = self.clock.now()
        self.world.replace(self.seed)
        self.world.forget_checkpoints()

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one HTTP request."""
        path = request.raw_path
        controls = path == control.PREFIX or path.startswith((control.PREFIX + "/", control.PREFIX + "?"))
        try:
            body = await request.read() if request.can_read_body else b""
        except web.HTTPRequestEntityTooLarge:
            return control.too_large() if controls else self.front.refuse_too_large(request)
        if ADVANCE in request.headers and (refused := control.advance(self, request.headers)):
            return refused
        if not controls:
            return await self.front.answer(request, body)
        response = control.answer(self, request, body)
        self._keep()
        return response

    def _keep(self) -> None:
        """Write the state before the answer goes out: what was answered survives the end of this process."""
        if self.state is not None:
            self.state.keep()

    async def run(self, port: int) -> None:
        """Serve on the loopback address until SIGTERM or SIGINT; print one line when ready.

        :raises OSError: the port is in use, or the state file cannot be written.
        """
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        runner = web.ServerRunner(web.Server(self.handle, access_log=None))
        await runner.setup()
        try:
            if self.state is not None:
                self.state.write()
            site = web.TCPSite(runner, HOST, port, backlog=1024, reuse_address=True, shutdown_timeout=0.5)
            await site.start()
            bound = runner.addresses[0][1]
            pair = next(iter(self.world.keys), None)
            keys = f" access_key={pair.access_key} secret_key={pair.secret_key}" if pair else " (the seed has no keys)"
            print(f"SCP simulator ready at http://{HOST}:{bound}{keys}", flush=True)
            await stop.wait()
        finally:
            await runner.cleanup()
            self._keep()
