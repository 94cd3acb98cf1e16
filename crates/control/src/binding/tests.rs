//! The rules of bindings. Worlds are set up by hand, cases are read as a table.

use super::*;
use crate::world::{self, World, api, env, field, id, key, plan};

/// Two services with two APIs each, three plans, three keys; nothing is bound.
fn world() -> World {
    let mut world = World::new();
    for (service, apis) in [("service-1", ["api-1", "api-2"]), ("service-2", ["api-3", "api-4"])] {
        world.service(service).api(service, apis[0]).api(service, apis[1]);
    }
    for number in 1..=3 {
        world.plan(&format!("plan-{number}")).key(&format!("key-{number}"));
    }
    world
}

fn join(world: &mut World, to: &str, keys: &[&str]) -> Result<(), Refusal> {
    let keys: Vec<_> = keys.iter().map(|raw| key(raw)).collect();
    world.make(|facts| bind_keys(facts, &plan(to), &keys))
}

fn leave(world: &mut World, from: &str, keys: &[&str]) -> Result<(), Refusal> {
    let keys: Vec<_> = keys.iter().map(|raw| key(raw)).collect();
    world.make(|facts| unbind_keys(facts, &plan(from), &keys))
}

fn target(apis: Option<&[&str]>) -> BindTarget {
    apis.map_or(BindTarget::Service, |apis| BindTarget::Apis(apis.iter().map(|raw| api(raw)).collect()))
}

fn bind(world: &mut World, plans: &[&str], environment: &str, apis: Option<&[&str]>) -> Result<(), Refusal> {
    let plans: Vec<_> = plans.iter().map(|raw| plan(raw)).collect();
    let (service, environment, target) = (id("service-1"), env(environment), target(apis));
    let place = Place { service: &service, environment: &environment, target: &target };
    world.make(|facts| bind_plans(facts, &plans, &place))
}

fn unbind(world: &mut World, plans: &[&str], environment: &str, apis: Option<&[&str]>) -> Result<(), Refusal> {
    let plans: Vec<_> = plans.iter().map(|raw| plan(raw)).collect();
    let (service, environment, target) = (id("service-1"), env(environment), target(apis));
    let place = Place { service: &service, environment: &environment, target: &target };
    world.make(|facts| unbind_plans(facts, &plans, &place))
}

fn demoted(world: &mut World, called: &str, environment: &str) -> Result<(), Refusal> {
    world.make(|facts| demote(facts, &plan(called), &id("service-1"), &env(environment)))
}

fn members(world: &World, of: &str) -> Vec<String> {
    read::keys_of_plan(&world.snapshot, &plan(of)).into_iter().map(|credential| credential.id.to_string()).collect()
}

mod keys {
    use super::*;

    #[test]
    fn keys_join_and_leave_a_plan() {
        let mut world = world();
        join(&mut world, "plan-1", &["key-2", "key-1", "key-2"]).unwrap();
        assert_eq!(members(&world, "plan-1"), ["key-1", "key-2"]);
        leave(&mut world, "plan-1", &["key-1", "key-1"]).unwrap();
        assert_eq!(members(&world, "plan-1"), ["key-2"]);
    }

    #[test]
    fn a_list_with_one_bad_key_binds_none() {
        let mut world = world();
        let disabled = world::credential("key-4", model::CredentialOrigin::Auto, false, world.now);
        world.put(Record::Credential(disabled)).key_in_plan("key-3", "plan-1");
        let cases = [
            ("a key that is not there", "key-9", Refusal::CredentialNotFound(key("key-9"))),
            ("a disabled key", "key-4", Refusal::KeyDisabled(key("key-4"))),
            ("a member", "key-3", Refusal::KeyAlreadyInPlan { key: key("key-3"), plan: plan("plan-1") }),
        ];
        for (case, bad, refused) in cases {
            assert_eq!(join(&mut world, "plan-1", &["key-1", bad]).unwrap_err(), refused, "{case}");
            assert_eq!(members(&world, "plan-1"), ["key-3"], "{case}");
        }
    }

    #[test]
    fn a_plan_has_so_many_keys_and_a_key_so_many_plans() {
        let mut world = world();
        world.quotas.keys_per_plan = 2;
        let full = Refusal::TooManyKeysInPlan { plan: plan("plan-1"), limit: 2 };
        assert_eq!(join(&mut world, "plan-1", &["key-1", "key-2", "key-3"]).unwrap_err(), full);
        join(&mut world, "plan-1", &["key-1", "key-2"]).unwrap();
        assert_eq!(join(&mut world, "plan-1", &["key-3"]).unwrap_err(), full);

        world.quotas.plans_per_key = 2;
        join(&mut world, "plan-2", &["key-1"]).unwrap();
        assert_eq!(
            join(&mut world, "plan-3", &["key-1"]).unwrap_err(),
            Refusal::TooManyPlansOfKey { key: key("key-1"), limit: 2 }
        );
    }

    #[test]
    fn a_key_is_in_one_plan_only_of_those_that_rule_an_environment_of_a_service() {
        /// A plan, and the service, environment and perhaps API that it rules.
        type Ruled = (&'static str, &'static str, &'static str, Option<&'static str>);
        /// What it is, what is ruled, and the service and environment of the clash.
        type Case = (&'static str, &'static [Ruled], Option<(&'static str, &'static str)>);
        let cases: &[Case] = &[
            ("nothing is ruled", &[], None),
            ("only the other plan rules", &[("plan-1", "service-1", "test", None)], None),
            (
                "both rule one environment",
                &[("plan-1", "service-1", "test", None), ("plan-2", "service-1", "test", None)],
                Some(("service-1", "test")),
            ),
            (
                "both rule one service in different environments",
                &[("plan-1", "service-1", "test", None), ("plan-2", "service-1", "release", None)],
                None,
            ),
            (
                "both rule one environment of different services",
                &[("plan-1", "service-1", "test", None), ("plan-2", "service-2", "test", None)],
                None,
            ),
            (
                "both rule one API",
                &[("plan-1", "service-1", "test", Some("api-1")), ("plan-2", "service-1", "test", Some("api-1"))],
                Some(("service-1", "test")),
            ),
            (
                "they rule different APIs of one environment",
                &[("plan-1", "service-1", "test", Some("api-1")), ("plan-2", "service-1", "test", Some("api-2"))],
                Some(("service-1", "test")),
            ),
            (
                "they meet in the second place only",
                &[
                    ("plan-2", "service-1", "release", None),
                    ("plan-2", "service-2", "prepub", None),
                    ("plan-1", "service-2", "prepub", None),
                ],
                Some(("service-2", "prepub")),
            ),
        ];
        for (case, ruled, clash) in cases {
            let mut world = world();
            world.key_in_plan("key-1", "plan-1");
            for (called, service, environment, api) in *ruled {
                world.ruled(called, service, environment, *api);
            }
            let expected = clash.map(|(service, environment)| Refusal::KeyClash {
                key: key("key-1"),
                plan: plan("plan-2"),
                other: plan("plan-1"),
                service: id(service),
                environment: env(environment),
            });
            assert_eq!(join(&mut world, "plan-2", &["key-1"]).err(), expected, "{case}");
        }
    }

    #[test]
    fn only_a_member_leaves_and_all_or_none() {
        let mut world = world();
        world.key_in_plan("key-1", "plan-1");
        let stranger = Refusal::KeyNotInPlan { key: key("key-2"), plan: plan("plan-1") };
        assert_eq!(leave(&mut world, "plan-1", &["key-1", "key-2"]).unwrap_err(), stranger);
        assert_eq!(leave(&mut world, "plan-1", &["key-9"]).unwrap_err(), Refusal::CredentialNotFound(key("key-9")));
        assert_eq!(members(&world, "plan-1"), ["key-1"]);
        let stranger = Refusal::KeyNotInPlan { key: key("key-1"), plan: plan("plan-2") };
        assert_eq!(leave(&mut world, "plan-2", &["key-1"]).unwrap_err(), stranger);
    }

    #[test]
    fn a_disabled_key_may_leave() {
        let mut world = world();
        let disabled = world::credential("key-1", model::CredentialOrigin::Auto, false, world.now);
        world.put(Record::Credential(disabled)).key_in_plan("key-1", "plan-1");
        leave(&mut world, "plan-1", &["key-1"]).unwrap();
        assert_eq!(members(&world, "plan-1"), Vec::<String>::new());
    }

    #[test]
    fn a_list_names_something_and_a_plan_is_there() {
        let mut world = world();
        assert_eq!(field(join(&mut world, "plan-1", &[])), "keys");
        assert_eq!(field(leave(&mut world, "plan-1", &[])), "keys");
        let missing = Refusal::UsagePlanNotFound(plan("plan-9"));
        assert_eq!(join(&mut world, "plan-9", &["key-1"]).unwrap_err(), missing);
        assert_eq!(leave(&mut world, "plan-9", &["key-1"]).unwrap_err(), missing);
    }
}

mod plans {
    use super::*;

    #[test]
    fn plans_rule_environments_and_apis_released_or_not() {
        let mut world = world();
        bind(&mut world, &["plan-1", "plan-2", "plan-1"], "test", None).unwrap();
        bind(&mut world, &["plan-1"], "release", Some(&["api-2", "api-1", "api-2"])).unwrap();
        assert_eq!(
            world.bindings(),
            [
                "plan-1 service-1/release/api-1",
                "plan-1 service-1/release/api-2",
                "plan-1 service-1/test",
                "plan-2 service-1/test",
            ]
        );
        unbind(&mut world, &["plan-1"], "test", None).unwrap();
        unbind(&mut world, &["plan-1"], "release", Some(&["api-1", "api-1"])).unwrap();
        assert_eq!(world.bindings(), ["plan-1 service-1/release/api-2", "plan-2 service-1/test"]);
    }

    #[test]
    fn what_is_bound_stays_bound_and_keeps_its_age() {
        let mut world = world();
        bind(&mut world, &["plan-1"], "test", Some(&["api-1"])).unwrap();
        let before = world.tree("service-1").plan_bindings.clone();
        bind(&mut world, &["plan-1"], "test", Some(&["api-1"])).unwrap();
        assert_eq!(world.tree("service-1").plan_bindings, before);
        bind(&mut world, &["plan-1"], "test", Some(&["api-1", "api-2"])).unwrap();
        assert_eq!(world.bindings(), ["plan-1 service-1/test/api-1", "plan-1 service-1/test/api-2"]);
        let first = before.into_iter().next().unwrap();
        assert_eq!(world.tree("service-1").plan_bindings[&first.0], first.1);
    }

    #[test]
    fn an_environment_is_ruled_as_a_whole_or_api_by_api() {
        let whole = Refusal::ScopeClash { other: plan("plan-1"), bound: BindingScope::Service };
        let single = Refusal::ScopeClash { other: plan("plan-1"), bound: BindingScope::Api(api("api-1")) };
        let apis: Option<&[&str]> = Some(&["api-1"]);
        let cases = [
            ("the same plan on an API", None, "plan-1", "test", apis, Some(whole.clone())),
            ("another plan on an API", None, "plan-2", "test", apis, Some(whole)),
            ("another plan on the whole", None, "plan-2", "test", None, None),
            ("an API of another environment", None, "plan-1", "release", apis, None),
            ("the same plan on the whole", apis, "plan-1", "test", None, Some(single.clone())),
            ("another plan on the whole", apis, "plan-2", "test", None, Some(single)),
            ("another plan on the API", apis, "plan-2", "test", apis, None),
            ("the whole of another environment", apis, "plan-1", "release", None, None),
        ];
        for (case, there, called, environment, wanted, expected) in cases {
            let mut world = world();
            bind(&mut world, &["plan-1"], "test", there).unwrap();
            let refused = bind(&mut world, &[called], environment, wanted).err();
            assert_eq!(refused, expected, "{case} while plan-1 rules {there:?}");
        }
    }

    #[test]
    fn plans_that_share_a_key_do_not_rule_one_environment() {
        let clash = |called: &str, other: &str| {
            Some(Refusal::PlanClash { plan: plan(called), other: plan(other), key: key("key-1") })
        };
        let api_1: Option<&[&str]> = Some(&["api-1"]);
        let api_2: Option<&[&str]> = Some(&["api-2"]);
        /// What is ruled already, by plan and target; the plans to bind, the environment and the target.
        type Case<'a> = (
            &'a str,
            &'a [(&'a str, Option<&'a [&'a str]>)],
            &'a [&'a str],
            &'a str,
            Option<&'a [&'a str]>,
            Option<Refusal>,
        );
        let cases: [Case<'_>; 8] = [
            ("one rules already", &[("plan-1", None)], &["plan-2"], "test", None, clash("plan-2", "plan-1")),
            ("both at once", &[], &["plan-1", "plan-2"], "test", None, clash("plan-2", "plan-1")),
            ("on one API", &[("plan-1", api_1)], &["plan-2"], "test", api_1, clash("plan-2", "plan-1")),
            ("on different APIs", &[("plan-1", api_1)], &["plan-2"], "test", api_2, clash("plan-2", "plan-1")),
            ("in another environment", &[("plan-1", None)], &["plan-2"], "release", None, None),
            ("a plan with other keys", &[("plan-1", None)], &["plan-3"], "test", None, None),
            ("one plan on a second API", &[("plan-1", api_1)], &["plan-1"], "test", api_2, None),
            (
                "with a stranger between",
                &[("plan-3", None)],
                &["plan-2", "plan-1"],
                "test",
                None,
                clash("plan-1", "plan-2"),
            ),
        ];
        for (case, there, plans, environment, apis, expected) in cases {
            let mut world = world();
            world.key_in_plan("key-1", "plan-1").key_in_plan("key-1", "plan-2").key_in_plan("key-2", "plan-3");
            for (called, apis) in there {
                bind(&mut world, &[called], "test", *apis).expect(case);
            }
            let before = world.bindings();
            assert_eq!(bind(&mut world, plans, environment, apis).err(), expected, "{case}");
            if expected.is_some() {
                assert_eq!(world.bindings(), before, "{case}: all or none");
            }
        }
    }

    #[test]
    fn only_what_is_bound_is_unbound_and_all_or_none() {
        let not_bound = |called: &str, environment: &str, apis: Option<&str>| Refusal::NotBound {
            plan: plan(called),
            environment: env(environment),
            scope: apis.map_or(BindingScope::Service, |called| BindingScope::Api(api(called))),
        };
        let mut world = world();
        bind(&mut world, &["plan-1"], "test", Some(&["api-1"])).unwrap();
        bind(&mut world, &["plan-1"], "release", None).unwrap();
        /// The plans, the environment, the APIs, and what is said.
        type Case<'a> = (&'a [&'a str], &'a str, Option<&'a [&'a str]>, Refusal);
        let cases: [Case<'_>; 5] = [
            (&["plan-1"], "test", None, not_bound("plan-1", "test", None)),
            (&["plan-1"], "test", Some(&["api-1", "api-2"]), not_bound("plan-1", "test", Some("api-2"))),
            (&["plan-1", "plan-2"], "release", None, not_bound("plan-2", "release", None)),
            (&["plan-1"], "prepub", None, not_bound("plan-1", "prepub", None)),
            (&["plan-1"], "release", Some(&["api-1"]), not_bound("plan-1", "release", Some("api-1"))),
        ];
        for (plans, environment, apis, refused) in cases {
            assert_eq!(unbind(&mut world, plans, environment, apis).unwrap_err(), refused);
        }
        assert_eq!(world.bindings(), ["plan-1 service-1/release", "plan-1 service-1/test/api-1"]);
    }

    #[test]
    fn what_is_named_must_be_there() {
        let missing_api = Refusal::ApiNotFound { service: id("service-1"), api: api("api-3") };
        for act in [bind, unbind] {
            let mut world = world();
            assert_eq!(field(act(&mut world, &[], "test", None)), "plans");
            assert_eq!(field(act(&mut world, &["plan-1"], "test", Some(&[]))), "apis");
            let refused = act(&mut world, &["plan-9"], "test", None).unwrap_err();
            assert_eq!(refused, Refusal::UsagePlanNotFound(plan("plan-9")));
            let refused = act(&mut world, &["plan-1"], "moon", None).unwrap_err();
            assert_eq!(refused, Refusal::EnvironmentNotFound(env("moon")));
            let refused = act(&mut world, &["plan-1"], "test", Some(&["api-1", "api-3"])).unwrap_err();
            assert_eq!(refused, missing_api, "an API of another service");
            let mut empty = World::new();
            let refused = act(&mut empty, &["plan-1"], "test", None).unwrap_err();
            assert_eq!(refused, Refusal::ServiceNotFound(id("service-1")));
        }
    }
}

mod demoting {
    use super::*;

    fn released() -> World {
        let mut world = world();
        world.released("service-1", "test", "v1");
        world.ruled("plan-1", "service-1", "test", None);
        world
    }

    #[test]
    fn a_plan_on_an_environment_becomes_a_plan_on_each_api_that_runs_there() {
        let mut world = released();
        world.api("service-1", "api-9").ruled("plan-1", "service-1", "release", None);
        demoted(&mut world, "plan-1", "test").unwrap();
        assert_eq!(
            world.bindings(),
            ["plan-1 service-1/release", "plan-1 service-1/test/api-1", "plan-1 service-1/test/api-2"],
            "api-9 does not run there; the other environment is left alone"
        );
    }

    #[test]
    fn an_api_that_was_deleted_since_the_release_is_left_out() {
        let mut world = released();
        let gone = model::Api::clone(&world.tree("service-1").apis["api-1"]);
        world.snapshot.apply(Write::Remove(Record::Api(gone))).unwrap();
        demoted(&mut world, "plan-1", "test").unwrap();
        assert_eq!(world.bindings(), ["plan-1 service-1/test/api-2"]);
    }

    #[test]
    fn several_plans_on_one_environment_are_demoted_in_turn() {
        let mut world = released();
        world.ruled("plan-2", "service-1", "test", None);
        demoted(&mut world, "plan-1", "test").unwrap();
        let still_ruled = bind(&mut world, &["plan-3"], "test", Some(&["api-1"])).unwrap_err();
        assert_eq!(still_ruled, Refusal::ScopeClash { other: plan("plan-2"), bound: BindingScope::Service });
        demoted(&mut world, "plan-2", "test").unwrap();
        bind(&mut world, &["plan-3"], "test", Some(&["api-1"])).unwrap();
    }

    #[test]
    fn what_cannot_be_demoted_is_refused() {
        let mut world = released();
        world.ruled("plan-2", "service-1", "test", None).ruled("plan-1", "service-1", "release", None);
        let (service, test) = (id("service-1"), env("test"));
        assert_eq!(
            demoted(&mut world, "plan-3", "test").unwrap_err(),
            Refusal::NotBound { plan: plan("plan-3"), environment: test.clone(), scope: BindingScope::Service }
        );
        assert_eq!(
            demoted(&mut world, "plan-1", "release").unwrap_err(),
            Refusal::NotReleased { service: service.clone(), environment: env("release") }
        );
        assert_eq!(demoted(&mut world, "plan-1", "moon").unwrap_err(), Refusal::EnvironmentNotFound(env("moon")));
        assert_eq!(demoted(&mut world, "plan-9", "test").unwrap_err(), Refusal::UsagePlanNotFound(plan("plan-9")));
        for gone in world.tree("service-1").apis.clone().into_values() {
            world.snapshot.apply(Write::Remove(Record::Api(model::Api::clone(&gone)))).unwrap();
        }
        assert_eq!(
            demoted(&mut world, "plan-1", "test").unwrap_err(),
            Refusal::NothingToDemote { service, environment: test }
        );
        let mut empty = World::new();
        assert_eq!(demoted(&mut empty, "plan-1", "test").unwrap_err(), Refusal::ServiceNotFound(id("service-1")));
    }
}
