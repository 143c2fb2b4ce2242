-- FIGURES IN SQL, for DuckDB, made by bindings/python/generate.py of the column dictionary, of the
-- lists in src/report and of views_base.sql, views_scorecards.sql and views_ageing.sql.
--
-- Reads frames of docs/formats/columns.md as tables or views of their names, of one engine or host:
--   facts      for the figures and scorecards
--   movements  for ages and exceptions, from the first one on; needs skus
--   nodes      for keys in scorecards, and to know the vendors
--   skus       for the decimals of quantities
-- and what is asked, in tables of its own:
--   asked      one row: by_event BOOLEAN, t_from BIGINT, t_to BIGINT, as_of BIGINT (nanoseconds
--              since 1970, null: open; as_of null: the last fact), class INTEGER (0 normal, 1 test,
--              2 fraud), tolerance BIGINT
--   recorded   (kind VARCHAR): kinds of fact that are watched, also those that never happened
--   asked_ages one row: as_of BIGINT (null: the last movement), decimals INTEGER of units (null: as
--              fine as the finest SKU)
--   bands      (upto BIGINT): upper ends of bands of age, in nanoseconds
--   limits     (state VARCHAR, ns BIGINT): from which age on units of a state are an exception
-- What is not there is made without rows; what is asked, with what the library asks by default.
--
-- Makes, on temporary tables, views with the numbers of docs/rooms/report.md, row by row those of
-- the library; instants are nanoseconds since 1970:
--   kpi_values (kpi, unit, part, whole)
--   node_scores, vendor_scores, carrier_scores   columns of frame node_scorecard
--   ageing_values, exception_values              columns of frames ageing and exceptions
-- Run it again when a table has changed. A KPI with whole 0 has no denominator; whether its facts
-- were ever recorded, frame `kpis` says. A null in a scorecard was never recorded.
-- DuckDB keeps microseconds of zoned instants; finer ones may fall on the other side of a border.

CREATE TABLE IF NOT EXISTS facts (
    "seq" BIGINT, "kind" VARCHAR, "at" TIMESTAMP WITH TIME ZONE, "order" BIGINT, "line" INTEGER,
    "parcel" BIGINT, "sku" INTEGER, "node" INTEGER, "carrier" INTEGER, "units" BIGINT,
    "other" BIGINT, "value" BIGINT, "count" BIGINT, "ref" BIGINT,
    "until" TIMESTAMP WITH TIME ZONE, "detail" INTEGER, "reason" INTEGER);
CREATE TABLE IF NOT EXISTS movements (
    "at" BIGINT, "move" INTEGER, "now" TIMESTAMP WITH TIME ZONE, "verb" VARCHAR, "actor" INTEGER,
    "order" BIGINT, "line" INTEGER, "sku" VARCHAR, "amount" BIGINT, "from" VARCHAR, "to" VARCHAR,
    "node" VARCHAR, "reason" INTEGER, "price_minor" BIGINT, "metres" BIGINT, "type" VARCHAR);
CREATE TABLE IF NOT EXISTS nodes (
    "node" INTEGER, "key" VARCHAR, "kind" VARCHAR, "active" BOOLEAN, "priority" INTEGER,
    "latitude" DOUBLE, "longitude" DOUBLE);
CREATE TABLE IF NOT EXISTS skus (
    "sku" INTEGER, "key" VARCHAR, "decimals" INTEGER, "granule" BIGINT);
CREATE TABLE IF NOT EXISTS asked AS
SELECT false AS by_event, CAST(NULL AS BIGINT) AS t_from, CAST(NULL AS BIGINT) AS t_to,
       CAST(NULL AS BIGINT) AS as_of, 0 AS class, CAST(0 AS BIGINT) AS tolerance;
CREATE TABLE IF NOT EXISTS recorded (kind VARCHAR);
CREATE TABLE IF NOT EXISTS asked_ages AS
SELECT CAST(NULL AS BIGINT) AS as_of, CAST(NULL AS INTEGER) AS decimals;
CREATE TABLE IF NOT EXISTS bands AS
SELECT CAST(unnest([3600, 86400, 604800]) AS BIGINT) * 1000000000 AS upto;
CREATE TABLE IF NOT EXISTS limits (state VARCHAR, ns BIGINT);

CREATE OR REPLACE TEMP VIEW plain_facts AS
SELECT "seq", CAST("kind" AS VARCHAR) AS "kind", epoch_ns("at") AS "at", "order", "line",
       "parcel", "sku", "node", "carrier", "units", "other", "value", "count", "ref",
       epoch_ns("until") AS "until", "detail", "reason"
FROM facts;

-- RELATIONS of the figures, for DuckDB: orders, lines and parcels made of facts, and one table for
-- each population that the definitions of src/report/kpi_list.cpp read. generate.py puts the facts
-- before it and the figures behind it.

CREATE OR REPLACE MACRO to_ms(ns_) AS
    CASE WHEN ns_ >= 0 THEN (2 * ns_ + 1000000) // 2000000
         ELSE -((999999 - 2 * ns_) // 2000000) END;

CREATE OR REPLACE TEMP TABLE all_facts AS
SELECT seq, kind, "at" AS t, "order" AS o, line AS l, parcel AS p, sku, node, carrier, units,
       other, value AS v, "count" AS c, ref, until, detail, reason
FROM plain_facts;

CREATE OR REPLACE TEMP TABLE query AS
SELECT by_event, class, tolerance,
       coalesce(t_from, -9223372036854775808) AS t_from,
       coalesce(t_to, 9223372036854775807) AS t_to,
       coalesce(as_of, (SELECT max(t) FROM all_facts)) AS as_of
FROM asked;

CREATE OR REPLACE TEMP TABLE f AS
SELECT all_facts.* FROM all_facts, query WHERE t <= query.as_of OR kind = 'classified';

CREATE OR REPLACE MACRO within(day_) AS
    coalesce(day_ >= (SELECT t_from FROM query) AND day_ < (SELECT t_to FROM query), false);
-- Something that happened on a day of its own to an order placed on another.
CREATE OR REPLACE MACRO counts(placed_, own_) AS
    within(CASE WHEN (SELECT by_event FROM query) THEN own_ ELSE placed_ END);

-- ---- orders, lines, parcels ---------------------------------------------------------------------

CREATE OR REPLACE TEMP TABLE the_orders AS
SELECT p.o, p.t AS placed, a.t AS authorised, a.until AS not_before
FROM f AS p
LEFT JOIN (SELECT o, arg_max(detail, seq) AS class FROM f WHERE kind = 'classified' GROUP BY o) AS k
    USING (o)
LEFT JOIN (SELECT o, t, until,
                  row_number() OVER (PARTITION BY o ORDER BY seq DESC) AS k
           FROM f WHERE kind = 'authorised') AS a ON a.o = p.o AND a.k = 1
WHERE p.kind = 'placed' AND coalesce(k.class, 0) = (SELECT class FROM query);

CREATE OR REPLACE TEMP TABLE the_lines AS
SELECT f.o, f.l, f.units AS ordered, f.v AS value, the_orders.placed
FROM f JOIN the_orders USING (o) WHERE f.kind = 'ordered';

CREATE OR REPLACE TEMP TABLE promises AS
SELECT x.o, x.l, arg_min(f.until, f.seq) AS first_promise, arg_max(f.until, f.seq) AS last_promise
FROM the_lines AS x JOIN f ON f.kind = 'promised' AND f.o = x.o AND (f.l = 0 OR f.l = x.l)
GROUP BY x.o, x.l;

-- Facts of lines that were ordered.
CREATE OR REPLACE TEMP TABLE g AS
SELECT f.*, x.placed, x.ordered, x.value AS line_value FROM f JOIN the_lines AS x USING (o, l);

CREATE OR REPLACE TEMP TABLE handed AS
SELECT f.o, f.p, arg_max(f.t, f.seq) AS t, arg_max(f.v, f.seq) AS metres,
       any_value(the_orders.placed) AS placed
FROM f JOIN the_orders USING (o) WHERE f.kind = 'handed' GROUP BY f.o, f.p;

CREATE OR REPLACE TEMP TABLE items AS
SELECT o, p, l, sum(units) AS units, sum(greatest(other, units)) AS asked,
       sum((2 * line_value::HUGEINT * units + ordered) // (2 * ordered)) AS revenue
FROM g WHERE kind = 'packed' GROUP BY o, p, l;

CREATE OR REPLACE TEMP TABLE scans AS
SELECT o, p, l, sum(units) AS units, max(t) AS t FROM g WHERE kind = 'delivered' GROUP BY o, p, l;

CREATE OR REPLACE TEMP TABLE the_parcels AS
SELECT h.o, h.p, h.t AS handed, h.metres, h.placed, i.promise, i.whole, s.arrived,
       coalesce(s.arrived, i.promise) AS judged,
       coalesce(s.arrived <= i.promise, false) AS on_time
FROM handed AS h
LEFT JOIN (SELECT items.o, items.p, min(first_promise) AS promise,
                  bool_and(coalesce(scans.units, 0) >= items.asked) AS whole
           FROM items LEFT JOIN promises USING (o, l) LEFT JOIN scans USING (o, p, l)
           GROUP BY items.o, items.p) AS i USING (o, p)
LEFT JOIN (SELECT o, p, max(t) AS arrived FROM scans GROUP BY o, p) AS s USING (o, p);

CREATE OR REPLACE TEMP TABLE line_state AS
SELECT x.o, x.l, x.ordered, x.placed, pr.first_promise, pr.last_promise,
       coalesce(s.shipped, 0) AS shipped,
       coalesce(e.delivered, 0) AS delivered, coalesce(e.late, 0) AS late,
       coalesce(e.cancelled, 0) AS cancelled, coalesce(e.spoilt, 0) AS spoilt,
       least(coalesce(s.shipped, 0), x.ordered,
             x.ordered - least(x.ordered, coalesce(e.spoilt, 0))) AS first_pass
FROM the_lines AS x
LEFT JOIN promises AS pr USING (o, l)
LEFT JOIN (SELECT o, l, sum(units) AS shipped FROM items JOIN handed USING (o, p) GROUP BY o, l)
    AS s USING (o, l)
LEFT JOIN (SELECT g.o, g.l,
                  sum(units) FILTER (kind = 'delivered') AS delivered,
                  sum(units) FILTER (kind = 'delivered' AND t > first_promise) AS late,
                  sum(units) FILTER (kind = 'cancelled') AS cancelled,
                  sum(units) FILTER (kind IN ('backordered', 'substituted')) AS spoilt
           FROM g LEFT JOIN promises USING (o, l) GROUP BY g.o, g.l) AS e USING (o, l);

CREATE OR REPLACE TEMP TABLE order_state AS
SELECT x.o, x.placed, x.authorised, x.not_before, h.first_handed AS shipped, h.parcels, e.received,
       CASE WHEN n.settled THEN greatest(h.last_handed, e.last_cancel) END AS settled,
       CASE WHEN n.closed THEN greatest(e.received, e.last_cancel) END AS closed,
       coalesce(n.closed AND e.received IS NOT NULL, false) AS is_delivered,
       coalesce(n.in_full, false) AS in_full, coalesce(n.on_time, false) AS on_time,
       coalesce(n.untouched, false) AS untouched, coalesce(n.kept, false) AS kept,
       coalesce(n.promised, false) AS promised, n.units, n.good, n.lines, n.good_lines
FROM the_orders AS x
LEFT JOIN (SELECT o, bool_and(shipped + cancelled >= ordered) AS settled,
                  bool_and(delivered + cancelled >= ordered) AS closed,
                  bool_and(delivered >= ordered) AS in_full,
                  bool_and(delivered >= ordered AND late = 0 AND first_promise IS NOT NULL)
                      AS on_time,
                  bool_and(spoilt = 0) AS untouched,
                  bool_and(delivered = 0 OR (first_promise IS NOT NULL AND late = 0)) AS kept,
                  bool_or(first_promise IS NOT NULL) AS promised,
                  sum(ordered) AS units, sum(first_pass) AS good, count(*) AS lines,
                  count(*) FILTER (first_pass = ordered) AS good_lines
           FROM line_state GROUP BY o) AS n USING (o)
LEFT JOIN (SELECT o, min(t) AS first_handed, max(t) AS last_handed, count(*) AS parcels
           FROM handed GROUP BY o) AS h USING (o)
LEFT JOIN (SELECT o, max(t) FILTER (kind = 'delivered') AS received,
                  max(t) FILTER (kind = 'cancelled') AS last_cancel FROM g GROUP BY o) AS e
    USING (o);

-- Facts of orders, one by one.
CREATE OR REPLACE TEMP TABLE e AS SELECT f.*, x.placed FROM f JOIN the_orders AS x USING (o);

-- ---- samples of medians -------------------------------------------------------------------------

CREATE OR REPLACE TEMP TABLE backlog AS
SELECT o, l, t, placed, greatest(0, least(units, upto - coalesce(gone, 0))) AS units
FROM (SELECT o, l, t, placed, units,
             sum(units) OVER (PARTITION BY o, l ORDER BY t, seq
                              ROWS UNBOUNDED PRECEDING) AS upto
      FROM g WHERE kind = 'backordered') AS b
LEFT JOIN (SELECT o, l, sum(units) AS gone FROM g WHERE kind = 'resumed' GROUP BY o, l) AS r
    USING (o, l);

CREATE OR REPLACE TEMP TABLE refunds AS
SELECT r.o, r.placed, r.t, r.t - arg_min(b.t, b.seq) AS ns
FROM e AS r JOIN g AS b ON b.kind = 'returned' AND b.o = r.o AND b.ref = r.ref
WHERE r.kind = 'refunded' GROUP BY r.o, r.placed, r.t, r.seq;

CREATE OR REPLACE TEMP TABLE samples AS
SELECT 'cycle_time' AS sample, received - authorised AS ns, 1 AS weight FROM order_state
WHERE is_delivered AND authorised IS NOT NULL AND counts(placed, closed)
UNION ALL
SELECT 'return_speed', ns, 1 FROM refunds WHERE counts(placed, t)
UNION ALL
SELECT 'backorder_age', (SELECT as_of FROM query) - t, units FROM backlog
WHERE units > 0 AND counts(placed, t);

CREATE OR REPLACE TEMP TABLE ranked AS
SELECT sample, ns, sum(weight) OVER (PARTITION BY sample ORDER BY ns ROWS UNBOUNDED PRECEDING)
           AS upto,
       sum(weight) OVER (PARTITION BY sample) AS n
FROM samples;

CREATE OR REPLACE MACRO nearest_rank(name_, per_mille_) AS TABLE
SELECT ns FROM ranked WHERE sample = name_ AND upto >= (n * per_mille_ + 999) // 1000;

-- ---- populations --------------------------------------------------------------------------------

CREATE OR REPLACE TEMP TABLE placed_orders AS SELECT * FROM order_state WHERE within(placed);

CREATE OR REPLACE TEMP TABLE placed_lines AS SELECT * FROM line_state WHERE within(placed);

CREATE OR REPLACE TEMP TABLE delivered_orders AS
SELECT * FROM order_state
WHERE is_delivered AND authorised IS NOT NULL AND counts(placed, closed);

CREATE OR REPLACE TEMP TABLE closed_orders AS
SELECT s.*, coalesce(d.documents, true) AS documents, coalesce(d.condition, true) AS condition
FROM order_state AS s
LEFT JOIN (SELECT o, NOT bool_or(detail = 6) AS documents,
                  NOT bool_or(detail IN (0, 1, 2, 3)) AS condition
           FROM e WHERE kind = 'defect' GROUP BY o) AS d USING (o)
WHERE counts(placed, closed);

CREATE OR REPLACE TEMP TABLE settled_orders AS
SELECT * FROM order_state WHERE counts(placed, settled);

CREATE OR REPLACE TEMP TABLE manual_orders AS SELECT DISTINCT o FROM e WHERE kind = 'manual';

CREATE OR REPLACE TEMP TABLE judged_parcels AS
SELECT * FROM the_parcels
WHERE promise IS NOT NULL AND (arrived IS NOT NULL OR promise <= (SELECT as_of FROM query))
  AND counts(placed, judged);

CREATE OR REPLACE TEMP TABLE handed_parcels AS
SELECT the_parcels.*, coalesce(v.valid, 0) = 1 AS valid FROM the_parcels
LEFT JOIN (SELECT o, p, arg_max(detail, seq) AS valid FROM e WHERE kind = 'tracked'
           GROUP BY o, p) AS v USING (o, p)
WHERE counts(placed, handed);

CREATE OR REPLACE TEMP TABLE due_parcels AS
SELECT o, p, d.until AS due, h.t AS handed
FROM (SELECT o, p, arg_max(until, seq) AS until, any_value(placed) AS placed FROM e
      WHERE kind = 'due' GROUP BY o, p) AS d
LEFT JOIN handed AS h USING (o, p)
WHERE d.until <= (SELECT as_of FROM query) AND counts(d.placed, d.until);

CREATE OR REPLACE TEMP TABLE shipped_orders AS
SELECT x.o, x.parcels, m.promises FROM order_state AS x
JOIN (SELECT o, count(DISTINCT coalesce(promise, 9223372036854775807)) AS promises
      FROM the_parcels GROUP BY o) AS m USING (o)
WHERE x.shipped IS NOT NULL AND counts(x.placed, x.shipped);

CREATE OR REPLACE TEMP TABLE costs AS
SELECT o, p, detail, v FROM e WHERE kind = 'cost' AND counts(placed, t);

CREATE OR REPLACE TEMP TABLE cancels AS
SELECT * FROM g WHERE kind = 'cancelled' AND counts(placed, t);

CREATE OR REPLACE TEMP TABLE defects AS
SELECT * FROM e WHERE kind = 'defect' AND counts(placed, t);

CREATE OR REPLACE TEMP TABLE backorders AS
SELECT * FROM g WHERE kind = 'backordered' AND counts(placed, t);

CREATE OR REPLACE TEMP TABLE requests AS
SELECT * FROM g WHERE kind IN ('requested', 'rejected') AND counts(placed, t);

CREATE OR REPLACE TEMP TABLE sent_items AS
SELECT * FROM (SELECT i.*, h.t, h.placed FROM items AS i JOIN handed AS h USING (o, p))
WHERE counts(placed, t);

-- What came back, and when it had left: of a parcel, or of the first that held the line.
CREATE OR REPLACE TEMP TABLE came_back AS
WITH first_of AS (SELECT o, l, min(t) AS t FROM items JOIN handed USING (o, p) GROUP BY o, l),
     known AS (SELECT DISTINCT o, p FROM e
               WHERE kind IN ('due', 'handed', 'tracked') AND p <> 0
               UNION SELECT DISTINCT o, p FROM g WHERE kind IN ('packed', 'delivered'))
SELECT g.o, g.l, g.t, g.units, g.v, g.placed,
       CASE WHEN known.p IS NULL THEN first_of.t ELSE handed.t END AS left_at
FROM g
LEFT JOIN known USING (o, p)
LEFT JOIN handed ON handed.o = g.o AND handed.p = g.p
LEFT JOIN first_of ON first_of.o = g.o AND first_of.l = g.l
WHERE g.kind = 'returned';

CREATE OR REPLACE TEMP TABLE returns_of_sent AS
SELECT * FROM came_back WHERE left_at IS NOT NULL AND counts(placed, left_at);

CREATE OR REPLACE TEMP TABLE first_decisions AS
SELECT units, other
FROM (SELECT *, row_number() OVER (PARTITION BY o ORDER BY t, seq) AS k FROM e
      WHERE kind = 'decided')
WHERE k = 1 AND counts(placed, t);

CREATE OR REPLACE TEMP TABLE planned_orders AS
SELECT o, sum(c) AS parcels, sum(v) AS cost FROM e
WHERE kind = 'decided' AND c > 0 AND counts(placed, t) GROUP BY o;

CREATE OR REPLACE TEMP TABLE last_counts AS
SELECT x.u AS counted, x.r AS on_record, tolerance
FROM (SELECT sku, node, arg_max(struct_pack(u := units, r := other),
                                struct_pack(t := t, seq := seq)) AS x
      FROM f WHERE kind = 'counted' AND within(t) GROUP BY sku, node), query;

-- Purchase lines whose window has closed, filled in order of arrival.
CREATE OR REPLACE TEMP TABLE closed_cases AS
WITH lines AS (SELECT ref, arg_max(units, seq) AS units, arg_max(t, seq) AS opens,
                      arg_max(until, seq) AS closes,
                      arg_max(struct_pack(id := node), seq).id AS node
               FROM f WHERE kind = 'cases_ordered' AND until <= (SELECT as_of FROM query)
               AND within(until) GROUP BY ref),
     got AS (SELECT lines.*, r.t, r.units AS n,
                    sum(r.units) OVER (PARTITION BY ref ORDER BY r.t, r.seq
                                       ROWS UNBOUNDED PRECEDING) AS upto
             FROM lines JOIN f AS r USING (ref) WHERE r.kind = 'cases_received'),
     taken AS (SELECT ref, t BETWEEN opens AND closes AS on_time,
                      greatest(0, least(n, units - (upto - n))) AS n FROM got)
SELECT lines.ref, node, units, received, in_window FROM lines
LEFT JOIN (SELECT ref, sum(n) AS received, sum(n) FILTER (on_time) AS in_window
           FROM taken GROUP BY ref) USING (ref);

CREATE OR REPLACE TEMP TABLE capacities AS SELECT * FROM f WHERE kind = 'capacity' AND within(t);

CREATE OR REPLACE TEMP TABLE stockouts AS SELECT * FROM f WHERE kind = 'stockout' AND within(t);

-- ---- figures ------------------------------------------------------------------------------------

CREATE OR REPLACE VIEW kpi_values AS
SELECT kpi, unit, coalesce(part, 0) AS part, coalesce(whole, 0) AS whole FROM (
SELECT 'cycle_time_mean', 'ms',
       to_ms(sum(received - authorised)),
       count(*)
FROM delivered_orders
UNION ALL
SELECT 'cycle_time_p50', 'ms',
       to_ms(min(ns)),
       least(count(*), 1)
FROM nearest_rank('cycle_time', 500)
UNION ALL
SELECT 'cycle_time_p90', 'ms',
       to_ms(min(ns)),
       least(count(*), 1)
FROM nearest_rank('cycle_time', 900)
UNION ALL
SELECT 'dwell_mean', 'ms',
       to_ms(sum(not_before - authorised) FILTER (not_before > authorised)),
       count(*) FILTER (not_before > authorised)
FROM delivered_orders
UNION ALL
SELECT 'cycle_time_net_mean', 'ms',
       to_ms(sum(greatest(0, received - greatest(authorised, coalesce(not_before, authorised))))),
       count(*)
FROM delivered_orders
UNION ALL
SELECT 'undelivered', 'share',
       count(*) FILTER (closed IS NULL),
       count(*)
FROM placed_orders
UNION ALL
SELECT 'perfect_order', 'share',
       count(*) FILTER (in_full AND on_time AND documents AND condition),
       count(*)
FROM closed_orders
UNION ALL
SELECT 'perfect_in_full', 'share',
       count(*) FILTER (in_full),
       count(*)
FROM closed_orders
UNION ALL
SELECT 'perfect_on_time', 'share',
       count(*) FILTER (on_time),
       count(*)
FROM closed_orders
UNION ALL
SELECT 'perfect_documents', 'share',
       count(*) FILTER (documents),
       count(*)
FROM closed_orders
UNION ALL
SELECT 'perfect_condition', 'share',
       count(*) FILTER (condition),
       count(*)
FROM closed_orders
UNION ALL
SELECT 'otif_order', 'share',
       count(*) FILTER (in_full AND on_time AND untouched),
       count(*)
FROM closed_orders
UNION ALL
SELECT 'otif_fulfilment', 'share',
       count(*) FILTER (on_time AND whole),
       count(*)
FROM judged_parcels
UNION ALL
SELECT 'otif_cases_on_time', 'share',
       sum(in_window),
       sum(units)
FROM closed_cases
UNION ALL
SELECT 'otif_cases_in_full', 'share',
       sum(received),
       sum(units)
FROM closed_cases
UNION ALL
SELECT 'unit_fill', 'share',
       sum(good),
       sum(units)
FROM settled_orders
UNION ALL
SELECT 'line_fill', 'share',
       sum(good_lines),
       sum(lines)
FROM settled_orders
UNION ALL
SELECT 'order_fill', 'share',
       count(*) FILTER (lines > 0 AND good = units),
       count(*) FILTER (lines > 0)
FROM settled_orders
UNION ALL
SELECT 'on_time_shipment', 'share',
       count(*) FILTER (handed <= due),
       count(*)
FROM due_parcels
UNION ALL
SELECT 'on_time_delivery', 'share',
       count(*) FILTER (on_time),
       count(*)
FROM judged_parcels
UNION ALL
SELECT 'missing_scan', 'share',
       count(*) FILTER (arrived IS NULL),
       count(*)
FROM judged_parcels
UNION ALL
SELECT 'valid_tracking', 'share',
       count(*) FILTER (valid),
       count(*)
FROM handed_parcels
UNION ALL
SELECT 'cancelled_units', 'share',
       (SELECT sum(units) FROM cancels),
       sum(units)
FROM placed_orders
UNION ALL
SELECT 'cancelled_by_seller', 'share',
       (SELECT count(DISTINCT o) FROM cancels WHERE detail = 1),
       count(*)
FROM placed_orders
UNION ALL
SELECT 'cancelled_by_seller_units', 'share',
       (SELECT sum(units) FROM cancels WHERE detail = 1),
       sum(units)
FROM placed_orders
UNION ALL
SELECT 'cancelled_for_shortage', 'share',
       (SELECT count(DISTINCT o) FROM cancels WHERE detail = 1 AND reason = 1),
       count(*)
FROM placed_orders
UNION ALL
SELECT 'cancelled_by_customer', 'share',
       (SELECT count(DISTINCT o) FROM cancels WHERE detail = 2),
       count(*)
FROM placed_orders
UNION ALL
SELECT 'cancelled_as_fraud', 'share',
       (SELECT count(DISTINCT o) FROM cancels WHERE detail = 3),
       count(*)
FROM placed_orders
UNION ALL
SELECT 'order_defect', 'share',
       (SELECT count(DISTINCT o) FROM defects WHERE detail <> 6),
       count(*)
FROM placed_orders
UNION ALL
SELECT 'item_rejection', 'share',
       sum(units) FILTER (kind = 'rejected'),
       sum(units) FILTER (kind = 'requested')
FROM requests
UNION ALL
SELECT 'return_rate', 'share',
       (SELECT sum(units) FROM returns_of_sent),
       sum(units)
FROM sent_items
UNION ALL
SELECT 'return_rate_mixed', 'share',
       (SELECT sum(units) FROM came_back WHERE counts(placed, t)),
       sum(units)
FROM sent_items
UNION ALL
SELECT 'return_value', 'share',
       (SELECT sum(v) FROM returns_of_sent),
       sum(revenue)
FROM sent_items
UNION ALL
SELECT 'split_rate', 'share',
       count(*) FILTER (parcels > 1),
       count(*)
FROM shipped_orders
UNION ALL
SELECT 'split_by_promise', 'share',
       count(*) FILTER (parcels > 1 AND promises > 1),
       count(*)
FROM shipped_orders
UNION ALL
SELECT 'split_by_sourcing', 'share',
       count(*) FILTER (parcels > 1 AND promises = 1),
       count(*)
FROM shipped_orders
UNION ALL
SELECT 'parcels_per_order', 'count',
       sum(parcels),
       count(*)
FROM shipped_orders
UNION ALL
SELECT 'cost_estimate', 'e4',
       (SELECT sum(v) FROM costs WHERE detail = 0),
       count(*)
FROM shipped_orders
UNION ALL
SELECT 'cost_actual', 'e4',
       (SELECT sum(v) FROM costs WHERE detail = 1),
       count(*)
FROM shipped_orders
UNION ALL
SELECT 'record_accuracy', 'share',
       count(*) FILTER (abs(counted - on_record) <= tolerance),
       count(*)
FROM last_counts
UNION ALL
SELECT 'record_accuracy_units', 'share',
       sum(on_record - abs(counted - on_record)),
       sum(on_record)
FROM last_counts
UNION ALL
SELECT 'backorder_rate', 'share',
       (SELECT sum(units) FROM backorders),
       sum(units)
FROM placed_orders
UNION ALL
SELECT 'backorder_age_p50', 'ms',
       to_ms(min(ns)),
       least(count(*), 1)
FROM nearest_rank('backorder_age', 500)
UNION ALL
SELECT 'backorder_age_p90', 'ms',
       to_ms(min(ns)),
       least(count(*), 1)
FROM nearest_rank('backorder_age', 900)
UNION ALL
SELECT 'promise_accuracy', 'share',
       count(*) FILTER (promised AND is_delivered AND kept),
       count(*) FILTER (promised)
FROM closed_orders
UNION ALL
SELECT 'promise_accuracy_delivered', 'share',
       count(*) FILTER (promised AND is_delivered AND kept),
       count(*) FILTER (promised AND is_delivered)
FROM closed_orders
UNION ALL
SELECT 'promise_shift_mean', 'ms',
       to_ms(sum(last_promise - first_promise)),
       count(first_promise)
FROM placed_lines
UNION ALL
SELECT 'planned_fill', 'share',
       sum(units),
       sum(other)
FROM first_decisions
UNION ALL
SELECT 'planned_cost', 'e4',
       sum(cost),
       count(*)
FROM planned_orders
UNION ALL
SELECT 'planned_parcels', 'count',
       sum(parcels),
       count(*)
FROM planned_orders
UNION ALL
SELECT 'metres_per_parcel', 'm',
       sum(metres) FILTER (metres >= 0),
       count(*) FILTER (metres >= 0)
FROM handed_parcels
UNION ALL
SELECT 'capacity_use', 'share',
       sum(units),
       sum(other)
FROM capacities
UNION ALL
SELECT 'stockout_time', 'share',
       to_ms(sum(units) * 1000000),
       sum(other)
FROM stockouts
UNION ALL
SELECT 'return_speed_p50', 'ms',
       to_ms(min(ns)),
       least(count(*), 1)
FROM nearest_rank('return_speed', 500)
UNION ALL
SELECT 'return_speed_p90', 'ms',
       to_ms(min(ns)),
       least(count(*), 1)
FROM nearest_rank('return_speed', 900)
UNION ALL
SELECT 'touchless', 'share',
       count(*) FILTER (o NOT IN (SELECT o FROM manual_orders)),
       count(*)
FROM settled_orders
) AS figures (kpi, unit, part, whole);

-- ---- scorecards ---------------------------------------------------------------------------------

CREATE OR REPLACE TEMP TABLE score_needs AS SELECT * FROM (VALUES
    ('requested', 'requested'),
    ('rejected', 'rejected'),
    ('parcels', 'handed'),
    ('shipped', 'packed'),
    ('shipped', 'handed'),
    ('first_pass', 'packed'),
    ('first_pass', 'handed'),
    ('first_pass', 'backordered'),
    ('due', 'due'),
    ('shipped_late', 'due'),
    ('shipped_late', 'handed'),
    ('arrivals', 'promised'),
    ('arrivals', 'delivered'),
    ('delivered_late', 'promised'),
    ('delivered_late', 'delivered'),
    ('cost_e4', 'cost'),
    ('metres', 'distance'),
    ('measured', 'distance'),
    ('cases_ordered', 'cases_ordered'),
    ('cases_in_window', 'cases_ordered'),
    ('cases_in_window', 'cases_received'),
    ('cases_received', 'cases_ordered'),
    ('cases_received', 'cases_received')
) AS v ("count", kind);

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

CREATE OR REPLACE TEMP TABLE scores AS
SELECT side, party,
       count(DISTINCT o) FILTER (what IN ('parcels', 'requested', 'rejected')) AS orders,
       known('requested', sum(n) FILTER (what = 'requested')) AS "requested",
       known('rejected', sum(n) FILTER (what = 'rejected')) AS "rejected",
       known('parcels', sum(n) FILTER (what = 'parcels')) AS "parcels",
       known('shipped', sum(n) FILTER (what = 'shipped')) AS "shipped",
       known('first_pass', sum(n) FILTER (what = 'first_pass')) AS "first_pass",
       known('due', sum(n) FILTER (what = 'due')) AS "due",
       known('shipped_late', sum(n) FILTER (what = 'shipped_late')) AS "shipped_late",
       known('arrivals', sum(n) FILTER (what = 'arrivals')) AS "arrivals",
       known('delivered_late', sum(n) FILTER (what = 'delivered_late')) AS "delivered_late",
       known('cost_e4', sum(n) FILTER (what = 'cost_e4')) AS "cost_e4",
       known('metres', sum(n) FILTER (what = 'metres')) AS "metres",
       known('measured', sum(n) FILTER (what = 'measured')) AS "measured",
       known('cases_ordered', sum(n) FILTER (what = 'cases_ordered')) AS "cases_ordered",
       known('cases_in_window', sum(n) FILTER (what = 'cases_in_window')) AS "cases_in_window",
       known('cases_received', sum(n) FILTER (what = 'cases_received')) AS "cases_received"
FROM marks GROUP BY side, party
HAVING bool_or(what IN ('parcels', 'requested', 'rejected', 'due', 'arrivals', 'cases_ordered'));

CREATE OR REPLACE VIEW node_scores AS
SELECT party, nodes.key AS key,
       orders, "requested", "rejected", "parcels", "shipped", "first_pass", "due", "shipped_late",
       "arrivals", "delivered_late", "cost_e4", "metres", "measured", "cases_ordered",
       "cases_in_window", "cases_received"
FROM scores LEFT JOIN nodes ON nodes.node = party WHERE side = 'node'
ORDER BY party;

CREATE OR REPLACE VIEW vendor_scores AS
SELECT party, nodes.key AS key,
       orders, "requested", "rejected", "parcels", "shipped", "first_pass", "due", "shipped_late",
       "arrivals", "delivered_late", "cost_e4", "metres", "measured", "cases_ordered",
       "cases_in_window", "cases_received"
FROM scores JOIN nodes ON nodes.node = party WHERE side = 'node'
    AND CAST(nodes.kind AS VARCHAR) = 'vendor'
ORDER BY party;

CREATE OR REPLACE VIEW carrier_scores AS
SELECT party, CAST(NULL AS VARCHAR) AS key,
       orders, "requested", "rejected", "parcels", "shipped", "first_pass", "due", "shipped_late",
       "arrivals", "delivered_late", "cost_e4", "metres", "measured", "cases_ordered",
       "cases_in_window", "cases_received"
FROM scores WHERE side = 'carrier'
ORDER BY party;

-- ---- ages ---------------------------------------------------------------------------------------

CREATE OR REPLACE TEMP VIEW plain_movements AS
SELECT "at", "move", epoch_ns("now") AS "now", CAST("verb" AS VARCHAR) AS "verb", "actor",
       "order", "line", CAST("sku" AS VARCHAR) AS "sku", "amount",
       CAST("from" AS VARCHAR) AS "from", CAST("to" AS VARCHAR) AS "to",
       CAST("node" AS VARCHAR) AS "node", "reason", "price_minor", "metres",
       CAST("type" AS VARCHAR) AS "type"
FROM movements;

CREATE OR REPLACE TEMP TABLE waits AS SELECT * FROM (VALUES
    (0, 'open', false, 'not_sourced'),
    (1, 'backordered', false, 'no_stock'),
    (2, 'reserved', true, 'no_node'),
    (3, 'allocated', true, 'not_released'),
    (4, 'released', true, 'not_shipped'),
    (5, 'picked', true, 'not_shipped'),
    (6, 'packed', true, 'not_shipped'),
    (7, 'shipped', true, 'not_delivered')
) AS v (place, state, at_node, reason);

-- AGEING AND EXCEPTIONS: how long units have stood where they stand. A fold over movements: of one
-- line, state and node, who came first leaves first. generate.py puts before it the movements and
-- the table `waits` (state, place, at_node, reason: the states that are not final, in order).

CREATE OR REPLACE TEMP TABLE age_query AS
SELECT coalesce(as_of, (SELECT max(now) FROM plain_movements)) AS as_of,
       coalesce(decimals, (SELECT max(decimals) FROM skus)) AS decimals
FROM asked_ages;

-- An amount in 10^-decimals; never rounded.
CREATE OR REPLACE MACRO scaled(atoms_, from_, to_) AS
    CASE WHEN from_ IS NULL THEN error('movements: a SKU is not in table skus')
         WHEN from_ <= to_ THEN atoms_ * CAST(power(10, to_ - from_) AS BIGINT)
         WHEN atoms_ % CAST(power(10, from_ - to_) AS BIGINT) <> 0
         THEN error('asked_ages: amounts are finer than that many decimals')
         ELSE atoms_ // CAST(power(10, from_ - to_) AS BIGINT) END;

CREATE OR REPLACE TEMP TABLE moves AS
SELECT row_number() OVER (ORDER BY "at", move) AS k, now, verb, actor, "order", line, m.sku,
       "from", "to", node, scaled(amount, skus.decimals, age_query.decimals) AS units
FROM plain_movements AS m LEFT JOIN skus ON skus.key = m.sku CROSS JOIN age_query;

-- What comes (units > 0) and goes (units < 0), by the pile that it comes to or leaves.
CREATE OR REPLACE TEMP TABLE steps AS
WITH both_ways AS (
    SELECT 2 * k AS k, "from" AS state, -units AS units,
           now, verb, actor, "order", line, sku, node FROM moves WHERE "from" IS NOT NULL
    UNION ALL
    SELECT 2 * k + 1, "to", units, now, verb, actor, "order", line, sku, node FROM moves),
placed AS (
    SELECT b.* REPLACE (CASE WHEN at_node THEN node END AS node)
    FROM both_ways AS b JOIN waits USING (state))
SELECT *, CASE WHEN sum(units) OVER (PARTITION BY "order", line, state, node
                                     ORDER BY k ROWS UNBOUNDED PRECEDING) < 0
               THEN error('movements: units left a state that they never came to') END AS complaint
FROM placed;

-- A pile after each step: its stands, the oldest first. Records of several callers may carry
-- instants that do not ascend, so that who came first is known only step by step.
CREATE OR REPLACE MACRO came(pile_, new_) AS
    list_concat(list_concat(list_filter(pile_, lambda s: s.since <= new_.since), [new_]),
                list_filter(pile_, lambda s: s.since > new_.since));
CREATE OR REPLACE MACRO went(pile_, units_) AS
    list_filter(list_transform(pile_, lambda s, i: struct_pack(
        since := s.since, verb := s.verb, actor := s.actor,
        units := greatest(0, least(s.units, list_sum(list_transform(pile_[1:i], lambda b: b.units))
                                            - units_)))),
        lambda s: s.units > 0);

CREATE OR REPLACE TEMP TABLE numbered AS
SELECT *, row_number() OVER (PARTITION BY "order", line, state, node ORDER BY k) AS turn,
       count(*) OVER (PARTITION BY "order", line, state, node) AS turns
FROM steps WHERE complaint IS NULL;

CREATE OR REPLACE TEMP TABLE stands AS
WITH RECURSIVE piles AS (
    SELECT "order", line, sku, state, node, turn, turns,
           [struct_pack(since := now, verb := verb, actor := actor, units := units)] AS pile
    FROM numbered WHERE turn = 1
    UNION ALL
    SELECT n."order", n.line, n.sku, n.state, n.node, n.turn, n.turns,
           CASE WHEN n.units > 0
                THEN came(pile, struct_pack(since := n.now, verb := n.verb, actor := n.actor,
                                            units := n.units))
                ELSE went(pile, -n.units) END
    FROM piles AS p JOIN numbered AS n
        ON n.turn = p.turn + 1 AND n."order" = p."order" AND n.line = p.line
        AND n.state = p.state AND n.node IS NOT DISTINCT FROM p.node)
SELECT "order", line, sku, state, node, s.since, s.verb, s.actor, s.units
FROM (SELECT *, unnest(pile) AS s FROM piles WHERE turn = turns);

CREATE OR REPLACE TEMP TABLE ages AS
SELECT stands.*, waits.place, waits.reason,
       CASE WHEN since >= as_of THEN 0
            ELSE CAST(least(CAST(as_of AS HUGEINT) - since, 9223372036854775807) AS BIGINT) END
           AS age
FROM stands JOIN waits USING (state), age_query;

CREATE OR REPLACE VIEW ageing_values AS
SELECT state, reason, age_from, age_to, CAST(sum(units) AS BIGINT) AS units,
       count(DISTINCT "order") AS orders, min(since) AS oldest
FROM (SELECT *, coalesce((SELECT max(upto) FROM bands WHERE upto <= age), 0) AS age_from,
             (SELECT min(upto) FROM bands WHERE upto > age) AS age_to FROM ages)
GROUP BY state, place, reason, age_from, age_to ORDER BY place, age_from;

CREATE OR REPLACE VIEW exception_values AS
SELECT reason, state, "order", line, sku, node, units, since, age, verb, actor
FROM ages JOIN limits USING (state) WHERE age >= ns ORDER BY since, "order", line, place, node;
