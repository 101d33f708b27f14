//! The files pages link to: stylesheet, script and icons, inside the binary.
//!
//! An asset's address carries the hash of its bytes, so browsers may keep it for good; a new build
//! has new addresses. Debug builds read the files from disk, so that a reload shows an edit.

use axum::body::Body;
use axum::http::{Response, StatusCode, header};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Assets;

/// The address of an asset, with the hash of its bytes: `/assets/app.css?v=1a2b3c4d5e6f`.
///
/// An unknown name gets an address that answers 404.
pub fn url(name: &str) -> String {
    match Assets::get(name) {
        Some(file) => format!("/assets/{name}?v={}", version(&file)),
        None => format!("/assets/{name}"),
    }
}

/// The answer to a request for `/assets/{name}?v={v}`.
///
/// A matching `v` makes the answer immutable for a year; any other must be asked for again.
pub fn serve(name: &str, v: Option<&str>, if_none_match: Option<&str>) -> Response<Body> {
    let Some(file) = Assets::get(name) else {
        return response(StatusCode::NOT_FOUND, Body::empty());
    };
    let version = version(&file);
    let etag = format!("\"{version}\"");
    let cache = if v == Some(version.as_str()) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let fresh = if_none_match.is_some_and(|tags| {
        tags.split(',')
            .any(|tag| tag.trim().trim_start_matches("W/") == etag)
    });
    let mut answer = if fresh {
        response(StatusCode::NOT_MODIFIED, Body::empty())
    } else {
        response(StatusCode::OK, Body::from(file.data))
    };
    let headers = answer.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, content_type(name)),
        (header::CACHE_CONTROL, cache),
        (header::ETAG, etag.as_str()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        if let Ok(value) = value.parse() {
            headers.insert(name, value);
        }
    }
    answer
}

fn response(status: StatusCode, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    }
}

fn version(file: &EmbeddedFile) -> String {
    file.metadata.sha256_hash()[..6]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_build_may_be_kept_for_good() {
        let url = url("app.css");
        let v = url
            .strip_prefix("/assets/app.css?v=")
            .expect("a hashed address");
        let kept = serve("app.css", Some(v), None);
        assert_eq!(kept.status(), StatusCode::OK);
        assert_eq!(
            kept.headers()[header::CACHE_CONTROL],
            "public, max-age=31536000, immutable"
        );
        assert_eq!(
            kept.headers()[header::CONTENT_TYPE],
            "text/css; charset=utf-8"
        );
        let other = serve("app.css", Some("0"), None);
        assert_eq!(other.headers()[header::CACHE_CONTROL], "no-cache");
    }

    #[test]
    fn a_known_etag_saves_the_bytes() {
        let first = serve("app.js", None, None);
        let etag = first.headers()[header::ETAG]
            .to_str()
            .expect("text")
            .to_owned();
        let again = serve("app.js", None, Some(&format!("\"x\", W/{etag}")));
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    }

    #[test]
    fn nothing_outside_the_folder_is_served() {
        for name in ["../Cargo.toml", "", "nope.css", "/etc/passwd"] {
            assert_eq!(
                serve(name, None, None).status(),
                StatusCode::NOT_FOUND,
                "{name}"
            );
        }
    }
}
