// Moving charts: lines over the last minutes, drawn by uPlot.

import { clock, el, svg } from './format.js';

const FONT = '11px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "DejaVu Sans", sans-serif';
const CURSOR_STEP = { ArrowLeft: -1, ArrowRight: 1 };
const DASHES = [[], [7, 4], [2, 3], [9, 3, 2, 3]];
const COLOURS = 7;
const BINARY = Array.from({ length: 50 }, (_, i) => 2 ** i);

// Colours are given for light and dark in one; what that comes to only a property of an element tells.
const probe = el('i', { hidden: true });
const resolved = new Map();
function css(name) {
  if (!resolved.has(name)) {
    if (!probe.isConnected) document.body.append(probe);
    probe.style.color = `var(${name})`;
    resolved.set(name, getComputedStyle(probe).color);
  }
  return resolved.get(name);
}

const alive = new Set();

/** After the colours changed. */
export function recolour() {
  resolved.clear();
  for (const chart of alive) chart.redraw();
}
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', recolour);

const colourName = (line) => (line.limit ? '--limit' : `--c${line.slot % COLOURS}`);
// The second time round the colours other dashes begin.
const dash = (line) => (line.limit ? [4, 4] : DASHES[Math.floor(line.slot / COLOURS) % DASHES.length]);

/** A piece of the line, for legends. */
export function swatch(line) {
  const stroke = svg('path', { d: 'M0 4H22', 'stroke-width': 3, 'stroke-dasharray': dash(line).join(' ') });
  stroke.style.stroke = `var(${colourName(line)})`;
  return svg('svg', { width: 22, height: 8, 'aria-hidden': 'true', class: 'swatch' }, stroke);
}

/**
 * Some lines over time. Times are seconds since 1970 and ascend; a value is a number, null where a line is broken, or undefined
 * where it just has none.
 */
export class Chart {
  /**
   * @param format of a value, for axis and cursor
   * @param lines each { label, slot } or { label, limit: true }; a later one may replace them by {@link setLines}
   * @param binary whether the axis goes by powers of two, as bytes do
   */
  constructor(title, { unit = '', format, lines, height = 130, latest = true, least = 1, binary = false }) {
    this.title = title;
    this.format = format;
    this.height = height;
    this.least = least;
    this.binary = binary;
    this.latest = latest;
    this.plot = el('div', { class: 'plot', tabindex: 0, role: 'img' });
    this.key = el('span', { class: 'key' });
    const heading = el('h3', {}, title, ' ', el('small', {}, unit));
    this.element = el('figure', { class: 'chart' }, el('figcaption', {}, heading, this.key), this.plot);
    this.data = [[]];
    this.setLines(lines);
    this.#keys();
    new ResizeObserver(() => this.#fit()).observe(this.plot);
  }

  setLines(lines) {
    this.lines = lines;
    this.u?.destroy();
    this.u = null;
    this.values = lines.map(() => el('b'));
    this.key.replaceChildren(
      ...(this.latest ? lines.map((line, i) => el('span', {}, swatch(line), line.label, ' ', this.values[i])) : []),
    );
    this.plot.setAttribute(
      'aria-label',
      `${this.title}: ${lines.map((line) => line.label).join(', ')}. Left and right arrow keys show values.`,
    );
  }

  /** Shows these columns between two times; the last value of each is written beside its name. */
  update(data, from, to) {
    this.data = data;
    this.from = from;
    this.to = to;
    if (this.latest) {
      this.lines.forEach((line, i) => {
        const last = data[i + 1][data[i + 1].length - 1];
        const text = this.format(last ?? undefined);
        if (this.values[i].textContent !== text) this.values[i].textContent = text;
      });
    }
    // Nobody looks: what was missed is drawn with the next second that somebody does.
    if (document.hidden || this.plot.clientWidth === 0) return;
    if (!this.u) this.#create();
    else this.u.setData(data, true);
  }

  redraw() {
    this.u?.redraw(false, false);
  }

  destroy() {
    this.u?.destroy();
    this.u = null;
    alive.delete(this);
  }

  show(slot, visible) {
    this.lines.forEach((line, i) => line.slot === slot && this.u?.setSeries(i + 1, { show: visible }));
  }

  #fit() {
    const width = this.plot.clientWidth;
    if (width > 0 && this.u && width !== this.u.width) this.u.setSize({ width, height: this.height });
    else if (width > 0 && !this.u && this.data[0].length > 0) this.#create();
  }

  #create() {
    alive.add(this);
    const axis = {
      stroke: () => css('--dim'),
      font: FONT,
      grid: { stroke: () => css('--grid'), width: 1 },
      ticks: { stroke: () => css('--line'), width: 1, size: 3 },
    };
    this.u = new uPlot(
      {
        width: Math.max(120, this.plot.clientWidth),
        height: this.height,
        padding: [6, 26, 0, 0],
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
        scales: {
          x: { time: true, range: () => [this.from, this.to] },
          y: { range: (u, min, max) => this.#range(min, max) },
        },
        axes: [
          { ...axis, size: 24, gap: 3, space: 70, values: (u, splits) => splits.map((at) => this.#tick(at)) },
          { ...axis, ...(this.binary ? { incrs: BINARY } : {}), size: 58, gap: 4, space: 28, values: (u, splits) => splits.map((value) => this.format(value)) },
        ],
        series: [
          {},
          ...this.lines.map((line) => ({
            label: line.label,
            stroke: () => css(colourName(line)),
            width: line.limit ? 1 : 1.6,
            dash: dash(line),
            show: !line.off,
            points: { show: false },
          })),
        ],
        plugins: [this.#tip()],
      },
      this.data,
      this.plot,
    );
  }

  #range(min, max) {
    if (min === null || max === null) return [0, this.least];
    // From zero, so that half as high is half as much; unless it is far away or below.
    const low = min < 0 ? min * 1.1 : min > 0.6 * max && this.free ? min - (max - min || max * 0.1) : 0;
    return [low, Math.max(this.least, max > 0 ? max * 1.08 : low + this.least)];
  }

  #tick(at) {
    const text = clock(at * 1000);
    return this.to - this.from > 900 ? text.slice(0, -3) : text;
  }

  #tip() {
    const tip = el('div', { class: 'tip', hidden: true });
    return {
      hooks: {
        init: (u) => u.over.append(tip),
        setCursor: (u) => {
          const index = u.cursor.idx;
          tip.hidden = index === null || index === undefined || u.cursor.left < 0 || u.data[0].length === 0;
          if (tip.hidden) return;
          tip.replaceChildren(el('b', {}, clock(u.data[0][index] * 1000)));
          this.lines.forEach((line, i) => {
            if (!u.series[i + 1].show) return;
            const value = near(u.data[i + 1], index);
            if (value !== undefined) tip.append(el('span', {}, swatch(line), el('bdi', {}, line.label), el('em', {}, this.format(value))));
          });
          const right = u.cursor.left < u.over.clientWidth / 2;
          tip.style.left = right ? `${u.cursor.left + 10}px` : 'auto';
          tip.style.right = right ? 'auto' : `${u.over.clientWidth - u.cursor.left + 10}px`;
        },
      },
    };
  }

  #keys() {
    let index = null;
    const away = () => {
      index = null;
      this.u?.setCursor({ left: -10, top: -10 });
    };
    this.plot.addEventListener('keydown', (event) => {
      const last = this.data[0].length - 1;
      if (!this.u || last < 0) return;
      if (event.key === 'Escape') return away();
      if (event.key === 'Home' || event.key === 'End') index = event.key === 'Home' ? 0 : last;
      else if (event.key in CURSOR_STEP) index = Math.min(last, Math.max(0, (index ?? last) + CURSOR_STEP[event.key]));
      else return;
      event.preventDefault();
      this.u.setCursor({ left: this.u.valToPos(this.data[0][index], 'x'), top: 10 });
    });
    this.plot.addEventListener('blur', away);
  }
}

/** Lines have values at different times: the nearest one is meant. */
function near(column, index) {
  for (let away = 0; away <= 8; away++) {
    for (const at of [index - away, index + away]) {
      if (column[at] !== null && column[at] !== undefined) return column[at];
    }
  }
  return undefined;
}

/** Rows of figures, a row a second, kept for a while: what charts are drawn from. */
export class History {
  /** @param width how many figures a row has */
  constructor(width, seconds) {
    this.columns = Array.from({ length: width + 1 }, () => []);
    this.seconds = seconds;
  }

  push(at, figures) {
    const times = this.columns[0];
    const last = times[times.length - 1];
    if (last !== undefined && at <= last) return;
    // Where nothing was heard for a while there is no line.
    if (last !== undefined && at - last > 5) this.#append(last + 1, figures.map(() => null));
    this.#append(at, figures);
  }

  #append(at, figures) {
    this.columns[0].push(at);
    figures.forEach((figure, i) => this.columns[i + 1].push(figure ?? null));
    while (this.columns[0][0] < at - this.seconds) for (const column of this.columns) column.shift();
  }

  pick(...indices) {
    return [this.columns[0], ...indices.map((index) => this.columns[index + 1])];
  }
}
