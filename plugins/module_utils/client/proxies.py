# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which variable of the environment sets a proxy, and whether its value can be one.

A value that the HTTP libraries cannot parse would be repeated by their exceptions, with the password in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

#: User and password with all special characters encoded, a host, and a port.
_PROXY = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://"
    r"([\w.~!$&'()*+,;=:%-]*@)?"
    r"(?P<host>\[[0-9a-f:.%\w]+\]|[^\s\[\]@:/?#\\]+)"
    r"(:\d{0,5})?/?",
    re.IGNORECASE | re.ASCII,
)
#: Without ``://``, requests takes a word before the first colon for a scheme: a user, and a host without a dot.
_NOT_A_HOST = re.compile(r"[a-z][a-z0-9+-]*:", re.IGNORECASE)


def proxy_variables(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that set proxies, and where none are used."""
    return {name: value for name, value in environ.items() if name.lower().endswith("_proxy")}


def proxy_variable(scheme: str, environ: Mapping[str, str]) -> str:
    """Return the name of the variable that sets the proxy for URLs with a scheme, as it is written there.

    The order is that of Python's own :func:`urllib.request.getproxies`: small letters first, ``all`` last.
    """
    for wanted in (f"{scheme}_proxy", "all_proxy"):
        if environ.get(wanted):
            return wanted
        for name, value in environ.items():
            if name.lower() == wanted and value:
                return name
    return f"{scheme}_proxy".upper()


def is_valid_proxy(value: str) -> bool:
    """Return whether the value of a variable is the address of a proxy."""
    address = value.strip()
    has_scheme = "://" in address
    match = _PROXY.fullmatch(address if has_scheme else f"http://{address}")
    if match is None or (not has_scheme and _NOT_A_HOST.match(address)):
        return False
    try:
        urlsplit(match[0]).port  # noqa: B018  # It raises where the port is out of range.
    except ValueError:
        return False
    return True
