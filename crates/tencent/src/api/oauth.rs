//! OAuth 2.0: the two kinds of API, and `ModifyApiIncrement` (spec: OAuth 2.0).

use model::{ApiDefinition, ApiId, Auth, LoginUrl, Oauth, ServiceId, TokenLocation, TokenRules};
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
        Some(Self {
            public_key: Some(rules.public_key.to_string()),
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

/// The authorization API of a business API; empty for another.
pub(super) fn relation(definition: &ApiDefinition) -> String {
    definition.oauth.as_ref().and_then(Oauth::authorization).map_or_else(String::new, ToString::to_string)
}

/// The part that the fields say, for this authentication.
pub(super) fn part(fields: &mut ApiFields, auth: Auth) -> Result<Option<Oauth>, Fault> {
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
    match (auth == Auth::Oauth, gives) {
        (false, true) => {
            let reason = "`OAUTH` is allowed where `AuthType` is OAUTH";
            Err(Fault::value(Code::InvalidApiBusinessType, "ApiBusinessType", reason))
        }
        (false, false) if config.is_some() => Err(foreign("OauthConfig", "APIs with `AuthType` OAUTH")),
        (false, false) if relation.is_some() => Err(foreign("AuthRelationApiId", "APIs with `AuthType` OAUTH")),
        (false, false) => Ok(None),
        (true, true) if relation.is_some() => {
            Err(foreign("AuthRelationApiId", "business APIs, whose `ApiBusinessType` is NORMAL"))
        }
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
    let definition = ApiDefinition { oauth: Some(Oauth::Authorization(rules)), ..api.definition.clone() };
    call.control.modify_api(&call.actor, &service, &id, definition).await?;
    Ok(Answer::Nothing)
}
