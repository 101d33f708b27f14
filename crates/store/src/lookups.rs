//! Whether entries of the log are found by what they say: what is looked up when somebody searches it is
//! derived from the log, and the chain does not cover it.

use futures::TryStreamExt as _;
use portcullis_model::name;

use crate::{StoreError, compared::Compared, db::Conn, log};

/// What is looked up in a search, and what it is derived from: each pair of columns there is here, and
/// the other way round.
const DERIVED: [(&str, [&str; 2], &str, [&str; 2]); 2] = [
    (
        "log_names",
        ["key", "id"],
        "log_subjects",
        ["label_key", "id"],
    ),
    (
        "log_actors",
        ["key", "actor"],
        "log",
        ["actor_key", "actor"],
    ),
];

/// Tells what is not as it follows from the log. What is derived from a column that is wrong itself, as
/// was told, is not looked at: `of_actors` says whether that of actors is right.
pub(crate) async fn compare(
    conn: &mut Conn,
    compared: &mut Compared,
    of_actors: Derived,
) -> Result<(), StoreError> {
    let told = compared.count();
    subjects(conn, compared).await?;
    let of_names = Derived::unless(compared.count() > told);
    for ((table, columns, of, said), column) in DERIVED.into_iter().zip([of_names, of_actors]) {
        if column == Derived::Wrongly {
            continue;
        }
        let missing = (of, said, table, columns);
        for text in only_in(conn, missing).await? {
            compared.tell(format!(
                "{table}: `{text}` is missing, and is not found by searching"
            ));
        }
        let added = (table, columns, of, said);
        for text in only_in(conn, added).await? {
            compared.tell(format!("{table}: `{text}` is not what the log says"));
        }
    }
    Ok(())
}

/// Whether a column of the log follows from the rest of its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Derived {
    Rightly,
    Wrongly,
}

impl Derived {
    pub(crate) const fn unless(wrong: bool) -> Self {
        if wrong { Self::Wrongly } else { Self::Rightly }
    }
}

type Side = (
    &'static str,
    [&'static str; 2],
    &'static str,
    [&'static str; 2],
);

/// The texts that one table holds with what they stand for, and the other does not.
async fn only_in(
    conn: &mut Conn,
    (here, mine, there, theirs): Side,
) -> Result<Vec<String>, StoreError> {
    let ([text, of], [their_text, their_of]) = (mine, theirs);
    // One more than is told.
    let most = Compared::TOLD + 1;
    let sql = format!(
        "SELECT DISTINCT h.{text} FROM {here} h WHERE NOT EXISTS \
         (SELECT 1 FROM {there} t WHERE t.{their_of} = h.{of} AND t.{their_text} = h.{text}) \
         ORDER BY 1 LIMIT {most}"
    );
    let rows = conn.fetch(sql, vec![]).await?;
    rows.iter().map(|row| Ok(row.text(0)?.to_owned())).collect()
}

/// That the names by which entries are found are those that the chain covers.
async fn subjects(conn: &mut Conn, compared: &mut Compared) -> Result<(), StoreError> {
    let sql = "SELECT position, label, label_key FROM log_subjects";
    let mut rows = conn.stream(sql, vec![])?;
    while let Some(row) = rows.try_next().await? {
        if row.text(2)? != name::key(row.text(1)?) {
            let position = log::position(row.int(0)?);
            compared.tell(format!(
                "log entry {position}: it is not found by `{}`",
                row.text(1)?
            ));
        }
    }
    Ok(())
}
