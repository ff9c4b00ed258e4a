# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWX refuses, as far as it was seen in AWX 24.6.1 or read in its source; pure."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable
from typing import Any, NoReturn
from urllib.parse import urlsplit

from tests.integration.servers.awx.kinds import Row

_FIELD_KEYS = {"id", "label", "type", "format", "choices", "multiline", "secret", "help_text", "default"}
_FORMATS = {"url", "ssh_private_key"}
_ONLY_OF_TEXTS = {"secret", "format", "choices", "multiline"}
_RESERVED_NAMES = {"PATH", "PYTHONPATH", "VIRTUAL_ENV", "JOB_ID", "AWX_HOST", "INVENTORY_ID"}
_SURVEY_TYPES = {"text", "textarea", "password", "integer", "float", "multiplechoice", "multiselect"}
_MOST_RUNS = 999


class Refused(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, body: Row) -> None:
        super().__init__(status, body)
        self.status, self.body = status, body


def check_credential_type(row: Row) -> None:
    _must(row["kind"] in ("cloud", "net"), "kind", f"Must be 'cloud' or 'net', not {row['kind']}.")
    _must(set(row["inputs"]) <= {"fields", "required"}, "inputs", "Additional properties are not allowed")
    ids = [_checked_field(field) for field in row["inputs"].get("fields", [])]
    _must(len(ids) == len(set(ids)), "inputs", "ids are not unique")
    _must(set(row["injectors"]) <= {"env", "file", "extra_vars"}, "injectors", "Additional properties are not allowed")
    for name, template in row["injectors"].get("env", {}).items():
        reserved = name.startswith("ANSIBLE_") or name in _RESERVED_NAMES
        _must(not reserved, "injectors", f"Environment variable {name} is not allowed")
        _must(template.isascii(), "injectors", "Only ASCII is allowed")
        unknown = set(re.findall(r"{{\s*(\w+)", template)) - set(ids)
        _must(not unknown, "injectors", f"uses an undefined field ({unknown})")


def _checked_field(field: Row) -> str:
    name = str(field["id"])
    _must(set(field) <= _FIELD_KEYS, "inputs", f"{sorted(set(field) - _FIELD_KEYS)} not allowed for {name}")
    _must(field.get("type", "string") in ("string", "boolean"), "inputs", f"type of {name}")
    _must(field.get("format", "url") in _FORMATS, "inputs", f"format of {name}")
    is_text = field.get("type", "string") == "string"
    _must(is_text or not _ONLY_OF_TEXTS & set(field), "inputs", f"{name} is no text")
    valid = name.isidentifier() and not keyword.iskeyword(name) and name != "tower"
    _must(valid, "inputs", f"{name} is not a valid variable name")
    return name


def check_input(field: Row, value: Any) -> None:
    """One field of a credential; the UI sends an empty text for one that is left empty (seen in AWX 24.6.1)."""
    kind: type = bool if field.get("type") == "boolean" else str
    if not isinstance(value, kind):
        _refuse_input(field, f"{value!r} is not of type '{field.get('type', 'string')}'")
    if field.get("format") == "url" and not urlsplit(str(value)).scheme:
        _refuse_input(field, "Invalid URL: Missing url scheme (http, https, etc.)")


def _refuse_input(field: Row, text: str) -> NoReturn:
    raise Refused(400, {"inputs": {field["id"]: [text]}})


def check_survey(spec: Row) -> None:
    for key, kind in (("name", str), ("description", str), ("spec", list)):
        _must(isinstance(spec.get(key), kind), "error", f"'{key}' missing from survey spec or of the wrong type.")
    _must(bool(spec["spec"]), "error", "'spec' doesn't contain any items.")
    for question in spec["spec"]:
        for key in ("type", "question_name", "variable"):
            _must(isinstance(question.get(key), str), "error", f"'{key}' missing from a survey question.")
        _must(isinstance(question.get("required"), bool), "error", f"'required' of {question['variable']}")
        _must(question["type"] in _SURVEY_TYPES, "error", f"'{question['type']}' is no type of question.")
        _check_question(question)
    variables = [question["variable"] for question in spec["spec"]]
    _must(len(variables) == len(set(variables)), "error", "'variable' is duplicated.")


def _check_question(question: Row) -> None:
    for key in ("min", "max"):
        _must(isinstance(question.get(key, 0), int), "error", f"'{key}' of {question['variable']} must be an integer.")
    if question["type"] in ("multiplechoice", "multiselect"):
        choices, default = question.get("choices", []), question.get("default", "")
        _must(bool(choices), "error", "'choices' missing.")
        _must(default == "" or default in choices, "error", f"default of {question['variable']} is no choice.")


def check_rrule(rrule: str) -> None:
    _must("INTERVAL=" in rrule, "rrule", "INTERVAL required in rrule.")
    _must("FREQ=SECONDLY" not in rrule, "rrule", "SECONDLY is not supported.")
    _must(not ("COUNT=" in rrule and "UNTIL=" in rrule), "rrule", "Contains both COUNT and UNTIL.")
    count = re.search(r"COUNT=(\d+)", rrule)
    _must(count is None or int(count[1]) <= _MOST_RUNS, "rrule", f"COUNT > {_MOST_RUNS} is unsupported.")
    begins = r"DTSTART(;TZID=[\w/]+:\d{8}T\d{6}|:\d{8}T\d{6}Z) RRULE:"
    _must(bool(re.match(begins, rrule)), "rrule", "Valid DTSTART required, which is no naive time.")


def check_answered(extra_data: Row, template: Row) -> None:
    """What is required has to be answered, with any default: of a launch and of a schedule, not of a node."""
    for question in template.get("survey_spec", {}).get("spec", []) if template.get("survey_enabled") else []:
        answered = not question["required"] or extra_data.get(question["variable"], "") != ""
        _must(answered, "variables_needed_to_start", f"'{question['variable']}' value missing")


def check_prompted(extra_data: Row, template: Row) -> None:
    """Variables that are set for a template must be asked for by it."""
    questions = {each["variable"]: each for each in template.get("survey_spec", {}).get("spec", [])}
    asked = questions if template.get("survey_enabled") else {}
    for name, value in extra_data.items():
        _must(
            template.get("ask_variables_on_launch") or name in asked,
            "extra_data",
            f"Variables {name} are not allowed on launch.",
        )
        if name in asked:
            text = f"Value {value} for '{name}' is refused by the survey."
            _must(fits(asked[name], value), "variables_needed_to_start", text)


def fits(question: Row, answer: Any) -> bool:
    by_type: dict[str, Callable[[Any], bool]] = {
        "integer": lambda value: isinstance(value, int),
        "float": lambda value: isinstance(value, float | int),
        "multiplechoice": lambda value: value in question["choices"],
        "multiselect": lambda value: isinstance(value, list) and set(value) <= set(question["choices"]),
    }
    return by_type.get(question["type"], lambda value: isinstance(value, str))(answer)


def check_credentials_of(types: list[str]) -> None:
    for each in types:
        _must(types.count(each) == 1, "error", f"Cannot assign multiple {each} credentials.")


def _must(holds: bool, name: str, text: str) -> None:
    if not holds:
        raise Refused(400, {name: text if name in ("detail", "error") else [text]})
