//! Mail by SMTP (RFC 5321): through one relay that the settings name, encrypted unless that relay is on
//! this machine.

use std::time::Duration;

use lettre::message::Mailbox;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use zeroize::Zeroizing;

use super::NoticeFault;
use super::deliver::{Message, Sent};

/// How long one step of the conversation may take.
const STEP: Duration = Duration::from_secs(15);

/// How long a mail may take from the first word to the last.
const PATIENCE: Duration = Duration::from_secs(40);

/// How the way to the relay is kept secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailSecurity {
    /// TLS from the first byte (RFC 8314).
    Tls,
    /// `STARTTLS`, without which nothing is sent (RFC 3207).
    StartTls,
    /// Nothing: only for a relay on this machine.
    None,
}

/// The relay, and who the mail is from.
#[derive(Clone)]
pub struct MailSettings {
    /// Name of the relay.
    pub host: String,
    /// Its port; `None`: 465, 587 or 25, as the security has it.
    pub port: Option<u16>,
    /// How the way there is kept secret.
    pub security: MailSecurity,
    /// Name to sign in with.
    pub user: Option<String>,
    /// Password to sign in with.
    pub password: Option<Zeroizing<String>>,
    /// Whom the mail is from: an address, or `Name <address>`.
    pub from: String,
    /// A certificate (PEM) that the relay's is signed with, when it is not one of the public ones.
    pub authority: Option<Vec<u8>>,
}

impl std::fmt::Debug for MailSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MailSettings")
            .field("host", &self.host)
            .finish_non_exhaustive()
    }
}

/// A way to the relay.
pub(crate) struct Mail {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    /// The part after `@` of the sender, for identifiers.
    domain: String,
    patience: Duration,
}

impl Mail {
    pub(super) fn ready(settings: MailSettings) -> Result<Self, NoticeFault> {
        let wrong = |key: &str, error: String| NoticeFault::Mail(format!("{key}: {error}"));
        let from: Mailbox = settings
            .from
            .parse()
            .map_err(|error| wrong("from", format!("expected a mail address ({error})")))?;
        let local = ["127.0.0.1", "::1", "localhost"].contains(&settings.host.as_str());
        if settings.security == MailSecurity::None && !local {
            let why = "expected tls or starttls: without them only a relay on this machine is used";
            return Err(wrong("security", why.to_owned()));
        }
        let tls = || {
            let mut parameters = TlsParameters::builder(settings.host.clone());
            if let Some(pem) = &settings.authority {
                let certificate = Certificate::from_pem(pem)
                    .map_err(|error| wrong("authority_file", error.to_string()))?;
                parameters = parameters.add_root_certificate(certificate);
            }
            parameters
                .build()
                .map_err(|error| wrong("security", error.to_string()))
        };
        let (tls, port) = match settings.security {
            MailSecurity::Tls => (Tls::Wrapper(tls()?), 465),
            MailSecurity::StartTls => (Tls::Required(tls()?), 587),
            MailSecurity::None => (Tls::None, 25),
        };
        let domain = from.email.domain().to_owned();
        // Not the name of this machine, which is nobody's business.
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
            .hello_name(ClientId::Domain(domain.clone()))
            .tls(tls)
            .port(settings.port.unwrap_or(port))
            .timeout(Some(STEP));
        match (settings.user, settings.password) {
            (Some(user), Some(password)) => {
                builder = builder.credentials(Credentials::new(user, password.to_string()));
            }
            (None, None) => {}
            _ => {
                let why = "expected both a user and a password file, or neither";
                return Err(wrong("user", why.to_owned()));
            }
        }
        Ok(Self {
            transport: builder.build(),
            from,
            domain,
            patience: PATIENCE,
        })
    }

    /// Whether the relay answers, and takes name and password.
    pub(super) async fn check(&self) -> Result<(), String> {
        match tokio::time::timeout(self.patience, self.transport.test_connection()).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err("it does not answer".to_owned()),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("it takes too long".to_owned()),
        }
    }

    pub(super) async fn send(&self, message: &Message) -> Sent {
        let Ok(mail) = self.write(message) else {
            return Sent::Never("address");
        };
        match tokio::time::timeout(self.patience, self.transport.send(mail)).await {
            Ok(Ok(_)) => Sent::Handed,
            Ok(Err(error)) => came_of(&error),
            Err(_) => Sent::later("slow"),
        }
    }

    /// Reads the address anew: what is no address, or has a line break in it, is none. What is said in
    /// the headers besides is ours.
    fn write(&self, message: &Message) -> Result<lettre::Message, lettre::error::Error> {
        let to: Address = message
            .to
            .parse()
            .map_err(|_| lettre::error::Error::MissingTo)?;
        let stop = |name| HeaderName::new_from_ascii_str(name);
        let raw = HeaderValue::new;
        lettre::Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(&message.subject)
            .date(
                std::time::UNIX_EPOCH
                    + Duration::from_secs(
                        u64::try_from(message.made_at.as_second()).unwrap_or_default(),
                    ),
            )
            .message_id(Some(format!("<{}@{}>", message.id, self.domain)))
            // One click, with POST (RFC 8058).
            .raw_header(raw(stop("List-Unsubscribe"), format!("<{}>", message.url)))
            .raw_header(raw(
                stop("List-Unsubscribe-Post"),
                "List-Unsubscribe=One-Click".to_owned(),
            ))
            // Nobody's holiday answers it (RFC 3834).
            .raw_header(raw(stop("Auto-Submitted"), "auto-generated".to_owned()))
            .raw_header(raw(
                stop("Content-Language"),
                message.lang.code().to_owned(),
            ))
            .header(ContentType::TEXT_PLAIN)
            .body(message.body.clone())
    }
}

/// What the relay's refusal means.
fn came_of(error: &lettre::transport::smtp::Error) -> Sent {
    if error.is_permanent() {
        // Of a wrong name or password (RFC 4954) every mail would be refused: it is ours to mend.
        let code = error.status().map(u16::from);
        return if matches!(code, Some(530 | 534 | 535 | 538)) {
            Sent::later("sign_in")
        } else {
            Sent::Never("refused")
        };
    }
    if error.is_transient() {
        return Sent::later("busy");
    }
    if error.is_timeout() {
        return Sent::later("slow");
    }
    // Said by the library of a relay that offers no STARTTLS, and of one whose certificate is wrong.
    if error.is_tls() || error.to_string().contains("STARTTLS") {
        return Sent::later("insecure");
    }
    Sent::later("unreachable")
}

#[cfg(test)]
mod tests {
    use pengayom_core::pack::Lang;

    use super::*;

    fn settings(security: MailSecurity, host: &str) -> MailSettings {
        MailSettings {
            host: host.to_owned(),
            port: None,
            security,
            user: None,
            password: None,
            from: "Polres Pati <kabar@polres-pati.example>".to_owned(),
            authority: None,
        }
    }

    fn message(to: &str, subject: &str) -> Message {
        Message {
            id: uuid::Uuid::from_u128(7),
            made_at: "2026-11-24T02:00:00Z".parse().unwrap(),
            to: to.to_owned(),
            subject: subject.to_owned(),
            body: "Ada kabar\n".to_owned(),
            short: String::new(),
            url: "https://polres-pati.example/kabar/x".to_owned(),
            lang: Lang::Id,
        }
    }

    #[test]
    fn no_header_comes_from_an_address_or_a_subject() {
        let mail = Mail::ready(settings(MailSecurity::None, "localhost")).unwrap();
        for bad in [
            "",
            "siti",
            "siti@desa.id\r\nBcc: x@y.id",
            "siti@desa.id, x@y.id",
            "siti@desa.id\nX: y",
            "<siti@desa.id>\r\n\r\nhalo",
        ] {
            assert!(mail.write(&message(bad, "Kabar")).is_err(), "{bad}");
        }
        let written = mail
            .write(&message("siti@desa.id", "Kabar\r\nBcc: x@y.id"))
            .unwrap();
        let text = String::from_utf8(written.formatted()).unwrap();
        let head = text.split("\r\n\r\n").next().unwrap();
        assert!(!head.lines().any(|line| line.starts_with("Bcc:")), "{head}");
        assert!(
            head.contains("Message-ID: <00000000-0000-0000-0000-000000000007@polres-pati.example>")
        );
        // The same each time it is sent.
        let again = mail.write(&message("siti@desa.id", "Kabar\r\nBcc: x@y.id"));
        assert_eq!(again.unwrap().formatted(), written.formatted());
    }

    #[test]
    fn nothing_goes_in_the_clear_beyond_this_machine() {
        for (security, host, right) in [
            (MailSecurity::None, "surat.example", false),
            (MailSecurity::None, "127.0.0.1", true),
            (MailSecurity::StartTls, "surat.example", true),
            (MailSecurity::Tls, "surat.example", true),
        ] {
            let ready = Mail::ready(settings(security, host));
            assert_eq!(ready.is_ok(), right, "{security:?} {host}");
        }
        let mut half = settings(MailSecurity::Tls, "surat.example");
        half.user = Some("pengayom".to_owned());
        assert!(Mail::ready(half).is_err());
    }
}
