// The pages of one destination and of one connection.

import { Chart, History } from './charts.js';
import { href, reasons, rowKind, slowText, subscriberColumns } from './columns.js';
import { button, confirmed, say } from './dialogs.js';
import { draw, HISTORY_S, latest } from './figures.js';
import { age, bytes, clock, count, duration, el, named, plural, put, rate, short, words } from './format.js';
import { get, poll, post, query } from './net.js';
import { Facts, PAGE, Table } from './tables.js';
import { payload, Watch } from './watch.js';

function everySecond(load) {
  let timer;
  let stopped = false;
  const turn = async () => {
    if (!document.hidden) await load().catch(() => {});
    if (!stopped) timer = setTimeout(turn, 1000);
  };
  turn();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

async function destinationNamed(name) {
  const answer = await poll('/api/v1/destinations?' + query({ name, limit: 1 }));
  return answer.items.find((item) => item.name === name) ?? null;
}

export function destinationPage() {
  const element = el('div');
  let watch = null;
  let stop = () => {};

  function show(name, values) {
    hide();
    const queue = name === '/queue' || name.startsWith('/queue/');
    const recent = new History(4, HISTORY_S);
    const facts = new Facts(['kind', 'subscribers', 'in', 'out', 'backlog', 'memory', 'oldest', 'dropped', 'returned', 'publishers waiting', 'in queue p50', 'in queue p99']);
    const charts = [
      new Chart('Messages', { unit: 'a second', format: short, lines: [{ label: 'in', slot: 0 }, { label: 'out', slot: 2 }] }),
      new Chart('Backlog', { unit: 'messages', format: short, lines: [{ label: 'waiting', slot: 3 }] }),
    ];
    const gone = el('p', { class: 'dim', hidden: true }, 'The broker knows no destination of this name now: a topic is there while somebody subscribes to it, a queue while it holds or gets something.');
    const subscribers = new Table('Its subscribers', subscriberColumns, { key: (item) => item.id, kind: rowKind, empty: 'Nobody subscribes to it.' });
    const shown = el('small');
    watch = new Watch(name, { watch: values.get('watch') ?? '', by: values.get('by') ?? undefined, span: values.get('span') ?? '' }, (chosen) =>
      window.history.replaceState(null, '', href('destination', name, chosen)),
    );
    const purge = button(
      'Purge',
      async () => {
        const held = (await destinationNamed(name))?.waiting_messages ?? 0;
        if (!(await confirmed(`Purge ${name}?`, `${plural(held, 'message')} that wait in it are dropped for good. What its subscribers hold already still reaches them.`, 'Purge'))) return;
        const answer = await post('/api/v1/destinations/purge', { name });
        say(`Purged: ${plural(answer.messages, 'message')} dropped.`);
      },
      'danger',
    );
    element.replaceChildren(
      el('section', {}, el('div', { class: 'heading' }, el('h1', {}, named(name)), queue ? purge : null), gone, facts.element, el('div', { class: 'charts' }, ...charts.map((each) => each.element))),
      watch.element,
      queue ? peekPart(name) : '',
      sendPart(name),
      el('section', {}, el('h2', {}, 'Subscribers ', shown), subscribers.element),
    );
    stop = everySecond(async () => {
      const [item, connections] = await Promise.all([
        destinationNamed(name),
        poll('/api/v1/connections?' + query({ state: 'open', subscribed_to: name, sort: 'slow', limit: PAGE })),
      ]);
      gone.hidden = item !== null;
      facts.element.hidden = item === null;
      subscribers.update(connections.items);
      put(shown, connections.total > PAGE ? `the slowest ${PAGE} of ${count(connections.total)}` : '');
      if (item) {
        facts.update({
          kind: words(item.kind),
          subscribers: count(item.subscribers) + (item.slow_subscribers ? `, ${count(item.slow_subscribers)} slow` : ''),
          in: `${rate(item.rate_in)}, ${count(item.messages_in)} in all`,
          out: `${rate(item.rate_out)}, ${count(item.messages_out)} in all`,
          backlog: count(item.held_messages),
          memory: bytes(item.held_bytes),
          oldest: age(item.oldest_age_ms),
          dropped: count(item.dropped),
          returned: count(item.returned),
          'publishers waiting': count(item.waiting_publishers),
          'in queue p50': age(item.time_in_queue?.p50_ms),
          'in queue p99': age(item.time_in_queue?.p99_ms),
        });
      }
      recent.push(Date.now() / 1000, [item?.rate_in ?? 0, item?.rate_out ?? 0, item?.held_messages ?? 0, 0]);
      draw(charts[0], recent.pick(0, 1));
      draw(charts[1], recent.pick(2));
    });
    this.charts = charts;
    this.title = name;
  }

  function hide() {
    stop();
    stop = () => {};
    watch?.close();
    watch = null;
    for (const chart of page.charts ?? []) chart.destroy();
  }

  const page = { title: 'Destination', element, show, hide, again: () => watch?.again(), leave: () => watch?.leave() };
  return page;
}

function peekPart(name) {
  const list = el('ol', { class: 'messages', 'aria-label': 'Messages that wait, the oldest first' });
  const found = el('span', { class: 'dim', role: 'status' });
  const look = button('Look', async () => {
    const answer = await get('/api/v1/destinations/peek?' + query({ name, limit: 20 }));
    list.replaceChildren(
      ...answer.items.map((item) => el('li', {}, el('time', {}, age(item.age_ms)), el('span', { class: 'size' }, bytes(item.size_bytes)), payload(item))),
    );
    found.textContent = answer.items.length === 0 ? 'Nothing waits in it.' : `The oldest ${count(answer.items.length)} that wait; they still do.`;
  });
  return el('section', {}, el('h2', {}, 'Look into the queue'), el('div', { class: 'controls' }, look, found), list);
}

const RESULTS = {
  accepted: 'Sent.',
  no_subscriber: 'Nobody subscribes to it: the message was discarded.',
  dropped: 'It was dropped, or an older one to make room: the queue is full, or the broker stops.',
  pushed_back: 'It was not taken: publishers to this destination have to wait at the moment.',
  no_room: 'It was not taken: it would be one destination too many.',
};

function sendPart(name) {
  const text = el('textarea', { rows: 3, spellcheck: 'false', 'aria-label': 'Text of the message' });
  const result = el('span', { role: 'status' });
  const send = button(
    'Send',
    async () => {
      const answer = await post('/api/v1/publish', { destination: name, text: text.value });
      result.textContent = `${clock(Date.now())}: ${RESULTS[answer.result] ?? answer.result}`;
    },
    'main',
  );
  text.addEventListener('keydown', (event) => event.key === 'Enter' && (event.ctrlKey || event.metaKey) && send.click());
  return el('section', {}, el('h2', {}, 'Send a test message'), text, el('div', { class: 'controls' }, send, el('span', { class: 'dim' }, 'or Ctrl+Enter'), result));
}

// ------------------------------------------------------------------------------------------------------------- one connection

export function connectionPage() {
  const element = el('div');
  let stop = () => {};

  function show(id) {
    stop();
    const facts = new Facts(['state', 'address', 'protocol', 'opened', 'closed', 'publishes to', 'messages sent', 'bytes sent', 'waits', 'subscribed to']);
    const figures = new Facts(['slow', 'backlog', 'memory', 'oldest', 'written', 'bytes written', 'lost', 'lost by reason', 'returned', 'publishers waiting', 'in queue p50', 'in queue p99']);
    const episodes = new Table(
      'When it was slow',
      [
        { title: 'from', word: true, text: (item) => clock(item.start), hint: (item) => item.start },
        { title: 'until', text: (item) => (item.end ? clock(item.end) : 'now') },
        { title: 'lasted', text: (item) => duration((item.end ? Date.parse(item.end) : latest.now) - Date.parse(item.start)) },
        { title: 'most messages', text: (item) => count(item.peak_messages) },
        { title: 'most memory', text: (item) => bytes(item.peak_bytes) },
        { title: 'lost', text: (item) => count(item.lost_messages), kind: (item) => (item.lost_messages ? 'warn' : '') },
      ],
      { key: (item) => item.start, empty: 'It was never slow.' },
    );
    const missing = el('p', { class: 'dim', hidden: true }, 'The broker does not know this connection: it remembers the last 10,000 that were closed.');
    const disconnect = button(
      'Disconnect',
      async () => {
        if (!(await confirmed(`Disconnect ${id}?`, 'Its connection is closed at once. Messages of topics that wait for it are dropped; those of queues go back. Most clients connect again by themselves.', 'Disconnect'))) return;
        await post(`/api/v1/connections/${encodeURIComponent(id)}/disconnect`);
        say(`${id} was disconnected.`);
      },
      'danger',
    );
    const subscribed = el('section', {}, el('h2', {}, 'As a subscriber'), figures.element, el('h2', {}, 'When it was slow ', el('small', {}, 'the last 20')), episodes.element);
    element.replaceChildren(el('section', {}, el('div', { class: 'heading' }, el('h1', {}, 'Connection ', named(id)), disconnect), missing, facts.element), subscribed);
    stop = everySecond(async () => {
      let item;
      try {
        item = await poll(`/api/v1/connections/${encodeURIComponent(id)}`);
      } catch (cause) {
        if (cause.status !== 404) throw cause;
        missing.hidden = false;
        facts.element.hidden = subscribed.hidden = disconnect.hidden = true;
        return;
      }
      missing.hidden = true;
      facts.element.hidden = false;
      disconnect.hidden = Boolean(item.closed);
      facts.update({
        state: words(item.state) + (item.close_reason ? `: ${words(item.close_reason)}` : ''),
        address: item.remote_address,
        protocol: item.protocol || '–',
        opened: clock(item.opened),
        closed: clock(item.closed),
        'publishes to': item.publishes_to || '–',
        'messages sent': count(item.messages_in),
        'bytes sent': bytes(item.bytes_in),
        waits: item.pushed_back_ms > 0 ? `${duration(item.pushed_back_ms)} for ${item.pushed_back_by}` : 'no',
        'subscribed to': item.subscribed_to || '–',
      });
      const s = item.subscriber;
      subscribed.hidden = !s;
      if (!s) return;
      figures.update({
        slow: s.slow ? slowText(item).slice(5) : 'no',
        backlog: count(s.held_messages),
        memory: bytes(s.held_bytes),
        oldest: age(s.oldest_age_ms),
        written: count(s.messages_written),
        'bytes written': bytes(s.bytes_written),
        lost: count(s.dropped),
        'lost by reason': reasons(s.dropped_by_reason),
        returned: count(s.messages_returned),
        'publishers waiting': count(s.waiting_publishers),
        'in queue p50': age(s.time_in_queue?.p50_ms),
        'in queue p99': age(s.time_in_queue?.p99_ms),
      });
      episodes.update((await poll(`/api/v1/connections/${encodeURIComponent(id)}/slow-episodes`)).items);
    });
    this.title = id;
  }

  return { title: 'Connection', element, show, hide: () => stop() };
}
