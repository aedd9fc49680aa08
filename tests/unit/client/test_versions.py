# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Choosing API versions (architecture.md, decision 10)."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.scp.storage.plugins.module_utils.client.errors import (
    CallContext,
    CallError,
    NoAnswer,
    StorageError,
    VersionNotOffered,
)
from ansible_collections.scp.storage.plugins.module_utils.client.session import cached_client
from ansible_collections.scp.storage.plugins.module_utils.client.version_numbers import number
from ansible_collections.scp.storage.plugins.module_utils.client.versions import (
    NEWEST,
    WORDS,
    Attempt,
    MissingFields,
    Negotiation,
    Offer,
    Offers,
    Place,
)
from ansible_collections.scp.storage.plugins.module_utils.operations.table import Change, Operation, Service
from tests.unit.client.conftest import Caller, Serve, make_settings
from tests.unit.client.raw_server import answer

VERSIONS = ("1.1", "1.2", "1.9", "1.10")
SERVICE = Service("filestorage", "1.1", "File Storage", newer=VERSIONS[1:])
PLACE = Place("filestorage", "kr-west1", "https://storage.example")
READ = Operation(SERVICE, "ListThings", "GET", "/v1/things", changes=(Change("1.9", shows=("zone",)),))
CREATE = Operation(
    SERVICE,
    "CreateThing",
    "POST",
    "/v1/things",
    body=("name", "region"),
    changes=(
        Change("1.2", body=("zone",), dropped=("region",), required=("zone",)),
        Change("1.9", places={"zone": "place.zone"}, answers={"zone": "result.zone"}),
    ),
)
NEW_LIST = Operation(
    SERVICE,
    "ListZones",
    "GET",
    "/v1/zones",
    query=("source_zone",),
    since="1.2",
    changes=(Change("1.2", required=("source_zone",)),),
)
OLD_LIST = Operation(
    SERVICE, "ListRegions", "GET", "/v1/regions", query=("source",), until="1.1", doubtful=True, successor=NEW_LIST
)
CEILING = Operation(SERVICE, "ShowIps", "GET", "/v1/ips", until="1.2", doubtful=True)
OFFERED = st.sets(st.sampled_from((*VERSIONS, "0.9", "2.0"))).map(lambda found: sorted(found, key=number))
WANTED = st.sampled_from((*WORDS, *VERSIONS))
ZONE = {"zone": "kr-west1-a"}


def entries(versions: Sequence[str]) -> list[dict[str, Any]]:
    """What a host lists."""
    return [{"id": f"v{version}", "status": "SUPPORTED", "not_before": "", "links": []} for version in versions]


def negotiation(offered: Sequence[str], wanted: str = "auto", *, learned: bool = True) -> Negotiation:
    """A negotiation with a host that offers some versions."""
    made = Negotiation({"*": wanted}, Offers(), lambda _place: entries(offered))
    if learned:
        made.offers(PLACE)
    return made


def chosen(made: Negotiation, operation: Operation, given: Mapping[str, Any], *insist: str) -> tuple[str, str] | None:
    """The operation and version that are called; none where there is none."""
    try:
        attempt = made.choose(operation, PLACE, given, insist)
    except StorageError as error:
        return None if error.message.endswith(".") else pytest.fail(error.message)
    return attempt.operation.name, attempt.version


# --- the choice


@given(OFFERED, WANTED)
def test_choice_is_known_offered_and_preferred(offered: list[str], wanted: str) -> None:
    found = chosen(negotiation(offered, wanted), CREATE, ZONE)
    both = [version for version in VERSIONS if version in offered]
    if not offered:
        # A list of nothing says nothing.
        both = list(VERSIONS)
    if wanted not in WORDS:
        both = [version for version in both if version == wanted]
    expected = both[-1 if wanted == NEWEST else 0] if both else None
    assert (found and found[1]) == expected


@given(OFFERED, WANTED)
def test_choice_with_fields_that_must_be_sent_takes_them(offered: list[str], wanted: str) -> None:
    found = chosen(negotiation(offered, wanted), CREATE, ZONE, "zone")
    assert found is None or "zone" in CREATE.takes(found[1])
    if wanted in WORDS and {"1.2", "1.9", "1.10"} & set(offered):
        assert found is not None


@given(OFFERED, WANTED)
def test_refused_versions_are_chosen_twice_at_most(offered: list[str], wanted: str) -> None:
    """The second time once none is left, because what the host offers may have changed in between."""
    made = negotiation(offered, wanted)
    refusal = VersionNotOffered(CallContext("filestorage", "CreateThing", "kr-west1", "POST"), "was refused with 406")
    tried: list[str] = []
    both = [one for one in VERSIONS if (one in offered or not offered) and wanted in (one, *WORDS)]
    while True:
        try:
            attempt = made.choose(CREATE, PLACE, ZONE)
        except StorageError:
            break
        assert attempt.version not in tried or not set(both).difference(tried)
        tried.append(attempt.version)
        made.refuse(attempt, PLACE, refusal)
    assert max(Counter(tried).values(), default=0) <= 2


def test_list_from_before_a_refusal_is_read_again_if_it_leaves_no_version() -> None:
    listed = [["1.1"], ["1.2"]]
    made = Negotiation({}, Offers(), lambda _place: entries(listed.pop(0)))
    made.offers(PLACE)
    refusal = VersionNotOffered(CallContext("filestorage", "ListThings", "kr-west1", "GET"), "was refused with 406")
    made.refuse(made.choose(READ, PLACE, {}), PLACE, refusal)
    assert made.choose(READ, PLACE, {}).version == "1.2"
    # What is known by now needs no second refusal, and no other call.
    assert made.choose(CREATE, PLACE, ZONE).version == "1.2"
    assert listed == []


def test_version_that_was_refused_before_the_list_was_read_is_tried_again() -> None:
    made = negotiation(["1.1"], learned=False)
    refusal = VersionNotOffered(CallContext("filestorage", "ListThings", "kr-west1", "GET"), "was refused with 406")
    made.refuse(made.choose(READ, PLACE, {}), PLACE, refusal)
    attempt = made.choose(READ, PLACE, {})
    assert attempt.version == "1.1"
    made.refuse(attempt, PLACE, refusal)
    with pytest.raises(StorageError, match="Update the collection"):
        made.choose(READ, PLACE, {})


def test_list_that_another_client_read_again_counts() -> None:
    """The clients of a process share what hosts offer, and each has met its own refusals."""
    offers, listed = Offers(), [["1.2"], ["1.1"]]
    one, other = (Negotiation({}, offers, lambda _place: entries(listed.pop(0))) for _client in range(2))
    refusal = VersionNotOffered(CallContext("filestorage", "ListThings", "kr-west1", "GET"), "was refused with 406")
    for made in (one, other):
        made.refuse(made.choose(READ, PLACE, {}), PLACE, refusal)
    assert [made.choose(READ, PLACE, {}).version for made in (one, other)] == ["1.1", "1.1"]


def test_version_that_comes_back_is_used_again() -> None:
    listed = [["1.2"], ["1.1"]]
    made = Negotiation({}, Offers(), lambda _place: entries(listed.pop(0)))
    refusal = VersionNotOffered(CallContext("filestorage", "ListThings", "kr-west1", "GET"), "was refused with 406")
    for version in ("1.1", "1.2"):
        attempt = made.choose(READ, PLACE, {})
        assert attempt.version == version
        made.refuse(attempt, PLACE, refusal)
    assert made.choose(READ, PLACE, {}).version == "1.1"


def test_versions_that_come_and_go_end_in_an_error() -> None:
    listed: list[str] = []

    def fetch(_place: Place) -> list[dict[str, Any]]:
        listed.append("1.2" if len(listed) % 2 == 0 else "1.1")
        return entries(listed[-1:])

    made = Negotiation({}, Offers(), fetch)
    refusal = VersionNotOffered(CallContext("filestorage", "ListThings", "kr-west1", "GET"), "was refused with 406")
    for _attempt in range(10):
        try:
            attempt = made.choose(READ, PLACE, {})
        except StorageError:
            break
        made.refuse(attempt, PLACE, refusal)
    else:
        pytest.fail("it would be tried indefinitely")


def test_preferred_older_version_counts_for_newest_as_well() -> None:
    delete = Operation(SERVICE, "DeleteThing", "DELETE", "/v1/things", prefers_older=True)
    assert chosen(negotiation(VERSIONS, "newest"), delete, {}) == ("DeleteThing", "1.1")
    assert chosen(negotiation(["1.2", "1.9"], "newest"), delete, {}) == ("DeleteThing", "1.2")
    assert chosen(negotiation(VERSIONS, "1.9"), delete, {}) == ("DeleteThing", "1.9")


def test_version_that_shows_a_wanted_field_is_preferred() -> None:
    assert negotiation(VERSIONS).choose(READ, PLACE, {}).version == "1.1"
    assert negotiation(VERSIONS).choose(READ, PLACE, {}, (), {"zone"}).version == "1.9"
    assert negotiation(["1.1", "1.2"]).choose(READ, PLACE, {}, (), {"zone"}).version == "1.1"


def test_planned_version_is_not_offered() -> None:
    listed = [*entries(["1.1"]), {**entries(["1.2"])[0], "status": "PLANNED"}]
    made = Negotiation({"*": "newest"}, Offers(), lambda _place: listed)
    made.offers(PLACE)
    assert made.choose(CREATE, PLACE, ZONE).version == "1.1"


@pytest.mark.parametrize(
    ("offered", "wanted", "given_fields", "expected"),
    [
        (["1.1", "1.2"], "auto", {}, ("ListRegions", "1.1")),
        (["1.1", "1.2"], "newest", {}, ("ListRegions", "1.1")),
        (["1.2"], "auto", {"source_zone": "a"}, ("ListZones", "1.2")),
        (["1.2"], "auto", {}, ("ListRegions", "")),
        (["1.1", "1.2"], "1.2", {"source_zone": "a"}, ("ListZones", "1.2")),
        (["1.1", "1.2"], "1.1", {"source_zone": "a"}, ("ListRegions", "1.1")),
    ],
)
def test_operation_that_ended_is_followed_by_another(
    offered: list[str], wanted: str, given_fields: dict[str, str], expected: tuple[str, str]
) -> None:
    assert chosen(negotiation(offered, wanted), OLD_LIST, given_fields) == expected


@pytest.mark.parametrize(
    ("offered", "wanted", "expected"),
    [
        (["1.1", "1.2", "1.9"], "newest", "1.2"),
        (["1.1", "1.2", "1.9"], "1.9", "1.2"),
        (["1.9"], "auto", ""),
        (["1.9"], "1.9", ""),
    ],
)
def test_doubtful_ceiling_ends_in_a_call_without_a_version(offered: list[str], wanted: str, expected: str) -> None:
    made = negotiation(offered, wanted)
    assert chosen(made, CEILING, {}) == ("ShowIps", expected)
    refusal = VersionNotOffered(CallContext("filestorage", "ShowIps", "kr-west1", "GET"), "was refused with 406")
    for version in iter(lambda: made.choose(CEILING, PLACE, {}).version, ""):
        made.refuse(Attempt(CEILING, version), PLACE, refusal)
    with pytest.raises(VersionNotOffered):
        made.refuse(Attempt(CEILING, ""), PLACE, refusal)


def test_missing_fields_are_reported_with_the_version() -> None:
    with pytest.raises(
        MissingFields, match=r"CreateThing of filestorage in kr-west1 .* version 1\.2 requires zone"
    ) as caught:
        negotiation(["1.2"]).choose(CREATE, PLACE, {"name": "web", "zone": None})
    assert (caught.value.names, caught.value.version) == (("zone",), "1.2")


@pytest.mark.parametrize(
    ("offered", "wanted", "insist", "expected"),
    [
        (["2.0"], "auto", (), "offers the versions 2.0 (SUPPORTED), and this collection knows 1.1 and 1.2 and 1.9 and"),
        (
            ["1.2"],
            "1.1",
            (),
            "api_versions sets version 1.1 of filestorage, which https://storage.example does not offer",
        ),
        (["1.1"], "auto", ("zone",), "zone can be given from version 1.2 on, and the service offers 1.1"),
        (["1.1", "1.2"], "1.1", ("zone",), "zone can be given from version 1.2 on, and api_versions sets 1.1"),
    ],
)
def test_no_version_is_explained(offered: list[str], wanted: str, insist: tuple[str, ...], expected: str) -> None:
    with pytest.raises(StorageError) as caught:
        negotiation(offered, wanted).choose(CREATE, PLACE, ZONE, insist)
    assert expected in caught.value.message


# --- asking


@pytest.mark.parametrize(("wanted", "calls"), [*((word, 1) for word in WORDS), ("1.2", 0)])
def test_host_is_asked_only_where_the_answer_decides(wanted: str, calls: int) -> None:
    asked: list[Place] = []

    def fetch(place: Place) -> list[dict[str, Any]]:
        asked.append(place)
        return entries(VERSIONS)

    made = Negotiation({"filestorage": wanted}, Offers(), fetch)
    same = Operation(SERVICE, "SetThing", "PUT", "/v1/things")
    made.prepare(same, PLACE)
    made.choose(same, PLACE, {})
    assert asked == []
    for _time in range(3):
        made.prepare(CREATE, PLACE)
    assert len(asked) == calls


def test_threads_wait_for_the_one_that_asks() -> None:
    asked, release = [], threading.Event()

    def fetch() -> list[dict[str, Any]]:
        asked.append(threading.get_ident())
        release.wait(10)
        return entries(["1.2"])

    offers = Offers()
    with ThreadPoolExecutor(8) as pool:
        results = [pool.submit(offers.read, PLACE.url, fetch) for _thread in range(8)]
        assert offers.known(PLACE.url) is None
        release.set()
        assert [result.result() for result in results] == [entries(["1.2"])] * 8
    assert len(asked) == 1
    assert offers.known(PLACE.url) == entries(["1.2"])


def test_failure_to_ask_is_reported_and_the_next_one_asks_again() -> None:
    offers = Offers()
    failure = NoAnswer(CallContext("filestorage", "ListVersions", "kr-west1", "GET"), "got no answer")

    def fail() -> list[dict[str, Any]]:
        raise failure

    with pytest.raises(NoAnswer):
        offers.read(PLACE.url, fail)
    assert offers.known(PLACE.url) is None
    assert offers.read(PLACE.url, lambda: entries(["1.1"])) == entries(["1.1"])
    unreachable = Negotiation({}, Offers(), lambda _place: fail())
    with pytest.raises(NoAnswer):
        unreachable.prepare(CREATE, PLACE)


def test_host_that_does_not_list_its_versions_is_tried_with_those_that_are_known() -> None:
    asked = []

    def fetch(place: Place) -> list[dict[str, Any]]:
        asked.append(place)
        raise CallError(
            CallContext("filestorage", "ListVersions", "kr-west1", "GET"), "was refused with 404", status=404
        )

    made = Negotiation({}, Offers(), fetch)
    for _time in range(2):
        made.prepare(CREATE, PLACE)
        assert made.choose(CREATE, PLACE, ZONE).version == "1.1"
    assert len(asked) == 1


# --- calls


REFUSED = answer(
    406, {"errors": [{"code": "NoSuchVersion", "detail": "API version 1.1 is not supported", "status": 406}]}
)
LISTED = answer(200, {"versions": entries(["1.9"])})


def test_call_is_sent_again_in_a_version_that_is_offered(serve: Serve, connect: Callable[..., Caller]) -> None:
    server = serve(REFUSED, LISTED, answer(200, {"things": []}), answer(200, {"things": []}))
    client = connect(server).client
    client.call(READ)
    client.call(READ)
    assert [request.target for request in server.received] == ["/v1/things", "/", "/v1/things", "/v1/things"]
    versions = [request.headers.get("scp-api-version") for request in server.received]
    assert versions == ["filestorage 1.1", None, "filestorage 1.9", "filestorage 1.9"]
    assert "scp-signature" not in server.received[1].headers
    assert "scp-accesskey" not in server.received[1].headers


def test_clients_of_a_process_share_what_a_host_offers(serve: Serve) -> None:
    server = serve(LISTED, answer(202, {}))
    body = {"name": "web", **ZONE}
    for timeout in (30.0, 31.0):
        client = cached_client(make_settings(endpoint_url=server.url, timeout=timeout))
        client.call(CREATE, body=body)
        client.close()
    assert [request.target for request in server.received] == ["/", "/v1/things", "/v1/things"]


def test_host_that_refuses_an_unsigned_call_is_asked_with_a_signature(
    serve: Serve, connect: Callable[..., Caller]
) -> None:
    server = serve(answer(401, {"message": "no signature"}), LISTED)
    assert connect(server).client.versions("filestorage")[1] == entries(["1.9"])
    assert ["scp-signature" in request.headers for request in server.received] == [False, True]


def test_write_is_shaped_for_the_version(serve: Serve, connect: Callable[..., Caller]) -> None:
    server = serve(LISTED, answer(202, {"result": {"zone": "kr-west1-a"}}))
    body = {"name": "web", "region": "kr-west1", "zone": "kr-west1-a"}
    client = connect(server).client
    assert client.prepare(CREATE, body=body) == {"zone": "kr-west1-a"}
    assert client.call(CREATE, body=body)["zone"] == "kr-west1-a"
    assert json.loads(server.received[-1].body) == {"name": "web", "place": {"zone": "kr-west1-a"}}
    with pytest.raises(MissingFields):
        client.prepare(CREATE, body={"name": "web", "zone": None})


# --- the tables


@given(
    st.dictionaries(st.sampled_from(["name", "region", "zone"]), st.one_of(st.none(), st.text())),
    st.sampled_from(VERSIONS),
)
def test_body_has_what_the_version_takes(given_fields: dict[str, Any], version: str) -> None:
    sent = CREATE.outgoing(version, given_fields)
    taken = CREATE.takes(version)
    assert {"zone"} & taken == ({"zone"} if number(version) >= (1, 2) else set())
    assert set(sent) - {"place"} <= taken
    assert ("region" in sent) == (version == "1.1" and "region" in given_fields)
    holder = sent.get("place", {}) if number(version) >= (1, 9) else sent
    assert holder.get("zone") == (given_fields.get("zone") if version != "1.1" else None)
    assert sent.get("name") == given_fields.get("name")


def test_answer_that_moved_is_found_where_it_was() -> None:
    assert CREATE.incoming("1.2", {"zone": "a"}) == {"zone": "a"}
    assert CREATE.incoming("1.9", {"result": {"zone": "a"}})["zone"] == "a"
    assert CREATE.incoming("1.9", {})["zone"] is None


@given(st.lists(st.integers(0, 30), min_size=1, max_size=3), st.lists(st.integers(0, 30), min_size=1, max_size=3))
def test_versions_compare_by_their_numbers(first: list[int], second: list[int]) -> None:
    left, right = (".".join(map(str, parts)) for parts in (first, second))
    assert (number(left) < number(f"v{right}")) == (first < second)


@given(st.integers(-400, 400), st.sampled_from(["%Y-%m-%d", "%Y%m%d"]))
def test_version_is_ending_from_sixty_days_before(days: int, form: str) -> None:
    today = date(2026, 9, 18)
    ends = (today + timedelta(days=days)).strftime(form)
    assert Offer.of({"id": "v1.1", "status": "SUPPORTED", "not_before": ends}).ending(today) == (days <= 60)
    assert Offer.of({"id": "v1.1", "status": "DEPRECATED", "not_before": ends}).ending(today)


@pytest.mark.parametrize("ends", ["", "-", "soon", "2026-13-45"])
def test_version_without_a_date_is_not_ending(ends: str) -> None:
    assert not Offer.of({"id": "v1.1", "status": "SUPPORTED", "not_before": ends}).ending(date(2026, 9, 18))
