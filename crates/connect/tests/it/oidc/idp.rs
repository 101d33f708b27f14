//! A provider of identities that says what it is told to say, signed with real keys.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
};

use aws_lc_rs::{
    encoding::{AsDer as _, Pkcs8V1Der},
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
        Ed25519KeyPair,
    },
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, jwk::Jwk};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};

pub(crate) const DISCOVERY: &str = "/.well-known/openid-configuration";

/// What it answers at a place.
#[derive(Clone)]
pub(crate) enum Page {
    Json(u16, Value),
    Text(u16, &'static str),
    Redirects(String),
    Hangs,
    Floods,
}

/// What it was asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) head: String,
    pub(crate) body: String,
}

/// It, on a port of its own.
#[derive(Clone)]
pub(crate) struct Idp {
    pub(crate) issuer: String,
    pages: Arc<Mutex<HashMap<String, VecDeque<Page>>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Idp {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let idp = Self {
            issuer: format!("http://127.0.0.1:{port}"),
            pages: Arc::default(),
            asked: Arc::default(),
        };
        idp.page(DISCOVERY, Page::Json(200, idp.metadata()));
        let this = idp.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let this = this.clone();
                tokio::spawn(async move { this.serve(stream).await });
            }
        });
        idp
    }

    /// What it says of itself.
    pub(crate) fn metadata(&self) -> Value {
        let at = |path: &str| format!("{}{path}", self.issuer);
        json!({
            "issuer": self.issuer,
            "authorization_endpoint": at("/authorize"),
            "token_endpoint": at("/token"),
            "jwks_uri": at("/jwks"),
            "userinfo_endpoint": at("/userinfo"),
            "end_session_endpoint": at("/end"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256", "unheard-of"],
        })
    }

    /// What it says of itself, with something else in it.
    pub(crate) fn describe(&self, with: impl FnOnce(&mut Value)) {
        let mut metadata = self.metadata();
        with(&mut metadata);
        self.page(DISCOVERY, Page::Json(200, metadata));
    }

    /// What it answers at `path` from now on.
    pub(crate) fn page(&self, path: &str, page: Page) {
        self.pages
            .lock()
            .unwrap()
            .insert(path.into(), [page].into());
    }

    /// What it answers at `path` after what it answers there next.
    pub(crate) fn then(&self, path: &str, page: Page) {
        let mut pages = self.pages.lock().unwrap();
        pages.entry(path.into()).or_default().push_back(page);
    }

    pub(crate) fn keys(&self, keys: &[&Key]) {
        let all: Vec<_> = keys.iter().map(|key| key.jwk.clone()).collect();
        self.page("/jwks", Page::Json(200, json!({ "keys": all })));
    }

    pub(crate) fn asked(&self, path: &str) -> Vec<Asked> {
        let asked = self.asked.lock().unwrap().clone();
        asked.into_iter().filter(|it| it.path == path).collect()
    }

    async fn serve(&self, stream: TcpStream) -> Option<()> {
        let mut stream = BufReader::new(stream);
        loop {
            let asked = read(&mut stream).await?;
            let page = {
                let mut pages = self.pages.lock().unwrap();
                let page = pages.get_mut(&asked.path).and_then(|queue| {
                    let last = queue.front().cloned();
                    if queue.len() > 1 {
                        queue.pop_front();
                    }
                    last
                });
                page.unwrap_or(Page::Text(404, "no"))
            };
            self.asked.lock().unwrap().push(asked);
            answer(stream.get_mut(), page).await?;
        }
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Asked> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).ok()?.to_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    stream.read_exact(&mut body).await.ok()?;
    Some(Asked {
        path: head.split(' ').nth(1)?.to_owned(),
        body: String::from_utf8(body).ok()?,
        head,
    })
}

async fn answer(stream: &mut TcpStream, page: Page) -> Option<()> {
    let (status, further, body) = match page {
        Page::Json(status, body) => (
            status,
            "content-type: application/json\r\n".to_owned(),
            body.to_string(),
        ),
        Page::Text(status, body) => (status, String::new(), body.to_owned()),
        Page::Redirects(to) => (302, format!("location: {to}\r\n"), String::new()),
        Page::Hangs => std::future::pending().await,
        Page::Floods => {
            stream.write_all(b"HTTP/1.1 200 It\r\n\r\n").await.ok()?;
            loop {
                stream.write_all(&[b' '; 4096]).await.ok()?;
            }
        }
    };
    let length = body.len();
    let text = format!("HTTP/1.1 {status} It\r\n{further}content-length: {length}\r\n\r\n{body}");
    stream.write_all(text.as_bytes()).await.ok()
}

/// A key that signs.
pub(crate) struct Key {
    secret: EncodingKey,
    pub(crate) algorithm: Algorithm,
    pub(crate) jwk: Value,
}

impl Key {
    fn new(kid: &str, algorithm: Algorithm, secret: EncodingKey) -> Self {
        let jwk = Jwk::from_encoding_key(&secret, algorithm).unwrap();
        let mut jwk = serde_json::to_value(jwk).unwrap();
        (jwk["kid"], jwk["use"]) = (json!(kid), json!("sig"));
        Self {
            secret,
            algorithm,
            jwk,
        }
    }

    pub(crate) fn es256(kid: &str) -> Self {
        let rng = SystemRandom::new();
        let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &rng).unwrap();
        Self::new(
            kid,
            Algorithm::ES256,
            EncodingKey::from_ec_der(der.as_ref()),
        )
    }

    pub(crate) fn es384(kid: &str) -> Self {
        let rng = SystemRandom::new();
        let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &rng).unwrap();
        Self::new(
            kid,
            Algorithm::ES384,
            EncodingKey::from_ec_der(der.as_ref()),
        )
    }

    pub(crate) fn ed25519(kid: &str) -> Self {
        let der = Ed25519KeyPair::generate_pkcs8v1(&SystemRandom::new()).unwrap();
        Self::new(
            kid,
            Algorithm::EdDSA,
            EncodingKey::from_ed_der(der.as_ref()),
        )
    }

    pub(crate) fn rsa(kid: &str) -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
        // What signs wants the key itself, which begins after 26 bytes that say that it is one of RSA.
        let key = EncodingKey::from_rsa_der(&der.as_ref()[26..]);
        Self::new(kid, Algorithm::RS256, key)
    }

    /// The same key without a name or what it is for.
    pub(crate) fn nameless(mut self) -> Self {
        for member in ["kid", "alg", "use"] {
            self.jwk.as_object_mut().unwrap().remove(member);
        }
        self
    }

    /// The header of what it signs.
    pub(crate) fn header(&self) -> Value {
        let mut header = json!({ "alg": format!("{:?}", self.algorithm) });
        if let Some(kid) = self.jwk.get("kid") {
            header["kid"] = kid.clone();
        }
        header
    }

    pub(crate) fn sign(&self, claims: &Value) -> String {
        self.sign_as(&self.header(), claims)
    }

    /// Signs under a header that says whatever.
    pub(crate) fn sign_as(&self, header: &Value, claims: &Value) -> String {
        let algorithm = header["alg"].as_str().unwrap().parse();
        let signed = signed(header, claims);
        let algorithm = algorithm.unwrap_or(self.algorithm);
        let signature =
            jsonwebtoken::crypto::sign(signed.as_bytes(), &self.secret, algorithm).unwrap();
        format!("{signed}.{signature}")
    }
}

/// The first two parts of a token.
pub(crate) fn signed(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(header), part(claims))
}
