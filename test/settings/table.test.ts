import { describe, expect, test } from 'vitest';
import { defaultSettings } from '../../src/settings/read.ts';
import { GROUPS, SETTINGS } from '../../src/settings/table.ts';

describe.each(Object.entries(SETTINGS))('%s', (name, entry) => {
  test('has a default that its own reader takes, a home, and a text', () => {
    // Its own default, as TOML would have it.
    const value: unknown = JSON.parse(JSON.stringify(entry.default));
    expect(entry.kind.read(value)).toEqual({ ok: true, value: entry.default });
    if (entry.group === undefined) expect(name).toBe('lists');
    else expect(Object.keys(GROUPS)).toContain(entry.group);
    expect(entry.text).toMatch(/\S/);
    expect(entry.text).not.toContain('\n');
  });
});

test('the numbers are those that admins know', () => {
  expect(defaultSettings()).toMatchObject({
    client_ip_eq_helo_score: { hit: 1.5, miss: -1.25 },
    helo_score: { hit: 1.5, miss: -2 },
    helo_from_mx_eq_ip_score: { hit: 1.5, miss: -3.1 },
    helo_numeric_score: { hit: 2.5, miss: 0 },
    from_match_regex_verified_helo: { hit: 1, miss: -2 },
    from_match_regex_unverified_helo: { hit: 1.6, miss: -1.5 },
    from_match_regex_failed_helo: { hit: 2.5, miss: 0 },
    helo_seems_dialup: { hit: 1.5, miss: 0 },
    failed_helo_seems_dialup: { hit: 2, miss: 0 },
    helo_ip_in_client_subnet: { hit: 0, miss: -1.2 },
    helo_ip_in_cl16_subnet: { hit: 0, miss: -0.41 },
    client_seems_dialup_score: { hit: 3.75, miss: 0 },
    from_multiparted: { hit: 1.09, miss: 0 },
    from_anon: { hit: 1.17, miss: 0 },
    bogus_mx_score: { hit: 2.1, miss: 0 },
    random_sender_score: { hit: 0.25, miss: 0 },
    rhsbl_penalty_score: { hit: 3.1, miss: 0 },
    enforce_dyndns_score: { hit: 3, miss: 0 },
    reject_level: 1,
    defer_tokens: ['IN_SPAMCOP=', 'BOGUS_MX='],
    defer_action: '450',
    defer_level: 5,
    max_dnsbl_hits: 2,
    max_dnsbl_score: 8,
    list_error_skip: 2,
    list_skip_release: 10,
    log_hits_only: true,
    spam_cache_size: 2000,
    spam_cache_max_size: 4000,
    spam_cache_retries: 1,
    spam_cache_time: 30,
    ham_cache_size: 1000,
    ham_cache_max_size: 2000,
    ham_cache_uses: 60,
    ham_cache_time: 3 * 3600,
    ham_cache_probation: 24 * 3600,
    dns_tries: 2,
    dns_timeout: 2,
    max_dns_errors: 3,
    ignore_private_addresses: false,
    add_header: true,
    dnsbl_checks_only: false,
  });
});
