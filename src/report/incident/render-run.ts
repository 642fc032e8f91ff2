import type { ObservedPacket } from '../../evidence/observation.ts';
import { addressWords, packetWords } from '../evidence/words.ts';
import type { Canvas } from '../text/style.ts';
import { padTo } from '../text/width.ts';
import type { HookPassage, IncidentRun, ObservedFlow } from './incident-run.ts';
import { clientWords, mismatchWords } from './words.ts';

/** What the kernel did, as text; the first line is the answer. */
export function renderRun(run: IncidentRun, { style }: Canvas): string {
  const { mismatches, flow, control } = run;
  const reproduced = mismatches.length === 0;
  const verdict = reproduced ? style.good('reproduced') : style.bad('not reproduced');
  const lines = [
    style.strong(`${run.id}: ${verdict} on Linux ${run.kernel}: ${answerWords(flow)}`),
    run.title,
    ...mismatches.map((mismatch) => `  ${style.bad(mismatchWords(mismatch))}`),
    '',
    `flow     ${flowWords(flow)}: ${answerWords(flow)}`,
    `control  ${flowWords(control)}: ${answerWords(control)}`,
    ...section('hooks of the flow', hookLines(flow)),
    ...section('captures', captureLines(flow)),
    ...section('dropped', dropLines(flow)),
    ...section('counters that moved', counterLines(flow)),
    ...section('not watched', flow.blind),
  ];
  return `${lines.join('\n')}\n`;
}

function section(title: string, entries: readonly string[]): readonly string[] {
  return entries.length === 0 ? [] : ['', title, ...entries.map((entry) => `  ${entry}`)];
}

function flowWords({ from, to, protocol, bound }: ObservedFlow): string {
  return `${from} -> ${to} ${protocol}${bound === null ? '' : ` bound to ${bound}`}`;
}

/** `timeout`, or `connected to n2/web 192.168.67.4:8082, which saw 10.39.0.17:40000`. */
function answerWords(flow: ObservedFlow): string {
  const { endpoint, client } = flow;
  const result = clientWords(client.outcome, client.errno);
  if (!endpoint) return result;
  const { place, address, port, source, sourcePort } = endpoint;
  return `${result} to ${place} ${address}:${port}, which saw ${source}:${sourcePort}`;
}

function hookLines({ hooks }: ObservedFlow): readonly string[] {
  const places = Math.max(...hooks.map(({ place }) => place.length), 0);
  const devices = hooks.map(deviceWords);
  const wide = Math.max(...devices.map((text) => text.length), 0);
  return hooks.map((passage, index) => {
    const where = `${padTo(passage.place, places)}  ${padTo(passage.hook, 11)}`;
    return `${where}  ${padTo(devices[index] ?? '', wide)}  ${passageWords(passage)}`;
  });
}

function deviceWords({ iif, oif }: HookPassage): string {
  return [iif === null ? '' : `in ${iif}`, oif === null ? '' : `out ${oif}`]
    .filter((part) => part !== '')
    .join(' ');
}

function passageWords({ before, after, markBefore, markAfter }: HookPassage): string {
  const seen = withCarrier(before);
  if (!after) return `${seen}  ends here`;
  const changed = addressWords(after) === addressWords(before) ? '' : `  => ${addressWords(after)}`;
  const mark = markAfter === markBefore || markAfter === null ? '' : `  mark ${hex(markAfter)}`;
  return `${seen}${changed}${mark}`;
}

function hex(mark: number): string {
  return `0x${mark.toString(16)}`;
}

function captureLines({ captures }: ObservedFlow): readonly string[] {
  const wheres = captures.map(({ place, device }) => `${place} ${device}`);
  const wide = Math.max(...wheres.map((text) => text.length), 0);
  return captures.map(({ direction, packet, count }, index) => {
    const times = count > 1 ? `  ${count} times` : '';
    const where = `${padTo(wheres[index] ?? '', wide)}  ${padTo(direction, 3)}`;
    return `${where}  ${withCarrier(packet)}${times}`;
  });
}

function withCarrier(packet: ObservedPacket): string {
  const carrier = packet.encapsulation ? `  in ${packet.encapsulation.kind}` : '';
  return `${addressWords(packet)} ${packetWords(packet)}${carrier}`;
}

function dropLines({ drops }: ObservedFlow): readonly string[] {
  return drops.map(({ reason, location, place, device, packet }) => {
    const at = [place ?? 'place unknown', ...(device === null ? [] : [`in ${device}`])].join(' ');
    return `${reason} in ${location}()  ${at}${packet ? `  ${withCarrier(packet)}` : ''}`;
  });
}

/** Counters that move with any packet; JSON has them all. */
const ORDINARY =
  /^(Ip(Ext)?(In|Out)(Receives|Delivers|Requests|Transmits|Octets|NoECTPkts)|IpForwDatagrams|(Tcp|Udp)(In|Out)(Segs|Datagrams)|TcpActiveOpens)$/;

function counterLines({ counters }: ObservedFlow): readonly string[] {
  return counters
    .filter(({ counter }) => !ORDINARY.test(counter))
    .map(({ place, counter, by }) => `${place} ${counter} +${by}`);
}
