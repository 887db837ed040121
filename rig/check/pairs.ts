// Pairs of main.cf and master.cf as people write them. PORT, PORT2 and PORT3 stand for ports of 127.0.0.1, ARGV for the
// command of polw, FOLDER for a folder with the files. Each pair names the smtpd services that mail comes to.

export interface Pair {
  readonly name: string;
  readonly main: string;
  readonly master: string;
  readonly files?: { readonly [name: string]: string };
  /** By port, where the service is not the one that listens there. */
  readonly services?: { readonly [port: string]: string };
  /** What a line of the findings must say, less the folder; none: there is no finding about Postfix. */
  readonly says?: readonly RegExp[];
}

const SMTP = 'PORT inet n - n - - smtpd';
const POLW = 'policy unix - n n - 0 spawn\n  user=polw argv=ARGV';
const CALL = 'check_policy_service unix:private/policy';
const SASL = 'smtpd_sasl_auth_enable = yes\nsmtpd_sasl_type = dovecot\nsmtpd_sasl_path = private/auth';
const OTHER_ENTRY = 'user=nobody argv=/bin/sh FOLDER/config/other';
/** A policy service that has nothing to say. */
const OTHER = { other: 'while read -r line; do [ -n "$line" ] || printf "action=DUNNO\\n\\n"; done\n' };

export const PAIRS: readonly Pair[] = [
  {
    name: 'as the README has it',
    main: `smtpd_recipient_restrictions = permit_mynetworks, permit_sasl_authenticated,\n  reject_unauth_destination, ${CALL}`,
    master: `${SMTP}\n${POLW}`,
  },
  {
    name: 'without commas, in capitals, over many lines, with a comment between',
    main: `smtpd_recipient_restrictions =\n  PERMIT_MYNETWORKS\n# ours\n  Reject_Unauth_Destination\n  Check_Policy_Service unix:private/policy\n  permit`,
    master: `${SMTP}\n${POLW}`,
  },
  {
    name: 'permit in front of the call',
    main: `smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination, permit, ${CALL}`,
    master: `${SMTP}\n${POLW}`,
    says: [/smtpd_recipient_restrictions never comes to polw, which stands behind "permit"/],
  },
  {
    name: 'permit_auth_destination and reject as a guard, the call behind',
    main: `smtpd_recipient_restrictions = permit_mynetworks, permit_auth_destination, reject, ${CALL}`,
    master: `${SMTP}\n${POLW}`,
    says: [/never comes to polw, which stands behind "permit_auth_destination"/],
  },
  {
    name: 'permit_auth_destination and reject as a guard in the restrictions of relaying',
    main: `smtpd_relay_restrictions = permit_mynetworks, permit_auth_destination, reject\nsmtpd_recipient_restrictions = permit_mynetworks, ${CALL}`,
    master: `${SMTP}\n${POLW}`,
  },
  {
    name: 'no guard at all in front, and relaying looked at later',
    main: `smtpd_relay_before_recipient_restrictions = no\nsmtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination\nsmtpd_recipient_restrictions = permit_mynetworks, ${CALL}`,
    master: `${SMTP}\n${POLW}`,
    says: [/smtpd_recipient_restrictions calls polw about mail that is not for you; put .* behind reject_unauth/],
  },
  {
    name: 'an old compatibility level, at which relaying is looked at later',
    main: `compatibility_level = 2\nsmtpd_relay_restrictions =\nsmtpd_recipient_restrictions = permit_mynetworks, ${CALL}, reject_unauth_destination`,
    master: `${SMTP}\n${POLW}`,
    says: [/calls polw about mail that is not for you/],
  },
  {
    name: 'the default of the restrictions of relaying as the only guard',
    main: `smtpd_relay_restrictions =@default\nsmtpd_recipient_restrictions = permit_mynetworks, ${CALL}`,
    master: `${SMTP}\n${POLW}`,
  },
  {
    name: 'a call in the restrictions of relaying, behind the guard',
    main: `smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination, ${CALL}\nsmtpd_recipient_restrictions =`,
    master: `${SMTP}\n${POLW}`,
  },
  {
    name: 'own restrictions of one service, without the call',
    main: `smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination, ${CALL}`,
    master: `PORT inet n - n - - smtpd -o smtpd_recipient_restrictions=permit_mynetworks,reject_unauth_destination\nPORT2 inet n - n - - smtpd\n${POLW}`,
  },
  {
    name: 'own restrictions of one service in braces, with the call there alone',
    main: 'smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination',
    master: `PORT inet n - n - - smtpd\n  -o { smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination, ${CALL} }\nPORT2 inet n - n - - smtpd\n${POLW}`,
  },
  {
    name: 'submission for own users, with restrictions that main.cf names for it',
    main: `${SASL}\nmua_client_restrictions = permit_sasl_authenticated, reject\nsmtpd_recipient_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination, ${CALL}`,
    master: `PORT inet n - n - - smtpd\nPORT2 inet n - n - - smtpd\n  -o smtpd_client_restrictions=$mua_client_restrictions -o smtpd_delay_reject=yes\n${POLW}`,
  },
  {
    name: 'no permit_sasl_authenticated',
    main: `${SASL}\nsmtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination, ${CALL}`,
    master: `${SMTP}\n${POLW}`,
    says: [
      /lets polw weigh the mail of your own users who have logged in, and refuse it; put permit_sasl_authenticated/,
    ],
  },
  {
    name: 'the call in front of all',
    main: `${SASL}\nsmtpd_relay_restrictions =\nsmtpd_recipient_restrictions = ${CALL}, permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination`,
    master: `${SMTP}\n${POLW}`,
    says: [/about mail that is not for you/, /your own users who have logged in/],
  },
  {
    name: 'a part of the list in a parameter of its own',
    main: `my_guard = reject_unauth_destination\nmy_policy = ${CALL}\nsmtpd_recipient_restrictions = permit_mynetworks $my_guard \${my_policy}`,
    master: `${SMTP}\n${POLW}`,
  },
  {
    name: 'a part of the list that one service sets otherwise',
    main: `my_policy = ${CALL}\nsmtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination, $my_policy`,
    master: `PORT inet n - n - - smtpd\nPORT2 inet n - n - - smtpd -o my_policy=\n${POLW}`,
  },
  {
    name: 'a choice by stress',
    main: `smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination, \${stress?{permit}:{${CALL}}}`,
    master: `${SMTP}\n${POLW}`,
  },
  {
    name: 'a class that a table names for one recipient',
    main: `smtpd_restriction_classes = weighed\nweighed = ${CALL}\nsmtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination,\n  check_recipient_access texthash:$config_directory/recipients`,
    master: `${SMTP}\n${POLW}`,
    files: { recipients: '# nobody@here.test weighed\nspecial@here.test  weighed\n' },
  },
  {
    name: 'a class that no table names',
    main: `smtpd_restriction_classes = weighed\nweighed = ${CALL}\nsmtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination,\n  check_recipient_access texthash:$config_directory/recipients`,
    master: `${SMTP}\n${POLW}`,
    files: { recipients: '# special@here.test weighed\nspecial@here.test OK\n' },
    says: [/no list or table leads to the class weighed, which calls polw/],
  },
  {
    name: 'a class in the list itself, in front of the guard',
    main: `smtpd_restriction_classes = weighed, strict\nweighed = strict\nstrict = reject_non_fqdn_sender, ${CALL}\nsmtpd_relay_restrictions =\nsmtpd_recipient_restrictions = permit_mynetworks, weighed, reject_unauth_destination`,
    master: `${SMTP}\n${POLW}`,
    says: [/about mail that is not for you/],
  },
  {
    name: 'a class that permits',
    main: `smtpd_restriction_classes = friends\nfriends = permit\nsmtpd_recipient_restrictions = reject_unauth_destination, friends, ${CALL}`,
    master: `${SMTP}\n${POLW}`,
    says: [/never comes to polw, which stands behind "friends"/],
  },
  {
    name: 'a table that says the same of all',
    main: `smtpd_recipient_restrictions = reject_unauth_destination, check_sender_access static:OK, ${CALL}`,
    master: `${SMTP}\n${POLW}`,
    says: [/never comes to polw, which stands behind "check_sender_access static:OK"/],
  },
  {
    name: 'all in the restrictions of the client, which are looked at when the recipient is known',
    main: `smtpd_client_restrictions = permit_mynetworks, ${CALL}\nsmtpd_recipient_restrictions = reject_unauth_destination`,
    master: `${SMTP}\n${POLW}`,
    says: [
      /smtpd_client_restrictions calls polw about mail that is not for you; move .* to smtpd_recipient_restrictions, behind/,
    ],
  },
  {
    name: 'the guard in the restrictions of the sender, too',
    main: `smtpd_sender_restrictions = permit_mynetworks, reject_unauth_destination, ${CALL}\nsmtpd_recipient_restrictions = reject_unauth_destination`,
    master: `${SMTP}\n${POLW}`,
  },
  {
    name: 'the restrictions of the sender, looked at before there is a recipient',
    main: `smtpd_delay_reject = no\nsmtpd_sender_restrictions = ${CALL}\nsmtpd_recipient_restrictions = reject_unauth_destination`,
    master: `${SMTP}\n${POLW}`,
    says: [/smtpd_sender_restrictions calls polw too early or too late/],
  },
  {
    name: 'the end of data',
    main: `smtpd_end_of_data_restrictions = ${CALL}\nsmtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination`,
    master: `${SMTP}\n${POLW}`,
    says: [/smtpd_end_of_data_restrictions calls polw too early or too late/],
  },
  {
    name: 'a dry run',
    main: `smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination, warn_if_reject ${CALL}`,
    master: `${SMTP}\n${POLW}`,
    says: [/warning: smtpd_recipient_restrictions only logs what polw refuses/],
  },
  {
    name: 'warn_if_reject in front of the guard, which is none then',
    main: `smtpd_relay_restrictions =\nsmtpd_recipient_restrictions = permit_mynetworks, warn_if_reject reject_unauth_destination, ${CALL}, reject_unauth_destination`,
    master: `${SMTP}\n${POLW}`,
    says: [/about mail that is not for you/],
  },
  {
    name: 'a second entry of the same name, with another program',
    main: `smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination, ${CALL}`,
    master: `${SMTP}\n${POLW}\npolicy unix - n n - 0 spawn\n  ${OTHER_ENTRY}`,
    files: OTHER,
    says: [/there are several entries "policy unix", and Postfix uses the last one, which runs \/bin\/sh/],
  },
  {
    name: 'another program under an entry that could be ours',
    main: `smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination, check_policy_service unix:private/polw, ${CALL}`,
    master: `${SMTP}\npolw unix - n n - 0 spawn\n  user=polw argv=/bin/sh FOLDER/config/other\n${POLW}`,
    files: OTHER,
  },
  {
    name: 'over TCP, by a name',
    main: 'smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination, check_policy_service inet:localhost:PORT3',
    master: `${SMTP}\n127.0.0.1:PORT3 inet n n n - 0 spawn\n  user=polw argv=ARGV`,
  },
  {
    name: 'an absolute path, without a chroot',
    main: `smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination, check_policy_service unix:$queue_directory/private/policy`,
    master: `${SMTP}\n${POLW}`,
  },
  {
    name: 'an absolute path from inside of a chroot',
    main: `smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination, check_policy_service unix:$queue_directory/private/policy`,
    master: `PORT inet n - y - - smtpd\n${POLW}`,
    says: [/does not find from inside of its chroot, so each mail gets a 451; write unix:private\/policy/],
  },
  {
    name: 'a relative path from inside of a chroot',
    main: `smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination, ${CALL}`,
    master: `PORT inet n - y - - smtpd\n${POLW}`,
  },
  {
    name: 'a service that is not there, in front',
    main: `smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination, check_policy_service unix:private/spf, ${CALL}`,
    master: `${SMTP}\n${POLW}`,
    says: [/asks unix:private\/spf, and there is no such service in master.cf, so each mail gets a 451/],
  },
  {
    name: 'a service that is not there, but need not be',
    main: `smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination, check_policy_service { unix:private/spf, default_action=DUNNO }, ${CALL}`,
    master: `${SMTP}\n${POLW}`,
    says: [/asks unix:private\/spf, and there is no such service/],
  },
  {
    name: 'settings of the call in braces',
    main: 'smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination,\n  check_policy_service { unix:private/policy, timeout=30s, { default_action = DUNNO nobody there } }',
    master: `${SMTP}\n${POLW}`,
  },
  {
    name: 'less patience than polw needs',
    main: 'smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination, check_policy_service { unix:private/policy, timeout=1s, default_action=DUNNO }',
    master: `${SMTP}\n${POLW}`,
    says: [
      /waits 1 seconds for polw, and polw 10 seconds for the DNS \(dns_deadline\); what takes longer gets "DUNNO"/,
    ],
  },
  {
    name: 'settings of the call with blanks around "="',
    main: 'smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination, check_policy_service { unix:private/policy, timeout = 30s }',
    master: `${SMTP}\n${POLW}`,
    says: [
      /calls unix:private\/policy with "timeout", which smtpd takes for an option without "=", and does not start/,
    ],
  },
  {
    name: 'a word that is no restriction',
    main: `smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination, whitelist, ${CALL}`,
    master: `${SMTP}\n${POLW}`,
    says: [/"whitelist" is neither a restriction nor a class/],
  },
  {
    name: 'behind other lists, tables and rules',
    main: `smtpd_helo_required = yes\nsmtpd_helo_restrictions = permit_mynetworks, reject_invalid_helo_hostname\nsmtpd_sender_restrictions = permit_mynetworks, check_sender_access texthash:$config_directory/senders, reject_non_fqdn_sender\nsmtpd_recipient_restrictions =\n  permit_mynetworks, sleep 0, reject_non_fqdn_recipient, reject_unauth_destination,\n  check_client_access cidr:$config_directory/clients, reject_unlisted_recipient, ${CALL}`,
    master: `${SMTP}\n${POLW}`,
    files: { senders: 'bad@elsewhere.test REJECT\n', clients: '198.51.100.0/24 OK\n' },
  },
  {
    name: 'a host that is a backup for others',
    main: `smtpd_recipient_restrictions = permit_mynetworks, permit_mx_backup, reject_unauth_destination, ${CALL}`,
    master: `${SMTP}\n${POLW}`,
    says: [/never comes to polw, which stands behind "permit_mx_backup"/],
  },
  {
    name: 'postscreen in front',
    main: `smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination, ${CALL}`,
    master: `PORT inet n - n - 1 postscreen\nsmtpd pass - - n - - smtpd\n${POLW}`,
    services: { PORT: 'smtpd/pass' },
  },
  {
    name: 'a way back from a content filter, and the way in without the call',
    main: `smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination, ${CALL}`,
    master: `PORT inet n - n - - smtpd\nPORT2 inet n - n - - smtpd -o smtpd_client_restrictions= -o smtpd_recipient_restrictions=permit_mynetworks,reject -o mynetworks=127.0.0.0/8\n${POLW}`,
  },
];
