//! OAuth 2.0 in the words of the format, both ways.
//!
//! An operation that gives tokens is told by `x-apigw-api-business-type`, and says with `x-apigw-oauth-config` and, for a
//! pool of users, `x-apigw-eiam-config` which of them hold. One that is called with tokens names the one that gives them,
//! with `x-apigw-auth-relation-api`: by its `operationId`, for identifiers are those of one installation.

use std::collections::BTreeMap;

use model::{ApiDefinition, ApiId, Auth, LoginUrl, Oauth, Text, TokenLocation, TokenRules, UserPool};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::extension as words;
use super::fault::Fault;
use super::place::Place;
use crate::{OauthRefusal, Quotas, oauth};

const NORMAL: &str = "NORMAL";
const OAUTH: &str = "OAUTH";
const LOCATIONS: [(&str, TokenLocation); 2] = [("Header", TokenLocation::Header), ("Cookie", TokenLocation::Cookie)];
/// Where callers of a pool put their tokens, by the kind of their application.
const APPLICATIONS: [(&str, TokenLocation); 2] = [("Client", TokenLocation::Header), ("Web", TokenLocation::Cookie)];
/// Whether only tokens for the application hold.
const DEMANDS: [(&str, bool); 2] = [("AuthenticationOnly", false), ("Authorization", true)];

/// [`words::OAUTH_CONFIG`].
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct Config {
    #[serde(skip_serializing_if = "Option::is_none")]
    public_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_location: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    login_redirect_url: Option<String>,
}

/// [`words::EIAM_CONFIG`].
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
struct Pool {
    #[serde(rename = "EIAMAppType")]
    app_type: Option<String>,
    #[serde(rename = "EIAMAuthType")]
    auth_type: Option<String>,
    #[serde(rename = "EIAMAppId")]
    app_id: Option<String>,
    #[serde(rename = "TokenTimeout")]
    token_timeout: Option<u32>,
}

/// What an operation says of its part.
#[derive(Debug)]
pub(super) enum Part {
    /// It has none.
    None,
    /// It gives tokens.
    Gives(TokenRules),
    /// It is called with the tokens of what is called this.
    Takes(String),
}

/// The part of the operation at `place`, whose callers are asked for `auth`.
pub(super) fn read(place: &Place<'_>, auth: Auth, quotas: &Quotas) -> Result<Part, Fault> {
    let is_of_pool = place.text_of(words::AUTH)? == Some(words::EIAM);
    let gives = match place.text_of(words::BUSINESS_TYPE)? {
        None | Some(NORMAL) => false,
        Some(OAUTH) => true,
        Some(word) => {
            let reason = format!("`{}` is not one of NORMAL, OAUTH", word.escape_debug());
            return Err(place.fault_at(words::BUSINESS_TYPE, reason));
        }
    };
    let foreign = |name: &str, to: &str| match place.member(name) {
        Some(member) => Err(member.fault(format!("belongs to {to}"))),
        None => Ok(()),
    };
    if auth != Auth::Oauth {
        if gives {
            let reason = format!("OAUTH is allowed where `{}` is OAUTH or EIAM", words::AUTH);
            return Err(place.fault_at(words::BUSINESS_TYPE, reason));
        }
        for name in [words::OAUTH_CONFIG, words::EIAM_CONFIG, words::RELATION] {
            foreign(name, &format!("operations whose `{}` is OAUTH or EIAM", words::AUTH))?;
        }
        return Ok(Part::None);
    }
    if gives {
        foreign(words::RELATION, &format!("operations whose `{}` is NORMAL", words::BUSINESS_TYPE))?;
        if !is_of_pool {
            foreign(words::EIAM_CONFIG, &format!("operations whose `{}` is EIAM", words::AUTH))?;
        }
        return rules(place, is_of_pool, quotas).map(Part::Gives);
    }
    for name in [words::OAUTH_CONFIG, words::EIAM_CONFIG] {
        foreign(name, &format!("operations whose `{}` is OAUTH", words::BUSINESS_TYPE))?;
    }
    let reason = format!(
        "is needed: the `operationId` of the operation that gives the tokens, whose `{}` is OAUTH",
        words::BUSINESS_TYPE
    );
    let named = place.text_of(words::RELATION)?.filter(|name| !name.is_empty());
    named.map(|name| Part::Takes(name.to_owned())).ok_or_else(|| place.fault_at(words::RELATION, reason))
}

fn rules(place: &Place<'_>, is_of_pool: bool, quotas: &Quotas) -> Result<TokenRules, Fault> {
    let empty = json!({});
    let member = |name: &str| {
        let found = place.member(name);
        found.unwrap_or_else(|| Place { value: &empty, pointer: format!("{}/{name}", place.pointer) })
    };
    let (said, pool) = (member(words::OAUTH_CONFIG), member(words::EIAM_CONFIG));
    let Config { public_key, token_location, login_redirect_url } = said.decode()?;
    let public_key = public_key.filter(|key| !key.is_empty());
    let location = token_location.filter(|word| !word.is_empty());
    let login = login_redirect_url.filter(|url| !url.is_empty());
    let login = login.map(LoginUrl::try_from).transpose();
    let login = login.map_err(|invalid| said.fault_at("LoginRedirectUrl", invalid.reason))?;
    let key = |key: String| Text::try_from(key).map_err(|invalid| said.fault_at("PublicKey", invalid.reason));
    let rules = if is_of_pool {
        if location.is_some() {
            return Err(said.fault_at("TokenLocation", "belongs to OAUTH; for EIAM, `EIAMAppType` says it"));
        }
        let missing = || said.fault_at("PublicKey", "is needed: the setting `pool_issuer` names no pool of users");
        let public_key = public_key.or_else(|| quotas.pool_issuer.clone()).ok_or_else(missing)?;
        let (location, users) = users(&pool)?;
        TokenRules { public_key: key(public_key)?, location, login, pool: Some(users) }
    } else {
        let public_key = public_key.ok_or_else(|| said.fault_at("PublicKey", "is needed: a JSON Web Key"))?;
        let location = option(&said, "TokenLocation", location.as_deref(), &LOCATIONS)?;
        TokenRules { public_key: key(public_key)?, location, login, pool: None }
    };
    oauth::check_rules(&quotas.issuers, &rules).map_err(|refusal| match &refusal {
        OauthRefusal::UnfitKeys(unfit) => said.fault_at("PublicKey", unfit.to_string()),
        OauthRefusal::UnknownIssuer(_) => said.fault_at("PublicKey", format!("is no JSON Web Key, and {refusal}")),
        OauthRefusal::TokenAge(_) => pool.fault_at("TokenTimeout", refusal.to_string()),
        other => place.fault(other.to_string()),
    })?;
    Ok(rules)
}

/// What is said of a pool of users.
fn users(place: &Place<'_>) -> Result<(TokenLocation, UserPool), Fault> {
    let pool: Pool = place.decode()?;
    let location = option(place, "EIAMAppType", pool.app_type.as_deref(), &APPLICATIONS)?;
    let is_restricted = option(place, "EIAMAuthType", pool.auth_type.as_deref(), &DEMANDS)?;
    let application = pool.app_id.filter(|id| !id.is_empty());
    let application = application.ok_or_else(|| place.fault_at("EIAMAppId", "is needed"))?;
    let application = Text::try_from(application).map_err(|invalid| place.fault_at("EIAMAppId", invalid.reason))?;
    let token_age = pool.token_timeout.unwrap_or(UserPool::USUAL_AGE);
    Ok((location, UserPool { application, is_restricted, token_age }))
}

/// What the word of a member stands for, in any case.
fn option<T: Copy>(place: &Place<'_>, name: &str, word: Option<&str>, all: &[(&str, T)]) -> Result<T, Fault> {
    let known: Vec<&str> = all.iter().map(|(word, _)| *word).collect();
    let Some(word) = word else {
        return Err(place.fault_at(name, format!("is needed: one of {}", known.join(", "))));
    };
    let found = all.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)).map(|(_, meant)| *meant);
    let reason = || format!("`{}` is not one of {}", word.escape_debug(), known.join(", "));
    found.ok_or_else(|| place.fault_at(name, reason()))
}

/// The members that say it: of an API that stands in a document with `others`.
pub(super) fn write(part: &Oauth, others: &BTreeMap<&ApiId, &ApiDefinition>) -> Vec<(&'static str, Value)> {
    match part {
        Oauth::Authorization(rules) => {
            let is_of_pool = rules.pool.is_some();
            let config = Config {
                public_key: Some(rules.public_key.to_string()),
                token_location: (!is_of_pool).then(|| word(&LOCATIONS, rules.location)),
                login_redirect_url: rules.login.as_ref().map(|url| url.as_str().to_owned()),
            };
            let mut members = vec![
                (words::AUTH, json!(if is_of_pool { words::EIAM } else { OAUTH })),
                (words::BUSINESS_TYPE, json!(OAUTH)),
                (words::OAUTH_CONFIG, json!(config)),
            ];
            members.extend(rules.pool.as_ref().map(|pool| {
                let pool = Pool {
                    app_type: Some(word(&APPLICATIONS, rules.location)),
                    auth_type: Some(word(&DEMANDS, pool.is_restricted)),
                    app_id: Some(pool.application.to_string()),
                    token_timeout: Some(pool.token_age),
                };
                (words::EIAM_CONFIG, json!(pool))
            }));
            members
        }
        Oauth::Business { authorization } => {
            let giver = others.get(authorization);
            let is_of_pool = giver
                .is_some_and(|giver| matches!(&giver.oauth, Some(Oauth::Authorization(rules)) if rules.pool.is_some()));
            // What the document does not hold keeps its identifier: the service may have it.
            let name = giver.map_or(authorization.as_str(), |giver| giver.name.as_str());
            vec![
                (words::AUTH, json!(if is_of_pool { words::EIAM } else { OAUTH })),
                (words::BUSINESS_TYPE, json!(NORMAL)),
                (words::RELATION, json!(name)),
            ]
        }
    }
}

fn word<T: PartialEq>(all: &[(&str, T)], meant: T) -> String {
    all.iter().find(|(_, known)| *known == meant).map_or_else(String::new, |(word, _)| (*word).to_owned())
}
