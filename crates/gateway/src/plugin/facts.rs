//! What plugins ask of a call.

use std::borrow::Cow;
use std::net::IpAddr;

use model::{ConditionConstant as Constant, Location, Question, Subject};
use net::Request;

use crate::refusal::Refusal;

/// What a call says of itself.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'c> {
    /// The request.
    pub request: &'c Request,
    /// Its path behind the environment's segment.
    pub path: &'c str,
    /// The caller's judged address.
    pub address: IpAddr,
    /// The application that signed it.
    pub application: Option<&'c str>,
    /// It came over TLS.
    pub is_tls: bool,
}

impl<'c> Facts<'c> {
    /// A header's value. One that is no text, or comes twice, can be judged by no rule, and the call is refused: what the
    /// rule saw might not be what the backend sees.
    pub fn header(&self, name: &str) -> Result<Option<&'c str>, Refusal> {
        let unreadable = || Refusal::ParametersUnreadable(Location::Header);
        let mut values = self.request.header_values(name);
        match (values.next(), values.next()) {
            (None, _) => Ok(None),
            (Some(value), None) => std::str::from_utf8(value).map(Some).map_err(|_| unreadable()),
            (Some(_), Some(_)) => Err(unreadable()),
        }
    }

    /// A parameter of the query; one that comes twice can be judged by no rule.
    pub fn query(&self, name: &str) -> Result<Option<Cow<'c, str>>, Refusal> {
        let query = self.request.query().unwrap_or("");
        let mut values = form_urlencoded::parse(query.as_bytes()).filter(|(sent, _)| sent == name);
        match (values.next(), values.next()) {
            (None, _) => Ok(None),
            (Some((_, value)), None) => Ok(Some(value)),
            (Some(_), Some(_)) => Err(Refusal::ParametersUnreadable(Location::Query)),
        }
    }

    /// The same, where the parameter must not come in another case either: of that a backend might take the value.
    pub fn query_in_one_case(&self, name: &str) -> Result<Option<Cow<'c, str>>, Refusal> {
        let query = self.request.query().unwrap_or("");
        let is_other = |sent: &str| sent != name && sent.eq_ignore_ascii_case(name);
        if form_urlencoded::parse(query.as_bytes()).any(|(sent, _)| is_other(&sent)) {
            return Err(Refusal::ParametersUnreadable(Location::Query));
        }
        self.query(name)
    }

    /// Whether a question is answered with yes.
    pub fn answer(&self, question: &Question) -> Result<bool, Refusal> {
        match question {
            Question::All(parts) => {
                for part in parts {
                    if !self.answer(part)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Question::Any(parts) => {
                for part in parts {
                    if self.answer(part)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Question::Compare(Subject::Random, relation, Constant::Number(number)) => {
                Ok(fastrand::f64().partial_cmp(number).is_some_and(|order| relation.holds(order)))
            }
            Question::Compare(Subject::Address, relation, Constant::Address(address)) => {
                Ok(relation.holds(self.address.to_canonical().cmp(&address.to_canonical())))
            }
            Question::Compare(subject, relation, constant) => Ok(self.value(subject)?.is_some_and(|value| {
                let order = match constant {
                    Constant::Text(text) => Some((*value).cmp(text)),
                    Constant::Number(number) => {
                        value.trim().parse::<f64>().ok().and_then(|value| value.partial_cmp(number))
                    }
                    Constant::Flag(flag) => truth(&value).map(|value| value.cmp(flag)),
                    Constant::Address(address) => {
                        value.parse::<IpAddr>().ok().map(|value| value.to_canonical().cmp(&address.to_canonical()))
                    }
                };
                order.is_some_and(|order| relation.holds(order))
            })),
            Question::Exists(subject) => Ok(self.value(subject)?.is_some()),
            Question::Matches(subject, pattern) => {
                Ok(self.value(subject)?.is_some_and(|value| pattern.is_match(&value)))
            }
        }
    }

    fn value(&self, subject: &Subject) -> Result<Option<Cow<'c, str>>, Refusal> {
        Ok(match subject {
            Subject::Header(name) => self.header(name)?.map(Cow::Borrowed),
            Subject::Query(name) => self.query(name)?,
            Subject::Path => Some(Cow::Borrowed(self.path)),
            Subject::Address => Some(Cow::Owned(self.address.to_string())),
            Subject::Scheme => Some(Cow::Borrowed(if self.is_tls { "https" } else { "http" })),
            Subject::Agent => self.header("user-agent")?.map(Cow::Borrowed),
            // A number that is drawn is compared with numbers only.
            Subject::Random => None,
        })
    }
}

fn truth(value: &str) -> Option<bool> {
    match value {
        _ if value.eq_ignore_ascii_case("true") => Some(true),
        _ if value.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use model::Condition;

    use super::*;

    fn ask(condition: &str) -> Result<bool, Refusal> {
        let head = b"GET /test/a?age=29&ok=TRUE&twice=1&twice=2&name=the%20color HTTP/1.1\r\nHost: h\r\nX-Id: 1001\r\n\
            User-Agent: curl\r\nTwo: a\r\nTwo: b\r\nOdd: \xff\r\n\r\n";
        let (request, _) = Request::parse(head, &net::Limits::default()).unwrap().unwrap();
        let facts = Facts {
            request: &request,
            path: "/a",
            address: "::ffff:47.47.74.77".parse().unwrap(),
            application: None,
            is_tls: true,
        };
        facts.answer(Condition::try_from(condition.to_owned()).unwrap().question())
    }

    #[test]
    fn conditions_are_answered_by_what_the_call_says() {
        for (condition, expected) in [
            ("header.x-id = 1001", true),
            ("header.X-ID = '1001'", true),
            ("header.x-id = '1001.0'", false),
            ("header.x-id == 1001.0", true),
            ("header.x-id > 1000 and header.x-id <= 1001", true),
            ("header.none = 1 or header.none != 1", false),
            ("query.age<30 and query.ok=false or query.age>3", true),
            ("query.age<30 and (query.ok=false or query.age>30)", false),
            ("query.ok = true", true),
            ("query.OK = true", false),
            ("query.name = true or query.name != false", false),
            ("query.name < 5 or query.name >= 5", false),
            ("query.name = 'the color'", true),
            ("regex(query.name,'colou?r$')", true),
            ("regex(query.none,'.*')", false),
            ("exists(header.x-id) and exists(path)", true),
            ("exists(query.none)", false),
            ("path = '/a'", true),
            ("path = '/test/a'", false),
            ("sysparam.clientIp = '47.47.74.77'", true),
            ("sysparam.clientIp != '47.47.74.77'", false),
            ("sysparam.httpScheme = 'https'", true),
            ("sysparam.clientUa = 'curl'", true),
            ("Random() >= 0 and Random() < 1", true),
            ("Random() > 1", false),
        ] {
            assert_eq!(ask(condition), Ok(expected), "{condition}");
        }
    }

    #[test]
    fn a_parameter_that_comes_in_two_cases_stands_for_nothing() {
        let head = b"GET /a?Key=1&key=2&one=3 HTTP/1.1\r\nHost: h\r\n\r\n";
        let (request, _) = Request::parse(head, &net::Limits::default()).unwrap().unwrap();
        let address = IpAddr::from([127, 0, 0, 1]);
        let facts = Facts { request: &request, path: "/a", address, application: None, is_tls: false };
        assert_eq!(facts.query("key"), Ok(Some(Cow::Borrowed("2"))));
        assert_eq!(facts.query_in_one_case("key"), Err(Refusal::ParametersUnreadable(Location::Query)));
        assert_eq!(facts.query_in_one_case("one"), Ok(Some(Cow::Borrowed("3"))));
    }

    #[test]
    fn what_cannot_be_judged_is_refused_and_not_passed() {
        for condition in
            ["query.twice = 1", "header.two = 'a'", "exists(header.odd)", "header.x-id = 1 or header.two = 'a'"]
        {
            assert!(matches!(ask(condition), Err(Refusal::ParametersUnreadable(_))), "{condition}");
        }
        assert_eq!(ask("header.x-id = 1001 or header.two = 'a'"), Ok(true), "what need not be asked is not");
    }
}
