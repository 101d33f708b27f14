//! Where a request came from, by what the proxies on its way say.
//!
//! Whoever sends a request may write anything into its headers. So a header counts from its end, as far
//! as proxies wrote it that are configured: the first address from the right that is none of theirs is
//! who asks. What stands further left is anybody's claim.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName, header::FORWARDED};
use ipnet::IpNet;

/// The proxies that are believed, by their addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxies(Vec<IpNet>);

/// Where a request came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    /// Who asks.
    pub(crate) address: IpAddr,
    /// By which scheme they reached the proxy, where it says so.
    pub(crate) scheme: Option<Scheme>,
}

/// By which scheme somebody asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    Http,
    Https,
}

/// What a proxy says of the one before it.
#[derive(Clone, Copy)]
struct Hop {
    address: Option<IpAddr>,
    scheme: Option<Scheme>,
}

const FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

impl Proxies {
    /// No proxy is believed.
    pub(crate) const NONE: Self = Self(Vec::new());

    /// The proxies at these addresses, and in these networks.
    ///
    /// # Errors
    /// A sentence about the first that is neither.
    pub fn parse<'t>(items: impl IntoIterator<Item = &'t str>) -> Result<Self, String> {
        let network = |text: &str| {
            let address = || text.parse::<IpAddr>().map(IpNet::from).ok();
            text.parse().ok().or_else(address).ok_or_else(|| {
                format!("`{text}` is no IP address and no network; write one, as in 10.0.0.0/8")
            })
        };
        let all = items.into_iter().map(network);
        all.collect::<Result<_, _>>().map(Self)
    }

    fn has(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Where a request came from that `peer` sent.
    pub(crate) fn origin(&self, peer: IpAddr, headers: &HeaderMap) -> Origin {
        let itself = Origin {
            address: peer,
            scheme: None,
        };
        if !self.has(peer) {
            return itself;
        }
        let by_forwarded = self.follow(itself, forwarded(headers));
        let by_for = self.follow(itself, forwarded_for(headers));
        match (by_forwarded, by_for) {
            (Some(one), Some(other)) if one.address == other.address => one,
            // A proxy writes one of the two and lets the other pass: nobody knows which one is whose.
            (Some(_), Some(_)) => itself,
            (one, other) => one.or(other).unwrap_or(Origin {
                scheme: scheme(headers),
                ..itself
            }),
        }
    }

    /// From the proxy at `last` to who asks. `hops` begin with what the proxy said.
    fn follow(&self, last: Origin, hops: impl Iterator<Item = Hop>) -> Option<Origin> {
        let mut hops = hops.peekable();
        hops.peek()?;
        let mut origin = last;
        for hop in hops {
            let Some(address) = hop.address else {
                break;
            };
            origin = Origin {
                address,
                scheme: hop.scheme.or(origin.scheme),
            };
            if !self.has(address) {
                break;
            }
        }
        Some(origin)
    }
}

/// The items of a list, the last first.
fn items(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let values = headers.get_all(name).into_iter().rev();
    // A value that is no text is an item that says nothing.
    let values = values.map(|value| value.to_str().unwrap_or_default());
    values.flat_map(|value| value.rsplit(',')).map(str::trim)
}

fn forwarded_for(headers: &HeaderMap) -> impl Iterator<Item = Hop> {
    let scheme = scheme(headers);
    items(headers, FOR).map(move |item| Hop {
        address: address(item),
        scheme,
    })
}

/// RFC 7239. Where quotes hide a separator, the parts say nothing that can be read.
fn forwarded(headers: &HeaderMap) -> impl Iterator<Item = Hop> {
    items(headers, FORWARDED).map(|item| {
        let said = |wanted: &str| {
            let mut pairs = item.split(';').filter_map(|pair| pair.split_once('='));
            let (_, value) = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted))?;
            Some(value.trim().trim_matches('"'))
        };
        Hop {
            address: said("for").and_then(address),
            scheme: said("proto").and_then(Scheme::parse),
        }
    })
}

fn scheme(headers: &HeaderMap) -> Option<Scheme> {
    Scheme::parse(items(headers, PROTO).next()?)
}

/// An address with or without its port.
fn address(text: &str) -> Option<IpAddr> {
    let with_port = || text.parse::<SocketAddr>().map(|it| it.ip()).ok();
    let in_brackets = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let address = text.parse().ok().or_else(with_port).or_else(in_brackets);
    address.map(|it: IpAddr| it.to_canonical())
}

impl Scheme {
    fn parse(text: &str) -> Option<Self> {
        [Self::Http, Self::Https]
            .into_iter()
            .find(|scheme| scheme.text().eq_ignore_ascii_case(text))
    }

    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    /// What `peer` leads to where these headers came with the request.
    fn origin(peer: &str, headers: &[(&'static str, &'static str)]) -> String {
        let proxies = Proxies::parse(["10.0.0.0/8", "192.0.2.7", "2001:db8::/32"]).unwrap();
        let headers = headers
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect();
        let Origin { address, scheme } = proxies.origin(peer.parse().unwrap(), &headers);
        let scheme = scheme.map_or("", Scheme::text);
        format!("{address} {scheme}").trim_end().to_owned()
    }

    #[test]
    fn the_first_from_the_right_that_is_no_proxy_asks() {
        for (said, asks) in [
            ("198.51.100.1", "198.51.100.1"),
            ("203.0.113.9, 198.51.100.1", "198.51.100.1"),
            ("203.0.113.9, 198.51.100.1, 10.1.2.3", "198.51.100.1"),
            ("198.51.100.1:4711, 10.1.2.3:80", "198.51.100.1"),
            ("10.9.9.9, 10.1.2.3", "10.9.9.9"),
            ("[2600::1]:4711, 2001:db8::5", "2600::1"),
            ("::ffff:198.51.100.1", "198.51.100.1"),
            ("198.51.100.1, unknown, 10.1.2.3", "10.1.2.3"),
            ("198.51.100.1,", "10.0.0.1"),
            ("", "10.0.0.1"),
        ] {
            assert_eq!(
                origin("10.0.0.1", &[("x-forwarded-for", said)]),
                asks,
                "{said}"
            );
        }
        for (said, asks) in [
            ("for=198.51.100.1;proto=https", "198.51.100.1 https"),
            ("For=\"[2600::1]:4711\"; Proto=HTTPS", "2600::1 https"),
            (
                "for=203.0.113.9, for=198.51.100.1;by=10.0.0.1",
                "198.51.100.1",
            ),
            (
                "for=198.51.100.1;proto=https, for=10.1.2.3;proto=http",
                "198.51.100.1 https",
            ),
            ("for=198.51.100.1, for=_hidden", "10.0.0.1"),
            ("for=\"198.51.100.1, for=\"203.0.113.9", "203.0.113.9"),
            ("proto=https", "10.0.0.1"),
        ] {
            assert_eq!(origin("10.0.0.1", &[("forwarded", said)]), asks, "{said}");
        }
    }

    #[test]
    fn others_are_not_believed() {
        let said = [
            ("x-forwarded-for", "10.0.0.1"),
            ("x-forwarded-proto", "https"),
            ("forwarded", "for=10.0.0.1;proto=https"),
        ];
        assert_eq!(origin("198.51.100.1", &said), "198.51.100.1");
        assert_eq!(origin("192.0.2.8", &said), "192.0.2.8");
        assert_eq!(origin("192.0.2.7", &said), "10.0.0.1 https");
    }

    #[test]
    fn of_two_headers_that_differ_neither_counts() {
        let differ = [
            ("x-forwarded-for", "198.51.100.1"),
            ("forwarded", "for=203.0.113.9"),
        ];
        assert_eq!(origin("10.0.0.1", &differ), "10.0.0.1");
    }

    #[test]
    fn the_nearest_proxy_says_the_scheme() {
        let said = [
            ("x-forwarded-for", "198.51.100.1"),
            ("x-forwarded-proto", "http, https"),
        ];
        assert_eq!(origin("10.0.0.1", &said), "198.51.100.1 https");
        let alone = [("x-forwarded-proto", "https")];
        assert_eq!(origin("10.0.0.1", &alone), "10.0.0.1 https");
        let strange = [("x-forwarded-proto", "javascript")];
        assert_eq!(origin("10.0.0.1", &strange), "10.0.0.1");
    }

    #[test]
    fn what_is_no_network_is_told() {
        for text in ["localhost", "10.0.0.0/33", "10.0.0", ""] {
            assert!(Proxies::parse([text]).unwrap_err().contains("10.0.0.0/8"));
        }
    }
}
