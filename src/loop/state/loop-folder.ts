import { join } from 'node:path';

/** Where the loop of a stack keeps what is its own, in the stack's state folder. */
export function loopFolder(books: string): string {
  return join(books, 'loop');
}
