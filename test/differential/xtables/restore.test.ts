import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseIptablesSave } from '../../../src/snapshot/iptables-save/parse.ts';
import { printIptablesSave } from '../../../src/snapshot/iptables-save/print.ts';
import { MODELLED_FORMS } from '../../xtables/forms.ts';
import type { OptionForm } from '../../xtables/option-form.ts';
import { recordedSaves, withoutComments } from '../../xtables/recorded-saves.ts';
import { UNSUPPORTED_FORMS } from '../../xtables/unsupported-forms.ts';
import { labMissing, makeNamespaces, type Namespaces } from '../paths/namespaces.ts';

/**
 * What the printer writes, the kernel's own tools read; and what the tables of the unit tests say
 * was saved, the tools of this machine save.
 */
const missing = labMissing(['ip', 'iptables-nft', 'iptables-legacy', 'ip6tables-nft', 'ipset']);

const BACKENDS = ['nft', 'legacy'] as const;
const FORMS = [...MODELLED_FORMS, ...UNSUPPORTED_FORMS];

function program(family: 4 | 6, backend: string): string {
  return `${family === 6 ? 'ip6tables' : 'iptables'}-${backend}`;
}

describe.skipIf(missing !== null)(`the kernel's tools${missing ? ` (${missing})` : ''}`, () => {
  let ns: Namespaces;
  beforeAll(() => {
    ns = makeNamespaces(['forms', 'saves-nft', 'saves-legacy'], 90);
    ns.run('forms', ['ipset', 'create', 'hl-a', 'hash:ip', 'counters', 'timeout', '0']);
    ns.run('forms', ['ipset', 'create', 'hl-b', 'hash:ip,port']);
    ns.run('forms', ['ipset', 'create', 'hl-c', 'hash:ip', 'family', 'inet6']);
    ns.run('forms', ['ipset', 'create', 'hl-m', 'hash:ip', 'skbinfo']);
  });
  afterAll(() => ns.dispose());

  /** Loads every form into a chain of its own and reads how each was saved. */
  function saveForms(forms: readonly OptionForm[], tool: string): readonly string[] {
    const tables = [...new Set(forms.map(({ table }) => table))];
    const text = tables.map((table) => {
      const rules = forms.map((form, i) => (form.table === table ? `-A r${i} ${form.rule}` : ''));
      const chains = rules.map((rule, i) => (rule === '' ? '' : `:r${i} - [0:0]`));
      return ['*', table, '\n:c1 - [0:0]\n', [...chains, ...rules].join('\n'), '\nCOMMIT\n'].join(
        '',
      );
    });
    ns.run('forms', [`${tool}-restore`], text.join(''));
    const saved = ns.run('forms', [`${tool}-save`]);
    return forms.map((_, i) => new RegExp(`^-A r${i}(?: (.*))?$`, 'm').exec(saved)?.[1] ?? '');
  }

  test.each(
    BACKENDS.flatMap((backend) => ([4, 6] as const).map((family) => [backend, family] as const)),
  )('%s saves the IPv%s forms as the unit tests have them', (backend, family) => {
    const forms = FORMS.filter((form) => form.family === family);
    const expected = forms.map(({ rule, saved = rule, savedByNft = saved }) =>
      backend === 'nft' ? savedByNft : saved,
    );
    expect(saveForms(forms, program(family, backend))).toEqual(expected);
  });

  test.each(BACKENDS)('%s restores every recorded save from our print of it', (backend) => {
    let restored = 0;
    const where = `saves-${backend}`;
    for (const { file, family, text } of recordedSaves()) {
      const { value } = parseIptablesSave(text, file, { family, backend: 'unspecified' });
      const tool = program(family, backend);
      ns.run(where, [`${tool}-restore`], loadable(printIptablesSave(value)));
      for (const table of value) {
        const saved = ns.run(where, [`${tool}-save`, '-t', table.name]);
        const expected = loadable(printIptablesSave([table]));
        expect(sorted(withoutComments(saved)), file).toEqual(sorted(expected));
        restored++;
      }
    }
    expect(restored).toBeGreaterThan(50);
  });
});

/** Accounting objects are made with a tool of their own, which nodes do not have. */
function loadable(save: string): string {
  return save.replace(/ -m nfacct --nfacct-name {2}\S+/g, '');
}

/** The backends list chains in orders of their own. Counters moved on, so they are left out. */
function sorted(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/^(:.*) \[.*\]$/, '$1').replace(/^\[\d+:\d+\] /, ''))
    .sort();
}
