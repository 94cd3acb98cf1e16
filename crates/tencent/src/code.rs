//! The error codes that this dialect answers with, as the vendor's SDKs know them.
//!
//! Each is one of the 185 codes of the product (`data/codes.txt`, from the official SDK) or one of the codes that every
//! product of the vendor answers with (`data/common_codes.txt`, from its documentation).

macro_rules! codes {
    ($($name:ident = $text:literal,)*) => {
        /// An error code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Code {
            $($name,)*
        }

        impl Code {
            /// The code as it stands on the wire.
            pub(crate) const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }

            /// Every code.
            #[cfg(test)]
            const ALL: &'static [Self] = &[$(Self::$name,)*];
        }
    };
}

codes! {
    AccessKeyCountInUsagePlan = "LimitExceeded.AccessKeyCountInUsagePlanLimitExceeded",
    AccessKeyExist = "FailedOperation.AccessKeyExist",
    AlreadyBindUsagePlan = "UnsupportedOperation.AlreadyBindUsagePlan",
    ApiAppCount = "LimitExceeded.ApiAppCountLimitExceeded",
    ApiBindEnvironment = "FailedOperation.ApiBindEnvironmen",
    ApiCount = "LimitExceeded.ApiCountLimitExceeded",
    ApiDocCount = "LimitExceeded.APIDocLimitExceeded",
    ApiError = "FailedOperation.ApiError",
    ApiKeyCount = "LimitExceeded.ApiKeyCountLimitExceeded",
    ApiListNotEmpty = "UnsupportedOperation.ApiListNotEmpty",
    BackendSpecificParam = "MissingParameter.BackendSpecificParam",
    CertificateIdBindError = "FailedOperation.CertificateIdBindError",
    CertificateIdError = "FailedOperation.CertificateIdError",
    CertificateIdExpired = "FailedOperation.CertificateIdExpired",
    CertificateIdInfoError = "FailedOperation.CertificateIdInfoError",
    CertificateIsNull = "FailedOperation.CertificateIsNull",
    ClsSearchTime = "UnsupportedOperation.ClsSearchTime",
    DbException = "InternalError.DbException",
    DefineMappingEnvironmentError = "FailedOperation.DefineMappingEnvironmentError",
    DefineMappingNotNull = "FailedOperation.DefineMappingNotNull",
    DefineMappingParamRepeat = "FailedOperation.DefineMappingParamRepeat",
    DefineMappingPathError = "FailedOperation.DefineMappingPathError",
    DeletePathMappingSetError = "FailedOperation.DeletePathMappingSetError",
    DomainAlreadyBindOtherService = "FailedOperation.DomainAlreadyBindOtherService",
    DomainAlreadyBindService = "FailedOperation.DomainAlreadyBindService",
    DomainInBlackList = "FailedOperation.DomainInBlackList",
    DomainNotBindService = "FailedOperation.DomainNotBindService",
    DomainResolveError = "FailedOperation.DomainResolveError",
    EiamError = "FailedOperation.EIAMError",
    ExceededDefineMappingLimit = "LimitExceeded.ExceededDefineMappingLimit",
    ExceededDomainLimit = "LimitExceeded.ExceededDomainLimit",
    ExistingOnlineEnvironment = "UnsupportedOperation.ExistingOnlineEnvironment",
    ForceHttps = "UnsupportedOperation.ForceHttps",
    FormatError = "InvalidParameter.FormatError",
    InstanceNotExist = "FailedOperation.InstanceNotExist",
    InternalError = "InternalError",
    InvalidAccessKeyId = "ResourceNotFound.InvalidAccessKeyId",
    InvalidAction = "InvalidAction",
    InvalidApi = "ResourceNotFound.InvalidApi",
    InvalidApiApp = "ResourceNotFound.InvalidApiApp",
    InvalidApiBusinessType = "InvalidParameterValue.InvalidApiBusinessType",
    InvalidApiDoc = "ResourceNotFound.InvalidApiDoc",
    InvalidApiIds = "InvalidParameterValue.InvalidApiIds",
    InvalidApiRequestConfig = "InvalidParameterValue.InvalidApiRequestConfig",
    InvalidApiType = "InvalidParameterValue.InvalidApiType",
    InvalidAuthorization = "AuthFailure.InvalidAuthorization",
    InvalidBackendPath = "InvalidParameterValue.InvalidBackendPath",
    InvalidCondition = "InvalidParameterValue.InvalidCondition",
    InvalidConstantParameters = "InvalidParameterValue.InvalidConstantParameters",
    InvalidEndpointType = "UnsupportedOperation.InvalidEndpointType",
    DuplicatePluginConfig = "InvalidParameterValue.DuplicatePluginConfig",
    InvalidEnv = "InvalidParameterValue.InvalidEnv",
    InvalidEnvStatus = "InvalidParameterValue.InvalidEnvStatus",
    InvalidFilterNotSupportedName = "InvalidParameterValue.InvalidFilterNotSupportedName",
    IpStrategyCount = "LimitExceeded.IpStrategyLimitExceeded",
    InvalidIpStrategy = "ResourceNotFound.InvalidIPStrategy",
    InvalidInputJson = "FailedOperation.InvalidInputJSON",
    InvalidIpAddress = "InvalidParameterValue.InvalidIPAddress",
    InvalidMaxRequestNum = "InvalidParameterValue.InvalidMaxRequestNum",
    InvalidMethod = "InvalidParameterValue.InvalidMethod",
    InvalidParameter = "InvalidParameter",
    InvalidParameterValue = "InvalidParameterValue",
    InvalidPlugin = "ResourceNotFound.InvalidPlugin",
    InvalidPluginConfig = "InvalidParameterValue.InvalidPluginConfig",
    InvalidOauthApi = "ResourceNotFound.InvalidOauthApi",
    InvalidPort = "InvalidParameterValue.InvalidPort",
    InvalidProcotol = "InvalidParameterValue.InvalidProcotol",
    InvalidPublicKey = "InvalidParameterValue.InvalidPublicKey",
    InvalidRequest = "InvalidRequest",
    InvalidRequestParameters = "InvalidParameterValue.InvalidRequestParameters",
    InvalidScfConfig = "InvalidParameterValue.InvalidScfConfig",
    InvalidService = "ResourceNotFound.InvalidService",
    InvalidServiceConfig = "InvalidParameterValue.InvalidServiceConfig",
    InvalidServiceMockReturnMessage = "InvalidParameterValue.InvalidServiceMockReturnMessage",
    InvalidServiceParameters = "InvalidParameterValue.InvalidServiceParameters",
    InvalidServiceType = "InvalidParameterValue.InvalidServiceType",
    InvalidStatus = "UnsupportedOperation.InvalidStatus",
    InvalidTagValues = "InvalidParameterValue.InvalidTagValues",
    InvalidUpstream = "InvalidParameterValue.InvalidUpstream",
    InvalidUrl = "InvalidParameterValue.InvalidUrl",
    InvalidUsagePlan = "ResourceNotFound.InvalidUsagePlan",
    InvalidVpcConfig = "InvalidParameterValue.InvalidVpcConfig",
    InvalidWsMethod = "InvalidParameterValue.InvalidWSMethod",
    IsDefaultMapping = "FailedOperation.IsDefaultMapping",
    LimitExceeded = "LimitExceeded",
    MissingParameter = "MissingParameter",
    ModifyEiamAuthApi = "UnsupportedOperation.ModifyEIAMAuthApi",
    ModifyNetType = "UnsupportedOperation.ModifyNetType",
    ModifyProtocol = "UnsupportedOperation.ModifyProtocol",
    NetSubDomainError = "FailedOperation.NetSubDomainError",
    NoSuchVersion = "NoSuchVersion",
    NoUsagePlanEnv = "UnsupportedOperation.NoUsagePlanEnv",
    NothingModifyForOauth = "InvalidParameterValue.NothingModifyForOauth",
    NotInOptions = "InvalidParameterValue.NotInOptions",
    OperationDenied = "OperationDenied",
    ParameterNotMatch = "InvalidParameterValue.ParameterNotMatch",
    PathMappingSetError = "FailedOperation.PathMappingSetError",
    PluginConfig = "MissingParameter.PluginConfig",
    RangeExceeded = "InvalidParameterValue.RangeExceeded",
    ReduceNetTypes = "UnsupportedOperation.ReduceNetTypes",
    RequestSizeLimitExceeded = "RequestSizeLimitExceeded",
    ResourceAssociated = "UnsupportedOperation.ResourceAssociated",
    ResourceIsInUse = "UnsupportedOperation.ResourceIsInUse",
    ResourceNotFound = "ResourceNotFound",
    ResourceUnassociated = "UnsupportedOperation.ResourceUnassociated",
    SecretIdNotFound = "AuthFailure.SecretIdNotFound",
    ServiceCount = "LimitExceeded.ServiceCountLimitExceeded",
    ServiceCountForPlugin = "LimitExceeded.ServiceCountForPluginLimitExceeded",
    ServiceError = "FailedOperation.ServiceError",
    ServiceInOperation = "FailedOperation.ServiceInOperation",
    ServiceNotExist = "FailedOperation.ServiceNotExist",
    SetCustomPathMappingError = "FailedOperation.SetCustomPathMappingError",
    SignatureExpire = "AuthFailure.SignatureExpire",
    SignatureFailure = "AuthFailure.SignatureFailure",
    SubDomainFormatError = "FailedOperation.SubDomainFormatError",
    TagsNotEmpty = "UnsupportedOperation.TagsNotEmpty",
    TooManyItems = "InvalidParameterValue.LimitExceeded",
    UnauthorizedOperation = "UnauthorizedOperation",
    UnknownParameter = "UnknownParameter",
    UnknownProtocolTypeError = "FailedOperation.UnknownProtocolTypeError",
    UnsupportedBindApiKey = "UnsupportedOperation.UnsupportedBindApiKey",
    UnsupportedBindEnvironment = "UnsupportedOperation.UnsupportedBindEnvironment",
    UnsupportedDeleteApi = "UnsupportedOperation.UnsupportedDeleteApi",
    UnsupportedDeleteService = "UnsupportedOperation.UnsupportedDeleteService",
    UnsupportedDeleteUpstream = "UnsupportedOperation.UnsupportedDeleteUpstream",
    UnsupportedInvalidAction = "UnsupportedOperation.InvalidAction",
    UnsupportedOperation = "UnsupportedOperation",
    UnsupportedParameter = "InvalidParameterValue.UnsupportedParameter",
    UnsupportedUnBindEnvironment = "UnsupportedOperation.UnsupportedUnBindEnvironment",
    UnsupportedUpdateApiKey = "UnsupportedOperation.UnsupportedUpdateApiKey",
    UsagePlanCount = "LimitExceeded.UsagePlanLimitExceeded",
    UsagePlanInUse = "UnsupportedOperation.UsagePlanInUse",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_one_that_the_vendor_documents() {
        let product = include_str!("../data/codes.txt");
        let common = include_str!("../data/common_codes.txt");
        assert_eq!(product.lines().count(), 185);
        for code in Code::ALL {
            let known = product.lines().chain(common.lines()).any(|line| line == code.as_str());
            assert!(known, "{} is no code of the vendor", code.as_str());
        }
    }
}
