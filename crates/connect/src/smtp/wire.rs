//! A message, as text and as HTML that says the same.

use std::time::{Duration, SystemTime};

use lettre::{
    Address, Message,
    message::{
        Mailbox, MultiPart,
        header::{Header, HeaderName, HeaderValue},
    },
};
use portcullis_app::notices::{Digest, Line, Recipient};
use portcullis_model::Timestamp;

use crate::{http::Url, portal::Portal};

/// The message to `to`; `key` is the same in every attempt, so that a mailbox that knows ids shows it once.
pub(super) fn message(
    from: &Mailbox,
    to: &Recipient,
    digest: &Digest,
    portal: &Portal,
    key: &str,
    now: Timestamp,
) -> Result<Message, String> {
    let told = |error: &dyn std::fmt::Display| format!("the message cannot be written: {error}");
    let address = to.email.as_deref().unwrap_or_default();
    let address = mailbox(address).ok_or_else(|| format!("`{address}` cannot be written to"))?;
    let id = format!(
        "<{}.{}@{}>",
        key.replace(':', "."),
        to.user,
        from.email.domain()
    );
    let micros = Duration::from_micros(u64::try_from(now.micros()).unwrap_or_default());
    let body =
        MultiPart::alternative_plain_html(text(to, digest, portal), html(to, digest, portal));
    Message::builder()
        .from(from.clone())
        .to(Mailbox::new(Some(to.name.clone()), address))
        .subject(digest.subject.as_str())
        .date(SystemTime::UNIX_EPOCH + micros)
        .message_id(Some(id))
        // No answer of an absent person's program comes back.
        .header(Automatic)
        .multipart(body)
        .map_err(|error| told(&error))
}

/// An address as every mail server takes it: the domain in letters of ASCII (RFC 5890). What stands before it has no
/// such form.
fn mailbox(address: &str) -> Option<Address> {
    let (user, domain) = address
        .rsplit_once('@')
        .filter(|(user, _)| user.is_ascii())?;
    let domain = Url::parse(&format!("http://{domain}")).ok()?;
    let plain = domain.path() == "/" && domain.port().is_none() && domain.username().is_empty();
    Address::new(user, domain.host_str().filter(|_| plain)?).ok()
}

/// RFC 3834.
#[derive(Clone)]
struct Automatic;

impl Header for Automatic {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

fn text(to: &Recipient, digest: &Digest, portal: &Portal) -> String {
    let mut text = format!("Hi {},\n", to.name);
    for Line {
        text: said,
        reason,
        path,
    } in &digest.lines
    {
        text += &format!("\n{said}\n");
        if !reason.is_empty() {
            text += &format!("“{reason}”\n");
        }
        if let Some(link) = portal.link(path) {
            text += &format!("{link}\n");
        }
    }
    if digest.more > 0 {
        text += &format!("\nand {} more{}\n", digest.more, at(portal));
    }
    text += "\n-- \nPortcullis wrote this because of access that you have, asked for or decide about.\n";
    text
}

fn at(portal: &Portal) -> String {
    portal
        .link("/")
        .map_or_else(String::new, |link| format!(": {link}"))
}

fn html(to: &Recipient, digest: &Digest, portal: &Portal) -> String {
    let mut html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><body><p>Hi {},</p>",
        escape(&to.name)
    );
    html += "<ul>";
    for Line {
        text: said,
        reason,
        path,
    } in &digest.lines
    {
        html += &format!("<li><p>{}", escape(said));
        if let Some(link) = portal.link(path) {
            html += &format!(" <a href=\"{}\">Open</a>", escape(&link));
        }
        html += "</p>";
        if !reason.is_empty() {
            html += &format!("<blockquote>{}</blockquote>", escape(reason));
        }
        html += "</li>";
    }
    html += "</ul>";
    if digest.more > 0 {
        html += &format!("<p>and {} more{}</p>", digest.more, escape(&at(portal)));
    }
    html += "<p><small>Portcullis wrote this because of access that you have, asked for or decide about.</small></p>";
    html + "</body></html>"
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_written_as_every_server_takes_it() {
        let written = |address: &str| mailbox(address).map(|it| it.to_string());
        let idn = written("dom@exämple.com");
        assert_eq!(idn.as_deref(), Some("dom@xn--exmple-cua.com"));
        let plain = written("ana.o'neil+x@example.com");
        assert_eq!(plain.as_deref(), Some("ana.o'neil+x@example.com"));
        for none in ["dömé@example.com", "ana", "ana@", "@example.com", "ana@a/b"] {
            assert_eq!(written(none), None, "{none}");
        }
    }
}
