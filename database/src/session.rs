//! One connection that has the schema for itself.

use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use crate::{Error, Result, Target};

/// How long to wait for a load that is ending, such as one that was killed a moment ago.
const WAIT: &str = "3s";

/// A connection. It ends with this.
pub(crate) struct Session {
    pub(crate) client: Client,
    /// The schema that is written.
    pub(crate) schema: String,
}

impl Session {
    /// Connects and finds the schema, which may not be there yet where it is named.
    ///
    /// # Errors
    /// `Connect`; `Schema` where none is named and the connection begins in none.
    pub(crate) async fn open(target: &Target, schema: Option<&str>) -> Result<Self> {
        let connected = target.config.connect(target.tls.clone()).await;
        let (client, connection) =
            connected.map_err(|e| Error::Connect { target: target.to_string(), cause: e.into() })?;
        // It ends when the client is dropped; what it fails of is what the client's next statement fails of.
        tokio::spawn(async move { connection.await.is_ok() });
        let schema = match schema {
            Some(schema) => schema.to_owned(),
            None => {
                let found = client.query_one("SELECT current_schema()::text", &[]).await;
                let found: Option<String> = found.map_err(Error::database("ask for the schema"))?.get(0);
                let reason = "search_path of the user names none that is there".to_owned();
                found.ok_or_else(|| Error::Schema { target: target.to_string(), reason })?
            }
        };
        Ok(Self { client, schema })
    }

    /// Takes the schema for this connection until it ends, and makes it where it is missing.
    ///
    /// # Errors
    /// `Busy` where another load has it; `Schema` where it is missing and may not be made.
    pub(crate) async fn lock(&self, target: &Target) -> Result<()> {
        let busy = || Error::Busy { schema: self.schema.clone(), target: target.to_string() };
        let locked = async {
            self.client.batch_execute(&format!("SET lock_timeout = '{WAIT}'")).await?;
            let lock = "SELECT pg_advisory_lock(hashtext('deskferry'), hashtext($1))";
            let answer = self.client.execute(lock, &[&self.schema]).await;
            self.client.batch_execute("RESET lock_timeout").await?;
            answer
        };
        match locked.await {
            Ok(_) => {}
            Err(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => return Err(busy()),
            Err(error) => return Err(Error::database("take the lock of the schema")(error)),
        }
        let action = format!("look for schema `{}`", self.schema);
        let found = self.client.query_opt("SELECT 1 FROM pg_namespace WHERE nspname = $1", &[&self.schema]).await;
        if found.map_err(Error::database(action))?.is_some() {
            return Ok(());
        }
        let create = format!("CREATE SCHEMA {}", crate::table::quoted(&self.schema));
        self.client.batch_execute(&create).await.map_err(|e| Error::Schema {
            target: target.to_string(),
            reason: format!("`{}` is not there and cannot be made: {}", self.schema, crate::Cause::from(e)),
        })
    }
}
