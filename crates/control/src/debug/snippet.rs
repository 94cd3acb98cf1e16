//! Commands that make a debug call from outside: each is whole, signs anew when it is run, and needs nothing but what its
//! language brings.

use std::fmt::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{Method, Scheme};

use super::compose::{Composed, SOURCE, Signed};
use super::{Outgoing, Sent};

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Language {
    Curl,
    Python,
    Go,
    Node,
    Java,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Curl, Self::Python, Self::Go, Self::Node, Self::Java];

    /// `curl`, `python` …
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Curl => "curl",
            Self::Python => "python",
            Self::Go => "go",
            Self::Node => "node",
            Self::Java => "java",
        }
    }

    /// The name of a file that it may be saved as.
    pub const fn file(self) -> &'static str {
        match self {
            Self::Curl => "call.sh",
            Self::Python => "call.py",
            Self::Go => "call.go",
            Self::Node => "call.js",
            Self::Java => "Call.java",
        }
    }

    /// How that file is run.
    pub const fn run(self) -> &'static str {
        match self {
            Self::Curl => "sh call.sh",
            Self::Python => "python3 call.py",
            Self::Go => "go run call.go",
            Self::Node => "node call.js",
            Self::Java => "java Call.java",
        }
    }
}

/// One command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    /// The language.
    pub language: Language,
    /// The text.
    pub code: String,
}

/// The call in every language.
pub(super) fn all(composed: &Composed, sent: &Sent) -> Vec<Snippet> {
    let call = Call::new(composed, sent);
    let code = |language| match language {
        Language::Curl => curl(&call),
        Language::Python => python(&call),
        Language::Go => go(&call),
        Language::Node => node(&call),
        Language::Java => java(&call),
    };
    Language::ALL.into_iter().map(|language| Snippet { language, code: code(language) }).collect()
}

/// The secret is nobody's business but the caller's.
const SECRET: &str = "TOLLGATE_SECRET_KEY";

struct Call<'a> {
    request: &'a Outgoing,
    is_tls: bool,
    /// Where the gateway is: `127.0.0.1:8080`.
    address: String,
    signed: Option<&'a Signed>,
    /// Without those that signing makes.
    headers: Vec<(&'a str, &'a str)>,
    body: Body<'a>,
}

enum Body<'a> {
    None,
    Text(&'a str),
    Bytes(String),
}

impl<'a> Call<'a> {
    fn new(composed: &'a Composed, sent: &Sent) -> Self {
        let request = &composed.request;
        let signed = composed.signed.as_ref();
        let is_made = |name: &str| ["authorization", "x-date", "source"].iter().any(|n| name.eq_ignore_ascii_case(n));
        let headers = request.headers.iter().filter(|(name, _)| signed.is_none() || !is_made(name));
        let body = match request.body.as_deref() {
            None => Body::None,
            Some(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) if !text.contains('\0') => Body::Text(text),
                _ => Body::Bytes(STANDARD.encode(bytes)),
            },
        };
        Self {
            request,
            is_tls: sent.scheme == Scheme::Https,
            address: sent.address.to_string(),
            signed,
            headers: headers.map(|(name, value)| (name.as_str(), value.as_str())).collect(),
            body,
        }
    }

    fn url(&self) -> String {
        format!("{}://{}{}", if self.is_tls { "https" } else { "http" }, self.address, self.request.target)
    }

    fn method(&self) -> &'static str {
        self.request.method.as_str()
    }
}

/// A literal in Python, Go and JavaScript alike: JSON's escapes are theirs.
fn literal(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // What no editor shows, and what ends a line in some of them.
            control if control.is_control() || ('\u{2028}'..='\u{2029}').contains(&control) => {
                let _written = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// A literal in Java, whose compilers of before version 18 read files in the machine's own character set.
fn java_literal(text: &str) -> String {
    let mut out = String::new();
    for character in literal(text).chars() {
        if character.is_ascii() {
            out.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _written = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out
}

/// A literal of the shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

fn curl(call: &Call<'_>) -> String {
    let mut out = String::from("#!/bin/sh\n");
    if let Some(signed) = call.signed {
        let _written = write!(
            out,
            "# Needs curl and openssl, and the key's secret in {SECRET}.\n\
             id={}\ndate=$(LC_ALL=C date -u '+%a, %d %b %Y %H:%M:%S GMT')\n\
             signature=$(printf 'x-date: %s%s' \"$date\" {} \\\n  \
             | openssl dgst -sha1 -hmac \"${SECRET}\" -binary | openssl base64)\n",
            quoted(signed.key.as_str()),
            quoted(&signed.rest)
        );
    }
    if let Body::Bytes(encoded) = &call.body {
        let _written = write!(out, "echo {} | openssl base64 -d -A | ", quoted(encoded));
    }
    let method = match call.request.method {
        Method::Head => "-I".to_owned(),
        method => format!("-i -X {}", method.as_str()),
    };
    let lax = if call.is_tls { " -k" } else { "" };
    let _written = write!(out, "curl -sS --path-as-is --globoff {method}{lax} {}", quoted(&call.url()));
    let _written = write!(out, " \\\n  -H {}", quoted(&format!("Host: {}", call.request.host)));
    for (name, value) in &call.headers {
        // An empty value would take the header out.
        let line = if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") };
        let _written = write!(out, " \\\n  -H {}", quoted(&line));
    }
    if let Some(signed) = call.signed {
        let _written = write!(
            out,
            " \\\n  -H \"X-Date: $date\" \\\n  -H 'Source: {SOURCE}' \\\n  \
             -H \"Authorization: hmac id=\\\"$id\\\", algorithm=\\\"hmac-sha1\\\", headers=\\\"{}\\\", \
             signature=\\\"$signature\\\"\"",
            signed.headers
        );
    }
    let has_type = call.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    if !matches!(call.body, Body::None) && !has_type {
        out.push_str(" \\\n  -H 'Content-Type:'");
    }
    match &call.body {
        Body::None => {}
        Body::Text(text) => {
            // `@` at the beginning would be a file.
            let _written = write!(out, " \\\n  --data-raw {}", quoted(text));
        }
        Body::Bytes(_) => out.push_str(" \\\n  --data-binary @-"),
    }
    out.push('\n');
    out
}

fn python(call: &Call<'_>) -> String {
    let mut out = String::new();
    let signs = call.signed.is_some();
    let is_bytes = matches!(call.body, Body::Bytes(_));
    if signs {
        let _written = writeln!(out, "# The key's secret is taken from {SECRET}.");
    }
    out.push_str(if signs || is_bytes { "import base64\n" } else { "" });
    out.push_str(if signs { "import hashlib\nimport hmac\n" } else { "" });
    out.push_str("import http.client\n");
    out.push_str(if signs { "import os\n" } else { "" });
    out.push_str(if call.is_tls { "import ssl\n" } else { "" });
    out.push_str(if signs { "from email.utils import formatdate\n" } else { "" });
    let _written = writeln!(out, "\nheaders = {{\n    \"Host\": {},", literal(&call.request.host));
    for (name, value) in &call.headers {
        let _written = writeln!(out, "    {}: {},", literal(name), literal(value));
    }
    out.push_str("}\n");
    if let Some(signed) = call.signed {
        let _written = write!(
            out,
            "date = formatdate(usegmt=True)\n\
             text = \"x-date: \" + date + {}\n\
             digest = hmac.new(os.environ[\"{SECRET}\"].encode(), text.encode(), hashlib.sha1).digest()\n\
             headers[\"X-Date\"] = date\n\
             headers[\"Source\"] = \"{SOURCE}\"\n\
             headers[\"Authorization\"] = (\n    \
             f'hmac id=\"{{{}}}\", algorithm=\"hmac-sha1\", headers=\"{}\", '\n    \
             f'signature=\"{{base64.b64encode(digest).decode()}}\"'\n)\n",
            literal(&signed.rest),
            literal(signed.key.as_str()),
            signed.headers
        );
    }
    let body = match &call.body {
        Body::None => "None".to_owned(),
        Body::Text(text) => format!("{}.encode()", literal(text)),
        Body::Bytes(encoded) => format!("base64.b64decode(\"{encoded}\")"),
    };
    let connect = match call.is_tls {
        // A self-signed certificate is what an installation begins with.
        true => format!("http.client.HTTPSConnection(\"{}\", context=ssl._create_unverified_context())", call.address),
        false => format!("http.client.HTTPConnection(\"{}\")", call.address),
    };
    let _written = write!(
        out,
        "\ngateway = {connect}\n\
         gateway.request({}, {}, body={body}, headers=headers)\n\
         answer = gateway.getresponse()\n\
         print(answer.status, answer.reason)\n\
         print(answer.read().decode(errors=\"replace\"))\n",
        literal(call.method()),
        literal(&call.request.target),
    );
    out
}

fn node(call: &Call<'_>) -> String {
    let mut out = String::new();
    let module = if call.is_tls { "https" } else { "http" };
    if call.signed.is_some() {
        let _written =
            writeln!(out, "// The key's secret is taken from {SECRET}.\nconst crypto = require(\"crypto\");");
    }
    let _written = writeln!(out, "const {module} = require(\"{module}\");\n");
    let _written = writeln!(out, "const headers = {{\n  Host: {},", literal(&call.request.host));
    for (name, value) in &call.headers {
        let _written = writeln!(out, "  {}: {},", literal(name), literal(value));
    }
    out.push_str("};\n");
    if let Some(signed) = call.signed {
        let _written = write!(
            out,
            "const date = new Date().toUTCString();\n\
             const text = \"x-date: \" + date + {};\n\
             const signature = crypto.createHmac(\"sha1\", process.env.{SECRET}).update(text).digest(\"base64\");\n\
             headers[\"X-Date\"] = date;\n\
             headers.Source = \"{SOURCE}\";\n\
             headers.Authorization =\n  `hmac id=\"${{{}}}\", algorithm=\"hmac-sha1\", headers=\"{}\", ` +\n  \
             `signature=\"${{signature}}\"`;\n",
            literal(&signed.rest),
            literal(signed.key.as_str()),
            signed.headers
        );
    }
    let body = match &call.body {
        Body::None => String::new(),
        Body::Text(text) => format!("const body = Buffer.from({});\n", literal(text)),
        Body::Bytes(encoded) => format!("const body = Buffer.from(\"{encoded}\", \"base64\");\n"),
    };
    out.push_str(&body);
    if !body.is_empty() {
        out.push_str("headers[\"Content-Length\"] = body.length;\n");
    }
    let (host, port) = call.address.rsplit_once(':').unwrap_or((&call.address, "80"));
    let host = host.trim_start_matches('[').trim_end_matches(']');
    // A self-signed certificate is what an installation begins with.
    let lax = if call.is_tls { ", rejectUnauthorized: false" } else { "" };
    let _written = write!(
        out,
        "\nconst request = {module}.request(\n  \
         {{ host: \"{host}\", port: {port}, method: {}, path: {}, headers{lax} }},\n  \
         (answer) => {{\n    \
         console.log(answer.statusCode, answer.statusMessage);\n    \
         answer.on(\"data\", (part) => process.stdout.write(part));\n    \
         answer.on(\"end\", () => console.log());\n  }},\n);\n\
         request.on(\"error\", (error) => {{ console.error(error.message); process.exit(1); }});\n\
         request.end({});\n",
        literal(call.method()),
        literal(&call.request.target),
        if body.is_empty() { "" } else { "body" },
    );
    out
}

fn go(call: &Call<'_>) -> String {
    let (signs, is_bytes) = (call.signed.is_some(), matches!(call.body, Body::Bytes(_)));
    let mut imports = vec!["fmt", "io", "net/http"];
    if signs {
        imports.extend(["crypto/hmac", "crypto/sha1", "encoding/base64", "os", "time"]);
    }
    if is_bytes {
        imports.extend(["bytes", "encoding/base64"]);
    }
    if matches!(call.body, Body::Text(_)) {
        imports.push("strings");
    }
    if call.is_tls {
        imports.push("crypto/tls");
    }
    imports.sort_unstable();
    imports.dedup();
    let mut out = String::new();
    if signs {
        let _written = writeln!(out, "// The key's secret is taken from {SECRET}.");
    }
    out.push_str("package main\n\nimport (\n");
    for import in imports {
        let _written = writeln!(out, "\t\"{import}\"");
    }
    out.push_str(")\n\nfunc main() {\n");
    let body = match &call.body {
        Body::None => "nil".to_owned(),
        Body::Text(text) => format!("strings.NewReader({})", literal(text)),
        Body::Bytes(encoded) => {
            let _written = writeln!(out, "\tbody, _ := base64.StdEncoding.DecodeString(\"{encoded}\")");
            "bytes.NewReader(body)".to_owned()
        }
    };
    let _written = writeln!(
        out,
        "\trequest, err := http.NewRequest({}, {}, {body})\n\tif err != nil {{\n\t\tpanic(err)\n\t}}\n\trequest.Host = {}",
        literal(call.method()),
        literal(&call.url()),
        literal(&call.request.host)
    );
    for (name, value) in &call.headers {
        let _written = writeln!(out, "\trequest.Header.Set({}, {})", literal(name), literal(value));
    }
    if let Some(signed) = call.signed {
        let _written = write!(
            out,
            "\tdate := time.Now().UTC().Format(http.TimeFormat)\n\
             \tmac := hmac.New(sha1.New, []byte(os.Getenv(\"{SECRET}\")))\n\
             \tfmt.Fprintf(mac, \"x-date: %s%s\", date, {})\n\
             \trequest.Header.Set(\"X-Date\", date)\n\
             \trequest.Header.Set(\"Source\", \"{SOURCE}\")\n\
             \trequest.Header.Set(\"Authorization\", fmt.Sprintf(\n\
             \t\t`hmac id=\"%s\", algorithm=\"hmac-sha1\", headers=\"{}\", signature=\"%s\"`,\n\
             \t\t{}, base64.StdEncoding.EncodeToString(mac.Sum(nil))))\n",
            literal(&signed.rest),
            signed.headers,
            literal(signed.key.as_str())
        );
    }
    if call.is_tls {
        out.push_str(
            "\t// A self-signed certificate is what an installation begins with.\n\
             \thttp.DefaultTransport.(*http.Transport).TLSClientConfig = &tls.Config{InsecureSkipVerify: true}\n",
        );
    }
    out.push_str(
        "\tanswer, err := http.DefaultClient.Do(request)\n\tif err != nil {\n\t\tpanic(err)\n\t}\n\
         \tdefer answer.Body.Close()\n\
         \ttext, _ := io.ReadAll(answer.Body)\n\
         \tfmt.Println(answer.Status)\n\tfmt.Println(string(text))\n}\n",
    );
    out
}

fn java(call: &Call<'_>) -> String {
    let mut out = String::new();
    if call.signed.is_some() {
        let _written = writeln!(out, "// Java 11 or later. The key's secret is taken from {SECRET}.");
    } else {
        out.push_str("// Java 11 or later.\n");
    }
    out.push_str("import java.net.URI;\nimport java.net.http.*;\nimport java.time.*;\nimport java.time.format.*;\n");
    out.push_str("import java.util.*;\nimport javax.crypto.Mac;\nimport javax.crypto.spec.SecretKeySpec;\n");
    if call.is_tls {
        out.push_str("import java.security.cert.X509Certificate;\nimport javax.net.ssl.*;\n");
    }
    out.push_str(
        "\npublic class Call {\n  public static void main(String[] arguments) throws Exception {\n    \
         // The host is not the address that is connected to.\n    \
         System.setProperty(\"jdk.httpclient.allowRestrictedHeaders\", \"host\");\n",
    );
    let body = match &call.body {
        Body::None => "HttpRequest.BodyPublishers.noBody()".to_owned(),
        Body::Text(text) => format!("HttpRequest.BodyPublishers.ofString({})", java_literal(text)),
        Body::Bytes(encoded) => {
            format!("HttpRequest.BodyPublishers.ofByteArray(Base64.getDecoder().decode(\"{encoded}\"))")
        }
    };
    let _written = write!(
        out,
        "    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create({}))\n        \
         .version(HttpClient.Version.HTTP_1_1)\n        .method({}, {body})\n        .header(\"Host\", {})",
        java_literal(&call.url()),
        java_literal(call.method()),
        java_literal(&call.request.host)
    );
    for (name, value) in &call.headers {
        let _written = write!(out, "\n        .header({}, {})", java_literal(name), java_literal(value));
    }
    out.push_str(";\n");
    if let Some(signed) = call.signed {
        let _written = write!(
            out,
            "    String date = DateTimeFormatter.ofPattern(\"EEE, dd MMM yyyy HH:mm:ss 'GMT'\", Locale.US)\n        \
             .format(ZonedDateTime.now(ZoneOffset.UTC));\n    \
             Mac mac = Mac.getInstance(\"HmacSHA1\");\n    \
             mac.init(new SecretKeySpec(System.getenv(\"{SECRET}\").getBytes(\"UTF-8\"), \"HmacSHA1\"));\n    \
             byte[] digest = mac.doFinal((\"x-date: \" + date + {}).getBytes(\"UTF-8\"));\n    \
             request.header(\"X-Date\", date).header(\"Source\", \"{SOURCE}\").header(\"Authorization\",\n        \
             \"hmac id=\\\"\" + {} + \"\\\", algorithm=\\\"hmac-sha1\\\", headers=\\\"{}\\\", signature=\\\"\"\n        \
             + Base64.getEncoder().encodeToString(digest) + \"\\\"\");\n",
            java_literal(&signed.rest),
            java_literal(signed.key.as_str()),
            signed.headers
        );
    }
    if call.is_tls {
        out.push_str(
            "    // A self-signed certificate is what an installation begins with.\n    \
             System.setProperty(\"jdk.internal.httpclient.disableHostnameVerification\", \"true\");\n    \
             SSLContext tls = SSLContext.getInstance(\"TLS\");\n    \
             tls.init(null, new TrustManager[] {new X509TrustManager() {\n      \
             public void checkClientTrusted(X509Certificate[] chain, String kind) {}\n      \
             public void checkServerTrusted(X509Certificate[] chain, String kind) {}\n      \
             public X509Certificate[] getAcceptedIssuers() { return new X509Certificate[0]; }\n    }}, null);\n    \
             HttpClient client = HttpClient.newBuilder().sslContext(tls).build();\n",
        );
    } else {
        out.push_str("    HttpClient client = HttpClient.newHttpClient();\n");
    }
    out.push_str(
        "    HttpResponse<String> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());\n    \
         System.out.println(answer.statusCode());\n    System.out.println(answer.body());\n  }\n}\n",
    );
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_cannot_leave_their_literals() {
        assert_eq!(literal("a\"b\\c\nd\u{1}\u{2028}é"), "\"a\\\"b\\\\c\\nd\\u0001\\u2028é\"");
        assert_eq!(java_literal("é\u{1f600}\n"), "\"\\u00e9\\ud83d\\ude00\\n\"");
        assert_eq!(quoted("it's $HOME"), "'it'\\''s $HOME'");
    }
}
