# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The contracts: the operations of each version of a service, and checks of requests and answers against them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

from jsonschema_rs import Draft202012Validator, ValidationError

from .errors import ApiError, contact_admin, validation_error

CONTRACTS = Path(__file__).parent / "contract"
LATER = CONTRACTS / "later"
"""What the printed reference does not have: newer versions of its services, and services beside them."""
_TYPES = {"string": "string", "integer": "integer", "boolean": "boolean", "array": "list", "object": "dictionary"}
_MISSING = {("baremetal-blockstorage", "zone"): "Zone input is required."}
"""What was seen live of a missing field, where it is not the usual text (platform-behaviour.md §13)."""
_INTEGER = re.compile(r"[+-]?[0-9]+")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query parameter."""

    name: str
    required: bool
    kind: str
    default: Any
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: ``segments`` is its path, where None is a path parameter that ``names`` names.

    ``answers`` holds the statuses that the contract prints, up to 399; a status without a body has None.
    ``version`` is that of the contract.
    """

    service: str
    version: str
    id: str
    method: str
    segments: tuple[str | None, ...]
    names: tuple[str, ...]
    query: dict[str, Parameter]
    body: Draft202012Validator | None
    answers: dict[int, Draft202012Validator | None]


@dataclass(frozen=True, slots=True)
class Request:
    """What a request holds, and how it breaks the contract: ``error`` is the service's answer to that.

    ``violation`` says precisely what is wrong, for users; unlike ``error`` it names the field, never its value.
    """

    query: dict[str, Any]
    body: Any
    error: ApiError | None
    violation: str | None


class Contract:
    """One version of a service: its operations and title.

    ``ceilings`` holds the operations that this version no longer has, each with the newest version that has it.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        """Compile all validators of an OpenAPI document."""
        info = document["info"]
        self.service: str = info["x-service"]
        self.title: str = info["title"]
        self.version: str = info["version"]
        self.versions: list[dict[str, str]] = info["x-versions"]
        self.regions = sorted({region for names in info["x-environment-regions"].values() for region in names})
        self.regional = not info.get("x-host-scope", "").startswith("global")
        schemas = _strict(document["components"]["schemas"])
        self.operations: dict[str, Operation] = {}
        self.ceilings: dict[str, str] = {}
        by_shape: dict[tuple[str, int], list[Operation]] = {}
        for path, methods in document["paths"].items():
            for method, spec in methods.items():
                name, ceiling = spec["operationId"], spec.get("x-version-ceiling", self.version)
                operation = _operation(self.service, self.version, path, method, spec, schemas)
                if ordered(ceiling) < ordered(self.version):
                    self.ceilings[name] = ceiling
                else:
                    self.operations[name] = operation
                # A path keeps its meaning where the version no longer has the operation.
                by_shape.setdefault((operation.method, len(operation.segments)), []).append(operation)
        # A path that is printed in full wins over one with a parameter in its place: /replications/regions.
        self._by_shape = {key: sorted(found, key=lambda o: len(o.names)) for key, found in by_shape.items()}

    def find(self, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
        """The operation that a raw path (from ``/v1`` on) means, with its path parameters decoded."""
        parts = path.split("/")[1:]
        for operation in self._by_shape.get((method, len(parts)), ()):
            if all(own is None or own == part for own, part in zip(operation.segments, parts, strict=True)):
                values = [unquote(p) for own, p in zip(operation.segments, parts, strict=True) if own is None]
                if all(values):
                    return operation, dict(zip(operation.names, values, strict=True))
        return None


class Versions:
    """A service in all of its versions: ``contracts`` by version, the oldest first.

    ``retired`` holds the versions that are listed and never answered, each with its day (``YYYYMMDD``).
    """

    def __init__(self, contracts: Iterable[Contract]) -> None:
        """Put the contracts of one service together."""
        self.contracts = {
            contract.version: contract for contract in sorted(contracts, key=lambda c: ordered(c.version))
        }
        oldest = next(iter(self.contracts.values()))
        self.service, self.title, self.regional = oldest.service, oldest.title, oldest.regional
        self.regions = oldest.regions
        past = (known for known in oldest.versions if ordered(known["version"]) < ordered(oldest.version))
        self.retired = {known["version"]: known["not_before"] for known in past}

    @property
    def oldest(self) -> Contract:
        """The contract of the oldest version, which is that of the printed reference where there is one."""
        return next(iter(self.contracts.values()))


def ordered(version: str) -> tuple[int, ...]:
    """The key by which versions are ordered."""
    return tuple(int(part) for part in version.split("."))


def load_contracts() -> dict[str, Contract]:
    """The printed reference: its contracts by the name of their service."""
    return {contract.service: contract for contract in _read(CONTRACTS)}


def load_versions() -> dict[str, Versions]:
    """All versions of all services, the printed ones and the others, by the name of the service."""
    found: dict[str, list[Contract]] = {}
    for contract in [*_read(CONTRACTS), *_read(LATER)]:
        found.setdefault(contract.service, []).append(contract)
    return {name: Versions(contracts) for name, contracts in sorted(found.items())}


def _read(folder: Path) -> list[Contract]:
    return [Contract(json.loads(path.read_text(encoding="utf-8"))) for path in sorted(folder.glob("*.json"))]


def _strict(node: Any) -> Any:
    """A copy of a schema in which objects take no fields but the printed ones."""
    if isinstance(node, list):
        return [_strict(item) for item in node]
    if not isinstance(node, dict):
        return node
    copy = {name: _strict(value) for name, value in node.items()}
    if copy.get("type") == "object" and copy.get("properties"):
        copy.setdefault("additionalProperties", False)
    return copy


def _operation(
    service: str, version: str, path: str, method: str, spec: dict[str, Any], schemas: dict[str, Any]
) -> Operation:
    def validator(content: dict[str, Any] | None) -> Draft202012Validator | None:
        if not content:
            return None
        return Draft202012Validator({**content["application/json"]["schema"], "components": {"schemas": schemas}})

    segments = tuple(None if part.startswith("{") else part for part in path.split("/")[1:])
    return Operation(
        service=service,
        version=version,
        id=spec["operationId"],
        method=method.upper(),
        segments=segments,
        names=tuple(re.findall(r"{(\w+)}", path)),
        query={p["name"]: _parameter(p) for p in spec.get("parameters", []) if p["in"] == "query"},
        body=validator(spec.get("requestBody", {}).get("content")),
        answers={int(s): validator(answer.get("content")) for s, answer in spec["responses"].items() if int(s) < 400},
    )


def _parameter(spec: dict[str, Any]) -> Parameter:
    schema = spec["schema"]
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return Parameter(
        name=spec["name"],
        required=bool(spec.get("required")),
        kind=next(kind for kind in kinds if kind != "null"),
        default=schema.get("default"),
        choices=tuple(value for value in schema.get("enum", ()) if value is not None),
    )


def check_request(
    operation: Operation,
    raw_query: str,
    body: bytes,
    content_type: str | None,
    optional: Collection[str] = (),
) -> Request:
    """A request's query and body, converted and checked.

    The query is checked before the body, and both before anything is looked up (platform-behaviour.md §2).

    :param optional: fields of the body that may be missing, although the contract requires them.
    """
    query, query_faults = _check_query(operation, raw_query)
    if body.strip() in (b"", b"{}") and operation.body is None:
        return _request(query, None, query_faults)
    if operation.body is None:
        return _request(query, None, [*query_faults, ("Extra inputs are not permitted", "the operation takes no body")])
    if not body.strip() and optional:
        return _request(query, {}, query_faults)
    if not body.strip():
        return _request(query, None, [*query_faults, ("Field required", "the body is missing")])
    if (content_type or "").split(";")[0].strip().lower() != "application/json":
        why = ("Input should be a valid dictionary", f"Content-Type is {content_type!r}, not application/json")
        return _request(query, None, [*query_faults, why])
    try:
        document = json.loads(body, parse_constant=_refuse_constant)
        # Half of a surrogate pair is a text that nothing can be encoded to; what is too deep cannot be walked through.
        json.dumps(document, ensure_ascii=False).encode()
        errors = [error for error in operation.body.iter_errors(document) if not _may_lack(error, optional)]
    except (ValueError, RecursionError):
        # Seen live: a bad body gets the answer that stands for almost anything (platform-behaviour.md §2).
        broken = contact_admin() if not query_faults else validation_error(*(text for text, _ignored in query_faults))
        return Request(query, None, broken, "the body is not JSON")
    return _request(query, document, query_faults + [_explain(operation, error) for error in errors])


def _may_lack(error: ValidationError, optional: Collection[str]) -> bool:
    return bool(optional) and error.kind.name == "required" and error.kind.as_dict()["property"] in optional


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _request(query: dict[str, Any], body: Any, faults: list[tuple[str, str]]) -> Request:
    if not faults:
        return Request(query, body, None, None)
    return Request(
        query, body, validation_error(*(t for t, _ignored in faults)), "; ".join(why for _ignored, why in faults)
    )


def _check_query(operation: Operation, raw_query: str) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """The query by name, with defaults, and what is wrong with it: pairs of the service's text and ours."""
    values: dict[str, Any] = {name: parameter.default for name, parameter in operation.query.items()}
    faults = []
    given = set()
    try:
        pairs = parse_qsl(raw_query, keep_blank_values=True, errors="strict")
    except ValueError:
        pairs = []
        faults.append(("Input should be a valid string", "the query is not percent-encoded UTF-8"))
    for name, text in pairs:
        parameter = operation.query.get(name)
        if parameter is None:
            faults.append(("Extra inputs are not permitted", f"{operation.id} has no query parameter {name!r}"))
            continue
        if name in given:
            faults.append(("Input should be a valid string", f"the query parameter {name!r} is there twice"))
        given.add(name)
        values[name] = text
        if parameter.kind == "integer":
            if _INTEGER.fullmatch(text):
                values[name] = int(text)
            else:
                message = "Input should be a valid integer, unable to parse string as an integer"
                faults.append((message, f"the query parameter {name!r} is not an integer"))
        elif parameter.choices and text not in parameter.choices:
            message = f"Input should be {_choices(parameter.choices)}"
            faults.append((message, f"the query parameter {name!r} is not a choice"))
    faults += [
        ("Field required", f"the query parameter {name!r} is missing")
        for name, parameter in operation.query.items()
        if parameter.required and name not in given
    ]
    return values, faults


def _choices(options: Iterable[Any]) -> str:
    quoted = [repr(option) for option in options if option is not None]
    return " or ".join(filter(None, [", ".join(quoted[:-1]), quoted[-1]]))


def _explain(operation: Operation, error: ValidationError) -> tuple[str, str]:
    """What the service says (without the field's name), and what users need to know (without the value)."""
    where = ".".join(str(part) for part in error.instance_path) or "the body"
    facts = error.kind.as_dict()
    name = error.kind.name
    if name == "required":
        text = _MISSING.get((operation.service, facts["property"]), "Field required")
        return text, f"{where} lacks {facts['property']!r}"
    if name == "additionalProperties":
        unknown = ", ".join(map(repr, facts["unexpected"]))
        return "Extra inputs are not permitted", f"{where} has unknown fields {unknown}"
    if name == "type":
        kinds = [_TYPES.get(kind, kind) for kind in facts["types"] if kind != "null"]
        return f"Input should be a valid {' or '.join(kinds)}", f"{where} must be of type {' or '.join(facts['types'])}"
    if name == "enum":
        return f"Input should be {_choices(facts['options'])}", f"{where} must be {_choices(facts['options'])}"
    simple: dict[str, Callable[[], str]] = {
        "pattern": lambda: f"String should match pattern '{facts['pattern']}'",
        "maxLength": lambda: f"String should have at most {facts['limit']} characters",
        "minLength": lambda: f"String should have at least {facts['limit']} characters",
        "minimum": lambda: f"Input should be greater than or equal to {facts['limit']}",
        "maximum": lambda: f"Input should be less than or equal to {facts['limit']}",
    }
    text = simple[name]() if name in simple else "Value error"
    return text, f"{where}: {text}" if name in simple else f"{where} does not fit ({name})"


def check_answer(operation: Operation, status: int, body: Any) -> str | None:
    """What is wrong with an answer of the simulator itself, None where it is what the contract prints."""
    if status not in operation.answers:
        return f"{operation.id} answered {status}; the contract prints {sorted(operation.answers)}"
    validator = operation.answers[status]
    if validator is None:
        return None if body is None else f"{operation.id} answered {status} with a body; the contract prints none"
    faults = [f"{'.'.join(map(str, e.instance_path)) or 'the body'}: {e.message}" for e in validator.iter_errors(body)]
    return f"{operation.id} answered {status} with {'; '.join(faults)}" if faults else None
