#!/usr/bin/python3
"""pyspf, for comparison: a line of JSON {ip, helo, sender, receiver, address, port} in, {result, explanation} out.

Its DNS client is replaced. The one that Debian installs with it takes a SERVFAIL over UDP for "no records", and asks on
port 53 only. Names and texts go over the wire as Latin-1 octets.
"""
import json
import random
import socket
import struct
import sys

import spf

TYPES = {'A': 1, 'CNAME': 5, 'PTR': 12, 'MX': 15, 'TXT': 16, 'AAAA': 28, 'SPF': 99}
NAMES = {code: name for name, code in TYPES.items()}
DEFAULT = '\x01default'
server = ('127.0.0.1', 53)


def read_name(message, at):
    labels, end = [], None
    while True:
        length = message[at]
        if length >= 0xc0:
            if end is None:
                end = at + 2
            at = struct.unpack_from('>H', message, at)[0] & 0x3fff
        elif length == 0:
            return '.'.join(labels), end or at + 1
        else:
            labels.append(message[at + 1:at + 1 + length].decode('latin-1'))
            at += 1 + length


def lookup(name, qtype, strict=True, timeout=10, **_):
    question = b''
    for label in name.split('.'):
        octets = label.encode('latin-1', 'replace')
        if len(octets) > 63:
            raise spf.TempError('label too long')
        if octets:
            question += bytes([len(octets)]) + octets
    if len(question) > 254:
        return []
    identity = random.randrange(65536)
    packet = struct.pack('>6H', identity, 0x100, 1, 0, 0, 1) + question + b'\0' + struct.pack('>2H', TYPES[qtype], 1)
    packet += b'\0' + struct.pack('>2HIH', 41, 65000, 0, 0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.settimeout(2)
        wire.connect(server)
        wire.send(packet)
        try:
            message = wire.recv(65535)
        except socket.timeout:
            raise spf.TempError('DNS timeout')
    _, flags, _, answers, _, _ = struct.unpack_from('>6H', message)
    if flags & 15 not in (0, 3):
        raise spf.TempError('DNS rcode %d' % (flags & 15))
    _, at = read_name(message, 12)
    at += 4
    found = []
    for _ in range(answers):
        owner, at = read_name(message, at)
        code, _, _, length = struct.unpack_from('>2HIH', message, at)
        at += 10
        data = message[at:at + length]
        kind = NAMES.get(code)
        if kind == 'A':
            value = socket.inet_ntoa(data)
        elif kind == 'AAAA':
            value = data
        elif kind in ('TXT', 'SPF'):
            value, p = [], 0
            while p < length:
                value.append(data[p + 1:p + 1 + data[p]])
                p += 1 + data[p]
            value = tuple(value)
        elif kind == 'MX':
            value = (struct.unpack_from('>H', data)[0], read_name(message, at + 2)[0])
        elif kind in ('PTR', 'CNAME'):
            value = read_name(message, at)[0]
        else:
            value = data
        at += length
        found.append(((owner, kind), value))
    return found


spf.DNSLookup = lookup

for line in sys.stdin:
    case = json.loads(line)
    server = (case['address'], case['port'])
    try:
        query = spf.query(i=case['ip'], s=case['sender'], h=case['helo'], receiver=case['receiver'])
        query.set_default_explanation(DEFAULT)
        result, _, text = query.check()
    except Exception as error:  # a crash of the reference is an answer too
        result, text = 'crashed: %s: %s' % (type(error).__name__, error), DEFAULT
    result = {'unknown': 'permerror', 'error': 'temperror'}.get(result, result)
    explanation = text if result == 'fail' and text != DEFAULT else None
    print(json.dumps({'result': result, 'explanation': explanation, 'why': text}), flush=True)
