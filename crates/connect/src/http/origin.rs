//! What may be told of a URL.

use reqwest::Url;

/// Scheme, host and port of a URL: what errors and logs may hold of it. Paths and queries of webhooks are secrets.
#[must_use]
pub fn origin(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{}://{host}:{port}", url.scheme()),
        (Some(host), None) => format!("{}://{host}", url.scheme()),
        (None, _) => format!("a URL of scheme `{}`", url.scheme()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_url_but_its_origin_is_told() {
        let url =
            Url::parse("https://ana:hush@hooks.example.com:8443/T0/secret?token=hush#x").unwrap();
        assert_eq!(origin(&url), "https://hooks.example.com:8443");
        assert_eq!(
            origin(&Url::parse("mailto:a@b").unwrap()),
            "a URL of scheme `mailto`"
        );
    }
}
