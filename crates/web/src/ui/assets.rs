//! The files pages link to: stylesheet, script and icons, inside the binary.
//!
//! An asset's address carries the hash of its bytes, so browsers may keep it for good; a new build
//! has new addresses. Debug builds read the files from disk, so that a reload shows an edit.

use axum::{
    body::Body,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Assets;

/// The documentation of this version, as it was written.
#[derive(RustEmbed)]
#[folder = "../../docs/"]
struct Docs;

/// The pages of the documentation, each with its title.
pub(crate) fn docs() -> Vec<(String, String)> {
    let title = |path: &str| {
        let text = doc(path)?;
        let first = text.lines().next()?;
        Some(first.trim_start_matches(['#', ' ']).to_owned())
    };
    let pages = Docs::iter().filter(|path| path.ends_with(".md"));
    let all = pages.filter_map(|path| Some((path.to_string(), title(&path)?)));
    let mut all: Vec<_> = all.collect();
    all.sort();
    all
}

/// A page of the documentation.
pub(crate) fn doc(path: &str) -> Option<String> {
    String::from_utf8(Docs::get(path)?.data.into_owned()).ok()
}

/// The address of an asset, with the hash of its bytes: `/assets/app.css?v=1a2b3c4d5e6f`.
///
/// An unknown name gets an address that answers 404.
pub(crate) fn url(name: &str) -> String {
    match Assets::get(name) {
        Some(file) => format!("/assets/{name}?v={}", version(&file)),
        None => format!("/assets/{name}"),
    }
}

/// The answer to a request for `/assets/{name}?v={v}`.
///
/// A matching `v` makes the answer immutable for a year; any other must be asked for again.
pub(crate) fn serve(name: &str, v: Option<&str>, if_none_match: Option<&str>) -> Response {
    let Some(file) = Assets::get(name) else {
        return StatusCode::NOT_FOUND.into_response();
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
    let headers = [
        (header::CONTENT_TYPE, content_type(name)),
        (header::CACHE_CONTROL, cache),
        (header::ETAG, etag.as_str()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    if fresh {
        (StatusCode::NOT_MODIFIED, headers).into_response()
    } else {
        (headers, Body::from(file.data)).into_response()
    }
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

    fn text(name: &str) -> String {
        let file = Assets::get(name).expect("an asset");
        String::from_utf8(file.data.into_owned()).expect("text")
    }

    #[test]
    fn assets_keep_to_their_budget() {
        assert!(text("app.css").len() < 25_000, "{}", text("app.css").len());
        assert!(text("app.js").len() < 12_000, "{}", text("app.js").len());
        assert!(text("form.css").len() < 2_000, "{}", text("form.css").len());
        assert!(text("form.js").len() < 8_000, "{}", text("form.js").len());
        assert!(
            !text("app.css").contains("url("),
            "the stylesheet loads nothing"
        );
    }

    /// Relative luminance as WCAG 2 defines it.
    fn luminance(hex: &str) -> f64 {
        let digits = if hex.len() == 3 {
            hex.chars().flat_map(|c| [c, c]).collect()
        } else {
            hex.to_owned()
        };
        let channel = |at: usize| {
            let value =
                f64::from(u8::from_str_radix(&digits[at..at + 2], 16).expect("hex")) / 255.0;
            if value <= 0.040_45 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
    }

    #[test]
    fn text_is_readable_on_every_ground_in_both_themes() {
        let css = text("app.css");
        let token = |name: &str| -> [f64; 2] {
            let (_, rest) = css
                .split_once(&format!("--{name}: light-dark(#"))
                .expect(name);
            let (light, rest) = rest.split_once(", #").expect(name);
            let (dark, _) = rest.split_once(')').expect(name);
            [luminance(light), luminance(dark)]
        };
        let ratio = |a: &str, b: &str| {
            let (a, b) = (token(a), token(b));
            let one = |a: f64, b: f64| (a.max(b) + 0.05) / (a.min(b) + 0.05);
            one(a[0], b[0]).min(one(a[1], b[1]))
        };
        let grounds = [
            "bg",
            "surface",
            "sunken",
            "accent-bg",
            "green-bg",
            "amber-bg",
            "red-bg",
        ];
        for ink in ["text", "muted", "accent"] {
            for ground in grounds {
                assert!(
                    ratio(ink, ground) >= 4.5,
                    "{ink} on {ground}: {}",
                    ratio(ink, ground)
                );
            }
        }
        for tone in ["green", "amber", "red"] {
            for ground in ["bg", "surface", "sunken", &format!("{tone}-bg")] {
                assert!(
                    ratio(tone, ground) >= 4.5,
                    "{tone} on {ground}: {}",
                    ratio(tone, ground)
                );
            }
        }
        for (ink, ground) in [("on-accent", "accent"), ("surface", "red"), ("bg", "text")] {
            assert!(
                ratio(ink, ground) >= 4.5,
                "{ink} on {ground}: {}",
                ratio(ink, ground)
            );
        }
        for ground in ["bg", "surface"] {
            assert!(
                ratio("edge", ground) >= 3.0,
                "edge on {ground}: {}",
                ratio("edge", ground)
            );
        }
    }
}
