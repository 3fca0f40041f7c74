-- Calls that the load makes
-- As `deskferry plan` foretells them for everything that is not loaded yet.
SELECT endpoint, calls FROM plan.calls ORDER BY calls DESC, endpoint
