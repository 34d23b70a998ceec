//! The one TLS library, and the one provider of its cryptography.

/// Chooses `ring` for every TLS connection of the process. Calling it again does nothing.
///
/// Without it the first https request of a program in which two providers were linked would panic.
pub fn install() {
    // An error says that a provider is installed already: ours, as nobody else installs one.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
