//! Certificates with their private keys: read, checked, and told what they say.

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use sha2::{Digest, Sha256};
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};
use zeroize::Zeroizing;

/// Longest chain: more is a bundle that somebody took for a chain.
const LONGEST_CHAIN: usize = 16;

/// What a chain and its key say; the two belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examined {
    /// The chain in PEM, the certificate itself first, and nothing else that stood in the text.
    pub chain: String,
    /// The DNS names and IP addresses that it is for, as they stand in it.
    pub names: Vec<String>,
    /// Whom it is for, as a distinguished name.
    pub subject: String,
    /// Who signed it, as a distinguished name.
    pub issuer: String,
    /// SHA-256 of the certificate in DER, in lower-case hex.
    pub fingerprint: String,
    /// From when it holds, in seconds since 1970.
    pub not_before: i64,
    /// Until when it holds, in seconds since 1970.
    pub not_after: i64,
}

/// Why a chain with its key cannot be used. `Display` is for the person who gave them, and tells nothing of the key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// The chain is no PEM text with certificates.
    #[error("the chain cannot be read: {0}")]
    Chain(String),
    /// The key is no PEM text with an unencrypted private key of a usable kind.
    #[error("the private key cannot be read; an unencrypted RSA, ECDSA or Ed25519 key in PEM is needed")]
    Key,
    /// The key is another certificate's.
    #[error("the private key does not belong to the first certificate of the chain")]
    KeyOfAnother,
    /// A certificate does not sign the one before it.
    #[error("certificate {0} of the chain does not sign the one before it; the order is leaf first")]
    Broken(usize),
    /// It is for no name.
    #[error("the certificate names no host; subject alternative names are needed")]
    Nameless,
}

/// Reads a chain and its key, both in PEM.
///
/// # Errors
/// [`Unfit`] says which of the two is wrong, and how.
pub fn examine(chain: &str, key: &str) -> Result<Examined, Unfit> {
    let ders = certificates(chain)?;
    if ders.len() > LONGEST_CHAIN {
        return Err(Unfit::Chain(format!("{} certificates; at most {LONGEST_CHAIN} are allowed", ders.len())));
    }
    let mut parsed = Vec::with_capacity(ders.len());
    for der in &ders {
        let (_, certificate) = X509Certificate::from_der(der).map_err(|error| Unfit::Chain(error.to_string()))?;
        parsed.push(certificate);
    }
    for (index, pair) in parsed.windows(2).enumerate() {
        if let [signed, signer] = pair
            && signed.issuer() != signer.subject()
        {
            return Err(Unfit::Broken(index + 2));
        }
    }
    let leaf = parsed.first().ok_or_else(|| Unfit::Chain("it holds no certificate".to_owned()))?;
    let names = names(leaf);
    if names.is_empty() {
        return Err(Unfit::Nameless);
    }
    let private = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|_| Unfit::Key)?;
    let signing = aws_lc_rs::sign::any_supported_type(&private).map_err(|_| Unfit::Key)?;
    CertifiedKey::new(ders.clone(), signing).keys_match().map_err(|_| Unfit::KeyOfAnother)?;
    Ok(Examined {
        chain: ders.iter().map(|der| pem("CERTIFICATE", der)).collect(),
        names,
        subject: leaf.subject().to_string(),
        issuer: leaf.issuer().to_string(),
        fingerprint: hex(&Sha256::digest(ders.first().map_or(&[][..], |der| der.as_ref()))),
        not_before: leaf.validity().not_before.timestamp(),
        not_after: leaf.validity().not_after.timestamp(),
    })
}

/// How many certificates stand in a bundle of authorities, in PEM.
///
/// # Errors
/// [`Unfit::Chain`] for a text without certificates, or with what is none.
pub fn authorities(bundle: &str) -> Result<usize, Unfit> {
    let ders = certificates(bundle)?;
    for der in &ders {
        X509Certificate::from_der(der).map_err(|error| Unfit::Chain(error.to_string()))?;
    }
    Ok(ders.len())
}

/// Whom a certificate in DER is for, as a distinguished name, or by its first name where that is empty.
pub fn subject(der: &[u8]) -> Option<String> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let subject = certificate.subject().to_string();
    if subject.is_empty() { names(&certificate).into_iter().next() } else { Some(subject) }
}

fn certificates(text: &str) -> Result<Vec<CertificateDer<'static>>, Unfit> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text.as_bytes()).collect();
    match read {
        Ok(ders) if ders.is_empty() => Err(Unfit::Chain("it holds no certificate in PEM".to_owned())),
        Ok(ders) => Ok(ders),
        Err(error) => Err(Unfit::Chain(error.to_string())),
    }
}

fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(alternative)) = certificate.subject_alternative_name() else { return Vec::new() };
    let name = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some(name.to_ascii_lowercase()),
        GeneralName::IPAddress(bytes) => address(bytes),
        _ => None,
    };
    alternative.value.general_names.iter().filter_map(name).collect()
}

fn address(bytes: &[u8]) -> Option<String> {
    let four = <[u8; 4]>::try_from(bytes).map(std::net::IpAddr::from);
    let sixteen = <[u8; 16]>::try_from(bytes).map(std::net::IpAddr::from);
    four.or(sixteen).ok().map(|address| address.to_string())
}

/// A private key in PEM as one line of Base64, its PKCS#8, PKCS#1 or SEC1 form in DER with a word for which; and back.
pub mod line {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use rustls::pki_types::PrivatePkcs1KeyDer;

    use super::{PemObject, PrivateKeyDer, Zeroizing};

    /// The key as `pkcs8:…`, `pkcs1:…` or `sec1:…`; none for what is no key.
    pub fn of_pem(pem: &str) -> Option<Zeroizing<String>> {
        let key = PrivateKeyDer::from_pem_slice(pem.as_bytes()).ok()?;
        let kind = match &key {
            PrivateKeyDer::Pkcs1(_) => "pkcs1",
            PrivateKeyDer::Sec1(_) => "sec1",
            PrivateKeyDer::Pkcs8(_) => "pkcs8",
            _ => return None,
        };
        Some(Zeroizing::new(format!("{kind}:{}", STANDARD.encode(key.secret_der()))))
    }

    /// A key in the DER form of PKCS#8, as [`of_pem`] writes one.
    pub fn of_pkcs8(der: &[u8]) -> Zeroizing<String> {
        Zeroizing::new(format!("pkcs8:{}", STANDARD.encode(der)))
    }

    /// The key that [`of_pem`] wrote.
    pub fn read(line: &str) -> Option<PrivateKeyDer<'static>> {
        let (kind, text) = line.split_once(':')?;
        let der = STANDARD.decode(text).ok()?;
        match kind {
            "pkcs8" => Some(PrivateKeyDer::Pkcs8(der.into())),
            "pkcs1" => Some(PrivateKeyDer::Pkcs1(PrivatePkcs1KeyDer::from(der))),
            "sec1" => Some(PrivateKeyDer::Sec1(der.into())),
            _ => None,
        }
    }

    /// The key that [`of_pem`] wrote, in PEM again.
    pub fn to_pem(line: &str) -> Option<Zeroizing<String>> {
        let key = read(line)?;
        let label = match &key {
            PrivateKeyDer::Pkcs1(_) => "RSA PRIVATE KEY",
            PrivateKeyDer::Sec1(_) => "EC PRIVATE KEY",
            PrivateKeyDer::Pkcs8(_) => "PRIVATE KEY",
            _ => return None,
        };
        Some(Zeroizing::new(super::pem(label, key.secret_der())))
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<&str> = text.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(names: &[&str]) -> (String, String) {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let made = rcgen::generate_simple_self_signed(names).unwrap();
        (made.cert.pem(), made.signing_key.serialize_pem())
    }

    #[test]
    fn a_chain_with_its_key_tells_its_names_and_times() {
        let (chain, key) = made(&["a.example", "*.b.example", "127.0.0.1"]);
        let found = examine(&format!("a comment\n{chain}"), &key).unwrap();
        assert_eq!(found.names, ["a.example", "*.b.example", "127.0.0.1"]);
        assert!(found.not_before < found.not_after);
        assert_eq!(found.fingerprint.len(), 64);
        assert_eq!(examine(&found.chain, &key).unwrap(), found, "what is kept can be read again");
    }

    #[test]
    fn a_key_is_the_same_in_a_line_and_in_pem() {
        for line in ["pkcs8:AAEC", "pkcs1:AAEC", "sec1:AAEC"] {
            let pem = line::to_pem(line).unwrap();
            assert_eq!(line::of_pem(&pem).unwrap().as_str(), line, "{}", pem.as_str());
        }
        assert_eq!(line::to_pem("pkcs9:AAEC"), None);
    }

    #[test]
    fn what_cannot_be_used_is_told_by_its_part() {
        let (chain, key) = made(&["a.example"]);
        let (other, _) = made(&["b.example"]);
        assert_eq!(examine(&other, &key).unwrap_err(), Unfit::KeyOfAnother);
        assert_eq!(examine(&chain, "no key").unwrap_err(), Unfit::Key);
        assert!(matches!(examine("no chain", &key).unwrap_err(), Unfit::Chain(_)));
        assert!(matches!(examine(&key, &key).unwrap_err(), Unfit::Chain(_)));
        assert_eq!(examine(&made(&[]).0, &made(&[]).1).unwrap_err(), Unfit::Nameless);
    }

    #[test]
    fn a_certificate_that_does_not_sign_the_one_before_it_is_named() {
        let params = |name: &str| {
            let mut params = rcgen::CertificateParams::new(vec![name.to_owned()]).unwrap();
            params.distinguished_name.push(rcgen::DnType::CommonName, name);
            params
        };
        let (one, two) = (rcgen::KeyPair::generate().unwrap(), rcgen::KeyPair::generate().unwrap());
        let first = params("a.example").self_signed(&one).unwrap().pem();
        let second = params("b.example").self_signed(&two).unwrap().pem();
        assert_eq!(examine(&format!("{first}{second}"), &one.serialize_pem()).unwrap_err(), Unfit::Broken(2));
    }

    #[test]
    fn a_key_on_one_line_is_the_key() {
        let (_, key) = made(&["a.example"]);
        let line = line::of_pem(&key).unwrap();
        assert!(line.bytes().all(|byte| byte.is_ascii_graphic()));
        let read = line::read(&line).unwrap();
        assert_eq!(read, PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap());
        assert!(line::read("pkcs9:AA==").is_none() && line::of_pem("x").is_none());
    }

    #[test]
    fn whom_a_certificate_is_for_is_told_even_without_a_distinguished_name() {
        let (chain, _) = made(&["a.example"]);
        let der = CertificateDer::from_pem_slice(chain.as_bytes()).unwrap();
        assert_eq!(subject(&der).unwrap(), "CN=rcgen self signed cert");
        assert_eq!(subject(b"nonsense"), None);
    }
}
