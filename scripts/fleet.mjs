// npm run fleet [-- MACHINES]: that many machines (10,000) poll one repository for four hours, on paper; writes the plot
// that docs/reconcile.md shows, and prints what it is about.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadTypeScript } from './load-typescript.mjs';

const MINUTE = 60_000;
const machines = Number(process.argv[2] ?? 10_000);
const { simulateFleet } = await loadTypeScript('test/loop/schedule/fleet.ts');
const fleet = {
  machines,
  intervalMs: 5 * MINUTE,
  jitterPercent: 5,
  startWithinMs: 30 * MINUTE,
  untilMs: 240 * MINUTE,
  pushAtMs: 90 * MINUTE,
  outage: { fromMs: 120 * MINUTE, toMs: 150 * MINUTE },
};
const { perSecond, convergedMs, recoveredMs } = simulateFleet(fleet);
const within = (from, to) => perSecond.slice((from * MINUTE) / 1000, (to * MINUTE) / 1000);
const seconds = (ms) => `${(ms / 1000).toFixed(0)} s`;
const rows = [
  ['requests per second, steady: mean, most', `${mean(within(60, 120))}, ${most(within(60, 120))}`],
  ['after a push: 50 %, 99 %, all have looked', shares(convergedMs)],
  ['requests per second in an outage: mean, most', `${mean(within(125, 150))}, ${most(within(120, 150))}`],
  ['in the first 10 s after it: most', `${most(perSecond.slice(9000, 9010))}`],
  ['after an outage: 50 %, 99 %, all have looked', shares(recoveredMs)],
];
for (const [what, value] of rows) console.log(`${what}: ${value}`);
writeFileSync(resolve(import.meta.dirname, '../docs/fleet.svg'), plot(perSecond));

function shares({ half, most: nearly, all }) {
  return [half, nearly, all].map(seconds).join(', ');
}

function mean(values) {
  return (values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(1);
}

function most(values) {
  return Math.max(...values);
}

/** Means of ten seconds, as one line; the outage is shaded. */
function plot(values) {
  const [width, height, left, bottom] = [720, 240, 48, 28];
  const means = Array.from({ length: Math.floor(values.length / 10) }, (_, at) =>
    Number(mean(values.slice(at * 10, at * 10 + 10))),
  );
  const top = Math.ceil(most(means) / 20) * 20;
  const x = (at) => (left + (at / means.length) * (width - left - 8)).toFixed(1);
  const y = (value) => (height - bottom - (value / top) * (height - bottom - 12)).toFixed(1);
  const minute = (at) => x((at * 60) / 10);
  const line = means.map((value, at) => `${x(at)},${y(value)}`).join(' ');
  const hours = [0, 60, 120, 180, 240].map(
    (at) => `<text x="${minute(at)}" y="${height - 8}" text-anchor="middle">${at} min</text>`,
  );
  const levels = [0, top / 2, top].map(
    (value) =>
      `<text x="${left - 6}" y="${y(value)}" text-anchor="end" dominant-baseline="middle">${value}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11" fill="#555">
<title>Requests per second at a Git host that ${machines.toLocaleString('en')} machines poll</title>
<rect width="${width}" height="${height}" fill="#fff"/>
<rect x="${minute(120)}" y="12" width="${minute(150) - minute(120)}" height="${height - bottom - 12}" fill="#eee"/>
<text x="${minute(135)}" y="24" text-anchor="middle">outage</text>
<line x1="${minute(90)}" x2="${minute(90)}" y1="12" y2="${height - bottom}" stroke="#bbb"/>
<text x="${minute(90)}" y="24" text-anchor="middle">push</text>
<polyline points="${line}" fill="none" stroke="#2563eb" stroke-width="1.2"/>
${[...hours, ...levels].join('\n')}
</svg>
`;
}
