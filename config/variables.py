"""How one group of settings is read: environment first, then ``.env``, then the default.

Every field names its variable in full, so that a search for the name finds the one place that reads it.
"""

import os
import re
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Any

from dotenv import dotenv_values
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

Network = IPv4Network | IPv6Network

_SECRET_NAME = re.compile(r"KEY|TOKEN|PASSWORD|SECRET|_URL$")


class SettingsError(Exception):
    """A setting is missing or wrong. The message is one line for each variable, and names it."""


class Group(BaseSettings):
    """A frozen group of settings; unknown names are ignored, an empty value counts as absent."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", env_file=".env", env_ignore_empty=True, case_sensitive=True
    )


def variable(name: str, default: Any = None, **rules: Any) -> Any:
    """A field that is read from the environment variable ``name``; ``rules`` are pydantic's (ge, le, ...)."""
    return Field(default=default, validation_alias=name, **rules)


def _split(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _networks(value: object) -> object:
    parts = _split(value)
    if not isinstance(parts, Iterable):
        return parts
    return tuple(ip_network(str(part), strict=False) for part in parts)


def _web_address(value: str) -> str:
    if not re.match(r"https?://[^/\s]+", value):
        raise ValueError("must start with http:// or https:// and name a host")
    return value.rstrip("/")


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
Networks = Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_networks)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
SecretNames = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_split)]


def explain(error: ValidationError) -> str:
    """Turn pydantic's report into one line for each variable. Values of secrets and addresses are not repeated."""
    lines = []
    for problem in error.errors(include_url=False, include_context=False):
        message = problem["msg"].removeprefix("Value error, ")
        if problem["loc"]:
            name = str(problem["loc"][0])
            shown = "" if _SECRET_NAME.search(name) else f" (got {problem['input']!r})"
            message = f"{name}: {message}{shown}"
        lines.append(message)
    return "\n".join(lines)


def unknown_variables(known: Iterable[type[BaseSettings]]) -> list[str]:
    """Names that begin with ``OPORA_`` in the environment or ``.env`` and that no setting has."""
    names = {str(field.validation_alias) for group in known for field in group.model_fields.values()}
    present = {*os.environ, *dotenv_values(".env")}
    return sorted(name for name in present if name.startswith("OPORA_") and name not in names)
