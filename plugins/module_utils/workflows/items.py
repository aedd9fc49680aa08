# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A list that a user wrote: names, dictionaries, or the text of a survey, to items that are validated.

All mistakes of a list are reported at once, alike ones together.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..client.errors import SettingsError, StorageError
from ..client.redaction import shown
from ..client.settings import check_region, check_zone
from ..client.suggestions import closest
from ..engine.options import form_of_tags, tags_as_list
from ..engine.structured_text import TextError, parse_structured
from ..resources.kinds import full_kind
from .messages import refuse_mistakes

#: Options of all modules that work on a list, beside the list itself; their documentation is the fragment ``workflow``.
LIST_OPTIONS: dict[str, dict[str, Any]] = {"variable_prefix": {"type": "str"}}
#: The keys that every item has.
NAME = "name"
KIND = "kind"
#: Values that mean "not given".
_EMPTY = (None, "")


@dataclass(frozen=True)
class Key:
    """A key that an item can have.

    :param check: returns what is wrong with a value, as the end of a sentence that begins with the key; empty if
        nothing is. It is not called for values that are not given.
    :param convert: makes the typed value of a valid one.
    :param choices: the values that are possible; empty for any.
    :param kinds: the kinds that it has a meaning for; empty for all. No default reaches the others.
    :param structured: the value is a list or dictionary, which may be given as text.
    """

    name: str
    check: Callable[[Any], str] = lambda _value: ""
    convert: Callable[[Any], Any] = lambda value: value
    choices: Sequence[str] = ()
    kinds: Collection[str] = ()
    structured: bool = False

    def means_something(self, kind: str) -> bool:
        """Whether it has a meaning for a kind."""
        return not self.kinds or kind in self.kinds


@dataclass(frozen=True)
class ItemSpec:
    """What the items of a list can be.

    :param option: the option or variable that holds the list, for messages.
    :param kinds: in the order in which messages list them.
    :param keys: beside the name and ``kind``. Where there is only one kind, items have no key ``kind``.
    :param accepted: keys that are ignored, because results that are taken as lists have them.
    :param identity: keys that say which thing an item is; two items must differ in one of them. Empty where only the
        workflow knows.
    :param label: what an item is.
    :param default_kind: the kind of an item that has none; empty where each needs one.
    :param name_key: the key that holds the name; an item that is a text is one.
    """

    option: str
    kinds: Sequence[str]
    keys: Sequence[Key]
    accepted: Collection[str] = ()
    identity: Sequence[str] = (KIND, "region", NAME)
    label: str = "volume"
    default_kind: str = "filestorage_volume"
    name_key: str = NAME

    @property
    def known_keys(self) -> list[str]:
        """All keys that an item can have."""
        kind = [KIND] if len(self.kinds) > 1 else []
        return [self.name_key, *kind, *(key.name for key in self.keys)]


@dataclass(frozen=True)
class Item:
    """One valid item.

    :ivar position: its place in the list, from 1.
    :ivar values: by key, with defaults; ``None`` where there is no value.
    """

    position: int
    kind: str
    name: str
    values: Mapping[str, Any]

    def __getitem__(self, key: str) -> Any:
        return self.values[key]

    def __str__(self) -> str:
        return _title(self.position, self.name)


@dataclass
class ItemList:
    """The items of a list, and what is wrong with it; a workflow adds what it finds wrong itself.

    :ivar items: those that can be read. They are valid if there is no mistake.
    """

    spec: ItemSpec
    items: list[Item] = field(default_factory=list)
    mistakes: list[tuple[str, str]] = field(default_factory=list)

    def reject(self, item: Item, mistake: str) -> None:
        """Note a mistake in an item."""
        self.mistakes.append((str(item), mistake))

    def has_mistake(self, item: Item, key: str) -> bool:
        """Return whether a mistake in a key of an item is noted, so that its value is missing for that reason."""
        return any(title == str(item) and mistake.startswith(f"{key} ") for title, mistake in self.mistakes)

    def validated(self) -> list[Item]:
        """Return the items.

        :raises StorageError: there are mistakes; the message has all of them.
        """
        refuse_mistakes(self.spec.option, self.mistakes)
        return self.items


def read_items(spec: ItemSpec, given: Any, defaults: Mapping[str, Any] | None = None) -> ItemList:
    """Read a list of items.

    :param given: a list of names and dictionaries, or a text that holds one in JSON or YAML, or names with commas or
        blanks between them.
    :param defaults: by key, for items that do not have it.
    :raises StorageError: it is not a list.
    """
    try:
        listed = parse_structured(given, spec.option)
    except TextError as error:
        raise StorageError(str(error)) from None
    if listed is None:
        listed = []
    if isinstance(listed, Mapping) or not isinstance(listed, Sequence):
        raise StorageError(
            f"{spec.option} must be a list of names, or of dictionaries with a {spec.name_key}, and nothing was"
            " changed."
        )
    result = ItemList(spec)
    if not listed:
        result.mistakes.append((spec.option, f"The list is empty. Name at least one {spec.label}"))
    first: dict[tuple[Any, ...], Item] = {}
    for position, entry in enumerate(listed, 1):
        reader = _Reader(spec, position, entry, defaults or {})
        item = reader.read()
        result.mistakes += [(_title(position, reader.name), mistake) for mistake in reader.mistakes]
        if item is None:
            continue
        result.items.append(item)
        if not spec.identity:
            continue
        identity = tuple(item.values.get(key) for key in spec.identity)
        other = first.setdefault(identity, item)
        if other is not item:
            result.reject(item, f"it is the same {spec.label} as {other}; remove one of them")
    return result


class _Reader:
    """Reads one item, and collects what is wrong with it."""

    def __init__(self, spec: ItemSpec, position: int, entry: Any, defaults: Mapping[str, Any]) -> None:
        self.spec = spec
        self.position = position
        self.entry = entry
        self.defaults = defaults
        self.name = ""
        self.mistakes: list[str] = []

    def read(self) -> Item | None:
        """Return the item; ``None`` where not even its name and kind can be read."""
        entry = self.entry
        if not isinstance(entry, str | Mapping):
            self.mistakes.append(f"it must be a name, or a dictionary with a {self.spec.name_key}, not {shown(entry)}")
            return None
        name_key = self.spec.name_key
        own = {name_key: entry} if isinstance(entry, str) else dict(entry)
        self._check_keys(own)
        self.name = self._text(own, name_key)
        if not self.name:
            self.mistakes.append(f"it has no {name_key}. Give the name or id of the {self.spec.label}")
        kind = self._kind(own)
        if not (self.name and kind):
            return None
        values: dict[str, Any] = {name_key: self.name, KIND: kind}
        values |= {key.name: self._value(key, own, kind) for key in self.spec.keys}
        return Item(self.position, kind, self.name, values)

    def _check_keys(self, own: Mapping[str, Any]) -> None:
        known = self.spec.known_keys
        for key in own:
            if key not in known and key not in self.spec.accepted:
                self.mistakes.append(f"{key} is not a known key{closest(str(key), known)}")

    def _kind(self, own: Mapping[str, Any]) -> str:
        if len(self.spec.kinds) == 1:
            return self.spec.kinds[0]
        given = self._text(own, KIND) or str(self.defaults.get(KIND) or "") or self.spec.default_kind
        kind = full_kind(given)
        if kind in self.spec.kinds:
            return kind
        known = ", ".join(self.spec.kinds)
        self.mistakes.append(
            f"kind {shown(given)} is not supported{closest(kind, self.spec.kinds)}"
            if given
            else f"give a kind: {known}"
        )
        return ""

    def _text(self, own: Mapping[str, Any], key: str) -> str:
        value = own.get(key)
        if isinstance(value, Mapping | list | bool):
            self.mistakes.append(f"{key} must be a text, not {shown(value)}")
            return ""
        return "" if value is None else str(value).strip()

    def _value(self, key: Key, own: Mapping[str, Any], kind: str) -> Any:
        value = own.get(key.name)
        if isinstance(value, str) and not value.strip():
            value = None
        if not key.means_something(kind):
            if value not in (*_EMPTY, [], {}):
                self.mistakes.append(f"{key.name} has no meaning for kind {kind}; leave it out")
            return None
        if value in _EMPTY:
            value = self.defaults.get(key.name)
        if key.structured:
            try:
                value = parse_structured(value, key.name)
            except TextError as error:
                self.mistakes.append(str(error))
                return None
        if value in _EMPTY:
            return None
        mistake = _check_choice(key, value) or key.check(value)
        if mistake:
            self.mistakes.append(mistake)
            return None
        return key.convert(value)


def _check_choice(key: Key, value: Any) -> str:
    if not key.choices or value in key.choices:
        return ""
    return f"{key.name} {shown(value)} is not supported{closest(str(value), key.choices)}"


def _title(position: int, name: str) -> str:
    return f"Item {position} ({name})" if name else f"Item {position}"


# -- keys that several lists have -------------------------------------------------------------------------------------


def text_key(name: str, **options: Any) -> Key:
    """Return a key whose value is a text."""

    def check(value: Any) -> str:
        return "" if isinstance(value, str | int | float) else f"{name} must be a text, not {shown(value)}"

    return Key(name, check, lambda value: str(value).strip(), **options)


def choice_key(name: str, choices: Sequence[str], **options: Any) -> Key:
    """Return a key that has one of some values."""
    return Key(name, choices=choices, **options)


def region_key(name: str) -> Key:
    """Return a key that holds a region."""

    def check(value: Any) -> str:
        try:
            check_region(str(value))
        except SettingsError as error:
            return f"{name}: {error.message.rstrip('.')}"
        return ""

    return Key(name, check, str)


def zone_key(name: str) -> Key:
    """Return a key that holds a zone."""

    def check(value: Any) -> str:
        try:
            check_zone(name, str(value))
        except SettingsError as error:
            return error.message.rstrip(".")
        return ""

    return Key(name, check, str)


def number_key(name: str, lowest: int, highest: int, unit: str = "", **options: Any) -> Key:
    """Return a key that holds a whole number within limits."""

    def check(value: Any) -> str:
        try:
            number = None if isinstance(value, bool | float) else int(value)
        except (TypeError, ValueError):
            number = None
        if number is None or not lowest <= number <= highest:
            return f"{name} {shown(value)} is invalid. Expected a whole number{unit} from {lowest} to {highest}"
        return ""

    return Key(name, check, int, **options)


def bool_key(name: str) -> Key:
    """Return a key that is true or false, as a boolean or as one of the words that Ansible takes for one."""

    def check(value: Any) -> str:
        return "" if _word(value) in _BOOLEANS else f"{name} {shown(value)} is invalid. Use true or false"

    return Key(name, check, lambda value: _BOOLEANS[_word(value)])


_BOOLEANS = {
    **dict.fromkeys(("true", "yes", "on", "1", "y", "t"), True),
    **dict.fromkeys(("false", "no", "off", "0", "n", "f"), False),
}


def _word(value: Any) -> str:
    return str(value).strip().lower()


def tags_key(name: str = "tags") -> Key:
    """Return a key that holds tags, as a dictionary or as a list of dictionaries with a key and a value."""

    def check(value: Any) -> str:
        return form_of_tags(value, name).rstrip(".")

    return Key(name, check, tags_as_list, structured=True)


def list_key(name: str) -> Key:
    """Return a key that holds a list, whose content something else checks."""

    def check(value: Any) -> str:
        return "" if isinstance(value, list) else f"{name} must be a list, not {shown(value)}"

    return Key(name, check, structured=True)


def objects_key(name: str, types: Sequence[str], **options: Any) -> Key:
    """Return a key that holds a list of servers, each with ``object_type``, and ``object_id`` or ``object_name``."""

    def check(value: Any) -> str:
        wanted = (
            f"{name} must be a list of dictionaries with object_type ({', '.join(types)}) and either object_id or"
            " object_name"
        )
        if not isinstance(value, Sequence) or isinstance(value, str):
            return wanted
        for entry in value:
            if not isinstance(entry, Mapping) or set(entry) - {"object_type", "object_id", "object_name"}:
                return wanted
            named = [key for key in ("object_id", "object_name") if str(entry.get(key) or "").strip()]
            if entry.get("object_type") not in types or len(named) != 1:
                return wanted
        return ""

    def convert(value: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
        return [{key: str(text).strip() for key, text in one.items() if text is not None} for one in value]

    return Key(name, check, convert, structured=True, **options)
