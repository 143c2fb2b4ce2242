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
