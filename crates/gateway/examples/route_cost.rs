//! What a look-up costs, by how many APIs there are and how hostile the path is.
//!
//! `cargo run --release -p tollgate-gateway --example route_cost`

#![allow(clippy::print_stdout, clippy::expect_used)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use gateway::route::{Captures, Entry, Found, Router};
use model::{FrontendPath, Method, MethodMatch};

/// One kind of APIs and a call for number `n` of `count`.
struct Case {
    name: &'static str,
    api: fn(usize) -> String,
    call: fn(usize) -> String,
}

const TYPICAL: &[Case] = &[
    Case { name: "=/apiN/detail", api: |n| format!("=/api{n:04}/detail"), call: |n| format!("/api{n:04}/detail") },
    Case { name: "^~/apiN/", api: |n| format!("^~/api{n:04}/"), call: |n| format!("/api{n:04}/x/detail") },
    Case { name: "/apiN (plain)", api: |n| format!("/api{n:04}"), call: |n| format!("/api{n:04}/x/detail") },
    Case {
        name: "/apiN, 7 lengths",
        api: |n| format!("/api{n}{}", &"-long"[..n % 4]),
        call: |n| format!("/api{n}{}/x", &"-long"[..n % 4]),
    },
    Case {
        name: "/apiN/{id}/detail",
        api: |n| format!("/api{n:04}/{{id}}/detail"),
        call: |n| format!("/api{n:04}/c0ffee/detail"),
    },
    Case {
        name: "/{tenant}/apiN/{id}",
        api: |n| format!("/{{t}}/api{n:04}/{{id}}"),
        call: |n| format!("/acme/api{n:04}/c0ffee"),
    },
    Case {
        name: "/{tenant}/{x}/apiN",
        api: |n| format!("/{{t}}/{{x}}/api{n:04}"),
        call: |n| format!("/acme/c0ffee/api{n:04}"),
    },
    Case {
        name: "/v1/{t}/resN/{id}/actM",
        api: |n| format!("/v1/{{t}}/res{}/{{id}}/act{}", n / 10, n % 10),
        call: |n| format!("/v1/acme/res{}/7/act{}", n / 10, n % 10),
    },
    Case { name: "/{a}-apiN-{b}", api: |n| format!("/{{a}}-api{n:04}-{{b}}"), call: |n| format!("/x-api{n:04}-y") },
    Case { name: "/apiN/.* (expression)", api: |n| format!("/api{n:04}/.*"), call: |n| format!("/api{n:04}/x/y") },
    Case { name: "/.*/apiN/[0-9]+", api: |n| format!("/.*/api{n:04}/[0-9]+"), call: |n| format!("/x/api{n:04}/77") },
    Case {
        name: "no API answers",
        api: |n| format!("/{{t}}/api{n:04}/{{id}}"),
        call: |n| format!("/acme/qpi{n:04}/c0ffee"),
    },
];

/// Sets of 1,000 and 8 KiB paths made to cost as much as they can.
const HOSTILE: &[Case] = &[
    Case {
        name: "every anchor in the path, first answers",
        api: |n| format!("/{{a}}/t{n}/{{b}}"),
        call: |_| listed("t", 0..1000),
    },
    Case {
        name: "every anchor in the path, none answers",
        api: |n| format!("/{{a}}/t{n}/{{b}}/end"),
        call: |_| listed("t", 0..1000),
    },
    Case {
        name: "every literal in the path, in wrong order",
        api: |n| format!("/{{a}}/q{n}/{{b}}/p{n}/{{c}}"),
        call: |_| listed("p", 0..1000) + &listed("q", 0..600),
    },
    Case {
        name: "three literals, last order wrong",
        api: |n| format!("/{{a}}/q{n}/{{b}}/p/{{c}}/z{n}{{d}}"),
        call: |_| listed("q", 0..1000) + "/p/x" + &listed("y", 0..300),
    },
    Case { name: "nothing but slashes", api: |n| format!("/{{a}}/t{n}/{{b}}"), call: |_| "/".repeat(8192) },
    Case {
        name: "one segment again and again",
        api: |n| format!("/{{a}}/t/{{b}}/x{n}/{{c}}/t/{{d}}"),
        call: |_| "/t".repeat(4096),
    },
    Case {
        name: "literals that end one another",
        api: |n| format!("/{{x}}{}b{{y}}", "a".repeat(n % 1000 + 1)),
        call: |_| format!("/{}", "a".repeat(8191)),
    },
    Case {
        name: "nested prefixes",
        api: |n| format!("/{}", "a".repeat(n + 1)),
        call: |_| format!("/{}", "a".repeat(8191)),
    },
    Case { name: "expressions with a common piece", api: |n| format!("/.*/t/[a-z]*{n}x"), call: |_| "/t".repeat(4096) },
];

fn listed(letter: &str, numbers: std::ops::Range<usize>) -> String {
    numbers.map(|n| format!("/{letter}{n}/")).collect()
}

fn router(case: &Case, count: usize) -> Router<usize> {
    let entry = |n| Entry {
        path: FrontendPath::try_from((case.api)(n)).expect("a path of the example"),
        method: MethodMatch::Only(Method::Get),
        value: n,
    };
    Router::new((0..count).map(entry).collect())
}

/// Nanoseconds per look-up, the best of several rounds, and whether it found something.
fn measure(router: &Router<usize>, calls: &[String]) -> (f64, bool) {
    let mut captures = Captures::new();
    let mut found = false;
    let mut best = f64::MAX;
    for _ in 0..7 {
        let begun = Instant::now();
        let mut done = 0_u32;
        while begun.elapsed() < Duration::from_millis(30) {
            for call in calls {
                found = matches!(router.find(Method::Get, black_box(call), &mut captures), Found::Api { .. });
                black_box(found);
            }
            done += calls.len() as u32;
        }
        best = best.min(begun.elapsed().as_secs_f64() * 1e9 / f64::from(done));
    }
    (best, found)
}

fn main() {
    let counts = [1, 10, 100, 1_000, 10_000];
    println!(
        "{:<26}{:>10}{:>10}{:>10}{:>10}{:>10}  ratio 1000/1, built in (1000)",
        "ns per look-up", 1, 10, 100, 1_000, 10_000
    );
    for case in TYPICAL {
        print!("{:<26}", case.name);
        let mut costs = Vec::new();
        let mut built = Duration::ZERO;
        for count in counts {
            let begun = Instant::now();
            let router = router(case, count);
            if count == 1_000 {
                built = begun.elapsed();
            }
            // Sixty-four calls, as far apart as the set allows.
            let calls: Vec<String> = (0..64).map(|n| (case.call)(n * count / 64)).collect();
            let (cost, _) = measure(&router, &calls);
            costs.push(cost);
            print!("{cost:>10.1}");
        }
        println!("  {:.2}, {:.1} ms", costs[3] / costs[0], built.as_secs_f64() * 1e3);
    }
    println!();
    for case in HOSTILE {
        let call: String = (case.call)(0).chars().take(8192).collect();
        let (one, _) = measure(&router(case, 1), std::slice::from_ref(&call));
        let (thousand, found) = measure(&router(case, 1_000), std::slice::from_ref(&call));
        let answer = if found { "found" } else { "not found" };
        println!("{:<44}{:>9.1} µs (of one: {:.1} µs), {answer}", case.name, thousand / 1e3, one / 1e3);
    }
}
