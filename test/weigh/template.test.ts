import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fill, variablesOf } from '../../src/weigh/template.ts';

test('variables are filled in', () => {
  expect(fill('HELO: {helo}, {client}; {helo}', { helo: 'a.test', client: '192.0.2.1' })).toBe(
    'HELO: a.test, 192.0.2.1; a.test',
  );
  expect(fill('nothing {zone}.', {})).toBe('nothing .');
  expect(fill('{} {HELO} { helo } {constructor}', { helo: 'x' })).toBe('{} {HELO} { helo } {constructor}');
});

test('what is filled in is not read again', () => {
  fc.assert(
    fc.property(fc.string(), (helo) => {
      expect(fill('a {helo} b', { helo, sender: 'SENDER' })).toBe(`a ${helo} b`);
    }),
  );
  expect(fill('{helo}', { helo: '{sender}$&', sender: 'SENDER' })).toBe('{sender}$&');
});

test('the variables of a text are known, or it is told which is not', () => {
  expect(variablesOf('{helo} and {client}')).toEqual({ names: ['helo', 'client'] });
  expect(variablesOf('none')).toEqual({ names: [] });
  for (const text of ['{hello}', '{}', '{ helo }', '{toString}']) {
    expect(variablesOf(text).complaint).toContain(`has ${text}, which is unknown`);
  }
});
