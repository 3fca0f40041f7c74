//! Pages in a real browser: how they lay out, what they run and load, and whether they print.
//!
//! Nothing is skipped: where Chromium is missing the test fails and says what to install.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// What the browser runs beside the pages: it looks at each in a frame and writes down what it sees.
const HARNESS: &str = include_str!("chromium.js");

/// What the browser sees of pages, each at these widths, light and dark: one object for each, in this order.
pub(crate) fn look(pages: &[&str], widths: &[u32]) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    let mut frames = String::new();
    for page in pages {
        // A frame with its text inside is of the harness's own origin, so that the harness may look into it.
        let text = page.replace('&', "&amp;").replace('"', "&quot;");
        for width in widths {
            for scheme in ["light", "dark"] {
                let style = format!("width: {width}px; height: 900px; color-scheme: {scheme}");
                frames += &format!("<iframe style=\"{style}\" srcdoc=\"{text}\"></iframe>\n");
            }
        }
    }
    let harness = folder.path().join("harness.html");
    let html =
        format!("<!doctype html><title>harness</title>{frames}<pre id=\"seen\"></pre><script>{HARNESS}</script>");
    std::fs::write(&harness, html).unwrap();
    let dom = run(folder.path(), &["--virtual-time-budget=20000", "--dump-dom"], &harness);
    let seen = dom.rsplit_once("<pre id=\"seen\">").unwrap_or_else(|| panic!("{dom}")).1;
    let seen = seen.split_once("</pre>").unwrap().0.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    serde_json::from_str(&seen).unwrap_or_else(|error| panic!("{error}: {seen}"))
}

/// The page as a PDF.
pub(crate) fn pdf(page: &Path) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let pdf = folder.path().join("page.pdf");
    run(folder.path(), &[&format!("--print-to-pdf={}", pdf.display())], page);
    std::fs::read(pdf).unwrap()
}

/// Opens a file; gives what the browser prints.
fn run(folder: &Path, arguments: &[&str], file: &Path) -> String {
    let output = Command::new(program())
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"])
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .args(arguments)
        .arg(format!("file://{}", file.display()))
        .env("HOME", folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The browser.
fn program() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let places = std::env::split_paths(&path).flat_map(|folder| names.map(|name| folder.join(name)));
    places.into_iter().find(|place| place.is_file()).expect("chromium is not installed: `make test-deps` installs it")
}
