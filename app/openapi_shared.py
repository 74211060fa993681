"""One OpenAPI entry for a path that several dialects claim: any of their forms goes in, any of their answers comes out.

The forms stand under ``anyOf`` and not ``oneOf``: members beyond the declared ones are allowed, so that a body of one
dialect may fit another's form too, and which is meant is :mod:`app.shared_paths`' to say.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Entry = dict[str, Any]


def merged(forms: Mapping[str, Entry]) -> Entry:
    """The entry of one operation, made from those of the dialects by their names."""
    first, *others = forms.values()
    if not others:
        return first
    entry: Entry = {
        "operationId": "-".join(form["operationId"] for form in forms.values()),
        "tags": _distinct(tag for form in forms.values() for tag in form["tags"]),
        "summary": " / ".join(form["summary"] for form in forms.values()),
        "parameters": _distinct(one for form in forms.values() for one in form["parameters"]),
        "responses": _responses(forms),
        "security": _distinct(one for form in forms.values() for one in form["security"]),
    }
    described = {name: form["description"] for name, form in forms.items() if "description" in form}
    if described:
        entry["description"] = "\n\n".join(f"`{name}`: {text}" for name, text in described.items())
    bodies = {name: form["requestBody"]["content"] for name, form in forms.items() if "requestBody" in form}
    if bodies:
        entry["requestBody"] = {"required": True, "content": _contents(bodies)}
    return entry


def _responses(forms: Mapping[str, Entry]) -> Entry:
    statuses = sorted({status for form in forms.values() for status in form["responses"]})
    told = {}
    for status in statuses:
        answers = {name: form["responses"][status] for name, form in forms.items() if status in form["responses"]}
        told[status] = dict(next(iter(answers.values())))
        contents = {name: answer["content"] for name, answer in answers.items() if "content" in answer}
        if contents:
            told[status]["content"] = _contents(contents)
    return told


def _contents(of_dialects: Mapping[str, Mapping[str, Entry]]) -> Entry:
    """By media type: the schemas of all dialects, and their examples by name."""
    kinds = _distinct(kind for content in of_dialects.values() for kind in content)
    return {
        kind: _content({name: content[kind] for name, content in of_dialects.items() if kind in content})
        for kind in kinds
    }


def _content(of_dialects: Mapping[str, Entry]) -> Entry:
    if len(of_dialects) == 1:
        return next(iter(of_dialects.values()))
    content: Entry = {"schema": {"anyOf": [one["schema"] for one in of_dialects.values()]}}
    examples = {name: {"value": one["example"]} for name, one in of_dialects.items() if "example" in one}
    return {**content, "examples": examples} if examples else content


def _distinct(items: Iterator[Any]) -> list[Any]:
    found: list[Any] = []
    for item in items:
        if item not in found:
            found.append(item)
    return found
