// The frame of the console: the way between its pages, the stream of figures, light and dark.

import { brokerPage } from './broker.js';
import { recolour } from './charts.js';
import { href } from './columns.js';
import { askForToken, say, signedInBefore, signInOrOut } from './dialogs.js';
import { latest, remember } from './figures.js';
import { clock, duration, el, put, words } from './format.js';
import { closedPage, connectionsPage, destinationsPage } from './lists.js';
import { onSignIn, query, stream } from './net.js';
import { overview } from './overview.js';
import { connectionPage, destinationPage } from './places.js';

const by = (id) => document.getElementById(id);
const SILENT_MS = 8000;
const ROWS_OF_TICK = 15;

// -------------------------------------------------------------------------------------------------------- the way between pages

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
  if (latest.tick) current.tick?.(latest.tick);
  heading();
  if (!first) {
    by('main').focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }
}

function heading() {
  const slow = latest.tick?.broker.slow_subscribers ?? 0;
  const title = `${slow > 0 ? `(${slow} slow) ` : ''}${current.title} · Sluice`;
  if (document.title !== title) document.title = title;
}

// -------------------------------------------------------------------------------------------------------- the stream of figures

let lastTick = 0;
let startedBefore = null;

function ticked(name, tick) {
  if (name !== 'tick') return;
  latest.tick = tick;
  lastTick = Date.now();
  const { broker } = tick;
  latest.now = Date.parse(broker.started) + broker.uptime_ms;
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

// --------------------------------------------------------------------------------------------------------------- light and dark

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
signedInBefore();
addEventListener('storage', signedInBefore);
themed(theme());
route(true);
addEventListener('hashchange', () => route(false));
addEventListener('pagehide', () => current?.leave?.());
document.addEventListener('visibilitychange', () => !document.hidden && latest.tick && current.tick?.(latest.tick));
stream('/api/v1/events?' + query({ limit: ROWS_OF_TICK }), ticked, linked, SILENT_MS);
