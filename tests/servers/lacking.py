"""What to do when this machine lacks a program: say so, and never pass over it in silence."""

import os
from typing import NoReturn

import pytest

LACKING = "cannot run here: "


def lacking(request: pytest.FixtureRequest, program: str, remedy: str) -> NoReturn:
    """Fail under CI=true, otherwise leave the test out and have the end of the run say so."""
    sentence = f"{program} is not on this machine; {remedy}"
    if os.environ.get("CI") == "true":
        pytest.fail(sentence, pytrace=False)
    pytest.skip(f"{LACKING}{sentence}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for each program that was missing, with the number of tests that did not run for it."""
    reasons: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        _, found, sentence = reason.partition(LACKING)
        if found:
            reasons[sentence] = reasons.get(sentence, 0) + 1
    for sentence, count in reasons.items():
        terminalreporter.write_line(f"{count} tests did not run: {sentence}", yellow=True)
