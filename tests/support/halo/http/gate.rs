//! Who may call what.

/// Whether one of these scopes opens an endpoint. Agents, teams, contacts and the small lists need none of their own;
/// what configures a desk needs `all` or `admin`.
pub(crate) fn opens(scopes: &[String], endpoint: &str) -> bool {
    let has = |scope: &str| scopes.iter().any(|held| held == scope);
    if has("all") || has("all:standard") || has("admin") {
        return true;
    }
    match endpoint {
        "tickets" | "actions" | "attachment" | "feedback" | "ticketapproval" => has("read:tickets"),
        "client" | "site" | "toplevel" => has("read:customers"),
        "opportunities" => has("read:crm") || has("read:sales"),
        "crmnote" => has("read:crm"),
        "projects" => has("read:projects"),
        "kbarticle" | "faqlists" => has("read:kb"),
        "asset" | "assettype" => has("read:assets"),
        "clientcontract" => has("read:contracts"),
        "report" => has("read:reporting"),
        "ticketrules" | "workflow" | "approvalprocess" | "approvalprocessrule" | "webhook" | "notification" => false,
        _ => true,
    }
}
