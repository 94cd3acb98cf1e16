//! Bytes to requests and back: the HTTP/1.1 engine, connections, pools and timeouts.
