"""Our folders are top-level names; no installed package may take one of them."""

import importlib.metadata
import subprocess
import sys
from pathlib import Path

from tests.architecture.source import FOLDERS, ROOT


def test_no_dependency_installs_a_folder_of_our_names() -> None:
    taken = {
        f"{file} of {distribution.name}"
        for distribution in importlib.metadata.distributions()
        if distribution.name != "opora"
        for file in distribution.files or ()
        if file.parts[0].removesuffix(".py") in FOLDERS and file.suffix == ".py"
    }
    assert not taken


def test_our_packages_are_found_from_any_directory(tmp_path: Path) -> None:
    names = [folder for folder in FOLDERS if folder not in ("deploy", "tests")]
    script = f"import importlib; print([importlib.import_module(n).__path__[0] for n in {names}])"
    # -P: without it Python looks into the working directory first, which would prove nothing.
    done = subprocess.run(
        [sys.executable, "-P", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert eval(done.stdout) == [str(ROOT / name) for name in names]  # noqa: S307 - a list that we printed
