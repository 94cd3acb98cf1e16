//! Every signature and token that Tollgate makes or checks.
