// What comes out: one line for each measurement, with the limit that it is held against.

/**
 * One line of the report. `polw`, `bare` (the floor) and `original` are medians; `limits` are built with the
 * functions below; `more` is what else is worth saying; `samples` are all single values, for the JSON file.
 */
export function line({ row, what, unit, polw, bare, original, limits = [], more = '', samples = {} }) {
  return { row, what, unit, polw, bare, original, limits, more, samples };
}

/** A limit on one value. */
export function atMost(text, value, limit) {
  return limitOf(text, value, limit, value <= limit);
}

export function atLeast(text, value, limit) {
  return limitOf(text, value, limit, value >= limit);
}

/** What can't be said, as one side wasn't measured, is neither kept nor missed. */
function limitOf(text, value, limit, kept) {
  const known = Number.isFinite(value) && Number.isFinite(limit);
  return { text, value: known ? value : null, limit: known ? limit : null, ok: known ? kept : null };
}

const columns = (other) => [
  'row',
  'measured',
  'unit',
  'polw',
  'floor',
  other,
  '÷ floor',
  `÷ ${other}`,
  'limit',
  '',
  'also',
];

/** `other`: what polw is compared with. */
export function markdownHead(other) {
  return `${markdownRow(columns(other))}\n|---|---|---|--:|--:|--:|--:|--:|---|---|---|`;
}

export function markdownLine({ row, what, unit, polw, bare, original, limits, more }) {
  return markdownRow([
    row,
    what,
    unit,
    show(polw),
    show(bare),
    show(original),
    show(polw / bare),
    show(polw / original),
    limits.map(({ text }) => text).join('; '),
    limits.map(({ ok }) => (ok === null ? '-' : ok ? 'OK' : 'MISSED')).join('; '),
    more,
  ]);
}

function markdownRow(cells) {
  return `| ${cells.join(' | ')} |`;
}

/** Three digits that count. */
export function show(value) {
  if (value === undefined || value === null || !Number.isFinite(value)) return '-';
  if (Math.abs(value) >= 100) return value.toFixed(0);
  if (Math.abs(value) >= 10) return value.toFixed(1);
  return value.toFixed(Math.abs(value) >= 1 ? 2 : 3);
}
