// What smtpd(8) asks: the attributes of a request, and its bytes.

/** The attributes of a request, in their order. */
export type Attributes = { readonly [name: string]: string | number };

/** What Postfix 3.7 sends for a recipient, with the values that are of interest filled in. */
export function rcpt(changes: Attributes = {}): Attributes {
  return {
    request: 'smtpd_access_policy',
    protocol_state: 'RCPT',
    protocol_name: 'ESMTP',
    client_address: '192.0.2.10',
    client_name: 'mail.good.test',
    client_port: '40000',
    reverse_client_name: 'mail.good.test',
    server_address: '192.0.2.200',
    server_port: '25',
    helo_name: 'mail.good.test',
    sender: 'someone@good.test',
    recipient: 'someone@here.test',
    recipient_count: '0',
    queue_id: '',
    instance: '2c22.6b003ab8.a075.0',
    size: '0',
    etrn_domain: '',
    stress: '',
    sasl_method: '',
    sasl_username: '',
    sasl_sender: '',
    ccert_subject: '',
    ccert_issuer: '',
    ccert_fingerprint: '',
    ccert_pubkey_fingerprint: '',
    encryption_protocol: '',
    encryption_cipher: '',
    encryption_keysize: '0',
    policy_context: '',
    ...changes,
  };
}

/** The bytes of a request: these attributes and no others, and the empty line. */
export function requestText(attributes: Attributes): string {
  const lines = Object.entries(attributes).map(([name, value]) => `${name}=${value}\n`);
  return `${lines.join('')}\n`;
}
