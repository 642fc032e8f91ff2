/**
 * Ports that tcpdump without `-n` prints by name, from the names of /etc/services on common
 * distributions. Where distributions disagree the name is left out: other evidence may tell.
 */
const SERVICE_PORTS: Readonly<Record<string, number>> = {
  'ftp-data': 20,
  ftp: 21,
  ssh: 22,
  telnet: 23,
  smtp: 25,
  domain: 53,
  bootps: 67,
  bootpc: 68,
  tftp: 69,
  http: 80,
  kerberos: 88,
  pop3: 110,
  sunrpc: 111,
  ntp: 123,
  imap2: 143,
  imap: 143,
  snmp: 161,
  bgp: 179,
  ldap: 389,
  https: 443,
  'microsoft-ds': 445,
  submission: 587,
  ldaps: 636,
  'domain-s': 853,
  imaps: 993,
  pop3s: 995,
  socks: 1080,
  nfs: 2049,
  'etcd-client': 2379,
  'etcd-server': 2380,
  'squid-http': 3128,
  mysql: 3306,
  'ms-wbt-server': 3389,
  vxlan: 4789,
  sip: 5060,
  postgresql: 5432,
  postgres: 5432,
  amqps: 5671,
  amqp: 5672,
  x11: 6000,
  redis: 6379,
  'http-alt': 8080,
  webcache: 8080,
  'us-cli': 8082,
  otv: 8472,
  'pcsync-https': 8443,
};

/** The number of a service name, or null. */
export function servicePort(name: string): number | null {
  return Object.hasOwn(SERVICE_PORTS, name) ? (SERVICE_PORTS[name] ?? null) : null;
}
