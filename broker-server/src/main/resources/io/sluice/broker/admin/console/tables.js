// Tables that change every second: rows are kept by their key, cells are written where their text changed.

import { el, put } from './format.js';

/** The most rows that are ever in a table: pages hold no more. */
export const PAGE = 50;

export class Table {
  /**
   * @param columns each { title, word: true for text, text: item → string, node: item → element (made anew when the text changes),
   *     kind: item → class, hint: item → title, sort: name of an order the broker knows, wide: true for a line of its own on a phone }
   * @param key item → what it is known by
   * @param sorted called with the order that was asked for
   * @param wrap whether long texts are broken instead of cut
   */
  constructor(caption, columns, { key, kind = () => '', empty, sorted = null, wrap = false }) {
    this.columns = columns;
    this.key = key;
    this.kind = kind;
    this.sorted = sorted;
    this.rows = new Map();
    // Roles are named, because on a phone the table is laid out as cards and would lose them.
    this.body = el('tbody', { role: 'rowgroup' });
    this.heads = columns.map((column) => this.#head(column));
    this.empty = el('p', { class: 'empty' }, empty);
    this.table = el(
      'table',
      { role: 'table', 'aria-label': caption, class: wrap ? 'wrap' : null },
      el('thead', { role: 'rowgroup' }, el('tr', { role: 'row' }, ...this.heads)),
      this.body,
    );
    this.element = el('div', { class: 'scroll' }, this.table, this.empty);
    this.update([]);
    // Nothing is said before there are figures: whether there is nothing is not known yet.
    this.empty.hidden = true;
  }

  #head(column) {
    const head = el('th', { role: 'columnheader', scope: 'col', class: column.word ? 'word' : null, title: column.about });
    if (column.sort && this.sorted) head.append(el('button', { type: 'button', class: 'sort', onclick: () => this.sorted(column.sort) }, column.title));
    else head.append(column.title);
    return head;
  }

  /** Says which column the order is by. */
  orderedBy(sort) {
    this.columns.forEach((column, i) => {
      if (column.sort === sort) this.heads[i].setAttribute('aria-sort', column.ascending ? 'ascending' : 'descending');
      else this.heads[i].removeAttribute('aria-sort');
    });
  }

  update(items) {
    const gone = new Set(this.rows.keys());
    let place = this.body.firstChild;
    for (const item of items.slice(0, 2 * PAGE)) {
      const key = this.key(item);
      gone.delete(key);
      const row = this.rows.get(key) ?? this.#row(key);
      this.#fill(row, item);
      if (row.element === place) place = place.nextSibling;
      else this.body.insertBefore(row.element, place);
    }
    for (const key of gone) {
      this.rows.get(key).element.remove();
      this.rows.delete(key);
    }
    this.empty.hidden = items.length > 0;
    this.table.hidden = items.length === 0;
  }

  #row(key) {
    const cells = this.columns.map((column, i) =>
      i === 0
        ? el('th', { role: 'rowheader', scope: 'row', class: 'word' })
        : el('td', { role: 'cell', 'data-label': column.title, class: column.word ? 'word' : null }),
    );
    const row = { element: el('tr', { role: 'row' }, ...cells), cells, texts: [] };
    this.rows.set(key, row);
    return row;
  }

  #fill(row, item) {
    const kind = this.kind(item);
    if (row.element.className !== kind) row.element.className = kind;
    this.columns.forEach((column, i) => {
      const cell = row.cells[i];
      const text = column.text(item);
      if (row.texts[i] !== text) {
        row.texts[i] = text;
        if (column.node) cell.replaceChildren(column.node(item));
        else put(cell, text);
      }
      const wanted = [column.word || i === 0 ? 'word' : '', column.wide ? 'wide' : '', text === '–' ? 'none' : '', column.kind?.(item) ?? '']
        .filter(Boolean)
        .join(' ');
      if (cell.className !== wanted) cell.className = wanted;
      if (column.hint) {
        const hint = column.hint(item);
        if (cell.title !== hint) cell.title = hint;
      }
    });
  }
}

/** Pairs of a name and a figure. */
export class Facts {
  constructor(names) {
    this.values = new Map(names.map((name) => [name, el('dd')]));
    this.element = el('dl', { class: 'facts' }, ...names.map((name) => el('div', {}, el('dt', {}, name), this.values.get(name))));
  }

  update(values) {
    for (const [name, dd] of this.values) put(dd, values[name] ?? '–');
  }
}
