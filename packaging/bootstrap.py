"""Set Watchpost up and start it, or test it: one command on a bare computer.

    python3 packaging/bootstrap.py run      set up what is missing, open the demo site
    python3 packaging/bootstrap.py test     set up what is missing, run every test
    python3 packaging/bootstrap.py install  set up only
    python3 packaging/bootstrap.py train    set up, and add what training needs (torch)

On Windows say ``py -3`` instead of ``python3``. Needs Python 3.11 or later and nothing
else; on Debian and Ubuntu the system libraries are installed with apt (root or sudo).
What follows the verb is handed on: ``run --seconds 30``, ``test tests/unit -k line``.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
LOCK = ROOT / "packaging" / "lock"
MIN_PYTHON = (3, 11)

# What Qt's xcb and offscreen plug-ins link against, and what makes a venv.
APT_RUN = (
    "python3-venv", "libegl1", "libgl1", "libglib2.0-0", "libdbus-1-3",
    "libfontconfig1", "libxkbcommon0", "libxkbcommon-x11-0", "libx11-xcb1",
    "libxcb-cursor0", "libxcb-icccm4", "libxcb-image0", "libxcb-keysyms1",
    "libxcb-randr0", "libxcb-render-util0", "libxcb-shape0", "libxcb-sync1",
    "libxcb-xfixes0", "libxcb-xkb1",
)  # fmt: skip
# torch without CUDA, a tenth of the size; where it cannot be reached, pip's own is taken.
TORCH_INDEX = "https://download.pytorch.org/whl/cpu"
# A real screen with a window manager, and network namespaces.
APT_TEST = ("xvfb", "openbox", "xdotool", "iproute2", "git")


class SetupError(Exception):
    """Set-up cannot go on; the text says what to do."""


def say(text: str) -> None:
    """Print a line of progress at once."""
    print(text, flush=True)


def venv_program(name: str) -> Path:
    """Return the path of a program inside the virtual environment."""
    if sys.platform == "win32":
        return VENV / "Scripts" / f"{name}.exe"
    return VENV / "bin" / name


def install_system_libraries(packages: tuple[str, ...]) -> None:
    """Install missing Debian packages; other systems are told, not touched."""
    if sys.platform != "linux" or shutil.which("dpkg-query") is None:
        return
    missing = [name for name in packages if not is_installed(name)]
    if not missing:
        return
    say(f"Installing {len(missing)} system libraries: {' '.join(missing)}")
    prefix = []
    if os.geteuid() != 0:
        if shutil.which("sudo") is None:
            raise SetupError(
                "System libraries are missing and this user may not install them.\n"
                f"Ask an administrator to run: apt-get install {' '.join(missing)}"
            )
        prefix = ["sudo"]
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    began = time.monotonic()
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing],
    ):
        done = subprocess.run(
            [*prefix, *command], env=quiet, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SetupError(
                f"apt-get failed. Check the network, then try again.\n{done.stderr}"
            )
    say(f"  done in {time.monotonic() - began:.0f} s")


def is_installed(package: str) -> bool:
    """Say whether a Debian package is installed."""
    found = subprocess.run(
        ["dpkg-query", "-W", "-f=${db:Status-Status}", package],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return found.stdout.strip() == "installed"


def make_environment(lock: str) -> None:
    """Make .venv with exactly what the lock file names; at once when it is current."""
    build, wanted = LOCK / "build.txt", LOCK / lock
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    project = ROOT / "pyproject.toml"
    digest = hashlib.sha256(
        build.read_bytes() + wanted.read_bytes() + project.read_bytes()
    ).hexdigest()
    stamp = VENV / f"{wanted.stem}.stamp"
    current = f"{python} {digest}\n"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == current:
        return
    # What the tests lock is a superset of what running needs.
    test_stamp = VENV / "test.stamp"
    if lock == "run.txt" and test_stamp.exists():
        tests = LOCK / "test.txt"
        other = hashlib.sha256(
            build.read_bytes() + tests.read_bytes() + project.read_bytes()
        ).hexdigest()
        if test_stamp.read_text(encoding="utf-8") == f"{python} {other}\n":
            return
    if not venv_program("python").exists():
        say(f"Making {VENV.name} with Python {python}")
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    say(f"Fetching locked packages ({wanted.name})")
    began = time.monotonic()
    megabytes = pip_install("--require-hashes", "-r", str(build), "-r", str(wanted))
    pip_install("--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    say(f"  {megabytes:.0f} MB in {time.monotonic() - began:.0f} s")
    stamp.write_text(current, encoding="utf-8")


def pip_install(*arguments: str) -> float:
    """Run pip, telling of each large package as it comes; return megabytes fetched."""
    command = [
        str(venv_program("python")), "-m", "pip", "install", "--progress-bar", "off",
        "--disable-pip-version-check", "--no-color", *arguments,
    ]  # fmt: skip
    total, began, output = 0.0, time.monotonic(), []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as pip:
        assert pip.stdout is not None
        for line in pip.stdout:
            output.append(line)
            found = re.search(
                r"(?:Downloading|Processing) \S*?([^/\s]+\.(?:whl|tar\.gz))\S*"
                r"(?: \(([\d.]+) ([kM])B\))?",
                line,
            )
            if found and found[2]:
                size = float(found[2]) / (1000 if found[3] == "k" else 1)
                total += size
                if size >= 1:
                    seconds = time.monotonic() - began
                    say(f"  {seconds:4.0f} s {total:5.0f} MB  {found[1].split('-')[0]}")
            elif line.startswith("Installing collected"):
                say(f"  {time.monotonic() - began:4.0f} s {total:5.0f} MB  unpacking")
    if pip.returncode:
        raise SetupError(
            "Fetching packages failed. Check the network, then try again.\n"
            + "".join(output[-12:])
        )
    return total


def add_training() -> None:
    """Add torch and what exports a model, so that `watchpost train` can work."""
    wanted = LOCK / "train.txt"
    digest = hashlib.sha256(wanted.read_bytes()).hexdigest() + "\n"
    stamp = VENV / "train.stamp"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == digest:
        return
    say("Fetching what training needs (train.txt)")
    began = time.monotonic()
    pip_install(
        "--extra-index-url", TORCH_INDEX, "--retries", "1", "--timeout", "10",
        "-r", str(wanted),
    )  # fmt: skip
    say(f"  done in {time.monotonic() - began:.0f} s")
    stamp.write_text(digest, encoding="utf-8")


def has_screen() -> bool:
    """Say whether a window could be shown."""
    if sys.platform != "linux":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def run(arguments: list[str]) -> int:
    """Open the console on the demo site, or do the same job without a screen."""
    install_system_libraries(APT_RUN)
    make_environment("run.txt")
    command = [str(venv_program("watchpost")), "demo", *arguments]
    if not has_screen() and "--headless" not in arguments:
        say(
            "There is no screen here: the demo site runs without one and prints counts."
        )
        command += ["--headless"]
        if not any(word.startswith("--seconds") for word in arguments):
            command += ["--seconds", "60"]
    return subprocess.run(command, check=False).returncode


def test(arguments: list[str]) -> int:
    """Check style, types and layers, then run the tests."""
    install_system_libraries(APT_RUN + APT_TEST)
    make_environment("test.txt")
    tests = [str(venv_program("python")), "-m", "pytest"]
    if arguments:
        return subprocess.run([*tests, *arguments], cwd=ROOT, check=False).returncode
    checks = (
        ("style", [str(venv_program("ruff")), "check"]),
        ("format", [str(venv_program("ruff")), "format", "--check"]),
        ("types", [str(venv_program("mypy"))]),
        ("types on Windows", [str(venv_program("mypy")), "--platform", "win32"]),
        ("layers", [str(venv_program("lint-imports"))]),
        ("spelling", [str(venv_program("typos"))]),
        ("tests", [*tests, "-n", "2", "--dist", "worksteal"]),
    )
    failed = []
    for name, command in checks:
        say(f"== {name}")
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            failed.append(name)
    say(f"Failed: {', '.join(failed)}." if failed else "Everything passed.")
    return 1 if failed else 0


def main() -> int:
    """Do what the first word says."""
    if sys.version_info < MIN_PYTHON:
        say(
            f"Watchpost needs Python {MIN_PYTHON[0]}.{MIN_PYTHON[1]} or later; this is "
            f"{sys.version.split()[0]}. Install a newer one and start this with it."
        )
        return 2
    verb, arguments = (sys.argv[1] if len(sys.argv) > 1 else ""), sys.argv[2:]
    try:
        if verb == "run":
            return run(arguments)
        if verb == "test":
            return test(arguments)
        if verb in ("install", "train"):
            install_system_libraries(APT_RUN)
            make_environment("run.txt")
            if verb == "train":
                add_training()
            say(f"Ready: {venv_program('watchpost')}")
            return 0
    except SetupError as error:
        say(str(error))
        return 2
    except KeyboardInterrupt:
        return 130
    print(__doc__)
    return 0 if verb in ("-h", "--help") else 2


if __name__ == "__main__":
    sys.exit(main())
