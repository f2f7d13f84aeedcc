import { escapeText } from '../formats/escape.ts';

/** A moment (ISO 8601) by this machine's own clock, as people write it: `2026-11-20 20:14`. */
export function localTime(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return escapeText(iso);
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** Of the same moment the time of day: `20:14:05`. */
export function localClock(iso: string): string {
  const date = new Date(iso);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
}

/** `40 s`, `12 min`, `5 h`, `12 d`: the largest unit that fits. */
export function ageWords(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}

/** `12 min ago`; of what is to come, the moment. */
export function agoWords(iso: string, nowMs: number): string {
  const ms = nowMs - Date.parse(iso);
  return ms < 0 || Number.isNaN(ms) ? `at ${localTime(iso)}` : `${ageWords(ms)} ago`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
