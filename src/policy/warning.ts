// What is wrong in main.cf where a mail can't be weighed, for the log: said once, so its words are loaded when it is.

export type Warning =
  | { readonly kind: 'request'; readonly type: string }
  | { readonly kind: 'stage'; readonly stage: string }
  | { readonly kind: 'no address'; readonly address: string }
  | { readonly kind: 'authenticated'; readonly by: 'password' | 'certificate' }
  | { readonly kind: 'inside'; readonly network: string; readonly address: string };

/** The line of the log. */
export function warningInWords(warning: Warning): string {
  switch (warning.kind) {
    case 'request':
      return `a request of type "${warning.type.slice(0, 100)}" instead of smtpd_access_policy; is this service called by check_policy_service?`;
    case 'stage':
      return `called at ${warning.stage.slice(0, 20).toUpperCase()} instead of RCPT, so nothing is weighed; in main.cf, check_policy_service belongs into smtpd_recipient_restrictions`;
    case 'no address':
      return `client_address is no address, so nothing can be weighed: "${warning.address.slice(0, 100)}"`;
    case 'authenticated': {
      const restriction = warning.by === 'password' ? 'permit_sasl_authenticated' : 'permit_tls_clientcerts';
      return `mail of clients that authenticate by ${warning.by} is not weighed, but polw is asked about it; in main.cf, ${restriction} belongs in front of check_policy_service`;
    }
    case 'inside':
      return `mail of ${warning.address.slice(0, 100)} is not weighed: that is a ${warning.network} address. If a proxy or a container gateway has it, all clients are hidden behind it: let it tell their addresses (smtpd_upstream_proxy_protocol). If your own hosts have it, permit_mynetworks belongs in front of check_policy_service. To weigh it all the same, set weigh_private_clients`;
  }
}
