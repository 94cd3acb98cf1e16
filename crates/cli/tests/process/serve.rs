use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{told, tollgate};

/// A running gateway over a folder of its own; killed when it is dropped.
struct Running {
    child: Option<Child>,
    data: PathBuf,
    addresses: Value,
}

/// Long enough for any machine; what is waited for comes much sooner.
const PATIENCE: Duration = Duration::from_secs(120);

fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn command(data: &Path, flags: &[&str]) -> Command {
    let mut command = tollgate(&["serve", "--data", data.to_str().unwrap(), "--log", "off", "--workers", "1"]);
    for listener in ["--http", "--https", "--admin"] {
        if !flags.contains(&listener) {
            command.args([listener, "127.0.0.1:0"]);
        }
    }
    command.args(flags).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

impl Running {
    fn start(data: &Path, flags: &[&str]) -> Self {
        Self::run(command(data, flags), data)
    }

    fn run(mut command: Command, data: &Path) -> Self {
        let mut child = command.spawn().unwrap();
        let file = data.join("addresses.json");
        let addresses = until("addresses.json", || {
            let ended = child.try_wait().unwrap();
            assert!(ended.is_none(), "ended with {ended:?}");
            serde_json::from_slice(&std::fs::read(&file).ok()?).ok()
        });
        Self { child: Some(child), data: data.to_owned(), addresses }
    }

    fn signal(&self, signal: &str) {
        let id = self.child.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }

    fn end(mut self) -> Output {
        self.signal("-TERM");
        self.child.take().unwrap().wait_with_output().unwrap()
    }

    /// Status and body of a GET on the management address.
    fn get(&self, path: &str) -> (u16, String) {
        let address = self.addresses["admin"].as_str().unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    fn operator(&self) -> Value {
        serde_json::from_slice(&std::fs::read(self.data.join("operator.json")).unwrap()).unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _gone_already = child.kill();
            let _gone_already = child.wait();
        }
    }
}

#[test]
fn a_gateway_comes_up_tells_where_it_is_and_ends_well_on_a_signal() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let gateway = Running::start(&data, &[]);
    let (status, body) = gateway.get("/readyz");
    let report: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((status, &report["ready"], &report["reasons"]), (200, &true.into(), &Value::Array(Vec::new())));
    assert_eq!(gateway.get("/healthz").0, 200);
    let (status, page) = gateway.get("/metrics");
    assert!(status == 200 && page.contains("tollgate_config_revision 2\n"), "{page}");
    assert_eq!(gateway.get("/").0, 307);
    assert_eq!(gateway.get("/?Action=DescribeServicesStatus").0, 200, "the dialect's own answer");
    assert!(gateway.get("/console/").1.contains("<title>Tollgate</title>"));
    for list in ["http", "https"] {
        assert!(gateway.addresses[list][0].as_str().unwrap().starts_with("127.0.0.1:"));
    }
    for (path, mode) in [(data.clone(), 0o700), (data.join("operator.json"), 0o600)] {
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, mode, "{}", path.display());
    }
    let (status, stdout, stderr) = told(&gateway.end());
    assert_eq!((status, stdout.as_str(), stderr.as_str()), (0, "", ""));
    assert!(!data.join("addresses.json").exists());
}

#[test]
fn the_first_operator_is_fresh_stays_and_can_be_set() {
    let folder = tempfile::tempdir().unwrap();
    let [one, other, set] = ["one", "other", "set"].map(|name| folder.path().join(name));
    let gateway = Running::start(&one, &[]);
    let first = gateway.operator();
    assert_eq!(first["name"], "admin");
    assert!(first["secret_id"].as_str().unwrap().starts_with("AKID"));
    gateway.end();
    let again = Running::start(&one, &[]);
    assert_eq!(again.operator(), first);
    again.end();
    let elsewhere = Running::start(&other, &[]);
    for secret in ["password", "secret_id", "secret_key"] {
        assert_ne!(elsewhere.operator()[secret], first[secret], "{secret}");
    }
    elsewhere.end();
    let mut command = command(&set, &[]);
    command.env("TOLLGATE_OPERATOR_PASSWORD", "a password of mine");
    let gateway = Running::run(command, &set);
    assert_eq!(gateway.operator()["password"], "a password of mine");
}

#[test]
fn an_address_or_a_folder_in_use_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for flag in ["--http", "--https", "--admin"] {
        let output = command(&folder.path().join("data"), &[flag, &address]).output().unwrap();
        let (status, _, stderr) = told(&output);
        assert!(status == 1 && stderr.starts_with("tollgate: ") && stderr.contains(&address), "{flag}: {stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
    }
    let data = folder.path().join("shared");
    let _first = Running::start(&data, &[]);
    let (status, _, stderr) = told(&command(&data, &[]).output().unwrap());
    assert!(status == 1 && stderr.contains("tollgate.lock"), "{stderr}");
    assert!(data.join("addresses.json").exists(), "the other one's addresses stay");
}

#[test]
fn a_rotated_access_log_is_opened_anew() {
    let folder = tempfile::tempdir().unwrap();
    let (log, old) = (folder.path().join("access.log"), folder.path().join("access.log.1"));
    let gateway = Running::start(&folder.path().join("data"), &["--access-log", log.to_str().unwrap()]);
    for signal in ["-HUP", "-USR1"] {
        std::fs::rename(&log, &old).unwrap();
        gateway.signal(signal);
        until("a fresh access log", || log.exists().then_some(()));
    }
    assert_eq!(told(&gateway.end()).0, 0);
}

#[test]
fn the_demo_prints_calls_that_work() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let output = Running::start(&data, &["--demo"]).end();
    assert_eq!(output.status.code(), Some(0));
    // The second start finds the service of the first.
    let mut gateway = Running::start(&data, &["--demo"]);
    let mut printed = String::new();
    let mut stdout = gateway.child.as_mut().unwrap().stdout.take().unwrap();
    let mut buffer = [0; 4096];
    while !printed.contains("/backend\n") {
        let read = stdout.read(&mut buffer).unwrap();
        assert!(read > 0, "{printed}");
        printed.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
    }
    let operator = gateway.operator();
    assert!(printed.contains(operator["password"].as_str().unwrap()), "{printed}");
    let calls: Vec<&str> = printed.lines().filter(|line| line.starts_with("  ")).map(str::trim).collect();
    assert_eq!(calls.len(), 4, "{printed}");
    for call in calls.iter().filter(|call| call.contains("tollgate call") && call.ends_with("/signed")) {
        let (status, answer, stderr) = told(&Command::new("sh").args(["-c", call]).output().unwrap());
        assert_eq!(status, 0, "{call}: {answer}{stderr}");
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("your signature is good"), "{answer}");
        let wrong = call.replace("--secret ", "--secret x");
        let (status, answer, stderr) = told(&Command::new("sh").args(["-c", &wrong]).output().unwrap());
        assert_eq!(status, 1, "{answer}");
        assert!(answer.contains("HMAC signature does not match") && stderr.contains("    x-date: "), "{stderr}");
    }
}
