use super::{told, tollgate};

#[test]
fn wrong_usage_is_one_line_on_standard_error_and_status_2() {
    for (words, named) in [
        (&["serve", "--drain", "soon"][..], "drain"),
        (&["serve", "--htpp", "127.0.0.1:0"], "--htpp"),
        (&["check", "--config", "/nonexistent.toml"], "/nonexistent.toml"),
        (&["sign", "--id", "AKID"], "secret"),
        (&["call", "ftp://example.com/"], "ftp://example.com/"),
        (&["frobnicate"], "frobnicate"),
    ] {
        let (status, stdout, stderr) = told(&tollgate(words).output().unwrap());
        assert_eq!((status, stdout.as_str()), (2, ""), "{words:?}: {stderr}");
        assert!(stderr.starts_with("tollgate: ") && stderr.contains(named), "{words:?}: {stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
    }
}

#[test]
fn a_flag_wins_over_the_environment_and_the_environment_over_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("settings.toml");
    std::fs::write(&file, "drain = \"of the file\"").unwrap();
    let config = file.to_str().unwrap();
    for (variable, flags, place) in [
        (None, &[][..], Some("from /")),
        (Some(""), &[], Some("from /")),
        (Some("of the environment"), &[], Some("from TOLLGATE_DRAIN")),
        (Some("of the environment"), &["--drain", "of the flag"], Some("from --drain")),
        (Some("of the environment"), &["--drain", "1"], None),
        (Some("1"), &[], None),
    ] {
        let mut command = tollgate(&["check", "--config", config, "--data", folder.path().to_str().unwrap()]);
        command.args(flags);
        if let Some(value) = variable {
            command.env("TOLLGATE_DRAIN", value);
        }
        let (status, stdout, stderr) = told(&command.output().unwrap());
        match place {
            Some(place) => assert!(status == 2 && stderr.contains(place), "{variable:?} {flags:?}: {stderr}"),
            None => assert!(status == 0 && stdout.contains("settings: good"), "{variable:?} {flags:?}: {stderr}"),
        }
    }
}

#[test]
fn check_changes_nothing_and_says_that_there_is_no_store_yet() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (status, stdout, stderr) = told(&tollgate(&["check", "--data", data.to_str().unwrap()]).output().unwrap());
    assert_eq!(status, 0, "{stderr}");
    assert!(stdout.contains("store: none"), "{stdout}");
    assert!(!data.exists());
}

#[test]
fn sign_prints_what_was_published() {
    // Published vector: spec, key pair authentication.
    let words = [
        "sign",
        "--id",
        "AKIDCgOPWjQ6BAxvHtyckhWABJVYSBj548pN",
        "-H",
        "Date: Fri, 09 Oct 2015 00:00:00 GMT",
        "-H",
        "Source: AndriodApp",
    ];
    let mut command = tollgate(&words);
    command.env("TOLLGATE_SECRET_KEY", "ZxF2whO0RhuwnVCj5JMMAuqcDcN2oPrC");
    let (status, stdout, stderr) = told(&command.output().unwrap());
    assert_eq!(status, 0, "{stderr}");
    assert!(stdout.contains("signature=\"zJ1fUmiWSmSZUoqgZi+dGUJvxn0=\""), "{stdout}");
    assert!(stdout.ends_with("date: Fri, 09 Oct 2015 00:00:00 GMT\nsource: AndriodApp\n"), "{stdout}");
}

#[test]
fn version_and_completions_answer() {
    let (status, stdout, _) = told(&tollgate(&["version", "--json"]).output().unwrap());
    let version: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((status, version["version"].as_str()), (0, Some(env!("CARGO_PKG_VERSION"))));
    for shell in ["bash", "zsh", "fish"] {
        let (status, stdout, _) = told(&tollgate(&["completions", shell]).output().unwrap());
        assert!(status == 0 && stdout.contains("--head-size") | stdout.contains("head-size"), "{shell}");
    }
}
