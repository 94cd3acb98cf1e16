//! Signatures for object stores, against those that the stores' makers publish.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use sign::object::{Request, cos, s3};

/// The two worked examples of the vendor's page "request signature" (COS).
#[test]
fn the_published_examples_of_cos() {
    const ID: &str = "AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q";
    const KEY: &[u8] = b"BQYIM75p8x0iWVFSIgqEKwFprpRSVHlz";
    const HOST: (&str, &str) = ("host", "examplebucket-1250000000.cos.ap-beijing.myqcloud.com");
    let put = Request {
        method: "PUT",
        path: "/exampleobject(%E8%85%BE%E8%AE%AF%E4%BA%91)",
        query: "",
        headers: &[
            ("date", "Thu, 16 May 2019 06:45:51 GMT"),
            HOST,
            ("content-type", "text/plain"),
            ("content-length", "13"),
            ("content-md5", "mQ/fVh815F3k6TAUm8m0eg=="),
            ("x-cos-acl", "private"),
            ("x-cos-grant-read", "uin=\"100000000011\""),
        ],
    };
    assert_eq!(
        cos::authorization(&put, ID, KEY, 1_557_989_151, 1_557_996_351),
        "q-sign-algorithm=sha1&q-ak=AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q&q-sign-time=1557989151;1557996351\
         &q-key-time=1557989151;1557996351\
         &q-header-list=content-length;content-md5;content-type;date;host;x-cos-acl;x-cos-grant-read\
         &q-url-param-list=&q-signature=3b8851a11a569213c17ba8fa7dcf2abec6935172"
    );
    let get = Request {
        method: "GET",
        path: "/exampleobject(%E8%85%BE%E8%AE%AF%E4%BA%91)",
        query: "response-content-type=application%2Foctet-stream&response-cache-control=max-age%3D600",
        headers: &[("date", "Thu, 16 May 2019 06:55:53 GMT"), HOST],
    };
    assert_eq!(
        cos::authorization(&get, ID, KEY, 1_557_989_753, 1_557_996_953),
        "q-sign-algorithm=sha1&q-ak=AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q&q-sign-time=1557989753;1557996953\
         &q-key-time=1557989753;1557996953&q-header-list=date;host\
         &q-url-param-list=response-cache-control;response-content-type\
         &q-signature=01681b8c9d798a678e43b685a9f1bba0f6c0e012"
    );
}

/// The worked examples of AWS's page about the Authorization header.
#[test]
fn the_published_examples_of_s3() {
    const ID: &str = "AKIAIOSFODNN7EXAMPLE";
    const KEY: &[u8] = b"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    const WELCOME: &str = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072";
    let time = s3::timestamp(1_369_353_600);
    assert_eq!(time, "20130524T000000Z");
    let host = ("host", "examplebucket.s3.amazonaws.com");
    let date = ("x-amz-date", time.as_str());
    let empty = ("x-amz-content-sha256", EMPTY);
    let range = ("range", "bytes=0-9");
    let put = [
        ("date", "Fri, 24 May 2013 00:00:00 GMT"),
        host,
        ("x-amz-content-sha256", WELCOME),
        date,
        ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
    ];
    type Case<'a> = (&'a str, &'a str, &'a str, &'a [(&'a str, &'a str)], &'a str, &'a str);
    let cases: [Case<'_>; 4] = [
        (
            "GET",
            "/test.txt",
            "",
            &[host, range, empty, date],
            EMPTY,
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        ),
        (
            "PUT",
            "/test$file.text",
            "",
            &put,
            WELCOME,
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
        ),
        (
            "GET",
            "/",
            "lifecycle",
            &[host, empty, date],
            EMPTY,
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
        ),
        (
            "GET",
            "/",
            "max-keys=2&prefix=J",
            &[host, empty, date],
            EMPTY,
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        ),
    ];
    for (method, path, query, headers, payload, signature) in cases {
        let request = Request { method, path, query, headers };
        let made = s3::authorization(&request, "us-east-1", ID, KEY, &time, payload);
        let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
        assert_eq!(
            made,
            format!(
                "AWS4-HMAC-SHA256 Credential={ID}/20130524/us-east-1/s3/aws4_request,SignedHeaders={},Signature={signature}",
                names.join(";")
            ),
            "{method} {path}?{query}"
        );
    }
}
