//! Copies of a SQLite database while it is in use.

use std::{path::Path, sync::Arc};

use crate::{StoreError, db::Db};

pub(crate) async fn run(db: &Db, to: &Path) -> Result<(), StoreError> {
    let Db::Sqlite { .. } = db else {
        return Err(StoreError::Unsupported {
            what: "a PostgreSQL database is not copied by this program".into(),
            instead: "use pg_dump, or your provider's snapshots",
        });
    };
    let failed = |source: std::io::Error| StoreError::File {
        path: to.display().to_string(),
        source: Arc::new(source),
    };
    if to.exists() {
        return Err(failed(std::io::ErrorKind::AlreadyExists.into()));
    }
    // Under another name until it is whole, so that half a copy is never taken for a backup.
    let mut partial = to.as_os_str().to_owned();
    partial.push(".partial");
    let partial = Path::new(&partial);
    match std::fs::remove_file(partial) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(error)),
        _ => crate::db::make_private(partial),
    }
    let name = partial.to_str();
    let name = name.ok_or_else(|| failed(std::io::ErrorKind::InvalidFilename.into()))?;
    let mut conn = db.reader().await?;
    conn.execute("VACUUM INTO $1", vec![name.into()]).await?;
    std::fs::rename(partial, to).map_err(failed)
}
