//! Where a push goes, read from an address, and which parts of it are secret. Opens no connection.

use crate::percent;
use std::error::Error;
use std::fmt;

/// What replaces a secret.
const HIDDEN: &str = "***";
/// Bytes of a datagram that SRT's live mode carries: seven packets of a transport stream.
const PACKET: u32 = 1316;
/// Shorter secrets are hidden as whole words only: else half of every sentence would be.
const SHORT: usize = 4;
/// SRT's settings that give nothing away; the values of all others are hidden.
const HARMLESS: [&str; 8] =
    ["mode", "latency", "rcvlatency", "peerlatency", "pkt_size", "timeout", "connect_timeout", "transtype"];
/// Words in WHIP's paths and SRT's stream identifiers that are no secret.
const ORDINARY: [&str; 7] = ["whip", "publish", "live", "rtc", "webrtc", "api", "v1"];

/// How a push travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// FLV over TCP.
    Rtmp,
    /// The same within TLS.
    Rtmps,
    /// A transport stream over UDP, lost packets sent again.
    Srt,
    /// WebRTC, agreed on over HTTP.
    Whip,
}

impl Protocol {
    /// All of them.
    pub const ALL: [Protocol; 4] = [Protocol::Rtmp, Protocol::Rtmps, Protocol::Srt, Protocol::Whip];

    /// Returns its name.
    pub fn name(self) -> &'static str {
        match self {
            Protocol::Rtmp => "RTMP",
            Protocol::Rtmps => "RTMPS",
            Protocol::Srt => "SRT",
            Protocol::Whip => "WHIP",
        }
    }

    /// Returns an example address, with what to fill in written large.
    pub fn example(self) -> &'static str {
        match self {
            Protocol::Rtmp => "rtmp://HOST:1935/live/NAME",
            Protocol::Rtmps => "rtmps://HOST:443/live/NAME",
            Protocol::Srt => "srt://HOST:8890?streamid=publish:NAME",
            Protocol::Whip => "http://HOST:8889/NAME/publish",
        }
    }

    /// Returns ffmpeg's name for its audio encoder: WebRTC knows no AAC.
    pub fn audio_encoder(self) -> &'static str {
        match self {
            Protocol::Whip => "libopus",
            Protocol::Rtmp | Protocol::Rtmps | Protocol::Srt => "aac",
        }
    }
}

/// What is wrong with an address. Never holds more of it than its scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AddressError {
    /// It does not say how.
    NoScheme,
    /// No protocol of this name can be pushed to.
    UnknownProtocol(String),
    /// No machine is named.
    NoHost,
    /// The port is no number from 1 to 65535.
    BadPort,
    /// RTMP wants an application and a name.
    NoStream,
    /// Spaces or control characters.
    Blank,
    /// A token that no HTTP header can carry, or one for a protocol without.
    BadToken,
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let forms = "rtmp://HOST/APP/NAME, rtmps://…, srt://HOST:PORT?streamid=…, or http(s)://… for WHIP";
        f.write_str(match self {
            AddressError::NoScheme => return write!(f, "The address does not begin with a protocol: {forms}."),
            AddressError::UnknownProtocol(scheme) => {
                return write!(f, "Clipfit cannot push to “{scheme}” addresses. Use {forms}.");
            }
            AddressError::NoHost => "The address has no host name.",
            AddressError::BadPort => "The port in the address is not a number from 1 to 65535.",
            AddressError::NoStream => {
                "An RTMP address needs an application and a stream name: rtmp://HOST/APP/NAME."
            }
            AddressError::Blank => {
                "The address contains spaces or control characters. Percent-encode them: a space is %20."
            }
            AddressError::BadToken => {
                "A bearer token works only with WHIP and consists of letters, digits and symbols without spaces."
            }
        })
    }
}

impl Error for AddressError {}

/// Where a push goes. Shown, in either way, it is without its secrets; ffmpeg alone gets the address.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    protocol: Protocol,
    address: String,
    shown: String,
    bearer: Option<String>,
    /// Longest first.
    secrets: Vec<String>,
    waits_to_be_called: bool,
}

/// An address in its parts.
struct Parts<'a> {
    scheme: &'a str,
    user: Option<&'a str>,
    place: &'a str,
    path: &'a str,
    query: Option<&'a str>,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Option<Parts<'a>> {
        let (scheme, rest) = text.split_once("://")?;
        let (rest, query) = match rest.split_once('?') {
            Some((rest, query)) => (rest, Some(query)),
            None => (rest, None),
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (user, place) = match authority.rsplit_once('@') {
            Some((user, place)) => (Some(user), place),
            None => (None, authority),
        };
        Some(Parts { scheme, user, place, path, query })
    }

    fn check_place(&self) -> Result<(), AddressError> {
        // `[::1]:1935`: the colons inside are the address's own.
        let (host, rest) = match self.place.strip_prefix('[') {
            Some(inside) => inside.split_once(']').ok_or(AddressError::NoHost)?,
            None => self.place.split_at(self.place.find(':').unwrap_or(self.place.len())),
        };
        let port = rest.strip_prefix(':');
        let good = |port: &str| port.parse::<u16>().is_ok_and(|port| port > 0);
        match port {
            // SRT's listener may leave its own machine out.
            _ if host.is_empty() && self.scheme != "srt" => Err(AddressError::NoHost),
            None if host.is_empty() => Err(AddressError::NoHost),
            Some(port) if !good(port) => Err(AddressError::BadPort),
            None if !rest.is_empty() => Err(AddressError::BadPort),
            _ => Ok(()),
        }
    }

    fn settings(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let pairs = self.query.into_iter().flat_map(|query| query.split('&')).filter(|pair| !pair.is_empty());
        pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")))
    }
}

impl Address {
    /// Reads an address: `rtmp://`, `rtmps://`, `srt://`, and `http://` or `https://` for WHIP.
    pub fn parse(text: &str) -> Result<Address, AddressError> {
        let text = text.trim();
        if text.chars().any(|letter| letter.is_whitespace() || letter.is_control()) {
            return Err(AddressError::Blank);
        }
        let parts = Parts::of(text).ok_or(AddressError::NoScheme)?;
        let scheme = parts.scheme.to_ascii_lowercase();
        let protocol = match scheme.as_str() {
            "rtmp" => Protocol::Rtmp,
            "rtmps" => Protocol::Rtmps,
            "srt" => Protocol::Srt,
            "http" | "https" => Protocol::Whip,
            // What is no scheme may be a secret in the wrong place.
            other if other.len() <= 8 && other.chars().all(|letter| letter.is_ascii_alphanumeric()) => {
                return Err(AddressError::UnknownProtocol(scheme));
            }
            _ => return Err(AddressError::NoScheme),
        };
        let parts = Parts { scheme: &scheme, ..parts };
        parts.check_place()?;
        let mut secrets: Vec<&str> = parts.user.into_iter().collect();
        secrets.extend(parts.user.iter().flat_map(|user| user.split(':')));
        let mut query = parts.query.map(str::to_owned);
        let mut shown_query = query.as_ref().map(|_| HIDDEN.to_owned());
        let shown_path = match protocol {
            Protocol::Rtmp | Protocol::Rtmps => {
                let (application, name) = parts.path.rsplit_once('/').unwrap_or_default();
                if application.trim_matches('/').is_empty() || name.is_empty() {
                    return Err(AddressError::NoStream);
                }
                secrets.push(name);
                format!("{application}/{HIDDEN}")
            }
            Protocol::Srt => {
                let shown = |(name, value): (&str, &str)| {
                    format!("{name}={}", if HARMLESS.contains(&name) { value } else { HIDDEN })
                };
                let mut pairs: Vec<String> = parts.settings().map(shown).collect();
                if parts.settings().all(|(name, _)| name != "pkt_size") {
                    let packet = format!("pkt_size={PACKET}");
                    query = Some(match query {
                        Some(query) if !query.is_empty() => format!("{query}&{packet}"),
                        _ => packet.clone(),
                    });
                    pairs.push(packet);
                }
                shown_query = Some(pairs.join("&"));
                secrets.push(parts.path.trim_matches('/'));
                if parts.path.len() > 1 { format!("/{HIDDEN}") } else { parts.path.to_owned() }
            }
            // Some services put the key into the path.
            Protocol::Whip => {
                secrets.push(parts.path.trim_matches('/'));
                let own = |part: &&str| !ORDINARY.contains(&part.to_ascii_lowercase().as_str());
                secrets.extend(parts.path.split('/').filter(own));
                if parts.path.len() > 1 { format!("/{HIDDEN}") } else { parts.path.to_owned() }
            }
        };
        let harmless = |name: &str| protocol == Protocol::Srt && HARMLESS.contains(&name);
        for (name, value) in parts.settings().filter(|(name, _)| !harmless(name)) {
            // A query without names is a secret as a whole.
            secrets.push(if value.is_empty() { name } else { value });
            // `publish:NAME`, `#!::r=NAME,m=publish`: the name is one on its own as well.
            let own = |part: &&str| part.len() > 1 && !ORDINARY.contains(&part.to_ascii_lowercase().as_str());
            secrets.extend(value.split([':', ',', '=', '/']).filter(own));
        }
        if protocol != Protocol::Srt {
            secrets.extend(parts.query);
        }
        let whole = |user: Option<&str>, path: &str, query: Option<&str>| {
            let user = user.map_or(String::new(), |user| format!("{user}@"));
            let query = query.map_or(String::new(), |query| format!("?{query}"));
            format!("{scheme}://{user}{}{path}{query}", parts.place)
        };
        let listens = parts.settings().any(|setting| setting == ("mode", "listener"));
        let mut address = Address {
            protocol,
            address: whole(parts.user, parts.path, query.as_deref()),
            shown: whole(parts.user.map(|_| HIDDEN), &shown_path, shown_query.as_deref()),
            bearer: None,
            secrets: Vec::new(),
            waits_to_be_called: protocol == Protocol::Srt && listens,
        };
        secrets.into_iter().for_each(|secret| address.hide(secret));
        Ok(address)
    }

    /// Adds the token that a WHIP server requires.
    pub fn with_bearer(mut self, token: &str) -> Result<Address, AddressError> {
        let visible = !token.is_empty() && token.chars().all(|letter| letter.is_ascii_graphic());
        if self.protocol != Protocol::Whip || !visible {
            return Err(AddressError::BadToken);
        }
        self.hide(token);
        self.bearer = Some(token.to_owned());
        Ok(self)
    }

    /// Returns the protocol.
    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// Returns the address with all secrets: for ffmpeg alone.
    #[cfg(feature = "planner")]
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    #[cfg(feature = "planner")]
    pub(crate) fn bearer(&self) -> Option<&str> {
        self.bearer.as_deref()
    }

    /// Returns whether the receiver connects to us, so that nothing happens until it does.
    pub fn waits_to_be_called(&self) -> bool {
        self.waits_to_be_called
    }

    /// Returns `text` without the secrets, both as written and decoded.
    pub fn conceal(&self, text: &str) -> String {
        let text = text.replace(&self.address, &self.shown);
        // A WHIP server answers with an address of its own for the session.
        let text = if self.protocol == Protocol::Whip { conceal_addresses(&text) } else { text };
        self.secrets.iter().fold(text, |text, secret| hidden_in(&text, secret))
    }

    fn hide(&mut self, secret: &str) {
        // Outside of a form's fields a plus is a plus.
        let decoded = percent::decoded(secret, b'+');
        for secret in [secret, &decoded] {
            if !secret.is_empty() && self.secrets.iter().all(|known| known != secret) {
                self.secrets.push(secret.to_owned());
            }
        }
        self.secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({})", self.shown)
    }
}

/// Hides all but protocol and host of the addresses in `text`, for sentences that quote unknown words.
pub fn conceal_addresses(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        shown.push_str(before);
        let ends = |letter: char| letter.is_whitespace() || matches!(letter, '\'' | '"' | '`' | '’' | '”');
        let (address, behind) = after.split_at(after.find(ends).unwrap_or(after.len()));
        let (authority, hidden) = address.split_at(address.find(['/', '?', '#']).unwrap_or(address.len()));
        shown.push_str(authority.rsplit('@').next().unwrap_or_default());
        if !hidden.is_empty() {
            shown.push('/');
            shown.push_str(HIDDEN);
        }
        rest = behind;
    }
    shown.push_str(rest);
    shown
}

fn hidden_in(text: &str, secret: &str) -> String {
    if secret.len() >= SHORT {
        return text.replace(secret, HIDDEN);
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    let inside = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    while let Some(at) = rest.find(secret) {
        let (before, behind) = (&rest[..at], &rest[at + secret.len()..]);
        let last = before.chars().next_back().or_else(|| shown.chars().next_back());
        let within = inside(last) || inside(behind.chars().next());
        shown.push_str(before);
        shown.push_str(if within { secret } else { HIDDEN });
        rest = behind;
    }
    shown.push_str(rest);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Address, how it is shown, words that must not be seen.
    const CASES: [(&str, &str, &[&str]); 9] = [
        ("rtmp://h:1935/live/SECRET", "rtmp://h:1935/live/***", &["SECRET"]),
        ("RTMPS://u:pw99@h/a/b/SECRET?auth=T0KEN", "rtmps://***@h/a/b/***?***", &["SECRET", "T0KEN", "pw99"]),
        ("rtmp://[::1]:1935/live/SECRET", "rtmp://[::1]:1935/live/***", &["SECRET"]),
        ("srt://h:8890?streamid=publish:NAME", "srt://h:8890?streamid=***&pkt_size=1316", &["NAME"]),
        (
            "srt://h:1?mode=caller&passphrase=P4%20ss&pkt_size=188&streamid=SECRET",
            "srt://h:1?mode=caller&passphrase=***&pkt_size=188&streamid=***",
            &["SECRET", "P4%20ss", "P4 ss"],
        ),
        ("srt://:8890?mode=listener", "srt://:8890?mode=listener&pkt_size=1316", &[]),
        ("http://h:8889/NAME/publish", "http://h:8889/***", &["NAME"]),
        ("https://h/K3Y00/webRTC/publish?token=T0KEN", "https://h/***?***", &["K3Y00", "T0KEN"]),
        ("rtmp://h/live/ab", "rtmp://h/live/***", &["/ab"]),
    ];

    #[test]
    fn secrets_are_never_shown() {
        for (address, shown, secrets) in CASES {
            let to = Address::parse(address).unwrap_or_else(|why| panic!("{address}: {why:?}"));
            assert_eq!(to.to_string(), shown, "{address}");
            let said = [
                format!("[x @ 0x1] {}: Broken pipe, {}", to.address(), secrets.join(" and ")),
                format!("{to:?} {to}"),
                to.conceal(address),
                to.conceal(&format!("playpath ‘{}’", secrets.join("’ ‘"))),
                conceal_addresses(&format!("unexpected argument '{address}' found")),
            ];
            for line in said.map(|line| to.conceal(&line)) {
                for secret in secrets {
                    assert!(!line.contains(secret), "{secret} in: {line}");
                }
            }
        }
        let to = Address::parse("rtmp://h/live/ab").map(|to| to.conceal("about ab, grab it"));
        assert_eq!(to.as_deref(), Ok("about ***, grab it"));
        let whip = Address::parse("https://h/whip").and_then(|to| to.with_bearer("T0KEN"));
        let line = "Bearer T0KEN, DELETE url=https://h/session/5EC2E7";
        assert_eq!(whip.map(|to| to.conceal(line)).as_deref(), Ok("Bearer ***, DELETE url=https://h/***"));
    }

    #[test]
    fn what_is_no_address_is_named_without_it() {
        for (address, trouble) in [
            ("", AddressError::NoScheme),
            ("SECRET", AddressError::NoScheme),
            ("live/SECRET://x", AddressError::NoScheme),
            ("rmtp://h/live/SECRET", AddressError::UnknownProtocol("rmtp".into())),
            ("rtmp:///live/SECRET", AddressError::NoHost),
            ("rtmp://h:0/live/SECRET", AddressError::BadPort),
            ("rtmp://h:x/live/SECRET", AddressError::BadPort),
            ("rtmp://[::1]9/live/SECRET", AddressError::BadPort),
            ("rtmp://h/SECRET", AddressError::NoStream),
            ("rtmp://h/live/", AddressError::NoStream),
            ("rtmp://h/live/SECRET live=1", AddressError::Blank),
            ("srt://", AddressError::NoHost),
        ] {
            let found = Address::parse(address);
            assert!(!format!("{found:?}").contains("SECRET"), "{address}");
            assert_eq!(found.err(), Some(trouble.clone()), "{address}");
            assert!(!trouble.to_string().contains("SECRET"));
        }
        let rtmp = Address::parse("rtmp://h/live/x").and_then(|to| to.with_bearer("T"));
        assert_eq!(rtmp.err(), Some(AddressError::BadToken));
    }

    proptest::proptest! {
        #[test]
        fn no_key_survives(key in "[A-Za-z0-9_-]{4,24}", before in "[ -~]{0,20}", after in "[ -~]{0,20}") {
            let to = Address::parse(&format!("rtmp://h:1/live/{key}"));
            let line = to.map(|to| to.conceal(&format!("{before}{key}{after}")));
            proptest::prop_assert!(line.is_ok_and(|line| !line.contains(&key)));
        }

        #[test]
        fn any_text_is_survived(text in ".{0,60}", line in ".{0,60}") {
            let _ = conceal_addresses(&line);
            if let Ok(to) = Address::parse(&text) {
                let _ = to.conceal(&line);
            }
        }
    }
}
