// policyd-weight.conf as settings of ours.

import type { Converter } from '../converter.ts';
import { readPolicydWeightConf } from './conf.ts';
import { ORIGINAL_DEFAULTS } from './original.ts';
import { translated } from './translation.ts';

export const policydWeight: Converter = {
  usage: 'policyd-weight.conf',
  recognises: (text) => ASSIGNMENT.test(text) || !text.split('\n').some((line) => !NOTHING.test(line)),
  convert: (text, faithful) => translated(readPolicydWeightConf(text, ORIGINAL_DEFAULTS), faithful),
};

/** "$NAME = ...", "push @name, ...": no other configuration of a mail server has them. */
const ASSIGNMENT = /^\ufeff?[\t ({]*(?:(?:my|our|local|push|unshift|undef)\b[\t (]*)?[$@][A-Za-z_:{]/m;
/** What is left of a file in which all is commented out. */
const NOTHING = /^\ufeff?\s*(?:#.*|1;|return 1;|use .*;)?\s*$/;
