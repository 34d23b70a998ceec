//! Whatever stands in a folder, reading it ends in a run or in a sentence.

use std::path::Path;

use proptest::prelude::*;

use super::Kept;
use crate::analysis::sample;
use crate::runs::folder::{self, Documents};
use crate::runs::json::Judged;

/// The folder of a run with figures, below `root`.
fn written(root: &Path) -> std::path::PathBuf {
    let metrics = serde_json::json!({
        "total_return": 0.25, "sharpe": 1.5, "sharpe_per_period": 0.08, "max_drawdown": -0.1
    });
    let documents = Documents {
        judged: Judged {
            metrics: &metrics,
            significance: &serde_json::Value::Null,
            doctor: &serde_json::Value::Null,
        },
        doctor_json: "{}",
        report_html: "",
        summary_text: "",
        debug_log: None,
    };
    let run = sample::eventful();
    let written = folder::write(root, "a", &run, documents, "{}");
    written.expect("the disk has room").folder
}

#[test]
fn a_folder_says_what_was_written_into_it() {
    let root = tempfile::tempdir().expect("a folder");
    let folder = written(root.path());
    let run = sample::eventful();
    let kept = Kept::open(&folder).expect("it is whole");
    assert_eq!(kept.about.strategy, run.configuration.component.name);
    assert_eq!(kept.about.fingerprint, run.fingerprint);
    assert_eq!(kept.about.sharpe_per_day, Some(0.08));
    assert_eq!(kept.about.trades, run.observed.trades.len() as u64);
    let equity = kept.equity().expect("a table");
    assert_eq!(equity.samples, run.samples);
    assert_eq!(equity.marks, run.marks);
    assert_eq!(kept.trades().expect("a table"), run.observed.trades);
}

proptest! {
    // Each case writes a whole folder to the disk.
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn hostile_bytes_never_panic(
        file in prop::sample::select(vec![
            "manifest.json", "summary.json", "equity.parquet", "trades.parquet", "orders.parquet",
        ]),
        place in any::<prop::sample::Index>(),
        bytes in prop::collection::vec(any::<u8>(), 1..64),
        cut in any::<bool>(),
    ) {
        let root = tempfile::tempdir().expect("a folder");
        let folder = written(root.path());
        let path = folder.join(file);
        let mut content = std::fs::read(&path).expect("it is there");
        let at = place.index(content.len());
        if cut {
            content.truncate(at);
        }
        let end = (at + bytes.len()).min(content.len());
        content.splice(at..end, bytes);
        std::fs::write(&path, content).expect("written");
        if let Ok(kept) = Kept::open(&folder) {
            let _ = kept.equity();
            let _ = kept.trades();
            let _ = kept.rows("orders");
        }
    }
}
