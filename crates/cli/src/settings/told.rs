//! The settings as the native API tells them: what each is, and who said it.

use native::{Setting, SettingSource};

use super::source::{SettingFault, Source};
use super::{GROUPS, Row};

/// What stands for a secret.
const HIDDEN: &str = "…";

impl Source<'_> {
    /// Every setting as it is, secrets hidden.
    ///
    /// # Errors
    /// A key of the file that is no text, number, switch or list.
    pub(crate) fn told(&self) -> Result<native::Settings, SettingFault> {
        let rows = GROUPS.iter().flat_map(|group| group.rows.iter().map(move |row| (group.title, row)));
        Ok(native::Settings {
            file: self.file().map(|path| path.display().to_string()),
            items: rows.map(|(group, row)| self.tell(group, row)).collect::<Result<_, _>>()?,
        })
    }

    fn tell(&self, group: &str, row: &Row) -> Result<Setting, SettingFault> {
        let (value, source) = match self.said(row.name)? {
            Some(said) => (said.text, said.source),
            None => (row.default.to_owned(), SettingSource::Default),
        };
        Ok(Setting {
            name: row.name.to_owned(),
            group: group.to_owned(),
            value: if row.is_secret && !value.is_empty() { HIDDEN.to_owned() } else { value },
            default: row.default.to_owned(),
            source,
            description: row.help_text(),
            allowed: (row.allowed)(),
            flag: format!("--{}", row.flag()),
            variable: row.variable(),
        })
    }
}
