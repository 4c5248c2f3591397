// What a person sees of the console, for ConsoleIT.
window.seen = {
  tile: (name) => [...document.querySelectorAll('.tile')].find((tile) => tile.querySelector('h3').textContent === name)?.querySelector('b').textContent,
  fact: (name) => [...document.querySelectorAll('dt')].find((dt) => dt.textContent === name)?.nextElementSibling.textContent,
  number: (text) => Number(String(text).replaceAll(',', '').match(/-?[0-9.]+/)?.[0]),
  rows: (label) => [...document.querySelectorAll(`table[aria-label^="${label}"] tbody tr`)].map((row) => [...row.children].map((cell) => cell.innerText)),
  heads: (label) => [...document.querySelectorAll(`table[aria-label^="${label}"] thead th`)].map((cell) => cell.textContent),
  button: (label, within = document) => [...within.querySelectorAll('button')].find((button) => button.textContent === label && button.checkVisibility()),
  link: () => document.getElementById('link').textContent,
  heading: () => document.querySelector('h1')?.textContent,
  signIn: (token) => {
    const dialog = document.querySelector('dialog');
    dialog.querySelector('[name=token]').value = token;
    dialog.querySelector('form').requestSubmit();
  },
  // Shares of pixels that are drawn in a chart.
  ink: (title) => {
    const canvas = [...document.querySelectorAll('.chart')].find((chart) => chart.querySelector('h3').textContent.trim().startsWith(title))?.querySelector('canvas');
    if (!canvas) return 0;
    const colours = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    let vivid = 0;
    for (let i = 0; i < colours.length; i += 4) {
      const [r, g, b, a] = colours.subarray(i, i + 4);
      if (a > 128 && Math.max(r, g, b) - Math.min(r, g, b) > 60) vivid++;
    }
    return vivid;
  },
  // Every text that is seen, with the contrast to what it stands on, below the 4.5 that WCAG asks for.
  faint: () => {
    const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
    const rgba = (colour) => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const ground = (element) => {
      for (let at = element; at; at = at.parentElement) {
        const colour = rgba(getComputedStyle(at).backgroundColor);
        if (colour[3] > 250) return colour;
      }
      return [255, 255, 255, 255];
    };
    const light = (colour) => {
      const [r, g, b] = colour.slice(0, 3).map((each) => (each / 255 <= 0.04045 ? each / 255 / 12.92 : ((each / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const faint = new Set();
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    let seen = 0;
    while (texts.nextNode()) {
      const element = texts.currentNode.parentElement;
      if (!texts.currentNode.textContent.trim() || !element.checkVisibility() || element.closest(':disabled, script, noscript, option')) continue;
      seen++;
      const [a, b] = [light(rgba(getComputedStyle(element).color)), light(ground(element))].sort((x, y) => y - x);
      const contrast = (a + 0.05) / (b + 0.05);
      if (contrast < 4.5) faint.add(`${texts.currentNode.textContent.trim()}: ${contrast.toFixed(2)}`);
    }
    return seen < 10 ? ['only ' + seen + ' texts'] : [...faint];
  },
  longest: 0,
};
new PerformanceObserver((list) => {
  for (const task of list.getEntries()) window.seen.longest = Math.max(window.seen.longest, task.duration);
}).observe({ type: 'longtask', buffered: true });
