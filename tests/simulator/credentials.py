# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Key pairs: who may call, for which account, and which services the account has."""

from __future__ import annotations

from dataclasses import dataclass, field

from .tables import Record


@dataclass(slots=True)
class KeyPair(Record):
    """An access key with its secret.

    ``entitlements`` are the names of the services that the account has. With ``auth_token`` the pair is a temporary
    one, and the token must come in ``X-Auth-Token``. ``denied`` is what its user may not do: services, or single
    operations (``vpc:ListSubnets``). ``zones`` are the only ones that its account can use, where there are any.
    """

    access_key: str = ""
    secret_key: str = ""
    auth_token: str | None = None
    entitlements: list[str] = field(default_factory=list)
    denied: list[str] = field(default_factory=list)
    zones: list[str] = field(default_factory=list)
