//! The Tencent Cloud API Gateway dialect: API version 2018-08-08.
