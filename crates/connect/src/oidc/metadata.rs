//! What a provider says of itself (OpenID Connect Discovery), as far as it is believed.

use openidconnect::{
    AdditionalProviderMetadata, AuthType, EndSessionUrl, ProviderMetadata, UserInfoUrl,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreClaimName, CoreClaimType, CoreClientAuthMethod,
        CoreGrantType, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
        CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType,
        CoreSubjectIdentifierType,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    http::{Http, Url},
    proof::{Fault, get_json, is_endpoint},
};

/// Where it stands, after the issuer.
const PLACE: &str = "/.well-known/openid-configuration";

type Document = ProviderMetadata<
    Further,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// What other standards add.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Further {
    end_session_endpoint: Option<EndSessionUrl>,
    authorization_response_iss_parameter_supported: Option<bool>,
    backchannel_logout_supported: Option<bool>,
    /// Only a hint: of whatever form, it keeps nobody from signing in.
    prompt_values_supported: Option<Value>,
}

impl AdditionalProviderMetadata for Further {}

/// A provider's endpoints, each one that may be called.
#[derive(Clone, Debug)]
pub(super) struct Metadata {
    pub(super) authorization: Url,
    pub(super) token: Url,
    pub(super) keys: Url,
    pub(super) userinfo: Option<Url>,
    pub(super) end_session: Option<Url>,
    /// Whether each answer says who gave it.
    pub(super) says_issuer: bool,
    /// Whether it tells when a session ends there.
    pub(super) tells_of_logout: bool,
    /// What it is asked so that it lets in nobody by the session they have there.
    pub(super) anew: CoreAuthPrompt,
    /// How a client proves that it is the one.
    pub(super) authentication: AuthType,
}

/// Asks the provider at `issuer`, which is written as `name`.
pub(super) async fn discover(http: &Http, name: &str, issuer: &Url) -> Result<Metadata, Fault> {
    let place = format!("{}{PLACE}", name.trim_end_matches('/'));
    let place = Url::parse(&place).map_err(|error| Fault::down(error.to_string()))?;
    let document: Document = get_json(http, &place, None, "its description").await?;
    Metadata::of(&document, name, issuer)
}

impl Metadata {
    fn of(document: &Document, name: &str, issuer: &Url) -> Result<Self, Fault> {
        if document.issuer().as_str() != name {
            return Err(Fault::down(format!(
                "it calls itself another issuer than `{name}`; write the issuer exactly as its description does"
            )));
        }
        let allowed = |url: &Url, what: &str| match is_endpoint(issuer, url) {
            true => Ok(url.clone()),
            false => Err(Fault::down(format!("its {what} is no https address"))),
        };
        let token = document.token_endpoint();
        let token = token.ok_or_else(|| Fault::down("it has no token endpoint"))?;
        let userinfo = document.userinfo_endpoint().map(UserInfoUrl::url);
        let further = document.additional_metadata();
        let end_session = further
            .end_session_endpoint
            .as_ref()
            .map(EndSessionUrl::url);
        Ok(Self {
            authorization: allowed(
                document.authorization_endpoint().url(),
                "authorization endpoint",
            )?,
            token: allowed(token.url(), "token endpoint")?,
            keys: allowed(document.jwks_uri().url(), "place for keys")?,
            userinfo: userinfo
                .map(|url| allowed(url, "userinfo endpoint"))
                .transpose()?,
            end_session: end_session
                .map(|url| allowed(url, "sign-out endpoint"))
                .transpose()?,
            says_issuer: further
                .authorization_response_iss_parameter_supported
                .unwrap_or_default(),
            tells_of_logout: further.backchannel_logout_supported.unwrap_or_default(),
            anew: anew(issuer, further.prompt_values_supported.as_ref()),
            authentication: authentication(document.token_endpoint_auth_methods_supported()),
        })
    }
}

/// By header, which is what holds where nothing is said, unless only the body will do.
fn authentication(methods: Option<&Vec<CoreClientAuthMethod>>) -> AuthType {
    let has = |method| methods.is_some_and(|methods| methods.contains(&method));
    if has(CoreClientAuthMethod::ClientSecretPost) && !has(CoreClientAuthMethod::ClientSecretBasic)
    {
        AuthType::RequestBody
    } else {
        AuthType::BasicAuth
    }
}

/// To sign in again, as OpenID Connect Core (3.1.2.1) has it for every provider; or to choose an account,
/// where one says that it knows only that. Google says nothing and refuses the first.
fn anew(issuer: &Url, prompts: Option<&Value>) -> CoreAuthPrompt {
    let choose = match prompts.and_then(Value::as_array) {
        Some(prompts) => {
            let has = |name: &str| prompts.iter().any(|it| it == name);
            has("select_account") && !has("login")
        }
        None => issuer.host_str() == Some("accounts.google.com"),
    };
    if choose {
        CoreAuthPrompt::SelectAccount
    } else {
        CoreAuthPrompt::Login
    }
}
