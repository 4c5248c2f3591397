'use strict';
// Draws the charts from the data in the page. Everything that stands in a table was written before this runs.
(() => {
  const sections = JSON.parse(document.getElementById('data').textContent);
  const DASHES = [[], [7, 4], [2, 3], [9, 3, 2, 3], [12, 4], [4, 2, 1, 2]];
  const CURSOR_STEP = { ArrowLeft: -1, ArrowRight: 1 };
  const FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "DejaVu Sans", sans-serif';

  // ------------------------------------------------------------------------------------------------ numbers and colours

  function digits(value) {
    const size = Math.abs(value);
    if (size !== 0 && (size >= 1e6 || size < 1e-4)) return value.toExponential(2);
    return String(size >= 1000 ? Math.round(value) : Number(value.toPrecision(3)));
  }

  function scaled(value, base, units) {
    let unit = 0;
    while (unit < units.length - 1 && Math.abs(Number(value.toPrecision(3))) >= base) {
      value /= base;
      unit++;
    }
    return digits(value) + units[unit];
  }

  const rate = (value) => scaled(value, 1000, ['', ' k', ' M', ' G', ' T']) + '/s';
  const micros = (value) => scaled(value, 1000, [' µs', ' ms', ' s']);
  const mib = (value) => scaled(value, 1024, [' MiB', ' GiB', ' TiB']);
  const cores = (value) => digits(value);
  const count = (value) => scaled(value, 1000, ['', ' k', ' M']);
  const seconds = (value) => (value >= 7200 ? digits(value / 3600) + ' h' : value >= 300 ? digits(value / 60) + ' min' : digits(value) + ' s');
  const nines = (value) => (value <= 0 ? 0 : Number((100 * (1 - 10 ** -value)).toFixed(Math.max(0, Math.ceil(value) - 1)))) + ' %';

  let styles = getComputedStyle(document.documentElement);
  const css = (name) => styles.getPropertyValue(name).trim();
  const colourName = (line) => (line.limit ? '--limit' : '--c' + (line.slot % 6));
  // Twice round the colours meets other dashes: no two of 36 lines look alike.
  const dash = (line) => DASHES[(line.slot + Math.floor(line.slot / 6)) % DASHES.length];

  for (const mark of document.querySelectorAll('[data-slot]')) {
    const line = { slot: Number(mark.dataset.slot), limit: 'limit' in mark.dataset };
    mark.style.setProperty('--of', `var(${colourName(line)})`);
  }

  // ------------------------------------------------------------------------------------------------ what is drawn

  const CHARTS = [
    { key: 'rate', title: 'Deliveries', unit: 'a second', format: rate },
    { key: 'p50', title: 'Latency p50', unit: 'of each second, logarithmic', format: micros, log: true },
    { key: 'p99', title: 'Latency p99', unit: 'of each second, logarithmic', format: micros, log: true },
    { key: 'curve', title: 'Latency by percentile', unit: 'of the measured time, both axes logarithmic', format: micros, log: true },
    { key: 'rss', title: 'Resident memory', unit: 'of the target', format: mib },
    { key: 'cores', title: 'CPU', unit: 'of the target, in cores', format: cores },
    { key: 'heap', title: 'Heap in use', unit: 'of the target', format: mib },
    { key: 'descriptors', title: 'Descriptors', unit: 'open in the target', format: count },
    { key: 'threads', title: 'Threads', unit: 'of the target', format: count },
  ];

  const element = (tag, className, text) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };

  function swatch(line) {
    const names = 'http://www.w3.org/2000/svg';
    const svg = document.createElementNS(names, 'svg');
    svg.setAttribute('width', '30');
    svg.setAttribute('height', '8');
    svg.setAttribute('aria-hidden', 'true');
    const stroke = document.createElementNS(names, 'path');
    stroke.setAttribute('d', 'M0 4H30');
    stroke.setAttribute('stroke-width', '3');
    stroke.setAttribute('stroke-dasharray', dash(line).join(' '));
    stroke.style.stroke = `var(${colourName(line)})`;
    svg.append(stroke);
    return svg;
  }

  /** One entry for each run that has what the chart shows. */
  function drawn(section, chart) {
    const found = [];
    for (const line of section.lines) {
      for (const run of line.runs) {
        const table = chart.key === 'curve' ? run.curve : [run.t, run[chart.key]];
        if (table[1] && table[1].some((value) => value !== null)) found.push({ line, run, table });
      }
    }
    return found;
  }

  const median = (values) => {
    const sorted = [...values].sort((a, b) => a - b);
    const middle = sorted.length >> 1;
    return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  };

  /** Times of different runs differ a little, so a run may have nothing at an index: its nearest value before or after is meant. */
  function near(column, index, reach) {
    for (let away = 0; away <= reach; away++) {
      for (const at of [index - away, index + away]) {
        if (column[at] !== null && column[at] !== undefined) return column[at];
      }
    }
    return undefined;
  }

  // ------------------------------------------------------------------------------------------------ parts of a chart

  const shade = (warm, until) => ({
    hooks: {
      drawClear: (u) => {
        if (!(warm > 0)) return;
        const { left, top, height } = u.bbox;
        const right = u.valToPos(Math.min(warm, until), 'x', true);
        u.ctx.save();
        u.ctx.fillStyle = css('--shade');
        u.ctx.fillRect(left, top, right - left, height);
        u.ctx.fillStyle = css('--dim');
        u.ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
        u.ctx.textAlign = 'left'; // the axes leave another
        u.ctx.textBaseline = 'bottom';
        const words = 'warm-up';
        if (u.ctx.measureText(words).width < right - left - 8 * devicePixelRatio) {
          u.ctx.fillText(words, left + 4 * devicePixelRatio, top + height - 3 * devicePixelRatio);
        }
        u.ctx.restore();
      },
    },
  });

  /** Says what each line shows at the cursor: of several runs the median. */
  function tooltip(plot, entries, chart) {
    const tip = element('div', 'tip');
    tip.hidden = true;
    const atX = chart.key === 'curve' ? nines : seconds;
    return {
      hooks: {
        init: (u) => u.over.append(tip),
        setCursor: (u) => {
          const index = u.cursor.idx;
          tip.hidden = index === null || index === undefined || u.cursor.left < 0;
          if (tip.hidden) return;
          const values = new Map();
          entries.forEach((entry, i) => {
            if (!u.series[i + 1].show) return;
            const value = near(u.data[i + 1], index, entries.length * 2);
            if (value !== undefined) values.set(entry.line, [...(values.get(entry.line) ?? []), value]);
          });
          tip.replaceChildren(element('b', '', atX(u.data[0][index])));
          for (const [line, of] of values) {
            const item = element('span');
            item.append(swatch(line), line.label, element('em', '', chart.format(median(of))));
            tip.append(item);
          }
          const right = u.cursor.left < u.over.clientWidth / 2;
          tip.style.left = right ? `${u.cursor.left + 12}px` : 'auto';
          tip.style.right = right ? 'auto' : `${u.over.clientWidth - u.cursor.left + 12}px`;
        },
      },
    };
  }

  function scaleY(chart) {
    if (!chart.log) {
      return { range: (u, min, max) => [0, max > 0 ? max * 1.08 : 1] };
    }
    return {
      distr: 3,
      range: (u, min, max) => {
        if (!(min > 0)) return [1, 10];
        const from = 10 ** Math.floor(Math.log10(min));
        const to = 10 ** Math.ceil(Math.log10(max));
        return [from, to > from ? to : from * 10];
      },
    };
  }

  function axes(chart) {
    const common = {
      stroke: () => css('--dim'),
      font: FONT,
      grid: { stroke: () => css('--grid'), width: 1 },
      ticks: { stroke: () => css('--line'), width: 1, size: 4 },
    };
    const x = { ...common, size: 32, gap: 4, space: 60 };
    if (chart.key === 'curve') {
      // "99.99999 %" is wide: as many as there is room for.
      x.splits = (u, axis, min, max) => {
        const step = Math.ceil((max + 1) / Math.max(2, u.width / 95));
        return Array.from({ length: Math.floor(max / step) + 1 }, (_, i) => i * step);
      };
      x.values = (u, splits) => splits.map(nines);
    } else {
      x.incrs = [0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 604800];
      x.values = (u, splits) => splits.map(seconds);
    }
    const y = { ...common, size: 72, gap: 6, values: (u, splits) => splits.map((v) => (v === null ? '' : chart.format(v))) };
    return [x, y];
  }

  const described = (section, chart, entries) => {
    const lines = [...new Set(entries.map((entry) => entry.line.label))];
    return `${chart.title} ${chart.unit}: ${lines.join(', ')}. ${section.title}. Left and right arrow keys show values.`;
  };

  // ------------------------------------------------------------------------------------------------ a chart

  const all = [];

  function draw(section, chart, entries, into) {
    const box = element('figure', 'chart');
    box.style.margin = '0';
    const heading = element('h3', '', chart.title + ' ');
    const thinned = Math.max(...entries.map((entry) => entry.run.seconds));
    const unit = thinned > 1 && chart.key !== 'curve' ? `${chart.unit}; a point stands for ${thinned} s` : chart.unit;
    heading.append(element('small', '', unit));
    const plot = element('div', 'plot');
    plot.tabIndex = 0;
    plot.setAttribute('role', 'img');
    plot.setAttribute('aria-label', described(section, chart, entries));
    box.append(heading, plot);
    into.append(box);

    const data = uPlot.join(entries.map((entry) => entry.table));
    const several = entries.length > new Set(entries.map((entry) => entry.line)).size;
    const isCurve = chart.key === 'curve';
    const u = new uPlot(
      {
        width: Math.max(200, plot.clientWidth),
        height: 240,
        padding: [10, isCurve ? 36 : 14, 0, 0],
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
        scales: { x: { time: false, range: (u, min, max) => [0, Math.max(1, max)] }, y: scaleY(chart) },
        axes: axes(chart),
        series: [
          {},
          ...entries.map((entry) => ({
            label: entry.line.label,
            stroke: () => css(colourName(entry.line)),
            width: several ? 1.4 : 2,
            dash: dash(entry.line),
            // A single point is no line: without a dot nothing would be seen.
            points: { show: entry.table[0].length === 1, size: 7 },
          })),
        ],
        plugins: [...(isCurve ? [] : [shade(entries[0].run.warm, Infinity)]), tooltip(plot, entries, chart)],
      },
      data,
      plot,
    );
    all.push(u);
    keys(plot, u);
    new ResizeObserver(() => {
      const width = plot.clientWidth;
      if (width > 0 && width !== u.width) u.setSize({ width, height: 240 });
    }).observe(plot);
    return { u, entries };
  }

  function keys(plot, u) {
    let index = 0;
    const show = () => u.setCursor({ left: u.valToPos(u.data[0][index], 'x'), top: 10 });
    plot.addEventListener('keydown', (event) => {
      const last = u.data[0].length - 1;
      if (event.key === 'Escape') {
        u.setCursor({ left: -10, top: -10 });
        return;
      }
      if (event.key === 'Home' || event.key === 'End') index = event.key === 'Home' ? 0 : last;
      else if (event.key in CURSOR_STEP) index = Math.min(last, Math.max(0, index + CURSOR_STEP[event.key]));
      else return;
      event.preventDefault();
      show();
    });
    plot.addEventListener('blur', () => u.setCursor({ left: -10, top: -10 }));
  }

  function legend(section, into, charts) {
    const box = element('div', 'legend');
    box.setAttribute('role', 'group');
    box.setAttribute('aria-label', 'Lines of the charts');
    for (const line of section.lines) {
      const button = element('button');
      button.type = 'button';
      button.setAttribute('aria-pressed', 'true');
      const runs = line.runs.length;
      button.append(swatch(line), line.label + (runs > 1 ? ` (${runs} runs)` : ''));
      button.addEventListener('click', () => {
        const show = button.getAttribute('aria-pressed') === 'false';
        button.setAttribute('aria-pressed', String(show));
        for (const { u, entries } of charts) {
          entries.forEach((entry, i) => entry.line === line && u.setSeries(i + 1, { show }));
        }
      });
      box.append(button);
    }
    into.append(box);
  }

  for (const place of document.querySelectorAll('.charts')) {
    const section = sections[Number(place.dataset.section)];
    const toDraw = CHARTS.map((chart) => [chart, drawn(section, chart)]).filter(([, entries]) => entries.length > 0);
    if (toDraw.length === 0) continue;
    const charts = [];
    legend(section, place, charts);
    for (const [chart, entries] of toDraw) charts.push(draw(section, chart, entries, place));
  }

  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    styles = getComputedStyle(document.documentElement);
    for (const u of all) u.redraw(false, false);
  });
})();
