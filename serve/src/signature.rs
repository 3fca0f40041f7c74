//! `X-Hub-Signature: sha1=<40 hex>`, the HMAC-SHA1 of the raw body with the client secret of the app.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;

/// Name of the header.
pub(crate) const HEADER: &str = "x-hub-signature";

/// What signatures are checked with. Never shown.
#[derive(Clone)]
pub struct Secret(String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(***)")
    }
}

impl Secret {
    /// `None` for one that is blank: anybody could sign with it.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(text.to_owned()))
    }

    /// Whether this is the signature of this body; takes the same time for every wrong one.
    pub fn signed(&self, header: &str, body: &[u8]) -> bool {
        let Some(signature) = decoded(header) else { return false };
        self.mac(body).is_some_and(|mac| mac.verify_slice(&signature).is_ok())
    }

    /// The header that is right for a body.
    pub fn sign(&self, body: &[u8]) -> String {
        let bytes = self.mac(body).map(|mac| mac.finalize().into_bytes().to_vec()).unwrap_or_default();
        format!("sha1={}", hex::encode(bytes))
    }

    fn mac(&self, body: &[u8]) -> Option<Hmac<Sha1>> {
        // A key of any length will do, so this is never `None`.
        let mut mac = Hmac::<Sha1>::new_from_slice(self.0.as_bytes()).ok()?;
        mac.update(body);
        Some(mac)
    }
}

/// The bytes of a header that has the form of a signature.
pub(crate) fn decoded(header: &str) -> Option<[u8; 20]> {
    let mut bytes = [0; 20];
    hex::decode_to_slice(header.trim().strip_prefix("sha1=")?, &mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_signature_of_the_very_body_is_taken() {
        let secret = Secret::new("key").unwrap();
        // RFC 2104's function on a text known from its articles.
        let right = "sha1=de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9";
        let body = b"The quick brown fox jumps over the lazy dog";
        assert_eq!(secret.sign(body), right);
        assert!(secret.signed(right, body));
        assert!(secret.signed(&format!(" {} ", right.replace("de7c", "DE7C")), body));
        let wrong = right.replace("de7c", "de7d");
        for header in [
            "",
            "sha1=",
            &right[5..],
            &wrong,
            "sha1=zz",
            &format!("{right}00"),
            "sha256=de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9",
        ] {
            assert!(!secret.signed(header, body), "{header}");
        }
        assert!(!secret.signed(right, b"The quick brown fox jumps over the lazy dog "));
        assert!(!Secret::new("other").unwrap().signed(right, body));
    }

    #[test]
    fn blank_secrets_are_none_and_none_is_shown() {
        assert!(Secret::new("").is_none() && Secret::new(" \n").is_none());
        assert_eq!(format!("{:?}", Secret::new("hush").unwrap()), "Secret(***)");
    }
}
