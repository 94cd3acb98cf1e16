//! What the status of an RPC is in HTTP (`google.rpc.Code` tells it of each).

/// The status of HTTP for a status of gRPC; one that is none is `UNKNOWN`.
pub(crate) fn of_http(code: u32) -> u16 {
    match code {
        0 => 200,
        // CANCELLED
        1 => 499,
        // INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE
        3 | 9 | 11 => 400,
        // DEADLINE_EXCEEDED
        4 => 504,
        // NOT_FOUND
        5 => 404,
        // ALREADY_EXISTS, ABORTED
        6 | 10 => 409,
        // PERMISSION_DENIED
        7 => 403,
        // RESOURCE_EXHAUSTED
        8 => 429,
        // UNIMPLEMENTED
        12 => 501,
        // UNAVAILABLE
        14 => 503,
        // UNAUTHENTICATED
        16 => 401,
        // UNKNOWN, INTERNAL, DATA_LOSS
        _ => 500,
    }
}
