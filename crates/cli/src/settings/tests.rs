use clap::Command;

use super::*;

/// Settings from `flags` and the text of a file.
fn read(flags: &[&str], file: &str) -> Result<Settings, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tollgate.toml");
    std::fs::write(&path, file).unwrap();
    let mut line = vec!["serve", "--config", path.to_str().unwrap()];
    line.extend(flags);
    let matches = Command::new("serve").args(arguments()).try_get_matches_from(line).map_err(|e| e.to_string())?;
    let source = Source::open(&matches).map_err(|fault| fault.to_string())?;
    Settings::read(&source).map_err(|fault| fault.to_string())
}

#[test]
fn every_default_is_allowed() {
    let settings = read(&[], "").unwrap();
    assert_eq!(settings.installation.data, PathBuf::from("./data"));
    assert_eq!(settings.caller.head_size.size(), 32 * 1024);
    assert_eq!(settings.quotas(), control::Quotas::default());
    assert!(settings.workers() >= 1);
    let one = read(&["--workers", "1", "--connections", "16384"], "").unwrap();
    assert_eq!(format!("{:?}", one.limits()), format!("{:?}", Limits::default()));
    assert_eq!(format!("{:?}", one.pool()), format!("{:?}", PoolLimits::default()));
}

#[test]
fn a_flag_wins_over_the_file_and_the_file_over_the_default() {
    let file = "drain = 5\nidle-timeout = 6\nhttp = [\"127.0.0.1:0\", \"[::1]:0\"]\ndemo = true";
    let settings = read(&["--drain", "7"], file).unwrap();
    assert_eq!(settings.process.drain.duration().as_secs(), 7);
    assert_eq!(settings.caller.idle_timeout.duration().as_secs(), 6);
    assert_eq!(settings.caller.head_timeout.duration().as_secs(), 10);
    assert_eq!(settings.listen.http.0.len(), 2);
    assert!(settings.installation.demo.0);
}

#[test]
fn a_switch_may_stand_alone_and_listeners_may_be_off() {
    let settings = read(&["--demo", "--https", "off"], "").unwrap();
    assert!(settings.installation.demo.0);
    assert!(settings.listen.https.0.is_empty());
}

#[test]
fn what_is_wrong_is_named_with_its_place_and_what_is_allowed() {
    for (flags, file, expected) in [
        (
            &["--drain", "soon"][..],
            "",
            "setting `drain` (from --drain): `soon` is not allowed; allowed: 0 to 86400 whole seconds",
        ),
        (&["--http", "8080"], "", "setting `http` (from --http): `8080` is not allowed"),
        (&["--head-size", "1KB"], "", "1KiB to 1MiB bytes"),
        (&["--store", "postgres://db"], "", "allowed: `sqlite:PATH`, or empty"),
        (&["--log", "loud"], "", "setting `log`"),
        (&["--domain", "a..b"], "", "setting `domain`"),
        (&[], "drain = 1.5", "`drain` must be text, a number, a switch or a list of texts"),
        (&[], "htpp = 1", "`htpp` is no setting; did you mean `http`?"),
        (&[], "zzz = 1", "`zzz` is no setting; docs/settings.md lists them all"),
        (&[], "[serve]\ndrain = 1", "`serve` is no setting"),
        (&[], "head-size = 1\nhead_size = 2", "`head_size` is said twice"),
        (&[], "drain = 1\nhttp = ", "tollgate.toml, line 2: "),
        (&[], "workers = -1", "(from "),
    ] {
        let fault = read(flags, file).unwrap_err();
        assert!(fault.contains(expected), "{flags:?} {file:?}: {fault}");
        assert_eq!(fault.lines().count(), 1, "{fault}");
    }
}

#[test]
fn sizes_are_numbers_with_or_without_a_unit() {
    type Any = Size<0, { u64::MAX }>;
    for (text, bytes) in [("0", 0), ("10", 10), ("1_000", 1000), ("2KiB", 2048), ("3 MiB", 3 << 20), ("4GiB", 4 << 30)]
    {
        assert_eq!(Any::parse(text).map(Size::bytes), Some(bytes), "{text}");
    }
    for text in ["", "KiB", "-1", "+1", "1kb", "1.5MiB", "99999999999GiB", "0x10"] {
        assert_eq!(Any::parse(text), None, "{text}");
    }
}

#[test]
fn the_page_names_every_setting_once() {
    let page = page::page();
    for row in GROUPS.iter().flat_map(|group| group.rows) {
        assert_eq!(page.matches(&format!("| `{}` |", row.name)).count(), 1, "{}", row.name);
        assert!(row.help_text().ends_with('.'), "{}", row.name);
    }
}

#[test]
fn what_is_told_names_who_said_it_and_hides_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tollgate.toml");
    std::fs::write(&path, "drain = 5\nhttp = [\"127.0.0.1:0\", \"[::1]:0\"]\ncloud_secret_key = \"hush\"").unwrap();
    let line = ["serve", "--config", path.to_str().unwrap(), "--workers", "2"];
    let matches = Command::new("serve").args(arguments()).try_get_matches_from(line).unwrap();
    let told = Source::open(&matches).unwrap().told().unwrap();
    assert_eq!(told.file.as_deref(), path.to_str());
    let of = |name: &str| told.items.iter().find(|setting| setting.name == name).unwrap();
    let said = |name: &str| (of(name).value.as_str(), of(name).source);
    assert_eq!(said("drain"), ("5", native::SettingSource::File));
    assert_eq!(said("http"), ("127.0.0.1:0,[::1]:0", native::SettingSource::File));
    assert_eq!(said("workers"), ("2", native::SettingSource::Flag));
    assert_eq!(said("region"), ("ap-guangzhou", native::SettingSource::Default));
    assert_eq!(said("cloud_secret_key"), ("…", native::SettingSource::File));
    assert_eq!(said("cloud_secret_id"), ("", native::SettingSource::Default));
    assert_eq!((of("drain").flag.as_str(), of("drain").variable.as_str()), ("--drain", "TOLLGATE_DRAIN"));
}
