-- SCORECARDS: the same populations, counted by node or carrier. generate.py puts before it the
-- table `score_needs` (count, kind: kinds of fact without which a count is unknown), behind it the
-- views that add up `marks`.

-- Kinds of fact, and parts of them, that somebody recorded.
CREATE OR REPLACE TEMP TABLE evidence AS
SELECT kind FROM all_facts
UNION SELECT 'canceller' FROM all_facts WHERE kind = 'cancelled' AND detail <> 0
UNION SELECT 'distance' FROM all_facts WHERE kind = 'handed' AND v >= 0
UNION SELECT CASE detail WHEN 0 THEN 'estimate' ELSE 'actual' END FROM all_facts WHERE kind = 'cost'
UNION SELECT kind FROM recorded;

CREATE OR REPLACE TEMP TABLE unknown_counts AS
SELECT DISTINCT score_needs."count" FROM score_needs ANTI JOIN evidence USING (kind);

-- What was counted, or null where its facts were never recorded.
CREATE OR REPLACE MACRO known(count_, sum_) AS
    CASE WHEN count_ NOT IN (SELECT "count" FROM unknown_counts)
         THEN CAST(coalesce(sum_, 0) AS BIGINT) END;

-- Whose a parcel is: what was told last.
CREATE OR REPLACE TEMP TABLE parties AS
WITH told AS (SELECT o, p, seq, node, carrier FROM e WHERE kind IN ('due', 'handed', 'tracked')
              UNION ALL SELECT o, p, seq, node, carrier FROM g WHERE kind = 'packed')
SELECT 'node' AS side, o, p, arg_max(node, seq) AS party FROM told
WHERE node IS NOT NULL GROUP BY o, p
UNION ALL
SELECT 'carrier', o, p, arg_max(carrier, seq) FROM told WHERE carrier IS NOT NULL GROUP BY o, p;

-- A line's first-pass units lie in the parcels that left first.
CREATE OR REPLACE TEMP TABLE first_passes AS
SELECT o, p, greatest(0, least(units, good - (upto - units))) AS units
FROM (SELECT i.o, i.p, i.units, s.first_pass AS good, h.t, h.placed,
             sum(i.units) OVER (PARTITION BY i.o, i.l ORDER BY h.t, i.p
                                ROWS UNBOUNDED PRECEDING) AS upto
      FROM items AS i JOIN handed AS h USING (o, p) JOIN line_state AS s USING (o, l)) AS i
WHERE counts(placed, t);

-- Of each parcel the actual cost, or its estimate where no actual one is known.
CREATE OR REPLACE TEMP TABLE parcel_costs AS
SELECT o, p, coalesce(sum(v) FILTER (detail = 1), sum(v)) AS v
FROM costs WHERE p <> 0 GROUP BY o, p;

-- One row for each thing that counts for a party: `n` of the count `what`, of order `o`.
CREATE OR REPLACE TEMP TABLE marks AS
WITH of_parcels AS (
    SELECT o, p, 'due' AS what, 1 AS n FROM due_parcels
    UNION ALL
    SELECT o, p, 'shipped_late', 1 FROM due_parcels WHERE coalesce(handed > due, true)
    UNION ALL
    SELECT o, p, 'parcels', 1 FROM handed_parcels
    UNION ALL
    SELECT o, p, 'shipped', units FROM sent_items
    UNION ALL
    SELECT o, p, 'metres', metres FROM handed_parcels WHERE metres >= 0
    UNION ALL
    SELECT o, p, 'measured', 1 FROM handed_parcels WHERE metres >= 0
    UNION ALL
    SELECT o, p, 'arrivals', 1 FROM judged_parcels
    UNION ALL
    SELECT o, p, 'delivered_late', 1 FROM judged_parcels WHERE NOT on_time
    UNION ALL
    SELECT o, p, 'first_pass', units FROM first_passes
    UNION ALL
    SELECT o, p, 'cost_e4', v FROM parcel_costs)
SELECT side, party, o, what, n FROM of_parcels JOIN parties USING (o, p)
UNION ALL
SELECT 'node', node, o, kind, units FROM requests
UNION ALL
SELECT 'node', node, NULL, 'cases_ordered', units FROM closed_cases WHERE node IS NOT NULL
UNION ALL
SELECT 'node', node, NULL, 'cases_in_window', in_window FROM closed_cases WHERE node IS NOT NULL
UNION ALL
SELECT 'node', node, NULL, 'cases_received', received FROM closed_cases WHERE node IS NOT NULL;
