import { execFile } from 'node:child_process';
import { request } from 'node:http';

export interface Answer {
  readonly status: number;
  /** Parsed where it is JSON, else the text. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever an engine answers.
  readonly body: any;
}

export interface Question {
  readonly method: string;
  readonly path: string;
  /** A stream of bytes, or something to send as JSON. */
  readonly body?: unknown;
}

/** One request to an engine's API over its socket, with nothing of ours in between. */
export function askSocket(socketPath: string, { method, path, body }: Question): Promise<Answer> {
  const isBytes = body instanceof Uint8Array;
  const bytes = body === undefined ? null : isBytes ? body : Buffer.from(JSON.stringify(body));
  const headers = {
    host: 'engine',
    ...(bytes && {
      'content-type': isBytes ? 'application/x-tar' : 'application/json',
      'content-length': bytes.length,
    }),
  };
  return new Promise((done, fail) => {
    const asked = request({ socketPath, method, path, headers, agent: false }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', fail);
      response.on('end', () => {
        const text = Buffer.concat(pieces).toString();
        done({ status: response.statusCode ?? 0, body: parsed(text) });
      });
    });
    asked.on('error', fail);
    asked.end(bytes ?? undefined);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export interface Run {
  readonly env: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array | undefined;
}

/** Runs the engine's own Docker CLI and returns what it prints; throws with what it says when it fails. */
export function runDocker(args: readonly string[], { env, input }: Run): Promise<string> {
  return new Promise((done, fail) => {
    const child = execFile(
      'docker',
      args,
      { env, maxBuffer: 64 << 20, timeout: 120_000 },
      (error, stdout, stderr) => {
        if (error === null) done(stdout.trimEnd());
        else fail(new Error(`docker ${args.join(' ')}: ${stderr || stdout || error.message}`));
      },
    );
    child.stdin?.on('error', () => {}); // it may be gone already
    child.stdin?.end(input);
  });
}
