/** A line of a LOG rule as the kernel prints it for a SYN; a test names what matters to it. */
export interface LogLine {
  readonly prefix?: string;
  readonly framing?: string;
  readonly iif?: string;
  readonly oif?: string;
  readonly mac?: string;
  readonly src?: string;
  readonly dst?: string;
  readonly id?: number;
  readonly ttl?: number;
  readonly spt?: number;
  readonly dpt?: number;
  readonly seq?: number;
  readonly flags?: string;
  readonly mark?: string;
}

export function logLine(line: LogLine = {}): string {
  const at: LogLine = { ...SYN, ...line };
  const mac = at.mac === undefined ? '' : `MAC=${at.mac} `;
  const seq = at.seq === undefined ? '' : `SEQ=${at.seq} ACK=0 `;
  const mark = at.mark === undefined ? '' : ` MARK=${at.mark}`;
  return `${at.framing}${at.prefix}IN=${at.iif} OUT=${at.oif} ${mac}SRC=${at.src} DST=${at.dst} LEN=60 TOS=0x00 PREC=0x00 TTL=${at.ttl} ID=${at.id} DF PROTO=TCP SPT=${at.spt} DPT=${at.dpt} ${seq}WINDOW=64240 RES=0x00 ${at.flags} URGP=0${mark}`;
}

const SYN = {
  prefix: '',
  framing: 'Mar  1 10:00:00 n1 kernel: ',
  iif: '',
  oif: 'eth0',
  src: '10.0.0.1',
  dst: '10.96.0.10',
  id: 100,
  ttl: 64,
  spt: 40000,
  dpt: 80,
  flags: 'SYN',
} satisfies LogLine;

/** One line of `tcpdump -n` for a TCP packet. */
export interface CaptureLine {
  readonly time?: string;
  readonly a?: string;
  readonly b?: string;
  readonly flags?: string;
  readonly seq?: string;
  readonly ack?: number;
  readonly mss?: number;
  readonly ts?: readonly [value: number, echo: number];
  readonly length?: number;
}

export function captureLine(line: CaptureLine = {}): string {
  const { time = '10:00:00.000000', a = '10.0.0.1.40000', b = '10.96.0.10.80' } = line;
  const { flags = 'S', seq = '1000', length = 0 } = line;
  const options = [
    ...(line.mss === undefined ? [] : [`mss ${line.mss}`]),
    ...(line.ts === undefined ? [] : [`nop,nop,TS val ${line.ts[0]} ecr ${line.ts[1]}`]),
  ].join(',');
  const parts = [
    `Flags [${flags}]`,
    ...(seq === '' ? [] : [`seq ${seq}`]),
    ...(line.ack === undefined ? [] : [`ack ${line.ack}`]),
    'win 64240',
    ...(options === '' ? [] : [`options [${options}]`]),
    `length ${length}`,
  ];
  return `${time} IP ${a} > ${b}: ${parts.join(', ')}`;
}
