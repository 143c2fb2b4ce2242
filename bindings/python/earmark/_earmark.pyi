# The face of the compiled module, made of it by bindings/python/generate.py. `now` is in
# nanoseconds UTC; what the columns of frames hold is in docs/formats/columns.md.
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, overload

import numpy as np
import numpy.typing as npt

from .errors import EarmarkError as EarmarkError

class ArrowStream(Protocol):
    """Whatever has columns by the Arrow C data interface."""
    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...

class ArrowArray(Protocol):
    """One column, or a batch of them, by the Arrow C data interface."""
    def __arrow_c_array__(self, requested_schema: object = None) -> object: ...

Column = npt.ArrayLike | Sequence[str] | ArrowStream | ArrowArray
Table = Mapping[str, Any] | ArrowStream | ArrowArray
Progress = Callable[[int, int], object]

class Engine:
    """An order management engine; all state lives in the object."""
    def __init__(self, *, journal: str = '', max_orders: int = 16777216,
                 max_cells: int = 67108864, max_keys: int = 16777216) -> None:
        """With `journal`, a path: the engine is what the journal says, and writes to it."""
    @overload
    def activate(self, policy: str, now: int = 0, *, actor: str | None = None) -> int:
        """Compiles a policy (TOML) and uses it from now on; returns its version."""
    @overload
    def activate(self, policy: Policy, now: int = 0, *, actor: str | None = None) -> int:
        """The same with a Policy."""
    def activate_workflow(self, workflow: object, now: int = 0, *,
                          actor: str | None = None) -> int:
        """A workflow (TOML or Workflow) for new orders of its type; its version."""
    def adjust(self, sku: str, node: str, delta: int, *, reason: str = 'correction', now: int = 0,
               actor: str | None = None) -> int:
        """A physical change; returns how many granules of promises it uncovered."""
    def adjust_pool(self, pool: int, delta: int, *, reason: str = 'correction', now: int = 0,
                    actor: str | None = None) -> None:
        """Changes how much there is of a pool, by its id."""
    def advance(self, now: int) -> int:
        """Moves engine time; returns how many reservations expired and holds were due."""
    def ageing(self, *args, **kwargs) -> Any:
        """The same of report(), which reads the whole journal; keep one to ask more than once."""
    def allowed(self, order: int) -> list[Any]:
        """What may be done with its units, and why not (docs/formats/workflow.md)."""
    def amend(self, order: int, changes: Iterable = (), *, place: str | None = None,
              method: str | None = None, deliver_by: str | None = None,
              priority: int | None = None, base_version: int = 0, edit: int = 0, reason: int = 0,
              preview: bool = False, key: str = '', actor: str | None = None,
              now: int = 0) -> dict[str, Any]:
        """Changes what an order asks for, all of it or (Refused, with everything that stands in
        the way) nothing. `changes`: dicts with line (from 1) and what it is to be, amount (atoms
        in all, without the cancelled), node (key of its firm node, None: any), or its own place,
        method and deliver_by (None: as the order says); without line a new one, with sku, amount,
        price_minor, set. `base_version`: of the order that was seen; `edit`: number of a hold
        that ends with the change; `preview`: change nothing. What becomes of lines (line, sku,
        before, after) and of units (line, from, to, node, amount); `asks` are those that a node
        has to agree to first (line, node, amount)."""
    def amend_rules(self) -> dict[str, Any]:
        """What amendments may: by change, then by state, allow, ignore or deny."""
    def audit(self, *, exact: bool = False) -> Frame:
        """Recomputes what is stored, beside whoever works, or (exact) with the engine held still.
        Frame `findings`: all is well where `list` is `sound` or `unchecked` only."""
    @overload
    def available(self, skus: int, nodes: int | None = None, floor: int = 0) -> int:
        """Units free of one SKU, at a node or (None) over all nodes."""
    @overload
    def available(self, skus: Column, nodes: Column | None = None, *, floor: int = 0,
                  progress: Progress | None = None) -> npt.NDArray[np.int64]:
        """Units free per SKU, at a node each or (None) over all nodes."""
    def available_to(self, skus: Column, nodes: Column | None = None, *,
                     channel: str | None = None, use: str = 'selling',
                     group: Column | None = None,
                     progress: Progress | None = None) -> npt.NDArray[np.int64]:
        """The same by the floor rules of a channel, or as `sourcing` sees it. `group`: ids of
        nodes to sum over, each with its floor, in place of all."""
    def available_together(self, skus: Column, nodes: Column | None = None, *,
                           channel: str | None = None, use: str = 'selling',
                           group: Column | None = None) -> npt.NDArray[np.int64]:
        """The same of up to 64 cells at one instant: no reservation is seen in part."""
    def balance(self) -> dict[str, Any]:
        """Granules by where they are, over all cells and orders."""
    def buckets(self) -> Frame:
        """Frame: the units of all lines, by state and node."""
    def bulk(self, action: str, orders: Column, *, hold_type: str | None = None,
             accept: bool = True, reason: int = 0, key: str = '', actor: str | None = None,
             now: int = 0) -> Frame:
        """One command to many orders, hold, resolve (every active hold of `hold_type`), source,
        release or cancel: each is a step of its own with an answer of its own. Hold, resolve and
        cancel need a `reason`. With a `key`, the same call again does what is left, and nothing
        twice. Frame `receipts`."""
    def cancel(self, order: int, line: int = 0, amount: int = 0, *, now: int = 0,
               actor: str | None = None) -> str:
        """Cancels what can be: of a line from 1, or (0) of all; `asked` where nodes must
        agree."""
    def capture(self, orders: object, *, format: str = 'json', dry_run: bool = False,
                quarantine: bool = False, correct: bool = False, currency: str | None = None,
                actor: str | None = None, now: int | None = None) -> Frame:
        """Captures canonical orders (a dict, a list of them, or text: a JSON array, JSON lines,
        or CSV), each by itself. Frame `captured`, with the frames `capture_violations` and
        `capture_changes` (of revisions)."""
    @overload
    def change(self, reservation: int, *, deadline: int, now: int = 0) -> None:
        """Moves the deadline of a live reservation."""
    @overload
    def change(self, columns: Table, *, deadline: int | None = None, now: int = 0,
               progress: Progress | None = None) -> Frame:
        """The same of many, and of what they hold. Columns: reservation, deadline (null: it
        stays), offsets, sku, node, amount (what is held there from now on; what no line names
        stays), floor, pool, section (-1: the plain stock). Each is all or nothing. Frame
        `reserved`."""
    def check_invariants(self) -> list[str]:
        """Sentences of broken invariants; empty when all hold. Quiet engine only."""
    @overload
    def count(self, sku: int, node: int, found: int, *, section: int | None = None, now: int = 0,
              actor: str | None = None) -> int:
        """Brings the books to what was found on the shelf; returns found less booked."""
    @overload
    def count(self, columns: Table, *, now: int = 0, actor: str | None = None,
              progress: Progress | None = None) -> Frame:
        """The same of many. Columns: sku, node, found, uom, section. Frame `counted`."""
    def counts(self, *, cursor: int = 0, limit: int = 100000) -> Any:
        """Counts among the next `limit` records after `cursor`, as frame `counts`, and the cursor
        to go on with (the same at the end)."""
    def crossings(self, *, cursor: int = 0, limit: int = 100000) -> Any:
        """Crossings of thresholds behind `cursor`, as frame `crossings`, and the cursor to go on
        with."""
    def decisions(self) -> Frame:
        """Frame: the last decision about each order."""
    def deliver(self, orders: Column, *, now: int = 0, actor: str | None = None,
                progress: Progress | None = None) -> Frame:
        """Records that all shipped units were delivered. Frame `receipts`."""
    def delta(self, columns: Table, *, source: str, sequence: int, now: int = 0,
              actor: str | None = None) -> Frame:
        """Columns: sku, node, units, uom, section. What a source says has changed. Frame
        `fed`."""
    def discard(self, order: str, *, reason: int = 0, actor: str | None = None, key: str = '',
                now: int = 0) -> str:
        """Takes an order out of quarantine for good; done or repeat."""
    def distances(self) -> Frame:
        """Frame: the distances that were given."""
    def event_digest(self) -> int:
        """Digest of all events so far, in order."""
    def events(self, cursor: int = 0, limit: int = 1000000) -> Frame:
        """Frame: events after `cursor`, oldest first."""
    def exceptions(self, *args, **kwargs) -> Any:
        """The same of report(), which reads the whole journal; keep one to ask more than once."""
    def expiries(self, *, cursor: int = 0, limit: int = 100000) -> Any:
        """What expired in the next `limit` records after `cursor`, as frame `expiries`, and the
        cursor to go on with (the same at the end)."""
    def explain(self, order: int) -> str:
        """Why the units of an order go where they go, in words."""
    def explain_available(self, sku: int, node: int | None = None, *, channel: str | None = None,
                          use: str = 'selling') -> Frame:
        """Every term of what is available of a SKU. Frame `available_terms`."""
    def explain_rows(self, order: int) -> list[Any]:
        """The same as a table: (node, verdict, reason), one row per node."""
    def explanation(self, order: int) -> Frame:
        """The same as the frame `explanations`."""
    def find_node(self, key: str) -> int:
        """The id of a node, or Unknown."""
    def find_order(self, key: str) -> int:
        """The id of the order that was placed with this key, or Unknown."""
    def find_place(self, key: str) -> int:
        """The id of a ship-to place, or Unknown."""
    def find_pool(self, key: str) -> int:
        """The id of a pool, or Unknown."""
    def find_section(self, key: str) -> int:
        """The id of a section, or Unknown."""
    def find_sku(self, key: str) -> int:
        """The id of a SKU, or Unknown."""
    def flush(self, level: str = 'disk') -> int:
        """Writes all records; returns the position that is at `level`."""
    def halted(self) -> str:
        """The broken invariant's sentence, or an empty string."""
    @property
    def head(self) -> int: ...
    def hold_types(self) -> list[Any]: ...
    def kpis(self, *args, **kwargs) -> Any:
        """The same of report(), which reads the whole journal; keep one to ask more than once."""
    def lines(self) -> Frame:
        """Frame: the lines of all orders."""
    def lint(self, policy: str, *, file: str = 'policy.toml',
             now: int | None = None) -> Frame:
        """Looks at a policy with this engine's nodes, places and distances, and changes nothing.
        Frame `lint`."""
    def load(self, *, skus: Table | None = None, nodes: Table | None = None,
             places: Table | None = None, stock: Table | None = None, units: Table | None = None,
             distances: Table | None = None, now: int = 0, actor: str | None = None,
             progress: Progress | None = None) -> dict[str, Any]:
        """Several tables at once, none if one cannot be read; the report of each by its name.
        `progress` is told rows of all tables; between its calls others may use the engine."""
    def load_amend_rules(self, columns: Table, now: int = 0, *, actor: str | None = None,
                         progress: Progress | None = None) -> dict[str, Any]:
        """What amendments may. Columns: change, state, does (allow, ignore, deny)."""
    def load_answers(self, columns: Table, now: int = 0, *, actor: str | None = None,
                     progress: Progress | None = None) -> dict[str, Any]:
        """Which nodes are asked before released units are taken back, or whether they do the
        work. Columns: request (work, cancel), within_s (0: not asked) [, node (none: all without
        a row of their own), then (refuses, accepts: what silence means), reason]."""
    def load_attributes(self, columns: Table, now: int = 0, *, actor: str | None = None,
                        progress: Progress | None = None) -> dict[str, Any]:
        """Declares what orders, lines (line.), nodes (node.) and places (ship_to.) are known by.
        Columns: attribute, type (text, number, money, flag)."""
    def load_calendar_days(self, columns: Table, now: int = 0, *, actor: str | None = None,
                           progress: Progress | None = None) -> dict[str, Any]:
        """Dates that differ from their weekdays. Columns: calendar, day (2026-12-24), works
        (default 0: a holiday), cutoff."""
    def load_calendars(self, columns: Table, now: int = 0, *, actor: str | None = None,
                       progress: Progress | None = None) -> dict[str, Any]:
        """Days of work and their cut-offs. Columns: calendar, zone (IANA, default UTC), weekdays
        (mon-fri), cutoff (local 14:00; empty: the day's end), first, last (dates that are known).
        A calendar is all rows of its key, replaces that of before with its days, and is compiled
        now; `accepted` counts calendars."""
    def load_distances(self, columns: Table, now: int = 0, *, actor: str | None = None,
                       progress: Progress | None = None) -> dict[str, Any]:
        """Columns: place, node, and metres, km or miles, in place of the great circle. A pair is
        given once, before an order is sourced over it."""
    def load_exclusions(self, columns: Table, now: int = 0, *, actor: str | None = None,
                        progress: Progress | None = None) -> dict[str, Any]:
        """Nodes that nothing is sourced from for a time. Columns: node, reason, from, until."""
    def load_facts(self, columns: Table, now: int = 0, *, actor: str | None = None,
                   progress: Progress | None = None) -> dict[str, Any]:
        """What SKUs, nodes and places have of attributes. Columns: key, attribute, value (as
        text; empty: none any more), node (of stock. ones, which are of a SKU at a node)."""
    def load_floors(self, columns: Table, now: int = 0, *, actor: str | None = None,
                    progress: Progress | None = None) -> dict[str, Any]:
        """Floor rules (safety stock, oversell depth, freezes). Columns: rule, sku, node, kind,
        channel (empty: any), use (both, selling, sourcing), units, exclude, active, freeze."""
    def load_hold_types(self, columns: Table, now: int = 0, *, actor: str | None = None,
                        progress: Progress | None = None) -> dict[str, Any]:
        """Types of holds: columns as in docs/howto/holds.md, lists with commas."""
    def load_hours(self, columns: Table, now: int = 0, *, actor: str | None = None,
                   progress: Progress | None = None) -> dict[str, Any]:
        """By which calendar a node works. Columns: node, service (empty: all), calendar, pickup
        (calendar of the carrier's visits), processing_days."""
    def load_lanes(self, columns: Table, now: int = 0, *, actor: str | None = None,
                   progress: Progress | None = None) -> dict[str, Any]:
        """Days in transit. Columns: service, node, place (empty: all), up_to_metres (-1: however
        far), transit_days, delivery (calendar). The narrowest that fits holds."""
    def load_nodes(self, columns: Table, now: int = 0, *, actor: str | None = None,
                   progress: Progress | None = None) -> dict[str, Any]:
        """Columns: key, kind, latitude, longitude, priority, active."""
    def load_places(self, columns: Table, now: int = 0, *, actor: str | None = None,
                    progress: Progress | None = None) -> dict[str, Any]:
        """Columns: key, latitude, longitude."""
    def load_pools(self, columns: Table, now: int = 0, *, actor: str | None = None,
                   progress: Progress | None = None) -> dict[str, Any]:
        """What is scarce and is not goods. Columns: pool, kind (quota, capacity, limit, credit),
        decimals, granule, amount, per_unit (0: flat), named, sku, node, channel (empty: any),
        from, until; of a plan's days: day (work or ship, else basket), counts (units, shipments,
        orders), service, with from and until the midnights UTC of dates."""
    def load_privileges(self, columns: Table, now: int = 0, *, actor: str | None = None,
                        progress: Progress | None = None) -> dict[str, Any]:
        """Who may do what (docs/howto/authority.md). Columns: actor, may [, hold_type (of
        place_hold and resolve_hold), does (allow, deny, drop)]."""
    def load_restrictions(self, columns: Table, now: int = 0, *, actor: str | None = None,
                          progress: Progress | None = None) -> dict[str, Any]:
        """What may not be shipped (docs/howto/restrictions.md). Columns: restriction [, reason,
        item, origin, destination, order (conditions), services, unless_same (lists with commas),
        active (default 1)]."""
    def load_sections(self, columns: Table, now: int = 0, *, actor: str | None = None,
                      progress: Progress | None = None) -> dict[str, Any]:
        """Parts of every node's stock. Columns: section, segment, condition, lot, owner, expires,
        frozen; a section that stands there may change the last two."""
    def load_segments(self, columns: Table, now: int = 0, *, actor: str | None = None,
                      progress: Progress | None = None) -> dict[str, Any]:
        """Ring-fences. Columns: segment, channel, overflow, overflow_2, overflow_3 (segments to
        draw from next), overflow_to_all, released."""
    def load_services(self, columns: Table, now: int = 0, *, actor: str | None = None,
                      progress: Progress | None = None) -> dict[str, Any]:
        """How orders travel. Columns: service, carrier (calendar of days in transit), delivery
        (calendar of days of delivery), transit_days (where no lane says; -1: then no date)."""
    def load_skus(self, columns: Table, now: int = 0, *, actor: str | None = None,
                  progress: Progress | None = None) -> dict[str, Any]:
        """Columns: key, decimals, granule."""
    def load_stock(self, columns: Table, now: int = 0, *, actor: str | None = None,
                   progress: Progress | None = None) -> dict[str, Any]:
        """Columns: sku, node, on_hand (atoms, or a whole number of the unit that `uom` names),
        uom, section; adds to what is there."""
    def load_thresholds(self, columns: Table, now: int = 0, *, actor: str | None = None,
                        progress: Progress | None = None) -> dict[str, Any]:
        """Columns: threshold, sku, node, kind, channel, low, high, active, section, pool (in
        place of a SKU). Levels that crossings() tells of."""
    def load_units(self, columns: Table, now: int = 0, *, actor: str | None = None,
                   progress: Progress | None = None) -> dict[str, Any]:
        """Columns: sku, unit, holds (atoms): units of measure."""
    def migrate(self, orders: Column, workflow: int, *, states: Mapping[str, str] = {},
                now: int = 0, actor: str | None = None,
                progress: Progress | None = None) -> Frame:
        """Orders go by another version of their workflow (0: the standard one). `states` maps
        names of states that are called otherwise there. Frame `receipts`."""
    def move(self, columns: Table, *, now: int = 0,
             progress: Progress | None = None) -> Frame:
        """Takes units of reservations to other nodes, each in one step. Columns: reservation,
        from, to, sku (-1: every SKU), amount (0: all of it), floor. Frame `reserved`."""
    def movements(self, *, cursor: int = 0, limit: int = 100000) -> Any:
        """What the next `limit` records after `cursor` moved, as frame `movements`, and the
        cursor to go on with (the same at the end)."""
    def node_key(self, id: int) -> str:
        """The key of a node."""
    def nodes(self) -> Frame:
        """Frame: all nodes."""
    def notices(self, *, kinds: Sequence[str] | None = None, within_s: int = 0, cursor: int = 0,
                limit: int = 1000) -> tuple[str, ...]:
        """What is to be told about orders behind `cursor`, oldest first, and the cursor to go on
        with: a list of dicts, each with a `key` that is the same however often it is read. All
        that one command did to an order, of one kind, is one; with `within_s`, all that was done
        in one slice of so many seconds, which is told when the slice is over."""
    @property
    def now(self) -> int: ...
    def order(self, id: int) -> dict[str, Any]:
        """One order with its lines and buckets, or Unknown."""
    def orders(self) -> Frame:
        """Frame: all orders."""
    def park_cancel(self, order: str, *, reason: int = 0, actor: str | None = None, key: str = '',
                    now: int = 0) -> str:
        """Cancels an order by its key, also one that has not come yet: done, unchanged,
        repeat."""
    def place_hold(self, order: int, type: str, line: int = 0, *, reason: int = 0,
                   until: int | None = None, actor: str | None = None, now: int = 0) -> int:
        """Holds a line from 1, or (0) the order; the hold's number in it."""
    def place_order(self, key: str, lines: Iterable[Any], *, place: str | None = None,
                    currency: str = 'USD', reservation: int | None = None, now: int = 0,
                    method: str | None = None, deliver_by: str | None = None, facts: Mapping[str,
                    str] = {}, node: str | None = None, type: str = 'sales',
                    to: str | None = None) -> int:
        """One order with lines (sku key, amount[, price_minor[, firm node[, own]]]), `own` being
        a dict of the place, method and deliver_by that are not the order's, and the `set` of
        lines that are released together; its id, or Refused or Busy. A `reservation` is handed
        over: its units are the order's, and no stock is touched. `method`: key of a service;
        `deliver_by`: a date such as 2026-12-24; `facts`: attributes by name, as text, for
        policies to ask; `node`: key of the firm node of lines that name none: they come from
        there, or they wait; `type`: sales, draft, transfer, purchase, service, sample,
        replacement or make_to_order, whose lines' nodes make them; `to`: of a transfer or a
        purchase, key of the node that its goods go to."""
    def place_orders(self, columns: Table, *, currency: str = 'USD', now: int = 0,
                     progress: Progress | None = None) -> Frame:
        """Columns: key, offsets (lines of order i: offsets[i] to offsets[i+1]), sku, amount
        (atoms), price_minor, place (null or -1: unknown), priority, now, reservation, method (id
        of a service) (null or -1: none), deliver_by (an instant of its UTC date), node and
        line_node (ids: the firm node of an order, of a line; null or -1: none), line_place,
        line_method and line_deliver_by (as those of the order, of a line's own), line_set (a
        number; 0: of none), and of attributes those columns that are named like one (texts; 0 and
        1 for flags; of line. ones a row per line). Frame `placed`, with the frame
        `violations`."""
    def places(self) -> Frame:
        """Frame: all ship-to places."""
    def poll(self, cursor: int = 0, limit: int = 1000) -> list[Any]:
        """Events after `cursor`, a dict each."""
    def pools(self) -> Frame:
        """Frame: all pools as they stand."""
    def promise(self, lines: Iterable[Any], *, place: str | None = None, currency: str = 'USD',
                method: str | None = None, at: int | None = None, infinite: bool = False,
                node: str | None = None, type: str = 'sales') -> dict[str, Any]:
        """When lines (sku key, amount[, price_minor]) would be at the door, if they were ordered
        `at` an instant (engine time): `options`, of each node, and `plan`, as the active policy
        would source them; days as texts, and order_within, the instant at which the answer would
        be a later one. Takes nothing. `infinite`: as if no pool were used up. `type` and `node`
        as of place_order: of make_to_order, when it would be made."""
    def quarantined(self) -> Frame:
        """Frame: orders in quarantine, by key."""
    def queues(self) -> list[Any]:
        """Lines that wait in queues of policies: (queue, orders, lines), by name."""
    def record(self, order: int, fact: str, line: int = 0, node: str | None = None,
               amount: int = 0, reason: int = 0, event: str = '', *, now: int = 0,
               actor: str | None = None) -> str:
        """What a node or a carrier reports, pick, pack, ship, deliver, lose, unpick or fulfil, or
        (mark) an event of the order's own workflow, or (make) that goods which were ordered to be
        made are there and in stock, for this order alone: of a line from 1, or (0) of all; at a
        node or any; an amount, or (0) all that stands in the state before. What a node rejects
        (with a code of your own as `reason`) is open again, and the order remembers."""
    def release(self, orders: Column, *, node: str | None = None, now: int = 0,
                actor: str | None = None, progress: Progress | None = None) -> Frame:
        """Tells the nodes, or one of them. Frame `receipts`."""
    def replay(self, order: str | None = None, *, actor: str | None = None,
               now: int = 0) -> Frame:
        """Tries an order in quarantine again, or all of them; frames as of `capture`."""
    def report(self, *, decimals: int = -1, cancel_reasons: Mapping[int, str] = {}) -> Report:
        """The engine's journal as facts. Units in 10^-decimals (-1: as fine as its finest SKU).
        `cancel_reasons` says what the codes of cancel() mean: seller, customer, fraud or
        shortage."""
    def reservation(self, reservation: int) -> Any:
        """What a reservation holds, as frame `held`, its state (active, consumed, cancelled,
        expired) and its deadline, or None."""
    def reserve(self, columns: Table, *, deadline: int | None = None, channel: str | None = None,
                pools: Column | None = None, partial: bool = False, now: int = 0,
                progress: Progress | None = None) -> Frame:
        """Columns: offsets, sku, node, amount, floor, pool (a line of a flat pool: its id, else
        -1), section (its id: this one alone; -1: as the channel draws); one per reservation:
        supersedes (the caller's own to swap for it in one step, -1 for none), on (the day, for
        pools of days; null: now). Each reservation is all or nothing, or with `partial` what
        there is of its lines. The floor rules and pools of `channel` hold; `pools`: ids of named
        ones. Frame `reserved`."""
    def reserve_one(self, sku: int, node: int, amount: int, floor: int = 0,
                    deadline: int = 9223372036854775807, now: int = 0) -> int:
        """One reservation of one SKU at one node; its id, or Refused or Busy."""
    def resolve_hold(self, order: int, hold: int, accept: bool = True, *, reason: int = 0,
                     actor: str | None = None, now: int = 0) -> str: ...
    def restrictions(self) -> list[Any]:
        """What may not be shipped: a dict for each row, in the order of loading."""
    def scorecard(self, *args, **kwargs) -> Any:
        """The same of report(), which reads the whole journal; keep one to ask more than once."""
    def sections(self, sku: int) -> Frame:
        """Frame: a SKU's stock by node and section."""
    def select(self, *, where: str | None = None, state: str | None = None,
               sku: str | None = None, node: str | None = None, type: str | None = None,
               hold: str | None = None, held: bool | None = None, placed_from: int | None = None,
               placed_before: int | None = None, due_before: int | None = None,
               allowance_s: int = 172800, step_s: int = 3600, lead_days: int = 2,
               escalated_from: int = 250, limit: int = 10000) -> Frame:
        """Which orders, in the sequence in which they are dealt with: escalated ones first, then
        those that are due first, urgent ones, older ones. Frame `selection`. `where`: a condition
        of the order (docs/formats/policy.md); `state`, `sku` and `node` are about the same units;
        instants are ns. Due: at the last cut-off that keeps the last day of delivery, `lead_days`
        before it where no calendar says, and without one `allowance_s` after the order was
        placed, less `step_s` for each step of its priority."""
    def ship(self, orders: Column, *, now: int = 0, actor: str | None = None,
             progress: Progress | None = None) -> Frame:
        """Records that all released units were shipped. Frame `receipts`."""
    def sku_key(self, id: int) -> str:
        """The key of a SKU."""
    def skus(self) -> Frame:
        """Frame: all SKUs."""
    def snapshot(self, columns: Table, *, source: str, sequence: int, as_of: int,
                 basis: str = 'on_hand', complete: bool = False, nodes: Column | None = None,
                 sections: Column | None = None, now: int = 0,
                 actor: str | None = None) -> Frame:
        """Columns: sku, node, units, uom, section (its id; null or -1: the plain stock). What a
        source says is there; as_of is the position of our last event that it had booked. Stale
        rows change nothing. Of a complete one, what it covers and does not name is zero: the
        stock that rows name at their nodes, plain stock at `nodes`, `sections` at all of these.
        Frame `fed`."""
    def source(self, orders: Column, *, dry_run: bool = False, now: int = 0,
               actor: str | None = None, criterion: object = None, leaving: str | None = None,
               progress: Progress | None = None) -> Frame:
        """Decides and takes, order by order. Frame `decisions`, with the frame `parts` of the
        plans. A policy that ranks by score needs a `criterion` (earmark.Criterion), which is
        asked once, before the first decision. `leaving`: key of a node that closes; what is
        allocated there is sourced anew from others, and with dry_run it is told what would become
        of each order."""
    def state_hash(self) -> int:
        """Digest of the whole state; quiet engine only."""
    def status(self) -> dict[str, Any]:
        """Counters since birth."""
    def stock(self) -> Frame:
        """Frame: every SKU at every node where it was stocked."""
    def story(self, order: int) -> Story:
        """What happened to an order, up to the version that it has now. Where its beginning is in
        memory no longer, `whole` is False and the rest is told. Unknown; Busy. O(records since
        its birth)."""
    def submit(self, json_line: str) -> str:
        """One command as a JSON line."""
    def tombstones(self) -> Frame:
        """Frame: keys that were cancelled before their orders came."""
    def trail(self, *, order: int | None = None, sku: int | None = None, node: int | None = None,
              actor: str | None = None, of_verb: str | None = None, since: int | None = None,
              until: int | None = None, cursor: int = 0, limit: int = 100000) -> Any:
        """What happened behind `cursor`: rows of records that fit, whole records, as many as it
        takes for `limit` rows, and the cursor to go on with, which stays the same at the end.
        `since` and `until` are instants, the latter not included. Frame `trail`."""
    def transfer(self, sku: int, node: int, amount: int, *, from_section: str | None = None,
                 to_section: str | None = None, now: int = 0) -> int:
        """Moves units between sections of a node's stock; returns how many granules of promises
        it uncovered."""
    def uncovered(self) -> Frame:
        """Frame: promises without goods, by SKU and node, who loses first first."""
    def unit(self, sku: int, unit: str) -> int:
        """Atoms in one unit of measure of a SKU."""
    @overload
    def unreserve(self, reservation: int, now: int = 0) -> None:
        """Gives the units of a live reservation back."""
    @overload
    def unreserve(self, reservations: Column, *, now: int = 0,
                  progress: Progress | None = None) -> Frame:
        """The same of many, each on its own. Frame `reserved`."""
    def wave(self, *, where: str | None = None, sku: str | None = None, node: str | None = None,
             type: str | None = None, placed_before: int | None = None,
             due_before: int | None = None, max_orders: int = 1000, max_lines: int | None = None,
             remorse_s: int = 0, allowance_s: int = 172800, step_s: int = 3600,
             lead_days: int = 2, escalated_from: int = 250, key: str = '',
             actor: str | None = None, now: int = 0) -> dict[str, Any]:
        """Releases orders with allocated units in sequence, as many as fit; with `node`, their
        work for it. One that does not fit is passed over, and comes first sooner or later; the
        first one always goes. Orders younger than `remorse_s` wait, unless they are due. Answers
        `rows` (frame `wave`), and how many were released (with how many `lines`), refused,
        `too_young` and `left`."""
    def what_if(self, order: int, node: str) -> Frame:
        """The smallest changes, one at a time, with which a node would have shipped some of an
        order, as things were when it was decided. Frame `changes`; empty where it ships."""
    def worklist(self, *, reason: str | None = None, sku: str | None = None,
                 node: str | None = None, slack_days: int = -1) -> Frame:
        """Units that do not go on by themselves, each in one row with what is in their way. Frame
        `worklist`. `slack_days`: units that have not left so many days before the last one that
        was asked for are at risk."""

class Frame:
    """Columns that an answer is made of; docs/formats/columns.md says what each holds. Give it to
    pandas, polars, pyarrow or DuckDB as it is, or take a column as NumPy by its name. It never
    changes and outlives the engine."""
    def __arrow_c_schema__(self) -> Any:
        """The Arrow type of a row."""
    def __arrow_c_stream__(self, requested_schema: object = None) -> Any:
        """The Arrow C stream of the rows; nothing is copied."""
    def __contains__(self, self) -> bool: ...
    def __getitem__(self, name: str) -> Any:
        """A column: a read-only NumPy view where its layout allows one (numbers, instants, and
        codes of dictionary columns), else a copy. Masked where there are nulls."""
    def __iter__(self) -> Iterator[str]: ...
    def __len__(self) -> int: ...
    def _repr_html_(self) -> str: ...
    @property
    def changes(self) -> Frame | None: ...
    @property
    def columns(self) -> tuple[str, ...]: ...
    def dictionary(self, name: str) -> tuple[str, ...]:
        """The words that the codes of a dictionary column stand for."""
    def keys(self) -> list[str]:
        """The names of the columns."""
    @property
    def name(self) -> str: ...
    @property
    def parts(self) -> Frame | None: ...
    @property
    def violations(self) -> Frame | None: ...
    def words(self, name: str) -> Any:
        """A dictionary column as texts, None for nulls."""

KPIS: tuple[str, ...]

LINT_RULES: tuple[tuple[str, str, bool, str], ...]

OUTCOMES: tuple[str, ...]

class Policy:
    """A sourcing policy: which nodes serve an order, in which order, at what cost."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __init__(self, text: str, file: str = 'policy.toml') -> None:
        """Reads TOML; `file` is only named in findings. BadPolicy where something is wrong."""
    @property
    def currency(self) -> str: ...
    @property
    def digest(self) -> int: ...
    @property
    def name(self) -> str: ...
    def ranked_by_score(self, name: str) -> Policy:
        """The same under another name, ranked by an earmark.Criterion first, with all its
        strategies."""
    @property
    def text(self) -> str: ...

class Report:
    """Facts folded into figures (docs/rooms/report.md). `Report()` holds what is added to it;
    `engine.report()` also follows the engine's journal. One thread at a time."""
    def __init__(self) -> None: ...
    def add(self, facts: object) -> None:
        """Facts of the host, with the columns of frame `facts`; only kind and at are required.
        What the engine records itself must not be added again."""
    def ageing(self, *, as_of: int | None = None, bands: Sequence[int] = [3600000000000,
               86400000000000, 604800000000000]) -> Any:
        """Frame `ageing`: units by state and age. `bands` are upper ends in nanoseconds."""
    def exceptions(self, limits: Mapping[str, int], *, as_of: int | None = None) -> Any:
        """Frame `exceptions`: units that stand in a state for longer than its limit, a mapping of
        states to nanoseconds."""
    def facts(self) -> Frame:
        """Frame `facts`: what bindings/python/earmark/views.sql computes the same figures
        from."""
    def kpis(self, by: str = 'order_date', *, since: int | None = None, until: int | None = None,
             as_of: int | None = None, orders: str = 'normal', tolerance: int = 0) -> Frame:
        """Every figure as frame `kpis`, also those without a value. Instants are nanoseconds
        since 1970; `until` is exclusive, later facts than `as_of` are not seen."""
    def recorded(self, kinds: Sequence[str]) -> None:
        """Kinds of fact that the host records, even if none has happened yet."""
    def scorecard(self, of: str = 'node', *, by: str = 'order_date', since: int | None = None,
                  until: int | None = None, as_of: int | None = None,
                  orders: str = 'normal') -> Any:
        """Frame node_scorecard, vendor_scorecard or carrier_scorecard."""
    def update(self) -> None:
        """Reads what the engine's journal has gained."""

class Story:
    """Everything that happened to one order, oldest first: `rows` is a frame, `str()` is one
    sentence a record, svg() a picture."""
    def __str__(self) -> str: ...
    def _repr_html_(self) -> str: ...
    @property
    def gone_to(self) -> int: ...
    @property
    def key(self) -> str: ...
    @property
    def order(self) -> int: ...
    @property
    def rows(self) -> Frame: ...
    def svg(self) -> str:
        """Time from left to right, a column a record; holds above, below a row for each line,
        state and node. The same story gives the same text."""
    @property
    def version(self) -> int: ...
    @property
    def whole(self) -> bool: ...

UNIT_STATES: tuple[str, ...]

VERDICTS: tuple[str, ...]

def columns_page() -> str:
    """docs/formats/columns.md, made of the dictionary."""

def dictionary() -> Frame:
    """The column dictionary as a frame: every column of every frame."""

def error_name(number: int) -> str:
    """The name of an error number."""

def fair_share(supply: int, need: object, weight: object | None = None,
               lot: int = 1) -> list[int]:
    """Divides a supply among needs in proportion to the weights (without them, the needs), in
    whole lots, none above its need; what rounding leaves goes to the largest remainders, what one
    cannot use to the others. A list of units in the order of the needs, whose sum is at most the
    supply."""

def figures(columns: Table) -> dict[str, Any]:
    """The figures of a run of decisions (include/earmark/report/figures.hpp defines each).
    Columns, one row per order: ordered, allocated (at one scale), lines, parcels, cost_e4, metres
    and parts of known distance, exact (0 or 1), decision_ns. A figure without a denominator is
    None."""

def kpis(facts: object, by: str = 'order_date', recorded: Sequence[str] = [],
         **kwargs) -> Any:
    """Report().add(facts), then Report.kpis(by, ...): all figures of facts in columns. `recorded`
    are kinds that were watched for, even if none happened."""

def lint(policy: str, *, file: str = 'policy.toml', now: int | None = None) -> Frame:
    """Looks at a policy without tables (Engine.lint looks with an engine's). Frame `lint`; what
    cannot be read is a finding too. `now` finds strategies whose time is over."""

def order_schema() -> str:
    """The JSON Schema of a canonical order, as text (docs/formats/order.schema.json)."""

def policy_keys() -> list[Any]:
    """Each key of a policy: table, key, what it takes, what it is where it is left out, and
    whether it is required."""

def policy_schema() -> str:
    """The JSON Schema of policies."""

def read_orders(path: str, format: str = 'canonical', *, currency: str = '') -> dict[str,
                Any]:
    """Reads a CSV file (or .csv.gz) of orders: the columns of place_orders, with sku_key and
    decimals per SKU, ship_to, customer and currency per order, and what was rejected, by row.
    EarmarkError where the file as a whole cannot be trusted. `currency` is that of orders that
    name none (USD; GBP for uci)."""

def runbook() -> dict[str, Any]:
    """What each reason of the worklist means and what to do about it, by reason."""
