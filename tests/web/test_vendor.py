import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from app.pages import WEB

VENDOR = WEB / "vendor"
PACKAGES: list[dict[str, Any]] = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))["packages"]
SERVED = ("pages", "vendor", "dist")
SOURCES = sorted(path for folder in SERVED for path in (WEB / folder).rglob("*") if path.suffix in {".js", ".css"})
# What is built names addresses too, such as the namespaces of SVG: there the policy of pages holds.
OUR_SOURCES = [path for path in SOURCES if WEB / "pages" in path.parents]
FETCHES = re.compile(rb"""url\(\s*["']?(?:https?:)?//|@import\s|src:\s*["']https?://|importScripts\(\s*["']https?://""")


def folder_of(package: dict[str, Any]) -> Path:
    return VENDOR / f"{package['name']}@{package['version']}"


def integrity_of(path: Path) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package["name"])
def test_vendored_files_are_those_of_the_manifest(package: dict[str, Any]) -> None:
    folder = folder_of(package)
    assert {path: integrity_of(folder / path) for path in package["files"]} == package["files"]
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert present == set(package["files"])


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package["name"])
def test_a_package_is_pinned_by_digest_and_keeps_its_licence(package: dict[str, Any]) -> None:
    assert len(base64.b64decode(package["integrity"].removeprefix("sha512-"))) == 64
    assert package["licence"] in {"MIT", "Apache-2.0"}
    assert (folder_of(package) / "LICENSE").stat().st_size > 0


def test_there_is_no_package_that_the_manifest_does_not_name() -> None:
    present = {path for path in VENDOR.iterdir() if path.is_dir()}
    assert present == {folder_of(package) for package in PACKAGES}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_style_or_script_fetches_from_another_host(path: Path) -> None:
    assert FETCHES.findall(path.read_bytes()) == []


@pytest.mark.parametrize("path", OUR_SOURCES, ids=lambda path: path.name)
def test_our_own_scripts_and_styles_name_no_address_elsewhere(path: Path) -> None:
    assert b"http://" not in path.read_bytes()
    assert b"https://" not in path.read_bytes()
