use model::{ApiId, EnvironmentName, Location, PluginId, UpstreamId};

/// Why a use case of plugins did not happen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PluginRefusal {
    /// There is no such plugin.
    #[error("there is no plugin `{0}`")]
    NotFound(PluginId),
    /// No further plugin fits.
    #[error("there are {limit} plugins already, and no more are allowed")]
    TooMany {
        /// The most that are allowed.
        limit: usize,
    },
    /// The plugin is on APIs of as many services as it may be.
    #[error("plugin `{plugin}` is on APIs of {limit} services already, and no more are allowed")]
    TooManyServices {
        /// The plugin.
        plugin: PluginId,
        /// The most services that are allowed.
        limit: usize,
    },
    /// The environment does not run the API.
    #[error("API `{api}` is not released in environment `{environment}`; a plugin is attached to what is")]
    NotReleased {
        /// The API.
        api: ApiId,
        /// The environment.
        environment: EnvironmentName,
    },
    /// The API has a plugin that leaves no room for this one.
    #[error(
        "API `{api}` has plugin `{other}` in environment `{environment}`, beside which it cannot have this one; detach \
         that first"
    )]
    Clash {
        /// The API.
        api: ApiId,
        /// The environment.
        environment: EnvironmentName,
        /// The plugin that it has.
        other: PluginId,
    },
    /// The plugin is not on the API.
    #[error("plugin `{plugin}` is not attached to API `{api}` in environment `{environment}`")]
    NotAttached {
        /// The plugin.
        plugin: PluginId,
        /// The API.
        api: ApiId,
        /// The environment.
        environment: EnvironmentName,
    },
    /// The plugin sends calls where the API's cannot go.
    #[error("plugin `{plugin}` does not fit API `{api}`: {reason}")]
    Unfit {
        /// The plugin.
        plugin: PluginId,
        /// The API.
        api: ApiId,
        /// What does not fit.
        reason: String,
    },
    /// The plugin names a parameter that the API does not declare.
    #[error(
        "plugin `{plugin}` does not fit API `{api}`, which declares no parameter `{}` at place {}",
        name.escape_debug(),
        location.as_str()
    )]
    Undeclared {
        /// The plugin.
        plugin: PluginId,
        /// The API.
        api: ApiId,
        /// The parameter.
        name: String,
        /// Where it should stand.
        location: Location,
    },
    /// Plugins send calls to the upstream.
    #[error("upstream `{upstream}` is used by {count} plugins, the first of them `{first}`")]
    UpstreamUsed {
        /// The upstream.
        upstream: UpstreamId,
        /// The first of them.
        first: PluginId,
        /// How many they are.
        count: usize,
    },
    /// The data cannot be those of a plugin of its kind.
    #[error("{}{reason}", in_data(place))]
    BadData {
        /// The member that is wrong, as a JSON pointer into the data; empty for the data as a whole.
        place: String,
        /// What was wrong and what is allowed.
        reason: String,
    },
    /// A plugin keeps its kind.
    #[error("plugin `{0}` cannot become one of another kind; make a new one")]
    KindFixed(PluginId),
}

fn in_data(place: &str) -> String {
    if place.is_empty() { "the plugin's data: ".to_owned() } else { format!("`{place}` of the plugin's data: ") }
}
