// Figures as people read them, and elements that can hold nothing but text.

const NONE = '–';

function digits(value) {
  const size = Math.abs(value);
  if (size !== 0 && size < 1e-3) return value.toExponential(1);
  return size >= 1000 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

function scaled(value, base, units) {
  let unit = 0;
  while (unit < units.length - 1 && Math.abs(Number(value.toPrecision(3))) >= base) {
    value /= base;
    unit++;
  }
  return digits(value) + units[unit];
}

const known = (value) => typeof value === 'number' && Number.isFinite(value);

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** Exact. */
export const count = (value) => (known(value) ? grouped.format(value) : NONE);

/** Exact, or nothing to see where there is none. */
export const some = (value) => (value ? count(value) : NONE);

export const short = (value) => (known(value) ? scaled(value, 1000, ['', ' k', ' M', ' G', ' T']) : NONE);

export const rate = (value) => (known(value) ? scaled(value, 1000, ['', ' k', ' M', ' G']) + '/s' : NONE);

export const bytes = (value) => (known(value) ? scaled(value, 1024, [' B', ' KiB', ' MiB', ' GiB', ' TiB']) : NONE);

export const byteRate = (value) => (known(value) ? bytes(value) + '/s' : NONE);

/** As long, in few characters. */
export const roughly = (ms) => (ms >= 60_000 && ms < 3_600_000 ? `${Math.floor(ms / 60_000)} min` : duration(ms));

/** A number of any size that a message brought. */
export const figure = (value) => (known(value) ? (Math.abs(value) >= 1e6 ? scaled(value, 1000, ['', ' k', ' M', ' G', ' T']) : digits(value)) : NONE);

/** Milliseconds, as two units at most. */
export function duration(ms) {
  if (!known(ms)) return NONE;
  if (ms < 1000) return digits(ms) + ' ms';
  if (ms < 60_000) return (Math.floor(ms / 100) / 10).toFixed(1) + ' s';
  const s = Math.floor(ms / 1000);
  if (s < 3600) return `${Math.floor(s / 60)} min ${String(s % 60).padStart(2, '0')} s`;
  const min = Math.floor(s / 60);
  if (min < 1440) return `${Math.floor(min / 60)} h ${String(min % 60).padStart(2, '0')} min`;
  return `${Math.floor(min / 1440)} d ${Math.floor((min % 1440) / 60)} h`;
}

export const age = (ms) => (ms ? roughly(ms) : NONE);

/** Local time of day; with the date where it was another day. */
export function clock(at) {
  const date = new Date(at);
  if (!at || Number.isNaN(date.getTime())) return NONE;
  const time = date.toLocaleTimeString('en-GB');
  return date.toDateString() === new Date().toDateString() ? time : `${date.toLocaleDateString('en-CA')} ${time}`;
}

/** How long ago by the broker's clock, which is not always that of this machine. */
export const since = (at, now) => (at ? roughly(Math.max(0, now - Date.parse(at))) : NONE);

export const share = (part, whole) => (whole > 0 ? `${digits((100 * part) / whole)} %` : NONE);

/** Reasons and states come as constants. */
export const words = (name) => (name ? String(name).toLowerCase().replaceAll('_', '-') : NONE);

export const plural = (number, one, many = one + 's') => `${count(number)} ${number === 1 ? one : many}`;

/**
 * An element. What is given as children becomes text unless it is an element already, so nothing that a client named is ever read
 * as markup.
 */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** Characters that nobody sees and that turn the order of others around, as their numbers. */
const visible = (name) => String(name).replace(/[\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, (sign) => '\\u' + sign.charCodeAt(0).toString(16));

/** A name that came from outside: its direction of writing ends where it ends. */
export const named = (name, className) => el('bdi', { class: className }, visible(name));

export function svg(tag, attributes, ...children) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Writes only what changed: what did not keeps its selection, and costs no layout. */
export function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
