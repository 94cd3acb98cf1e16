//! Where settings are said: flags, environment, file.

use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches};
use native::SettingSource;
use thiserror::Error;

use super::value::Value;
use super::{GROUPS, Row};

/// The file that is read when none is named, if it is there.
const DEFAULT_FILE: &str = "tollgate.toml";

/// What is wrong with a setting. One line, naming the setting and where it was said.
#[derive(Debug, Error)]
pub(crate) enum SettingFault {
    #[error("setting `{name}` ({place}): `{text}` is not allowed; allowed: {allowed}")]
    NotAllowed { name: String, place: String, text: String, allowed: String },
    #[error("{}: `{name}` is no setting{}", .file.display(), did_you_mean(.name))]
    Unknown { file: PathBuf, name: String },
    #[error("{}: `{name}` is said twice", .file.display())]
    Twice { file: PathBuf, name: String },
    #[error("{}: `{name}` must be text, a number, a switch or a list of texts", .file.display())]
    Shape { file: PathBuf, name: String },
    #[error("{}: {error}", .file.display())]
    Unreadable { file: PathBuf, error: std::io::Error },
    #[error("{}, line {line}: {message}", .file.display())]
    Toml { file: PathBuf, line: usize, message: String },
}

fn did_you_mean(name: &str) -> String {
    let rows = GROUPS.iter().flat_map(|group| group.rows);
    let nearest =
        rows.map(|row| (strsim::normalized_levenshtein(name, row.name), row.name)).max_by(|a, b| a.0.total_cmp(&b.0));
    match nearest {
        Some((likeness, row)) if likeness >= 0.6 => format!("; did you mean `{row}`?"),
        _ => "; docs/settings.md lists them all".to_owned(),
    }
}

/// The flags of all settings, and `--config`.
pub(crate) fn arguments() -> Vec<Arg> {
    let config = Arg::new("config")
        .long("config")
        .env("TOLLGATE_CONFIG")
        .value_name("FILE")
        .help("A TOML file with settings; without it `tollgate.toml` in the working directory, if it is there");
    let settings = GROUPS.iter().flat_map(|group| group.rows.iter().map(move |row| (group, row)));
    std::iter::once(config)
        .chain(settings.map(|(group, row)| {
            let argument = Arg::new(row.name)
                .long(row.flag())
                .env(row.variable())
                .hide_env_values(true)
                .value_name(row.stands_for)
                .help(format!("{} [default: {}]", row.help_text(), row.default_text()))
                .help_heading(group.title);
            // A switch may stand alone: `--demo`.
            if row.is_switch() {
                argument.num_args(0..=1).require_equals(true).default_missing_value("true")
            } else {
                argument
            }
        }))
        .collect()
}

impl Row {
    /// `head-size`
    pub(crate) fn flag(&self) -> String {
        self.name.replace('_', "-")
    }

    /// `TOLLGATE_HEAD_SIZE`
    pub(crate) fn variable(&self) -> String {
        format!("TOLLGATE_{}", self.name.to_uppercase())
    }

    /// True for a flag that may stand without a value.
    pub(crate) fn is_switch(&self) -> bool {
        self.stands_for == super::value::Switch::STANDS_FOR
    }

    /// The documentation as one line of prose.
    pub(crate) fn help_text(&self) -> String {
        self.help.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn default_text(&self) -> &str {
        if self.default.is_empty() { "none" } else { self.default }
    }
}

/// What is said of a setting.
pub(super) struct Said {
    pub(super) text: String,
    pub(super) source: SettingSource,
    /// The same, for people: `from --head-size`.
    place: String,
}

/// The flags and environment as the command line's parser saw them, and the file.
pub(crate) struct Source<'a> {
    flags: &'a ArgMatches,
    file: Option<(PathBuf, toml::Table)>,
}

impl<'a> Source<'a> {
    /// Reads the file that the flags name, or `tollgate.toml` if it is there.
    pub(crate) fn open(flags: &'a ArgMatches) -> Result<Self, SettingFault> {
        let named = flags.get_one::<String>("config").filter(|name| !name.is_empty()).map(PathBuf::from);
        let file = match named {
            Some(path) => Some(path),
            None => Some(PathBuf::from(DEFAULT_FILE)).filter(|path| path.is_file()),
        };
        let file = file.map(|path| read_table(&path).map(|table| (path, table))).transpose()?;
        Ok(Self { flags, file })
    }

    /// The file that was read.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.file.as_ref().map(|(path, _)| path.as_path())
    }

    pub(super) fn refuse_unknown(&self) -> Result<(), SettingFault> {
        let Some((file, table)) = &self.file else { return Ok(()) };
        let is_setting = |name: &str| GROUPS.iter().any(|group| group.rows.iter().any(|row| row.name == name));
        match table.keys().find(|name| !is_setting(name)) {
            Some(name) => Err(SettingFault::Unknown { file: file.clone(), name: name.clone() }),
            None => Ok(()),
        }
    }

    pub(super) fn value<T: Value>(&self, name: &str, default: &str) -> Result<T, SettingFault> {
        let (text, place) = match self.said(name)? {
            Some(said) => (said.text, said.place),
            None => (default.to_owned(), "the default".to_owned()),
        };
        T::parse(&text).ok_or_else(|| SettingFault::NotAllowed {
            name: name.to_owned(),
            place,
            text: if T::IS_SECRET { "…".to_owned() } else { text },
            allowed: T::allowed(),
        })
    }

    /// What is said of `name`, and where: flag, then environment, then file.
    pub(super) fn said(&self, name: &str) -> Result<Option<Said>, SettingFault> {
        let flag = self.flags.get_one::<String>(name);
        let (source, place) = match self.flags.value_source(name) {
            Some(ValueSource::EnvVariable) => {
                (SettingSource::Environment, format!("from TOLLGATE_{}", name.to_uppercase()))
            }
            _ => (SettingSource::Flag, format!("from --{}", name.replace('_', "-"))),
        };
        // An environment variable that is set to nothing says nothing.
        let is_empty_variable = |text: &String| text.is_empty() && source == SettingSource::Environment;
        if let Some(text) = flag.filter(|text| !is_empty_variable(text)) {
            return Ok(Some(Said { text: text.clone(), source, place }));
        }
        let Some((path, value)) = self.file.as_ref().and_then(|(path, table)| Some((path, table.get(name)?))) else {
            return Ok(None);
        };
        let shape = || SettingFault::Shape { file: path.clone(), name: name.to_owned() };
        let text = match value {
            toml::Value::Array(items) => {
                items.iter().map(scalar).collect::<Option<Vec<_>>>().ok_or_else(shape)?.join(",")
            }
            value => scalar(value).ok_or_else(shape)?,
        };
        Ok(Some(Said { text, source: SettingSource::File, place: format!("from {}", path.display()) }))
    }
}

fn scalar(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(switch) => Some(switch.to_string()),
        _ => None,
    }
}

/// The file's keys with `_` for `-`.
fn read_table(path: &Path) -> Result<toml::Table, SettingFault> {
    let file = path.to_path_buf();
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => return Err(SettingFault::Unreadable { file, error }),
    };
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| SettingFault::Toml {
        line: error.span().map_or(1, |span| text[..span.start.min(text.len())].lines().count().max(1)),
        message: error.message().lines().collect::<Vec<_>>().join("; "),
        file: file.clone(),
    })?;
    let mut settings = toml::Table::new();
    for (key, value) in table {
        let name = key.replace('-', "_");
        if settings.insert(name.clone(), value).is_some() {
            return Err(SettingFault::Twice { file, name });
        }
    }
    Ok(settings)
}
