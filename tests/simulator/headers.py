# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Headers that only a simulator knows."""

from __future__ import annotations

#: Of any request: so many seconds of simulated time pass before it is handled.
ADVANCE = "X-Simulator-Advance"
#: Of a request that has ``ADVANCE``: time goes on to what happens next, if that is due within so many seconds.
EVENT_WITHIN = "X-Simulator-Event-Within"
#: Of any request to a service: the log repeats it, which distinguishes the calls of several programs.
CALLER = "X-Simulator-Caller"
#: Of an answer that was to be held back, and came at once (the clock's ``announce_delays``): by how many seconds.
DELAY = "X-Simulator-Delay"
