// What stands in the columns of the tables.

import { latest } from './figures.js';
import { age, bytes, clock, count, duration, el, named, rate, since, some, words } from './format.js';
import { query } from './net.js';

/** The address of a page. */
export const href = (page, name, values = {}) => {
  const search = query(values);
  return '#' + page + (name === undefined ? '' : '/' + encodeURIComponent(name)) + (search ? '?' + search : '');
};

export const link = (page, name) => el('a', { href: href(page, name) }, named(name));

const flag = (text, kind) => el('span', { class: `flag ${kind}` }, text);

export const isSlow = (item) => Boolean(item.subscriber?.slow);

export const slowText = (item) => (isSlow(item) ? `slow since ${clock(item.subscriber.slow_since)}, ${since(item.subscriber.slow_since, latest.now)}` : words(item.state));

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

export const subscriberColumns = [
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

export const connectionColumns = [
  client,
  destinationCell('subscribed to', 'subscribed_to'),
  destinationCell('publishes to', 'publishes_to'),
  {
    title: 'state',
    word: true,
    wide: true,
    text: (item) =>
      isSlow(item)
        ? `slow for ${since(item.subscriber.slow_since, latest.now)}`
        : item.pushed_back_ms > 0
          ? `waits ${duration(item.pushed_back_ms)}`
          : words(item.state),
    node(item) {
      const kind = isSlow(item) ? 'flag bad' : item.pushed_back_ms > 0 ? 'flag warn' : 'dim';
      return el('span', { class: kind }, this.text(item));
    },
    hint: (item) => (isSlow(item) ? `since ${clock(item.subscriber.slow_since)}` : item.pushed_back_ms > 0 ? `for ${item.pushed_back_by}` : ''),
  },
  { title: 'sent', about: 'Messages it published', text: (item) => some(item.messages_in) },
  backlog,
  backlogBytes,
  oldest,
  lost,
  waitedFor,
  { title: 'since', sort: 'opened', text: (item) => clock(item.opened), hint: (item) => item.opened ?? '' },
];

export const closedColumns = [
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

export const destinationColumns = [
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
  { title: 'oldest', about: 'How long the oldest of these messages waits', sort: 'age', text: (item) => age(item.oldest_age_ms) },
  { title: 'dropped', sort: 'drops', text: (item) => some(item.dropped), kind: (item) => (item.dropped ? 'warn' : '') },
  {
    title: 'publishers waiting',
    text: (item) => some(item.waiting_publishers),
    kind: (item) => (item.waiting_publishers ? 'bad' : ''),
  },
  p99,
];

export const rowKind = (item) => (isSlow(item) || item.slow_subscribers > 0 ? 'slow' : '');

/** Counts by reason, the largest first. */
export const reasons = (counts) =>
  Object.entries(counts ?? {})
    .filter(([, number]) => number > 0)
    .sort((a, b) => b[1] - a[1])
    .map(([reason, number]) => `${words(reason)} ${count(number)}`)
    .join(', ') || '–';
