// Pages with all there is of something.

import { closedColumns, connectionColumns, destinationColumns, href, rowKind } from './columns.js';
import { count, el, put } from './format.js';
import { poll, query } from './net.js';
import { PAGE, Table } from './tables.js';

const POLL_MS = 3000;
const TYPING_MS = 250;

/**
 * A table that pages and searches through the API, so that it reaches what the broker does not tell every second.
 *
 * @param fixed parameters of every call
 */
function list(page, title, { path, fixed = {}, columns, key, sorts, first, placeholder, empty, above = [] }) {
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
        const answer = await poll(`${path}?` + query({ ...fixed, ...state, limit: PAGE }), { signal: current.signal });
        table.update(answer.items);
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

export const destinationsPage = () =>
  list('destinations', 'Destinations', {
    path: '/api/v1/destinations',
    columns: destinationColumns,
    key: (item) => item.name,
    sorts: { backlog: 'largest backlog first', age: 'oldest message first', drops: 'most dropped first', rate: 'busiest first', name: 'by name' },
    first: 'backlog',
    placeholder: 'part of a name',
    empty: 'No destination matches.',
    above: [anyDestination()],
  });

export const connectionsPage = () =>
  list('connections', 'Connections', {
    path: '/api/v1/connections',
    fixed: { state: 'open' },
    columns: connectionColumns,
    key: (item) => item.id,
    sorts: { slow: 'slowest first', backlog: 'largest backlog first', age: 'oldest message first', lost: 'most lost first', opened: 'latest first' },
    first: 'slow',
    placeholder: 'id, address or destination',
    empty: 'No connection matches.',
  });

export const closedPage = () =>
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
