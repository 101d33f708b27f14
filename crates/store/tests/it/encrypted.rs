//! The connection to PostgreSQL over TLS: what is checked, and what is refused.

use portcullis_store::{Store, StoreError};
use portcullis_testkit::{EncryptedServer, TestResult, db::block_on};

/// Opens the store as soon as the server takes connections.
async fn open(url: &str) -> Result<Store, StoreError> {
    let mut opened = Store::open(url).await;
    for _ in 0..20 {
        // Each try waits for a while by itself.
        let starting = |error: &StoreError| error.to_string().contains("timed out");
        if !opened.as_ref().is_err_and(starting) {
            break;
        }
        opened = Store::open(url).await;
    }
    opened
}

#[test]
fn a_certificate_counts_for_its_own_host_and_by_its_own_authority() -> TestResult {
    let Some(server) = EncryptedServer::start()? else {
        return Ok(());
    };
    let root = format!("sslrootcert={}", server.root().display());
    let checked = format!("sslmode=verify-full&{root}");
    block_on(async {
        let store = open(&server.url("localhost", &checked)).await?;
        assert_eq!(store.load().await?.position().0, 0);
        store.close().await;
        for (host, parameters) in [
            // The server is the same, and its certificate is for another name.
            ("127.0.0.1", &*checked),
            // Nobody vouches for it.
            ("localhost", "sslmode=verify-full"),
        ] {
            let refused = open(&server.url(host, parameters)).await;
            let told = refused.expect_err(parameters).to_string();
            assert!(told.contains("certificate"), "{told}");
            assert!(!told.contains("only-for-this-test"), "{told}");
        }
        // It takes no connection in the clear.
        assert!(
            open(&server.url("localhost", "sslmode=disable"))
                .await
                .is_err()
        );
        for parameters in ["", "sslmode=prefer", "sslmode=require"] {
            let store = open(&server.url("127.0.0.1", parameters)).await?;
            store.close().await;
        }
        Ok(())
    })
}

#[test]
fn what_would_not_be_checked_as_it_reads_is_refused() -> TestResult {
    block_on(async {
        for (parameters, instead) in [
            ("sslmode=verify-ca", "sslmode=verify-full"),
            ("sslrootcert=/root.pem", "sslmode=verify-full"),
            (
                "sslmode=require&sslrootcert=/root.pem",
                "sslmode=verify-full",
            ),
            ("sslmod=verify-full", "`sslmod`"),
            ("sslmode=verify-full&sslrootcrt=/root.pem", "`sslrootcrt`"),
        ] {
            let url = format!("postgres://ana:secret@127.0.0.1:1/data?{parameters}");
            let told = Store::open(&url).await.expect_err(parameters).to_string();
            assert!(told.contains(instead), "{parameters}: {told}");
            assert!(!told.contains("secret"), "{told}");
        }
        Ok(())
    })
}
