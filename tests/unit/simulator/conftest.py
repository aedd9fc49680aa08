# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A tiny signing client, written apart from the simulator and from the collection."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from tests.simulator.fixture import VARIABLE, Simulator


@dataclass
class Answer:
    """An HTTP answer; ``body`` is parsed where it is JSON."""

    status: int
    body: Any
    headers: http.client.HTTPMessage

    @property
    def error(self) -> dict[str, Any]:
        """The one error of envelope A."""
        found: dict[str, Any] = self.body["errors"][0]
        assert found["status"] == self.status
        return found


@dataclass
class Api:
    """Calls a running simulator. Simulated time stands still unless it is advanced."""

    simulator: Simulator
    access_key: str = ""
    secret_key: str = ""
    service: str = "filestorage"
    version: str = "filestorage 1.1"
    region: str = "kr-west1"
    account_id: str = ""
    extra: dict[str, str] = field(default_factory=dict)

    def headers(self, method: str, raw: str, skew: float = 0.0) -> dict[str, str]:
        """The headers of a signed request; ``raw`` is the path with the query as on the wire."""
        stamp = str(int((time.time() + skew) * 1000))
        access, secret = self.access_key or self.simulator.access_key, self.secret_key or self.simulator.secret_key
        text = f"{method}{self.simulator.url}{raw}{stamp}{access}{self.account_id}Openapi"
        code = hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()
        headers = {
            "Scp-Accesskey": access,
            "Scp-Signature": base64.b64encode(code).decode(),
            "Scp-Timestamp": stamp,
            "Scp-ClientType": "Openapi",
            "Accept-Language": "en-US",
            "Scp-Api-Version": self.version,
        }
        return headers | ({"Scp-AccountId": self.account_id} if self.account_id else {}) | self.extra

    def send(self, method: str, raw: str, data: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        """Send what is given and nothing else."""
        connection = http.client.HTTPConnection(self.simulator.url.removeprefix("http://"), timeout=10)
        try:
            connection.request(method, raw, data, headers or {})
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        is_json = response.headers.get_content_type() == "application/json"
        return Answer(response.status, json.loads(text) if text and is_json else text.decode(), response.headers)

    def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        region: str = "",
        skew: float = 0.0,
        data: bytes | None = None,
    ) -> Answer:
        """Send a signed request; ``path`` begins after the region, and ``data`` is a body as it goes on the wire."""
        raw = self.raw(path, region or self.region)
        if body is not None:
            data = json.dumps(body).encode()
        content = {"Content-Type": "application/json"} if data is not None else {}
        return self.send(method, raw, data, self.headers(method, raw, skew) | content)

    def raw(self, path: str, region: str) -> str:
        """A path as on the wire."""
        return f"/{self.service}/{region}{path}"

    # --- what most tests need -----------------------------------------------------------------------------------

    def volume(self, name: str = "my_volume", region: str = "", **fields: Any) -> dict[str, Any]:
        """A new volume, available, as it is shown."""
        body = {"name": name, "protocol": "NFS", "type_name": "HDD", **fields}
        made = self("POST", "/v1/volumes", body, region=region)
        assert made.status == 202, made.body
        self.simulator.advance(1.1)
        return self.show(made.body["volume_id"], region)

    def show(self, identifier: str, region: str = "") -> dict[str, Any]:
        """A volume as it is shown."""
        answer = self("GET", f"/v1/volumes/{identifier}", region=region)
        assert answer.status == 200, answer.body
        found: dict[str, Any] = answer.body
        return found

    def snapshots(self, volume_id: str, region: str = "") -> list[dict[str, Any]]:
        """The snapshots of a volume."""
        answer = self("GET", f"/v1/snapshots?volume_id={volume_id}", region=region)
        assert answer.status == 200, answer.body
        assert answer.body["count"] == len(answer.body["snapshots"])
        found: list[dict[str, Any]] = answer.body["snapshots"]
        return found


@pytest.fixture(scope="package", autouse=True)
def all_generations() -> Iterator[None]:
    """Let each simulator of these tests offer all versions, whatever the test run is for."""
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = "both"
    yield
    del os.environ[VARIABLE]
    if before is not None:
        os.environ[VARIABLE] = before


@pytest.fixture(scope="package")
def simulator_process(all_generations: None) -> Iterator[Simulator]:
    """One simulator for these tests."""
    with Simulator() as running:
        yield running


def to_monday(simulator: Simulator) -> None:
    """Hold the time still, at nine on a Monday in Korea, so that schedules do not come by surprise."""
    simulator.scale(0)
    now = simulator.now()
    monday = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=7 - now.weekday())
    simulator.advance((monday - now).total_seconds())


@pytest.fixture
def api(simulator: Simulator) -> Api:
    """A client of the simulator's first key pair."""
    simulator.scale(0)
    return Api(simulator)
