//! CloudEvents 1.0 in structured mode, and the signatures of Standard Webhooks.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac as _};
use portcullis_app::notices::Event;
use portcullis_model::Timestamp;
use serde_json::{Value, json};
use sha2::Sha256;

use super::config::Key;

/// What stands before the names of our events.
const PREFIX: &str = "io.portcullis.";

/// The body: the same, to the byte, in every attempt.
pub(super) fn body(event: &Event, id: &str, at: Timestamp, source: &str) -> Vec<u8> {
    let mut data = event.data.clone();
    if let Some(data) = data.as_object_mut() {
        data.insert("text".to_owned(), Value::from(event.text.as_str()));
    }
    let event = json!({
        "specversion": "1.0",
        "id": id,
        "source": source,
        "type": format!("{PREFIX}{}", event.kind),
        "subject": event.subject,
        "time": at,
        "datacontenttype": "application/json",
        "data": data,
    });
    event.to_string().into_bytes()
}

/// The value of `webhook-signature`: one for each key, the first first.
pub(super) fn signatures(keys: &[Key], id: &str, seconds: i64, body: &[u8]) -> String {
    let signed = keys.iter().filter_map(|key| {
        let mut mac = Hmac::<Sha256>::new_from_slice(key.bytes()).ok()?;
        mac.update(format!("{id}.{seconds}.").as_bytes());
        mac.update(body);
        Some(format!(
            "v1,{}",
            STANDARD.encode(mac.finalize().into_bytes())
        ))
    });
    signed.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_example_is_signed_as_published() {
        let key = Key::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let body = br#"{"test": 2432232314}"#;
        let signed = signatures(&[key], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_is_long_enough_and_never_shown() {
        for wrong in [
            "",
            "whsec_",
            "whsec_c2hvcnQ=",
            "whsec_not base64!",
            &format!("whsec_{}", "AAAA".repeat(30)),
        ] {
            let told = Key::parse(wrong).unwrap_err();
            assert!(told.contains("24 to 64") && !told.contains("c2hvcnQ"));
        }
        let key = Key::parse(" MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n").unwrap();
        assert_eq!(format!("{key:?}"), "set (not shown)");
    }
}
