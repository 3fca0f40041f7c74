// Looks into each frame and writes what it sees into #seen, for tests/support/chromium.rs.

/** [red, green, blue, alpha] of a computed colour. */
function colour(text) {
  const numbers = text.match(/[\d.]+/g).map(Number);
  return numbers.length > 3 ? numbers : [...numbers, 1];
}

function luminance([red, green, blue]) {
  const [r, g, b] = [red, green, blue].map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast of an element's text with what is painted behind it, as WCAG 2 defines it. */
function contrast(view, element) {
  let behind = element;
  while (behind && colour(view.getComputedStyle(behind).backgroundColor)[3] === 0) behind = behind.parentElement;
  const back = behind ? colour(view.getComputedStyle(behind).backgroundColor) : [255, 255, 255, 1];
  const [a, b] = [luminance(colour(view.getComputedStyle(element).color)), luminance(back)].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05);
}

function seen(frame) {
  const page = frame.contentDocument, view = frame.contentWindow, all = [...page.querySelectorAll("*")];
  const withText = all.filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) && e.closest("body"));
  const levels = [...page.querySelectorAll("h1,h2,h3,h4,h5,h6")].map(h => Number(h.tagName[1]));
  const rows = [...page.querySelectorAll("tr")];
  return {
    width: view.innerWidth,
    dark: view.matchMedia("(prefers-color-scheme: dark)").matches,
    scroll_width: page.documentElement.scrollWidth,
    title: page.title,
    ran: Boolean(view.ran),
    scripts: page.scripts.length,
    handlers: all.filter(e => [...e.attributes].some(a => a.name.startsWith("on"))).length,
    loads: all.filter(e => e.matches("[src], link, object, embed, iframe, img, [style*='url(']")).map(e => e.outerHTML.slice(0, 80)),
    fetched: view.performance.getEntriesByType("resource").map(entry => entry.name),
    contrast_min: Math.min(...withText.map(e => contrast(view, e))),
    levels_skipped: levels.filter((level, at) => level - (levels[at - 1] ?? 0) > 1).length,
    without_scope: page.querySelectorAll("th:not([scope])").length,
    without_caption: [...page.querySelectorAll("table")].filter(table => !table.caption).length,
    rows: rows.length,
    landmarks: page.querySelectorAll("main, header, nav").length,
    lang: page.documentElement.lang,
  };
}

addEventListener("load", () => {
  const frames = [...document.querySelectorAll("iframe")];
  document.getElementById("seen").textContent = JSON.stringify(frames.map(seen));
});
