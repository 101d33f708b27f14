//! The protocol's client, and the exchange of a code for tokens. It has one connection to the outside: ours.

use std::fmt;

use openidconnect::{
    AccessToken, AuthorizationCode, Client, ClientId, EmptyAdditionalClaims, EndpointNotSet,
    HttpRequest, HttpResponse, IdToken, IssuerUrl, JsonWebKeySet, OAuth2TokenResponse,
    PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError, Scope, StandardErrorResponse,
    TokenResponse, TokenUrl,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
        CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreRevocableToken,
        CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
    },
    http::Response,
};
use serde::{Deserialize, Serialize};

use super::{metadata::Metadata, settings::Settings, text::shown};
use crate::{
    http::{Call, Http, Reach, Url, header, origin},
    proof::Fault,
};

type Plain = Client<
    EmptyAdditionalClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    TokenError,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
>;

type TokenError = StandardErrorResponse<CoreErrorResponseType>;

/// What a code is exchanged for. The ID token stays text, because only our verifier reads it.
#[derive(Deserialize, Serialize)]
pub(super) struct Tokens {
    access_token: AccessToken,
    token_type: CoreTokenType,
    id_token: Option<String>,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("tokens (not shown)")
    }
}

impl OAuth2TokenResponse for Tokens {
    type TokenType = CoreTokenType;

    fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    fn token_type(&self) -> &CoreTokenType {
        &self.token_type
    }

    fn expires_in(&self) -> Option<std::time::Duration> {
        None
    }

    fn refresh_token(&self) -> Option<&RefreshToken> {
        None
    }

    fn scopes(&self) -> Option<&Vec<Scope>> {
        None
    }
}

impl
    TokenResponse<
        EmptyAdditionalClaims,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    > for Tokens
{
    fn id_token(
        &self,
    ) -> Option<
        &IdToken<
            EmptyAdditionalClaims,
            CoreGenderClaim,
            CoreJweContentEncryptionAlgorithm,
            CoreJwsSigningAlgorithm,
        >,
    > {
        None
    }
}

impl Tokens {
    pub(super) fn id_token(&self) -> Result<&str, Fault> {
        let text = self.id_token.as_deref();
        text.ok_or_else(|| Fault::down("it gave no ID token; is `openid` among its scopes?"))
    }

    /// The access token, which opens the userinfo endpoint.
    pub(super) fn access_token(&self) -> &str {
        self.access_token.secret()
    }
}

/// A client that knows no endpoint yet.
pub(super) fn client(settings: &Settings, issuer: &Url) -> Plain {
    let id = ClientId::new(settings.client_id.clone());
    let issuer = IssuerUrl::from_url(issuer.clone());
    let client = Client::new(id, issuer, JsonWebKeySet::default());
    match &settings.client_secret {
        Some(secret) => client.set_client_secret(secret.clone()),
        None => client,
    }
}

/// Where the browser comes back to.
pub(super) fn redirect(uri: &str) -> Result<RedirectUrl, Fault> {
    RedirectUrl::new(uri.to_owned())
        .map_err(|_| Fault::protocol("the address to come back to is none"))
}

/// Exchanges the code that the browser brought, which works once.
pub(super) async fn exchange(
    client: Plain,
    http: &Http,
    metadata: &Metadata,
    (code, verifier): (&str, &str),
    redirect_uri: &str,
) -> Result<Tokens, Fault> {
    client
        .set_auth_type(metadata.authentication.clone())
        .set_token_uri(TokenUrl::from_url(metadata.token.clone()))
        .set_redirect_uri(redirect(redirect_uri)?)
        .exchange_code(AuthorizationCode::new(code.to_owned()))
        .set_pkce_verifier(PkceCodeVerifier::new(verifier.to_owned()))
        .request_async(&|request| send(http.clone(), request))
        .await
        .map_err(refused)
}

/// Makes a call of the protocol's.
async fn send(http: Http, request: HttpRequest) -> Result<HttpResponse, Fault> {
    let (head, body) = request.into_parts();
    let url = Url::parse(&head.uri.to_string()).map_err(|error| Fault::down(error.to_string()))?;
    let from = origin(&url);
    let mut call = Call::new(head.method, url)
        .reach(Reach::Anywhere)
        .body(body);
    for (name, value) in &head.headers {
        call = call.header(name.clone(), value.clone());
    }
    let reply = http.send(call).await?;
    let status = reply.status();
    if status.is_server_error() || matches!(status.as_u16(), 408 | 429) {
        let status = status.as_u16();
        return Err(Fault::down(format!(
            "`{from}` answered {status} where its tokens should be"
        )));
    }
    let mut response = Response::builder().status(status);
    if let Some(kind) = reply.header(&header::CONTENT_TYPE) {
        response = response.header(header::CONTENT_TYPE, kind);
    }
    response
        .body(reply.bytes().await?)
        .map_err(|error| Fault::down(error.to_string()))
}

fn refused(error: RequestTokenError<Fault, TokenError>) -> Fault {
    use CoreErrorResponseType::{InvalidClient, InvalidGrant, UnauthorizedClient};
    match error {
        RequestTokenError::Request(fault) => fault,
        RequestTokenError::ServerResponse(response) => match response.error() {
            InvalidGrant => {
                Fault::protocol("this sign-in took too long or was finished before; begin anew")
            }
            InvalidClient | UnauthorizedClient => Fault::protocol(
                "the identity provider does not accept our client id and secret; tell an administrator",
            ),
            other => Fault::protocol(format!(
                "the identity provider gave no tokens: {}",
                shown(other.as_ref())
            )),
        },
        // What could not be read may be a token.
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
            Fault::down("it answered what cannot be read where its tokens should be")
        }
    }
}
