import { decode } from 'dns-packet';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RecordType } from '../../src/dns/lookup.ts';
import { askableName } from '../../src/dns/name.ts';
import { questionBytes } from '../../src/dns/question.ts';

const types = fc.constantFrom<RecordType>('A', 'AAAA', 'MX', 'PTR', 'TXT');
const names = fc
  .array(fc.stringMatching(/^[a-z0-9_-]{1,63}$/), { minLength: 1, maxLength: 4 })
  .map((labels) => labels.join('.'))
  .filter((name) => askableName(name) === name);

test('a question asks for one name, with recursion, with or without EDNS, as others read it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffff }), types, names, fc.boolean(), (id, type, name, edns) => {
      const packet = decode(questionBytes(id, type, name, edns));
      expect(packet).toMatchObject({ type: 'query', id, opcode: 'QUERY', rcode: 'NOERROR', flag_rd: true });
      expect(packet.questions).toEqual([{ type, name, class: 'IN' }]);
      const option = { type: 'OPT', name: '.', udpPayloadSize: 1232, flag_do: false };
      expect(packet.additionals).toMatchObject(edns ? [option] : []);
      expect(packet.additionals).toHaveLength(edns ? 1 : 0);
      expect([packet.answers, packet.authorities]).toEqual([[], []]);
    }),
  );
});
