//! Which addresses of a provider are called, and where browsers are sent.

use std::net::IpAddr;

use crate::http::Url;

/// Whether a URL names this very machine.
pub fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

/// Whether `url` may be an endpoint of the provider at `issuer`: https, or the same loopback host.
pub(crate) fn is_endpoint(issuer: &Url, url: &Url) -> bool {
    let bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    let own_loopback = url.scheme() == "http"
        && issuer.scheme() == "http"
        && is_loopback(url)
        && url.host_str() == issuer.host_str();
    bare && url.has_host() && (url.scheme() == "https" || own_loopback)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_https_or_on_the_issuers_own_loopback_host() {
        let may = |issuer: &str, url: &str| {
            is_endpoint(&Url::parse(issuer).unwrap(), &Url::parse(url).unwrap())
        };
        for (issuer, url) in [
            ("https://id.example.com", "https://id.example.com/token"),
            ("https://id.example.com", "https://elsewhere.example.net/"),
            ("http://127.0.0.1:1", "http://127.0.0.1:2/token"),
            ("http://localhost:1", "http://localhost:1/token"),
            ("http://[::1]:1", "http://[::1]:1/token"),
            ("http://127.0.0.1:1", "https://id.example.com/"),
        ] {
            assert!(may(issuer, url), "{issuer} {url}");
        }
        for (issuer, url) in [
            ("https://id.example.com", "http://id.example.com/token"),
            ("https://id.example.com", "http://127.0.0.1/token"),
            ("http://127.0.0.1:1", "http://localhost:1/token"),
            ("http://127.0.0.1:1", "http://127.0.0.2:1/token"),
            ("http://127.0.0.1:1", "http://169.254.169.254/"),
            ("http://127.0.0.1:1", "javascript:alert(1)"),
            ("https://id.example.com", "file:///etc/passwd"),
            ("https://id.example.com", "https://a:b@id.example.com/"),
            ("https://id.example.com", "https://id.example.com/#x"),
        ] {
            assert!(!may(issuer, url), "{issuer} {url}");
        }
    }
}
