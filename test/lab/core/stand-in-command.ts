import { LabError, openLab } from '../../../src/lab/open-lab.ts';
import { sendOne, twoNodes } from './networks.ts';

/** A command that uses a laboratory until it is killed, and says after each step what it did. */
function say(step: string): void {
  process.stdout.write(`${step}\n`);
}

try {
  const lab = await openLab();
  say('opened');
  for (;;) {
    await lab.build(twoNodes({}, { listeners: [{ protocol: 'tcp', port: 80 }] }));
    say('built');
    const flow = { from: 'n1', protocol: 'tcp', to: '10.0.0.2', port: 80 } as const;
    const { client } = await sendOne(lab, flow);
    say(`sent ${client.outcome}`);
    await lab.clear({});
    say('cleared');
  }
} catch (error) {
  say(error instanceof LabError ? `LabError ${error.message.replaceAll('\n', ' ')}` : `${error}`);
}
