// What the tests bundle: first the faults, then the program.

import './throwing.ts';
import '../../src/main.ts';
