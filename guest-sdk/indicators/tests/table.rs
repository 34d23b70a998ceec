//! The document is what the catalog says.

#[path = "../examples/table.rs"]
#[expect(
    dead_code,
    reason = "the example's main prints, here the text is compared"
)]
mod example;

use std::path::Path;

#[test]
fn the_document_is_made_from_the_catalog() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/indicators.md");
    let written = std::fs::read_to_string(path).expect("docs/indicators.md");
    let differs = written
        .lines()
        .zip(example::table().lines().map(str::to_owned))
        .find(|(old, new)| old != new);
    assert!(
        written == example::table(),
        "docs/indicators.md is not what the catalog says, first here (written, catalog): {differs:?}\n\
         run `cargo run -p indicators --example table > docs/indicators.md`"
    );
}
