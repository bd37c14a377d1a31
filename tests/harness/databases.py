"""Database servers on loopback, each with a temporary folder of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.harness.waiting import PATIENCE, happens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["SERVERS", "has_program"]

PASSWORD = "aboard"  # noqa: S105 - of a server that lives for one test
HOST = "127.0.0.1"


@contextlib.contextmanager
def postgresql() -> Iterator[dict[str, str]]:
    """Start PostgreSQL; yield the environment variables for its clients."""
    with _folder() as folder:
        secret = folder / "secret"
        secret.write_text(PASSWORD, encoding="utf-8")
        secret.chmod(0o644)
        data = folder / "data"
        options = ["--auth=scram-sha-256", "--username=wherry", f"--pwfile={secret}", "--encoding=UTF8", "--no-sync"]
        _run([_program("initdb"), f"--pgdata={data}", *options])
        port = _free_port()
        server = [_program("postgres"), "-D", str(data), "-p", str(port), "-k", str(folder), "-c", "fsync=off"]
        # It accepts connections before it can answer.
        ask = [_program("pg_isready"), "-q", "-h", HOST, "-p", str(port)]
        with _serving([*server, "-c", f"listen_addresses={HOST}"], port, folder, lambda: _succeeds(ask)):
            yield {"PGHOST": HOST, "PGPORT": str(port), "PGUSER": "wherry", "PGPASSWORD": PASSWORD}


@contextlib.contextmanager
def mariadb() -> Iterator[dict[str, str]]:
    """Start MariaDB; yield the environment variables for examples/databases."""
    with _folder() as folder:
        begin = folder / "begin.sql"
        begin.write_text(
            f"CREATE DATABASE ship;\nGRANT ALL ON ship.* TO wherry@'{HOST}' IDENTIFIED BY '{PASSWORD}';\n",
            encoding="utf-8",
        )
        begin.chmod(0o644)
        data = folder / "data"
        _run([_program("mariadb-install-db"), "--no-defaults", f"--datadir={data}", "--skip-test-db"])
        port = _free_port()
        server = [_program("mariadbd"), "--no-defaults", f"--datadir={data}", f"--port={port}"]
        places = [f"--bind-address={HOST}", f"--socket={folder / 'socket'}", f"--pid-file={folder / 'pid'}"]
        with _serving([*server, *places, f"--init-file={begin}", "--skip-name-resolve"], port, folder):
            account = {"MYSQL_USER": "wherry", "MYSQL_PASSWORD": PASSWORD, "MYSQL_DATABASE": "ship"}
            yield {"MYSQL_HOST": HOST, "MYSQL_PORT": str(port), **account}


@contextlib.contextmanager
def redis() -> Iterator[dict[str, str]]:
    """Start Redis; yield the environment variable for examples/databases."""
    with _folder() as folder:
        port = _free_port()
        options = ["--port", str(port), "--bind", HOST, "--save", "", "--dir", str(folder), "--requirepass", PASSWORD]
        with _serving([_program("redis-server"), *options], port, folder):
            yield {"REDIS_URL": f"redis://:{PASSWORD}@{HOST}:{port}"}


SERVERS: dict[str, tuple[Callable[[], contextlib.AbstractContextManager[dict[str, str]]], str, str]] = {
    "postgresql": (postgresql, "postgres", "postgresql"),
    "mariadb": (mariadb, "mariadbd", "mariadb-server"),
    "redis": (redis, "redis-server", "redis-server"),
}
"""By name: the function that starts it, its program, and the Debian package of the program."""


def has_program(name: str) -> bool:
    """Return whether the program of a server is installed."""
    return _find(name) is not None


def _program(name: str) -> str:
    found = _find(name)
    if found is None:
        raise FileNotFoundError(name)
    return found


def _find(name: str) -> str | None:
    # Debian puts PostgreSQL's programs and the servers outside the PATH of ordinary users.
    places = [os.environ.get("PATH", ""), "/usr/sbin", *map(str, Path("/usr/lib/postgresql").glob("*/bin"))]
    return shutil.which(name, path=os.pathsep.join(places))


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """Make a folder that the servers may write to: they refuse to run as root."""
    with tempfile.TemporaryDirectory(prefix="wherry-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        if os.getuid() == 0:
            shutil.chown(folder, "nobody")
        yield folder


def _user() -> str | None:
    return "nobody" if os.getuid() == 0 else None


def _run(command: Sequence[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, user=_user(), cwd="/")  # noqa: S603 - our own


def _succeeds(command: Sequence[str]) -> bool:
    return subprocess.run(command, check=False, user=_user(), cwd="/").returncode == 0  # noqa: S603 - our own


@contextlib.contextmanager
def _serving(
    command: Sequence[str], port: int, folder: Path, is_ready: Callable[[], bool] = lambda: True
) -> Iterator[None]:
    with (folder / "log").open("w+b") as log:
        process = subprocess.Popen(  # noqa: S603 - our own arguments
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, user=_user(), cwd="/"
        )
        try:
            if not _answers(process, port, is_ready):
                log.seek(0)
                raise RuntimeError(f"{command[0]} does not serve: {log.read().decode(errors='replace')}")
            yield
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE)


def _answers(process: subprocess.Popen[bytes], port: int, is_ready: Callable[[], bool]) -> bool:
    def accepts() -> bool:
        with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return True
        return False

    return happens(lambda: process.poll() is not None or (accepts() and is_ready())) and process.poll() is None


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as server:
        port: int = server.getsockname()[1]
        return port
