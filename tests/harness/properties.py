# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many examples properties try: a profile says it for all of them, and ``HYPOTHESIS_PROFILE`` names the profile.

``check`` is for the inner loop, ``ci`` for each change, ``nightly`` for when there is time.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

#: Examples of a property that sends nothing.
EXAMPLES = {"check": 20, "ci": 100, "nightly": 1000}
DEFAULT_PROFILE = "ci"


def load_profile() -> None:
    """Load the profile that the environment names.

    How long an example takes says more of the machine's load than of the code, so there is no deadline. CI tries the
    same examples each time, so that what it finds belongs to the change it runs for; everywhere else they are random.

    :raises KeyError: there is no such profile.
    """
    name = os.environ.get("HYPOTHESIS_PROFILE") or DEFAULT_PROFILE
    settings.register_profile(
        name,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
        derandomize="CI" in os.environ,
        max_examples=EXAMPLES[name],
    )
    settings.load_profile(name)


def share_of_examples(share: float) -> settings:
    """Return settings of a property that costs more than others, for instance one that runs modules on the simulator.

    A failure is shown as it was found: to look for a smaller one would take minutes.

    :param share: how many of the profile's examples it tries, as a fraction.
    """
    phases = (Phase.explicit, Phase.reuse, Phase.generate)
    name = os.environ.get("HYPOTHESIS_PROFILE") or DEFAULT_PROFILE
    return settings(max_examples=max(2, round(EXAMPLES[name] * share)), phases=phases)
