//! A witness behind TLS: asked when its certificate is trusted, and told in plain words when not.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use pengayom_ledger::VerifierKey;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::support::{GOOD, Unit, repository};
use crate::witness::{Folder, Listening, ServedUnit, cosigned};

fn certificate(name: &str) -> PathBuf {
    repository("crates/pengayom/tests/cli/tls").join(name)
}

/// Takes TLS off before a witness, on a port of this machine until the test ends. Its address.
fn behind_tls(witness: &Listening) -> String {
    let to: SocketAddr = witness
        .url
        .strip_prefix("http://")
        .unwrap()
        .parse()
        .unwrap();
    let chain = CertificateDer::pem_file_iter(certificate("server.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(certificate("server.key")).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain.map(Result::unwrap).collect(), key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async move {
            let listener = TcpListener::from_std(listener).unwrap();
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    let Ok(mut open) = acceptor.accept(stream).await else {
                        return;
                    };
                    let mut plain = TcpStream::connect(to).await.unwrap();
                    let _ = copy_bidirectional(&mut open, &mut plain).await;
                });
            }
        });
    });
    format!("https://localhost:{port}")
}

// S22. The authority is one that this machine trusts, as SSL_CERT_FILE or the system's store says; one
// that it does not trust is not asked, and the node's log says what to do about it.
#[test]
fn a_witness_is_asked_over_tls_when_its_certificate_is_trusted_and_not_otherwise() {
    let unit = Unit::of("detroit");
    unit.import_rows("calls.csv", &[GOOD]);
    let log: VerifierKey = {
        let served = ServedUnit::asking(&unit, None, &[]);
        served.until("/tlog/key", |text| text.lines().next()?.parse().ok())
    };
    let folder = Folder::new();
    let witness = Listening::of(&folder, &log.to_string());
    let address = behind_tls(&witness);
    let asked = Some((&witness.key, address.as_str()));
    let keys = [log.clone(), witness.key.clone()];

    let mut served = ServedUnit::asking(&unit, asked, &[]);
    let said = served.says("no cosignature");
    let line = said.lines().last().unwrap();
    assert!(
        line.contains("its certificate is not one that this machine trusts for this name"),
        "{line}"
    );
    assert!(line.contains("SSL_CERT_FILE"), "{line}");
    assert_eq!(
        served.until("/tlog/checkpoint", |text| cosigned(text, &keys[..1])
            .map(|_| cosigned(text, &keys))),
        None
    );
    drop(served);

    // The name is checked too.
    let other = address.replace("localhost", "127.0.0.1");
    let authority = certificate("authority.pem");
    let trusting = [("SSL_CERT_FILE", authority.as_path())];
    let mut served = ServedUnit::asking(&unit, Some((&witness.key, &other)), &trusting);
    let said = served.says("no cosignature");
    assert!(
        said.contains("its certificate is not one that this machine trusts for this name"),
        "{said}"
    );
    drop(served);

    let served = ServedUnit::asking(&unit, asked, &trusting);
    served.until("/tlog/checkpoint", |text| cosigned(text, &keys));
}
