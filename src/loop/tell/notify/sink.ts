import type { ConditionType, Reason } from '../../model.ts';

/** What somebody is told of. Holds no secret. */
export interface Message {
  /** The same however often it is sent. */
  readonly id: string;
  readonly stack: string;
  readonly kind: 'problem' | 'recovery';
  readonly condition: ConditionType;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: Reason;
  readonly before: { readonly status: 'True' | 'False' | 'Unknown'; readonly reason: Reason } | null;
  /** One line. */
  readonly title: string;
  readonly text: string;
  readonly revision: string | null;
  readonly addresses: readonly string[];
  /** ISO 8601, UTC. */
  readonly time: string;
}

/** One place where people look. */
export interface Sink {
  /** For the log. Says nothing secret: of an address, the host at most. */
  readonly name: string;
  /** Once, within some seconds. Never rejects for what the other side does. */
  send(message: Message, signal: AbortSignal): Promise<Delivery>;
}

export type Delivery =
  | { readonly kind: 'sent' }
  /** Again will not help. */
  | { readonly kind: 'refused'; readonly why: string }
  | {
      readonly kind: 'later';
      readonly why: string;
      /** What the other side asks for. */
      readonly afterMs?: number;
    };
