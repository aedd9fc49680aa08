# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The base URL of a service in a region: template, override or the IAM catalogue (platform-behaviour.md §1)."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any

from .errors import APPLY, NotOffered, SettingsError
from .redaction import shown
from .settings import Settings, check_region, check_url

DEFAULT_TEMPLATE = "https://{service}.{region}.{environment}.samsungsdscloud.com"
CATALOGUE_PATH = "/v1/endpoints"
#: What a template of addresses has for the region, with what separates it.
REGION_PART = re.compile(r"[./]\{region\}")


class Endpoints:
    """Finds base URLs, and keeps what it found.

    :param read_catalogue: called at most once, with the catalogue's URL; returns its ``endpoints`` list.
    """

    def __init__(self, settings: Settings, read_catalogue: Callable[[str], list[dict[str, Any]]]) -> None:
        self._settings = settings
        self._read_catalogue = read_catalogue
        self._catalogue: list[dict[str, Any]] | None = None
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str, bool], str] = {}
        # Calls in parallel may be the first ones, and the catalogue is read once.
        self._finding = threading.Lock()

    def url(self, service: str, region: str, *, regional: bool = True) -> str:
        """Return the base URL, without a slash at its end.

        :param regional: whether each region has a host of the service; otherwise the region only says which
            environment is meant.
        :raises SettingsError: this is not a region, the template has an unknown placeholder, or the catalogue has no
            such endpoint.
        """
        key = (service, region, regional)
        with self._finding:
            if key not in self._known:
                check_region(region)
                url = self._find(service, region, regional=regional)
                # Filled in, a placeholder can have made something else of a template that was valid.
                check_url("endpoint_url", url, validate_certs=self._settings.validate_certs)
                self._known[key] = url.rstrip("/")
            return self._known[key]

    def _find(self, service: str, region: str, *, regional: bool) -> str:
        if self._settings.auth_url and not self._settings.endpoint_url:
            return self._from_catalogue(service, region, regional=regional)
        template = self._settings.endpoint_url or DEFAULT_TEMPLATE
        if not regional:
            template = REGION_PART.sub("", template)
        try:
            return template.format(service=service, region=region, environment=self._settings.environment_of(region))
        except (LookupError, AttributeError, TypeError, ValueError):
            raise SettingsError(
                f"endpoint_url {shown(template)} has an unknown placeholder."
                " It may hold {service}, {region} and {environment}."
            ) from None

    def _from_catalogue(self, service: str, region: str, *, regional: bool) -> str:
        with self._lock:
            if self._catalogue is None:
                base = self._settings.auth_url.rstrip("/").removesuffix(CATALOGUE_PATH).removesuffix("/v1")
                self._catalogue = self._read_catalogue(base + CATALOGUE_PATH)
        offered = [entry for entry in self._catalogue if entry.get("service_type") == f"scp-{service}"]
        for entry in offered:
            # What the catalogue names as the region of a host without one is not known.
            if (entry.get("region") == region or not regional) and entry.get("url"):
                url = str(entry["url"]).rstrip("/").removesuffix("/v1")
                check_url(f"The catalogue's address of {service},", url, validate_certs=self._settings.validate_certs)
                return url
        regions = ", ".join(sorted({str(entry.get("region")) for entry in offered})) or "none"
        raise NotOffered(
            f"The endpoint catalogue of this account has no {service} in region {region!r} (regions there: {regions})."
            f" Correct the region, or {APPLY}."
        )
