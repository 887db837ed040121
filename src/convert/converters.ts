// The configurations that can be read. One line for each.

import type { Converter } from './converter.ts';
import { policydWeight } from './policyd-weight/policyd-weight.ts';

export const CONVERTERS: readonly Converter[] = [policydWeight];
