"""The Chromium or Chrome that is on this machine: for the book's PDF, and for the tests in a browser."""

import contextlib
import os
import shutil

__all__ = ["NoBrowser", "find_chromium", "start_browser"]

ARGUMENTS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",  # in a container the browser runs as root, which has none
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
CHANNELS = ("chrome", "msedge")  # where macOS and Windows keep theirs, which is on no path


class NoBrowser(RuntimeError):
    """There is no browser to be had; the message says what to do."""


def find_chromium():
    """The path of a Chromium or Chrome, or None: $GRU_LAB_CHROMIUM first, then the usual names."""
    named = os.environ.get("GRU_LAB_CHROMIUM")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


@contextlib.contextmanager
def start_browser():
    """A headless Chromium (playwright's Browser), closed at the end. Raises NoBrowser."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ModuleNotFoundError as missing:
        raise NoBrowser('playwright, which drives the browser, is missing: pip install -e ".[book]"') from missing
    with sync_playwright() as playwright:
        named = find_chromium()
        ways = [{"executable_path": named}] if named else [{"channel": channel} for channel in CHANNELS]
        for way in ways:
            with contextlib.suppress(Error):
                browser = playwright.chromium.launch(args=ARGUMENTS, **way)
                break
        else:
            what = f"{named} did not start" if named else "no Chromium, Chrome or Edge was found"
            raise NoBrowser(f"{what}: install one, or set GRU_LAB_CHROMIUM to the path of its program")
        try:
            yield browser
        finally:
            browser.close()
