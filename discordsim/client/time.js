// Times as Discord writes them, on the simulator's clock.
import { now } from './view.js';

const format = (options) => new Intl.DateTimeFormat('en-US', options);
const clock = format({ hour: 'numeric', minute: '2-digit' });
const shortDate = format({ year: '2-digit', month: 'numeric', day: 'numeric' });
const longDay = format({ year: 'numeric', month: 'long', day: 'numeric' });

const styles = {
  t: clock,
  T: format({ hour: 'numeric', minute: '2-digit', second: '2-digit' }),
  d: format({ year: 'numeric', month: '2-digit', day: '2-digit' }),
  D: longDay,
  f: format({ year: 'numeric', month: 'long', day: 'numeric', hour: 'numeric', minute: '2-digit' }),
  F: format({ weekday: 'long', year: 'numeric', month: 'long', day: 'numeric', hour: 'numeric', minute: '2-digit' }),
  s: format({ year: 'numeric', month: '2-digit', day: '2-digit', hour: 'numeric', minute: '2-digit' }),
  S: format({ year: 'numeric', month: '2-digit', day: '2-digit', hour: 'numeric', minute: '2-digit', second: '2-digit' }),
};

const day = (at) => new Date(at).toDateString();

export const sameDay = (a, b) => day(a) === day(b);

export const dayLine = (at) => longDay.format(at);

export const fullTime = (at) => styles.F.format(at);

export const clockTime = (at) => clock.format(at);

export function messageTime(at) {
  if (day(at) === day(now())) return clock.format(at);
  if (day(at) === day(now() - 86_400_000)) return `Yesterday at ${clock.format(at)}`;
  return `${shortDate.format(at)}, ${clock.format(at)}`;
}

const units = [
  ['year', 31_536_000], ['month', 2_592_000], ['day', 86_400], ['hour', 3600], ['minute', 60], ['second', 1],
];
const relative = new Intl.RelativeTimeFormat('en-US', { numeric: 'auto' });

export function relativeTime(at) {
  const seconds = Math.round((at - now()) / 1000);
  const [unit, size] = units.find(([, s]) => Math.abs(seconds) >= s) ?? ['second', 1];
  return relative.format(Math.round(seconds / size), unit);
}

// styled writes <t:seconds:style>; a moment no calendar knows is written as it came.
export function styled(seconds, style = 'f') {
  const at = Number(seconds) * 1000;
  if (Number.isNaN(new Date(at).getTime())) return 'Invalid Date';
  return style === 'R' ? relativeTime(at) : (styles[style] ?? styles.f).format(at);
}
