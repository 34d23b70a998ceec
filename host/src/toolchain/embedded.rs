//! Files the binary carries: the sources of the SDK and the templates. Listed by `build.rs`, each with its path.

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
