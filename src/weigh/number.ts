// Numbers as tokens show them. Admins compare them with what the original printed, so they follow C's `%g`.

/** As C's `%.15g`. */
export function formatNumber(value: number): string {
  return formatG(value, 15);
}

/**
 * The score rounded as tokens and rates are: three digits behind the point. A number without a point is left alone. The
 * original takes the minus of an exponent for a sign, which costs such a number a digit.
 */
export function round(value: number): number {
  const text = formatNumber(Math.abs(value));
  const point = text.indexOf('.');
  return point < 0 ? value : Number(formatG(value, point + (text.includes('e-') ? 2 : 3)));
}

/** The score that decides: rounded, and 0 if it is only a sum's rounding error away from it. */
export function roundScore(value: number): number {
  return Math.abs(value) < 1e-9 ? 0 : round(value);
}

/** As C's `%.*g`: ties go to the even digit, where JavaScript's `toPrecision` goes up. */
export function formatG(value: number, digits: number): string {
  if (value === 0) return '0';
  // Mostly the shortest form that means this number is short enough, and then it is what C prints.
  const shortest = String(value);
  const size = Math.abs(value);
  if (digits <= 15 && size >= 1e-4 && size < 10 ** digits && size < 1e15) {
    if (shortest.length <= digits || figuresOf(shortest) <= digits) return shortest;
  }
  const [mantissa = '', exponentText = '0'] = exponential(value, digits).split('e');
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= digits) {
    const sign = exponent < 0 ? '-' : '+';
    return `${withoutZeros(mantissa)}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  return withoutZeros(shifted(mantissa, exponent));
}

/** How many significant digits a number without an exponent has. */
function figuresOf(text: string): number {
  return text.replace('-', '').replace('.', '').replace(/^0+/, '').length;
}

/** The mantissa `d.ddd` with its point moved by the exponent. */
function shifted(mantissa: string, exponent: number): string {
  const sign = mantissa.startsWith('-') ? '-' : '';
  const figures = mantissa.replace(/[-.]/g, '');
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${figures}`;
  const fraction = figures.slice(exponent + 1);
  return `${sign}${figures.slice(0, exponent + 1)}${fraction === '' ? '' : `.${fraction}`}`;
}

function exponential(value: number, digits: number): string {
  const up = value.toExponential(digits - 1);
  // 60 more digits show a tie as it is: a 5 and nothing behind it.
  const [mantissa = '', exponent = '0'] = value.toExponential(digits + 60).split('e');
  const figures = mantissa.replace(/[-.]/g, '');
  if (!/^50*$/.test(figures.slice(digits)) || Number(figures[digits - 1]) % 2 === 1) return up;
  const even = figures.slice(0, digits);
  return `${value < 0 ? '-' : ''}${even[0]}.${even.slice(1)}e${exponent}`;
}

function withoutZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
