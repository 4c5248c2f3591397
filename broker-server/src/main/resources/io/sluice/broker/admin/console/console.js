// The pages of the console and the way between them.

import { Chart, History, recolour } from './charts.js';
import { age, byteRate, bytes, clock, count, duration, el, named, plural, put, rate, share, short, since, some, words } from './format.js';
import { get, onSignIn, post, query, stream } from './net.js';
import { Facts, PAGE, Table } from './tables.js';
import { payload, Watch } from './watch.js';

const by = (id) => document.getElementById(id);
const HISTORY_S = 600;
const SILENT_MS = 8000;
const POLL_MS = 2000;
const TYPING_MS = 250;
const AT_A_GLANCE = 8;

const href = (page, name, values = {}) => {
  const search = query(values);
  return '#' + page + (name === undefined ? '' : '/' + encodeURIComponent(name)) + (search ? '?' + search : '');
};

/** The broker's clock, by its last tick. */
let brokerNow = Date.now();
/** Its last tick. */
let latest = null;

// ------------------------------------------------------------------------------------------------------------- dialogs

/**
 * Asks; resolves to whether the answer was yes. The way back has the focus, so that a hasty Enter changes nothing.
 */
function confirmed(question, explanation, verb) {
  return new Promise((resolve) => {
    const no = el('button', { type: 'submit', value: '', autofocus: true }, 'Cancel');
    const yes = el('button', { type: 'submit', value: 'yes', class: 'danger' }, verb);
    const dialog = el(
      'dialog',
      { 'aria-labelledby': 'question' },
      el('form', { method: 'dialog' }, el('h2', { id: 'question' }, question), el('p', {}, explanation), el('div', { class: 'buttons' }, no, yes)),
    );
    open(dialog, () => resolve(dialog.returnValue === 'yes'));
  });
}

function open(dialog, closed) {
  dialog.addEventListener('close', () => {
    dialog.remove();
    closed();
  });
  document.body.append(dialog);
  dialog.showModal();
}

let asking = null;

/** The token goes to the broker by POST and comes back as a cookie that no script can read. */
function askForToken() {
  asking ??= new Promise((resolve) => {
    const token = el('input', { type: 'password', name: 'token', autocomplete: 'current-password', required: true, spellcheck: 'false', autofocus: true });
    const problem = el('p', { class: 'problem', role: 'alert', hidden: true });
    const dialog = el('dialog', { 'aria-labelledby': 'sign-in' });
    const form = el(
      'form',
      { method: 'dialog' },
      el('h2', { id: 'sign-in' }, 'Sign in with the token'),
      el(
        'p',
        {},
        'Looking into messages and every change need it. It stands in a file that the broker made at its first start: admin.token-file, ' +
          'by default ',
        el('code', {}, '~/.local/state/sluice/admin-token'),
        '.',
      ),
      // Keepers of passwords want to know whose it is.
      el('input', { type: 'text', name: 'username', autocomplete: 'username', value: 'sluice', hidden: true }),
      el('label', {}, 'Token', token),
      problem,
      el(
        'div',
        { class: 'buttons' },
        el('button', { type: 'button', onclick: () => dialog.close('') }, 'Cancel'),
        el('button', { type: 'submit', class: 'main' }, 'Sign in'),
      ),
    );
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      try {
        await post('/api/v1/login', { token: token.value.trim() }, { ask: false });
        dialog.close('yes');
      } catch (cause) {
        problem.hidden = false;
        problem.textContent = cause.message;
        token.select();
      }
    });
    dialog.append(form);
    open(dialog, () => {
      asking = null;
      if (dialog.returnValue === 'yes') signedIn(true);
      resolve(dialog.returnValue === 'yes');
    });
  });
  return asking;
}

// No script can see the cookie: this is what was last known of it.
function signedIn(yes) {
  if (yes) localStorage.setItem('sluice-signed-in', 'yes');
  else localStorage.removeItem('sluice-signed-in');
  by('sign').textContent = yes ? 'Sign out' : 'Sign in';
}

async function signInOrOut() {
  if (localStorage.getItem('sluice-signed-in')) {
    await post('/api/v1/logout', {}, { ask: false }).catch(() => {});
    signedIn(false);
    say('Signed out.');
  } else if (await askForToken()) say('Signed in.');
}

let saying;
function say(text, bad = false) {
  const said = by('said');
  said.className = bad ? 'toast bad' : 'toast';
  said.textContent = text;
  said.hidden = false;
  clearTimeout(saying);
  saying = setTimeout(() => (said.hidden = true), bad ? 12_000 : 5000);
}

/** Does what a button is for; what goes wrong is said. */
const doing = (action) => async (event) => {
  const button = event.currentTarget;
  button.disabled = true;
  try {
    await action();
  } catch (cause) {
    say(cause.message, true);
  } finally {
    button.disabled = false;
  }
};

const button = (label, action, kind) => el('button', { type: 'button', class: kind, onclick: doing(action) }, label);

// ------------------------------------------------------------------------------------------------------------- columns

const link = (page, name) => el('a', { href: href(page, name) }, named(name));

const flag = (text, kind) => el('span', { class: `flag ${kind}` }, text);

const isSlow = (item) => Boolean(item.subscriber?.slow);

const slowText = (item) => (isSlow(item) ? `slow since ${clock(item.subscriber.slow_since)}, ${since(item.subscriber.slow_since, brokerNow)}` : words(item.state));

const destinationCell = (title, field) => ({
  title,
  word: true,
  text: (item) => item[field] || '–',
  node: (item) => (item[field] ? link('destination', item[field]) : el('span', {}, '–')),
  hint: (item) => item[field] ?? '',
});

const client = {
  title: 'client',
  word: true,
  text: (item) => `${item.id} ${item.remote_address}`,
  node: (item) => el('span', {}, link('connection', item.id), ' ', el('small', {}, item.remote_address)),
};

const waitedFor = {
  title: 'publishers waiting',
  about: 'Publishers that are not read because of this subscriber',
  text: (item) => some(item.subscriber?.waiting_publishers),
  kind: (item) => (item.subscriber?.waiting_publishers ? 'bad' : ''),
};

const lost = { title: 'lost', sort: 'lost', text: (item) => some(item.subscriber?.dropped), kind: (item) => (item.subscriber?.dropped ? 'warn' : '') };

const backlog = { title: 'backlog', sort: 'backlog', text: (item) => some(item.subscriber?.held_messages) };

const backlogBytes = { title: 'memory', text: (item) => (item.subscriber?.held_bytes ? bytes(item.subscriber.held_bytes) : '–') };

const oldest = { title: 'oldest', about: 'How long the oldest of its messages waits', sort: 'age', text: (item) => age(item.subscriber?.oldest_age_ms) };

const p99 = {
  title: 'in queue p99',
  about: '99 of 100 messages waited no longer before the socket took them',
  text: (item) => age((item.subscriber ?? item).time_in_queue?.p99_ms),
};

const subscriberColumns = [
  client,
  destinationCell('subscribed to', 'subscribed_to'),
  {
    title: 'state',
    word: true,
    wide: true,
    text: slowText,
    node: (item) => (isSlow(item) ? flag(slowText(item), 'bad') : el('span', { class: 'dim' }, slowText(item))),
  },
  backlog,
  backlogBytes,
  oldest,
  lost,
  waitedFor,
  p99,
];

const connectionColumns = [
  client,
  destinationCell('subscribed to', 'subscribed_to'),
  destinationCell('publishes to', 'publishes_to'),
  {
    title: 'state',
    word: true,
    wide: true,
    text: (item) =>
      isSlow(item) ? slowText(item) : item.pushed_back_ms > 0 ? `waits ${duration(item.pushed_back_ms)} for ${item.pushed_back_by}` : words(item.state),
    node: (item) =>
      isSlow(item)
        ? flag(slowText(item), 'bad')
        : item.pushed_back_ms > 0
          ? el('span', { class: 'flag warn' }, `waits ${duration(item.pushed_back_ms)} for `, named(item.pushed_back_by))
          : el('span', { class: 'dim' }, words(item.state)),
  },
  { title: 'sent', about: 'Messages it published', text: (item) => some(item.messages_in) },
  backlog,
  backlogBytes,
  oldest,
  lost,
  waitedFor,
  { title: 'since', sort: 'opened', text: (item) => clock(item.opened), hint: (item) => item.opened ?? '' },
];

const closedColumns = [
  client,
  { title: 'closed', sort: 'closed', text: (item) => clock(item.closed), hint: (item) => item.closed ?? '' },
  {
    title: 'reason',
    word: true,
    text: (item) => words(item.close_reason),
    node: (item) => (GOOD_ENDS.has(words(item.close_reason)) ? el('span', {}, words(item.close_reason)) : flag(words(item.close_reason), 'warn')),
  },
  { title: 'lasted', text: (item) => duration(Date.parse(item.closed) - Date.parse(item.opened)) },
  destinationCell('subscribed to', 'subscribed_to'),
  destinationCell('published to', 'publishes_to'),
  { title: 'sent', text: (item) => some(item.messages_in) },
  { title: 'received', text: (item) => some(item.subscriber?.messages_written) },
  lost,
];
const GOOD_ENDS = new Set(['goodbye', 'left', 'shutdown', 'lame-duck', 'admin']);

const destinationColumns = [
  { title: 'destination', word: true, sort: 'name', ascending: true, text: (item) => item.name, node: (item) => link('destination', item.name), hint: (item) => item.name },
  { title: 'kind', word: true, text: (item) => words(item.kind) },
  {
    title: 'subscribers',
    text: (item) => count(item.subscribers) + (item.slow_subscribers > 0 ? `, ${count(item.slow_subscribers)} slow` : ''),
    node: (item) =>
      item.slow_subscribers > 0 ? el('span', {}, flag(`${count(item.slow_subscribers)} slow`, 'bad'), ' ', count(item.subscribers)) : el('span', {}, count(item.subscribers)),
  },
  { title: 'in', sort: 'rate', text: (item) => rate(item.rate_in) },
  { title: 'out', text: (item) => rate(item.rate_out) },
  { title: 'backlog', about: 'Messages that wait in it and for its subscribers', sort: 'backlog', text: (item) => some(item.held_messages) },
  { title: 'memory', text: (item) => (item.held_bytes ? bytes(item.held_bytes) : '–') },
  { title: 'oldest', text: (item) => age(item.oldest_age_ms) },
  { title: 'dropped', sort: 'drops', text: (item) => some(item.dropped), kind: (item) => (item.dropped ? 'warn' : '') },
  {
    title: 'publishers waiting',
    text: (item) => some(item.waiting_publishers),
    kind: (item) => (item.waiting_publishers ? 'bad' : ''),
  },
  p99,
];

const slowFirst = (items) => [...items].sort((a, b) => isSlow(b) - isSlow(a));

const rowKind = (item) => (isSlow(item) || item.slow_subscribers > 0 ? 'slow' : '');

// ------------------------------------------------------------------------------------------------------------- overview

const history = new History(9, HISTORY_S);

function overview() {
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

      subscribers.update(slowFirst(connections).slice(0, AT_A_GLANCE));
      destinations.update(top.slice(0, AT_A_GLANCE));
      closed.update(ended.slice(0, AT_A_GLANCE));
      draw(charts.rates, history.pick(0, 1));
      draw(charts.drops, history.pick(2));
      draw(charts.memory, history.pick(3, 4, 5));
      draw(charts.loops, history.pick(6, 7));
    },
  };
}

/** The last ten minutes; in the first of them, what there is, so that a chart is not a dot at its right edge. */
function draw(chart, data) {
  const to = data[0].length > 0 ? data[0][data[0].length - 1] : brokerNow / 1000;
  const from = Math.max(to - HISTORY_S, Math.min(data[0][0] ?? to, to - 60));
  chart.update(data, from, to);
}

function remember({ broker }) {
  const { rates, memory } = broker;
  const loops = broker.event_loops ?? [];
  const most = (name) => loops.reduce((most, loop) => Math.max(most, loop[name]), 0);
  history.push(brokerNow / 1000, [
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

// ------------------------------------------------------------------------------------------------------------- lists

/**
 * A table that pages and searches through the API, so that it reaches what the broker does not tell every second.
 *
 * @param fixed parameters of every call
 */
function list(page, title, { path, fixed = {}, columns, key, sorts, first, placeholder, empty, order = (items) => items, above = [] }) {
  let state = {};
  let timer;
  let typing;
  let calling;
  const search = el('input', { type: 'search', placeholder, 'aria-label': `Search: ${placeholder}`, maxlength: 200, spellcheck: 'false' });
  const sort = el('select', {}, ...Object.entries(sorts).map(([name, label]) => el('option', { value: name }, label)));
  const table = new Table(title, columns, { key, kind: rowKind, empty, sorted: (name) => go({ sort: name, offset: 0 }) });
  const range = el('span', { role: 'status' });
  const back = el('button', { type: 'button', onclick: () => go({ offset: Math.max(0, state.offset - PAGE) }) }, '‹ Previous');
  const forth = el('button', { type: 'button', onclick: () => go({ offset: state.offset + PAGE }) }, 'Next ›');
  search.addEventListener('input', () => {
    clearTimeout(typing);
    typing = setTimeout(() => go({ search: search.value, offset: 0 }), TYPING_MS);
  });
  sort.addEventListener('change', () => go({ sort: sort.value, offset: 0 }));
  const element = el(
    'section',
    {},
    el('h1', {}, title),
    ...above,
    el('div', { class: 'controls' }, search, el('label', {}, 'Order ', sort), el('span', { class: 'pager' }, back, range, forth)),
    table.element,
  );

  function go(change) {
    state = { ...state, ...change };
    const values = { search: state.search, sort: state.sort === first ? '' : state.sort, offset: state.offset || '' };
    window.history.replaceState(null, '', href(page, undefined, values));
    sort.value = state.sort;
    table.orderedBy(state.sort);
    load();
  }

  async function load() {
    clearTimeout(timer);
    calling?.abort();
    const current = (calling = new AbortController());
    try {
      if (!document.hidden) {
        const answer = await get(`${path}?` + query({ ...fixed, ...state, limit: PAGE }), { signal: current.signal });
        table.update(order(answer.items));
        const last = Math.min(answer.total, state.offset + answer.items.length);
        put(range, answer.total === 0 ? 'none' : `${count(Math.min(state.offset + 1, last))}–${count(last)} of ${count(answer.total)}`);
        back.disabled = state.offset === 0;
        forth.disabled = last >= answer.total;
      }
    } catch (cause) {
      if (current.signal.aborted) return;
      put(range, cause.message);
    }
    if (calling === current) timer = setTimeout(load, POLL_MS);
  }

  return {
    title,
    element,
    show(name, values) {
      state = { search: values.get('search') ?? '', sort: values.get('sort') ?? first, offset: Number(values.get('offset')) || 0 };
      search.value = state.search;
      go({});
    },
    hide() {
      clearTimeout(timer);
      clearTimeout(typing);
      calling?.abort();
      calling = null;
    },
  };
}

const anyDestination = () => {
  const name = el('input', { type: 'text', required: true, maxlength: 1024, placeholder: '/topic/…', 'aria-label': 'Name of a destination', spellcheck: 'false' });
  return el(
    'form',
    {
      class: 'controls',
      onsubmit: (event) => {
        event.preventDefault();
        location.hash = href('destination', name.value);
      },
    },
    el('label', {}, 'Open by name ', name),
    el('button', { type: 'submit' }, 'Open'),
    el('span', { class: 'dim' }, 'also one that is not there yet'),
  );
};

const destinationsPage = () =>
  list('destinations', 'Destinations', {
    path: '/api/v1/destinations',
    columns: destinationColumns,
    key: (item) => item.name,
    sorts: { backlog: 'largest backlog first', drops: 'most dropped first', rate: 'busiest first', name: 'by name' },
    first: 'backlog',
    placeholder: 'part of a name',
    empty: 'No destination matches.',
    above: [anyDestination()],
  });

const connectionsPage = () =>
  list('connections', 'Connections', {
    path: '/api/v1/connections',
    fixed: { state: 'open' },
    columns: connectionColumns,
    key: (item) => item.id,
    sorts: { backlog: 'slowest first', age: 'oldest message first', lost: 'most lost first', opened: 'latest first' },
    first: 'backlog',
    placeholder: 'id, address or destination',
    empty: 'No connection matches.',
    order: slowFirst,
  });

const closedPage = () =>
  list('closed', 'Closed connections', {
    path: '/api/v1/connections',
    fixed: { state: 'closed' },
    columns: closedColumns,
    key: (item) => item.id,
    sorts: { closed: 'latest first', lost: 'most lost first' },
    first: 'closed',
    placeholder: 'id, address, destination or reason',
    empty: 'No closed connection matches. The last 10,000 are remembered.',
  });

// ------------------------------------------------------------------------------------------------------------- one destination

function poll(load) {
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
  const answer = await get('/api/v1/destinations?' + query({ name, limit: 1 }));
  return answer.items.find((item) => item.name === name) ?? null;
}

function destinationPage() {
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
      el('section', {}, el('h2', {}, 'Subscribers'), subscribers.element),
    );
    stop = poll(async () => {
      const [item, connections] = await Promise.all([
        destinationNamed(name),
        get('/api/v1/connections?' + query({ state: 'open', search: name, sort: 'backlog', limit: PAGE })),
      ]);
      gone.hidden = item !== null;
      facts.element.hidden = item === null;
      subscribers.update(slowFirst(connections.items.filter((each) => each.subscribed_to === name)));
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
  dropped: 'It did not fit: the message was dropped.',
  pushed_back: 'It was taken, and a publisher would now have to wait.',
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

function connectionPage() {
  const element = el('div');
  let stop = () => {};

  function show(id) {
    stop();
    const facts = new Facts(['state', 'address', 'protocol', 'opened', 'closed', 'publishes to', 'messages sent', 'bytes sent', 'waits', 'subscribed to']);
    const figures = new Facts(['slow', 'backlog', 'memory', 'oldest', 'written', 'bytes written', 'lost', 'lost by reason', 'returned', 'publishers waiting', 'in queue p50', 'in queue p99']);
    const episodes = new Table(
      'When it was slow',
      [
        { title: 'from', text: (item) => clock(item.start), hint: (item) => item.start },
        { title: 'until', text: (item) => (item.end ? clock(item.end) : 'now') },
        { title: 'lasted', text: (item) => duration((item.end ? Date.parse(item.end) : brokerNow) - Date.parse(item.start)) },
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
    stop = poll(async () => {
      let item;
      try {
        item = await get(`/api/v1/connections/${encodeURIComponent(id)}`);
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
      episodes.update((await get(`/api/v1/connections/${encodeURIComponent(id)}/slow-episodes`)).items);
    });
    this.title = id;
  }

  return { title: 'Connection', element, show, hide: () => stop() };
}

const reasons = (counts) =>
  Object.entries(counts ?? {})
    .filter(([, number]) => number > 0)
    .sort((a, b) => b[1] - a[1])
    .map(([reason, number]) => `${words(reason)} ${count(number)}`)
    .join(', ') || '–';

// ------------------------------------------------------------------------------------------------------------- the broker

const EFFECTS = { live: 'at once', new_connections: 'for new connections', restart: 'after a restart' };

function brokerPage() {
  const facts = new Facts(['state', 'version', 'process', 'started', 'up', 'listens at', 'transport', 'configuration', 'heap', 'direct memory', 'resident', 'memory bound']);
  const totals = new Facts(['messages received', 'bytes received', 'messages delivered', 'bytes delivered', 'returned', 'push-backs', 'slow episodes', 'connections', 'dropped', 'closed']);
  const loops = new Table(
    'Event loops',
    [
      { title: 'event loop', word: true, text: (item) => item.name },
      { title: 'late by', text: (item) => duration(item.delay_ms) },
      { title: 'worst of 10 s', text: (item) => duration(item.max_delay_ms) },
    ],
    { key: (item) => item.name, empty: '' },
  );
  const settings = new Table(
    'Settings',
    [
      { title: 'key', word: true, text: (item) => item.key },
      { title: 'value', word: true, text: (item) => String(item.value ?? '–') },
      { title: 'default', word: true, text: (item) => String(item.default ?? '–') },
      { title: 'from', word: true, text: (item) => String(item.origin ?? '–') },
      { title: 'a change counts', word: true, text: (item) => EFFECTS[String(item.effect).toLowerCase()] ?? words(item.effect) },
    ],
    { key: (item) => item.key, kind: (item) => (String(item.value) === String(item.default) ? 'dim' : ''), empty: 'No setting matches.', wrap: true },
  );
  const search = el('input', { type: 'search', placeholder: 'part of a key', 'aria-label': 'Search settings', spellcheck: 'false' });
  let all = [];
  const filtered = () => settings.update(all.filter((item) => item.key.includes(search.value.trim())));
  search.addEventListener('input', filtered);

  const logger = el('input', { type: 'text', value: 'io.sluice', 'aria-label': 'Logger', spellcheck: 'false' });
  const level = el('select', { 'aria-label': 'Level' }, ...['error', 'warn', 'info', 'debug', 'trace'].map((name) => el('option', { selected: name === 'info' }, name)));
  const setLevel = button('Set log level', async () => {
    await post('/api/v1/log-levels', { logger: logger.value.trim(), level: level.value });
    say(`${logger.value.trim()} logs from ${level.value} on.`);
  });
  const changes = el('ul', { class: 'changes', role: 'status' });
  const reload = button('Reload', async () => {
    if (!(await confirmed('Reload the configuration?', 'File and environment are read again, and all of it is checked first: if anything is wrong, nothing changes.', 'Reload'))) return;
    try {
      const answer = await post('/api/v1/reload');
      changes.replaceChildren(
        ...(answer.changes.length === 0 ? [el('li', {}, 'Nothing has changed.')] : answer.changes.map((each) => el('li', {}, el('code', {}, each.key), `: ${each.old} → ${each.new}, ${EFFECTS[String(each.effect).toLowerCase()] ?? each.effect}`))),
      );
      await loadSettings();
    } catch (cause) {
      const problems = cause.body?.problems ?? cause.body?.error?.problems;
      if (!problems) throw cause;
      changes.replaceChildren(el('li', { class: 'problem' }, 'Nothing has changed:'), ...problems.map((problem) => el('li', { class: 'problem' }, typeof problem === 'string' ? problem : (problem.message ?? JSON.stringify(problem)))));
    }
  });
  const drain = button(
    'Drain and stop',
    async () => {
      const open = latest?.broker.connections.open ?? 0;
      if (!(await confirmed('Drain and stop the broker?', `No new connections; publishers are read until they are silent; ${plural(open, 'connection')} leave one after the other with all they are owed. Then the broker ends. It does not start again by itself.`, 'Drain and stop'))) return;
      await post('/api/v1/drain');
      say('The broker drains, and then stops.');
    },
    'danger',
  );

  async function loadSettings() {
    all = (await get('/api/v1/config')).settings;
    filtered();
  }

  const element = el(
    'div',
    {},
    el('section', {}, el('div', { class: 'heading' }, el('h1', {}, 'Broker'), el('span', { class: 'tools' }, reload, drain)), changes, facts.element),
    el('section', {}, el('h2', {}, 'Since its start'), totals.element),
    el('section', {}, el('h2', {}, 'Event loops'), loops.element),
    el('section', {}, el('h2', {}, 'Logging'), el('div', { class: 'controls' }, logger, level, setLevel)),
    el('section', {}, el('h2', {}, 'Settings'), el('div', { class: 'controls' }, search), settings.element),
  );
  return {
    title: 'Broker',
    element,
    show() {
      loadSettings().catch((cause) => say(cause.message, true));
    },
    tick({ broker }) {
      const { memory, totals: sums } = broker;
      facts.update({
        state: words(broker.state),
        version: `${broker.version}, Java ${broker.java_version}`,
        process: String(broker.pid),
        started: clock(broker.started),
        up: duration(broker.uptime_ms),
        'listens at': (broker.listen ?? []).join(', '),
        transport: broker.transport,
        configuration: broker.config_file || 'no file',
        heap: `${bytes(memory.heap_used_bytes)} of ${bytes(memory.heap_max_bytes)}`,
        'direct memory': bytes(memory.direct_bytes),
        resident: bytes(memory.rss_bytes),
        'memory bound': bytes(memory.max_bytes),
      });
      totals.update({
        'messages received': count(sums.messages_in),
        'bytes received': bytes(sums.bytes_in),
        'messages delivered': count(sums.messages_written),
        'bytes delivered': bytes(sums.bytes_written),
        returned: count(sums.messages_returned),
        'push-backs': count(sums.push_backs),
        'slow episodes': count(sums.slow_episodes),
        connections: `${count(broker.connections.accepted)} accepted`,
        dropped: reasons(sums.dropped),
        closed: reasons(sums.closed),
      });
      loops.update(broker.event_loops ?? []);
    },
  };
}

// ------------------------------------------------------------------------------------------------------------- the way between pages

const MAKERS = {
  overview,
  destinations: destinationsPage,
  connections: connectionsPage,
  closed: closedPage,
  broker: brokerPage,
  destination: destinationPage,
  connection: connectionPage,
};
const NAV = { overview: 'Overview', destinations: 'Destinations', connections: 'Connections', closed: 'Closed', broker: 'Broker' };
const PARENT = { destination: 'destinations', connection: 'connections' };

const pages = new Map();
let current = null;

function route(first) {
  const [path, search = ''] = location.hash.slice(1).split('?', 2);
  const [name, ...rest] = path.split('/');
  let argument;
  try {
    argument = decodeURIComponent(rest.join('/'));
  } catch {
    argument = rest.join('/');
  }
  const known = name in MAKERS && (!(name in PARENT) || argument !== '') ? name : 'overview';
  current?.hide?.();
  if (!pages.has(known)) pages.set(known, MAKERS[known]());
  current = pages.get(known);
  by('main').replaceChildren(current.element);
  current.show?.(argument, new URLSearchParams(search));
  for (const link of by('nav').children) {
    if (link.hash === '#' + (PARENT[known] ?? known)) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  if (latest) current.tick?.(latest);
  heading();
  if (!first) {
    by('main').focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }
}

function heading() {
  const slow = latest?.broker.slow_subscribers ?? 0;
  const title = `${slow > 0 ? `(${slow} slow) ` : ''}${current.title} · Sluice`;
  if (document.title !== title) document.title = title;
}

// ------------------------------------------------------------------------------------------------------------- the stream of figures

let lastTick = 0;
let startedBefore = null;

function ticked(name, tick) {
  if (name !== 'tick') return;
  latest = tick;
  lastTick = Date.now();
  const { broker } = tick;
  brokerNow = Date.parse(broker.started) + broker.uptime_ms;
  remember(tick);
  if (startedBefore !== null && startedBefore !== broker.started) {
    say('The broker was started again: its counters began anew.');
    current.again?.();
  }
  startedBefore = broker.started;
  if (document.hidden) return heading();
  put(by('broker'), `${location.host} · ${broker.version} · up ${duration(broker.uptime_ms)}`);
  notice(broker.state === 'ready' ? '' : STATES[broker.state] ?? `The broker is ${words(broker.state)}.`);
  const shown = broker.state === 'ready' ? 'live' : words(broker.state);
  put(by('link'), shown);
  by('link').className = `pill ${broker.state === 'ready' ? 'good' : 'warn'}`;
  current.tick?.(tick);
  heading();
}

const STATES = {
  starting: 'The broker is starting.',
  draining: 'The broker drains: it takes no new connections, and stops when all have what they are owed.',
  above_memory_bound: 'Messages hold more memory than the bound allows: publishers to queues wait, and the largest backlogs of topics are shed.',
};

function notice(text) {
  const box = by('notice');
  put(box, text);
  box.hidden = !text;
}

function linked(state, detail) {
  const link = by('link');
  document.body.classList.toggle('stale', state !== 'live');
  if (state === 'live') {
    if (lastTick === 0) put(link, 'connected');
    return;
  }
  link.className = `pill ${state === 'waiting' ? 'bad' : ''}`;
  put(link, state === 'waiting' ? 'not connected' : 'connecting');
  if (state !== 'waiting') return;
  const from = lastTick > 0 ? ` What you see is of ${clock(lastTick)}.` : '';
  notice(`${detail.message || 'No figures come from the broker.'}${from} Trying again by itself.`);
}

// ------------------------------------------------------------------------------------------------------------- light and dark

const THEMES = { auto: 'Auto', light: 'Light', dark: 'Dark' };

function themed(theme) {
  if (theme === 'auto') {
    delete document.documentElement.dataset.theme;
    localStorage.removeItem('sluice-theme');
  } else {
    document.documentElement.dataset.theme = theme;
    localStorage.setItem('sluice-theme', theme);
  }
  by('theme').textContent = `◐ ${THEMES[theme]}`;
  by('theme').setAttribute('aria-label', `Colours: ${THEMES[theme]}. Press for the next.`);
  recolour();
}

const theme = () => (localStorage.getItem('sluice-theme') in THEMES ? localStorage.getItem('sluice-theme') : 'auto');

by('theme').addEventListener('click', () => {
  const names = Object.keys(THEMES);
  themed(names[(names.indexOf(theme()) + 1) % names.length]);
});
by('sign').addEventListener('click', signInOrOut);
by('nav').append(...Object.entries(NAV).map(([name, label]) => el('a', { href: href(name) }, label)));
onSignIn(askForToken);
signedIn(Boolean(localStorage.getItem('sluice-signed-in')));
themed(theme());
route(true);
addEventListener('hashchange', () => route(false));
addEventListener('pagehide', () => current?.leave?.());
document.addEventListener('visibilitychange', () => !document.hidden && latest && current.tick?.(latest));
stream('/api/v1/events', ticked, linked, SILENT_MS);
