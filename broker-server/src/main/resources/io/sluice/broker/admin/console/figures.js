// The broker as it was in the last minutes.

import { History } from './charts.js';

/** How long charts reach back, in seconds. */
export const HISTORY_S = 600;

/** What the broker said last: all of it, and its clock, which is not always that of this machine. */
export const latest = { tick: null, now: Date.now() };

/** Rates received, delivered, dropped; memory of messages, resident, its bound; event loops now and at worst; connections. */
export const history = new History(9, HISTORY_S);

/** The last ten minutes; in the first of them, what there is, so that a chart is not a dot at its right edge. */
export function draw(chart, data) {
  const to = data[0].length > 0 ? data[0][data[0].length - 1] : latest.now / 1000;
  const from = Math.max(to - HISTORY_S, Math.min(data[0][0] ?? to, to - 60));
  chart.update(data, from, to);
}

/** Takes in a second more. */
export function remember({ broker }) {
  const { rates, memory } = broker;
  const loops = broker.event_loops ?? [];
  const most = (name) => loops.reduce((most, loop) => Math.max(most, loop[name]), 0);
  history.push(latest.now / 1000, [
    rates.messages_in,
    rates.messages_written,
    rates.dropped,
    memory.pinned_bytes,
    memory.rss_bytes,
    memory.max_bytes,
    most('delay_ms'),
    most('max_delay_ms'),
    broker.connections.open,
  ]);
}
