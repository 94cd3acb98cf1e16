//! What is told of upstreams: read from whoever watches them when a page is made.

use super::exposition::Exposition;

/// The figures of one upstream. Nodes are counted, not named: the number of lines depends on the number of upstreams
/// alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpstreamSample {
    /// Its identifier.
    pub upstream: String,
    /// Its nodes by health: unchecked, unknown, healthy, unhealthy.
    pub nodes: [u64; 4],
    /// Calls that were tried on another node, each time counted.
    pub retries: u64,
    /// Nodes that were ejected.
    pub ejections: u64,
}

/// The names of the states, in the order of [`UpstreamSample::nodes`].
const STATES: [&str; 4] = ["unchecked", "unknown", "healthy", "unhealthy"];

pub(super) fn render(text: &mut Exposition, samples: &[UpstreamSample]) {
    text.family("tollgate_upstream_nodes", "gauge", "Nodes of upstreams, by health.");
    for sample in samples {
        for (state, count) in STATES.iter().zip(sample.nodes) {
            text.sample("", &[("upstream", &sample.upstream), ("health", state)], count);
        }
    }
    text.family("tollgate_upstream_retries_total", "counter", "Calls that were tried on another node.");
    for sample in samples {
        text.sample("", &[("upstream", &sample.upstream)], sample.retries);
    }
    text.family("tollgate_upstream_ejections_total", "counter", "Nodes that were ejected as unhealthy.");
    for sample in samples {
        text.sample("", &[("upstream", &sample.upstream)], sample.ejections);
    }
}
