// Everything for people at the shell, in one module: the build makes a bundle of its own of it.

export { begin } from './begin.ts';
export { greet } from './greet.ts';
