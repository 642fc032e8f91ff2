import type { RtMatch } from '../../../kernel/netfilter/xtables/match/rt.ts';
import { formatAddress, parseIpv6 } from '../../../packet/address.ts';
import { find, firstValue, type Grammar, joined, printed } from '../grammar.ts';
import { MAX_U32, numberOption } from '../numbers.ts';
import { printPorts, rangeOption } from '../ports.ts';

export const rtGrammar: Grammar<RtMatch> = {
  extensions: {
    rt: {
      '--rt-type': 1,
      '--rt-segsleft': 1,
      '--rt-len': 1,
      '--rt-0-res': 0,
      '--rt-0-addrs': 1,
      '--rt-0-not-strict': 0,
    },
  },
  negatable: ['--rt-type', '--rt-segsleft', '--rt-len'],
  parse({ options }) {
    const type = numberOption(find(options, '--rt-type'), MAX_U32);
    const segmentsLeft = rangeOption(find(options, '--rt-segsleft'), MAX_U32);
    const length = numberOption(find(options, '--rt-len'), MAX_U32);
    const listed = find(options, '--rt-0-addrs');
    const texts = listed ? firstValue(listed).split(',') : [];
    const addresses = texts.flatMap((text) => parseIpv6(text) ?? []);
    if (type === undefined || segmentsLeft === undefined || length === undefined) return null;
    if (addresses.length < texts.length) return null;
    return {
      kind: 'rt',
      type: type && { negated: type.negated, type: type.value },
      segmentsLeft,
      length: length && { negated: length.negated, length: length.value },
      reserved: find(options, '--rt-0-res') !== undefined,
      addresses,
      notStrict: find(options, '--rt-0-not-strict') !== undefined,
    };
  },
  print: ({ type, segmentsLeft, length, reserved, addresses, notStrict }) =>
    joined(
      'rt',
      type ? printed(type.negated, `--rt-type ${type.type}`) : '',
      printPorts('--rt-segsleft', segmentsLeft),
      length ? printed(length.negated, `--rt-len ${length.length}`) : '',
      reserved ? '--rt-0-res' : '',
      addresses.length === 0 ? '' : `--rt-0-addrs ${addresses.map(formatAddress).join(',')}`,
      notStrict ? '--rt-0-not-strict' : '',
    ),
};
