// Numbers, money, durations and moments as the reader's locale writes them. Durations come in µs, money in millionths.

const locales = navigator.languages;
const number = (options) => new Intl.NumberFormat(locales, options);

const whole = number({ maximumFractionDigits: 0 });
const oneDigit = number({ minimumFractionDigits: 1, maximumFractionDigits: 1 });
const twoDigits = number({ maximumSignificantDigits: 2 });
const threeDigits = number({ maximumSignificantDigits: 3 });
const percentWhole = number({ style: 'percent', maximumFractionDigits: 0 });
const percentOne = number({ style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 });
const compactNumber = number({ notation: 'compact', maximumSignificantDigits: 3 });

const clock = new Intl.DateTimeFormat(locales, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const clockMinutes = new Intl.DateTimeFormat(locales, { hour: '2-digit', minute: '2-digit' });
const date = new Intl.DateTimeFormat(locales, { day: 'numeric', month: 'short', year: 'numeric' });
const full = new Intl.DateTimeFormat(locales, { dateStyle: 'medium', timeStyle: 'medium' });

const NONE = '–';

export const count = (n) => whole.format(n);
export const compact = (n) => (n < 1_000_000 ? whole.format(n) : compactNumber.format(n));
export const percent = (share) => percentWhole.format(share);
export const percentFine = (share) => percentOne.format(share);

export function points(difference) {
  const value = Math.abs(difference * 100);
  return `${value < 10 ? oneDigit.format(value) : whole.format(value)} points`;
}

export function rate(perSecond) {
  return `${perSecond === 0 ? '0' : (perSecond < 10 ? twoDigits : whole).format(perSecond)}/s`;
}

export function duration(micros) {
  if (micros == null) return NONE;
  const ms = micros / 1000;
  if (ms < 10) return `${threeDigits.format(Math.round(ms * 100) / 100)} ms`;
  if (ms < 1000) return `${whole.format(ms)} ms`;
  if (ms < 60_000) return `${threeDigits.format(ms / 1000)} s`;
  return `${threeDigits.format(ms / 60_000)} min`;
}

const moneyFormats = new Map();

function moneyFormat(currency, least, most) {
  const key = `${currency} ${least} ${most}`;
  if (!moneyFormats.has(key)) {
    const options = { style: 'currency', currency, minimumFractionDigits: least, maximumFractionDigits: most };
    moneyFormats.set(key, number(options));
  }
  return moneyFormats.get(key);
}

/** Cents where they say enough; two more digits for amounts below ten cents. */
export function money(micros, currency) {
  const digits = micros === 0 || Math.abs(micros) >= 100_000 ? 2 : 4;
  return moneyFormat(currency, digits, digits).format(micros / 1e6);
}

/** To the millionth: what single requests cost. */
export const exactMoney = (micros, currency) => moneyFormat(currency, 6, 6).format(micros / 1e6);

/** With as many digits as it has: what tokens cost. */
export const price = (micros, currency) => moneyFormat(currency, 2, 6).format(micros / 1e6);

export const time = (moment) => clock.format(new Date(moment));
export const timeOfDay = (moment) => clockMinutes.format(new Date(moment));
export const day = (moment) => date.format(new Date(moment));
export const moment = (value) => full.format(new Date(value));

/** From when to when a stretch of a window was. */
export function stretch(window, at) {
  const begins = new Date(window.begins).getTime() + at * window.slotSeconds * 1000;
  const ends = begins + window.slotSeconds * 1000;
  return window.slotSeconds < 60 ? `${time(begins)} to ${time(ends)}` : `${timeOfDay(begins)} to ${timeOfDay(ends)}`;
}

const STEPS = [
  [86_400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
];

/** How long until, or since, such as "23 days". */
export function span(milliseconds) {
  const seconds = Math.abs(milliseconds) / 1000;
  const [size, unit] = STEPS.find(([each]) => seconds >= each * 2) ?? STEPS.at(-1);
  const n = Math.floor(seconds / size);
  return `${whole.format(n)} ${unit}${n === 1 ? '' : 's'}`;
}

const WORDS = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];

export const inWords = (n) => WORDS[n] ?? whole.format(n);
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
export const shortDigest = (hex) => hex.replace(/^sha256:/, '').slice(0, 12);
