//! `host new NAME`: a project to start from.

use std::path::PathBuf;

use crate::cli::CliError;
use crate::cli::output::print;
use crate::toolchain::project::Language;
use crate::toolchain::template::{self, Template};

/// Make a project with a small strategy to start from.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    host new my-strategy\n  \
    host new my-strategy --lang python --template signals\n  \
    host new my-grid --template grid --dir ~/strategies\n\n\
    Templates:\n  \
    cross            the cross of two moving averages: the simplest\n  \
    signals          RSI with stop, target and sizing by risk\n  \
    lifecycle        one small function a question (should_long, go, update_position), a stop that follows\n  \
    multi-timeframe  a cross on short candles in the direction of long ones\n  \
    grid             post-only limit orders, put back from fills")]
pub(super) struct Args {
    /// Name of the strategy and of its folder: lower-case letters, digits, dashes.
    name: String,
    /// Language to write it in.
    #[arg(long, value_enum, default_value = "rust")]
    lang: Lang,
    /// What to start from.
    #[arg(long, value_enum, default_value = "cross")]
    template: Shape,
    /// Folder to make the project in.
    #[arg(long, value_name = "DIR", default_value = ".")]
    dir: PathBuf,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Lang {
    Rust,
    Python,
}

#[derive(Debug, Clone, Copy)]
struct Shape(Template);

impl clap::ValueEnum for Shape {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [Shape; Template::ALL.len()] = {
            let mut all = [Shape(Template::Cross); Template::ALL.len()];
            let mut index = 0;
            while index < all.len() {
                all[index] = Shape(Template::ALL[index]);
                index += 1;
            }
            all
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.0.name()))
    }
}

pub(super) fn run(args: &Args) -> Result<u8, CliError> {
    let language = match args.lang {
        Lang::Rust => Language::Rust,
        Lang::Python => Language::Python,
    };
    let dir = template::create(&args.dir, &args.name, language, args.template.0)?;
    let dir = dir.strip_prefix(".").unwrap_or(&dir).display();
    print(&format!("{dir}\n"))?;
    eprintln!("made {dir}: {}", args.template.0.about());
    eprintln!("\nnext: host test {dir}");
    eprintln!("      host build {dir}");
    eprintln!(
        "      host data synth                                   (a made-up market, unless you have one)"
    );
    eprintln!("      host backtest {dir} --exchange synthetic --watch");
    Ok(0)
}
