//! What came back.

use std::time::Duration;

use reqwest::{StatusCode, Url, header};
use serde::de::DeserializeOwned;

use super::{error::HttpError, origin::origin};

/// What is read of a body for its text alone, or to keep the connection.
const EXCERPT: usize = 16 << 10;
/// How long that may take.
const PATIENCE: Duration = Duration::from_secs(1);
/// The most letters of a body that are told.
const TOLD: usize = 300;

/// An answer whose head is here and whose body is still to be read.
#[derive(Debug)]
pub struct Reply {
    response: reqwest::Response,
    url: Url,
    most: usize,
}

impl Reply {
    pub(super) const fn new(response: reqwest::Response, url: Url, most: usize) -> Self {
        Self {
            response,
            url,
            most,
        }
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// A header as text.
    #[must_use]
    pub fn header(&self, name: &header::HeaderName) -> Option<&str> {
        self.response.headers().get(name)?.to_str().ok()
    }

    /// How long the other side asks to be left alone: as seconds, or as a date, which counts from its own `Date`.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        retry_after(
            self.header(&header::RETRY_AFTER)?,
            self.header(&header::DATE),
        )
    }

    /// The body.
    ///
    /// # Errors
    /// [`HttpError`]: it is longer than the call takes, breaks off or comes too late.
    pub async fn bytes(mut self) -> Result<Vec<u8>, HttpError> {
        let mut all = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            if all.len() + chunk.len() > self.most {
                let (origin, most) = (origin(&self.url), self.most);
                return Err(HttpError::TooLong { origin, most });
            }
            all.extend_from_slice(&chunk);
        }
        Ok(all)
    }

    /// The body, as JSON.
    ///
    /// # Errors
    /// As [`Reply::bytes`]; and it is no JSON of that shape.
    pub async fn json<T: DeserializeOwned>(self) -> Result<T, HttpError> {
        let origin = origin(&self.url);
        let bytes = self.bytes().await?;
        serde_json::from_slice(&bytes).map_err(|error| HttpError::Unreadable {
            origin,
            why: error.to_string(),
        })
    }

    /// The beginning of the body as text of one line, for people; whatever is wrong with the rest of it.
    pub async fn excerpt(mut self) -> String {
        let text = String::from_utf8_lossy(&self.beginning().await).into_owned();
        let words: Vec<_> = text.split_whitespace().collect();
        words
            .join(" ")
            .chars()
            .filter(|c| !c.is_control())
            .take(TOLD)
            .collect()
    }

    /// Reads what there is of a short body, so that the connection can be used again.
    pub async fn finish(mut self) {
        self.beginning().await;
    }

    async fn beginning(&mut self) -> Vec<u8> {
        let mut all = Vec::new();
        let reading = async {
            while let Ok(Some(chunk)) = self.chunk().await {
                all.extend_from_slice(&chunk);
                if all.len() >= EXCERPT {
                    break;
                }
            }
        };
        // What was read until then is enough.
        let _ = tokio::time::timeout(PATIENCE, reading).await;
        all
    }

    async fn chunk(
        &mut self,
    ) -> Result<Option<impl AsRef<[u8]> + std::ops::Deref<Target = [u8]> + use<>>, HttpError> {
        let chunk = self.response.chunk().await;
        chunk.map_err(|error| HttpError::of(&error, &self.url))
    }
}

fn retry_after(value: &str, date: Option<&str>) -> Option<Duration> {
    let digits = value.trim();
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        // More than can be counted is the longest there is.
        return Some(Duration::from_secs(digits.parse().unwrap_or(u64::MAX)));
    }
    let until = httpdate::parse_http_date(value).ok()?;
    let from = httpdate::parse_http_date(date?).ok()?;
    Some(until.duration_since(from).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date_by_the_clock_of_who_says_it() {
        let (now, later) = (
            "Fri, 27 Nov 2026 12:00:00 GMT",
            "Fri, 27 Nov 2026 13:00:00 GMT",
        );
        let hour = Some(Duration::from_secs(3600));
        assert_eq!(retry_after("3600", None), hour);
        assert_eq!(retry_after(" 0 ", None), Some(Duration::ZERO));
        assert_eq!(retry_after(later, Some(now)), hour);
        assert_eq!(retry_after(now, Some(later)), Some(Duration::ZERO));
        let longest = Some(Duration::from_secs(u64::MAX));
        assert_eq!(retry_after("99999999999999999999999", None), longest);
        for nonsense in ["soon", "-1", "1.5", "+5", ""] {
            assert_eq!(retry_after(nonsense, Some(now)), None, "{nonsense}");
        }
        assert_eq!(retry_after(later, None), None);
    }
}
