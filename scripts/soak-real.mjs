// npm run soak:real [-- --minutes 20]
//
// The built program lives on a machine with trouble for so long: prints what it took, quarter by quarter, and how long
// until all was as it should be again after each trouble. Ends with 1 when something stayed wrong or grows.
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { loadTypeScript } from './load-typescript.mjs';

/** So much more in the last quarter than in the second is growth; the first is the start. */
const GROWN = 1.15;
/** Generations and the journal are kept up to a bound, so the state grows until it is there. */
const MOST_STATE_BYTES = 2 * 2 ** 20;

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '20' } } });
const { realSoak } = await loadTypeScript('test/support/real-soak.ts');
const before = loadavg();
const report = await realSoak({ durationMs: Number(values.minutes) * 60_000, restMs: 5_000 });
const quarters = quartersOf(report.samples);
printQuarters(quarters);
printTroubles(report);
const wrongs = wrongsOf(report, quarters);
console.log(`\npasses: ${wordsOf(report.passes)}; contended: ${report.contended}`);
console.log(`stopped in ${Math.round(report.stop.tookMs)} ms with ${report.stop.exitCode}`);
console.log(
  `load of the machine: ${before[0].toFixed(1)} before, ${loadavg()[2].toFixed(1)} in the last 15 minutes`,
);
for (const name of report.leftOut) console.log(`not tried, since this machine does not allow it: ${name}`);
console.log(wrongs.length === 0 ? 'converged, and nothing grows' : wrongs.join('\n'));
process.exitCode = wrongs.length === 0 ? 0 : 1;

function quartersOf(samples) {
  const size = Math.ceil(samples.length / 4);
  return [0, 1, 2, 3]
    .map((at) => samples.slice(at * size, (at + 1) * size))
    .filter((each) => each.length > 1);
}

function printQuarters(each) {
  const mib = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  const row = (what, cellOf) => console.log(`| ${[what, ...each.map(cellOf)].join(' | ')} |`);
  row('', (_, at) => `quarter ${at + 1}`);
  row('---', () => '--:');
  for (const name of ['rss', 'pss', 'anonymous']) {
    row(`${name}, median`, (samples) => mib(medianOf(samples, name)));
    row(`${name}, most`, (samples) => mib(mostOf(samples, name)));
  }
  row('CPU', (samples) => percentOf(samples, 'cpuS'));
  row('CPU of git and other programs it ran', (samples) => percentOf(samples, 'childrenCpuS'));
  for (const name of ['handles', 'threads']) {
    row(`${name}, median / most`, (samples) => `${medianOf(samples, name)} / ${mostOf(samples, name)}`);
  }
  for (const name of ['stateBytes', 'cacheBytes', 'logBytes']) {
    row(name.replace('Bytes', ', median'), (samples) => mib(medianOf(samples, name)));
  }
}

function percentOf(samples, name) {
  const [first, last] = [samples[0], samples.at(-1)];
  return `${((100_000 * (last[name] - first[name])) / (last.atMs - first.atMs)).toFixed(2)} %`;
}

function printTroubles({ healed }) {
  console.log('\n| trouble | times | as it should be again: median | at most |\n|---|--:|--:|--:|');
  for (const [name, times] of [...healed].sort()) {
    const known = times.filter((ms) => ms !== null).sort((a, b) => a - b);
    const at = (share) => `${Math.round(known[Math.ceil(share * known.length) - 1] ?? Number.NaN)} ms`;
    console.log(`| ${name} | ${times.length} | ${at(0.5)} | ${at(1)} |`);
  }
}

function wrongsOf({ unhealed, wrong, stop }, each) {
  const [second, last] = [each[1], each.at(-1)];
  const grown = ['anonymous', 'handles', 'threads'].filter(
    (name) => second !== undefined && medianOf(last, name) > GROWN * medianOf(second, name),
  );
  return [
    ...unhealed,
    ...(wrong === null ? [] : [`in the end: ${wrong}`]),
    ...grown.map((name) => `${name} grows`),
    ...(medianOf(last, 'stateBytes') > MOST_STATE_BYTES ? ['the state is larger than 2 MiB'] : []),
    ...(stop.exitCode === 0 && stop.tookMs < 5_000 ? [] : ['it did not stop as it should']),
  ];
}

function wordsOf(counts) {
  return Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
}

function medianOf(samples, name) {
  return samples.map((each) => each[name]).sort((a, b) => a - b)[samples.length >> 1];
}

function mostOf(samples, name) {
  return Math.max(...samples.map((each) => each[name]));
}
