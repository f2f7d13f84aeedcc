import type { Answer } from '../command.ts';
export async function run(): Promise<Answer> {
  throw new Error('not written');
}
