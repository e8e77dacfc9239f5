"""Every chore of this project, with nothing but Python: `python3 dev.py run`, on Windows `py dev.py run`.

The Makefile calls this file. It runs before anything is installed, so it imports the standard library
only and stays readable for the old Pythons it has to refuse.
"""

import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "lnctp-installed"
DOWNLOADED = VENV / "downloaded"
LOCK = ROOT / "requirements.lock"
OLDEST = (3, 11)
PERSONAL = {
    "HOME": "", "USERPROFILE": "", "LNCTP_HOME": "lnctp", "LNCTP_SERVER_HOME": "lnctp-server",
    "XDG_CONFIG_HOME": ".config", "XDG_CACHE_HOME": ".cache", "XDG_DATA_HOME": ".local/share",
    "XDG_STATE_HOME": ".local/state", "XDG_BIN_HOME": ".local/bin", "XDG_RUNTIME_DIR": "run",
    "APPDATA": "AppData/Roaming", "LOCALAPPDATA": "AppData/Local", "PIP_CACHE_DIR": ".cache/pip",
}  # fmt: skip
"""Variable and its folder in a home: where programs keep what is a person's."""
MEMORY = "/dev/shm"
ROOM = 2 << 30
"""Bytes free there; a run has 0.5 GB at once."""
LOCK_OPTIONS = [
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-emit-index-url",
    "--upgrade",
]

PACKED = 60
"""Megabytes that a packed bundle may have."""
COUNTED = re.compile("soak|from counts import|^@given", re.MULTILINE)
"""What stands in a test file with a full count."""
ABREAST = ["--copies=6"] if sys.platform == "linux" else ["--numprocesses=6", "--dist=worksteal"]
"""Linux copies the process that found the tests (tests/support/abreast.py); elsewhere six find them."""
CHECKS = [
    ("style", ["-m", "ruff", "check", "."]),
    ("imports", ["-c", "from importlinter.cli import lint_imports_command as run; run()"]),
    ("protocol", ["-m", "lnctp_tui", "protocol", "check"]),
    ("migrations and tests", ["-m", "pytest", *ABREAST, "--durations=25"]),
]
COMPILED = {"PYTHONDONTWRITEBYTECODE": ""}
"""What the checks compile, and what the processes that tests start import, is kept in the checkout."""
TYPES = ["-m", "mypy"]
"""Runs beside the others: it uses one core, and they do not need what it says."""


def main(arguments):
    """Exit code of the chore named first; the rest goes to it as it is."""
    chores = {chore.__name__: chore for chore in (setup, run, demo, test, soak, bench, ha, day, lock, bundle)}
    if not arguments or arguments[0] not in chores:
        print(__doc__.strip().splitlines()[0])
        print("chores: " + " ".join(chores))
        return 2
    if sys.version_info < OLDEST:
        print("Python %d.%d or newer is needed; this is %s." % (*OLDEST, sys.version.split()[0]))
        return 1
    if arguments[0] not in ("setup", "lock"):
        ready = setup([])
        if ready:
            return ready
    return chores[arguments[0]](arguments[1:])


def setup(_):
    """Makes .venv as the lock says. Does nothing when that was done before and nothing changed."""
    wanted = _fingerprint()
    if STAMP.exists() and STAMP.read_text(encoding="utf-8") == wanted and _starts():
        return 0
    print("Setting up .venv (once, a minute or two) …", flush=True)
    os.environ["RUSTUP_HOME"] = str(VENV / "rustup")  # pip asks a rustc, where there is one, for its version
    if not _starts() and not _make_venv():
        return 1
    # The lock names everything, and what is imported is compiled then.
    # pip reads the person's settings (an index of their own, say); what it keeps stays in the checkout.
    cache = "--cache-dir=%s" % DOWNLOADED
    pip = ["-m", "pip", "--disable-pip-version-check", cache, "install", "-qq", "--no-compile"]
    failed = _install_locked(pip) or _python(
        [*pip, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)]
    )
    if failed:
        print("The set-up stopped; nothing is lost. See the message above, then run the same again.")
        return failed
    STAMP.write_text(wanted, encoding="utf-8")
    return 0


def _install_locked(pip):
    """Two halves of the lock at once, which nothing in the other needs: unpacking takes the time. Exit code."""
    packages = re.findall(r"^\w.*?(?=^\w|\Z)", LOCK.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    with tempfile.TemporaryDirectory(dir=str(VENV)) as folder:
        halves = []
        for number in (0, 1):
            path = Path(folder, "%d.txt" % number)
            path.write_text("".join(packages[number::2]), encoding="utf-8")
            command = [str(PYTHON), *pip, "--no-deps", "--require-hashes", "--requirement", str(path)]
            halves.append(subprocess.Popen(command, cwd=str(ROOT)))
        codes = [half.wait() for half in halves]
        return next((code for code in codes if code), 0)


def _make_venv():
    made = subprocess.call([sys.executable, "-m", "venv", "--clear", str(VENV)])
    if made:
        print("Python came without venv. On Debian and Ubuntu: sudo apt install python3-venv")
    return not made


def _starts():
    """Whether .venv has a Python that runs, and one that is new enough: folders move, Pythons go."""
    check = "import sys; sys.exit(sys.version_info < %r)" % (OLDEST,)
    return PYTHON.exists() and subprocess.call([str(PYTHON), "-c", check], stderr=subprocess.DEVNULL) == 0


def _fingerprint():
    content = b"".join((ROOT / name).read_bytes() for name in ("requirements.lock", "pyproject.toml"))
    return hashlib.sha256(content + str(ROOT).encode()).hexdigest()


def _python(arguments, **changes):
    """Exit code. What is compiled is kept, also where the person's settings say no: it is read at each start."""
    changed = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", **changes}
    return subprocess.call([str(PYTHON), *arguments], cwd=ROOT, env=changed)


def run(arguments):
    """Opens the app, or the `lnctp` command given."""
    return _python(["-m", "lnctp_tui", *arguments])


def demo(arguments):
    """Opens a throw-away vault with the sample cases; it is removed on exit."""
    return _python(["-m", "lnctp_tui", "demo", *arguments])


def test(arguments):
    """Every check, the tests last. Goes on after a failure, so that one run shows all of them."""
    with tempfile.TemporaryDirectory(
        prefix="lnctp-home-", dir=in_memory(), ignore_cleanup_errors=True
    ) as folder:
        home, work = os.path.join(folder, "home"), os.path.join(folder, "t")
        os.mkdir(home, 0o700)
        os.mkdir(work, 0o711)
        os.chmod(
            folder, 0o711
        )  # where root runs the tests, PostgreSQL is somebody else, who has to pass here
        return _test(arguments, {**away(home), **COMPILED, "TMPDIR": work})


def in_memory():
    """A folder whose files are in memory, when it has room and programs may run from it; else None.

    The tests make and remove some gigabytes of small files: on a disk that takes a third of their time.
    """
    if not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < ROOM:
        return None
    return None if os.statvfs(MEMORY).f_flag & os.ST_NOEXEC else MEMORY


def away(home):
    """The variables that put what is a person's into `home`; git trusts the checkout, whoever owns it."""
    trust = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
    return {**trust, **{name: os.path.join(home, folder) for name, folder in PERSONAL.items()}}


def _test(arguments, away):
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        command, changed = [str(PYTHON), *TYPES], {**os.environ, **away}
        with subprocess.Popen(command, cwd=ROOT, env=changed, stdout=said, stderr=said) as types:
            failed = _one_by_one(arguments, away)
        said.seek(0)
        print("\ntypes\n" + said.read())
    if types.returncode:
        failed.append("types")
    if failed:
        print("\nFAILED: " + ", ".join(failed))
    return 1 if failed else 0


def _one_by_one(arguments, changes):
    """The names of the checks that failed."""
    failed = []
    for number, (name, command) in enumerate(CHECKS, 1):
        print("\n%d/%d %s" % (number, len(CHECKS), name), flush=True)
        began = time.monotonic()
        last = number == len(CHECKS)
        extra = arguments if last else []
        if _python([*command, *extra], **changes):
            failed.append(name)
        if not last:
            result = "FAILED" if name in failed else "ok"
            print("    %s, %.1f s" % (result, time.monotonic() - began), flush=True)
    return failed


def soak(arguments):
    """The crash and attack tests at their full counts (about an hour)."""
    tests = sorted(ROOT.glob("tests/**/test_*.py"))
    counted = [str(path) for path in tests if COUNTED.search(path.read_text(encoding="utf-8"))]
    return _python(["-m", "pytest", *counted, *arguments], LNCTP_SOAK="1")


def bench(arguments):
    """Prints the table of measures and writes bench/out/results.json."""
    return _python(["-m", "bench", *arguments])


def ha(arguments):
    """Loses machines of a database on three of them; needs etcd, HAProxy and Patroni, and says so."""
    return _python(["-m", "bench.ha", *arguments])


def day(arguments):
    """A day of 10,000 counselors in 72 minutes; `--small` is a minute of it."""
    return _python(["-m", "bench.day", *arguments])


def lock(_):
    """Writes requirements.lock from pyproject.toml; needs `uv`, which nothing else here does."""
    found = shutil.which("uv") or shutil.which("uv", path=str(PYTHON.parent))
    if not found:
        print("uv is not installed: https://docs.astral.sh/uv/")
        return 1
    header = ["--custom-compile-command", "python3 dev.py lock", "--quiet"]
    files = [
        "--extra",
        "dev",
        "--extra",
        "server",
        "--extra",
        "report",
        "--extra",
        "update",
        "--extra",
        "bundle",
        "pyproject.toml",
        "--output-file",
        LOCK.name,
    ]
    return subprocess.call([found, "pip", "compile", *LOCK_OPTIONS, *header, *files], cwd=ROOT)


def bundle(arguments):
    """Writes dist/lnctp, the laptop's program with its own Python, and packs it. test_bundle.py drives it."""
    work = ["--distpath", "dist", "--workpath", "build/bundle", "--log-level", "WARN", "--noconfirm"]
    failed = _python(["-m", "PyInstaller", *work, *arguments, "packaging/lnctp.spec"])
    return failed or _packed()


def _packed():
    """1 when the packed folder is larger than it may be."""
    version = re.search(
        r'(?m)^version = "(.+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    ).group(1)
    target = ROOT / "dist" / ("lnctp-%s-%s-%s.tar.xz" % (version, sys.platform, platform.machine().lower()))
    with tarfile.open(str(target), "w:xz", dereference=True) as archive:
        archive.add(str(ROOT / "dist" / "lnctp"), "lnctp", filter=_nobodys)
    size = target.stat().st_size
    print("%s: %.1f MB of at most %d" % (target.relative_to(ROOT), size / 1e6, PACKED))
    return int(size > PACKED * 1e6)


def _nobodys(entry):
    """The entry of an archive without whose it is."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
