// Everything for people at the shell, in one module: the build makes a bundle of its own of it.

export { runCommand } from './commands.ts';
export { greet } from './greet.ts';
export { printVersions } from './versions.ts';
