"""The wheel holds everything: installed into an empty folder, Kartoteka starts from it and answers."""

import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import urllib.request
import venv
import zipfile
from pathlib import Path

import psutil
import pytest

from tests.house.tree import ROOT, files
from tests.servers.ports import free_port, wait_for

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("wheel")]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the sources alone as a stranger would have them."""
    sources = tmp_path_factory.mktemp("sources")
    for path in files():
        (sources / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, sources / path)
    target = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(target), str(sources)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    return next(target.glob("kartoteka-*.whl"))


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command `kartoteka` of an environment that has the wheel and what it depends on."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    own = folder / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    # The dependencies are those of this test run; a plain path leaves out its own editable Kartoteka.
    (own / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "--quiet", "--python", str(folder / "bin" / "python")]
    subprocess.run([*pip, "install", "--no-deps", "--no-index", str(wheel)], check=True, capture_output=True)
    return folder / "bin" / "kartoteka"


def test_the_wheel_holds_what_the_package_needs(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    kinds = (".py", ".html", ".txt", ".yaml", ".mako", ".svg")
    sources = {str(path) for path in files("kartoteka") if path.suffix in kinds}
    assert sources <= held
    compiled = {str(path.with_suffix(".mo")) for path in files("kartoteka/**/*.po")}
    assert compiled <= held
    built = {Path(name).name.partition(".")[0] for name in held if name.startswith("kartoteka/static/dist/")}
    assert {"app", "style", "icons", "manifest", "inter-latin-wght-normal"} <= built


def test_the_wheel_holds_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = archive.namelist()
    assert {Path(name).parts[0].split("-")[0] for name in held} == {"kartoteka"}
    assert not [name for name in held if "__pycache__" in name or name.endswith((".map", ".db"))]


def test_it_starts_in_an_empty_folder_and_ends_when_asked(program: Path, tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    subprocess.run([program, "init"], cwd=tmp_path, env=environment, check=True, capture_output=True)
    port = free_port()
    command = [program, "serve", "--port", str(port)]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, start_new_session=True) as server:
        try:
            wait_for(port, 30)
            for path in ("/healthz", "/readyz", "/", "/api/v1/openapi.json"):
                with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
                    assert answer.status == 200
        finally:
            os.killpg(server.pid, signal.SIGINT)
            status = server.wait(20)
    assert status in (0, 130, -signal.SIGINT)
    assert [process for process in psutil.process_iter() if _belongs_to(process, server.pid)] == []


def _belongs_to(process: psutil.Process, session: int) -> bool:
    try:
        return os.getsid(process.pid) == session and process.status() != psutil.STATUS_ZOMBIE
    except (ProcessLookupError, psutil.NoSuchProcess):
        return False
