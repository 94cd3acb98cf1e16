//! Passwords of operators: argon2id, in PHC form.

/// True when `password` is the one that `hash` (argon2id, PHC form) was made from. A hash that cannot be read fits no
/// password.
///
/// Takes tens of milliseconds of CPU and 19 MiB of memory on purpose: call it on a thread that may block.
pub fn verify_password(password: &str, hash: &str) -> bool {
    todo!()
}
