//! By which ways people are told, as the settings say it.

use std::path::{Path, PathBuf};

use pengayom_core::notice::Way;
use pengayom_node::notices::{
    GatewaySettings, MailSecurity, MailSettings, NoticeSettings, PushSettings,
};
use pengayom_node::outside::{Guard, Network};
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::fault::Fault;

/// Largest file with a secret, in bytes.
const SECRET_MAX: u64 = 4_096;

/// Settings of notices: all may be left out. In the configuration file they stand in `[notices]` under
/// their names with `_` for `-`.
#[derive(Debug, Clone, Default, clap::Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct NoticeArguments {
    /// Networks within the house that may be asked by the node, such as 10.20.0.0/16 [default: none]
    #[arg(
        long,
        env = "PENGAYOM_OUTSIDE_ALLOW",
        value_name = "NETWORK",
        value_delimiter = ','
    )]
    outside_allow: Vec<String>,
    /// Relay that takes mail [default: none, no mail is sent]
    #[arg(long, env = "PENGAYOM_MAIL_HOST", value_name = "HOST")]
    mail_host: Option<String>,
    /// Port of the relay [default: 465 for tls, 587 for starttls, 25 for none]
    #[arg(long, env = "PENGAYOM_MAIL_PORT", value_name = "PORT")]
    mail_port: Option<u16>,
    /// How the way to the relay is kept secret: tls, starttls, or none on this machine [default: starttls]
    #[arg(long, env = "PENGAYOM_MAIL_SECURITY", value_name = "WORD")]
    mail_security: Option<String>,
    /// Whom mail is from, such as "Polres Pati <kabar@polres-pati.example>"
    #[arg(long, env = "PENGAYOM_MAIL_FROM", value_name = "ADDRESS")]
    mail_from: Option<String>,
    /// Name to sign in at the relay with [default: none]
    #[arg(long, env = "PENGAYOM_MAIL_USER", value_name = "NAME")]
    mail_user: Option<String>,
    /// File with the password for it
    #[arg(long, env = "PENGAYOM_MAIL_PASSWORD_FILE", value_name = "FILE")]
    mail_password_file: Option<PathBuf>,
    /// File with the certificate (PEM) that signed the relay's, if it is not one of the public ones
    #[arg(long, env = "PENGAYOM_MAIL_AUTHORITY_FILE", value_name = "FILE")]
    mail_authority_file: Option<PathBuf>,
    /// Gateway that short messages and WhatsApp are posted to (docs/notices.md) [default: none]
    #[arg(long, env = "PENGAYOM_GATEWAY_URL", value_name = "URL")]
    gateway_url: Option<String>,
    /// File with the bearer token for the gateway
    #[arg(long, env = "PENGAYOM_GATEWAY_TOKEN_FILE", value_name = "FILE")]
    gateway_token_file: Option<PathBuf>,
    /// File with the secret that the gateway signs its reports with [default: none, no reports]
    #[arg(long, env = "PENGAYOM_GATEWAY_REPORT_SECRET_FILE", value_name = "FILE")]
    gateway_report_secret_file: Option<PathBuf>,
    /// What the gateway sends: sms, whatsapp [default: sms]
    #[arg(
        long,
        env = "PENGAYOM_GATEWAY_WAYS",
        value_name = "WAY",
        value_delimiter = ','
    )]
    gateway_ways: Vec<String>,
    /// Whom push services write to (mailto: or https:); switches messages to browsers on [default: none]
    #[arg(long, env = "PENGAYOM_PUSH_CONTACT", value_name = "ADDRESS")]
    push_contact: Option<String>,
}

impl NoticeArguments {
    /// What is not said here, as a configuration file says it.
    pub(crate) fn or(self, file: Self) -> Self {
        let list = |own: Vec<String>, other| if own.is_empty() { other } else { own };
        Self {
            outside_allow: list(self.outside_allow, file.outside_allow),
            mail_host: self.mail_host.or(file.mail_host),
            mail_port: self.mail_port.or(file.mail_port),
            mail_security: self.mail_security.or(file.mail_security),
            mail_from: self.mail_from.or(file.mail_from),
            mail_user: self.mail_user.or(file.mail_user),
            mail_password_file: self.mail_password_file.or(file.mail_password_file),
            mail_authority_file: self.mail_authority_file.or(file.mail_authority_file),
            gateway_url: self.gateway_url.or(file.gateway_url),
            gateway_token_file: self.gateway_token_file.or(file.gateway_token_file),
            gateway_report_secret_file: self
                .gateway_report_secret_file
                .or(file.gateway_report_secret_file),
            gateway_ways: list(self.gateway_ways, file.gateway_ways),
            push_contact: self.push_contact.or(file.push_contact),
        }
    }

    /// The addresses that the node may ask when somebody else named them.
    ///
    /// # Errors
    /// [`Fault`] for a text that is no network.
    pub(crate) fn guard(&self, site: &str, port: Option<u16>) -> Result<Guard, Fault> {
        let networks: Result<Vec<Network>, _> =
            self.outside_allow.iter().map(|text| text.parse()).collect();
        let networks = networks.map_err(|error| Fault::Input(format!("outside_allow: {error}")))?;
        let mut guard = Guard::new().allowing(networks);
        if let Some(port) = port {
            guard = guard.own_port(port);
        }
        let host = site.split_once("://").map(|(_, rest)| rest);
        let host = host.and_then(|rest| rest.split(['/', ':']).next());
        // A loopback address is judged by its port: other programs may listen on this machine.
        let loopback = ["127.0.0.1", "localhost", "["];
        if let Some(host) = host
            && !loopback.iter().any(|known| host.starts_with(known))
        {
            guard = guard.own_name(host);
        }
        Ok(guard)
    }

    /// The settings for a node at an address and port.
    ///
    /// # Errors
    /// [`Fault`] when a file cannot be read or a setting is missing or none.
    pub(crate) fn settings(&self, site: &str, port: Option<u16>) -> Result<NoticeSettings, Fault> {
        Ok(NoticeSettings {
            site: site.to_owned(),
            mail: self.mail()?,
            gateway: self.gateway()?,
            push: self.push_contact.as_ref().map(|contact| PushSettings {
                contact: contact.clone(),
                plain: false,
            }),
            guard: self.guard(site, port)?,
        })
    }

    fn mail(&self) -> Result<Option<MailSettings>, Fault> {
        let Some(host) = self.mail_host.clone() else {
            return Ok(None);
        };
        let security = match self.mail_security.as_deref() {
            None | Some("starttls") => MailSecurity::StartTls,
            Some("tls") => MailSecurity::Tls,
            Some("none") => MailSecurity::None,
            Some(other) => {
                return Err(Fault::Input(format!(
                    "mail_security: expected tls, starttls or none, found {other}"
                )));
            }
        };
        let from = self.mail_from.clone().ok_or_else(|| {
            Fault::Input("mail_from: missing; say whom mail is from, as mail_host is set".into())
        })?;
        let authority = self.mail_authority_file.as_deref().map(|path| {
            let text = crate::files::read_text(path)?;
            Ok::<_, Fault>(text.into_bytes())
        });
        Ok(Some(MailSettings {
            host,
            port: self.mail_port,
            security,
            user: self.mail_user.clone(),
            password: self.mail_password_file.as_deref().map(secret).transpose()?,
            from,
            authority: authority.transpose()?,
        }))
    }

    fn gateway(&self) -> Result<Option<GatewaySettings>, Fault> {
        let Some(url) = self.gateway_url.clone() else {
            return Ok(None);
        };
        let token = self.gateway_token_file.as_deref().ok_or_else(|| {
            Fault::Input("gateway_token_file: missing, as gateway_url is set".into())
        })?;
        let way = |word: &String| {
            Way::parse(word).ok_or_else(|| {
                Fault::Input(format!(
                    "gateway_ways: expected sms or whatsapp, found {word}"
                ))
            })
        };
        let ways: Result<Vec<Way>, Fault> = self.gateway_ways.iter().map(way).collect();
        let mut ways = ways?;
        if ways.is_empty() {
            ways.push(Way::Sms);
        }
        Ok(Some(GatewaySettings {
            url,
            token: secret(token)?,
            report_secret: self
                .gateway_report_secret_file
                .as_deref()
                .map(secret)
                .transpose()?,
            ways,
            patience: None,
        }))
    }
}

/// The first line of a file.
fn secret(path: &Path) -> Result<Zeroizing<String>, Fault> {
    use std::io::Read as _;
    let mut text = Zeroizing::new(String::new());
    std::fs::File::open(path)
        .and_then(|file| file.take(SECRET_MAX).read_to_string(&mut text))
        .map_err(Fault::file(path))?;
    let line = text.lines().next().unwrap_or_default().trim();
    if line.is_empty() {
        let path = path.display();
        return Err(Fault::Input(format!(
            "{path}: expected a secret on the first line"
        )));
    }
    Ok(Zeroizing::new(line.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> NoticeArguments {
        toml::from_str(text).unwrap()
    }

    fn said(result: Result<NoticeSettings, Fault>) -> String {
        result.unwrap_err().to_string()
    }

    #[test]
    fn each_way_is_off_until_it_is_set() {
        let none = NoticeArguments::default();
        assert!(!none.settings("https://a.example", None).unwrap().is_on());
        let push = read("push_contact = \"mailto:a@b.example\"");
        assert!(push.settings("https://a.example", None).unwrap().is_on());
    }

    #[test]
    fn what_is_missing_or_wrong_is_named_and_no_secret_is_repeated() {
        let folder = tempfile::tempdir().unwrap();
        let (full, empty) = (folder.path().join("full"), folder.path().join("empty"));
        std::fs::write(&full, "sangat rahasia sekali\nbaris kedua\n").unwrap();
        std::fs::write(&empty, "\n").unwrap();
        let gateway = |file: &Path, more: &str| {
            let file = file.display();
            let text = format!(
                "gateway_url = \"https://g.example/\"\ngateway_token_file = \"{file}\"\n{more}"
            );
            read(&text).settings("https://a.example", None)
        };
        let right = gateway(&full, "").unwrap().gateway.unwrap();
        assert_eq!(right.token.as_str(), "sangat rahasia sekali");
        assert_eq!(right.ways, [Way::Sms]);
        assert!(!format!("{right:?}").contains("rahasia"));
        for (wrong, expected) in [
            (gateway(&empty, ""), "expected a secret"),
            (gateway(&folder.path().join("none"), ""), "none"),
            (gateway(&full, "gateway_ways = [\"fax\"]"), "gateway_ways"),
            (
                gateway(&full, "outside_allow = [\"kantor\"]"),
                "outside_allow",
            ),
            (
                read("gateway_url = \"https://g.example/\"").settings("https://a.example", None),
                "gateway_token_file",
            ),
            (
                read("mail_host = \"m.example\"").settings("https://a.example", None),
                "mail_from",
            ),
            (
                read("mail_host = \"m.example\"\nmail_from = \"a@b.id\"\nmail_security = \"ssl\"")
                    .settings("https://a.example", None),
                "mail_security",
            ),
        ] {
            let words = said(wrong);
            assert!(words.contains(expected), "{expected}: {words}");
            assert!(!words.contains("rahasia"), "{words}");
        }
        assert!(toml::from_str::<NoticeArguments>("mail_hots = \"x\"").is_err());
    }

    #[test]
    fn what_is_given_goes_before_the_file() {
        let given = read("mail_host = \"a.example\"\ngateway_ways = [\"whatsapp\"]");
        let file =
            read("mail_host = \"b.example\"\nmail_from = \"c@b.id\"\ngateway_ways = [\"sms\"]");
        let both = given.or(file);
        assert_eq!(both.mail_host.as_deref(), Some("a.example"));
        assert_eq!(both.mail_from.as_deref(), Some("c@b.id"));
        assert_eq!(both.gateway_ways, ["whatsapp"]);
    }

    #[test]
    fn the_guard_knows_the_node_by_name_and_port() {
        let guard = read("outside_allow = [\"127.0.0.1\"]")
            .guard("https://Polres-Pati.example:8443/x", Some(8110))
            .unwrap();
        assert!(guard.permits_name("polres-pati.example").is_err());
        assert!(guard.permits("127.0.0.1:8110".parse().unwrap()).is_err());
        assert!(guard.permits("127.0.0.1:9000".parse().unwrap()).is_ok());
    }
}
