import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { allOrNothing, pragma, statement } from '../../src/store/statement.ts';

function tableOfNumbers(): Database.Database {
  const db = new Database(':memory:');
  db.exec('CREATE TABLE t (n INTEGER)');
  return db;
}

test('a statement is prepared at its first use, and once', () => {
  const db = new Database(':memory:');
  const put = statement<[number]>(db, 'INSERT INTO t (n) VALUES (?)');
  expect(put).toThrow('no such table: t');
  db.exec('CREATE TABLE t (n INTEGER)');
  expect(put()).toBe(put());
  put().run(1);
  expect(statement<[], { n: number }>(db, 'SELECT n FROM t')().all()).toEqual([{ n: 1 }]);
});

test('a pragma has a value', () => {
  expect(pragma(tableOfNumbers(), 'user_version')).toBe(0);
});

test('what throws in the middle leaves nothing behind, and does not hinder the next', () => {
  const db = tableOfNumbers();
  const put = statement<[number]>(db, 'INSERT INTO t (n) VALUES (?)');
  const failing = (): void => {
    put().run(1);
    throw new Error('in the middle');
  };
  expect(() => allOrNothing(db, failing)).toThrow('in the middle');
  expect(db.inTransaction).toBe(false);
  allOrNothing(db, () => put().run(2));
  expect(statement<[], { n: number }>(db, 'SELECT n FROM t')().all()).toEqual([{ n: 2 }]);
});
