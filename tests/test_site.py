"""The documentation site in a browser: its own words in Bahasa Indonesia, and a search that finds."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest
from headless import open_page

# Words of the theme; the pages for engineers are in English, so theirs are looked for outside the article.
ENGLISH = (
    "On this page", "Collapse Sidebar", "Expand Sidebar", "Section Navigation", "Site navigation", "Search",
    "Skip to main content", "Back to top", "Previous", "previous page", "next page", "Color mode", "Light",
    "System Settings", "Breadcrumb", "Home", "Created using",
)  # fmt: skip
FRAME = """
(() => {
  const page = document.body.cloneNode(true);
  const titles = "article, script, style, .bd-toc-item, .nav-link, .dropdown-item";
  page.querySelectorAll(titles).forEach(e => e.remove());
  const said = [...page.querySelectorAll("*")].flatMap(
    e => ["aria-label", "title", "placeholder", "data-bs-original-title"].map(n => e.getAttribute(n) || ""));
  return page.textContent + "\\n" + said.join("\\n");
})()
"""
# The page says how many it found, and lists them one by one.
LISTED = """
(() => {
  const found = document.querySelector("#search-results");
  const said = /ditemukan/.test(found?.innerText) && found.innerText.match(/\\d+/);
  return Boolean(said) && found.querySelectorAll("li").length >= Number(said[0]);
})()
"""


@pytest.fixture(scope="module")
def site(root, tmp_path_factory):
    """The pages without the reference of the modules and the pictures of the gallery, which take minutes."""
    pytest.importorskip("sphinx")
    source, built = tmp_path_factory.mktemp("docs"), tmp_path_factory.mktemp("situs")
    left_out = shutil.ignore_patterns("_build", "api", "galeri", "galeri.md", "*.mo")
    shutil.copytree(root / "docs", source, ignore=left_out, dirs_exist_ok=True)
    (source / "api").mkdir()
    index = "lokus init muat peluang\n=======================\n"  # would rank first by its title
    (source / "api" / "index.rst").write_text(index, encoding="utf-8")
    (source / "galeri.md").write_text("# Galeri\n", encoding="utf-8")
    with (source / "conf.py").open("a", encoding="utf-8") as conf:
        conf.write('\n\ndef setup(app):\n    """Leave the reference out."""\n')
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-q", str(source), str(built)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=280)
    assert done.returncode == 0, done.stderr[-2000:]
    return built


@pytest.fixture(scope="module")
def chromium():
    if not (found := shutil.which("chromium") or shutil.which("google-chrome")):
        pytest.skip("no Chromium on this machine")
    return found


@pytest.mark.slow
@pytest.mark.parametrize("words", ["muat", "peluang", "lokus init"])
def test_the_search_finds(site, chromium, tmp_path, words):
    address = f"{(site / 'search.html').as_uri()}?q={words.replace(' ', '+')}"
    with open_page(chromium, tmp_path) as browser:
        browser.size(1366, 768)
        browser.go(address, ready=LISTED)
        found = browser.run(
            "[...document.querySelectorAll('#search-results li a')].map(a => a.getAttribute('href'))"
        )
    texts = [(site / link.partition("?")[0].partition("#")[0]).read_text(encoding="utf-8") for link in found]
    assert texts
    assert not found[0].startswith("api/"), "planners read the pages for planners first"
    assert any(link.startswith("api/") for link in found)
    assert all(word in text.lower() for text in texts for word in words.split())


@pytest.mark.slow
def test_every_page_fits_a_phone_and_frames_its_text_in_bahasa_indonesia(site, chromium, tmp_path):
    pages = sorted(site.glob("*.html"))
    assert len(pages) > 25
    for page in pages:
        with open_page(chromium, tmp_path) as browser:  # of its own: some pages keep a tab from leaving them
            browser.size(390, 844, phone=True)
            browser.go(page.as_uri())
            assert browser.run("document.documentElement.scrollWidth") <= 390, page.name
            frame = browser.run(FRAME)
        assert not [word for word in ENGLISH if word in frame], page.name
