//! What a QR code for a new phone says: where the relay is, the one-time code, and how to know the relay.

/// What the payload begins with: what it is, and the version of its layout.
const PREFIX: &str = "linli-enrol:1?";

/// An invitation to enrol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// The relay's address.
    pub url: String,
    /// The one-time code.
    pub code: String,
    /// The relay's fingerprint: a relay with another key is not the one that invites.
    pub relay_fingerprint: String,
}

impl Invitation {
    /// As drawn in a QR code. The address comes last: whatever is in it ends nothing.
    pub fn write(url: &str, code: &str, relay_fingerprint: &str) -> String {
        format!("{PREFIX}k={relay_fingerprint}&c={code}&u={url}")
    }

    /// Reads what was scanned; nothing when it is no invitation.
    pub fn read(text: &str) -> Option<Invitation> {
        let rest = text.trim().strip_prefix(PREFIX)?.strip_prefix("k=")?;
        let (relay_fingerprint, rest) = rest.split_once("&c=")?;
        let (code, url) = rest.split_once("&u=")?;
        let words = [url, code, relay_fingerprint];
        let whole = words.iter().all(|word| !word.is_empty() && !word.contains(char::is_whitespace));
        let [url, code, relay_fingerprint] = words.map(str::to_owned);
        whole.then_some(Invitation { url, code, relay_fingerprint })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_is_read_back_and_nothing_else_is_one() {
        let url = "https://office.example/a?u=1&c=2";
        let text = Invitation::write(url, "abcd-efgh-jkmn-pqrs", "1111-2222-3333-4444");
        let read = Invitation::read(&format!(" {text}\n")).unwrap();
        assert_eq!((read.url.as_str(), read.code.as_str()), (url, "abcd-efgh-jkmn-pqrs"));
        assert_eq!(read.relay_fingerprint, "1111-2222-3333-4444");
        for other in [
            "",
            "http://office.example",
            "linli-enrol:2?k=1&c=2&u=3",
            "linli-enrol:1?k=&c=2&u=3",
            "linli-enrol:1?k=1&c=&u=3",
            "linli-enrol:1?k=1&c=2&u=",
            "linli-enrol:1?k=1&c=2 2&u=3",
            "linli-enrol:1?k=1&c=2&u=3\t3",
        ] {
            assert_eq!(Invitation::read(other), None, "{other}");
        }
    }
}
