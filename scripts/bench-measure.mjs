// Runs programs and says what they cost. CPU seconds (user and system, all threads) first: wall time on a shared
// machine says more about the neighbours.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** One run: `{ cpuS, wallS }`, to the millisecond. Throws when the exit code is not the expected one. */
export function measureOnce({ command, cwd, env, exitCode = 0 }) {
  // Node tells no process's children's CPU time and /proc counts in hundredths; bash's `time` has what getrusage says.
  const script = 'TIMEFORMAT="%U %S %R"; time "$@" >/dev/null 2>&3';
  const ran = spawnSync('bash', ['-c', script, 'bash', ...command], {
    cwd,
    env: { ...env, LC_ALL: 'C' },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (ran.status !== exitCode) {
    throw new Error(`${command.join(' ')}: exit ${ran.status}\n${String(ran.output[3]).slice(-2000)}`);
  }
  const [user, system, wallS] = ran.stderr.trim().split('\n').at(-1).split(' ').map(Number);
  return { cpuS: user + system, wallS };
}

/**
 * Several candidates, interleaved, so that a busy moment hits all of them; the median of each, by name.
 * A candidate is `{ command, cwd, env, exitCode?, prepare?() }`; `prepare` runs, unmeasured, before each run.
 */
export function measure(candidates, runs) {
  const samples = Object.fromEntries(Object.keys(candidates).map((name) => [name, []]));
  for (let run = 0; run < runs; run += 1) {
    for (const [name, candidate] of Object.entries(candidates)) {
      candidate.prepare?.();
      samples[name].push(measureOnce(candidate));
    }
  }
  return Object.fromEntries(
    Object.entries(samples).map(([name, list]) => [
      name,
      { cpuS: median(list.map((s) => s.cpuS)), wallS: median(list.map((s) => s.wallS)), runs },
    ]),
  );
}

/** Peak resident memory in MiB. The kernel keeps the peak, so only growth in the last instants could be missed. */
export function peakMemory({ command: [program, ...args], cwd, env }) {
  return new Promise((done, fail) => {
    const child = spawn(program, args, { cwd, env, stdio: 'ignore' });
    let peak = 0;
    const look = setInterval(() => {
      peak = Math.max(peak, peakOf(child.pid));
    }, 2);
    child.on('error', fail);
    child.on('exit', () => {
      clearInterval(look);
      done(peak / 1024);
    });
  });
}

function peakOf(pid) {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0; // it ended, or this is no Linux
  }
}

function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
