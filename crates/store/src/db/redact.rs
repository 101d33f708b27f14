//! Addresses of databases without what must not be shown.

/// `url` as it may be shown: without password and parameters. Where it is unclear what is a
/// password, more is left out.
#[must_use]
pub fn redact_url(url: &str) -> String {
    let before_parameters = |text: &str| text.split(['?', '#']).next().unwrap_or("").to_owned();
    if url.starts_with("sqlite:") {
        return before_parameters(url);
    }
    let Some((scheme, rest)) = url.split_once("://") else {
        return "…".to_owned();
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    if scheme.is_empty() || !scheme.chars().all(plain) {
        return "…".to_owned();
    }
    let shown = match rest.rsplit_once('@') {
        // What stands before may be a parameter, what stands after the end of a password.
        Some((login, _)) if login.contains(['?', '#']) => "…".to_owned(),
        Some((login, host)) => {
            let host = before_parameters(host);
            match login.split_once(':') {
                Some((user, _)) => format!("{user}:…@{host}"),
                None => format!("{login}@{host}"),
            }
        }
        None => {
            let place = before_parameters(rest);
            let (host, path) = place.split_at(place.find('/').unwrap_or(place.len()));
            match host.rsplit_once(':') {
                // A login whose host was forgotten.
                Some((user, port))
                    if !port.bytes().all(|c| c.is_ascii_digit()) && !host.ends_with(']') =>
                {
                    format!("{user}:…{path}")
                }
                _ => place,
            }
        }
    };
    format!("{scheme}://{shown}")
}

#[cfg(test)]
mod tests {
    use super::redact_url;

    #[test]
    fn an_address_is_shown_without_password_and_parameters() {
        for (url, shown) in [
            (
                "postgres://ana:s3cret@db/p?sslpassword=s3cret",
                "postgres://ana:…@db/p",
            ),
            ("postgres://ana@db:5432/p", "postgres://ana@db:5432/p"),
            (
                "postgres://db:5432/p?password=s3cret",
                "postgres://db:5432/p",
            ),
            ("postgres://[::1]:5432/p", "postgres://[::1]:5432/p"),
            ("sqlite:/x/y.db?key=s3cret", "sqlite:/x/y.db"),
            ("mysql://db/p?password=s3cret", "mysql://db/p"),
            ("mysql:p", "…"),
        ] {
            assert_eq!(redact_url(url), shown);
        }
    }

    #[test]
    fn odd_passwords_are_not_shown_even_in_part() {
        for url in [
            "postgres://ana:s3@cret@db/p",
            "postgres://ana:s3?cret@db/p",
            "postgres://ana:s3#cret@db/p",
            "postgres://ana:s3/cret@db/p",
            "postgres://db/p?password=s3@cret",
            "postgres://ana:s3cret",
            "postgres://ana:s3cret/p",
            "postgres:ana:s3cret@db/p",
            "ana:s3cret@db/p",
            "s3cret@db/p",
            "s3cret",
            "db/p?password=s3cret",
        ] {
            let shown = redact_url(url);
            assert!(
                !shown.contains("s3") && !shown.contains("cret"),
                "{url}: {shown}"
            );
        }
    }
}
