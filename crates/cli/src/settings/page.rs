//! `docs/settings.md`, made from the settings themselves.

use std::fmt::Write;

use super::GROUPS;

const OPENING: &str = "\
<!-- Made by `cargo run -p tollgate-xtask -- docs` from crates/cli/src/settings.rs: change it there. -->

# Settings

`tollgate serve`, `check`, `backup` and `restore` take each setting as a flag, as an environment variable, and as a key
of a TOML file (`--config FILE` or `TOLLGATE_CONFIG`; without either, `tollgate.toml` in the working directory if it is
there). A flag wins over the environment, the environment over the file, the file over the default. In the file, `-` and
`_` in a key are the same, and a list may be written as an array; a key that is no setting is an error. Relative paths
start at the working directory. `[::]` takes callers over IPv4 too, unless an address of IPv4 with the same port stands beside
it.

```toml
# tollgate.toml
data = \"/var/lib/tollgate\"
http = [\"0.0.0.0:80\", \"[::]:80\"]
body_size = \"64MiB\"
access_log = \"/var/log/tollgate/access.log\"
```

`serve` reads three variables at its first start only, when the first operator is made; they are never written to a log:
`TOLLGATE_OPERATOR_PASSWORD` (its password), `TOLLGATE_OPERATOR_SECRET_ID` and `TOLLGATE_OPERATOR_SECRET_KEY` (the pair
that signs its management calls). What is not set is made up at random. The result stands in `operator.json` in the data
folder. `export`, `apply` and `import` read the pair each time, as the access key that they come with; without it they take
that of `operator.json`.
";

/// The whole page.
pub(crate) fn page() -> String {
    let mut page = OPENING.to_owned();
    for group in GROUPS {
        let _written = write!(page, "\n## {}\n\n", group.title);
        page.push_str("| flag | key | variable | default | meaning | allowed |\n|---|---|---|---|---|---|\n");
        for row in group.rows {
            let value = if row.is_switch() { String::new() } else { format!(" {}", row.stands_for) };
            let default = if row.default.is_empty() { "none".to_owned() } else { format!("`{}`", row.default) };
            let _written = writeln!(
                page,
                "| `--{}{value}` | `{}` | `{}` | {default} | {} | {} |",
                row.flag(),
                row.name,
                row.variable(),
                row.help_text().replace('|', "\\|"),
                (row.allowed)().replace('|', "\\|"),
            );
        }
    }
    page
}
