/** The part of dockerode that is used; it comes without types of its own. */
declare module 'dockerode' {
  import type { Readable } from 'node:stream';

  /** What is asked, in the words of docker-modem. */
  interface Dial {
    readonly method: string;
    /** With a `?` at its end if, and only if, there are `options`. */
    readonly path: string;
    readonly options?: { readonly _query: object; readonly _body: object };
    readonly headers: Record<string, string>;
    readonly abortSignal: AbortSignal;
    /** Ours. */
    readonly isLong: boolean;
    readonly isStream: true;
    /** `true` for those that are no failure. */
    readonly statusCodes: Readonly<Record<number, true>>;
  }

  interface Response extends Readable {
    readonly statusCode: number;
    readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  }

  type Dialled = (error: Error | null, response: Response | null) => void;

  interface Modem {
    dial(request: Dial, callback: Dialled): void;
    /** Called by `dial`, with what `http.request` is given. */
    buildRequest(options: object, dial: Dial, data: unknown, callback: Dialled): void;
  }

  interface ModemOptions {
    readonly socketPath: string | undefined;
    readonly host: string | undefined;
    readonly port: number | undefined;
    readonly protocol: 'http' | 'https';
    readonly ca: string | undefined;
    readonly cert: string | undefined;
    readonly key: string | undefined;
    readonly timeout: undefined;
  }

  export default class Docker {
    constructor(options: ModemOptions);
    readonly modem: Modem;
  }
}
