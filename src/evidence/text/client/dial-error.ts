import { type ClientCommand, portNumber, resultOfWords } from './client-program.ts';

const DIAL =
  /\b(?:dial|read|write) (tcp[46]?|udp[46]?) (?:\S{1,60}->)?(\[[0-9a-fA-F:.]{2,45}\]|[\w.-]{1,253}):(\d{1,5}): (i\/o timeout|connect: [a-z ]{4,40}|(?:read|write|recvfrom|sendto): [a-z ]{4,40}|operation was canceled)/;
const SERVER =
  /^(?:error: )?The connection to the server (\[[0-9a-fA-F:.]{2,45}\]|[\w.-]{1,253}):(\d{1,5}) was refused/;

/** Errors of kubectl and other Go programs, which say where they connected to. */
export function dialError(
  line: string,
): Pick<ClientCommand, 'argv' | 'to' | 'boundTo' | 'result'> | null {
  if (line.includes(' was refused')) {
    const server = SERVER.exec(line);
    if (server) return failed(['kubectl'], server[1], server[2], 'refused');
  }
  const dial = /\b(?:tcp|udp)/.test(line) && line.includes(': ') ? DIAL.exec(line) : null;
  if (!dial) return null;
  const [, network = '', host = '', port, words = ''] = dial;
  return failed(['dial', network, `${host}:${port}`], host, port, resultOfWords(words));
}

function failed(
  argv: readonly string[],
  host: string | undefined,
  port: string | undefined,
  result: ClientCommand['result'],
): Pick<ClientCommand, 'argv' | 'to' | 'boundTo' | 'result'> {
  const name = (host ?? '').replace(/^\[|\]$/g, '');
  return { argv, to: { host: name, port: portNumber(port) }, boundTo: null, result };
}
