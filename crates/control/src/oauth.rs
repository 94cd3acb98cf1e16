//! The parts of APIs in OAuth 2.0: what they say of each other.

use model::{ApiDefinition, ApiId, Auth, Oauth, ServiceTree, TokenRules, UserPool};

use crate::{OauthRefusal, Refusal};

/// Refuses a part that cannot be played in this service.
pub(crate) fn check(
    issuers: &[String],
    tree: &ServiceTree,
    itself: Option<&ApiId>,
    definition: &ApiDefinition,
) -> Result<(), Refusal> {
    if (definition.auth == Auth::Oauth) != definition.oauth.is_some() {
        return Err(OauthRefusal::PartMismatch.into());
    }
    if let Some(Oauth::Authorization(rules)) = &definition.oauth {
        return Ok(check_rules(issuers, rules)?);
    }
    if let Some(Oauth::Business { authorization }) = &definition.oauth {
        let gives = |id: &ApiId| {
            let api = tree.apis.get(id).filter(|api| Some(&api.id) != itself);
            api.is_some_and(|api| matches!(api.definition.oauth, Some(Oauth::Authorization(_))))
        };
        if !gives(authorization) {
            return Err(OauthRefusal::AuthorizationNotFound(authorization.clone()).into());
        }
    }
    // What gave tokens and does not any more.
    itself.map_or(Ok(()), |itself| may_go(tree, itself))
}

/// Refuses what no token could be held against.
pub(crate) fn check_rules(issuers: &[String], rules: &TokenRules) -> Result<(), OauthRefusal> {
    if let Some(pool) = rules.pool.as_ref().filter(|pool| !(1..=UserPool::LONGEST_AGE).contains(&pool.token_age)) {
        return Err(OauthRefusal::TokenAge(pool.token_age));
    }
    match rules.issuer() {
        Some(issuer) if issuers.iter().any(|known| known == issuer) => Ok(()),
        Some(issuer) => Err(OauthRefusal::UnknownIssuer(issuer.to_owned())),
        None => Ok(sign::token::Keys::new(rules.public_key.as_str()).map(drop)?),
    }
}

/// Refuses to let an authorization API go whose tokens are used.
pub(crate) fn may_go(tree: &ServiceTree, api: &ApiId) -> Result<(), Refusal> {
    let business = business_apis(tree, api);
    if business.is_empty() { Ok(()) } else { Err(OauthRefusal::InUse { api: api.clone(), business }.into()) }
}

/// The APIs that are called with the tokens of `api`.
pub fn business_apis(tree: &ServiceTree, api: &ApiId) -> Vec<ApiId> {
    let uses =
        tree.apis.values().filter(|other| other.definition.oauth.as_ref().and_then(Oauth::authorization) == Some(api));
    uses.map(|other| other.id.clone()).collect()
}

#[cfg(test)]
mod tests {
    use model::TokenLocation;

    use super::*;
    use crate::world::{World, api, id, mock, text};

    const KEY: &str = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;

    fn giving(key: &str) -> ApiDefinition {
        let rules = TokenRules { public_key: text(key), location: TokenLocation::Header, login: None, pool: None };
        ApiDefinition { auth: Auth::Oauth, oauth: Some(Oauth::Authorization(rules)), ..mock("token", "/token") }
    }

    fn taking(from: &str) -> ApiDefinition {
        let part = Oauth::Business { authorization: api(from) };
        ApiDefinition { auth: Auth::Oauth, oauth: Some(part), ..mock("work", "/work") }
    }

    fn make(world: &mut World, called: &str, definition: &ApiDefinition) -> Result<(), Refusal> {
        world.make(|facts| crate::api::create(facts, &id("service-1"), api(called), definition)).map(|_| ())
    }

    #[test]
    fn a_business_api_needs_an_authorization_api() {
        let mut world = World::new();
        world.service("service-1").api("service-1", "api-0");
        for of in ["api-1", "api-0"] {
            let refused = make(&mut world, "api-2", &taking(of)).unwrap_err();
            assert_eq!(refused, OauthRefusal::AuthorizationNotFound(api(of)).into());
        }
        make(&mut world, "api-1", &giving(KEY)).unwrap();
        make(&mut world, "api-2", &taking("api-1")).unwrap();
        assert_eq!(business_apis(world.tree("service-1"), &api("api-1")), [api("api-2")]);
    }

    #[test]
    fn a_part_needs_its_authentication_and_a_key_that_fits() {
        let mut world = World::new();
        world.service("service-1");
        let without = ApiDefinition { oauth: None, ..giving(KEY) };
        assert_eq!(make(&mut world, "api-1", &without).unwrap_err(), OauthRefusal::PartMismatch.into());
        let open = ApiDefinition { auth: Auth::None, ..giving(KEY) };
        assert_eq!(make(&mut world, "api-1", &open).unwrap_err(), OauthRefusal::PartMismatch.into());
        let refused = make(&mut world, "api-1", &giving("{}")).unwrap_err();
        assert!(matches!(refused, Refusal::Oauth(OauthRefusal::UnfitKeys(_))), "{refused}");
    }

    #[test]
    fn an_issuer_is_one_that_the_settings_name() {
        let mut world = World::new();
        world.service("service-1");
        let giving = giving("https://id.example.com");
        let unknown = OauthRefusal::UnknownIssuer("https://id.example.com".to_owned());
        assert_eq!(make(&mut world, "api-1", &giving).unwrap_err(), unknown.into());
        world.quotas.issuers = vec!["https://id.example.com".to_owned()];
        make(&mut world, "api-1", &giving).unwrap();
    }

    #[test]
    fn tokens_of_a_pool_are_taken_for_a_second_to_a_week() {
        let mut world = World::new();
        world.service("service-1");
        let mut aged = |number: usize, token_age: u32| {
            let pool = UserPool { application: text("shop"), is_restricted: true, token_age };
            let rules =
                TokenRules { public_key: text(KEY), location: TokenLocation::Header, login: None, pool: Some(pool) };
            let given = ApiDefinition {
                auth: Auth::Oauth,
                oauth: Some(Oauth::Authorization(rules)),
                ..mock(&format!("token{number}"), &format!("/token{number}"))
            };
            make(&mut world, &format!("api-{number}"), &given)
        };
        for (number, age) in [1, 604_800].into_iter().enumerate() {
            aged(number, age).unwrap();
        }
        for age in [0, 604_801, u32::MAX] {
            assert_eq!(aged(9, age).unwrap_err(), OauthRefusal::TokenAge(age).into());
        }
    }

    #[test]
    fn an_authorization_api_stays_while_its_tokens_are_used() {
        let mut world = World::new();
        world.service("service-1");
        make(&mut world, "api-1", &giving(KEY)).unwrap();
        make(&mut world, "api-2", &taking("api-1")).unwrap();
        let in_use: Refusal = OauthRefusal::InUse { api: api("api-1"), business: vec![api("api-2")] }.into();
        let open = mock("token", "/token");
        let service = id("service-1");
        assert_eq!(crate::api::modify(&world.facts(), &service, &api("api-1"), &open).unwrap_err(), in_use);
        assert_eq!(crate::api::delete(&world.facts(), &service, &api("api-1")).unwrap_err(), in_use);
        world.make(|facts| crate::api::modify(facts, &service, &api("api-2"), &mock("work", "/work"))).unwrap();
        assert!(crate::api::delete(&world.facts(), &service, &api("api-1")).is_ok());
    }
}
