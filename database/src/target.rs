//! Which database: its address, and how the connection is encrypted.
//!
//! `sslmode` means what it means to psql: `disable`; `prefer` (the default: encrypted where the server offers it, whoever it is);
//! `require` (encrypted, whoever it is); `verify-ca` (the certificate comes from an authority of `sslrootcert`, or of the system);
//! `verify-full` (and is made out for the host).

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::{Error, Result};

/// How long connecting may take where the address does not say.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// How long a server may leave what was sent to it without an answer of its network.
const SILENCE_MAX: Duration = Duration::from_secs(60);

/// A database that can be connected to. Shown without its password.
#[derive(Clone)]
pub struct Target {
    pub(crate) config: Config,
    pub(crate) tls: MakeRustlsConnect,
    name: String,
}

impl Target {
    /// Reads `postgres://user:password@host:port/database?sslmode=…`.
    ///
    /// # Errors
    /// `Target`, which does not repeat the address.
    pub fn parse(url: &str) -> Result<Self> {
        let wrong = |reason: String| Error::Target { reason };
        if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
            return Err(wrong("it does not begin with postgres://".into()));
        }
        let (address, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut mode, mut authorities, mut others) = ("prefer".to_owned(), None, Vec::new());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let value = || url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned());
            match pair.split('=').next() {
                Some("sslmode") => mode = value().unwrap_or_default(),
                Some("sslrootcert") => authorities = value(),
                _ => others.push(pair),
            }
        }
        let rest = if others.is_empty() { address.to_owned() } else { format!("{address}?{}", others.join("&")) };
        let mut config: Config = rest.parse().map_err(|e: tokio_postgres::Error| {
            let why = std::error::Error::source(&e).map_or_else(|| e.to_string(), ToString::to_string);
            wrong(format!("it cannot be read: {why}"))
        })?;
        if config.get_hosts().is_empty() {
            return Err(wrong("it names no host".into()));
        }
        let proof = Proof::parse(&mode).ok_or_else(|| {
            wrong(format!("sslmode=`{mode}` is none of disable, prefer, require, verify-ca and verify-full"))
        })?;
        config.ssl_mode(match (mode.as_str(), proof) {
            ("disable", _) => SslMode::Disable,
            ("prefer", _) => SslMode::Prefer,
            _ => SslMode::Require,
        });
        config.connect_timeout(*config.get_connect_timeout().unwrap_or(&CONNECT_TIMEOUT));
        config.tcp_user_timeout(*config.get_tcp_user_timeout().unwrap_or(&SILENCE_MAX));
        if config.get_application_name().is_none() {
            config.application_name("deskferry");
        }
        let name = name(&config);
        Ok(Self { config, tls: MakeRustlsConnect::new(tls(proof, authorities.as_deref())?), name })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

fn name(config: &Config) -> String {
    let hosts: Vec<String> = config
        .get_hosts()
        .iter()
        .enumerate()
        .map(|(at, host)| {
            let host = match host {
                Host::Tcp(name) => name.clone(),
                #[cfg(unix)]
                Host::Unix(path) => path.display().to_string(),
            };
            let ports = config.get_ports();
            ports.get(at).or(ports.first()).map_or_else(|| host.clone(), |port| format!("{host}:{port}"))
        })
        .collect();
    let user = config.get_user().map(|user| format!("{user}@")).unwrap_or_default();
    format!("postgres://{user}{}/{}", hosts.join(","), config.get_dbname().unwrap_or_default())
}

/// What the server's certificate must prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Proof {
    Nothing,
    Authority,
    Host,
}

impl Proof {
    fn parse(mode: &str) -> Option<Self> {
        match mode {
            "disable" | "prefer" | "require" => Some(Self::Nothing),
            "verify-ca" => Some(Self::Authority),
            "verify-full" => Some(Self::Host),
            _ => None,
        }
    }
}

fn tls(proof: Proof, authorities: Option<&str>) -> Result<ClientConfig> {
    let wrong = |reason: String| Error::Target { reason };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|e| wrong(e.to_string()))?;
    if proof == Proof::Nothing {
        let verifier = Lenient { provider, authority: None };
        return Ok(builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth());
    }
    let mut roots = RootCertStore::empty();
    match authorities.filter(|file| *file != "system") {
        Some(file) => {
            let unreadable = |reason: String| wrong(format!("sslrootcert={file} cannot be read: {reason}"));
            for certificate in CertificateDer::pem_file_iter(file).map_err(|e| unreadable(e.to_string()))? {
                let certificate = certificate.map_err(|e| unreadable(e.to_string()))?;
                roots.add(certificate).map_err(|e| unreadable(e.to_string()))?;
            }
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    if roots.is_empty() {
        return Err(wrong("no certificate of an authority is known: name a file with sslrootcert".into()));
    }
    if proof == Proof::Host {
        return Ok(builder.with_root_certificates(roots).with_no_client_auth());
    }
    let authority = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
        .build()
        .map_err(|e| wrong(e.to_string()))?;
    let verifier = Lenient { provider, authority: Some(authority) };
    Ok(builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth())
}

/// Asks less of a certificate than that it be made out for the host. That the server has its key is always proven.
#[derive(Debug)]
struct Lenient {
    provider: Arc<CryptoProvider>,
    authority: Option<Arc<WebPkiServerVerifier>>,
}

impl ServerCertVerifier for Lenient {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Some(authority) = &self.authority else { return Ok(ServerCertVerified::assertion()) };
        match authority.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            answer => answer,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, cert, dss, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, cert, dss, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_shown_without_its_password() {
        let target = Target::parse("postgres://writer:s3cr%20et@db.example:6543/support?sslmode=require").unwrap();
        assert_eq!(target.to_string(), "postgres://writer@db.example:6543/support");
        assert_eq!(target.config.get_password(), Some(&b"s3cr et"[..]));
        assert_eq!(target.config.get_ssl_mode(), SslMode::Require);
        assert!(!format!("{target:?}").contains("s3cr"));
        let local = Target::parse("postgres:///support?host=/run/postgresql&user=me").unwrap();
        assert_eq!(local.to_string(), "postgres://me@/run/postgresql/support");
    }

    #[test]
    fn what_is_no_address_is_refused_without_being_repeated() {
        for (url, reason) in [
            ("mysql://writer:s3cret@db/x", "does not begin with postgres://"),
            ("s3cret", "does not begin with postgres://"),
            ("postgres://writer:s3cret@db/x?sslmode=maybe", "none of disable"),
            (
                "postgres://writer:s3cret@db/x?sslmode=verify-full&sslrootcert=/nowhere.pem",
                "/nowhere.pem cannot be read",
            ),
            ("postgres://writer:s3cret@db:port/x", "cannot be read"),
            ("postgres://writer:s3cret@db/x?nonsense=1", "cannot be read"),
            ("postgres:///x", "names no host"),
        ] {
            let said = Target::parse(url).unwrap_err().to_string();
            assert!(said.contains(reason) && !said.contains("s3cret"), "{said}");
        }
    }
}
