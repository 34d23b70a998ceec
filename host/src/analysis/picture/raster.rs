//! SVG of ours as PNG.

use std::sync::{Arc, OnceLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb::Database};
use thiserror::Error;

use crate::analysis::picture::canvas::FAMILY;

/// Letters of the labels. Licence beside the file.
const FONT: &[u8] = include_bytes!("../../../assets/fonts/dejavu-sans-latin.ttf");
/// More pixels on one side are no picture to look at, and their memory would be.
const SIDE_MAX: u32 = 8_192;

/// Why no PNG was made.
#[derive(Debug, Error)]
pub enum PictureError {
    /// It is no SVG.
    #[error("the picture is no SVG: {0}")]
    Svg(String),
    /// Nobody could look at it.
    #[error("the picture is {width} x {height} pixels, more than {SIDE_MAX} on a side")]
    TooLarge {
        /// Pixels from left to right.
        width: u32,
        /// Pixels from top to bottom.
        height: u32,
    },
    /// The pixels cannot be written as PNG.
    #[error("the picture cannot be written as PNG: {0}")]
    Png(String),
}

/// PNG of an SVG, in its own size. Letters come from the one font of this program: the same picture on every machine.
///
/// # Errors
/// It is no SVG, or one of more than 8,192 pixels on a side.
pub fn png(svg: &str) -> Result<Vec<u8>, PictureError> {
    let options = Options {
        font_family: FAMILY.to_owned(),
        fontdb: fonts(),
        ..Options::default()
    };
    let tree = Tree::from_str(svg, &options).map_err(|e| PictureError::Svg(e.to_string()))?;
    let size = tree.size().to_int_size();
    let (width, height) = (size.width(), size.height());
    let too_large = PictureError::TooLarge { width, height };
    if width.max(height) > SIDE_MAX {
        return Err(too_large);
    }
    let mut pixels = Pixmap::new(width, height).ok_or(too_large)?;
    resvg::render(&tree, Transform::identity(), &mut pixels.as_mut());
    pixels
        .encode_png()
        .map_err(|e| PictureError::Png(e.to_string()))
}

/// Only ours.
fn fonts() -> Arc<Database> {
    static FONTS: OnceLock<Arc<Database>> = OnceLock::new();
    let load = || {
        let mut fonts = Database::new();
        fonts.load_font_data(FONT.to_vec());
        Arc::new(fonts)
    };
    Arc::clone(FONTS.get_or_init(load))
}
