// Loads one snapshot's folder with the built program's own modules and prints what it cost, as one
// line of JSON. With a number as second argument it also traces that many flows. Plain JavaScript,
// so that nothing but Node and `dist/` is measured.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assembleSnapshot } from '../dist/snapshot/assemble.js';

const [folder = '', flowCount = '0'] = process.argv.slice(2);

const files = new Map(
  readdirSync(join(folder, 'nodes', 'n1')).map((name) => {
    const path = `nodes/n1/${name}`;
    return [path, readFileSync(join(folder, path), 'utf8')];
  }),
);
const loadStart = performance.now();
const { value } = assembleSnapshot(files);
const loadMs = performance.now() - loadStart;

const traceMs = Number(flowCount) > 0 ? await traceFlows(Number(flowCount)) : [];
process.stdout.write(
  `${JSON.stringify({ loadMs, traceMs, maxRssMb: process.resourceUsage().maxRSS / 1024 })}\n`,
);

async function traceFlows(count) {
  const { traceFlow } = await import('../dist/trace/tracer.js');
  const { parseIpv4 } = await import('../dist/packet/address.js');
  const rules = files.get('nodes/n1/iptables-save.txt') ?? '';
  const services = [
    ...rules.matchAll(
      /^(?:\[\d+:\d+\] )?-A KUBE-SERVICES -d ([\d.]+)\/32 -p tcp .*--dport (\d+) /gm,
    ),
  ];
  const stride = Math.max(1, Math.floor(services.length / count));
  const times = [];
  for (let i = 0; i < services.length; i += stride) {
    const [, address, port] = services[i];
    const flow = {
      from: { node: 'n1', netns: null },
      arrivesOn: null,
      to: parseIpv4(address),
      port: Number(port),
      protocol: 'tcp',
      boundSource: null,
      boundDevice: null,
      sport: null,
      mark: 0,
    };
    const start = performance.now();
    const trace = traceFlow(value.network, flow);
    times.push(performance.now() - start);
    if (trace.outcomes.length === 0) throw new Error(`no outcome for ${address}:${port}`);
  }
  return times;
}
