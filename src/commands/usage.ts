// EX_USAGE of sysexits(3): the words on the command line are wrong.

export const USAGE = 64;
