// Makes bin/polw.suffixes: the Public Suffix List (publicsuffix.org, Mozilla Public License 2.0) in the compact form in
// which Debian and Fedora ship it (public_suffix_list.dafsa), so that one reader reads both. The rules come from tldts,
// whose releases follow the list. Part of the build.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { domainToASCII, pathToFileURL } from 'node:url';

const folder = path.dirname(createRequire(import.meta.url).resolve('tldts/package.json'));

/** The release of tldts whose rules these are, and its day: a copy of the list from before it is not better. */
const RELEASE = { version: '7.5.5', day: '2026-11-19' };

const EXCEPTION = 1;
const WILDCARD = 2;
const ICANN = 4;
const PRIVATE = 8;

const HEADER = '.DAFSA@PSL_0   \n';
const END = 0x80;

/** The table, and when it was true in milliseconds. */
export async function suffixTable() {
  const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  if (version !== RELEASE.version) {
    throw new Error(`tldts ${version} is installed; write it and the day of its release into scripts/suffixes.mjs`);
  }
  return { asOf: Date.parse(RELEASE.day), bytes: encode(await rules()) };
}

/** The rules by name: `*.ck` is the name `ck` with a flag, and so is `!www.ck`. */
async function rules() {
  const trie = await import(pathToFileURL(path.join(folder, 'dist/es6/src/data/trie.js')).href);
  const { edgeChild, edgeLength, edgeStart, exceptionsRoot, labelText, nodeFlags, rulesRoot } = trie;
  const offsets = [];
  let offset = 0;
  for (const length of edgeLength) {
    offsets.push(offset);
    offset += length;
  }
  const result = new Map();
  const add = (name, flags) => result.set(name, (result.get(name) ?? 0) | flags);
  const visit = (node, name, flag) => {
    const section = ((nodeFlags[node] & 1) === 0 ? 0 : ICANN) | ((nodeFlags[node] & 2) === 0 ? 0 : PRIVATE);
    if (section !== 0 && name.startsWith('*.')) add(name.slice(2), section | WILDCARD);
    else if (section !== 0) add(domainToASCII(name), section | flag);
    for (let edge = edgeStart[node]; edge < edgeStart[node + 1]; edge += 1) {
      const label = labelText.slice(offsets[edge], offsets[edge] + edgeLength[edge]);
      visit(edgeChild[edge], name === '' ? label : `${label}.${name}`, flag);
    }
  };
  visit(rulesRoot, '', 0);
  visit(exceptionsRoot, '', EXCEPTION);
  return result;
}

/**
 * A deterministic acyclic finite state automaton. A list of offsets, each counted from the one before it, leads to the
 * items of a state. An item is a value (plus 0x80), or characters, the last of them (plus 0x80) before another list;
 * where that would hold a value alone, the value stands behind the characters.
 */
function encode(words) {
  const chunks = [];
  /** How far from the end of all an item begins: what is written last stands first. */
  const places = new Map();
  let written = 0;
  const write = (bytes) => {
    chunks.push(Buffer.from(bytes));
    written += bytes.length;
    return written;
  };
  const place = (edge) => {
    if (places.has(edge)) return places.get(edge);
    const { characters, state } = run(edge);
    const isWord = state.edges.length === 0;
    const last = isWord ? [] : [END | characters.pop()];
    places.set(edge, write([...characters, ...last, ...(isWord ? [END | state.value] : list(state))]));
    return places.get(edge);
  };
  const list = ({ edges, value }) => {
    const ends = [...edges.map(place), ...(value === undefined ? [] : [write([END | value])])].sort((a, b) => b - a);
    const steps = ends.slice(1).map((end, index) => offset(ends[index] - end));
    // The first counts from where the list begins, which hangs on its own length.
    const behind = written + steps.flat().length - ends[0];
    steps.unshift(
      [1, 2, 3].map((length) => offset(behind + length)).find((bytes, index) => bytes.length === index + 1),
    );
    steps.at(-1)[0] |= END;
    return steps.flat();
  };
  write(list(shared(trieOf(words), new Map(), new Map())));
  return Buffer.concat([Buffer.from(HEADER), ...chunks.reverse()]);
}

function offset(distance) {
  if (distance < 0x40) return [distance];
  if (distance < 0x2000) return [0x40 | (distance >> 8), distance & 0xff];
  return [0x60 | (distance >> 16), (distance >> 8) & 0xff, distance & 0xff];
}

/** The characters from an edge to where the ways part, or join. */
function run(edge) {
  const characters = [edge.character];
  let { state } = edge;
  while (state.value === undefined && state.edges.length === 1 && state.edges[0].uses === 1) {
    characters.push(state.edges[0].character);
    ({ state } = state.edges[0]);
  }
  return { characters, state };
}

function trieOf(words) {
  const root = { next: new Map() };
  for (const [word, value] of words) {
    let node = root;
    for (const character of Buffer.from(word)) {
      if (!node.next.has(character)) node.next.set(character, { next: new Map() });
      node = node.next.get(character);
    }
    node.value = value;
  }
  return root;
}

/** The same with one state, and one edge, for all that are alike. */
function shared(node, states, edges) {
  const own = [...node.next].map(([character, next]) => {
    const state = shared(next, states, edges);
    const key = `${character} ${state.id}`;
    if (!edges.has(key)) edges.set(key, { id: edges.size, character, state, uses: 0 });
    return edges.get(key);
  });
  const key = `${node.value} ${own.map(({ id }) => id).sort((a, b) => a - b)}`;
  if (!states.has(key)) {
    states.set(key, { id: states.size, edges: own, value: node.value });
    for (const edge of own) edge.uses += 1;
  }
  return states.get(key);
}
