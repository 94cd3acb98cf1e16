//! Proofs that a name is ours, while an authority is asked for a certificate: looked up by whoever answers a call or a
//! handshake, set by whoever asks.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::ServerConfig;

/// The proofs that are waited for. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Challenges(Arc<ArcSwap<Proofs>>);

#[derive(Debug, Clone, Default)]
struct Proofs {
    /// By host name: token and key authorization (RFC 8555, 8.3).
    calls: HashMap<String, (String, Arc<str>)>,
    /// By host name: how a handshake is answered (RFC 8737).
    handshakes: HashMap<String, Arc<ServerConfig>>,
}

impl Challenges {
    /// Answers calls for `token` on `host` with `authorization` from now on.
    pub fn prove_by_call(&self, host: &str, token: &str, authorization: &str) {
        let entry = (token.to_owned(), Arc::from(authorization));
        self.change(|proofs| drop(proofs.calls.insert(host.to_owned(), entry.clone())));
    }

    /// Answers handshakes that check `host` under `config` from now on.
    pub fn prove_by_handshake(&self, host: &str, config: &Arc<ServerConfig>) {
        self.change(|proofs| drop(proofs.handshakes.insert(host.to_owned(), Arc::clone(config))));
    }

    /// Proves nothing of `host` any more.
    pub fn forget(&self, host: &str) {
        self.change(|proofs| {
            proofs.calls.remove(host);
            proofs.handshakes.remove(host);
        });
    }

    /// The answer to a call for `token` on `host`.
    pub fn proof(&self, host: &str, token: &str) -> Option<Arc<str>> {
        let proofs = self.0.load();
        proofs.calls.get(host).filter(|(known, _)| known == token).map(|(_, authorization)| Arc::clone(authorization))
    }

    /// How a handshake that checks `host` is answered.
    pub fn handshake(&self, host: &str) -> Option<Arc<ServerConfig>> {
        self.0.load().handshakes.get(host).cloned()
    }

    fn change(&self, change: impl Fn(&mut Proofs)) {
        self.0.rcu(|proofs| {
            let mut proofs = Proofs::clone(proofs);
            change(&mut proofs);
            proofs
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_for_one_host_and_token_and_ends() {
        let challenges = Challenges::default();
        challenges.prove_by_call("a.example", "token", "token.thumbprint");
        let shared = challenges.clone();
        assert_eq!(shared.proof("a.example", "token").as_deref(), Some("token.thumbprint"));
        assert_eq!(shared.proof("a.example", "other"), None);
        assert_eq!(shared.proof("b.example", "token"), None);
        challenges.forget("a.example");
        assert_eq!(shared.proof("a.example", "token"), None);
    }
}
