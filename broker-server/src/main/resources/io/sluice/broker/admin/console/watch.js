// What passes through a destination, as text or, where it is JSON, as one moving chart for each number in it.

import { Chart, swatch } from './charts.js';
import { age, bytes, clock, count, duration, el, figure, named, plural, put, rate } from './format.js';
import { query, stream } from './net.js';

const ROWS = 100;
const DRAW_MS = 250;
const CHARTS_MS = 500;
const POINTS = 600;
const SAMPLES = 20_000;
const KEPT_OVER_RELOAD = 4000;
const MOST_FIELDS = 8;
const MOST_LINES = 12;
const MOST_VALUES = 12;
const DEEPEST = 3;
const SPANS = { '1 min': 60, '5 min': 300, '15 min': 900 };
const LONGEST_SPAN_MS = 900_000;
const SILENT_MS = 3000;
const SHORTEST_SPAN_S = 60;
// What is called by a colour is drawn in it, where there is one like it.
const NAMED = { blue: 0, orange: 1, green: 2, purple: 3, pink: 3, magenta: 3, yellow: 4, brown: 4, cyan: 5, red: 6 };

/** Numbers and words of an object, those inside of it by their path. */
function flatten(value, path, depth, into) {
  for (const [name, inner] of Object.entries(value)) {
    const key = path + name;
    if (typeof inner === 'number') into.numbers[key] = inner;
    else if (typeof inner === 'string' || typeof inner === 'boolean') into.words[key] = String(inner).slice(0, 80);
    else if (inner && typeof inner === 'object' && !Array.isArray(inner) && depth < DEEPEST) flatten(inner, key + '.', depth + 1, into);
  }
}

function sampleOf(text) {
  if (!text?.trimStart().startsWith('{')) return null;
  try {
    const into = { numbers: Object.create(null), words: Object.create(null) };
    flatten(JSON.parse(text), '', 0, into);
    return Object.keys(into.numbers).length > 0 ? into : null;
  } catch {
    return null;
  }
}

/** The numbers that came, and what they can be told apart by. */
class Samples {
  constructor() {
    this.all = [];
    this.fields = new Set();
    this.values = new Map();
  }

  add(sample) {
    this.all.push(sample);
    if (this.all.length > SAMPLES) this.all.splice(0, SAMPLES / 10);
    while (this.all[0].at < sample.at - LONGEST_SPAN_MS) this.all.shift();
    for (const field of Object.keys(sample.numbers)) if (this.fields.size < 50) this.fields.add(field);
    for (const [field, value] of Object.entries(sample.words)) {
      if (!this.values.has(field) && this.values.size >= 50) continue;
      const seen = this.values.get(field) ?? new Set();
      // One more than tells apart: then it is known to be too many.
      if (seen.size <= MOST_VALUES) seen.add(value);
      this.values.set(field, seen);
    }
  }

  /** Fields with few values. */
  candidates() {
    return [...this.values].filter(([, seen]) => seen.size <= MOST_VALUES).map(([field]) => field);
  }

  /** A line for each value of the field, in the order of their names, so that each keeps its colour. */
  lines(by) {
    const found = new Map();
    for (const sample of this.all) {
      const name = by ? sample.words[by] : 'all';
      if (name === undefined) continue;
      const line = found.get(name) ?? { name, count: 0, first: sample.at, last: 0, numbers: {} };
      line.count++;
      line.last = sample.at;
      line.numbers = sample.numbers;
      found.set(name, line);
    }
    return [...found.values()];
  }

  /** One column for each line, on a grid of times; broken where a line was silent. */
  columns(field, by, lines, from, step) {
    const places = new Map(lines.map((line, i) => [line.name, i]));
    const columns = lines.map(() => new Array(POINTS + 1));
    for (const sample of this.all) {
      const at = Math.floor((sample.at / 1000 - from) / step);
      const value = sample.numbers[field];
      if (at < 0 || at > POINTS || value === undefined) continue;
      const place = places.get(by ? sample.words[by] : 'all');
      if (place !== undefined) columns[place][at] = value;
    }
    lines.forEach((line, i) => breakGaps(columns[i], Math.ceil(silence(line) / 1000 / step)));
    return columns;
  }
}

/** How long a line may say nothing before it is taken for interrupted. */
const silence = (line) => Math.max(SILENT_MS, line.count > 1 ? (4 * (line.last - line.first)) / (line.count - 1) : 0);

function breakGaps(column, longest) {
  let last = -1;
  for (let i = 0; i < column.length; i++) {
    if (column[i] === undefined) continue;
    if (last >= 0 && i - last > longest) column[last + 1] = null;
    last = i;
  }
}

/** Hexadecimal of the first bytes. */
function hex(base64) {
  const text = atob(base64.slice(0, 88));
  return [...text].map((c) => c.charCodeAt(0).toString(16).padStart(2, '0')).join(' ');
}

export const payload = (message) =>
  message.text !== undefined && message.text !== null
    ? el('bdi', { class: 'payload' }, message.text === '' ? '(empty)' : message.text, message.truncated ? ' …' : '')
    : el('bdi', { class: 'payload binary' }, hex(message.base64 ?? ''), (message.size_bytes ?? 0) > 64 ? ' …' : '');

/** Looks at one destination until it is closed. */
export class Watch {
  /** @param remember called with { watch, by, span } when one of them changes */
  constructor(name, { watch = '', by, span }, remember) {
    this.name = name;
    this.remember = remember;
    this.samples = new Samples();
    this.messages = [];
    this.fresh = [];
    this.total = 0;
    this.missed = 0;
    this.recent = [];
    this.mode = watch === 'text' || watch === 'charts' ? watch : '';
    this.by = by;
    this.span = span in SPANS ? span : '5 min';
    this.slots = new Map();
    this.charts = new Map();
    this.hidden = new Set();
    this.#build();
    this.#restore();
    if (watch) this.start();
  }

  #build() {
    this.button = el('button', { type: 'button', class: 'main', onclick: () => (this.source ? this.stop() : this.start()) }, 'Watch');
    this.state = el('span', { class: 'pill', role: 'status' }, 'not watching');
    this.figures = el('span', { class: 'figures' });
    const choice = (label, value) =>
      el('button', { type: 'button', 'aria-pressed': 'false', 'data-mode': value, onclick: () => this.#choose(value) }, label);
    this.modes = el('span', { class: 'choice', role: 'group', 'aria-label': 'Shown as' }, choice('Text', 'text'), choice('Charts', 'charts'));
    this.pause = el('button', { type: 'button', 'aria-pressed': 'false', onclick: () => this.#pause() }, 'Hold still');
    this.bySelect = el('select', { onchange: () => this.#groupBy(this.bySelect.value) });
    this.spanSelect = el(
      'select',
      { onchange: () => this.#spanned(this.spanSelect.value) },
      ...Object.keys(SPANS).map((span) => el('option', { value: span, selected: span === this.span }, span)),
    );
    this.chartTools = el('span', { class: 'tools' }, el('label', {}, 'A line for each ', this.bySelect), el('label', {}, 'Last ', this.spanSelect));
    this.list = el('ol', { class: 'messages', 'aria-label': 'Messages, the latest first' });
    this.legendHead = el('tr');
    this.legend = el('tbody');
    this.legendTable = el('table', { class: 'lines', 'aria-label': 'Lines with their latest values' }, el('thead', {}, this.legendHead), this.legend);
    this.note = el('p', { class: 'dim' });
    this.plots = el('div', { class: 'charts' });
    this.chartPart = el('div', {}, el('div', { class: 'scroll' }, this.legendTable), this.plots, this.note);
    this.body = el('div', { hidden: true }, el('div', { class: 'controls' }, this.modes, this.chartTools, this.pause), this.chartPart, this.list);
    this.element = el(
      'section',
      { 'aria-label': 'Watch live' },
      el('h2', {}, 'Watch live'),
      el('div', { class: 'controls' }, this.button, this.state, this.figures),
      el(
        'p',
        { class: 'dim about' },
        'Watching a topic is a subscription that never makes anybody wait: what does not fit 64 KB a second is counted as missed. ' +
          'Watching a queue looks once a second at what has come and still waits, and takes nothing; what others took before counts as missed.',
      ),
      this.body,
    );
    this.#choose(this.mode, true);
  }

  start() {
    this.body.hidden = false;
    this.button.textContent = 'Stop';
    this.#remember();
    this.source = stream(
      '/api/v1/destinations/watch?' + query({ name: this.name }),
      (event, data) => this.#said(event, data),
      (state, detail) => this.#changed(state, detail),
    );
    this.timer = setInterval(() => this.#draw(), DRAW_MS);
    this.chartTimer = setInterval(() => this.#drawCharts(), CHARTS_MS);
  }

  stop() {
    this.source?.close();
    this.source = null;
    clearInterval(this.timer);
    clearInterval(this.chartTimer);
    this.button.textContent = 'Watch';
    this.#remember();
  }

  /** The broker was away: a stream to the one before may not have noticed. */
  again() {
    this.source?.again();
  }

  close() {
    this.#keep();
    const source = this.source;
    this.source = null;
    source?.close();
    clearInterval(this.timer);
    clearInterval(this.chartTimer);
    for (const chart of this.charts.values()) chart.destroy();
  }

  #remember() {
    this.remember({ watch: this.source === null ? '' : this.mode || 'on', by: this.by, span: this.span });
  }

  #changed(state, detail) {
    const shown = { connecting: 'connecting', live: 'watching', waiting: 'interrupted, trying again', closed: 'not watching' }[state];
    put(this.state, state === 'waiting' && detail.message ? detail.message : shown);
    this.state.className = `pill ${state === 'live' ? 'good' : state === 'waiting' ? 'bad' : ''}`;
  }

  #said(event, data) {
    if (event === 'missed') {
      this.missed += data.messages;
      return;
    }
    if (event !== 'message') return;
    this.total++;
    const at = Date.now();
    this.recent.push(at);
    const message = { ...data, at: Date.parse(data.time) || at };
    this.fresh.push(message);
    if (this.fresh.length > ROWS) this.fresh.shift();
    const sample = sampleOf(data.text);
    if (sample) {
      sample.at = message.at;
      // Between this clock and the broker's lies what the axis must not show as a gap at its end.
      this.skew = message.at - at;
      this.samples.add(sample);
    }
    if (!this.mode && this.total <= 3) this.#choose(sample ? 'charts' : 'text', true);
  }

  #choose(mode, byItself) {
    this.mode = mode;
    for (const button of this.modes.children) button.setAttribute('aria-pressed', String(button.dataset.mode === mode));
    const charts = mode === 'charts';
    this.chartPart.hidden = this.chartTools.hidden = !charts;
    this.list.hidden = charts;
    if (!byItself) this.#remember();
    if (charts && !byItself) this.#drawCharts();
  }

  #pause() {
    this.held = !this.held;
    this.pause.setAttribute('aria-pressed', String(this.held));
  }

  #groupBy(field) {
    this.by = field;
    this.#remember();
    this.#drawCharts();
  }

  #spanned(span) {
    this.span = span;
    this.#remember();
    this.#drawCharts();
  }

  #draw() {
    if (document.hidden) return;
    const now = Date.now();
    while (this.recent.length > 0 && this.recent[0] < now - 5000) this.recent.shift();
    put(
      this.figures,
      `${rate(this.recent.length / 5)}, ${count(this.total)} seen, ${this.missed > 0 ? `${count(this.missed)} missed` : 'none missed'}`,
    );
    if (this.held || this.list.hidden) return;
    const rows = this.fresh
      .splice(0)
      .reverse()
      .map((message) =>
        el('li', {}, el('time', {}, clock(message.at) + '.' + String(message.at % 1000).padStart(3, '0')), el('span', { class: 'size' }, bytes(message.size_bytes)), payload(message)),
      );
    this.list.prepend(...rows);
    while (this.list.children.length > ROWS) this.list.lastChild.remove();
  }

  // ---------------------------------------------------------------------------------------------------------------- charts

  #drawCharts() {
    if (document.hidden || this.held || this.mode !== 'charts') return;
    const candidates = this.samples.candidates();
    if (this.by === undefined && candidates.length > 0) this.suggested = candidates[0];
    const by = this.by ?? this.suggested ?? '';
    this.#options(candidates, by);

    const lines = this.samples.lines(by);
    for (const line of lines) if (!this.slots.has(line.name)) this.slots.set(line.name, this.#freeSlot(line.name));
    const shown = lines
      .map((line) => ({ ...line, label: line.name, slot: this.slots.get(line.name) }))
      .sort((a, b) => a.slot - b.slot)
      .slice(0, MOST_LINES);
    const fields = [...this.samples.fields].slice(0, MOST_FIELDS);

    const now = (Date.now() + (this.skew ?? 0)) / 1000;
    // At first only as much as there is, so that it is not a dot at the right edge.
    const past = now - (this.samples.all[0]?.at ?? 0) / 1000;
    const seconds = Math.max(SHORTEST_SPAN_S, Math.min(SPANS[this.span], Math.ceil(past / 30) * 30));
    const step = seconds / POINTS;
    const from = Math.floor(now / step) * step - seconds;
    const times = Array.from({ length: POINTS + 1 }, (_, i) => from + i * step);
    for (const field of fields) {
      const chart = this.#chart(field, shown);
      chart.update([times, ...this.samples.columns(field, by, shown, from, step)], from, from + seconds);
    }
    this.#latest(shown, fields, now * 1000, by);
    const more = [];
    if (lines.length > MOST_LINES) more.push(`${plural(lines.length - MOST_LINES, 'more value')} of ${by}`);
    if (this.samples.fields.size > MOST_FIELDS) more.push(`${plural(this.samples.fields.size - MOST_FIELDS, 'more field')}`);
    put(
      this.note,
      fields.length === 0 ? 'No message with a number in it has come yet: {"color":"red","cpu":12.5} would be drawn.' : more.length > 0 ? `Not drawn: ${more.join(', ')}.` : '',
    );
  }

  #freeSlot(name) {
    const taken = new Set(this.slots.values());
    const wanted = NAMED[name.toLowerCase()];
    let slot = wanted !== undefined && !taken.has(wanted) ? wanted : 0;
    while (taken.has(slot)) slot++;
    return slot;
  }

  #chart(field, lines) {
    const known = this.charts.get(field);
    const signature = JSON.stringify(lines.map((line) => [line.label, line.slot]));
    if (known?.signature === signature) return known;
    const drawn = lines.map(({ label, slot }) => ({ label, slot, off: this.hidden.has(slot) }));
    const chart = known ?? new Chart(field, { format: figure, lines: drawn, latest: false, height: 170, least: 0.001 });
    if (known) chart.setLines(drawn);
    else {
      chart.free = true;
      this.charts.set(field, chart);
      this.plots.append(chart.element);
    }
    chart.signature = signature;
    return chart;
  }

  #options(candidates, by) {
    const wanted = ['', ...new Set([...candidates, ...(by ? [by] : [])])];
    const signature = JSON.stringify([wanted, by]);
    if (this.optionsDrawn === signature) return;
    this.optionsDrawn = signature;
    this.bySelect.replaceChildren(...wanted.map((field) => el('option', { value: field, selected: field === by }, field || '(one line for all)')));
  }

  /** The latest of each line, which is the legend of all charts as well. */
  #latest(lines, fields, now, by) {
    const signature = JSON.stringify([lines.map((line) => line.name), fields, by]);
    if (this.legendDrawn !== signature) {
      this.legendDrawn = signature;
      this.legendHead.replaceChildren(
        el('th', { class: 'word', scope: 'col' }, by || 'line'),
        ...fields.map((field) => el('th', { scope: 'col' }, named(field))),
        el('th', { scope: 'col' }, 'last heard'),
      );
      this.legend.replaceChildren(
        ...lines.map((line) => {
          const button = el('button', { type: 'button', class: 'line', 'aria-pressed': String(!this.hidden.has(line.slot)) }, swatch(line), named(line.name));
          button.addEventListener('click', () => this.#toggle(line.slot, button));
          return el('tr', {}, el('th', { class: 'word', scope: 'row' }, button), ...fields.map(() => el('td')), el('td'));
        }),
      );
    }
    lines.forEach((line, i) => {
      const cells = this.legend.children[i].children;
      fields.forEach((field, j) => put(cells[j + 1], figure(line.numbers[field])));
      const quietMs = now - line.last;
      const quiet = quietMs > silence(line);
      put(cells[fields.length + 1], quiet ? `silent for ${duration(quietMs)}` : age(Math.max(1, Math.round(quietMs / 100) * 100)) + ' ago');
      cells[fields.length + 1].className = quiet ? 'warn' : '';
    });
  }

  #toggle(slot, button) {
    const show = this.hidden.delete(slot);
    if (!show) this.hidden.add(slot);
    button.setAttribute('aria-pressed', String(show));
    for (const chart of this.charts.values()) chart.show(slot, show);
  }

  // ------------------------------------------------------------------------------------------------ over a reload of the page

  get #place() {
    return 'sluice-watch ' + this.name;
  }

  #keep() {
    try {
      sessionStorage.setItem(this.#place, JSON.stringify(this.samples.all.slice(-KEPT_OVER_RELOAD)));
    } catch {
      // No room: the charts begin anew then.
    }
  }

  #restore() {
    try {
      for (const sample of JSON.parse(sessionStorage.getItem(this.#place) ?? '[]')) this.samples.add(sample);
    } catch {
      // Not ours.
    }
  }

  /** Before the page goes. */
  leave() {
    this.#keep();
  }
}
