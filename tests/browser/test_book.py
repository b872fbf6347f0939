"""The site, built once: every page opened from the disk. Nothing is asked of a network, nothing fails, widgets live."""

import re
import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from gru_lab.workshop import book, book_pages, course

pytest.importorskip("sphinx", reason="the book needs sphinx: pip install -e .[book]")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of pages. Warnings are errors in the build; so a link that leads nowhere fails here."""
    out = tmp_path_factory.mktemp("book") / "html"
    book.build(course.find_root(), out, repository="https://github.com/example/course")
    yield out
    shutil.rmtree(out.parent, ignore_errors=True)


def pages(site):
    return sorted(page for page in site.rglob("*.html") if "_static" not in page.parts)


def test_every_page_opens_without_an_error_or_a_network(site, open_page):
    page = open_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    for path in pages(site):
        page.goto(path.as_uri())
        page.wait_for_function("document.readyState === 'complete'")
        if page.locator(".math.notranslate").count():
            page.locator("mjx-container").first.wait_for(state="attached")
        assert page.locator("img:not([alt])").count() == 0, path.name
        assert "could not be drawn" not in page.inner_text("body"), path.name
    assert page.errors == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert len(pages(site)) >= 20


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_our_content(site, open_page, theme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python").Axe()
    page = open_page(color_scheme=theme)
    found = []
    for path in pages(site):
        page.goto(path.as_uri())
        page.wait_for_function("document.readyState === 'complete'")
        for violation in axe.run(page, "#main-content").response["violations"]:
            if violation["impact"] in ("serious", "critical"):
                found.append(f"{path.name}: {violation['id']}: {violation['nodes'][0]['html'][:120]}")
    assert not found, "\n".join(found[:20])


def test_internal_links_and_anchors_lead_somewhere(site):
    ids = {path: set(re.findall(r'\bid="([^"]+)"', path.read_text("utf-8"))) for path in pages(site)}
    broken = []
    for path in ids:
        for target in re.findall(r'<a [^>]*href="([^"]+)"', path.read_text("utf-8")):
            parts = urlsplit(target)
            if parts.scheme or target.startswith("//"):
                continue
            to = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not to.exists() or (parts.fragment and to in ids and unquote(parts.fragment) not in ids[to]):
                broken.append(f"{path.name} -> {target}")
    assert not broken, "\n".join(broken[:20])


def test_the_explorer_on_the_landing_page_is_alive(site, open_page):
    page = open_page(color_scheme="dark")
    page.goto((site / "index.html").as_uri())
    page.locator('.gru-explorer[data-ready="true"]').wait_for()
    assert page.locator(".gru-explorer").get_attribute("data-theme") == "dark"
    before = page.locator(".panel-h_t .number").all_text_contents()
    page.get_by_role("slider", name="Input, death").focus()
    page.keyboard.press("End")
    assert page.locator(".panel-h_t .number").all_text_contents() != before
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, "something on the page is wider than the page"
    widths = page.locator(".gru-explorer rect.hit").evaluate_all(
        "(all) => all.map((rect) => [Number(rect.getAttribute('width')), rect.getBBox().width])"
    )
    assert widths and all(abs(given - drawn) < 0.01 for given, drawn in widths), "the theme's rules reach into it"


def test_the_edit_links_follow_the_address(site):
    text = (site / "chapters" / "05_flow_diagram.html").read_text("utf-8")
    assert "https://github.com/example/course" in text
    words = re.sub(r"<[^>]+>", "", text)
    assert "start python course.py lab in" in words and "open chapters/05_flow_diagram.ipynb" in words


def test_the_small_parts():
    assert book_pages.slug("Where the article is loose") == "Where-the-article-is-loose"
    assert book_pages.without_navigation("<!-- foot:start -->\n\n---\n\n<!-- foot:end -->") == ""
    text = "see [a](b.ipynb#c), [d](../gru_lab/cell.py), [e](https://f.org), [g](../exercises/h.ipynb)"
    linked = book_pages.local_links(text, "chapters/x.ipynb")
    assert linked == "see [a](b.ipynb#c), d (`gru_lab/cell.py`), [e](https://f.org), g (`exercises/h.ipynb`)"
    rst = book_pages.docstring_to_rst(["One `x` and W_*.", "", "    code", "", "last"])
    assert rst == ["| One ``x`` and W\\_\\*.", "", "::", "", "    code", "", "| last", ""]
    with pytest.raises(ValueError, match=r"index\.md lacks <!-- explorer -->"):
        book_pages.landing_page("", Path(), None)
