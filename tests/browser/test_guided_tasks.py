"""What chapters 00 and 05 ask a reader to do with the explorer, done in JupyterLab: the text's numbers come out."""

import numpy as np
import pytest

from gru_lab.story import STORY, tell

WIDGET = '.gru-explorer[data-ready="true"]'
POWER, _, TRAGEDY, REVENGE = range(4)


@pytest.fixture
def chapter(lab, page):
    """`chapter(file)` opens a chapter, runs it, and gives the page with its explorer on screen."""

    def opened(file):
        lab.open(page, f"chapters/{file}")
        lab.run_all(page)
        page.evaluate("document.querySelector('.jp-WindowedPanel-outer').scrollTop = 0")
        for _ in range(40):  # cells far from the screen are not in the page
            if page.locator(WIDGET).count():
                break
            page.mouse.move(700, 500)
            page.mouse.wheel(0, 400)
            page.wait_for_timeout(150)
        page.locator(WIDGET).scroll_into_view_if_needed()
        return page

    yield opened
    assert page.errors == []


def numbers(page, panel):
    texts = page.locator(f".panel-{panel} .number").all_text_contents()
    return [float(text.replace("\u2212", "-").replace("+", "")) for text in texts]


def shows(page, panel, expected, within=0):
    """Does the panel come to show these numbers? A busy machine may need a moment to paint them."""
    for _ in range(50):
        found = numbers(page, panel)
        if found == pytest.approx(expected, abs=within + 1e-9):
            return True
        page.wait_for_timeout(100)
    return found == expected  # for the message of the assertion


def story(page):
    columns = page.locator(".story-grid .column").all()
    return [[float(v.replace("\u2212", "-")) for v in c.locator(".value").all_text_contents()] for c in columns]


def press(page, name, *keys):
    page.get_by_role("slider", name=name, exact=True).focus()
    for key in keys:
        page.keyboard.press(key, delay=15)  # as a hand would: a busy machine takes each key before the next


def undo(page, panel, until):
    """Press Undo until the panel shows these numbers again, as often as it may take."""
    for _ in range(10):
        page.get_by_role("button", name="Undo").click()
        page.wait_for_timeout(300)
        if numbers(page, panel) == until:
            return
    raise AssertionError(f"{panel} shows {numbers(page, panel)} and never {until}")


def hold(page, gate, value):
    choice = page.get_by_role("group", name=f"gate {gate}", exact=True)
    choice.get_by_role("button", name=value, exact=True).click()


def test_the_tasks_of_chapter_05(chapter):
    page = chapter("05_flow_diagram.ipynb")
    memory, snow = [0.9, 0.6, 0.9, 0], [0] * 5
    assert shows(page, "h", memory)
    candidate, new = numbers(page, "candidate"), numbers(page, "h_t")
    assert candidate[REVENGE] == 0.46

    press(page, "Memory before, Tragedy", *["ArrowLeft"] * 18)  # task 2
    assert shows(page, "h", [0.9, 0.6, 0, 0])
    assert shows(page, "candidate", [*candidate[:TRAGEDY], 0, 0])
    assert shows(page, "h_t", [*new[:TRAGEDY], 0, 0])
    undo(page, "h", memory)

    press(page, "Input, oath", *["ArrowRight"] * 10)  # task 3
    assert shows(page, "x", [0, 0, 0, 0.5, 0])
    assert numbers(page, "z")[REVENGE] == 0.5
    press(page, "Input, oath", "End")
    assert shows(page, "h_t", [*new[:REVENGE], 0.95])
    undo(page, "x", snow)
    assert shows(page, "h_t", new)

    page.locator(".experiment summary").click()  # task 4
    hold(page, "r", "all 0")
    assert shows(page, "candidate", [0, 0, 0, 0])
    assert shows(page, "h_t", new, within=0.011)
    assert numbers(page, "h_t")[TRAGEDY] == 0.89

    hold(page, "z", "all 0")  # task 5
    assert shows(page, "h_t", [0, 0, 0, 0])
    hold(page, "z", "all 1")
    assert shows(page, "h_t", memory)

    press(page, "Memory before, Power", "Home")
    reset = page.get_by_role("button", name="Reset", exact=True)
    reset.click()  # back to the chapter's rounded memory, not to the story's own
    assert shows(page, "h", memory)
    assert shows(page, "h_t", new)
    assert reset.is_disabled()


def test_the_two_minutes_of_chapter_00(chapter):
    page = chapter("00_start_here.ipynb")
    assert story(page)[2][POWER] == 0.26 and story(page)[2][TRAGEDY] == 0.91

    for _ in range(2):
        page.get_by_role("button", name="Next sentence").click()
    press(page, "Input, death", *["ArrowLeft"] * 20)
    assert shows(page, "x", [1, 0, 0, 0, 0])
    king_lives = [list(sentence.x) for sentence in STORY]
    king_lives[2][2] = 0
    assert np.array(story(page)) == pytest.approx(np.array([trace.h for trace in tell(king_lives)]), abs=0.0051)
    assert [row[TRAGEDY] for row in story(page)[:6]] == [0] * 6

    page.get_by_role("button", name="Reset", exact=True).click()
    page.get_by_role("button", name="Play the step").click()
    page.get_by_role("slider", name="Your prediction").wait_for(timeout=30_000)
    page.get_by_role("button", name="Reveal").click()
    assert page.locator(".prediction .verdict").inner_text().startswith("You said ")
