// Draws the page's icons from their SVGs: `node icons.mjs` after one of them has changed. The PNGs are kept in
// ui/public, because a build has no browser to draw them.
import { readFileSync } from 'node:fs';
import { launch } from './lib/browsers.mjs';

const ui = new URL('../ui/', import.meta.url);
const icons = [
  { from: 'public/favicon.svg', to: 'icon-192.png', size: 192 },
  { from: 'public/favicon.svg', to: 'icon-512.png', size: 512 },
  { from: 'icons/maskable.svg', to: 'icon-maskable-512.png', size: 512 },
  { from: 'icons/maskable.svg', to: 'apple-touch-icon.png', size: 180 }, // iPhones round the corners themselves
];

const browser = await launch('chromium');
try {
  const page = await browser.newPage();
  for (const { from, to, size } of icons) {
    await page.setViewport({ width: size, height: size });
    const svg = readFileSync(new URL(from, ui), 'utf8').replace('<svg', `<svg width="${size}" height="${size}"`);
    await page.setContent(`<style>body{margin:0}svg{display:block}</style>${svg}`);
    await page.screenshot({ path: new URL(`public/${to}`, ui).pathname, omitBackground: true });
  }
} finally {
  await browser.close();
}
