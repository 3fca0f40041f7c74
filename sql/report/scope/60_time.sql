-- Size and duration of the load
SELECT what, amount FROM plan.totals
