import { McpformError } from '../../model/error.ts';
import type { Clock, Network } from '../../model/system.ts';
import { readFields } from '../read-fields.ts';
import type { Ask, Rest } from './ask.ts';
import { bridgeNetwork } from './bridge.ts';
import type { Driver, DriverAnswer } from './client.ts';
import { explainFailure } from './explain-failure.ts';
import { refuseAnswer } from './refuse-answer.ts';

export interface RestSettings {
  readonly token: string;
  readonly apiUrl: string;
  readonly userAgent: string;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
  readonly network: Pick<Network, 'request'>;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly patienceMs: number;
  readonly paceMs: number;
  readonly retryUnitMs: number;
}

/** How often something is made at most whose answer is lost. */
const MAX_TRIES = 3;

export async function openRest(settings: RestSettings): Promise<Rest> {
  const { token, signal, network, clock, retryUnitMs } = settings;
  const { openDriver } = await import('./client.ts');
  const driver = openDriver({
    ...settings,
    fetch: bridgeNetwork(network, signal),
    waitOut: waitOut(settings),
  });
  const answerTo = async (what: Ask): Promise<DriverAnswer> => {
    const answer = await untilAborted(driver.request(what.route, what.parameters), signal).catch((error) => {
      throw explainFailure(error, what, token);
    });
    if (answer.status >= 300) {
      throw new McpformError(
        'GITHUB_REDIRECTED',
        `${what.about}: GitHub sends elsewhere (status ${answer.status})`,
        {
          hint: 'write the name that it has now',
        },
      );
    }
    return answer;
  };
  let viewer: Promise<string> | undefined;
  return {
    ask: async (what) => (await answerTo(what)).data,
    entries: async function* (what, maxPages) {
      for (let page = 1; page <= maxPages; page += 1) {
        const parameters = { ...what.parameters, per_page: 100, page };
        const { data, headers } = await answerTo({ ...what, parameters });
        if (!Array.isArray(data)) return refuseAnswer(what.about)('', 'a list');
        yield* data;
        // Only that there is a next page is taken from there: its address is the server's word.
        if (!/<[^>]*>;\s*rel="next"/.test(headers.link ?? '')) return;
      }
      throw new McpformError('GITHUB_TOO_MANY', `${what.about}: more than ${maxPages * 100}`);
    },
    isOurs: async (login) => {
      viewer ??= readViewer(driver, settings);
      return login === (await viewer);
    },
    makeOnce: async (make, find) => {
      for (let tries = 1; ; tries += 1) {
        try {
          return await make();
        } catch (error) {
          if (!(error instanceof McpformError) || error.code !== 'GITHUB_UNAVAILABLE') throw error;
          await clock.sleep(retryUnitMs * tries ** 2, signal);
          const found = await find();
          if (found !== null) return found;
          if (tries === MAX_TRIES) throw error;
        }
      }
    },
  };
}

/** As REST writes it: `github-actions[bot]`. A workflow's token may ask for this, and not for `GET /user`. */
async function readViewer(driver: Driver, { token, signal }: RestSettings): Promise<string> {
  const about = "the token's own account";
  const data = await untilAborted(driver.query('query { viewer { login } }'), signal).catch((error) => {
    throw explainFailure(error, { route: '', parameters: {}, about, needs: 'metadata: read' }, token);
  });
  return readFields(data, '', refuseAnswer(about)).fields('viewer').text('login');
}

/** Waits as long as GitHub asks for, as long as all waits of a run are within its patience. */
function waitOut({ clock, signal, log, patienceMs }: RestSettings): (seconds: number) => Promise<boolean> {
  let leftMs = patienceMs;
  return async (seconds) => {
    // At least a second: what asks for none, again and again, comes to an end too.
    const ms = Math.max(seconds, 1) * 1000;
    if (!(ms <= leftMs)) return false;
    leftMs -= ms;
    log(`GitHub asks to wait ${ms / 1000} s`);
    return clock.sleep(ms, signal).then(
      () => true,
      () => false,
    );
  };
}

/** The driver's own waits do not end when they are told to. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
