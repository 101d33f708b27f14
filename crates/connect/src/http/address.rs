//! Where a URL that somebody gives may lead: out of this machine and its network, unless they may do more. It is
//! the resolved address that counts, the same that is connected to, so a name that changes its mind gains nothing.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use reqwest::{
    Url,
    dns::{Addrs, Name, Resolve, Resolving},
};

/// Whether an address is one that the whole Internet means by it.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(v4: Ipv4Addr) -> bool {
    let [a, b, c, _] = v4.octets();
    let special = v4.is_private()
        || v4.is_loopback()
        || v4.is_link_local()
        || v4.is_documentation()
        || v4.is_multicast()
        || a == 0
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (18..20).contains(&b))
        || a >= 240;
    !special
}

fn is_public_v6(v6: Ipv6Addr) -> bool {
    let [a, b, c, d, e, f, g, h] = v6.segments();
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match (a, b) {
        // NAT64 leads to the IPv4 address in it.
        (0x64, 0xff9b) => [c, d, e, f] == [0; 4] && embedded(g, h),
        // 6to4 as well.
        (0x2002, _) => embedded(b, c),
        // Teredo, ORCHID and others of the protocol assignments; documentation.
        (0x2001, 0..0x200 | 0xdb8) | (0x3fff, 0..0x1000) => false,
        // All that is assigned to be unicast everywhere; the rest is local, multicast or nobody's.
        _ => (0x2000..0x4000).contains(&a),
    }
}

/// Somewhere in the causes of an error: the address is not public.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("an address of this machine or its network")]
pub(super) struct NotPublic;

/// Whether a URL names a host by an address that is not public. Names are for the resolver.
pub(super) fn is_literally_private(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let host = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host);
    host.parse().is_ok_and(|address| !is_public(address))
}

/// Whether `host` has addresses here, and none of them is public.
pub(super) async fn is_private(host: &str) -> bool {
    lookup(host)
        .await
        .is_ok_and(|all| !all.is_empty() && !all.iter().any(|at| is_public(at.ip())))
}

async fn lookup(host: &str) -> std::io::Result<Vec<SocketAddr>> {
    Ok(tokio::net::lookup_host((host, 0)).await?.collect())
}

/// Resolves to public addresses only.
#[derive(Clone, Debug)]
pub(super) struct PublicOnly {
    /// The proxy's host, which is the operator's and may be anywhere.
    pub(super) proxy: Option<Arc<str>>,
}

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let is_proxy = self.proxy.as_deref() == Some(name.as_str());
        Box::pin(async move {
            let mut all = lookup(name.as_str()).await?;
            if !is_proxy {
                let any = !all.is_empty();
                all.retain(|at| is_public(at.ip()));
                if any && all.is_empty() {
                    return Err(NotPublic.into());
                }
            }
            Ok(Box::new(all.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_this_machine_and_its_networks_are_not_public() {
        for private in [
            "127.0.0.1",
            "127.9.9.9",
            "0.0.0.0",
            "0.1.2.3",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "240.0.0.1",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "fd00::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2001::1",
            "2001:db8::1",
            "100::1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
        for public in [
            "1.1.1.1",
            "172.32.0.1",
            "100.128.0.1",
            "198.20.0.1",
            "223.255.255.1",
            "2606:4700::1111",
            "64:ff9b::101:101",
            "2002:101:101::",
            "::ffff:1.1.1.1",
            "2001:4860:4860::8888",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn an_address_is_seen_however_a_url_writes_it() {
        for url in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://[::1]/",
            "http://[::ffff:7f00:1]/",
            "http://127.1./",
        ] {
            assert!(is_literally_private(&Url::parse(url).unwrap()), "{url}");
        }
        for url in [
            "http://1.1.1.1/",
            "http://localhost/",
            "http://[2606:4700::1111]/",
        ] {
            assert!(!is_literally_private(&Url::parse(url).unwrap()), "{url}");
        }
    }
}
