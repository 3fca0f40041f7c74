//! The binary embeds SQL, specs and the demo's desk: a change of theirs builds it anew.

#[allow(clippy::print_stdout, reason = "the way a build script speaks to cargo")]
fn main() {
    for path in ["sql", "extract/sources", "cli/demo"] {
        println!("cargo:rerun-if-changed={path}");
    }
}
