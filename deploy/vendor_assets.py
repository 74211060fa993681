"""Make web/vendor/ again from the npm packages that its manifest pins.

    python deploy/vendor_assets.py            # fetch, check against the manifest, write the files
    python deploy/vendor_assets.py --check    # fetch and compare, write nothing; exit status 1 on a difference
    python deploy/vendor_assets.py --update   # after changing a version or a file list: write new digests

Needs the npm client. A package's ``integrity`` is the SHA-512 of its tarball as npm publishes it (Subresource
Integrity form); the digest of each file is that of the file as committed, after ``replacements``.
"""

import argparse
import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

VENDOR = Path(__file__).resolve().parents[1] / "web" / "vendor"
MANIFEST = VENDOR / "manifest.json"
FETCH_TIMEOUT_S = 120


class VendorError(Exception):
    """A package is not what the manifest says, or could not be fetched."""


def integrity_of(content: bytes) -> str:
    """The digest in Subresource Integrity form: ``sha512-`` and base64."""
    return "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()


def fetch_tarball(name: str, version: str, folder: Path) -> Path:
    """Download one package with the plain npm client. Raises VendorError."""
    npm = shutil.which("npm")
    if npm is None:
        raise VendorError("npm is not installed")
    command = [npm, "pack", f"{name}@{version}", "--silent", "--pack-destination", str(folder)]
    # The arguments come from our own manifest, and no shell reads them.
    done = subprocess.run(  # noqa: S603
        command, capture_output=True, text=True, timeout=FETCH_TIMEOUT_S, check=False
    )
    if done.returncode != 0:
        raise VendorError(f"npm pack {name}@{version} failed: {done.stderr.strip()}")
    return folder / done.stdout.split()[-1]


def read_member(archive: tarfile.TarFile, path: str) -> bytes:
    """One file of an npm tarball, whose members all stand under ``package/``. Raises VendorError."""
    try:
        member = archive.extractfile(f"package/{path}")
    except KeyError:
        member = None
    if member is None:
        raise VendorError(f"the package has no file {path}")
    return member.read()


def apply_replacements(package: dict[str, Any], path: str, content: bytes) -> bytes:
    """Apply the manifest's replacements; each must match exactly once. Raises VendorError."""
    for change in package.get("replacements", []):
        if change["file"] != path:
            continue
        old = change["from"].encode()
        if content.count(old) != 1:
            raise VendorError(f"{path}: expected {change['from']!r} exactly once")
        content = content.replace(old, change["to"].encode())
    return content


def verify(label: str, expected: str | None, found: str) -> None:
    """Raises VendorError where the digests differ."""
    if expected != found:
        raise VendorError(f"{label}: the manifest says {expected}, found {found}")


def package_files(package: dict[str, Any], *, update: bool) -> dict[str, bytes]:
    """Fetch a package and return its wanted files, checked; with ``update`` the digests are set instead."""
    label = f"{package['name']}@{package['version']}"
    with tempfile.TemporaryDirectory() as folder:
        tarball = fetch_tarball(package["name"], package["version"], Path(folder))
        found = integrity_of(tarball.read_bytes())
        if update:
            package["integrity"] = found
        verify(label, package.get("integrity"), found)
        with tarfile.open(tarball) as archive:
            package["licence"] = json.loads(read_member(archive, "package.json"))["license"]
            contents = {
                path: apply_replacements(package, path, read_member(archive, path)) for path in package["files"]
            }
    for path, content in contents.items():
        if update:
            package["files"][path] = integrity_of(content)
        verify(f"{label}/{path}", package["files"][path], integrity_of(content))
    return contents


def write_package(package: dict[str, Any], contents: dict[str, bytes]) -> None:
    """Replace the package's folder by exactly these files."""
    folder = VENDOR / f"{package['name']}@{package['version']}"
    shutil.rmtree(folder, ignore_errors=True)
    for path, content in contents.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def check_package(package: dict[str, Any], contents: dict[str, bytes]) -> None:
    """Raises VendorError where a committed file is missing or differs."""
    folder = VENDOR / f"{package['name']}@{package['version']}"
    for path, content in contents.items():
        target = folder / path
        if not target.is_file() or target.read_bytes() != content:
            raise VendorError(f"{target} is missing or differs from the package")


def remove_unlisted(packages: list[dict[str, Any]]) -> None:
    """Delete folders of packages or versions that the manifest no longer names."""
    listed = {f"{package['name']}@{package['version']}" for package in packages}
    for folder in VENDOR.iterdir():
        if folder.is_dir() and folder.name not in listed:
            shutil.rmtree(folder)


def run(*, check: bool, update: bool) -> None:
    manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
    for package in manifest["packages"]:
        contents = package_files(package, update=update)
        if check:
            check_package(package, contents)
        else:
            write_package(package, contents)
        size_kib = sum(map(len, contents.values())) // 1024
        sys.stdout.write(f"{package['name']}@{package['version']}: {len(contents)} files, {size_kib} KiB\n")
    if not check:
        remove_unlisted(manifest["packages"])
        MANIFEST.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description="Make web/vendor/ from pinned npm packages.")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="compare only, write nothing")
    mode.add_argument("--update", action="store_true", help="write new digests into the manifest")
    arguments = parser.parse_args()
    try:
        run(check=arguments.check, update=arguments.update)
    except (VendorError, subprocess.TimeoutExpired) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
