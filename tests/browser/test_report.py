#!/usr/bin/env python3
"""The page of ampcf-report in a headless Chromium: nothing runs, nothing is loaded, nothing complains, everything fits.

  AMPCF_BIN=build/bin tests/browser/test_report.py [--pictures DIR]

--pictures also leaves PNGs of the page, at desktop and phone width, dark, without colour and as printed."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import chromium

TITLE = "<script>document.title='run'</script><img src=x onerror=\"document.title='run'\"> & 'x' \u05e9\u05dc\u05d5\u05dd"
WIDTHS = {"desktop": 1280, "tablet": 768, "phone": 360}

# What the browser can tell of the page, as one object.
FACTS = """(() => {
  const all = q => [...document.querySelectorAll(q)];
  const ids = all('[id]').map(e => e.id);
  const visible = e => e.getClientRects().length > 0;
  return {
    title: document.title,
    scripts: all('script').length,
    images: all('img, iframe, object, embed, link[rel=stylesheet]').length,
    repeated_ids: ids.filter((id, i) => ids.indexOf(id) !== i),
    broken_links: all('a[href^="#"]').filter(a => !document.getElementById(a.hash.slice(1))).map(a => a.hash),
    dangling: all('use').map(u => u.getAttribute('href')).filter(h => !document.getElementById(h.slice(1))).length,
    figures: all('figure').length,
    bare_figures: all('figure').filter(f => !f.querySelector('svg[role=img][aria-label]') || !f.querySelector('table')
                                            || !f.querySelector('figcaption')).length,
    headless_tables: all('table').filter(t => !t.querySelector('thead th[scope=col]')).length,
    unnamed_regions: all('[role=region]').filter(r => !r.getAttribute('aria-label') || r.tabIndex !== 0).length,
    headings: all('h1, h2, h3, h4, h5').map(h => Number(h.tagName[1])),
    titles: all('li .title').map(t => t.textContent),
    wide: document.documentElement.scrollWidth > window.innerWidth,
    cut: all('.title').filter(t => visible(t) && t.getBoundingClientRect().right > window.innerWidth + 1).length,
    small: Math.min(...all('figure svg text').filter(visible).map(t => t.getBoundingClientRect().height)),
  };
})()"""

# The least contrast (WCAG 2.1) of text, series and persona marks with what lies behind them.
CONTRAST = """(() => {
  const rgb = c => c.match(/[0-9.]+/g).slice(0, 3).map(Number);
  const light = c => rgb(c).map(v => v / 255).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((s, v, i) => s + v * [.2126, .7152, .0722][i], 0);
  const against = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + .05) / (y + .05); };
  const probe = document.body.appendChild(document.createElement('i'));
  const value = name => { probe.style.color = `var(--${name})`; return getComputedStyle(probe).color; };
  const backs = ['paper', 'card'].map(value);
  const least = names => Math.min(...names.flatMap(n => backs.map(b => against(value(n), b))));
  const result = { text: least(['ink', 'quiet', 'link']), marks: least([0, 1, 2, 3, 4, 5, 6, 7].map(n => 's' + n)) };
  probe.remove();
  return result;
})()"""


def run(*words):
    subprocess.run([str(word) for word in words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def make_page(folder):
    """A page of two short runs, three evaluations and two users of data with hostile titles."""
    programs = pathlib.Path(os.environ["AMPCF_BIN"])
    ratings = "".join(f"{u},{(u * 7 + i * (2 + u % 3)) % 40},5,{i}\n" for u in range(60) for i in range(8))
    (folder / "ratings.csv").write_text("userId,movieId,rating,timestamp\n" + ratings)
    quoted = TITLE.replace('"', '""')
    items = "".join(f'{i},"{quoted} {i}",Drama|Comedy\n' for i in range(40))
    (folder / "movies.csv").write_text("movieId,title,genres\n" + items)
    data = folder / "data.h5"
    run(programs / "ampcf-prepare", "--input", folder / "ratings.csv", "--format", "movielens-csv", "--items",
        folder / "movies.csv", "--eval-negatives", 20, "--output", data)
    for personas in (1, 4):
        run(programs / "ampcf-train", "--data", data, "--output", folder / f"run{personas}", "--personas", personas, "--dim", 16,
            "--attention-dim", 16, "--epochs", 5)
        run(programs / "ampcf-evaluate", "--data", data, "--checkpoint", folder / f"run{personas}/best.h5", "--output",
            folder / f"m{personas}.json", "--bootstrap", 100)
    run(programs / "ampcf-evaluate", "--data", data, "--baseline", "popularity", "--output", folder / "p.json")
    page = folder / "report.html"
    run(programs / "ampcf-report", "--run", folder / "run1", folder / "run4", "--metrics", folder / "m1.json", folder / "m4.json",
        folder / "p.json", "--data", data, "--checkpoint", folder / "run4/best.h5", "--user", 7, 31, "--title", TITLE,
        "--bootstrap", 200, "--output", page)
    return page


class Checks:
    def __init__(self):
        self.failed = 0

    def that(self, is_so, sentence):
        if not is_so:
            self.failed += 1
            print(f"FAILED: {sentence}")


def check_content(facts, checks):
    checks.that(facts["title"] == TITLE, f"the title is the text that was given, found {facts['title']!r}")
    checks.that(facts["scripts"] == 0 and facts["images"] == 0, "no element that runs or loads")
    checks.that(not facts["repeated_ids"], f"ids are unique, found again {facts['repeated_ids'][:5]}")
    checks.that(not facts["broken_links"] and facts["dangling"] == 0, "links and points lead somewhere")
    checks.that(facts["figures"] >= 20, f"all charts are there, found {facts['figures']}")
    checks.that(facts["bare_figures"] == 0, "each chart has a caption, a name and its numbers as a table")
    checks.that(facts["headless_tables"] == 0 and facts["unnamed_regions"] == 0, "tables have heads, regions names")
    steps = zip(facts["headings"], facts["headings"][1:])
    checks.that(all(b - a <= 1 for a, b in steps), "headings skip no level")
    checks.that(facts["titles"] and all(t.startswith(TITLE) for t in facts["titles"]), "titles read as they were written")


def check_widths(browser, page, checks):
    for name, width in WIDTHS.items():
        browser.open(page, width, 800)
        facts = browser.evaluate(FACTS)
        checks.that(not facts["wide"] and facts["cut"] == 0, f"nothing sticks out at {name} width")
        checks.that(facts["small"] >= 10, f"chart text is at least 10 pixels high at {name} width: {facts['small']:.1f}")


def check_keyboard(browser, page, checks):
    browser.open(page, 1280, 800)
    browser.press("Tab")
    first = browser.evaluate("document.activeElement.className")
    checks.that(first == "skip", f"the first Tab offers to skip the contents, found {first!r}")
    browser.press("Enter")
    checks.that(browser.evaluate("location.hash") == "#main", "Enter follows it")
    browser.open(page, 1280, 800)
    browser.evaluate("document.querySelector('figure summary').focus()")
    browser.press("Enter")
    checks.that(browser.evaluate("document.querySelector('figure details').open"), "Enter unfolds the numbers of a chart")


def check_colours(browser, page, checks):
    for dark in (False, True):
        browser.open(page, 1280, 800, dark=dark)
        found = browser.evaluate(CONTRAST)
        name = "dark" if dark else "light"
        checks.that(found["text"] >= 4.5, f"text stands out 4.5 : 1 in {name}: {found['text']:.2f}")
        checks.that(found["marks"] >= 3.0, f"series and personas stand out 3 : 1 in {name}: {found['marks']:.2f}")
    browser.open(page, 1280, 800, media="print", dark=True)
    ink = browser.evaluate("getComputedStyle(document.body).color")
    checks.that(ink == "rgb(27, 29, 33)", f"print is dark on white also where the screen is dark, found {ink}")


def check_silence(browser, page, checks):
    complaints = [e for e in browser.events
                  if e["method"] in ("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown")]
    checks.that(not complaints, f"the console is empty: {complaints[:3]}")
    loaded = {e["params"]["request"]["url"] for e in browser.events if e["method"] == "Network.requestWillBeSent"}
    others = {url for url in loaded if url.split("#")[0] != page.resolve().as_uri() and not url.startswith("data:")}
    checks.that(not others, f"nothing else is loaded: {others}")


def take_pictures(browser, page, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, width in WIDTHS.items():
        browser.open(page, width, 800)
        browser.picture(folder / f"{name}.png")
    browser.open(page, 1280, 800, dark=True)
    browser.picture(folder / "dark.png")
    browser.open(page, 1280, 800)
    browser.evaluate("document.documentElement.style.filter = 'grayscale(1)'; 0")
    browser.picture(folder / "without-colour.png")
    (folder / "printed.pdf").write_bytes(browser.pdf())


def main():
    pictures = pathlib.Path(sys.argv[2]) if sys.argv[1:2] == ["--pictures"] else None
    program = chromium.find()
    if program is None or shutil.which("gnuplot") is None:
        print("skipped: needs Chromium and gnuplot (launch/dependencies --all installs both)")
        return 77
    checks = Checks()
    with tempfile.TemporaryDirectory(prefix="ampcf-browser-") as folder, chromium.Browser(program) as browser:
        page = make_page(pathlib.Path(folder))
        browser.events.clear()
        browser.open(page, 1280, 800)
        check_content(browser.evaluate(FACTS), checks)
        check_widths(browser, page, checks)
        check_keyboard(browser, page, checks)
        check_colours(browser, page, checks)
        checks.that(len(browser.pdf()) > 50000, "it prints")
        check_silence(browser, page, checks)
        if pictures:
            take_pictures(browser, page, pictures)
    print("failed" if checks.failed else "passed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
