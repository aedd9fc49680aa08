# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One HTTP session that signs, sends, retries what may be retried, and turns every failure into one exception."""

from __future__ import annotations

import copy
import os
import sys
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Protocol, Self
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from . import errors
from .clock import SYSTEM_CLOCK, Clock
from .endpoints import Endpoints
from .errors import (
    CallContext,
    CallError,
    NoAnswer,
    SettingsError,
    StorageError,
    TransientError,
    Unreachable,
    VersionNotOffered,
    ambiguous_failure,
)
from .health import LONGEST_REQUESTED_PAUSE, Endpoint, Health, explain_pause
from .paging import Paging, read_all
from .parallel import map_concurrently
from .proxies import is_valid_proxy, proxy_variable, proxy_variables
from .redaction import redact_urls, shown
from .retry import OVERLOAD, PASSING, Retries, retry_after
from .settings import Settings, is_loopback
from .shared_reads import ListKey, Look, SharedList, SharedReads, query_of, words_of
from .signing import CLIENT_TYPE, signature
from .turns import MAX_LIMIT, Turns
from .versions import Negotiation, Offer, Offers, Place, Versioned

try:
    import requests
    import urllib3
    from requests.adapters import HTTPAdapter
    from urllib3.exceptions import ConnectTimeoutError, LocationValueError, NewConnectionError

    REQUESTS_ERROR = None
    UNUSABLE_ADDRESS = (
        requests.exceptions.InvalidURL,
        requests.exceptions.InvalidSchema,
        requests.exceptions.MissingSchema,
    )
    #: No connection was made, so nothing was sent.
    NOT_CONNECTED = (ConnectTimeoutError, NewConnectionError)
except ImportError as error:
    REQUESTS_ERROR = error

if TYPE_CHECKING:
    from requests import PreparedRequest, Response

DEFAULT_PORTS = {"http": "80", "https": "443"}
LONGEST_CONNECT = 10.0
#: Hosts whose connections are kept open: five services in more regions than one task talks to.
MAX_HOSTS = 32
#: What Python's own and urllib3's check of a certificate raise; the latter moved about.
CERTIFICATE_REFUSED = frozenset({"SSLCertVerificationError", "CertificateError"})
#: Reasons of the TLS library that come before anything is sent, beside a certificate that is not accepted.
TLS_NOT_BEGUN = frozenset(
    {"HTTP_REQUEST", "NO_CERTIFICATE_OR_CRL_FOUND", "UNSUPPORTED_PROTOCOL", "WRONG_VERSION_NUMBER"}
)


class Call(Versioned, Protocol):
    """What the client needs to know of an API operation."""

    @property
    def regional(self) -> bool:
        """Whether each region has a host of the service."""

    @property
    def method(self) -> str:
        """The HTTP method."""

    @property
    def path(self) -> str:
        """The path, with ``{placeholders}``."""

    @property
    def creates(self) -> bool:
        """Whether sending it twice creates two resources."""

    @property
    def destroys(self) -> bool:
        """Whether sending it twice loses what came in between."""

    @property
    def paging(self) -> Paging | None:
        """How a list is paged; ``None`` where the answer is not a list."""

    def outgoing(self, version: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return what of a query, or at the top of a body, is sent in a version."""

    def incoming(self, version: str, answer: dict[str, Any]) -> dict[str, Any]:
        """Return an answer of a version with moved fields where resources read them as well."""


class Client:
    """Calls operations of any service in any region with one set of settings.

    :param clock: what retries wait in; others that work with this client wait in it as well.
    :param adapter: what requests go through; by default one that keeps connections open.
    :param offers: what the hosts offer that other clients of the process have asked.
    :raises StorageError: the Python library requests is missing.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock = SYSTEM_CLOCK,
        adapter: HTTPAdapter | None = None,
        offers: Offers | None = None,
    ) -> None:
        if REQUESTS_ERROR is not None:
            raise StorageError(
                f"The Python library requests is missing for {sys.executable}, which runs this task."
                f" Install it: {sys.executable} -m pip install requests. To run the task with the Python of"
                " Ansible itself, leave out ansible_python_interpreter and async."
            )
        self.settings = settings
        self.clock = clock
        self._endpoints = Endpoints(settings, self._read_catalogue)
        self._negotiation = Negotiation(dict(settings.api_versions), offers or Offers(), self._read_versions)
        self._session = requests.Session()
        # Nothing but what is written here may end up in a request: no netrc, no cookies of other calls.
        self._session.trust_env = False
        if not settings.validate_certs:
            # It was asked for; urllib3 would warn of it with every task.
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        adapter = adapter or cached_connections()
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, adapter)
        #: For all callers, also nested ones.
        self._turns = Turns()
        self._proxies: dict[str, dict[str, str]] = {}
        self._health = Health(clock, settings.timeout)
        self._set_by_task: Collection[str] = ()
        self._proxy_variables = proxy_variables(os.environ)
        #: By name, headers of the last answer; the same for all views of this client.
        self._last_headers: dict[str, str] = {}
        self._shared = SharedReads(clock)
        self._wanting: frozenset[str] = frozenset()
        #: How lookups are made; without a look each reads for itself.
        self.look: Look | None = None

    def begin(
        self, report: Callable[[str], None] | None, set_by_task: Collection[str], task: str | None = None
    ) -> None:
        """Begin to work for a task, or for another item of it.

        :param report: gets lines of progress.
        :param set_by_task: names of environment variables that the task sets.
        :param task: equal for all items of one task, which share lists; empty for a task that shares none. A lookup
            within a task gives none, and leaves alone what the task shares.
        """
        self._set_by_task = set_by_task
        if task is not None:
            self._shared.begin(task)
        if (proxies := proxy_variables(os.environ)) != self._proxy_variables:
            # Another way to the endpoints: what failed on the old one says nothing of this one.
            self._health = Health(self.clock, self.settings.timeout)
            self._proxies, self._proxy_variables = {}, proxies
        self._health.report_to(report)

    def in_region(self, region: str) -> Client:
        """A client for another region by default, over the same session."""
        if region == self.settings.region:
            return self
        other = copy.copy(self)
        other.settings = replace(self.settings, region=region)
        return other

    def apart(self) -> Client:
        """Return a client over the same session that shares no list with what goes on beside it."""
        other = copy.copy(self)
        other._shared = SharedReads(self.clock)
        return other

    def sharing(self, *, several: bool = False, details: bool = True) -> Client:
        """Return a client for a first look, which shares lists with others of the same task.

        What it returns may be some seconds old, as its ``look`` shows.

        :param several: other resources of the kind follow, so that lists are read whole at once.
        :param details: the result needs fields that only show operations have.
        """
        other = copy.copy(self)
        other.look = self._shared.look(several=several, details=details)
        return other

    def wanting(self, *fields: str) -> Self:
        """Return a client that prefers API versions which take or show some fields, as far as the host offers any."""
        other = copy.copy(self)
        other._wanting = self._wanting.union(fields)
        return other

    def now(self) -> datetime:
        """The time in UTC as the platform has it (``Date`` of its last answer), or this machine's before any."""
        try:
            return parsedate_to_datetime(self._last_headers.get("Date", "")).astimezone(UTC)
        except (TypeError, ValueError, OverflowError):
            return datetime.now(UTC)

    def call(
        self,
        operation: Call,
        *,
        region: str = "",
        path: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        insist: Sequence[str] = (),
        patience: float = LONGEST_REQUESTED_PAUSE,
    ) -> dict[str, Any]:
        """Send one operation and return the JSON object it answers (empty where it answers nothing).

        The query and the body can have the fields of all versions. Fields that the called version does not have are
        left out (architecture.md, decision 10).

        :param region: where to; the settings' region by default.
        :param query: parameters; those that are ``None`` are left out, lists are repeated.
        :param insist: names of fields and parameters that must be sent, which excludes versions without them.
        :param patience: seconds that pauses may take together which the service asks for; at least ``timeout``.
        :raises CallError: the operation failed; :class:`UnknownOutcome` where a write may have been done.
        :raises MissingFields: the version requires more than is given; nothing was sent.
        """
        place = self._place(operation.service, region, regional=operation.regional)
        if operation.method != "GET":
            self._negotiation.prepare(operation, place)
        while True:
            attempt = self._negotiation.choose(
                operation, place, {**(query or {}), **(body or {})}, insist, self._wanting
            )
            try:
                answer = self._call(attempt.operation, place, attempt.version, path, query, body, patience)
            except VersionNotOffered as error:
                # The service did nothing, so a write can be sent again too.
                self._negotiation.refuse(attempt, place, error)
            else:
                return dict(attempt.operation.incoming(attempt.version, answer))

    def prepare(
        self,
        operation: Call,
        *,
        region: str = "",
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        insist: Sequence[str] = (),
    ) -> dict[str, Any]:
        """Choose the version of a write without sending it. Asks the host what it offers, if this decides.

        :return: the values that would be sent for fields and parameters that only newer versions have.
        :raises MissingFields: the version requires more than is given.
        """
        if not operation.differs:
            return {}
        place = self._place(operation.service, region, regional=operation.regional)
        self._negotiation.prepare(operation, place)
        given = {**(query or {}), **(body or {})}
        attempt = self._negotiation.choose(operation, place, given, insist, self._wanting)
        newer = attempt.operation.takes(attempt.version) - attempt.operation.takes("")
        return {name: given[name] for name in newer if given.get(name) is not None}

    def _call(
        self,
        operation: Call,
        place: Place,
        version: str,
        path: Mapping[str, str] | None,
        query: Mapping[str, Any] | None,
        body: Mapping[str, Any] | None,
        patience: float,
    ) -> dict[str, Any]:
        """Send one operation in a version."""
        where = CallContext(operation.service, operation.name, place.region, operation.method)
        filled = operation.path.format(**{name: _segment(name, str(value)) for name, value in (path or {}).items()})
        url = place.url + filled
        given = {name: value for name, value in operation.outgoing(version, query or {}).items() if value is not None}
        if given:
            url = f"{url}?{urlencode(given, doseq=True, quote_via=quote)}"
        if body is not None:
            # The fields of newer versions can be the only ones in a body.
            body = operation.outgoing(version, body) or (None if body else body)
        header = f"{operation.service} {version}" if version else ""
        if operation.method == "GET":
            return self._send(where, url, body, header, patience)
        # A list that is read while a write is under way may show what was there before it, or after.
        self._shared.forget(operation.service)
        try:
            return self._send(where, url, body, header, patience)
        finally:
            self._shared.forget(operation.service)

    def read_list(
        self,
        operation: Call,
        *,
        region: str = "",
        path: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        insist: Sequence[str] = (),
        on_answer: Callable[[Mapping[str, Any]], None] | None = None,
    ) -> list[dict[str, Any]]:
        """Read a list operation to its end and return all items, each once; the pages behind the first in parallel.

        :param insist: as for :meth:`call`.
        :param on_answer: gets every answer, as it comes, for what it holds beside the list.
        """
        if operation.paging is None:
            raise TypeError(f"{operation.name} answers no list")

        def fetch(page: Mapping[str, Any]) -> Mapping[str, Any]:
            answer = self.call(operation, region=region, path=path, query={**(query or {}), **page}, insist=insist)
            if on_answer is not None:
                on_answer(answer)
            return answer

        return read_all(fetch, operation.paging, map_concurrently)

    def lookup(
        self,
        operation: Call,
        wanted: str,
        *,
        field: str = "name",
        suffixed: bool = False,
        region: str = "",
        query: Mapping[str, Any] | None = None,
    ) -> list[dict[str, Any]]:
        """Return the items of a list whose field is exactly ``wanted``.

        How the service's own filter compares is not documented, so its answer is compared again here, and the whole
        list is read where it finds nothing. A client that shares lists reads the whole one from the second lookup on.

        :param field: a field that the service can filter by.
        :param suffixed: ``wanted`` may lack the suffix that the service appends to names.
        :param query: further filters.
        """
        options: dict[str, Any] = {"field": field, "suffixed": suffixed, "region": region, "query": query}
        look = self.look
        if look is not None and self.reads_whole(operation, region=region, query=query):
            if found := self.lookup_whole(operation, wanted, **options):
                return found
            # A list can miss an item once (platform-behaviour.md §3), so that nothing may be created because of it.
            look.partial = True
            if operation.paging is not None and operation.paging.count:
                return []
        listed = self.read_list(operation, region=region, query={**(query or {}), field: wanted})
        return exactly(listed, wanted, field, suffixed=suffixed) or self.lookup_whole(operation, wanted, **options)

    def lookup_whole(
        self,
        operation: Call,
        wanted: str,
        *,
        field: str = "id",
        suffixed: bool = False,
        region: str = "",
        query: Mapping[str, Any] | None = None,
    ) -> list[dict[str, Any]]:
        """Return the same from the whole list, by any of its fields."""
        if self.look is None:
            return exactly(self.read_list(operation, region=region, query=query), wanted, field, suffixed=suffixed)
        key = self._list_key(operation, region, query)
        shared = self._shared.read(key, self.look, lambda: self.read_list(operation, region=region, query=query))
        return shared.find(wanted, field, suffixed=suffixed)

    def read_whole(
        self,
        operation: Call,
        *,
        region: str = "",
        query: Mapping[str, Any] | None = None,
        where: Callable[[Mapping[str, Any]], bool] = lambda _item: True,
    ) -> list[dict[str, Any]]:
        """Return the items of a list that others of the task may need as well.

        :param where: which of them.
        """
        if self.look is None:
            return list(filter(where, self.read_list(operation, region=region, query=query)))
        key = self._list_key(operation, region, query)
        shared = self._shared.read(key, self.look, lambda: self.read_list(operation, region=region, query=query))
        return [dict(item) for item in shared.items if where(item)]

    def read_once(self, operation: Call, *, region: str = "", max_age: float | None = None) -> SharedList:
        """Return a whole list of things that this collection does not change; it is read once for a whole task.

        :param max_age: seconds after which it is read again; ``None`` for never.
        """
        key = self._list_key(operation, region, None)
        return self._shared.once(key, lambda: self.read_list(operation, region=region), max_age)

    def reads_whole(self, operation: Call, *, region: str = "", query: Mapping[str, Any] | None = None) -> bool:
        """Return whether the next lookup in a list is to read all of it; each question counts as a lookup."""
        return self.look is not None and self._shared.prefers_whole(self._list_key(operation, region, query), self.look)

    def _list_key(self, operation: Call, region: str, query: Mapping[str, Any] | None) -> ListKey:
        # Lists of different versions have different fields.
        fields = frozenset(("", field) for field in self._wanting)
        place = (operation.service, region or self.settings.region, operation.name)
        return ListKey(*place, query_of(query) | fields)

    def versions(self, service: str, region: str = "", *, regional: bool = True) -> tuple[str, list[dict[str, Any]]]:
        """The address of a service in a region, and the API versions it lists (``GET /``, platform-behaviour.md §1).

        :raises CallError: there is no such service.
        """
        place = self._place(service, region, regional=regional)
        return place.url, self._negotiation.offers(place)

    def version_in_use(self, operation: Call, region: str = "") -> tuple[str, Offer | None]:
        """Return the version in which an operation is called, and what the service lists about it if it was asked.

        :return: an empty version where the service offers none of those that are known or set.
        """
        place = self._place(operation.service, region, regional=operation.regional)
        version = self._negotiation.in_use(operation, place)
        return version, self._negotiation.offer(place, version)

    def _place(self, service: str, region: str, *, regional: bool = True) -> Place:
        region = region or self.settings.region
        return Place(service, region, self._endpoints.url(service, region, regional=regional))

    def _read_versions(self, place: Place) -> list[dict[str, Any]]:
        where = CallContext(place.service, "ListVersions", place.region, "GET")
        url = f"{place.url}/"
        try:
            return _listed(self._send(where, url, None, "", signed=False), "versions")
        except CallError as error:
            # It needs no signature (platform-behaviour.md §1), but something in between may.
            if error.status not in errors.DENIALS:
                raise
        return _listed(self._send(where, url, None, ""), "versions")

    def close(self) -> None:
        """Close all connections."""
        self._session.close()

    def _read_catalogue(self, url: str) -> list[dict[str, Any]]:
        where = CallContext("iam", "ListEndpoints", self.settings.region, "GET")
        version = dict(self.settings.api_versions).get("iam")
        return _listed(self._send(where, url, None, f"iam {version}" if version else ""), "endpoints")

    def _send(
        self,
        where: CallContext,
        url: str,
        body: Mapping[str, Any] | None,
        version: str,
        patience: float = LONGEST_REQUESTED_PAUSE,
        *,
        signed: bool = True,
    ) -> dict[str, Any]:
        retries = Retries(self.settings.max_retries)
        patience = max(patience, self.settings.timeout)
        endpoint = self._health.endpoint(where.service, where.region)
        with endpoint.begin() as call:
            while True:
                headers: Mapping[str, str] = {}
                patience -= endpoint.wait(where, patience, call)
                # Signed when its turn has come: a signature ages. (A pool that blocks would do instead of turns, but it
                # waits indefinitely for a connection that was lost.)
                turn, overloaded = self._turns.take(), None
                try:
                    if not endpoint.may_send(call):
                        continue
                    response = self._transmit(
                        where, url, self._request(where.method, url, body, version, signed=signed)
                    )
                    endpoint.note_answer()
                    headers = response.headers
                    self._last_headers["Date"] = headers.get("Date", "")
                    overloaded = response.status_code in OVERLOAD
                    payload = _payload(where, response)
                except (TransientError, Unreachable) as error:
                    failure: CallError = error
                except CallError as error:
                    # A write with an unknown outcome is not sent again here. The read of its outcome observes the
                    # pause.
                    endpoint.request_pause(retry_after(headers) or 0.0)
                    if error.status and error.status not in PASSING:
                        endpoint.note_success()
                    raise
                else:
                    endpoint.note_success()
                    return payload
                finally:
                    self._turns.give_back(turn, overloaded=overloaded)
                pause = self._pause_after(failure, endpoint, retries, headers, patience)
                if pause:
                    self.clock.sleep(pause)

    def _pause_after(
        self, failure: CallError, endpoint: Endpoint, retries: Retries, headers: Mapping[str, str], patience: float
    ) -> float:
        """Return the seconds until the next attempt; 0 where the endpoint itself has to be waited for.

        :raises CallError: there is none.
        """
        requested = retry_after(headers)
        if requested is not None:
            # Even if this call ends here, the others have to keep to it.
            endpoint.request_pause(requested)
            if requested > patience or not retries.take():
                explain_pause(failure, requested, patience)
                raise failure
            return 0.0
        taken = retries.take()
        pause = retries.pause() if taken else 0.0
        if endpoint.note_failure(failure, pause) and taken:
            return pause
        endpoint.give_up(failure)
        raise failure

    def _transmit(self, where: CallContext, url: str, request: PreparedRequest) -> Response:
        timeout = self.settings.timeout
        try:
            return self._session.send(
                request,
                timeout=(min(timeout, LONGEST_CONNECT), timeout),
                verify=(self.settings.ca_path or _system_bundle()) if self.settings.validate_certs else False,
                allow_redirects=False,
                proxies=self._proxies_for(where, url),
            )
        except requests.exceptions.RequestException as error:
            raise _broken(where, url, error, timeout, self._proxy_setting(url)) from None
        except (LocationValueError, OSError) as error:
            # A host name or a bundle of authorities that cannot be used: requests does not wrap these.
            raise CallError(
                where,
                f"was not sent: {_root(error)}",
                advice="Check endpoint_url, region, ca_path and REQUESTS_CA_BUNDLE.",
            ) from None

    def _request(
        self, method: str, url: str, body: Mapping[str, Any] | None, version: str, *, signed: bool
    ) -> PreparedRequest:
        try:
            request = requests.Request(method, url, json=None if body is None else dict(body)).prepare()
        except UNUSABLE_ADDRESS as error:
            raise SettingsError(f"{_origin(url)} cannot be called ({_root(error)}). Correct endpoint_url.") from None
        # What requests made of the URL is what goes on the wire, so that is what is signed.
        request.url = without_default_port(str(request.url))
        request.headers.update({"Accept": "application/json", "Accept-Language": self.settings.language})
        if signed:
            request.headers.update(self._signature(method, request.url, version))
        return request

    def _signature(self, method: str, url: str, version: str) -> dict[str, str]:
        """Return the headers that say who calls, and which version."""
        settings = self.settings
        timestamp = str(int(time.time() * 1000))
        headers = {
            "Scp-Accesskey": settings.access_key,
            "Scp-ClientType": CLIENT_TYPE,
            "Scp-Timestamp": timestamp,
            "Scp-Signature": signature(
                settings.secret_key,
                method=method,
                url=url,
                timestamp=timestamp,
                access_key=settings.access_key,
                account_id=settings.account_id,
            ),
        }
        optional = {
            "Scp-AccountId": settings.account_id,
            "X-Auth-Token": settings.auth_token,
            "Scp-Api-Version": version,
        }
        return {**headers, **{name: value for name, value in optional.items() if value}}

    def _proxies_for(self, where: CallContext, url: str) -> dict[str, str]:
        origin = _origin(url)
        if origin not in self._proxies:
            # A proxy could not reach this machine's own loopback, and would get to see plain http.
            proxies = {} if is_loopback(url) else requests.utils.get_environ_proxies(url, no_proxy=None)
            proxy = requests.utils.select_proxy(url, proxies)
            if proxy and not is_valid_proxy(proxy):
                raise CallError(
                    where,
                    f"was not sent: {self._proxy_setting(url)} is not a valid address of a proxy",
                    advice="Expected for example http://proxy.example.com:3128, with special characters of a user or"
                    " password percent-encoded: %23 for #, %2F for /, %3F for ?, %40 for @, %5B for [, %5C for \\.",
                )
            self._proxies[origin] = proxies
        return self._proxies[origin]

    def _proxy_setting(self, url: str) -> str:
        """Return which variable sets the proxy for a URL, and who sets it."""
        variable = proxy_variable(urlsplit(url).scheme, os.environ)
        return f"{variable} (environment: of the task)" if variable in self._set_by_task else variable


def exactly(
    items: Iterable[Mapping[str, Any]], wanted: str, field: str = "name", *, suffixed: bool = False
) -> list[dict[str, Any]]:
    """Return copies of the items whose field is exactly ``wanted``; see :meth:`Client.lookup`."""
    return [dict(item) for item in items if wanted in words_of(item, field, suffixed=suffixed)]


def cached_connections() -> HTTPAdapter:
    """Return what keeps a connection open for each call that can be under way, and repeats nothing by itself."""
    return HTTPAdapter(pool_connections=MAX_HOSTS, pool_maxsize=MAX_LIMIT, max_retries=0)


#: By process as well: a connection that is shared with a process forked from this one would mix up both's answers.
_kept: dict[tuple[int, Settings], Client] = {}
#: What hosts offer is the same for all settings.
_offers: dict[int, Offers] = {}


def cached_client(settings: Settings) -> Client:
    """The client of this process for these settings. It is kept for as long as the process lives: for all items of a
    loop in the controller's worker, say.
    """
    key = (os.getpid(), settings)
    offers = _offers.setdefault(os.getpid(), Offers())
    return _kept.get(key) or _kept.setdefault(key, Client(settings, offers=offers))


def without_default_port(url: str) -> str:
    """Drop a port that the Host header does not carry: the gateway signs what it receives."""
    parts = urlsplit(url)
    suffix = f":{DEFAULT_PORTS.get(parts.scheme, '')}"
    return (
        urlunsplit(parts._replace(netloc=parts.netloc.removesuffix(suffix))) if parts.netloc.endswith(suffix) else url
    )


def _segment(name: str, value: str) -> str:
    """An id as one segment of a path; refused where it would make the path another one."""
    if value in ("", ".", ".."):
        raise StorageError(f"{name} {shown(value)} is not an id.")
    return quote(value, safe="")


def _listed(answer: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects of an array in an answer; none where there is no such array."""
    found = answer.get(name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _payload(where: CallContext, response: Response) -> dict[str, Any]:
    """The JSON object of a successful answer; every other answer is an exception."""
    status, content = response.status_code, response.content
    if not 200 <= status < 300:
        raise errors.from_answer(where, status, response.headers, content)
    # Not every version of urllib3 shows when a body is shorter than announced.
    if response.raw.length_remaining:
        raise ambiguous_failure(where, f"was answered with {status} and a body that breaks off", status=status)
    if content.strip() in (b"", b"null") and where.method != "GET":
        return {}
    payload = errors.json_object(content)
    if payload is None:
        raise ambiguous_failure(
            where, f"was answered with {status} and something other than a JSON object", status=status
        )
    return payload


def _broken(where: CallContext, url: str, error: Exception, timeout: float, proxy: str) -> CallError:
    """What a connection that failed means: not sent, try again, or unknown.

    :param proxy: the setting of the proxy for this URL.
    """
    inner = _innermost(error)
    said = f"({_root(error)})"
    if isinstance(error, UNUSABLE_ADDRESS):
        advice = f"Check endpoint_url and {proxy}."
        if "Missing dependencies for SOCKS" in said:
            advice += " Proxies of this kind need the Python package PySocks where the module runs."
        return CallError(where, f"was not sent {said}", advice=advice)
    if isinstance(error, requests.exceptions.SSLError):
        if type(inner).__name__ in CERTIFICATE_REFUSED:
            reason = f"was not sent: the certificate of {_origin(url)} was not accepted {said}"
            return CallError(where, reason, advice="Set ca_path to the authority that signed it.")
        if getattr(inner, "reason", None) in TLS_NOT_BEGUN:
            reason = f"was not sent: no secure connection to {_origin(url)} could be made {said}"
            return CallError(where, reason, advice="Check endpoint_url and ca_path.")
    if isinstance(error, requests.exceptions.ProxyError) and (
        isinstance(inner, NOT_CONNECTED) or str(inner).startswith("Tunnel connection failed")
    ):
        return Unreachable(
            where,
            f"was not sent: the proxy for {_origin(url)} did not let it through {said}",
            advice=f"Check {proxy} and NO_PROXY.",
        )
    if isinstance(inner, NOT_CONNECTED):
        return Unreachable(
            where,
            f"was not sent: {_origin(url)} cannot be reached {said}",
            advice=f"Check region, environment, endpoint_url, and the network from here to there. {errors.REGIONS}",
        )
    if isinstance(error, requests.exceptions.Timeout):
        reason = f"got no answer from {_origin(url)} in time (timeout {timeout:g} seconds)"
        return NoAnswer(where, reason) if where.method == "GET" else ambiguous_failure(where, reason)
    return ambiguous_failure(where, f"lost its connection to {_origin(url)} {said}")


def _system_bundle() -> bool | str:
    """The bundle that REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE name, as every requests program honours them."""
    return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _innermost(error: BaseException) -> BaseException:
    """The innermost exception in a chain of those of the libraries."""
    while True:
        inner = getattr(error, "reason", None)
        if not isinstance(inner, BaseException):
            inner = next((part for part in reversed(error.args) if isinstance(part, BaseException)), None)
        if inner is None:
            return error
        error = inner


def _root(error: BaseException) -> str:
    """The innermost reason of a failed call, without the URL and object names around it."""
    text = str(_innermost(error))
    return redact_urls(text.rpartition(": ")[2] if ">: " in text or "): " in text else text)
