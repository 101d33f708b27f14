//! The databases testkit hands out are real, fresh and gone afterwards.

use portcullis_testkit::{both_engines, databases, pg};
use sqlx::{Connection as _, Executor as _, PgConnection, SqliteConnection};

both_engines! {
    async fn a_fresh_database_takes_tables_and_rows(db: Database) {
        let sql = "create table t (a bigint); insert into t values (1), (2)";
        if db.is_postgres() {
            let mut connection = PgConnection::connect(&db.url).await?;
            connection.execute(sql).await?;
            let count: i64 = sqlx::query_scalar("select count(*) from t").fetch_one(&mut connection).await?;
            assert_eq!(count, 2);
        } else {
            let mut connection = SqliteConnection::connect(&db.url).await?;
            connection.execute(sql).await?;
            let count: i64 = sqlx::query_scalar("select count(*) from t").fetch_one(&mut connection).await?;
            assert_eq!(count, 2);
        }
    }
}

#[tokio::test]
async fn every_engine_has_a_name_and_its_own_database() -> anyhow::Result<()> {
    let (first, second) = (databases().await?, databases().await?);
    assert_eq!(first[0].name, "sqlite");
    assert_eq!(first.len(), second.len());
    for (one, other) in first.iter().zip(&second) {
        assert_ne!(one.url, other.url, "on {}", one.name);
    }
    Ok(())
}

#[tokio::test]
async fn a_dropped_database_is_gone_even_while_somebody_is_connected() -> anyhow::Result<()> {
    let (Some(mine), Some(witness)) = (pg::database().await?, pg::database().await?) else {
        return Ok(());
    };
    let name = mine.name().to_owned();
    let _left_open = PgConnection::connect(mine.url()).await?;
    drop(mine);
    let mut connection = PgConnection::connect(witness.url()).await?;
    let left: i64 = sqlx::query_scalar("select count(*) from pg_database where datname = $1")
        .bind(&name)
        .fetch_one(&mut connection)
        .await?;
    assert_eq!(left, 0);
    Ok(())
}

#[tokio::test]
async fn a_filled_database_is_made_once_and_copied() -> anyhow::Result<()> {
    use std::cell::Cell;

    let key = format!("testkit_{}", std::process::id());
    let filled = Cell::new(0);
    let copy = || {
        pg::database_like(&key, async |url: &str| {
            filled.set(filled.get() + 1);
            let mut connection = PgConnection::connect(url).await?;
            connection
                .execute("create table t (a bigint); insert into t values (7)")
                .await?;
            Ok(connection.close().await?)
        })
    };
    let (Some(one), Some(other)) = (copy().await?, copy().await?) else {
        return Ok(());
    };
    assert_eq!(filled.get(), 1);
    let mut connection = PgConnection::connect(one.url()).await?;
    connection.execute("delete from t").await?;
    let mut connection = PgConnection::connect(other.url()).await?;
    let left: i64 = sqlx::query_scalar("select a from t")
        .fetch_one(&mut connection)
        .await?;
    assert_eq!(left, 7);
    Ok(())
}
