//! Where mail is handed over, and as whom.

use lettre::message::Mailbox;

use crate::portal::Channel;

portcullis_model::words! {
    /// How the connection is protected.
    pub enum Security {
        /// Asked for in the clear, and refused where it is not given; port 587.
        StartTls = "starttls",
        /// From the first byte; port 465.
        Tls = "tls",
        /// Not at all: to this machine only; port 25.
        None = "none",
    }
}

impl Security {
    /// The port it is usual at.
    #[must_use]
    pub const fn port(self) -> u16 {
        match self {
            Self::StartTls => 587,
            Self::Tls => 465,
            Self::None => 25,
        }
    }
}

/// A mail server.
#[derive(Clone)]
pub struct Smtp {
    /// When people are told, and where messages lead.
    pub channel: Channel,
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// User and password.
    pub credentials: Option<(String, String)>,
    /// Whom messages come from.
    pub from: Mailbox,
    /// Certificates that are trusted beside the system's, in PEM.
    pub authorities: Option<Vec<u8>>,
}

impl Smtp {
    /// Reads whom messages come from: `Portcullis <access@example.com>`, or the address alone.
    ///
    /// # Errors
    /// It is no address.
    pub fn sender(text: &str) -> Result<Mailbox, String> {
        text.parse().map_err(|_| {
            format!(
                "`{text}` is no e-mail address; write one as in `Portcullis <access@example.com>`"
            )
        })
    }
}
