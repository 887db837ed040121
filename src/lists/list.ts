// A DNS list as it is set. What its parts are stands in parts.ts.

import type { RecordOf } from '../toml/record.ts';
import type { AnswerAsWritten, LIST_PARTS } from './parts.ts';

/** What a list's answer means, by what was looked up. */
export type AnswerRule = AnswerAsWritten & { readonly dial_up: boolean; readonly counts: boolean };

/** One DNS block or allow list. */
export type ListSetting = Omit<RecordOf<typeof LIST_PARTS>, 'answers'> & { readonly answers: readonly AnswerRule[] };
