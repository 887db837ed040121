// Medians and the like.

export function median(values) {
  return quantile(values, 0.5);
}

/** The value below which this share of the values lies; between two values, in proportion. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

export function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

/** Milliseconds since some moment. */
export function now() {
  return Number(process.hrtime.bigint()) / 1e6;
}

export function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
