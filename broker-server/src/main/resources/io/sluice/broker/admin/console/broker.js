// The page of the broker itself.

import { reasons } from './columns.js';
import { button, confirmed, say } from './dialogs.js';
import { latest } from './figures.js';
import { bytes, clock, count, duration, el, plural, words } from './format.js';
import { get, post } from './net.js';
import { Facts, Table } from './tables.js';

const EFFECTS = { live: 'at once', new_connections: 'for new connections', restart: 'after a restart' };

export function brokerPage() {
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
      const open = latest.tick?.broker.connections.open ?? 0;
      if (!(await confirmed('Drain and stop the broker?', `No new connections; publishers are read until they are silent; subscribers leave one after the other, with all they are owed (${plural(open, 'connection')} now). Then the broker ends. It does not start again by itself.`, 'Drain and stop'))) return;
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
