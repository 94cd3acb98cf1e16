//! Times as this API writes them: RFC 3339, in UTC, with milliseconds.

use model::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, SchemaType, Type};

/// A time: `2026-01-31T23:59:59.000Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment(pub(crate) Timestamp);

impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let nanos = i128::from(self.0.millis()) * 1_000_000;
        let form = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
        let written = OffsetDateTime::from_unix_timestamp_nanos(nanos).ok().and_then(|time| time.format(form).ok());
        // A clock that shows no possible time still has to be shown.
        f.write_str(written.as_deref().unwrap_or("1970-01-01T00:00:00.000Z"))
    }
}

/// What a time that is asked for may look like.
pub(crate) const FORM: &str = "is no time; RFC 3339 is allowed: `2026-01-31T23:59:59Z`";

/// A time as RFC 3339 has it, in any zone.
pub(crate) fn read(raw: &str) -> Option<Timestamp> {
    let time = OffsetDateTime::parse(raw, &Rfc3339).ok()?;
    i64::try_from(time.unix_timestamp_nanos() / 1_000_000).ok().map(Timestamp::from_millis)
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let parsed = OffsetDateTime::parse(&text, &Rfc3339).ok();
        let millis = parsed.and_then(|time| i64::try_from(time.unix_timestamp_nanos() / 1_000_000).ok());
        millis.map(|millis| Self(Timestamp::from_millis(millis))).ok_or_else(|| {
            let text = text.escape_debug();
            serde::de::Error::custom(format!("is `{text}`; a time as `2026-01-31T23:59:59Z` (RFC 3339) is allowed"))
        })
    }
}

impl From<Timestamp> for Moment {
    fn from(time: Timestamp) -> Self {
        Self(time)
    }
}

impl utoipa::PartialSchema for Moment {
    fn schema() -> RefOr<Schema> {
        let schema = ObjectBuilder::new()
            .schema_type(SchemaType::new(Type::String))
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .description(Some("A time in UTC, with milliseconds: `2026-01-31T23:59:59.000Z`."));
        RefOr::T(Schema::Object(schema.build()))
    }
}

impl utoipa::ToSchema for Moment {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_in_any_zone() {
        assert_eq!(read("2020-02-16T11:26:12.009Z"), Some(Timestamp::from_millis(1_581_852_372_009)));
        assert_eq!(read("2020-02-16T12:26:12.009+01:00"), read("2020-02-16T11:26:12.009Z"));
        for raw in ["", "2020-02-16", "2020-02-16T25:00:00Z", "now"] {
            assert_eq!(read(raw), None, "{raw}");
        }
    }

    #[test]
    fn a_moment_is_written_in_utc_with_milliseconds() {
        assert_eq!(Moment(Timestamp::from_millis(1_581_852_372_009)).to_string(), "2020-02-16T11:26:12.009Z");
    }
}
