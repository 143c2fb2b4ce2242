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
