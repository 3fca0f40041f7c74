//! Who may come in: SCRAM-SHA-256 (RFC 5802), so that the password never crosses the wire and is not kept either. What is compared
//! is bound to a nonce of each login, so that the time it takes tells nothing of the password.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion_postgres::pgwire::api::ConnectionManager;
use datafusion_postgres::pgwire::api::auth::sasl::SASLAuthStartupHandler;
use datafusion_postgres::pgwire::api::auth::sasl::scram::{
    SCRAM_ITERATIONS, ScramAuth, gen_salted_password, random_nonce,
};
use datafusion_postgres::pgwire::api::auth::{AuthSource, DefaultServerParameterProvider, LoginInfo, Password};
use datafusion_postgres::pgwire::error::PgWireResult;

/// Makes a login of each connection.
pub(super) struct Login {
    password: Arc<Salted>,
    parameters: Arc<DefaultServerParameterProvider>,
    connections: Arc<ConnectionManager>,
}

struct Salted(Password);

impl std::fmt::Debug for Salted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Salted")
    }
}

impl Login {
    pub(super) fn new(password: &str, schema: &str, connections: Arc<ConnectionManager>) -> Self {
        let salt = random_nonce().into_bytes();
        let salted = gen_salted_password(password, &salt, SCRAM_ITERATIONS);
        let mut parameters = DefaultServerParameterProvider::default();
        schema.clone_into(&mut parameters.search_path);
        parameters.is_superuser = false;
        parameters.default_transaction_read_only = true;
        let password = Arc::new(Salted(Password::new(Some(salt), salted)));
        Self { password, parameters: Arc::new(parameters), connections }
    }

    pub(super) fn handler(&self) -> SASLAuthStartupHandler<DefaultServerParameterProvider> {
        let password: Arc<dyn AuthSource> = Arc::<Salted>::clone(&self.password);
        SASLAuthStartupHandler::new(Arc::clone(&self.parameters))
            .with_scram(ScramAuth::new(password))
            .with_connection_manager(Arc::clone(&self.connections))
    }
}

#[async_trait]
impl AuthSource for Salted {
    async fn get_password(&self, _login: &LoginInfo) -> PgWireResult<Password> {
        Ok(self.0.clone())
    }
}
