//! OAuth 2.0: the two kinds of API, and `ModifyApiIncrement` (spec: OAuth 2.0).
//!
//! `AuthType` EIAM is the same with a pool of users in the place of an authorization server: here any OpenID issuer, which
//! the setting `pool_issuer` names (spec: EIAM). `EIAMAppId` is the application as that issuer knows it.

use control::terms::Noun;
use model::{ApiDefinition, ApiId, Auth, LoginUrl, Oauth, ServiceId, ServiceTree, TokenLocation, TokenRules, UserPool};
use serde::{Deserialize, Serialize};

use super::NORMAL;
use super::request::ApiFields;
use crate::call::Call;
use crate::code::Code;
use crate::field;
use crate::refusal::{Fault, Problem};
use crate::wire::Answer;

/// The kind of an API that gives tokens.
pub(super) const OAUTH: &str = "OAUTH";

/// The authentication with a pool of users.
pub(super) const EIAM: &str = "EIAM";

/// The structure `OauthConfig`.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct OauthConfig {
    public_key: Option<String>,
    token_location: Option<String>,
    login_redirect_url: Option<String>,
}

impl OauthConfig {
    fn is_empty(&self) -> bool {
        let all = [&self.public_key, &self.token_location, &self.login_redirect_url];
        all.into_iter().all(|text| text.as_deref().unwrap_or_default().is_empty())
    }

    /// What an authorization API says of its tokens; nothing for another.
    pub(super) fn of(definition: &ApiDefinition) -> Option<Self> {
        let Some(Oauth::Authorization(rules)) = &definition.oauth else { return None };
        // The keys of a pool are its issuer's.
        let public_key = if rules.pool.is_some() { String::new() } else { rules.public_key.to_string() };
        Some(Self {
            public_key: Some(public_key),
            token_location: Some(location_word(rules.location).to_owned()),
            login_redirect_url: Some(rules.login.as_ref().map_or("", LoginUrl::as_str).to_owned()),
        })
    }
}

/// Where the tokens of an authorization API are put; nothing for another.
pub(super) fn token_location(definition: &ApiDefinition) -> Option<&'static str> {
    match &definition.oauth {
        Some(Oauth::Authorization(rules)) => Some(location_word(rules.location)),
        _ => None,
    }
}

fn location_word(location: TokenLocation) -> &'static str {
    match location {
        TokenLocation::Header => "Header",
        TokenLocation::Cookie => "Cookie",
    }
}

/// `OAUTH` for an API that gives tokens, `NORMAL` for every other.
pub(super) fn business_word(definition: &ApiDefinition) -> &'static str {
    if matches!(definition.oauth, Some(Oauth::Authorization(_))) { OAUTH } else { NORMAL }
}

/// The word for an API's authentication: a business API has that of its authorization API.
pub(super) fn auth_word(tree: &ServiceTree, definition: &ApiDefinition) -> &'static str {
    let pool = match &definition.oauth {
        Some(Oauth::Authorization(rules)) => rules.pool.is_some(),
        Some(Oauth::Business { authorization }) => {
            tree.apis.get(authorization).is_some_and(|api| pool(&api.definition).is_some())
        }
        None => false,
    };
    if pool { EIAM } else { super::auth_word(definition.auth) }
}

/// The pool of users that an authorization API takes tokens of.
pub(crate) fn pool(definition: &ApiDefinition) -> Option<&UserPool> {
    match &definition.oauth {
        Some(Oauth::Authorization(rules)) => rules.pool.as_ref(),
        _ => None,
    }
}

/// Refuses to change an authorization API of a pool.
pub(super) fn refuse_pool(definition: &ApiDefinition) -> Result<(), Fault> {
    let message =
        "The authorization API of a pool of users (`AuthType` EIAM) cannot be changed; delete it and make another.";
    if pool(definition).is_some() { Err(Fault::new(Code::ModifyEiamAuthApi, message)) } else { Ok(()) }
}

/// The authorization API of a business API; empty for another.
pub(super) fn relation(definition: &ApiDefinition) -> String {
    definition.oauth.as_ref().and_then(Oauth::authorization).map_or_else(String::new, ToString::to_string)
}

/// What the fields say of a pool of users.
struct PoolFields {
    kind: Option<String>,
    demand: Option<String>,
    application: Option<String>,
    age: Option<i64>,
}

impl PoolFields {
    fn take(fields: &mut ApiFields) -> Self {
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        Self {
            kind: given(fields.eiam_app_type.take()),
            demand: given(fields.eiam_auth_type.take()),
            application: given(fields.eiam_app_id.take()),
            age: fields.token_timeout.take().filter(|age| *age != 0),
        }
    }

    /// Refuses fields for an API that is no authorization API of a pool.
    fn refuse(&self) -> Result<(), Fault> {
        let given = [
            ("EIAMAppType", self.kind.is_some()),
            ("EIAMAuthType", self.demand.is_some()),
            ("EIAMAppId", self.application.is_some()),
            ("TokenTimeout", self.age.is_some()),
        ];
        match given.iter().find(|(_, is_given)| *is_given) {
            None => Ok(()),
            Some((name, _)) => {
                let reason = "belongs to authorization APIs (`ApiBusinessType` OAUTH) with `AuthType` EIAM";
                Err(Fault::value(Code::UnsupportedParameter, name, reason))
            }
        }
    }

    /// What is taken of a pool whose issuer this is.
    fn rules(self, config: Option<OauthConfig>, issuer: Option<&str>) -> Result<TokenRules, Fault> {
        let option = |name: &str, word: Option<String>, first: &str, second: &str| -> Result<bool, Fault> {
            let word = word.ok_or_else(|| Fault::missing(name))?;
            if word != first && word != second {
                let reason = format!("`{}` is not allowed; {first} and {second} are", word.escape_debug());
                return Err(Fault::value(Code::NotInOptions, name, reason));
            }
            Ok(word == second)
        };
        let is_web = option("EIAMAppType", self.kind, "Client", "Web")?;
        let is_restricted = option("EIAMAuthType", self.demand, "AuthenticationOnly", "Authorization")?;
        let application = self.application.ok_or_else(|| Fault::missing("EIAMAppId"))?;
        let token_age = match self.age.map_or(Ok(UserPool::USUAL_AGE), u32::try_from) {
            Ok(age) if (1..=UserPool::LONGEST_AGE).contains(&age) => age,
            _ => {
                let reason = format!("is out of range; 1 to {} seconds are allowed", UserPool::LONGEST_AGE);
                return Err(Fault::value(Code::RangeExceeded, "TokenTimeout", reason));
            }
        };
        let mut url = None;
        if let Some(config) = config {
            for (name, value) in [("PublicKey", config.public_key), ("TokenLocation", config.token_location)] {
                if value.is_some_and(|value| !value.is_empty()) {
                    let reason = "belongs to `AuthType` OAUTH: the pool of users says it";
                    return Err(Fault::value(Code::UnsupportedParameter, &format!("OauthConfig.{name}"), reason));
                }
            }
            url = config.login_redirect_url.filter(|url| !url.is_empty());
        }
        let message = "There is no pool of users (`EIAMAppId`): the setting `pool_issuer` names none.";
        let issuer = issuer.ok_or_else(|| Fault::new(Code::EiamError, message))?;
        Ok(TokenRules {
            public_key: field::text("EIAMAppId", Some(issuer.to_owned()))?,
            location: if is_web { TokenLocation::Cookie } else { TokenLocation::Header },
            login: url.map(|url| login("OauthConfig.LoginRedirectUrl", url)).transpose()?,
            pool: Some(UserPool {
                application: field::text("EIAMAppId", Some(application))?,
                is_restricted,
                token_age,
            }),
        })
    }
}

/// The part that the fields say, for this authentication; `issuer` plays the pools of users.
pub(super) fn part(fields: &mut ApiFields, auth: Auth, issuer: Option<&str>) -> Result<Option<Oauth>, Fault> {
    let of_pool = fields.auth_type.as_deref() == Some(EIAM);
    let pool = PoolFields::take(fields);
    let business = fields.api_business_type.take();
    let gives = match business.as_deref() {
        None | Some("" | NORMAL) => false,
        Some(OAUTH) => true,
        Some(word) => {
            let reason = format!("`{}` is not allowed; NORMAL and OAUTH are", word.escape_debug());
            return Err(Fault::value(Code::InvalidApiBusinessType, "ApiBusinessType", reason));
        }
    };
    let config = fields.oauth_config.take().filter(|config| !config.is_empty());
    let relation = fields.auth_relation_api_id.take().filter(|id| !id.is_empty());
    let foreign = |name: &str, to: &str| Fault::value(Code::UnsupportedParameter, name, format!("belongs to {to}"));
    if !(of_pool && gives) {
        pool.refuse()?;
    }
    match (auth == Auth::Oauth, gives) {
        (false, true) => {
            let reason = "`OAUTH` is allowed where `AuthType` is OAUTH or EIAM";
            Err(Fault::value(Code::InvalidApiBusinessType, "ApiBusinessType", reason))
        }
        (false, false) if config.is_some() => Err(foreign("OauthConfig", "APIs with `AuthType` OAUTH")),
        (false, false) if relation.is_some() => Err(foreign("AuthRelationApiId", "APIs with `AuthType` OAUTH")),
        (false, false) => Ok(None),
        (true, true) if relation.is_some() => {
            Err(foreign("AuthRelationApiId", "business APIs, whose `ApiBusinessType` is NORMAL"))
        }
        (true, true) if of_pool => pool.rules(config, issuer).map(Oauth::Authorization).map(Some),
        (true, true) => rules(config.ok_or_else(|| Fault::missing("OauthConfig"))?).map(Oauth::Authorization).map(Some),
        (true, false) if config.is_some() => {
            Err(foreign("OauthConfig", "authorization APIs, whose `ApiBusinessType` is OAUTH"))
        }
        (true, false) => {
            let relation = relation.ok_or_else(|| Fault::missing("AuthRelationApiId"))?;
            Ok(Some(Oauth::Business { authorization: field::id("AuthRelationApiId", relation)? }))
        }
    }
}

fn rules(config: OauthConfig) -> Result<TokenRules, Fault> {
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    let key = given(config.public_key).ok_or_else(|| Fault::missing("OauthConfig.PublicKey"))?;
    let location = given(config.token_location).ok_or_else(|| Fault::missing("OauthConfig.TokenLocation"))?;
    Ok(TokenRules {
        public_key: field::text("OauthConfig.PublicKey", Some(key))?,
        location: match location.to_ascii_lowercase().as_str() {
            "header" => TokenLocation::Header,
            "cookie" => TokenLocation::Cookie,
            _ => {
                let reason = format!("`{}` is not allowed; Header and Cookie are", location.escape_debug());
                return Err(Fault::value(Code::NotInOptions, "OauthConfig.TokenLocation", reason));
            }
        },
        login: given(config.login_redirect_url).map(|url| login("OauthConfig.LoginRedirectUrl", url)).transpose()?,
        pool: None,
    })
}

fn login(parameter: &str, url: String) -> Result<LoginUrl, Fault> {
    LoginUrl::try_from(url).map_err(|invalid| Fault::invalid(Code::FormatError, parameter, &invalid))
}

/// `ModifyApiIncrement`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Increment {
    service_id: String,
    api_id: String,
    business_type: String,
    public_key: Option<String>,
    login_redirect_url: Option<String>,
}

/// Changes the key or the login of an authorization API, and nothing else.
pub(crate) async fn increment(call: Call, request: Increment) -> Result<Answer, Problem> {
    let service: ServiceId = field::id("ServiceId", request.service_id)?;
    let id: ApiId = field::id("ApiId", request.api_id)?;
    if request.business_type != OAUTH {
        let reason = format!("`{}` is not allowed; OAUTH is", request.business_type.escape_debug());
        return Err(Fault::value(Code::InvalidApiBusinessType, "BusinessType", reason).into());
    }
    let (_, api) = call.api(&service, &id)?;
    let Some(Oauth::Authorization(old)) = &api.definition.oauth else {
        let reason = format!("API `{id}` is no authorization API");
        return Err(Fault::value(Code::InvalidApiBusinessType, "ApiId", reason).into());
    };
    refuse_pool(&api.definition)?;
    let mut rules = old.clone();
    if let Some(key) = request.public_key.filter(|key| !key.is_empty()) {
        rules.public_key = field::text("PublicKey", Some(key))?;
    }
    if let Some(url) = request.login_redirect_url.filter(|url| !url.is_empty()) {
        rules.login = Some(login("LoginRedirectUrl", url)?);
    }
    if rules == *old {
        let message = "Neither `PublicKey` nor `LoginRedirectUrl` says anything new.";
        return Err(Fault::new(Code::NothingModifyForOauth, message).into());
    }
    let definition = ApiDefinition { oauth: Some(Oauth::Authorization(rules)), ..(*api.definition).clone() };
    let actor = call.actor_on(Noun::Api(service.clone(), id.clone()));
    call.control.modify_api(&actor, &service, &id, definition).await?;
    Ok(Answer::Nothing)
}
