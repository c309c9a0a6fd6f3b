//! The provider through which staff may sign in too, as the settings name it (OpenID Connect).

use std::path::PathBuf;

use pengayom_web::ProviderSettings;
use serde::Deserialize;

use crate::fault::Fault;
use crate::files;

/// Arguments about the provider. All of them or none.
#[expect(clippy::struct_field_names, reason = "each is the name of an argument")]
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct ProviderArguments {
    /// Issuer of a provider through which staff may sign in too, such as <https://sso.example>
    #[arg(long, env = "PENGAYOM_OIDC_ISSUER", value_name = "URL")]
    oidc_issuer: Option<String>,
    /// Name of this unit at the provider
    #[arg(long, env = "PENGAYOM_OIDC_CLIENT_ID", value_name = "ID")]
    oidc_client_id: Option<String>,
    /// File with the secret that goes with it; `PENGAYOM_OIDC_CLIENT_SECRET` holds the secret itself
    #[arg(long, env = "PENGAYOM_OIDC_CLIENT_SECRET_FILE", value_name = "FILE")]
    oidc_client_secret_file: Option<PathBuf>,
    /// Words of its button [default: the host of the issuer]
    #[arg(long, env = "PENGAYOM_OIDC_NAME", value_name = "WORDS")]
    oidc_name: Option<String>,
    /// The provider asks for a second factor itself: its word stands for both
    #[arg(long, env = "PENGAYOM_OIDC_BOTH_FACTORS")]
    oidc_both_factors: bool,
}

/// The same in the configuration file, as table `oidc`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProviderFile {
    issuer: Option<String>,
    client_id: Option<String>,
    client_secret_file: Option<PathBuf>,
    name: Option<String>,
    #[serde(default)]
    both_factors: bool,
}

/// Longest words of the button, in characters.
const NAME_MAX_CHARS: usize = 60;

impl ProviderArguments {
    /// The provider; `None` when none is named.
    ///
    /// # Errors
    /// [`Fault`] when something is missing or cannot be, with what to do.
    pub(crate) fn read(self, file: ProviderFile) -> Result<Option<ProviderSettings>, Fault> {
        let Some(issuer) = self.oidc_issuer.or(file.issuer) else {
            return Ok(None);
        };
        let host = host_of(&issuer)?;
        let client_id = self.oidc_client_id.or(file.client_id).ok_or_else(|| {
            Fault::Input("which name has this unit at the provider? use --oidc-client-id".into())
        })?;
        let path = self.oidc_client_secret_file.or(file.client_secret_file);
        #[expect(
            clippy::disallowed_methods,
            reason = "no argument carries a secret, for others on the machine read arguments"
        )]
        let given = std::env::var("PENGAYOM_OIDC_CLIENT_SECRET");
        let secret = match (given, path) {
            (Ok(secret), _) => secret,
            (Err(_), Some(path)) => files::read_text(&path)?,
            (Err(_), None) => {
                return Err(Fault::Input(
                    "the provider's secret is missing: put it into a file that only the node can \
                     read and name it with --oidc-client-secret-file"
                        .into(),
                ));
            }
        };
        let name = self.oidc_name.or(file.name).unwrap_or(host);
        if !(1..=NAME_MAX_CHARS).contains(&name.trim().chars().count()) {
            return Err(Fault::Input(format!(
                "--oidc-name: expected 1 to {NAME_MAX_CHARS} characters"
            )));
        }
        Ok(Some(ProviderSettings {
            issuer,
            client_id,
            client_secret: secret.trim().to_owned(),
            name: name.trim().to_owned(),
            both_factors: self.oidc_both_factors || file.both_factors,
        }))
    }
}

/// The host of an issuer: https, or this machine itself.
fn host_of(issuer: &str) -> Result<String, Fault> {
    let wrong = || {
        Fault::Input(format!(
            "{issuer}: an issuer begins with https://; http:// only on this machine itself"
        ))
    };
    let (scheme, rest) = issuer.split_once("://").ok_or_else(wrong)?;
    let host = rest.split('/').next().unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let local = matches!(name, "localhost" | "127.0.0.1" | "[::1]");
    if name.is_empty() || !(scheme == "https" || (scheme == "http" && local)) {
        return Err(wrong());
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;

    fn named(issuer: &str) -> ProviderArguments {
        ProviderArguments {
            oidc_issuer: Some(issuer.to_owned()),
            oidc_client_id: Some("pati".to_owned()),
            ..ProviderArguments::default()
        }
    }

    #[test]
    fn a_provider_is_asked_over_tls_or_on_this_machine_only() {
        for good in [
            "https://sso.polri.example/realm",
            "http://127.0.0.1:9000",
            "http://localhost:9000",
        ] {
            assert!(host_of(good).is_ok(), "{good}");
        }
        for bad in [
            "http://sso.polri.example",
            "sso.polri.example",
            "ftp://x",
            "https://",
            "http://localhost.evil.example",
        ] {
            assert!(host_of(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_secret_comes_from_a_file_and_is_never_shown() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret");
        std::fs::write(&path, "rahasia sekali\n").unwrap();
        let file = ProviderFile {
            client_secret_file: Some(path),
            ..ProviderFile::default()
        };
        let read = named("https://sso.polri.example").read(file);
        let settings = read.unwrap().unwrap();
        assert_eq!(settings.client_secret, "rahasia sekali");
        assert_eq!(settings.name, "sso.polri.example");
        assert!(!format!("{settings:?}").contains("rahasia"));
        assert!(
            named("https://sso.polri.example")
                .read(ProviderFile::default())
                .is_err()
        );
        assert!(
            ProviderArguments::default()
                .read(ProviderFile::default())
                .unwrap()
                .is_none()
        );
    }
}
