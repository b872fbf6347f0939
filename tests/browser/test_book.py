"""The site, built once: every page opened from the disk. Nothing is asked of a network, nothing fails, widgets live.

The PDF of two chapters is read again.
"""

import colorsys
import importlib
import io
import os
import pkgutil
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pytest
from PIL import Image
from pypdf import PdfReader

from gru_lab import palette
from gru_lab.workshop import book, book_api, book_pages, book_pdf, course

from .contrast import contrast, luminance

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


def test_a_still_figure_in_the_dark_keeps_its_hues_and_can_be_read(site, open_page):
    page = open_page(color_scheme="dark")
    page.goto((site / "chapters" / "05_flow_diagram.html").as_uri())
    picture = page.locator("figure img").first

    def shown(colour):
        """What the screen shows where the figure has `colour`, as three numbers from 0 to 1."""
        svg = f'<svg xmlns="http://www.w3.org/2000/svg"><rect width="100%" height="100%" fill="{colour}"/></svg>'
        change = "(image, source) => { image.src = source; return image.decode(); }"
        picture.evaluate(change, f"data:image/svg+xml,{quote(svg)}")
        image = Image.open(io.BytesIO(picture.screenshot())).convert("RGB")
        return [part / 255 for part in image.getpixel((image.width // 2, image.height // 2))]

    ground = shown("white")
    assert luminance(ground) < 0.01, "white is as dark as the page"
    for name, colour in (palette.LIGHT | palette.SIGNED_LIGHT | {"text": "#000000"}).items():
        seen = shown(colour)
        assert contrast(seen, ground) >= 4.5, name
        if name not in ("h", "text"):  # greys have no hue
            was = colorsys.rgb_to_hls(*(int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)))[0]
            turned = abs(colorsys.rgb_to_hls(*seen)[0] - was)
            assert min(turned, 1 - turned) < 0.05, f"{name} has another hue"


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


def test_every_public_name_stands_in_the_page_of_the_package(site):
    listed = set(re.findall(r'<dt class="sig[^"]*" id="([^"]+)"', (site / "api.html").read_text("utf-8")))
    rooms = [room for rooms in book_api.ROOMS.values() for room in rooms]
    for room in rooms:
        module = importlib.import_module(f"gru_lab.{room}")
        missing = {f"gru_lab.{room}.{name}" for name in book_api.public_names(module)} - listed
        assert not missing, f"{missing} in {room}: is there a docstring?"
    package = importlib.import_module("gru_lab")
    there = {found.name for found in pkgutil.iter_modules(package.__path__) if not found.name.startswith("_")}
    assert there == {room for room in rooms if "." not in room} | book_api.NOT_LISTED, "a room is listed or left out"
    names = {name.rpartition(".")[2] for name in listed} | set(there) | {"check"}
    assert set(package.__all__) <= names


def test_the_small_parts():
    assert book_pages.slug("Where the article is loose") == "Where-the-article-is-loose"
    assert book_pages.without_navigation("<!-- foot:start -->\n\n---\n\n<!-- foot:end -->") == ""
    text = "see [a](b.ipynb#c), [d](../gru_lab/cell.py), [e](https://f.org), [g](../exercises/h.ipynb)"
    linked = book_pages.local_links(text, "chapters/x.ipynb")
    assert linked == "see [a](b.ipynb#c), d (`gru_lab/cell.py`), [e](https://f.org), g (`exercises/h.ipynb`)"
    rst = book_api.docstring_to_rst(["One `x` and W_*.", "", "    code", "", "last"])
    assert rst == ["| One ``x`` and W\\_\\*.", "", "::", "", "    code", "", "| last", ""]
    with pytest.raises(ValueError, match=r"index\.md lacks <!-- explorer -->"):
        book_pages.landing_page("", Path(), None)


@pytest.fixture(scope="module")
def paper(site, browser, tmp_path_factory):
    """The PDF of chapters 5 and 9 and the glossary, and the outline of its first floor as [(title, page)]."""
    whole = course.load()
    two = replace(whole, chapters=tuple(chapter for chapter in whole.chapters if chapter.number in (5, 9)))
    reader = PdfReader(book_pdf.print_pdf(browser, site, tmp_path_factory.mktemp("pdf"), two, "1.2.3"))
    chapters = [entry for entry in reader.outline if not isinstance(entry, list)]
    return reader, [(entry.title, reader.get_destination_page_number(entry) + 1) for entry in chapters]


def test_the_pdf_holds_the_chapters_in_order(site, paper):
    reader, outline = paper
    titles = [title for title, _ in outline]
    ours = ["5 · The flow diagram", "9 · Computing r", "Glossary and index of symbols"]
    assert titles == ["Gated Recurrent Units", "Contents", *ours]
    assert [page for _, page in outline] == sorted({page for _, page in outline})
    texts = [" ".join(page.extract_text().split()) for page in reader.pages]
    assert min(len(text.split()) for text in texts) > 12, "a page is blank"
    assert "Version 1.2.3" in texts[0]
    for title, page in outline[2:-1]:
        assert f"{title} {page}" in texts[1], "the list of contents names another page"
        assert texts[page].startswith(f"{title} {page + 1} "), "header or page number"
    whole = " ".join(texts)
    for words in ("The maths: one picture, four lines", "def gate_of_unit(i, x, h, W, U, b)", "Play the whole story"):
        assert words in whole
    assert "To run this page" not in whole
    assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in reader.pages} == {(595, 842)}
    link = f'<a href="{book_pdf.NAME}">All chapters as a PDF</a>: {len(texts)} pages of A4'
    assert link in (site / "index.html").read_text("utf-8")


def test_the_pdf_leads_only_to_its_own_pages_and_the_web(paper):
    reader, _ = paper
    links = [link.get_object() for page in reader.pages for link in page.get("/Annots", [])]
    inside = [link["/Dest"] for link in links if "/Dest" in link]
    outside = [link["/A"]["/URI"] for link in links if "/A" in link]
    assert len(inside) >= 6 and set(inside) <= set(reader.named_destinations)
    assert outside and all(address.startswith("https://") for address in outside)


def test_a_screen_reader_finds_every_formula_and_picture(paper):
    reader, _ = paper
    assert reader.trailer["/Root"]["/Lang"] == "en" and reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    alternatives, to_visit = [], [reader.trailer["/Root"]["/StructTreeRoot"]]
    while to_visit:
        node = to_visit.pop().get_object()
        if isinstance(node, list):
            to_visit += node
        elif isinstance(node, dict):
            to_visit += [node["/K"]] if "/K" in node else []
            alternatives += [node["/Alt"]] if "/Alt" in node else []
    assert r"\tilde{h}_t = \tanh(W_h x_t + U_h (r_t \odot h_{t-1}) + b_h)" in alternatives
    assert any(words.startswith("The GRU cell. Four pipes run along the top") for words in alternatives)


def test_without_a_browser_there_is_a_word_and_no_traceback(tmp_path):
    command = [sys.executable, "-m", "gru_lab.workshop.book", "--pdf", "--out", str(tmp_path / "site")]
    environment = {**os.environ, "GRU_LAB_CHROMIUM": str(tmp_path / "no-chromium")}
    run = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", timeout=60)
    assert run.returncode == 1 and "GRU_LAB_CHROMIUM" in run.stderr and "Traceback" not in run.stderr
    assert not (tmp_path / "site").exists(), "it is said before the site is built"
