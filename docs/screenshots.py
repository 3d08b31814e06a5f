"""Makes the pictures of the documentation anew: a demo firm in a folder of its own, looked at in a real browser."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

from playwright.sync_api import Browser, Page, sync_playwright

PICTURES = Path(__file__).parent / "pictures"
PERSON, PASSWORD = "hana@klenakamen.example", "kartoteka-demo"  # of the invented firm
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
# Many rows would make a large file.
WIDE, LOW, LOWEST, NARROW = (1440, 820), (1440, 640), (1440, 560), (390, 844)
LIVING = quote('{"field":"status","op":"in","value":["active","lead","dormant"]}')
# What colleagues have changed in the company that is shown, so that its history tells something.
CHANGES = (
    ("petr@klenakamen.example", {"discount": "5", "key_account": True}),
    ("jana@klenakamen.example", {"discount": "7.5", "payment_days": 30}),
)
SECONDS_TO_START = 120


@dataclass(frozen=True)
class Picture:
    """A page of the demo firm and the window to look at it through."""

    name: str
    address: str
    size: tuple[int, int] = WIDE


SHOTS = (
    Picture("list", f"/r/companies?category=customer&filter={LIVING}", LOW),
    Picture("record", "/r/companies/1"),
    Picture("roles", "/admin/r/contacts/roles", LOW),
    Picture("studio", "/admin/r/contacts", LOWEST),
    Picture("gallery", "/admin/gallery", LOW),
    Picture("home", "/", LOW),
    Picture("people", "/admin/people", LOW),
    Picture("record-phone", "/r/companies/1", NARROW),
)


def main() -> None:
    """This function will take every picture and put it beside the pages that show it."""
    with TemporaryDirectory() as folder, demo(Path(folder)) as url, sync_playwright() as playwright:
        program = next(filter(None, map(shutil.which, PROGRAMS)), None)
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        PICTURES.mkdir(exist_ok=True)
        for picture in SHOTS:
            take(browser, url, picture)
        browser.close()


@contextmanager
def demo(folder: Path) -> Iterator[str]:
    """This function will serve a new demo firm on a free port for the length of a block."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KARTOTEKA_")}
    environment = {**kept, "KARTOTEKA_DATA": str(folder)}
    program = [sys.executable, "-m", "kartoteka"]
    subprocess.run([*program, "init", "--demo"], env=environment, check=True)  # noqa: S603  our own program
    port = free_port()
    serve = [*program, "serve", "--port", str(port), "--workers", "1"]
    server = subprocess.Popen(serve, env=environment)  # noqa: S603  our own program
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(f"{url}/readyz")
        for email, values in CHANGES:
            change_company([*program, "token", "create", email], environment, url, values)
        yield url
    finally:
        server.terminate()
        server.wait()


def change_company(
    make_token: list[str], environment: dict[str, str], url: str, values: dict[str, object]
) -> None:
    """This function will change the first company over the API, with a token of a colleague."""
    said = subprocess.run(make_token, env=environment, check=True, capture_output=True, text=True)  # noqa: S603
    headers = {"Authorization": f"Bearer {said.stdout.split()[-1]}", "Content-Type": "application/json"}
    address = f"{url}/api/v1/registries/companies/records/1"
    body = json.dumps({"values": values}).encode()
    urlopen(Request(address, body, headers, method="PATCH"), timeout=60).close()  # noqa: S310  our own server


def free_port() -> int:
    """This function will find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str) -> None:
    """This function will wait until an address answers.

    :raises TimeoutError: when it does not.
    """
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end:
        try:
            with urlopen(url, timeout=5):  # noqa: S310  our own server
                return
        except (URLError, OSError):
            time.sleep(0.3)
    raise TimeoutError(f"{url} does not answer.")


def take(browser: Browser, url: str, picture: Picture) -> None:
    """This function will take one picture, in a window of its own."""
    width, height = picture.size
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="en-GB", timezone_id="Europe/Prague",
        reduced_motion="reduce", color_scheme="light",
    )  # fmt: skip
    page = context.new_page()
    page.set_default_timeout(SECONDS_TO_START * 1000)
    sign_in(page, url)
    page.goto(f"{url}{picture.address}")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=PICTURES / f"{picture.name}.png")
    context.close()


def sign_in(page: Page, url: str) -> None:
    """This function will enter by the door."""
    page.goto(f"{url}/sign-in")
    page.locator("input[name=email]").fill(PERSON)
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{url}/")


if __name__ == "__main__":
    main()
