// The first page: who is slow, and how the broker does.

import { Chart } from './charts.js';
import { closedColumns, destinationColumns, href, rowKind, subscriberColumns } from './columns.js';
import { draw, history } from './figures.js';
import { byteRate, bytes, count, duration, el, plural, put, rate, share, short } from './format.js';
import { Table } from './tables.js';

const AT_A_GLANCE = 8;

export function overview() {
  const tile = (title) => {
    const parts = { figure: el('b'), detail: el('span', { class: 'detail' }) };
    parts.element = el('div', { class: 'tile' }, el('h3', {}, title), parts.figure, parts.detail);
    return parts;
  };
  const tiles = {
    slow: tile('Slow subscribers'),
    waiting: tile('Publishers waiting'),
    received: tile('Received'),
    written: tile('Delivered'),
    dropped: tile('Dropped'),
    backlog: tile('Waiting messages'),
    memory: tile('Memory of messages'),
    connections: tile('Connections'),
  };
  const gauge = el('meter', { min: 0, max: 1, 'aria-label': 'Memory of messages against its bound' });
  tiles.memory.element.append(gauge);
  const charts = {
    rates: new Chart('Messages', { unit: 'a second', format: short, lines: [{ label: 'received', slot: 0 }, { label: 'delivered', slot: 2 }] }),
    drops: new Chart('Dropped', { unit: 'a second', format: short, lines: [{ label: 'dropped', slot: 1 }] }),
    memory: new Chart('Memory', {
      unit: 'against its bound',
      format: bytes,
      binary: true,
      lines: [{ label: 'messages', slot: 3 }, { label: 'resident', slot: 5 }, { label: 'bound', limit: true }],
    }),
    loops: new Chart('Event loops', {
      unit: 'how late they run',
      format: duration,
      lines: [{ label: 'latest', slot: 4 }, { label: 'worst of 10 s', slot: 1 }],
    }),
  };
  const subscribers = new Table('Subscribers, slowest first', subscriberColumns, { key: (item) => item.id, kind: rowKind, empty: 'Nobody has subscribed.' });
  const destinations = new Table('Destinations, largest backlog first', destinationColumns, {
    key: (item) => item.name,
    kind: rowKind,
    empty: 'There are no destinations.',
  });
  const closed = new Table('Connections closed last', closedColumns, { key: (item) => item.id, empty: 'No connection was closed yet.' });
  const section = (title, more, ...children) => el('section', {}, el('h2', {}, title, ' ', more), ...children);
  const element = el(
    'div',
    {},
    el('div', { class: 'tiles' }, ...Object.values(tiles).map((each) => each.element)),
    section('Subscribers', el('small', {}, 'slowest first · ', el('a', { href: href('connections') }, 'all connections')), subscribers.element),
    el('section', { 'aria-label': 'The last ten minutes' }, el('div', { class: 'charts four' }, ...Object.values(charts).map((each) => each.element))),
    section('Destinations', el('small', {}, 'largest backlog first · ', el('a', { href: href('destinations') }, 'all')), destinations.element),
    section('Closed connections', el('small', {}, 'latest first · ', el('a', { href: href('closed') }, 'all')), closed.element),
  );

  function set(parts, figure, detail, kind = '') {
    put(parts.figure, figure);
    put(parts.detail, detail);
    if (parts.element.className !== `tile ${kind}`) parts.element.className = `tile ${kind}`;
  }

  return {
    title: 'Overview',
    element,
    tick({ broker, destinations: top, connections, closed: ended }) {
      const { totals, rates, memory } = broker;
      set(tiles.slow, count(broker.slow_subscribers), `of ${plural(broker.subscribers, 'subscriber')}`, broker.slow_subscribers > 0 ? 'bad' : 'good');
      set(tiles.waiting, count(broker.waiting_publishers), `pushed back ${plural(totals.push_backs, 'time')}`, broker.waiting_publishers > 0 ? 'warn' : '');
      set(tiles.received, rate(rates.messages_in), `${byteRate(rates.bytes_in)} · ${count(totals.messages_in)} in all`);
      set(tiles.written, rate(rates.messages_written), `${byteRate(rates.bytes_written)} · ${count(totals.messages_written)} in all`);
      const dropped = Object.values(totals.dropped).reduce((sum, each) => sum + each, 0);
      set(tiles.dropped, rate(rates.dropped), `${count(dropped)} in all`, rates.dropped > 0 ? 'warn' : '');
      set(tiles.backlog, count(broker.held_messages), `${bytes(broker.waiting_bytes)} in queues, ${plural(broker.destinations, 'destination')}`);
      const full = memory.pinned_bytes / memory.max_bytes;
      set(
        tiles.memory,
        bytes(memory.pinned_bytes),
        `${share(memory.pinned_bytes, memory.max_bytes)} of ${bytes(memory.max_bytes)}`,
        full >= 1 ? 'bad' : full >= 0.8 ? 'warn' : '',
      );
      gauge.value = Math.min(1, full);
      gauge.high = 0.8;
      set(tiles.connections, count(broker.connections.open), `of ${count(broker.connections.max)} · ${count(broker.connections.accepted)} accepted`);

      subscribers.update(connections.slice(0, AT_A_GLANCE));
      destinations.update(top.slice(0, AT_A_GLANCE));
      closed.update(ended.slice(0, AT_A_GLANCE));
      draw(charts.rates, history.pick(0, 1));
      draw(charts.drops, history.pick(2));
      draw(charts.memory, history.pick(3, 4, 5));
      draw(charts.loops, history.pick(6, 7));
    },
  };
}
