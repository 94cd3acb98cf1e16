//! The subcommands and their arguments.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::error::ErrorKind;
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, value_parser};
use clap_complete::Shell;

use crate::failure::{Failure, one_line};
use crate::settings::{Settings, Source, arguments, page};
use crate::{apply, backup, call, check, export, import, serve, sign, terminal, version};

/// The whole command line.
pub(crate) fn command() -> Command {
    Command::new("tollgate")
        .about("A self-hosted API gateway")
        .version(version::short())
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(Command::new("serve").about("Runs the gateway").after_help(AFTER_SERVE).args(arguments()))
        .subcommand(taking::<sign::SignArguments>(
            "sign",
            "Prints the headers that sign a call, and the string that is signed",
        ))
        .subcommand(taking::<call::CallArguments>("call", "Signs a call, sends it and prints the answer"))
        .subcommand(taking::<apply::ApplyArguments>(
            "apply",
            "Brings a configuration into a running gateway, after telling what that changes",
        ))
        .subcommand(taking::<export::ExportArguments>(
            "export",
            "Prints the whole configuration of a running gateway as YAML",
        ))
        .subcommand(taking::<import::ImportArguments>(
            "import",
            "Brings an OpenAPI document into a service of a running gateway",
        ))
        .subcommand(
            Command::new("check")
                .about("Checks the settings and the stored configuration, changing nothing")
                .args(arguments()),
        )
        .subcommand(
            Command::new("backup")
                .about("Copies the store, also that of a running gateway, into a folder that has none")
                .arg(folder("Where to; made for its owner alone if it is not there"))
                .args(arguments()),
        )
        .subcommand(
            Command::new("restore")
                .about("Puts a backup where no store is")
                .arg(folder("What `backup` has made"))
                .args(arguments()),
        )
        .subcommand(taking::<version::VersionArguments>("version", "Prints the version"))
        .subcommand(
            Command::new("completions")
                .about("Prints a completion script for a shell")
                .arg(Arg::new("shell").value_name("SHELL").required(true).value_parser(value_parser!(Shell))),
        )
        .subcommand(Command::new("actions-list").hide(true).about("Prints what docs/actions.md is made from"))
        .subcommand(Command::new("settings-page").hide(true).about("Prints docs/settings.md"))
        .subcommand(Command::new("openapi-document").hide(true).about("Prints openapi/native.json"))
}

/// A subcommand whose arguments are a structure's. What that says of itself is for its readers, not for the help.
fn taking<A: Args>(name: &'static str, about: &'static str) -> Command {
    A::augment_args(Command::new(name)).about(about)
}

fn folder(help: &'static str) -> Arg {
    Arg::new("folder").value_name("FOLDER").required(true).value_parser(value_parser!(PathBuf)).help(help)
}

const AFTER_SERVE: &str = "\
Read at the first start only, from the environment:
  TOLLGATE_OPERATOR_PASSWORD, TOLLGATE_OPERATOR_SECRET_ID, TOLLGATE_OPERATOR_SECRET_KEY
  set the first operator; what is not set is made up and written to operator.json in the data folder.";

/// Does what `line` says.
pub(crate) fn run(line: impl Iterator<Item = OsString>) -> Result<(), Failure> {
    let matches = match command().try_get_matches_from(line) {
        Ok(matches) => matches,
        Err(error) => return told_by_parser(&error),
    };
    let usage = |error: clap::Error| Failure::usage(summary(&error));
    match matches.subcommand() {
        Some(("serve", flags)) => {
            let source = Source::open(flags).map_err(Failure::usage)?;
            let settings = Settings::read(&source).map_err(Failure::usage)?;
            serve::run(settings, source.told().map_err(Failure::usage)?)
        }
        Some(("check", flags)) => {
            let source = Source::open(flags).map_err(Failure::usage)?;
            let settings = Settings::read(&source).map_err(Failure::usage)?;
            check::run(&settings, source.file())
        }
        Some(("backup", flags)) => backup::back_up(&settings(flags)?, place(flags)?),
        Some(("restore", flags)) => backup::restore(place(flags)?, &settings(flags)?),
        Some(("sign", flags)) => sign::run(&sign::SignArguments::from_arg_matches(flags).map_err(usage)?),
        Some(("call", flags)) => call::run(&call::CallArguments::from_arg_matches(flags).map_err(usage)?),
        Some(("apply", flags)) => apply::run(&apply::ApplyArguments::from_arg_matches(flags).map_err(usage)?),
        Some(("export", flags)) => export::run(&export::ExportArguments::from_arg_matches(flags).map_err(usage)?),
        Some(("import", flags)) => import::run(&import::ImportArguments::from_arg_matches(flags).map_err(usage)?),
        Some(("version", flags)) => version::run(&version::VersionArguments::from_arg_matches(flags).map_err(usage)?),
        Some(("completions", flags)) => {
            let mut script = Vec::new();
            if let Some(shell) = flags.get_one::<Shell>("shell") {
                clap_complete::generate(*shell, &mut command(), "tollgate", &mut script);
            }
            Ok(terminal::show(&script)?)
        }
        Some(("actions-list", _)) => Ok(terminal::show(actions().as_bytes())?),
        Some(("settings-page", _)) => Ok(terminal::show(page::page().as_bytes())?),
        Some(("openapi-document", _)) => Ok(terminal::show(native::document().as_bytes())?),
        _ => Err(Failure::usage("name a subcommand; `tollgate --help` lists them")),
    }
}

fn settings(flags: &ArgMatches) -> Result<Settings, Failure> {
    Source::open(flags).and_then(|source| Settings::read(&source)).map_err(Failure::usage)
}

/// The folder that the line names.
fn place(flags: &ArgMatches) -> Result<&Path, Failure> {
    flags.get_one::<PathBuf>("folder").map(PathBuf::as_path).ok_or_else(|| Failure::usage("name a folder"))
}

/// A line for each action of the compatible API: its name, what it needs, and why it is not served, between tabs.
fn actions() -> String {
    let line = |action: tencent::Action| {
        let rights = match action.rights {
            tencent::Rights::Read => "viewer",
            tencent::Rights::Write => "editor",
        };
        format!("{}\t{rights}\t{}\n", action.name, action.refused.unwrap_or_default())
    };
    tencent::actions().map(line).collect()
}

/// Help and version are answers; anything else is a fault of one line.
fn told_by_parser(error: &clap::Error) -> Result<(), Failure> {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Ok(terminal::show(error.to_string().as_bytes())?),
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            terminal::remark(error);
            Err(Failure::usage("name a subcommand"))
        }
        _ => Err(Failure::usage(summary(error))),
    }
}

/// What the parser says before it goes on about usage.
fn summary(error: &clap::Error) -> String {
    let text = error.to_string();
    let before_usage = text.split("\nUsage:").next().unwrap_or(&text);
    let before_usage = before_usage.split("\nFor more information").next().unwrap_or(before_usage);
    one_line(before_usage.strip_prefix("error: ").unwrap_or(before_usage))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
    }

    #[test]
    fn the_help_says_what_each_subcommand_does() {
        for subcommand in command().get_subcommands() {
            let about = subcommand.get_about().map(ToString::to_string).unwrap_or_default();
            let verb = about.split(' ').next().unwrap_or_default();
            assert!(verb.ends_with('s'), "{}: {about}", subcommand.get_name());
        }
    }

    #[test]
    fn wrong_usage_is_one_line_that_names_the_thing() {
        for (line, named) in [
            (&["tollgate", "serve", "--prot", "1"][..], "--prot"),
            (&["tollgate", "dance"], "dance"),
            (&["tollgate", "completions"], "SHELL"),
            (&["tollgate", "completions", "tcsh"], "tcsh"),
            (&["tollgate", "sign"], "--id"),
            (&["tollgate", "backup"], "FOLDER"),
            (&["tollgate", "serve", "--drain", "x"], "drain"),
        ] {
            let failure = run(line.iter().map(OsString::from)).unwrap_err();
            let text = failure.line().unwrap();
            assert_eq!(failure.status(), 2, "{text}");
            assert!(text.contains(named) && text.lines().count() == 1, "{line:?}: {text}");
        }
    }
}
